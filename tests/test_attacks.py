"""Known attacks on support desks, each by its name and in a sentence, against the real parts.

The store, the path of a message and the words are those of `serve`; the mail is bytes, read and
weighed as the listener's door does it. What an attack must not do is the name of its test.
What only the listener can withstand is in test_bots_smtp*, what only the reader of mail can
in test_intake_mail_bombs, and what concerns wording in test_replies_escaping.
"""

import json
import re
import ssl
import statistics
import subprocess
import time
from base64 import b64encode
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.utils import parseaddr
from functools import partial

import pytest
import structlog
from typer.testing import CliRunner

import servers
from attack_world import AGENTS, ANA, BOB, BOOK, EVE, KEYS, MX, SAM, SUPPORT, World, mail, passed, report
from bots.cli import app
from bots.commands.check import check_desk
from bots.console import json_line, safe, show_bytes, show_one
from bots.door import letter_from
from bots.keeping import Keeping
from bots.logs import log_unfailingly
from bots.smtp import tls_context
from bots.smtp.limits import Limits
from bots.wiring import set_up, wire
from builders import TUESDAY
from intake import handle
from intake.decisions import Fate
from intake.errors import ConfigError
from intake.handle import Letter
from intake.messages import Address, Assurance, Inbound, Raw
from intake.people import read_book
from intake.policy import read_policy
from intake.tickets import Status
from intake.tokens import Addresses, Keys, Purpose
from replies.mime import mail_bytes
from serving import a_mail, serving, write_config
from smtp_door import certificate, listening
from store.people import import_people
from store.tables import Sending

pytestmark = pytest.mark.slow

CUSTOMER = Address("Ana Rossi", "ana@acme.example")  # of the desk that serves


@pytest.fixture
def world():
    return World()


# Whose ticket is it


def test_number_enumeration_a_forbidden_number_gets_what_an_absent_one_gets(world):
    """Somebody counts through the numbers and compares the answers."""
    seen = [
        (receipt.fate, receipt.rule, receipt.because, receipt.reply, receipt.ticket, receipt.authenticated)
        for number in (1001, 9999, 1, 999_999_999)
        for receipt in [world.gets(mail(EVE, f"[WX-{number}] let me in", text=f"ticket {number}"))]
    ]

    assert 1 == len(set(seen))
    assert 0 == seen[0][4]


def test_number_enumeration_in_an_agents_name_finds_nothing(world):
    """Agents see every ticket, and anybody can write their address into From."""
    seen = {world.fate(mail(SAM, f"WX-{number}", result="none")) for number in (1001, 1002, 9999)}

    assert {("refuse", "email-follow-ups-only", 0)} == seen


def test_number_enumeration_the_answers_by_mail_are_the_same_too(world):
    """The courteous refusal must not name or quote what it was refused for."""
    bodies = []
    for number in (1001, 9999):
        world.gets(mail(EVE, f"Re: WX-{number}"))
        bodies.append((world.last("open-on-portal").body, world.last("open-on-portal").reply_to))

    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("result", ["", None], ids=["unproven", "proven"])
def test_number_enumeration_asks_the_store_the_same_for_an_absent_number(world, result):
    """Every question to the store takes its time, and somebody who measures long enough can count them."""
    asked = {}
    statements = []
    world.store.engine.raw_connection().driver_connection.set_trace_callback(statements.append)
    for number in (1001, 9999):
        statements.clear()
        world.gets(mail("zoe@nowhere.example", f"WX-{number}", f"Where is {number}?", result=result))
        asked[number] = [re.split(r"\s(?:WHERE|VALUES)\s", one)[0] for one in statements]

    assert asked[1001]
    assert asked[1001] == asked[9999]


@pytest.mark.slow
def test_number_enumeration_is_no_quicker_for_an_absent_number(world):
    """Somebody measures whether a ticket is looked up."""

    def seconds(number, round_):
        start = time.process_time()
        for count in range(20):
            text = f"{number} {round_} {count}"
            world.gets(mail("zoe@nowhere.example", f"WX-{number}", text, result=""))
        return time.process_time() - start

    # By turns, and the least of them: others use the machine too.
    rounds = [(seconds(1001, one), seconds(9999, one)) for one in range(9)]
    there, absent = (min(taken) for taken in zip(*rounds, strict=True))

    assert 0.5 < there / absent < 2


def test_ticket_trick_a_robots_confirmation_sent_to_the_desk_is_shown_to_nobody(world):
    """Somebody registers elsewhere with the desk's address to read the confirmation on a ticket of theirs."""
    code = mail(
        "noreply@saas.example",
        "Confirm your address WX-1002",
        "Your code is 4711.",
        Auto_Submitted="auto-generated",
    )
    outcome = world.fate(code)

    assert ("ignore", "automatic-mail", 0) == outcome
    assert "4711" not in world.conversation(1002)
    assert not any("4711" in one for one in world.as_mails())


def test_guessed_thread_ids_name_no_ticket(world):
    """Somebody makes up a Message-ID in the form of ours, or changes a letter of a true one."""
    true = world.last("acknowledgement", ANA).message_id
    other = "a" if true[30] != "a" else "b"
    forged = [f"{'a' * 36}.abcdef@vendor.example", f"b{true[1:]}", f"{true[:30]}{other}{true[31:]}"]

    assert {("refuse", "email-follow-ups-only", 0)} == {
        world.fate(mail(EVE, text=one, In_Reply_To=f"<{one}>", References=f"<{one}>")) for one in forged
    }


def test_a_thread_id_that_was_passed_on_lets_nobody_write_or_read(world):
    """A stranger answers a mail that was forwarded to them: agents look, the customer sees nothing."""
    before = world.conversation()
    ours = world.last("acknowledgement", ANA).message_id

    assert ("hold", "pending-participant", 1001) == world.fate(
        mail("zoe@nowhere.example", In_Reply_To=f"<{ours}>")
    )
    assert before == world.conversation()
    assert ("agent-held", AGENTS) == world.promised()[-1]


def test_token_replay_somebody_elses_signed_address_is_worth_nothing(world):
    """The signed reply address leaks by a CC and another person uses it, even proven."""
    address = world.last("acknowledgement", ANA).reply_to

    assert ("hold", "pending-participant", 1001) == world.fate(mail(EVE), address)
    assert ("hold", "pending-participant", 1001) == world.fate(mail(BOB, text="b", result=""), address)


@pytest.mark.parametrize(
    ("purpose", "subject"), [("bounce", 1), ("message-id", 1), ("agent", 1), ("agent", 0), ("reply", 2)]
)
def test_token_of_another_purpose_or_person_proves_nobody(world, purpose, subject):
    """A signed address made for something else, in the name of the requester."""
    token = KEYS.sign(Purpose(purpose), 1001, subject, world.now)
    receipt = world.gets(mail(ANA, text="As I said.", result=""), f"support+{token}@vendor.example")

    assert receipt.fate in (Fate.HOLD, Fate.REFUSE)
    assert not receipt.authenticated


def test_a_message_id_of_ours_is_no_reply_address(world):
    """The token in a Message-ID is moved into an address."""
    token = world.last("acknowledgement", ANA).message_id.partition(".")[0]

    assert Keeping(world.store, world.setup).takes(f"support+{token}@vendor.example") is False


def test_token_of_another_ticket_beside_a_thread_names_only_its_own(world):
    """One's own signed address is used to speak on another's ticket, by thread id or number."""
    mine = world.last("acknowledgement", EVE).reply_to
    theirs = world.last("acknowledgement", ANA).message_id

    assert 1002 == world.gets(mail(EVE, "WX-1001", In_Reply_To=f"<{theirs}>"), mine).ticket


def test_two_tokens_name_two_tickets_and_an_agent_has_to_say(world):
    """Two signed addresses in one mail: the proof of one must not serve for the other."""
    both = [world.last("acknowledgement", one).reply_to for one in (EVE, ANA)]

    assert ("hold", "several-tickets", 0) == world.fate(mail(EVE), *both)


def test_an_expired_token_proves_nothing(world):
    """An old mail is found years later."""
    address = world.last("acknowledgement", ANA).reply_to
    world.now += timedelta(weeks=106)

    assert not world.gets(mail(ANA, result=""), address).authenticated


def test_another_desks_key_signs_nothing_here(world):
    """Somebody runs the same software and signs addresses of their own."""
    theirs = Addresses(world.desk, Keys(b"another key, 16 b")).reply_address("reply", 1001, 1, world.now)

    assert Keeping(world.store, world.setup).takes(theirs) is False


def test_a_copy_for_a_stranger_makes_no_participant(world):
    """CC disclosure: who is in To or Cc of a customer's mail gets nothing of the ticket."""
    world.gets(
        mail(ANA, "WX-1001", Cc="zoe@nowhere.example, eve@evil.example", Reply_To="zoe@nowhere.example")
    )
    world.gets(mail(SAM, text="Here is the answer."), world.agents_address_of())

    assert () == world.ticket().participants
    assert [ANA] == [to for notice, to in world.promised() if notice == "agent-answer"]


def test_token_of_nobody_a_bit_or_a_letter_changed_is_no_address_of_ours(world):
    """A signed address is changed in the hope that it then is another ticket's."""
    address = world.last("acknowledgement", ANA).reply_to
    start = address.index("+") + 1
    takes = Keeping(world.store, world.setup).takes
    changed = [
        address[:at] + letter + address[at + 1 :]
        for at in range(start, start + 36)
        for letter in "ab7"
        if letter != address[at]
    ]

    assert takes(address)
    assert [] == [one for one in changed if takes(one)]


def test_token_in_other_letters_is_the_same_token(world):
    """Some servers write a local part in capitals; that must neither lose the mail nor prove more."""
    address = world.last("acknowledgement", ANA).reply_to.upper()

    assert ("append", "follow-up", 1001) == world.fate(mail(ANA, result="none"), address)
    assert ("hold", "pending-participant", 1001) == world.fate(mail(EVE, result="none"), address)


def test_bcc_spraying_many_signed_addresses_in_one_mail_open_none_of_the_tickets(world):
    """Somebody has gathered signed addresses and puts them all into Bcc, hoping that one counts."""
    gathered = [world.last("acknowledgement", one).reply_to for one in (ANA, EVE)]
    before = len(world.promised())

    assert ("hold", "several-tickets", 0) == world.fate(mail("zoe@nowhere.example", result=""), *gathered)
    assert [("agent-held", AGENTS)] == world.promised()[before:]


def test_bcc_spraying_a_hidden_copy_to_a_ticket_is_held_like_an_open_one(world):
    """A mail to others bears a ticket's address in its envelope only, so that nobody sees why it came."""
    address = world.last("acknowledgement", ANA).reply_to
    hidden = mail(EVE, "Offer").replace(f"To: {SUPPORT}".encode(), b"To: everybody@elsewhere.example")

    assert ("hold", "pending-participant", 1001) == world.fate(hidden, address)


def test_homoglyphs_a_reference_in_look_alike_letters_names_no_ticket(world):
    """Fullwidth or Cyrillic letters, or one that nobody sees, where a filter would not know the reference."""
    written = ("ＷX-1001", "WХ-1001", "WX\u20111001", "W\u200bX-1001")

    assert {("refuse", "email-follow-ups-only", 0)} == {world.fate(mail(ANA, one, one)) for one in written}


def test_homoglyphs_a_number_in_other_digits_is_still_no_right(world):
    """Digits of other scripts name the same number; somebody else's is worth nothing in any."""
    written = ("WX-１００１", "WX-١٠٠١")

    assert {("refuse", "email-follow-ups-only", 0)} == {world.fate(mail(EVE, one, one)) for one in written}


def test_homoglyphs_a_domain_that_only_looks_like_a_customers_is_pointed_out(world):
    """acrne.example writes about a ticket of acme.example, and an agent reads over the r and the n."""
    address = world.last("acknowledgement", ANA).reply_to
    world.gets(mail("ana@acrne.example"), address)

    assert "looks like acme.example" in world.last("agent-held").body


def test_escalation_address_a_stranger_there_is_no_nearer_to_a_ticket():
    """Somebody writes to the address for what is late, with a number that is not theirs, or none."""
    world = World(escalation_address="escalation@vendor.example")
    seen = {
        world.fate(mail(EVE, subject, result=result), "escalation@vendor.example")
        for subject in ("WX-1001", "WX-9999", "Escalate all!")
        for result in (None, "none")
    }

    assert {("refuse", "email-follow-ups-only", 0)} == seen
    assert not any(notice.startswith("agent-escal") for notice, _ in world.promised())


@pytest.mark.parametrize("channel", ["portal", "api"])
def test_foreign_pages_somebody_elses_ticket_answers_as_one_that_is_not_there(world, channel):
    """Somebody who has signed in changes the number in the address of a page."""
    before = world.conversation()
    seen = {
        (receipt.fate, receipt.rule, receipt.because, receipt.ticket)
        for number in (1001, 9999)
        for receipt in [world.posts(EVE, number, channel)]
    }

    assert 1 == len(seen)
    assert Fate.REFUSE is next(iter(seen))[0]
    assert before == world.conversation()


# Who is it really

LOOK_ALIKES = {
    "no proof": (ANA, "none"),
    "a proof for another domain": (ANA, passed("evil.example")),
    "a proof for a longer domain": (ANA, passed("notacme.example")),
    "a proof for a domain below": (ANA, "dkim=pass header.d=mail.acme.example"),
    "a proof for the top level": (ANA, "dkim=pass header.d=example"),
    "the sender of the envelope alone": (ANA, "spf=pass smtp.mailfrom=eve@evil.example"),
    "the name of the greeting": (ANA, "spf=pass smtp.helo=acme.example"),
    "a failed DMARC beside a passed SPF": (ANA, "spf=pass smtp.mailfrom=acme.example; dmarc=fail"),
    "a pass in a comment": (ANA, "dkim=fail (dkim=pass header.d=acme.example)"),
    "a pass in a reason": (ANA, 'dkim=fail reason="; dkim=pass header.d=acme.example"'),
    "a pass in an escaped reason": (ANA, r'dkim=fail reason="\"; dkim=pass header.d=acme.example; \""'),
    "a pass in a local part": (
        ANA,
        'spf=pass smtp.mailfrom="; dmarc=pass header.from=acme.example"@evil.example',
    ),
    "a pass behind a quotation without an end": (ANA, 'dkim=fail reason="; dkim=pass header.d=acme.example'),
    "a soft pass": (ANA, "dkim=passed header.d=acme.example; dmarc=bestguesspass header.from=acme.example"),
    "the property said twice": (ANA, "dkim=pass header.d=evil.example header.d=acme.example"),
    "a name that is an address": (f'"{ANA}" <{EVE}>', None),
    "a comment that is an address": (f"({ANA}) {EVE}", passed("evil.example")),
    "an encoded word that is an address": (f"=?utf-8?q?ana=40acme=2Eexample=3E?= <{EVE}>", None),
    "an address in a local part": (f'"{ANA}"@evil.example', passed("evil.example")),
    "two at signs": (f"{ANA}@evil.example", passed("evil.example")),
    "a route": (f"<@acme.example:{EVE}>", passed("evil.example")),
    "a percent sign": ("ana%acme.example@evil.example", passed("evil.example")),
    "a longer domain": ("ana@acme.example.evil.example", passed("evil.example")),
    "a Cyrillic letter": ("ana@аcme.example", passed("evil.example")),
    "a Cyrillic letter as the server writes it": ("ana@аcme.example", passed("xn--cme-5cd.example")),
    "a zero-width letter": ("ana@acme\u200b.example", passed("evil.example")),
}


@pytest.mark.parametrize(("sender", "result"), LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_forged_sender_writes_to_no_ticket(world, sender, result):
    """Somebody makes a mail look like the requester's; the server's findings say something else."""
    ours = world.last("acknowledgement", ANA).message_id
    before = world.conversation()
    receipt = world.gets(mail(sender, "WX-1001", result=result, In_Reply_To=f"<{ours}>"))

    assert Fate.HOLD is receipt.fate
    assert before == world.conversation()


MISPLACED = {
    "below the true one": (
        f"Authentication-Results: {MX}; dkim=none\r\nAuthentication-Results: {MX}; PASS\r\n"
    ),
    "of a server whose name begins alike": f"Authentication-Results: {MX}.evil.example; PASS\r\n",
    "of a server whose name ends alike": f"Authentication-Results: evil.{MX}; PASS\r\n",
    "of a server named in a comment": f"Authentication-Results: (x) evil.example ({MX}); PASS\r\n",
    "of a server whose version is its name": f"Authentication-Results: 1 {MX}; PASS\r\n",
    "of a server after a comment without end": f"Authentication-Results: ({MX}; PASS\r\n",
    "of a server in an encoded word": f"Authentication-Results: =?utf-8?q?{MX}?=; PASS\r\n",
    "of a server with a dot behind it": f"Authentication-Results: {MX}.; PASS\r\n",
    "of no server": "Authentication-Results: ; PASS\r\n",
    "below a broken one": f"Authentication-Results: {MX}; (((\r\nAuthentication-Results: {MX}; PASS\r\n",
    "below an empty one": f"Authentication-Results: {MX}\r\nAuthentication-Results: {MX}; PASS\r\n",
    "in a header with a blank in its name": f"Authentication-Results : {MX}; PASS\r\n",
    "in the headers of ARC": f"ARC-Authentication-Results: i=1; {MX}; PASS\r\n",
    "in a folded header of another name": f"X-Note: a\r\n Authentication-Results: {MX}; PASS\r\n",
    "in another case, below the true one": (
        f"authentication-results: {MX.upper()}; dkim=none\r\nAUTHENTICATION-RESULTS: {MX}; PASS\r\n"
    ),
    "folded, below the true one": (
        f"Authentication-Results:\r\n {MX};\r\n dkim=none\r\nAuthentication-Results:\r\n\t{MX};\r\n PASS\r\n"
    ),
}


@pytest.mark.parametrize("headers", MISPLACED.values(), ids=MISPLACED)
def test_forged_authentication_results_prove_nothing(headers):
    """The sender writes the header that our own server should write."""
    world = World()
    body = headers.replace("PASS", passed("acme.example")).encode() + mail(ANA, "WX-1001", result="")

    assert world.gets(body).fate in (Fate.HOLD, Fate.REFUSE)
    assert Status.OPEN is world.ticket().status
    assert "It drops again." not in world.conversation()


TRUE_MARKS = [
    f"{MX} 1; PASS",
    f"{MX.upper()}; PASS",
    f"(by us) {MX} (version 1) 1 ; PASS",
    f"\r\n\t{MX};\r\n\tPASS",
]


@pytest.mark.parametrize("written", TRUE_MARKS)
def test_our_own_authentication_results_are_known_however_they_are_written(world, written):
    """A version or a comment must not hide what our server found, or a forgery below would count."""
    found = f"Authentication-Results: {written}\r\n".replace("PASS", "dkim=none")
    forged = f"Authentication-Results: {MX}; {passed('acme.example')}\r\n"
    body = (found + forged).encode() + mail(ANA, "WX-1001", result="")
    true = found.replace("dkim=none", passed("acme.example")).encode() + mail(ANA, "WX-1001", "Now.", "")

    assert ("hold", "unproven-sender", 1001) == world.fate(body)
    assert ("append", "follow-up", 1001) == world.fate(true)


ADDED = [
    "Subject: WX-1001",
    "To: support@vendor.example",
    "Message-ID: <another@acme.example>",
    "References: <x@y.example>",
    "Date: Tue, 10 Mar 2026 08:00:00 +0000",
    "Content-Type: text/plain; charset=utf-8",
    "Reply-To: eve@evil.example",
]


@pytest.mark.parametrize("added", ADDED)
def test_dkim_replay_with_a_header_added_above_proves_nothing(world, added):
    """A genuine signed mail is sent once more under another subject, which most signatures allow."""
    signed = mail(
        ANA,
        "Re: WX-1001",
        Message_ID="<m@acme.example>",
        Date="Tue, 10 Mar 2026 09:00:00 +0000",
        References="<o@acme.example>",
        Reply_To="ana@acme.example",
    )
    mark, rest = signed.split(b"\r\n", 1)
    receipt = world.gets(mark + b"\r\n" + added.encode() + b"\r\n" + rest)

    assert not receipt.authenticated
    assert receipt.fate in (Fate.HOLD, Fate.REFUSE)


def test_a_doubled_header_does_not_undo_what_dmarc_found(world):
    """A forger who knows a signed address adds a second Subject, so that the failure would not count."""
    address = world.last("acknowledgement", ANA).reply_to
    forged = mail(ANA, result="dmarc=fail header.from=acme.example", Subject="Again")

    assert ("hold", "unproven-sender", 1001) == world.fate(forged, address)


DOUBLED = [
    ("Subject", "WX-1002", "Hello"),
    ("In-Reply-To", "<made@up.example>", "<OURS>"),
    ("Message-ID", "<one@acme.example>", "<two@acme.example>"),
]


@pytest.mark.parametrize(("name", "first", "second"), DOUBLED)
def test_a_header_that_stands_twice_is_read_once_and_the_mail_held_or_refused(world, name, first, second):
    """Two programs choose different ones of them, so neither may lead to a ticket unseen."""
    ours = world.last("acknowledgement", EVE).message_id
    lines = f"{name}: {first}\r\n{name}: {second.replace('OURS', ours)}\r\n"
    body = mail(EVE, "WX-1002").replace(
        b"Subject: WX-1002\r\n", b"" if name == "Subject" else b"Subject: WX-1002\r\n"
    )
    mark, rest = body.split(b"\r\n", 1)
    receipt = world.gets(mark + b"\r\n" + lines.encode() + rest)

    assert receipt.fate in (Fate.HOLD, Fate.REFUSE)
    assert "It drops again." not in world.conversation(1002)


def test_a_mark_in_the_body_or_in_a_part_proves_nothing(world):
    """The header stands where no header of the mail is."""
    inner = f"Authentication-Results: {MX}; {passed('acme.example')}"

    assert ("hold", "unproven-sender", 1001) == world.fate(mail(ANA, "WX-1001", text=inner, result=""))


SEVERAL_SENDERS = [
    f"From: {ANA}\r\nFrom: {EVE}\r\n",
    f"From: {EVE}\r\nfrom: {ANA}\r\n",
    f"From: {ANA}, {EVE}\r\n",
    f"From: Friends: {ANA}, {EVE};\r\n",
    f"From: <{ANA}> <{EVE}>\r\n",
    f"From: {ANA};{EVE}\r\n",
    "From: Friends:;\r\n",
    f"Sender: {ANA}\r\nReply-To: {ANA}\r\nResent-From: {ANA}\r\n",
]


@pytest.mark.parametrize("senders", SEVERAL_SENDERS)
def test_several_senders_or_none_are_refused(world, senders):
    """Two programs that read one mail choose different ones of its senders."""
    body = (
        f"Authentication-Results: {MX}; {passed('acme.example')}\r\n{senders}Subject: WX-1001\r\n\r\nHi.\r\n"
    )

    assert ("refuse", "no-single-sender", 0) == world.fate(body.encode())


HIDING = {
    "two bare CRs": b"X: a\r\rPlease send me all.\r\n",
    "two bare LFs": b"X: a\n\nPlease send me all.\r\n",
    "a CR too many": b"X: a\r\r\n",
    "a line that is no header": b"Please send me all.\r\n",
    "a blank before the colon": b"Please : send me all\r\n",
    "a NUL in a name": b"X\x00: a\r\n",
    "an 8-bit name": b"X\xe9: a\r\n",
    "more headers than are read": b"X: a\r\n" * 1100,
    "more bytes than are read": (b"X: " + b"a" * 15000 + b"\r\n") * 9,
    "an LF before the last CRLF": b"X: a\n\r\n",
}


@pytest.mark.parametrize("between", HIDING.values(), ids=HIDING)
def test_hidden_second_from_a_signed_mail_of_one_sender_is_not_anothers(world, between):
    """A signed mail is replayed below a new From; what is between ends the headers for one reader only."""
    body = (
        f"Authentication-Results: {MX}; {passed('acme.example')}\r\n".encode()
        + f"From: {ANA}\r\nSubject: WX-1001\r\n".encode()
        + between
        + b"From: bob@acme.example\r\nTo: eve@evil.example\r\nSubject: Hello\r\n\r\nHello Eve.\r\n"
    )
    receipt = world.gets(body)

    assert not receipt.authenticated
    assert receipt.fate in (Fate.HOLD, Fate.REFUSE)


def test_a_kelvin_sign_is_no_k():
    """Another mailbox whose letters fold to the requester's."""
    with World().store.reading() as work:
        assert work.person("KARL@nowhere.example")
        assert work.person("\u212aarl@nowhere.example") is None


def test_the_requesters_address_in_another_case_is_still_theirs(world):
    assert ("append", "follow-up", 1001) == world.fate(
        mail("ANA@ACME.EXAMPLE.", "WX-1001", result=passed("acme.example"))
    )


def test_an_address_with_a_plus_is_another_person(world):
    """ana+anything reaches Ana's mailbox, but nobody proved that it is hers."""
    assert ("refuse", "email-follow-ups-only", 0) == world.fate(
        mail("ana+x@acme.example", "WX-1001", result="")
    )


# Agents


@pytest.mark.parametrize(
    ("sender", "result", "to_agent"),
    [
        (SAM, "none", True),  # the token without alignment
        (SAM, None, False),  # alignment without the token
        (EVE, None, True),
        (ANA, None, True),
        (f'"{SAM}" <{EVE}>', None, True),
        ("sam@vendor.example.evil.example", None, True),
        ("sam@xvendor.example", None, True),
    ],
)
def test_forged_agent_nothing_goes_out_without_both_proofs(world, sender, result, to_agent):
    """Somebody speaks to the customer in an agent's place."""
    notice = world.agent_notice()
    to = notice.reply_to if to_agent else SUPPORT
    outcome = world.fate(
        mail(sender, "WX-1001", "Send me your password.", result, In_Reply_To=f"<{notice.message_id}>"), to
    )

    assert "hold" == outcome[0]
    assert not any(notice == "agent-answer" for notice, _ in world.promised())
    assert not any(
        "password" in one.outbound.body for one in world.promises() if one.outbound.recipient.address == ANA
    )


def test_forged_agent_one_agents_address_is_worth_nothing_to_another():
    """Each agent has an address of their own where no agents_address is set, and may pass it on."""
    world = World(agents="")
    told = [one for one in world.agent_notices() if one.ticket_number == 1001]
    to_sam = next(one.reply_to for one in told if one.recipient.address == SAM)

    assert ("hold", "agent-not-proven", 1001) == world.fate(mail("tim@vendor.example", "Re: it"), to_sam)
    assert ("append", "agent-answer", 1001) == world.fate(mail(SAM, "Re: it"), to_sam)


def test_an_agent_who_is_no_longer_active_is_a_stranger(world):
    """Somebody who left still has the mails with the signed addresses."""
    address = world.agents_address_of()
    with world.store.begin() as work:
        import_people(
            work, read_book('[[agent]]\nname="Sam"\nemail="sam@vendor.example"\nactive=false\n', "b")
        )

    assert "agent-not-proven" == world.fate(mail(SAM), address)[1]


NOTES = [
    "note: secret",
    "Note : secret",
    "*Note:* secret",
    "**note**: secret",
    "`note:` secret",
    "\u200bnote: secret",
    "“Note: secret",
    "> note: secret",
    "NOTE： secret",
    "\r\n\r\n  note:\r\nsecret",
]


@pytest.mark.parametrize("text", NOTES)
def test_a_note_stays_inside_however_a_mail_program_dressed_it(world, text):
    """An agent's internal words reach the customer because the first of them is bold."""
    assert "agent-note" == world.fate(mail(SAM, text=text), world.agents_address_of())[1]
    assert not any("secret" in one for one in world.as_mails())


def test_a_notes_message_id_is_no_part_of_the_customers_thread(world):
    """References tell the customer of mail among agents, and what it was called."""
    address = world.agents_address_of()
    world.gets(mail(SAM, text="note: he lies", Message_ID="<he-lies@internal.vendor.example>"), address)
    world.gets(mail(SAM, text="We look into it."), address)

    assert not any("he-lies" in one for one in world.as_mails())


LINES = [
    "##-- Please write above this line --##",
    "> ##-- Please write above this line --##",
    "##-- Please write\r\nabove this line --##",
    "> ##--\r\nPlease write above this line --##",
    "##\u2013 Please write above this line \u2013##",
    "##--\u00a0Please write above this line\u00a0--##",
    "**##-- Bitte über dieser Zeile schreiben --##**",
]


@pytest.mark.parametrize("line", LINES)
def test_what_stands_below_our_line_in_an_agents_mail_stays_inside(world, line):
    """An agent's program quotes our notice without marks, wrapped or prettified, and what is internal."""
    world.gets(mail(SAM, text=f"We look.\r\n\r\n{line}\r\n\r\nSeverity: secret"), world.agents_address_of())

    assert "We look." in world.last("agent-answer").body
    assert "secret" not in world.last("agent-answer").body


def test_an_out_of_office_carries_no_token_and_does_nothing(world):
    """Out-of-office as signed carrier: a robot answers to the signed address."""
    address = world.last("acknowledgement", ANA).reply_to
    before = world.promised()
    robot = mail(ANA, "Out of office", "Back on Monday.", Auto_Submitted="auto-replied")

    assert ("ignore", "automatic-mail", 1001) == world.fate(robot, address)
    assert before == world.promised()


QUOTED = """Thanks, please go on.

On Tue, 10 Mar 2026 at 09:00, Sam <sam@vendor.example> wrote:
> Your refund of 900 EUR is approved. Severity: critical
> note: pay at once
"""


def test_forged_quotation_of_an_agents_approval_is_the_customers_own_words(world):
    """A customer quotes what no agent ever wrote, so that a colleague takes it for said."""
    before = world.ticket()
    world.gets(mail(ANA, "WX-1001", QUOTED.replace("\n", "\r\n")))
    said = [(one["direction"], one["author"], one["text"].strip()) for one in world.messages()][-1]

    assert ("in", ANA, "Thanks, please go on.") == said
    assert (before.severity, ()) == (
        world.ticket().severity,
        tuple(one for one in world.messages() if SAM in one["author"]),
    )
    assert "approved" not in world.last("agent-follow-up").body


def test_forged_quotation_in_an_agents_own_mail_goes_to_nobody(world):
    """An agent answers below a customer's forged quotation, which then would go out in the agent's name."""
    world.gets(mail(SAM, text=f"We look.\r\n\r\n{QUOTED[22:]}"), world.agents_address_of())

    assert "We look." in world.last("agent-answer").body
    assert "approved" not in world.last("agent-answer").body


def alternatives(text, html):
    body = mail(ANA, "WX-1001", "BODY").replace(
        b"text/plain; charset=utf-8", b"multipart/alternative; boundary=b"
    )
    parts = ("text/plain", text), ("text/html", html)
    inside = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{words}\r\n" for kind, words in parts)
    return body.replace(b"BODY", inside.encode() + b"--b--")


def test_text_and_html_that_differ_are_pointed_out_to_the_agents(world):
    """A colleague in Outlook reads another mail than the ticket holds."""
    html = "<p>Please cancel our contract and send the passwords to the new administrator.</p>"
    receipt = world.gets(alternatives("All is well again, thank you.", html))

    assert Fate.APPEND is receipt.fate
    assert "HTML says something else" in world.last("agent-follow-up").body
    assert "reading" in [step["name"] for step in world.record(receipt)["trace"]]


def test_text_and_html_that_say_the_same_are_nothing_to_point_out(world):
    """A warning on every other mail would be read by nobody."""
    receipt = world.gets(alternatives("It drops again.", "<p>It <b>drops</b>\r\nagain.</p>"))

    assert "reading" not in [step["name"] for step in world.record(receipt)["trace"]]


READ = """--b

Your mail was displayed.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; ana@acme.example
Disposition: manual-action; displayed
--b--"""
COMPLAINT = """--b

This is spam.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
--b--"""
MACHINES = {
    "a read receipt": ("Read: Calls drop", "disposition-notification", READ),
    "a complaint": ("complaint about message", "feedback-report", COMPLAINT),
}


@pytest.mark.parametrize(("subject", "kind", "text"), MACHINES.values(), ids=MACHINES)
def test_what_a_mail_program_sends_by_itself_is_kept_and_does_nothing(world, subject, kind, text):
    """Read receipts and complaints answer our own mail, and an answer to them would go round for ever."""
    address = world.last("acknowledgement", ANA).reply_to
    before = world.promised()
    report = f"multipart/report; report-type={kind}; boundary=b".encode()
    body = mail(ANA, subject, text.replace("\n", "\r\n"))
    receipt = world.gets(body.replace(b"text/plain; charset=utf-8", report), address)

    assert (Fate.IGNORE, 1001) == (receipt.fate, receipt.ticket)
    assert before == world.promised()


CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"


def test_a_calendars_answer_is_told_to_agents_and_never_answered(world):
    """Somebody clicks on an invitation; it may hold words of theirs, so it is kept, and nothing goes back."""
    address = world.last("acknowledgement", ANA).reply_to
    before = world.promised()
    body = mail(ANA, "Accepted: Call", CALENDAR, "none")
    receipt = world.gets(body.replace(b"text/plain;", b"text/calendar; method=REPLY;"), address)

    assert (Fate.APPEND, 1001) == (receipt.fate, receipt.ticket)
    assert {AGENTS} == {to for _, to in world.promised()[len(before) :]}


def test_an_unsubscription_is_a_mail_like_any_other(world):
    """Our mail offers no such thing, and a list's robot that answers must not silence a customer."""
    headers = [message_from_bytes(one.encode()).keys() for one in world.as_mails()]
    receipt = world.gets(mail(ANA, "unsubscribe WX-1001", "unsubscribe"))

    assert not any("List-Unsubscribe" in one for one in headers)
    assert (Fate.APPEND, 1001) == (receipt.fate, receipt.ticket)


# What we send, and to whom


@pytest.mark.parametrize("subject", ["New", "WX-1001", "WX-9999"])
def test_backscatter_a_forged_sender_is_never_written_to(world, subject):
    """Somebody writes in another's name so that our answer lands there."""
    before = len(world.promised())
    for in_session in (True, False):
        world.gets(
            mail(ANA, subject, text=str(in_session), result="none", Reply_To=EVE), in_session=in_session
        )

    assert {AGENTS} >= {to for _, to in world.promised()[before:]}


DIRECTING = (
    "Reply_To",
    "Return_Path",
    "Errors_To",
    "Sender",
    "Resent_From",
    "Disposition_Notification_To",
    "Return_Receipt_To",
    "Mail_Followup_To",
)


def test_reply_to_and_its_kin_are_never_written_to(world):
    """Our answer is directed at somebody who never wrote."""
    victim = "victim@elsewhere.example"
    headers = dict.fromkeys(DIRECTING, victim)
    world.gets(mail(ANA, "New", **headers), sender=victim)

    assert victim not in {to for _, to in world.promised()}
    assert ("open-on-portal", ANA) == world.promised()[-1]


def test_a_flood_of_forged_mail_makes_us_write_no_more_than_the_budgets(world):
    """Thousands of mails that are held would be as many notices to the agents."""
    world.setup = replace(world.setup, budget=2)
    for number in range(40):
        world.gets(mail(ANA, "WX-1001", text=f"{number}", result="none"))
        world.gets(mail(EVE, f"New {number}"))
    sent = world.promised()

    assert 20 >= sent.count(("agent-held", AGENTS))
    assert 2 >= len([one for one in sent if one[1] == EVE])


def test_what_comes_back_from_agents_is_not_told_to_agents(world):
    """Their mailbox is full: each report of it would lead to another notice, and that to a report."""
    for notice in ("agent-new", "acknowledgement"):
        world.gets(report(world.last(notice).message_id, world.last(notice).recipient.address))
    before = world.promised()
    world.gets(report(world.last("agent-undelivered").message_id, AGENTS))

    assert 1 == before.count(("agent-undelivered", AGENTS))
    assert before == world.promised()


def test_a_mail_of_ours_that_comes_back_to_us_ends_there(world):
    """A loop with itself: an alias or a forward brings our own mail to our own door."""
    before = world.promised()
    ours = mail_bytes(world.last("acknowledgement", ANA), world.desk, TUESDAY)

    assert "ignore" == world.fate(ours)[0]
    assert before == world.promised()


def test_an_agents_answer_that_is_forwarded_back_to_us_ends_there(world):
    """A loop through a person: it bears no machine's marks, only the desk's own."""
    world.gets(mail(SAM, "Re: it", "Restart it."), world.agents_address_of())
    answer = mail_bytes(world.last("agent-answer", ANA), world.desk, TUESDAY)

    assert b"Auto-Submitted" not in answer
    assert ("ignore", "our-own-mail") == world.fate(answer)[:2]


def test_two_desks_do_not_answer_each_other():
    """A loop between two desks: what one says by itself, the other takes for a machine's."""
    here, there = World(), World(address="help@there.example")
    there.opens("support@vendor.example", "Ours with you")
    theirs = mail_bytes(there.last("acknowledgement", SUPPORT), there.desk, TUESDAY)
    before = here.promised()

    assert "ignore" == here.fate(theirs)[0]
    assert before == here.promised()


@pytest.mark.parametrize("own", ["support@vendor.example", "Help@vendor.example", "late@vendor.example"])
def test_a_desk_does_not_write_to_itself(own):
    """Somebody writes in the desk's own name; its answer would come back to it."""
    addresses = {"aliases": ("help@vendor.example",), "escalation_address": "late@vendor.example"}
    world = World("wildix", agents=own, **addresses)
    world.opens(own, "Ours with us")
    world.gets(mail(own, "Another"))

    assert {ANA, EVE, SAM, "tim@vendor.example"} == {to for _, to in world.promised()}


FROM_A_MACHINE = [
    mail(ANA, "WX-1001", "evil words", "none", Auto_Submitted="auto-replied"),
    mail(ANA, "WX-1001", "evil words", "none", Precedence="bulk"),
    mail(EVE, "x", "evil words", Auto_Submitted="auto-replied", In_Reply_To="<OURS>"),
    mail(EVE, "x", "evil words", List_Id="<x>", References="<OURS>"),
]


@pytest.mark.parametrize("body", FROM_A_MACHINE)
def test_a_strangers_or_forgers_mail_is_not_shown_to_customers_because_it_looks_like_a_machines(world, body):
    """Automatic mail is kept on its ticket; that must be no way around being held."""
    ours = world.last("acknowledgement", ANA).message_id
    world.gets(body.replace(b"OURS", ours.encode()))

    assert "evil words" not in [one["text"] for one in world.messages() if one["public"]]


def test_a_null_sender_is_never_answered(world):
    """A bounce of a forged mail, or a robot, would get an answer that bounces again."""
    before = world.promised()
    world.gets(mail(ANA, "New"), sender="")

    assert before == world.promised()


# Poison


@pytest.mark.parametrize(
    "forged",
    [
        {"result": "none"},
        {"result": "none", "Auto_Submitted": "auto-replied"},
        {"result": "none", "List_Id": "<x.acme.example>"},
        {"result": "none", "X_Loop": "x"},
        {"List_Id": "<x.acme.example>"},  # no forger: a list delivers its copy first
    ],
)
def test_a_copy_sent_ahead_does_not_swallow_the_true_mail(world, forged):
    """Somebody who saw a mail delivers it first, unproven or dressed as a machine's."""
    result = forged.pop("result", None)
    world.gets(mail(ANA, "WX-1001", result=result, Message_ID="<m@acme.example>", **forged))
    true = mail(ANA, "WX-1001", Message_ID="<m@acme.example>")

    assert ("append", "follow-up", 1001) == world.fate(true)
    assert world.gets(true).duplicate
    assert 1 == world.promised().count(("agent-follow-up", AGENTS))


def test_a_copy_that_names_no_ticket_does_not_swallow_the_one_that_does(world):
    """A hidden copy to the signed address comes after the one to the desk, which was turned away."""
    signed = world.last("acknowledgement", ANA).reply_to
    copy = mail(ANA, "Other words", Message_ID="<m@acme.example>")

    assert "refuse" == world.fate(copy)[0]
    assert ("append", "follow-up", 1001) == world.fate(copy, signed)
    assert world.gets(copy).duplicate
    assert world.gets(copy, signed).duplicate


def test_a_held_forgery_with_the_same_message_id_does_not_break_the_thread(world):
    """The id of the true mail is taken by a forgery, and answers to it would find no ticket."""
    world.gets(mail(ANA, "WX-1001", text="forged", result="none", Message_ID="<m@acme.example>"))
    true = world.gets(mail(ANA, "WX-1001", Message_ID="<m@acme.example>"))

    assert Fate.APPEND is true.fate
    assert world.record(true)["flagged"]
    assert 1001 == world.gets(mail(ANA, "other", text="More.", In_Reply_To="<m@acme.example>")).ticket


def test_a_forged_delivery_report_about_a_number_or_a_made_up_mail_changes_nothing(world):
    """Somebody claims that a mail to a customer came back."""
    before = [one.state for one in world.promises()]
    for made_up in ("x@vendor.example", "", "<>", f"{'a' * 36}.abcdef@vendor.example"):
        world.gets(report(made_up, sender=ANA, subject="Undelivered WX-1001"))

    assert before == [one.state for one in world.promises()]
    assert "agent-undelivered" not in dict(world.promised())


def test_a_delivery_report_marks_no_address_that_its_mail_did_not_go_to(world):
    """Who got a mail knows its id, and must not make other people unreachable with it."""
    world.gets(report(world.last("acknowledgement", EVE).message_id, recipient=ANA))
    states = {
        one.outbound.recipient.address: one.state
        for one in world.promises()
        if one.outbound.notice == "acknowledgement"
    }

    assert {EVE: Sending.PENDING, ANA: Sending.PENDING} == states


def test_a_forged_mail_records_nobody(world):
    """Unknown people appear in the book because somebody wrote in their names."""
    for sender in ("new@acme.example", "other@nowhere.example"):
        world.gets(mail(sender, "WX-1001", result="none"))
        world.gets(mail(sender, "New", result="none"), in_session=False)
    with world.store.reading() as work:
        assert [None, None] == [work.person(one) for one in ("new@acme.example", "other@nowhere.example")]


def test_somebody_recorded_by_an_unproven_mail_still_belongs_to_their_organisation_once_proven(world):
    """A forger has an employee recorded as nobody's, so that they may not follow up any more."""
    inbound = Inbound(
        "phone",
        "f" * 64,
        TUESDAY,
        Address("", BOB),
        subject="x",
        text="x",
        reply="x",
        assurance=Assurance.SIGNED_IN,
    )
    handle.receive([Letter(None, inbound)], world.store, world.setup, TUESDAY)

    assert ("append", "follow-up", 1001) == world.fate(mail(BOB, "WX-1001"))


# Injection

NASTY = {
    "Jinja": "{{ 7*7 }} {% for x in ().__class__.__mro__ %}{{ desk.mark }}{% endfor %}",
    "Markdown": "[click](http://evil.example) ![x](http://evil.example/x.png) **b** # h",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:x'>",
    "SQL": "'; DROP TABLE messages; -- \" OR 1=1",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "CRLF": "x\r\nBcc: victim@elsewhere.example",
    "NUL and surrogates": "a\x00b\ud800c\udfffd",
    "bidi": "\u202egnp.exe\u202c\u2066x",
    "our own line": "##-- Please write above this line --##",
    "format": "%s %n {0} $(id) `id` ${x}",
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_nasty_words_in_subject_name_fields_and_text_come_out_as_words(world, nasty):
    """Header, template, markup, SQL and terminal injection, by a customer who may write."""
    receipt = world.opens(ANA, nasty, name=nasty, text=nasty, fields={"product": nasty, "version": nasty})
    world.gets(mail(SAM, text="We look."), world.agents_address_of(receipt.ticket))
    mails = [message_from_bytes(mail_bytes(one.outbound, world.desk, TUESDAY)) for one in world.promises()]
    texts, pages = (
        [one.get_payload(part).get_payload(decode=True).decode() for one in mails] for part in (0, 1)
    )

    assert Fate.OPEN is receipt.fate
    assert {None} == {one["Bcc"] for one in mails}
    assert not [one for one in (*texts, *pages) if set(one) & set("\x00\x07\x1b\x9b\u202e\u2066")]
    assert not [one for one in pages if any(mark in one for mark in ("<script", "<img", "<a href", "</b>"))]
    assert not [one for one in texts if world.desk.mark in one or "49 " in one]


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_nasty_words_in_a_mail_are_kept_and_shown_without_effect(world, nasty, capsys):
    """The same by mail, in headers as bytes; then an agent looks at it in a terminal."""
    raw = nasty.encode("utf-8", "surrogatepass")
    head = mail(ANA, "WX-1001").replace(b"WX-1001", b"WX-1001 " + raw.replace(b"\r\n", b"\r"))
    receipt = world.gets(head.replace(b"It drops again.", raw))
    show_one(world.record(receipt), as_json=False)
    shown = capsys.readouterr().out

    assert receipt.fate in (Fate.APPEND, Fate.HOLD)
    assert shown == "".join(safe(line) + end for line, end in ((one, "\n") for one in shown.split("\n")[:-1]))


def test_terminal_escapes_no_line_of_json_has_any():
    """Lists and exports are looked at in terminals too, and JSON leaves C1 controls as they are."""
    line = json_line({"subject": "".join(NASTY.values()), "text": "Grüße\u2028\x7f"})

    assert line.isprintable()
    assert "Grüße" in line
    assert json.loads(line)["subject"] == "".join(NASTY.values())


HEADERS = {
    "a folded Message-ID": {"Message_ID": "<a@acme.example>\r\n\tBcc: victim@elsewhere.example"},
    "an encoded word in Message-ID": {
        "Message_ID": "=?utf-8?q?=3Ca=40b=3E=0D=0ABcc:_victim=40elsewhere.example?="
    },
    "a CR in References": {"References": "<a@acme.example>\rBcc: victim@elsewhere.example\r<b@acme.example>"},
    "a separator in References": {"References": "<a@acme.example\u2028Bcc:victim@elsewhere.example>"},
    "brackets in In-Reply-To": {"In_Reply_To": "<a@b><c@d\tBcc: victim@elsewhere.example>"},
    "a subject of encoded line ends": {
        "Subject": "WX-1001 =?utf-8?b?DQpCY2M6IHZpY3RpbUBlbHNld2hlcmUuZXhhbXBsZQ0K?="
    },
    "a NUL": {"Message_ID": "<a\x00b@acme.example>"},
    "a Message-ID of 4 KiB": {"Message_ID": f"<{'x' * 4000}@acme.example>"},
    "a thousand References": {"References": " ".join(f"<{one}@acme.example>" for one in range(700))},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_header_injection_what_we_repeat_of_a_mails_headers_ends_no_header_of_ours(world, headers):
    """A follow-up's ids and subject come back in what we send: threads are kept by repeating them."""
    subject = headers.pop("Subject", "WX-1001")
    receipt = world.gets(mail(ANA, subject, **headers))
    world.gets(mail(SAM, text="We look."), world.agents_address_of())
    mails = [message_from_bytes(one.encode()) for one in world.as_mails()]

    assert Fate.APPEND is receipt.fate
    assert {None} == {one["Bcc"] for one in mails}
    assert all("victim" not in to for _, to in world.promised())
    assert [] == [line for one in world.as_mails() for line in one.split("\r\n") if len(line) > 998]


FILE_NAMES = [
    'filename="a\r\n\tBcc: victim@elsewhere.example"',
    "filename*=utf-8''a%0D%0ABcc:%20victim%40elsewhere.example",
    'filename="=?utf-8?q?a=0D=0ABcc:_victim=40elsewhere.example?="',
    "filename*0=a; filename*1*=%0D%0ABcc:%20victim",
    "filename*=utf-8''%1B%5B2J%07%E2%80%AEgnp.exe",
]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_header_injection_a_files_name_is_one_line_that_can_be_seen(name):
    body = (
        f"From: {ANA}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Disposition: attachment; {name}\r\n\r\nx\r\n"
    )
    kept = letter_from(Raw("email", "mail", body.encode(), TUESDAY)).inbound.attachments[0].filename

    assert kept.isprintable()
    assert not set(kept) & set('/\\:<>|"')


COMMANDS = [
    "ticket list",
    "ticket list --queue",
    "ticket list --json",
    "ticket show 1001",
    "ticket show 1001 --why",
    "ticket show 1001 --json",
    "ticket export",
    "messages list",
    "messages list --json",
    "messages show 1",
    "messages show 2",
    "messages show 2 --json",
    "messages show 3",
    "messages export",
    "held list",
    "held list --json",
    "held show 3",
    "held show 3 --json",
    "outbox list",
    "outbox list --json",
    "people list",
    "people list --json",
    "people show ana@acme.example",
    "report sla",
    "report sla --from 2026-03-01 --to 2026-03-31 --csv -",
    "sla recompute --dry-run",
    "explain nasty.eml",
    "explain nasty.eml --json",
    "parse nasty.eml",
    "parse nasty.eml --json",
    "policy replay --policy intesys",
    "policy replay --policy intesys folder",
    "import folder --dry-run",
]
ODD = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\u202e"


@pytest.fixture(scope="module")
def nasty_desk(tmp_path_factory):
    """A desk on disk whose ticket 1001 has terminal escapes wherever a customer may write."""
    folder = tmp_path_factory.mktemp("nasty")
    wired = wire(write_config(folder, 1, 0))
    world = World()
    world.store, world.setup = wired.store, wired.setup
    with world.store.begin() as work:
        import_people(work, read_book(BOOK, "book"))
    world.opens(ANA, f"Calls {ODD}", f"Ana {ODD}", ODD, {"product": ODD, "version": ODD, "severity": ODD})
    body = nasty_mail()
    world.group(body)
    world.group(body.replace(b"=pass", b"=none").replace(b"WX-1001", b"Another on WX-1001"))
    (folder / "nasty.eml").write_bytes(body)
    (folder / "folder").mkdir()
    (folder / "folder" / f"{ODD}.eml").write_bytes(body)
    wired.store.close()
    return folder


def nasty_mail():
    word = f"=?utf-8?b?{b64encode(ODD.encode()).decode()}?="
    body = mail(f"{word} <{ANA}>", f"WX-1001 {word} {ODD}", "TEXT", Message_ID=f"<a{ODD}@b>")
    parts = f"--b\r\n\r\n{ODD}\r\n--b\r\nContent-Type: a/b\r\n"
    parts += f'Content-Disposition: attachment; filename="{word}"\r\n\r\nx\r\n--b--'
    body = body.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    return body.replace(b"TEXT", parts.encode())


@pytest.mark.parametrize("command", COMMANDS)
def test_terminal_escapes_no_command_prints_any(nasty_desk, monkeypatch, command):
    """An agent lists tickets, and a subject moves the cursor, renames the window or hides a line."""
    monkeypatch.chdir(nasty_desk)
    done = CliRunner().invoke(app, command.split())

    assert done.exit_code in (0, 1), done.output
    assert done.output.strip()
    assert [] == sorted({char for char in done.output if not char.isprintable() and char not in "\n\t"})


def test_terminal_escapes_raw_bytes_on_a_terminal_have_none_either(monkeypatch, capsysbinary):
    """A mail's bytes as they came are for a file; whoever looks at them in a terminal is safe."""
    show_bytes(b"a\x1b[2J\r\n\xff\n")
    piped = capsysbinary.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show_bytes(b"a\x1b[2J\r\n\xff\n")

    assert b"a\x1b[2J\r\n\xff\n" == piped
    assert "a�[2J\n�\n".encode() == capsysbinary.readouterr().out


def test_log_injection_no_words_of_a_stranger_make_a_line_or_move_the_cursor(capsys):
    """Another server's answer, or an error that quotes a mail, forges an entry of the log."""
    before = structlog.get_config()
    log_unfailingly()
    log = structlog.get_logger()
    log.warning("not sent", error=f"no\n2026-03-10 09:00:00 [info     ] sent{ODD}", to="a\x1b[2J")
    with suppress(ValueError), closing_log(before):
        int(f"no\n2026-03-10 09:00:00 [info     ] sent{ODD}")
    lines = capsys.readouterr().out.splitlines()
    entries = [" ".join(one.split("]")[1].split()) for one in lines if one.startswith("2")]

    assert [True, True] == [one.startswith(("not sent error=", "a part failed")) for one in entries]
    assert all(one.isprintable() for one in lines)


@contextmanager
def closing_log(before):
    """Log what is raised as `serve` does, then log again as before."""
    try:
        yield
    except ValueError:
        structlog.get_logger().exception("a part failed", part="mail")
        raise
    finally:
        structlog.configure(**before)


PATHS = [
    "../../etc/passwd",
    "..\\..\\x.exe",
    "/etc/shadow",
    "C:\\x\\y.txt",
    "..",
    ".",
    "a/../../b",
    "con\x00.txt",
    "=?utf-8?q?..=2F..=2Fx?=",
]


@pytest.mark.parametrize("name", PATHS)
def test_path_traversal_an_attachments_name_has_no_path(name):
    body = (
        f"From: {ANA}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n'
    )
    kept = letter_from(Raw("email", "mail", body.encode(), TUESDAY)).inbound.attachments[0].filename

    assert not set(kept) & set('/\\\x00:<>|"')
    assert kept not in (".", "..")


# Exhaustion

BOMBS = {
    "escaped quotes in Authentication-Results": {"Authentication_Results": '"' + '\\"' * 7500},
    "parentheses in Authentication-Results": {"Authentication_Results": "(" * 15000},
    "a route without end": {"Cc": "<" + "@," * 7500},
    "huge References": {"References": "<a@b.example> " * 1100},
    "angle brackets": {"References": "<" * 15000, "In_Reply_To": "<" * 15000},
    "recipients": {"Cc": "a@b.c," * 2500},
    "encoded words": {"Subject": "=?utf-8?b?" * 1500},
    "numbers": {"Subject": "ticket 1 " * 1500},
    "addresses": {"Cc": "a" * 15000 + "@"},
}


@pytest.mark.parametrize("headers", BOMBS.values(), ids=BOMBS)
def test_a_small_mail_is_decided_in_a_moment_whatever_is_in_it(world, headers):
    """A header that costs a regular expression or a loop the square of its length stalls all other mail."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" * 3 for name, value in headers.items())
    body = more.encode() + mail(ANA, "WX-1001")
    start = time.process_time()
    world.gets(body)

    assert time.process_time() - start < 5


def test_huge_references_are_looked_up_from_the_newest_on_and_no_more_than_forty(world):
    """Each id that is looked up costs time, and a thread of seven hundred names its newest last."""
    ours = world.last("acknowledgement", ANA).message_id
    asked = []
    world.store.engine.raw_connection().driver_connection.set_trace_callback(asked.append)
    ids = [f"<{one}@b.example>" for one in range(700)]
    fate = world.fate(mail(ANA, "x", References=" ".join([*ids, f"<{ours}>"])))
    looked_up = next(set(re.findall("x'[0-9a-f]+", one)) for one in asked if "FROM thread_keys" in one)

    assert ("append", "follow-up", 1001) == fate
    assert 40 == len(looked_up)


def in_parts(count, depth=1):
    head = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    )
    parts = f"\r\nx\r\n--b{depth - 1}\r\n" * count
    return mail(ANA, "WX-1001", "").partition(b"MIME-Version")[0] + head.encode() + parts.encode()


BODIES = {
    "nested a thousand deep": in_parts(1, 1000),
    "ten thousand parts": in_parts(10_000),
    "20,000 lines that could be quotations": mail(ANA, "WX-1001", "On a wrote:\r\n> \r\n" * 10_000),
    "one line of 500 kB": mail(ANA, "WX-1001", "On " * 170_000),
    "numbers": mail(ANA, "WX-1001", "WX-1002 #7 ticket 8 " * 20_000),
    "tags": mail(ANA, "WX-1001", "<div>" * 100_000).replace(b"text/plain", b"text/html"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_nesting_and_part_bombs_are_decided_in_bounded_time(world, body):
    """A body made to cost the square of its length; more of them are in test_intake_mail_bombs."""
    start = time.process_time()
    receipt = world.gets(body)

    assert receipt.fate in (Fate.APPEND, Fate.HOLD, Fate.REFUSE)
    assert time.process_time() - start < 10


# What no policy can do

RECKLESS = """
title = "All in"
reference = "WX-{number}"
default_severity = "s"
default_calendar = "c"
[calendars.c]
timezone = "UTC"
hours = "24x7"
[[severity]]
name = "s"
first_response = "1h"
[[rule]]
name = "append-all"
when = { ticket = "any" }
then = "append"
reply = "added"
because = "x"
[[rule]]
name = "open-all"
then = "open"
reply = "acknowledgement"
because = "x"
"""


@pytest.fixture
def reckless():
    world = World()
    world.setup = set_up(world.desk, read_policy(RECKLESS, "reckless"), KEYS)
    return world


def test_a_policy_that_takes_everything_still_takes_no_forgery_and_answers_no_machine(reckless):
    """A careless line in a policy must not open what guards and trust keep shut."""
    ours = f"<{reckless.last('acknowledgement', ANA).message_id}>"
    before = reckless.promised()

    assert "hold" == reckless.fate(mail(ANA, "WX-1001", result="none"))[0]
    assert "hold" == reckless.fate(mail(EVE, In_Reply_To=ours))[0]
    assert "ignore" == reckless.fate(mail(ANA, "WX-1001", text="r", Auto_Submitted="auto-replied"))[0]
    assert "ignore" == reckless.fate(mail(ANA, "New", text="l", Precedence="bulk"))[0]
    assert "refuse" == reckless.fate(mail(f"{ANA}, {EVE}", "New", result=""))[0]
    assert {AGENTS} == {to for _, to in reckless.promised()[len(before) :]}


def test_relay_spam_the_acknowledgement_of_an_unproven_mail_repeats_none_of_its_words(reckless):
    """A policy that opens by mail acknowledges to a forged address; that must not carry an advertisement."""
    spam = mail(
        '"Buy at spam.example" <victim@elsewhere.example>', "Buy at spam.example", "BUY spam.example", "none"
    )

    assert "open" == reckless.fate(spam)[0]
    assert "spam.example" not in mail_bytes(reckless.last("acknowledgement"), reckless.desk, TUESDAY).decode()


def test_relay_spam_one_victim_gets_no_more_than_the_budget(reckless):
    """Acknowledgements as a weapon: many mails in one name."""
    reckless.setup = replace(reckless.setup, budget=3)
    for number in range(10):
        reckless.gets(mail("victim@elsewhere.example", f"New {number}", result="none"))

    assert 3 == reckless.promised().count(("acknowledgement", "victim@elsewhere.example"))


FILLED = RECKLESS.replace(
    'because = "x"', 'because = "About {product} {version} {environment} of {organisation}"'
)


def test_template_injection_a_policys_placeholder_repeats_a_customers_words_as_words(reckless):
    """A field's value has placeholders and templates of its own, which a second filling would obey."""
    nasty = "{{ 7*7 }} {% raw %} {phone} {organisation} {0.__class__}"
    reckless.setup = set_up(reckless.desk, read_policy(FILLED, "filled"), KEYS)
    receipt = reckless.opens(ANA, "New", fields={"product": nasty, "version": nasty, "platform": nasty})

    assert receipt.because == f"About {nasty} {nasty} {nasty} of Acme"
    assert not any("49 " in one for one in reckless.as_mails())


def test_template_injection_in_a_policys_own_texts_is_words_too(reckless):
    """Whoever may write the policy may not yet run templates on the desk."""
    policy = RECKLESS.replace('because = "x"', 'because = "{{ 7*7 }}{% for x in desk %}y{% endfor %}"')
    with pytest.raises(ConfigError) if "placeholder" in policy else nullcontext():
        reckless.setup = set_up(reckless.desk, read_policy(policy, "theirs"), KEYS)
    receipt = reckless.opens(ANA, "New")

    assert "{{ 7*7 }}{% for x in desk %}y{% endfor %}" == receipt.because
    assert not any("49" in one.replace(str(TUESDAY), "") for one in reckless.bodies())


def test_a_notice_for_agents_is_no_answer_for_customers():
    """A policy that names one would show them what is internal."""
    with pytest.raises(ConfigError, match="written for agents"):
        read_policy(RECKLESS.replace('"added"', '"agent-new"'), "reckless")


@pytest.mark.parametrize(("listen", "told"), [("0.0.0.0:8025", True), ("127.0.0.1:8025", False)])
def test_forged_authentication_results_over_a_door_that_is_open_to_all_are_warned_of(
    tmp_path, capsys, listen, told
):
    """Where anybody may connect, nobody removes the header that a stranger wrote."""
    check_desk(write_config(tmp_path, 1, 0, listen=listen))

    assert told is ("let in only your mail server" in capsys.readouterr().out)


# Through the door
#
# Loops of two desks, and of one with itself, run over real sockets in test_attacks_loops.


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("desk"), desk="notices_an_hour = 1000") as desk:
        yield desk


@pytest.mark.slow
def test_oracle_a_stranger_hears_the_same_of_every_number_in_the_session(desk):
    """250 for a ticket that exists and 550 for one that does not would count the tickets."""
    number = desk.a_ticket()
    stranger = Address("Zoe", "zoe@nowhere.example")

    answers = [
        desk.mail(a_mail(stranger, f"WX-{one}", proven=False)).answer for one in (number, number + 5000)
    ]

    assert answers[0] == answers[1]


@pytest.mark.slow
def test_backscatter_over_smtp_a_forged_mail_is_refused_in_the_session_and_nothing_goes_out(desk):
    outcome = desk.mail(a_mail(CUSTOMER, "New", proven=False), sender="victim@elsewhere.example")

    assert outcome.answer.startswith("550 5.7.1")
    assert set() == outcome.notices


NOT_OURS = [
    "victim@elsewhere.example",
    "support%elsewhere.example@vendor.example",
    "victim%elsewhere.example@vendor.example",
    "elsewhere.example!victim@vendor.example",
    "@vendor.example:victim@elsewhere.example",
    '"victim@elsewhere.example"@vendor.example',
    "support@vendor.example.evil.example",
    "support+@vendor.example",
    f"support+{'a' * 36}@vendor.example",
    "support@[127.0.0.1]",
]


@pytest.mark.slow
@pytest.mark.parametrize("recipient", NOT_OURS)
def test_open_relay_only_our_own_addresses_are_taken(desk, recipient):
    """Somebody uses the desk to send mail on, or tries signed addresses."""
    assert desk.post(a_mail(CUSTOMER, proven=False), recipient).startswith(("550 5.1.1", "553", "501"))


@pytest.mark.slow
def test_secrets_and_words_of_mail_are_never_logged(desk):
    """Whoever may read the log could write in a customer's name, or read what they said."""
    number = desk.a_ticket()
    reply_to = desk.letter_to(number, CUSTOMER).mail["Reply-To"]
    desk.mail(a_mail(CUSTOMER, "Words in a subject", "Words in a text"), to=parseaddr(reply_to)[1])
    desk.mail(a_mail(CUSTOMER, "Words in a subject", "More words", proven=False))
    key = (desk.folder / "desk.key").read_text().strip()
    token = reply_to.partition("+")[2].partition("@")[0]
    log = desk.log

    assert "sent" in log
    assert [] == [one for one in (key, token, "Words in", "More words", CUSTOMER.address) if one in log]


@pytest.mark.slow
def test_number_enumeration_takes_the_same_time_for_a_forbidden_and_an_absent_number(desk):
    """Somebody measures over the network how long the refusal takes, many times, to count the tickets."""
    number = desk.a_ticket()
    asked = {number: [], number + 5000: []}
    for count in range(120):
        for one, seconds in asked.items():
            stranger = Address("Zoe", f"zoe{count}@nowhere.example")
            body = a_mail(stranger, f"WX-{one}", proven=False)
            start = time.perf_counter()
            desk.post(body)
            seconds.append(time.perf_counter() - start)
    forbidden, absent = (statistics.median(seconds) for seconds in asked.values())

    assert 0.75 < forbidden / absent < 1.33


# At the door itself: bytes on a socket; test_bots_smtp and its neighbours hold much more of it

ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\x00.\r\n"]
SECOND = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<support@example.com>\r\nDATA\r\nFrom: evil\r\n.\r\n"


@pytest.mark.parametrize("end", ENDS)
def test_smtp_smuggling_no_other_line_end_lets_a_second_mail_out_of_the_first(end):
    """Two servers disagree where a mail ends; what one takes for its text the other takes for a mail."""
    with listening() as door:
        client = door.greeted()
        client.begin()
        answer = client.ask(b"From: a@example.org\r\n\r\nHi." + end + SECOND)

    assert ("250 2.0.0 1 kept", 1) == (answer, len(door.kept))
    assert b"MAIL FROM:<evil@example.org>" in door.kept[0].body


def test_starttls_injection_commands_before_the_handshake_are_forgotten(tmp_path):
    """Somebody on the way puts a MAIL behind STARTTLS, so that the secured session begins in their name."""
    servers.require("openssl")
    files = certificate(tmp_path, partial(subprocess.run, check=True, capture_output=True))
    with listening(tls=tls_context(*files)) as door:
        client = door.greeted()
        client.ask(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@example.org>\r\n")
        client.secure(ssl.create_default_context(cafile=str(files[0])))

        assert "503" == client.ask("RCPT TO:<support@example.com>")[:3]


FLOODS = {
    "slowloris, a byte now and then": (Limits(session_seconds=0.4), [b"N"] * 200, 0.01),
    "slowloris in a mail": (Limits(idle_seconds=0.2, data_seconds=0.4), [b"DATA\r\n", *[b"a"] * 200], 0.01),
    "commands": (Limits(), [b"NOOP\r\n" * 1000], 0),
    "unknown commands": (Limits(), [b"X\r\n" * 1000], 0),
    "guessed recipients": (
        Limits(slow_seconds=0),
        [b"RCPT TO:<x@elsewhere.example>\r\n" * 1000],
        0,
    ),
    "a line without end": (Limits(idle_seconds=0.4), [b"x" * 100_000], 0),
}


@pytest.mark.parametrize(("limits", "pieces", "pause"), FLOODS.values(), ids=FLOODS)
def test_floods_end_with_a_goodbye_and_keep_nothing(limits, pieces, pause):
    """A client holds its connection, or the processor, as long as it likes."""
    with listening(limits=limits) as door:
        client = door.connect()
        with suppress(OSError):
            client.greet()
            client.ask("MAIL FROM:<a@example.org>")
            client.ask("RCPT TO:<support@example.com>")
            for piece in pieces:
                client.say(piece)
                time.sleep(pause)
        servers.wait_until(lambda: not door.channel._listener.farewells, "the session is over")

        assert [] == door.kept


def test_recipient_floods_are_told_to_come_in_portions():
    """One mail to a thousand made-up addresses of ours costs as much as a thousand."""
    with listening() as door:
        client = door.greeted()
        client.ask("MAIL FROM:<a@example.org>")
        answers = [client.ask(f"RCPT TO:<x{one}@example.com>")[:3] for one in range(105)]

    assert ["250"] * 100 + ["452"] * 5 == answers
