"""A desk to attack: the real store, path and words, with two tickets, and mail as bytes.

Ticket 1001 is Ana's of Acme, 1002 is Eve's of Evil; Sam and Tim are agents, and the clock
stands still until a test moves it. Mail is read and weighed as the listener's door does it;
what is promised stays in the outbox, where a test finds it.
"""

import json
from dataclasses import replace

from bots.door import letter_from
from bots.wiring import load_policy, set_up
from builders import TUESDAY, a_desk
from intake import handle
from intake.handle import Command, Letter
from intake.messages import Address, Assurance, Envelope, Inbound, Raw
from intake.people import read_book
from intake.tokens import Keys
from replies.mime import mail_bytes
from store import outbox
from store.desk import open_store
from store.exports import message_record, ticket_record
from store.people import import_people

MX = "mx.vendor.example"
SUPPORT = "support@vendor.example"
AGENTS = "agents@vendor.example"
PORTAL = "https://portal.vendor.example"
KEYS = Keys(b"0123456789abcdef")
ANA, BOB, EVE, SAM = "ana@acme.example", "bob@acme.example", "eve@evil.example", "sam@vendor.example"
BOOK = """
[[organisation]]
name = "Acme"
domains = ["acme.example"]
[[organisation]]
name = "Evil"
domains = ["evil.example"]
[[person]]
name = "Ana"
organisation = "Acme"
email = ["ana@acme.example"]
[[person]]
name = "Eve"
organisation = "Evil"
email = ["eve@evil.example"]
[[person]]
name = "Karl"
email = ["karl@nowhere.example"]
[[person]]
name = "Another desk"
email = ["support@vendor.example"]
[[agent]]
name = "Sam"
email = "sam@vendor.example"
[[agent]]
name = "Tim"
email = "tim@vendor.example"
"""


class World:
    """A desk in memory; `policy` is a preset's name."""

    def __init__(self, policy="wildix", agents=AGENTS, **changes):
        self.store = open_store("sqlite://")
        self.desk = a_desk(mark=self.store.mark, agents_address=agents, portal_url=PORTAL, **changes)
        self.setup = set_up(self.desk, load_policy(policy), KEYS)
        self.now = TUESDAY
        with self.store.begin() as work:
            import_people(work, read_book(BOOK, "book"))
        for sender, subject in ((ANA, "Calls drop"), (EVE, "Mine")):
            self.opens(sender, subject)

    def opens(self, sender, subject, name="", text="Help.", fields=None):
        """A new ticket by the portal."""
        inbound = Inbound(
            "portal",
            f"{len(self.promised()):064}",
            self.now,
            Address(name, sender),
            subject=subject,
            text=text,
            reply=text,
            assurance=Assurance.SIGNED_IN,
            fields={"type": "technical", "product": "PBX", **(fields or {})},
        )
        return handle.receive([Letter(None, inbound)], self.store, self.setup, self.now)[0]

    def posts(self, sender, number, channel="portal", text="Let me in."):
        """What somebody who has signed in writes on the page of a ticket."""
        inbound = Inbound(
            channel,
            f"{number:060}{channel:0>4.4}",
            self.now,
            Address("", sender),
            text=text,
            reply=text,
            assurance=Assurance.SIGNED_IN,
            ticket_number=number,
        )
        return handle.receive([Letter(None, inbound)], self.store, self.setup, self.now)[0]

    def gets(self, body, *to, sender="x@y.example", in_session=True):
        """A mail by SMTP; its receipt says what the session hears."""
        raw = Raw("email", "mail", body, self.now, Envelope(sender, to or (SUPPORT,)))
        letter = replace(letter_from(raw, MX), refuse_in_session=in_session)
        return handle.receive([letter], self.store, self.setup, self.now)[0]

    def group(self, *bodies, to=SUPPORT, trusted=MX):
        """Several mails in one transaction."""
        raws = [Raw("email", "mail", one, self.now, Envelope("x@y.example", (to,))) for one in bodies]
        return handle.receive([letter_from(one, trusted) for one in raws], self.store, self.setup, self.now)

    def command(self, decide):
        """What Sam does with ticket 1001."""
        return handle.carry_out(
            lambda work: Command(decide(work.ticket(1001))), self.store, self.setup, "sam", self.now
        )

    def fate(self, body, *to, **options):
        receipt = self.gets(body, *to, **options)
        return receipt.fate.value, receipt.rule, receipt.ticket

    def promises(self):
        with self.store.reading() as work:
            return outbox.listed(work)

    def promised(self):
        return [(one.outbound.notice, one.outbound.recipient.address) for one in reversed(self.promises())]

    def row(self, notice, to=""):
        return next(
            one
            for one in self.promises()
            if one.outbound.notice == notice and one.outbound.recipient.address.endswith(to)
        )

    def last(self, notice, to=""):
        return self.row(notice, to).outbound

    def agents_address_of(self, number=1001):
        """Where agents answer on a ticket."""
        return self.agent_notice(number).reply_to

    def agent_notice(self, number=1001):
        return next(one for one in self.agent_notices() if one.ticket_number == number)

    def agent_notices(self):
        return [one.outbound for one in self.promises() if one.outbound.notice == "agent-new"]

    def ticket(self, number=1001):
        with self.store.reading() as work:
            return work.ticket(number)

    def record(self, receipt):
        with self.store.reading() as work:
            return message_record(work, receipt.message)

    def messages(self, number=1001):
        with self.store.reading() as work:
            return ticket_record(work, work.ticket(number))["messages"]

    def conversation(self, number=1001):
        return json.dumps(self.messages(number))

    def bodies(self):
        return [one.outbound.body for one in self.promises()]

    def as_mails(self):
        """Everything in the outbox as it would go over the wire."""
        return [mail_bytes(one.outbound, self.desk, self.now).decode() for one in self.promises()]


def passed(domain):
    return f"dkim=pass header.d={domain}; dmarc=pass header.from={domain}"


def mail(sender=ANA, subject="Re: it", text="It drops again.", result=None, **headers):
    """A mail that proves its sender; `result` is what our own server found instead."""
    address = sender.rpartition("<")[2].rstrip(">")
    found = passed(address.rpartition("@")[2]) if result is None else result
    lines = [f"Authentication-Results: {MX}; {found}"] if found else []
    lines += [f"From: {sender}", f"To: {SUPPORT}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()


def report(message_id, recipient=ANA, sender="mailer-daemon@mx.acme.example", subject="Undelivered"):
    text = f"""From: {sender}
To: {SUPPORT}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>

--b--
"""
    return text.replace("\n", "\r\n").encode()
