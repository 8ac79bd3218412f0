"""Wording: every notice in every language, safe against whatever others write into it.

`DESKBELL_UPDATE_GOLDEN=1` writes the golden files anew; read their diff before committing it.
"""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.decisions import Audience, Notice, Recipient, is_for_customers
from intake.errors import TemplateError
from intake.messages import Address, Inbound
from intake.tickets import Agent, Clock, ClockKind, Desk, Organisation, Person, Status, Ticket
from intake.tokens import Addresses, Purpose, Token
from intake.tokens import Keys as SigningKeys
from replies.catalogue import CATALOGUE, KINDS
from replies.markdown import as_html
from replies.plain import as_text
from replies.wording import Wording, wording_mistakes
from templates import FOLDER

SHORT = {path.stem for path in (FOLDER / "en" / "chat").glob("*.md")}
GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("de", "en")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 10, 17, tzinfo=UTC)
NIGHT = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 21, tzinfo=UTC)

DESK = Desk(
    name="Vendor support",
    address="support@vendor.example",
    mark="d1",
    portal_url="https://portal.vendor.example",
    timezone="America/New_York",
)
ACME = Organisation(id=1, name="Acme Ltd", plan="business", timezone="Europe/Rome")
MARIO = Person(id=7, name="Mario Rossi", emails=("mario@acme.example",), organisation_id=1)
ANNA = Agent(id=3, name="Anna Weber", email="anna@vendor.example")
TICKET = Ticket(
    id=1,
    number=1042,
    subject="Export is down",
    status=Status.OPEN,
    severity="standard",
    requester=MARIO,
    channel="email",
    opened_at=NOW,
    organisation=ACME,
    clocks=(Clock(1, ClockKind.FIRST_RESPONSE, "same business day", NOW, DUE),),
    last_message_id="2@acme.example",
    references=("1@acme.example", "r1@vendor.example"),
)
INBOUND = Inbound(
    channel="email",
    identity="0" * 64,
    received_at=NOW,
    sender=Address("Mario Rossi", "mario@acme.example"),
    subject="AW: Export is down",
    message_id="3@acme.example",
    references=("1@acme.example",),
)
TO_MARIO = Recipient(Address("Mario Rossi", "mario@acme.example"), person_id=7)
TO_ANNA = Recipient(Address("Anna Weber", "anna@vendor.example"), person_id=3, is_agent=True)

BECAUSE = "Email is only for follow-up on an existing ticket (2018)."
WORDS = "It stops at row 12.\n\n  - first line\n  - second line\n\nStill nothing comes out."
SAID_BY_MARIO = {"author": "Mario Rossi", "at": NOW, "text": WORDS, "files": 2}
SAID_BY_ANNA = {"author": "Anna Weber, Vendor support", "at": NIGHT, "text": "Which row?", "files": 0}
FACTS = {
    "acknowledgement": {
        "due": DUE,
        "severity": "standard",
        "missing": ("wms_version", "time of the call"),
        "phone": "+39 0461 1715112",
        "remarks": ("Version 3.1 is supported until 22 June 2027.",),
    },
    "added": {},
    "files-left-out": {
        "files": (
            {"name": "trace.zip", "why": "large"},
            {"name": "a.exe", "why": "kind"},
            {"name": "photo.png", "why": "gone"},
        )
    },
    "reopened": {},
    "open-on-portal": {"because": BECAUSE},
    "ticket-closed": {"because": "A ticket that support has closed cannot be reopened."},
    "refused": {
        "because": "Your software maintenance ended on 1 March 2026.",
        "way_on": "Renew it: sales@vendor.example",
    },
    "form-incomplete": {"because": "A new ticket needs product, type.", "missing": ("product", "type")},
    "sign-in-first": {"because": "New tickets are opened by people who have signed in."},
    "seat-given": {"organisation": "Acme Ltd", "giver": "Luigi Verdi", "by": "Anna Weber"},
    "seat-taken": {"organisation": "Acme Ltd", "taker": "Luigi Verdi", "by": "Anna Weber"},
    "solved-as-asked": {},
    "escalated": {"phone": "+55 11 5555 0100", "remarks": ()},
    "administrator-told": {"sender": "Luigi Verdi <luigi@acme.example>", "about": "Help", "text": WORDS},
    "account-manager-told": {
        "sender": "Mario Rossi <mario@acme.example>",
        "about": "AW: Export is down",
        "text": WORDS,
        "because": "It was not resolved in time.",
        "account": ("Acme Ltd", "plan business"),
    },
    "merged": {"into": "WX-1050"},
    "out-of-scope": {"says": "Changing data by SQL is not part of it.", "text": WORDS, "author": "Anna"},
    "agent-escalated": {"text": WORDS, "sender": "Mario Rossi", "secrets": ("password",)},
    "agent-refused": {
        "sender": "Olga <olga@old.example>",
        "because": "Maintenance ended on 31 January 2026.",
        "about": "Help",
        "text": WORDS,
        "account": ("Old Ltd", "maintenance ended 31 January 2026"),
    },
    "agent-answer": {"text": WORDS, "author": "Anna Weber", "readers": ("Luigi Verdi", "Peach")},
    "status-changed": {"status": Status.SOLVED, "text": "The new version is installed.", "closes": DUE},
    "reminder-customer": {"due": DUE, "clock": ClockKind.FIRST_RESPONSE},
    "breach-customer": {"due": DUE, "late_because": "hours", "was_due": NIGHT},
    "call-back-promised": {"due": DUE, "phone": "+39 0461 1715112"},
    "maintenance": {
        "services": ("Email Hosting", "VPS Cloud Servers"),
        "starts": DUE,
        "ends": LATER,
        "text": "The storage is replaced.\n\nMail is kept, and delivered afterwards.",
        "status_page": "https://status.vendor.example",
    },
    "maintenance-cancelled": {"services": (), "starts": DUE, "ends": LATER, "emergency": True},
    "agent-new": {
        "text": WORDS,
        "sender": "Mario Rossi",
        "attachments": 2,
        "missing": ("wms_version",),
        "account": ("Acme Ltd", "plan business"),
        "around": ("Acme Ltd has 3 other tickets open",),
    },
    "agent-follow-up": {"text": WORDS, "sender": "Mario Rossi", "attachments": 1},
    "agent-held": {"reason": "a stranger answers on a ticket", "message": 77, "sender": "x@evil.example"},
    "agent-mailbox": {"mailbox": "channel.support", "reason": "login: [AUTHENTICATIONFAILED] no"},
    "agent-reminder": {"clock": ClockKind.FIRST_RESPONSE, "due": DUE, "step": "80%"},
    "agent-breach": {"clock": ClockKind.RESOLUTION, "due": DUE, "late_because": "hours", "was_due": NIGHT},
    "agent-call-back": {"due": DUE, "step": "10m before", "who": "Mario Rossi", "phone": "+39 0461 1715112"},
    "agent-undelivered": {
        "address": "mario@acme.example",
        "status": "5.1.1",
        "text": WORDS,
        "who": "Mario Rossi",
        "why": "there is no such mailbox",
        "is_given_up": True,
        "ways": ("Telegram: 4711",),
    },
    "agent-alarm": {"limit": 1000, "until": DUE},
    "write-privately": {},
    "agent-chat-blocked": {
        "who": "Mario Rossi",
        "address": "mario@acme.example",
        "reason": "bot was blocked",
    },
    "survey": {"text": "The new version is installed."},
    "agent-rated": {"sender": "Mario Rossi", "score": "bad", "text": "It took a week.\n\nNobody called."},
    "agent-edited": {
        "sender": "Mario Rossi",
        "before": "Line 3 fails",
        "text": "Line 4 fails",
        "warnings": ("It holds a secret.",),
    },
    "agent-answered": {
        "author": "Sam Weaver",
        "text": "Please restart the box.",
        "readers": ("Ana Rossi <ana@acme.example>", "Bob Brun in Telegram"),
    },
    "agent-changed": {"author": "Sam Weaver", "changes": ("status: open → waiting",)},
    "agent-snoozed": {"author": "Sam Weaver", "until": DUE},
    "agent-decided": {
        "author": "Sam Weaver",
        "became": "refused",
        "sender": "eve@elsewhere.example",
        "because": "We do not know you.",
        "is_told": True,
    },
    "agent-elsewhere": {"channel": "C0123", "inviter": "<@U0123>"},
    "agent-channel-shut": {
        "channel": "acme",
        "organisation": "Acme Ltd",
        "reason": "it is archived",
        "tickets": ("WX-1042", "WX-1044"),
        "unreached": ("WX-1044",),
    },
    "ticket-status": {
        "tickets": [
            {"reference": "WX-1042", "subject": "Calls drop", "state": "assigned", "due": DUE},
            {"reference": "WX-1044", "subject": "No <b>tone</b>", "state": "waiting", "due": None},
        ],
        "more": 2,
    },
    "agent-assigned": {"author": "Sam"},
    "agent-mentioned": {"author": "Sam", "text": "@Tim, do you know this?"},
    "agent-noted": {"author": "Sam", "text": "Their line is old."},
    "agent-digest": {
        "mine": 2,
        "unassigned": 3,
        "late": 1,
        "lines": [
            {"reference": "WX-1042", "subject": "Calls drop", "due": NOW},
            {"reference": "WX-1043", "subject": "No sound", "due": None},
        ],
    },
    "agent-chat": {"chat": "slack", "reason": "token_revoked", "remedy": "Install it again."},
    "agent-gave-up": {"address": "mario@acme.example", "reason": "451 4.3.0 busy", "text": WORDS},
    "status-moved": {"status": Status.WAITING},
    "waiting-for-you": {},
    "chat-welcome": {},
    "chat-connect": {"address": "m…@acme.example"},
    "chat-bad-link": {},
    "chat-connected": {"address": "m…@acme.example", "scope": "tickets"},
    "chat-other-address": {"address": "m…@acme.example"},
    "chat-link-first": {},
    "chat-ask-address": {},
    "chat-code-asked": {},
    "chat-code-wrong": {"left": 4},
    "chat-unlinked": {"by_itself": True},
    "chat-help": {},
    "chat-privacy": {},
    "chat-list": {"over": False, "count": 2},
    "chat-ticket": {"status": "In progress", "due": DUE, "said": (SAID_BY_ANNA, SAID_BY_MARIO)},
    "chat-history": {"said": (SAID_BY_MARIO,)},
    "chat-not-found": {"named": "WX-9999"},
    "chat-which": {"count": 2},
    "chat-added": {},
    "chat-kept": {},
    "chat-write": {"asks": "words"},
    "chat-ask": {"field": "type", "asks": "type: technical or not", "again": True, "can_choose": True},
    "chat-confirm": {"text": WORDS, "fields": ("type: technical", "product: PBX-1"), "files": 2},
    "chat-cancelled": {"begun": True},
    "chat-reminders": {"reminders": "", "by_email": False, "quiet_from": "22:00", "quiet_to": "07:00"},
    "chat-language": {"chosen": "English"},
    "chat-cannot-pass-on": {
        "files": ({"name": "trace.zip", "why": "large"}, {"name": "a.exe", "why": "kind"})
    },
    "chat-rated": {"asks": True},
    "chat-flood": {},
    "chat-expired": {},
    "chat-code": {"code": "012345"},
    "chat-linked": {"scope": "tickets", "address": "mario@acme.example"},
}


class Keys:
    """Addresses and ids without signatures, so that they can be read."""

    def __init__(self):
        self.made = 0

    def message_id(self, ticket, now):
        self.made += 1
        return f"{ticket}.{self.made}@vendor.example"

    def reply_address(self, purpose, ticket, person, now):
        return f"support+{purpose}-{ticket}-{person}@vendor.example"

    def verp_address(self, outbox_id, ticket, now):
        return f"support+verp-{outbox_id}@vendor.example"

    def start_token(self, ticket, person, now):
        return f"start-{ticket}-{person}"


def wording(desk=DESK, folders=()):
    return Wording(desk, Keys(), "WX-{number}", folders)


def word(name, to=None, ticket=TICKET, inbound=INBOUND, desk=DESK, folders=(), **facts):
    notice = Notice(name, Audience.SENDER, FACTS.get(name, {}) | facts)
    return wording(desk, folders).word(notice, to or reader_of(name), ticket, inbound, NOW)


def reader_of(name):
    if name in CATALOGUE and CATALOGUE[name].folder:
        return replace(TO_MARIO, channel="telegram", address=Address("Mario Rossi", "1000/77"))
    return TO_ANNA if name.startswith("agent-") and name != "agent-answer" else TO_MARIO


def as_read(outbound):
    """What a person sees: the head, then the text."""
    head = f"From: {outbound.from_name}\nTo: {outbound.recipient.name}\nReply-To: {outbound.reply_to}\n"
    return f"{head}Subject: {outbound.subject}\n\n{as_text(outbound.body)}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_notice_reads_as_agreed_in_every_language(name, language):
    golden = GOLDEN / language / f"{name}.txt"
    got = as_read(word(name, replace(reader_of(name), language=language)))
    if os.environ.get("DESKBELL_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(got, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == got


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [one for one in CATALOGUE if not is_for_customers(one)])
def test_every_notice_to_agents_has_short_words_for_slack(name, language):
    golden = GOLDEN / language / "slack" / f"{name}.txt"
    outbound = word(name, replace(reader_of(name), language=language, channel="slack"))
    got = f"Subject: {outbound.subject}\n\n{as_text(outbound.body)}"
    if os.environ.get("DESKBELL_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(got, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == got
    assert not any(phrase in got for phrase in ("eply to this mail", "held release", "diese Mail"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_notice_and_no_other(language):
    found = {str(path.relative_to(FOLDER / language)) for path in (FOLDER / language).rglob("*.md")}
    names = {name for name in found if not name.startswith(("_", "chat/", "slack/"))}

    assert {f"{kind.folder}{kind.name}.md" for kind in KINDS} == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_forms_of_chats_are_of_notices_that_mails_have(language):
    names = {path.stem for path in (FOLDER / language / "chat").glob("*.md")}

    assert names <= {kind.name for kind in KINDS if not kind.folder}
    assert SHORT == names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SHORT))
def test_every_short_form_reads_as_agreed_in_every_language(name, language):
    golden = GOLDEN / language / "chat" / f"{name}.txt"
    to = replace(TO_MARIO, channel="telegram", address=Address("Mario Rossi", "1000/77"), language=language)
    got = as_read(word(name, to))
    if os.environ.get("DESKBELL_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(got, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == got


def test_our_own_templates_have_no_mistakes():
    assert () == wording_mistakes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CATALOGUE)
def test_a_notice_needs_no_more_than_the_catalogue_says(name, language):
    needed = {fact: FACTS[name][fact] for fact in CATALOGUE[name].needs}
    notice = Notice(name, Audience.SENDER, needed)
    bare = replace(TICKET, organisation=None, clocks=())
    desk = replace(DESK, portal_url="")

    for ticket in (bare, None):
        wording(desk).word(notice, replace(reader_of(name), language=language), ticket, None, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "fact"), [(kind.name, fact) for kind in KINDS for fact in kind.needs])
def test_a_fact_that_is_not_given_is_an_error_that_names_it(name, fact, language):
    facts = {key: value for key, value in FACTS[name].items() if key != fact}
    to = replace(reader_of(name), language=language)

    with pytest.raises(TemplateError, match=rf"{language}/.*md line \d+: '{fact}' is undefined"):
        wording().word(Notice(name, Audience.SENDER, facts), to, TICKET, INBOUND, NOW)


# Links into a chat


@pytest.mark.parametrize(
    ("name", "to", "ticket", "bot", "has_link"),
    [
        ("acknowledgement", TO_MARIO, TICKET, "AcmeBot", True),
        ("agent-answer", TO_MARIO, TICKET, "AcmeBot", True),
        ("acknowledgement", TO_MARIO, TICKET, "", False),
        ("acknowledgement", replace(TO_MARIO, person_id=0), TICKET, "AcmeBot", False),  # nobody's token
        ("refused", TO_MARIO, None, "AcmeBot", False),
        ("maintenance", TO_MARIO, TICKET, "AcmeBot", False),  # about no ticket of theirs
        ("agent-new", TO_ANNA, TICKET, "AcmeBot", False),
    ],
)
def test_a_mail_about_a_ticket_links_to_it_in_the_chat(name, to, ticket, bot, has_link):
    text = as_text(word(name, to, ticket, desk=replace(DESK, telegram_bot=bot)).body)

    assert has_link is ("https://t.me/AcmeBot?start=start-1042-7" in text)


# Which language and which time


@pytest.mark.parametrize(
    ("theirs", "requesters", "desks", "spoken"),
    [
        ("de", "en", "en", "de"),
        ("", "de", "en", "de"),
        ("", "", "de", "de"),
        ("de-AT", "", "en", "de"),
        ("de_CH", "", "en", "de"),
        ("DE", "", "en", "de"),
        ("tlh", "de", "de", "en"),  # a language that we do not speak: English, not the requester's
        ("../../etc", "", "de", "en"),
        ("", "", "", "en"),
    ],
)
def test_the_readers_language_is_spoken_else_english(theirs, requesters, desks, spoken):
    ticket = replace(TICKET, requester=replace(MARIO, language=requesters))
    said = word("added", replace(TO_MARIO, language=theirs), ticket, desk=replace(DESK, language=desks))

    assert spoken == said.language
    assert said.body.startswith({"de": "Guten Tag", "en": "Hello"}[spoken])


def test_an_agent_is_not_spoken_to_in_the_requesters_language():
    ticket = replace(TICKET, requester=replace(MARIO, language="de"))

    assert "en" == word("agent-new", ticket=ticket).language


@pytest.mark.parametrize(
    ("theirs", "organisations", "language", "moment"),
    [
        ("Asia/Tokyo", "Europe/Rome", "en", "Wednesday 11 March 2026, 02:00 JST"),
        ("", "Europe/Rome", "en", "Tuesday 10 March 2026, 18:00 CET"),
        ("", "Europe/Rome", "de", "Dienstag, 10. März 2026, 18:00 Uhr MEZ"),
        ("", "", "en", "Tuesday 10 March 2026, 13:00 EDT"),  # the desk's
        ("", "America/Sao_Paulo", "en", "Tuesday 10 March 2026, 14:00 GMT-03:00"),
        ("Europe/Nowhere", "Europe/Rome", "en", "Tuesday 10 March 2026, 18:00 CET"),
        ("../../etc/passwd", "/etc", "en", "Tuesday 10 March 2026, 13:00 EDT"),
        ("UTC", "", "de", "Dienstag, 10. März 2026, 17:00 Uhr UTC"),
    ],
)
def test_a_time_is_told_as_the_readers_own_clock_shows_it(theirs, organisations, language, moment):
    to = replace(TO_MARIO, timezone=theirs, language=language)
    ticket = replace(TICKET, organisation=replace(ACME, timezone=organisations))

    assert moment in as_text(word("reminder-customer", to, ticket).body)


# What others chose


@pytest.mark.parametrize("name", [kind.name for kind in KINDS if kind.answers])
def test_nothing_that_an_unproved_sender_chose_is_said_back_to_them(name):
    ticket = replace(TICKET, subject="Cheap pills", requester=replace(MARIO, name="Cheap pills"))
    said = word(name, Recipient(Address("Cheap pills", "victim@acme.example")), ticket, None)

    assert "pills" not in as_read(said)
    assert "[WX-1042]" in said.subject
    assert "" == said.recipient.name


EVIL = "[x](http://evil.example) <script>alert(1)</script> **b** `c` # d\n- e\n1. f\n\n![g](http://evil.example/g)"


def evil(value):
    """One of several things in a fact, with somebody else's words in it."""
    if not isinstance(value, dict):
        return EVIL
    return {name: EVIL if isinstance(one, str) else one for name, one in value.items()}


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_others_wrote_is_never_markup_in_any_notice(name):
    person = replace(MARIO, name=EVIL)
    ticket = replace(TICKET, subject=EVIL, requester=person, severity=EVIL, product=EVIL, release=EVIL)
    facts = {
        fact: EVIL if isinstance(value, str) and fact != "portal_url" else value
        for fact, value in FACTS[name].items()
        if not isinstance(value, Status | ClockKind)
    }
    facts |= {fact: tuple(map(evil, value)) for fact, value in facts.items() if isinstance(value, tuple)}
    to = replace(reader_of(name), address=Address(EVIL, "a@b.example"))
    said = word(name, to, replace(ticket, organisation=replace(ACME, name=EVIL, plan=EVIL)), **facts)
    html = as_html(said.body, "en", said.subject)

    assert not re.search(r"<(script|img|h\d|ol)\b|href=.http://evil", html)
    assert "\n" not in said.subject + said.recipient.name + said.from_name


def test_an_agents_answer_keeps_its_lines():
    assert WORDS in as_text(word("agent-answer").body)


def test_a_fact_never_hides_what_is_always_there():
    notice = Notice("added", Audience.SENDER, {"desk": "somebody else's", "reference": "WX-1"})
    said = wording().word(notice, TO_MARIO, TICKET, INBOUND, NOW)

    assert "Vendor support" in said.body
    assert "WX-1042" in said.body


# Head


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ("Export is down", "Re: Export is down [WX-1042]"),
        ("Re: Export is down [WX-1042]", "Re: Export is down [WX-1042]"),
        ("AW: Re: WG: Export is down", "Re: Export is down [WX-1042]"),
        ("[WX-1042] Export is down [WX-1042]", "Re: Export is down [WX-1042]"),
        ("Re[2]: Export is down", "Re: Export is down [WX-1042]"),
        ("Export [WX-7] is down", "Re: Export [WX-7] is down [WX-1042]"),
        ("Reset: it *fails* in C:\\temp", "Re: Reset: it *fails* in C:\\temp [WX-1042]"),
        ("line\r\nBcc: z@evil.example", "Re: line Bcc: z@evil.example [WX-1042]"),
        ("# <b>", "Re: # <b> [WX-1042]"),
        ("x" * 500, f"Re: {'x' * 150} [WX-1042]"),
        ("", "We have your message [WX-1042]"),
        ("Re: ", "We have your message [WX-1042]"),
    ],
)
def test_the_subject_is_the_tickets_with_its_reference_once(subject, written):
    assert written == word("added", ticket=replace(TICKET, subject=subject)).subject


def test_without_a_ticket_the_subject_is_that_of_the_mail_that_is_answered():
    assert "Re: Export is down" == word("refused", ticket=None).subject


def test_an_answer_to_a_mail_stands_below_that_mail():
    said = word("added")

    assert ("3@acme.example", ("1@acme.example", "3@acme.example")) == (said.in_reply_to, said.references)


@pytest.mark.parametrize("name", ["agent-answer", "agent-new", "reminder-customer"])
def test_everything_else_stands_below_the_tickets_last_message(name):
    said = word(name)

    assert "2@acme.example" == said.in_reply_to
    assert ("1@acme.example", "r1@vendor.example", "2@acme.example") == said.references


@pytest.mark.parametrize(
    ("name", "to", "ticket", "reply_to"),
    [
        ("added", TO_MARIO, TICKET, "support+reply-1042-7@vendor.example"),
        ("agent-new", TO_ANNA, TICKET, "support+agent-1042-3@vendor.example"),
        ("agent-new", replace(TO_ANNA, person_id=0), TICKET, "support+agent-1042-0@vendor.example"),
        ("added", replace(TO_MARIO, person_id=0), TICKET, ""),  # nobody we know: no token
        ("refused", TO_MARIO, None, ""),
        ("agent-held", TO_ANNA, TICKET, ""),  # an answer would go to the requester, not to the stranger
    ],
)
def test_a_reply_address_is_made_for_one_known_reader_of_a_ticket(name, to, ticket, reply_to):
    assert reply_to == word(name, to, ticket).reply_to


def test_a_persons_words_are_not_automatic_and_carry_their_name():
    said = word("agent-answer")

    assert ("no", "Anna Weber (Vendor support)", DESK.address) == (
        said.automatic,
        said.from_name,
        said.envelope_sender,
    )


def test_what_we_say_by_ourselves_has_an_empty_return_path():
    said = word("added")

    assert ("auto-replied", "Vendor support", "") == (said.automatic, said.from_name, said.envelope_sender)


def test_every_mail_has_its_own_message_id_that_names_the_ticket():
    words = wording()
    ids = [
        words.word(Notice("added", Audience.SENDER), TO_MARIO, TICKET, INBOUND, NOW).message_id for _ in "ab"
    ]

    assert ["1042.1@vendor.example", "1042.2@vendor.example"] == ids


def test_the_real_signed_addresses_lead_back_to_the_ticket_and_its_reader():
    addresses = Addresses(DESK, SigningKeys(b"k" * 32))
    said = Wording(DESK, addresses).word(Notice("added", Audience.SENDER), TO_MARIO, TICKET, INBOUND, NOW)

    assert Token(Purpose.REPLY, 1042, 7) == addresses.token_in_address(said.reply_to, NOW)
    assert said.subject.endswith("[#1042]")
    assert said.message_id.endswith("@vendor.example")


# Operators' own templates


def write(folder, name, text):
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_an_operators_template_comes_before_ours(tmp_path):
    write(tmp_path, "en/added", "Subject: Got it\n\nGot it, {{ name }}.\n")
    said = word("added", folders=[tmp_path])

    assert ("Got it", "Got it, Mario Rossi.\n") == (said.subject, said.body)
    assert "Thank you for telling us" in word("reopened", folders=[tmp_path]).body


def test_an_operator_may_add_a_language(tmp_path):
    write(tmp_path, "fr/added", "Subject: Bien reçu\n\nPour {{ now | time }}.\n")
    said = word("added", replace(TO_MARIO, language="fr-CA"), folders=[tmp_path])

    assert ("fr", "Pour mardi 10 mars 2026, 10:00 CET.\n") == (said.language, said.body)
    assert "en" == word("reopened", replace(TO_MARIO, language="fr"), folders=[tmp_path]).language


def test_an_operator_may_add_a_notice(tmp_path):
    write(tmp_path, "en/renew", "Subject: Please renew\n\n{{ because }}\n")

    assert "It ended.\n" == word("renew", folders=[tmp_path], because="It ended.").body


def test_a_notice_that_nobody_has_written_is_an_error():
    with pytest.raises(TemplateError, match=r"en/no-such-notice\.md: no such template"):
        word("no-such-notice")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Subject: x\n\n{{ dew }}\n", "en/added.md line 3: 'dew' is undefined"),
        ("Subject: x\n\n\n{{ ticket.colour }}\n", "en/added.md line 4: .*no attribute 'colour'"),
        ("Subject: x\n\n{% if %}\n", "en/added.md line 3: "),
        ("Subject: x\n\n{{ 'a' | shout }}\n", "en/added.md line 3: No filter named 'shout'"),
        ("Subject: x\n\n{{ ticket.closed_at }}\n", "en/added.md line 3: a NoneType cannot be printed"),
        ("Subject: x\n\n{{ reference | time }}\n", "en/added.md line 3: a str is not a moment"),
        ('Subject: x\n\n{% include "en/_piece.md" %}\n', "en/_piece.md line 2: 'dew' is undefined"),
        ('Subject: x\n\n{% include "en/_gone.md" %}\n', "en/added.md line 3: .*_gone.md"),
        ("Hello\n\nx\n", 'en/added.md line 1: expected "Subject: …", got "Hello"'),
        ("Subject: {{ '' }}\n\nx\n", "en/added.md line 1: expected"),
        ("Subject: x\n\n{{ ''.__class__.__mro__ }}\n", "en/added.md line 3: .*unsafe"),
        ("Subject: x\n\n{{ 1 / 0 }}\n", "en/added.md line 3: ZeroDivisionError"),
    ],
)
def test_a_template_that_cannot_be_worded_names_place_and_word(tmp_path, text, said):
    write(tmp_path, "en/added", text)
    write(tmp_path, "en/_piece", "fine\n{{ dew }}\n")

    with pytest.raises(TemplateError, match=said):
        word("added", folders=[tmp_path])


def test_all_mistakes_in_an_operators_folder_are_found_at_once(tmp_path):
    write(tmp_path, "en/added", "Subject: x\n\n{% if %}\n")
    write(tmp_path, "de/added", "Subject: x\n\n{{ \n")

    assert {"en/added.md line 3", "de/added.md line 3"} == {
        mistake.partition(":")[0] for mistake in wording_mistakes([tmp_path])
    }
