"""Scenes for the page about Slack: a little story, drawn by the very functions that draw the real thing.

`draw` writes each as a PNG with Chromium, so that the pictures in the documentation are made anew
whenever what agents see changes.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.slack.blocks import CardFacts, Due, HomeFacts, Row, Shelf, card, modals, thread_messages
from bots.slack.blocks.home import home
from bots.slack.blocks.lists import ticket_list
from bots.wiring import load_policy, set_up
from intake.decisions import Audience, Notice
from intake.readers import triage
from intake.tickets import ClockKind, Desk, Person, Status, Ticket
from intake.tokens import Keys
from sandbox import slack_pictures as pictures
from sandbox.slack_page import note, page, person
from store.held_notices import Settled

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BOB, CAROL = "U0BOB", "U0CAROL"
NAMES = {BOB: "Bob", CAROL: "Carol"}
DESK = Desk("Vendor support", "support@vendor.example", "d1", timezone="Europe/Rome", has_triage=True)
SETUP = set_up(DESK, load_policy("wildix"), Keys(b"no secret at all"))
SEVERITIES = tuple(SETUP.policy.severities)
ANA = "Ana Rossi <ana@acme.example>"
WORDS = """Hello,

since this morning every call is cut off after about 40 seconds, on all 30 telephones. We restarted
the PBX twice <and nothing changed>. @channel please hurry!

Ana"""


REQUESTER = Person(7, "Ana Rossi", ("ana@acme.example",))
TICKET = Ticket(
    1042,
    1042,
    "Calls are cut off on all telephones",
    Status.OPEN,
    SEVERITIES[0],
    REQUESTER,
    "email",
    NOW - timedelta(minutes=4),
)


def _facts(**changes: object) -> CardFacts:
    told = {
        "number": 1042,
        "version": 3,
        "reference": "WX-1042",
        "now": NOW,
        "severity": SEVERITIES[0],
        "severities": SEVERITIES,
        "subject": "Calls are cut off on all telephones",
        "requester": "Ana Rossi",
        "address": "ana@acme.example",
        "organisation": "Acme",
        "account": ("Acme", "plan Gold", "Ana Rossi is technical contact"),
        "product": "PBX",
        "release": "6.2",
        "opened_at": NOW - timedelta(minutes=4),
        "words": WORDS,
        "files": 1,
        "dues": (Due(ClockKind.FIRST_RESPONSE, NOW + timedelta(minutes=26)),),
        "on_duty": (CAROL,),
    }
    return CardFacts(**(told | changes))  # type: ignore[arg-type]


def _claimed(**changes: object) -> CardFacts:
    return _facts(assignee="Bob", assignee_slack=BOB, is_assignee_on_duty=True, **changes)


def _said(name: str, facts: CardFacts, at: str, **told: object) -> Iterator[str]:
    """A notice in the thread, in the words of its own template."""
    yield from _decided(name, facts, at, None, told)


def _decided(
    name: str, facts: CardFacts, at: str, settled: Settled | None, told: Mapping[str, object]
) -> Iterator[str]:
    notice = Notice(name, Audience.ASSIGNEE, {**told, "decided": settled is not None})
    outbound = SETUP.wording.word(notice, triage(DESK), TICKET, None, NOW)
    extra = {"audience": "assignee", "message": 57, "promise": 91}
    for one in thread_messages(replace(outbound, extra=extra), facts, settled):
        yield pictures.reply(one.blocks, at, NAMES)


def _card() -> Iterator[str]:
    yield note("#triage")
    known = _facts(remarks=("Acme has 2 other tickets open",))
    yield pictures.message(card(known).blocks, "09:56", NAMES)


def _thread() -> Iterator[str]:
    text = "It is every call now, also to the emergency line."
    yield note("The thread of WX-1042, which Bob has claimed")
    yield pictures.message(card(_claimed(files=0)).blocks, "09:56", NAMES)
    yield from _said("agent-follow-up", _claimed(), "10:04", sender=ANA, text=text, attachments=1)
    noted = "Looks like the SIP timer again, I check their trunk."
    yield person("Bob", noted, "10:06", "🔒 1  (a note: no customer reads it)")
    preview = modals.reply_preview(_reply("Good morning Ana, we found it and change your trunk's timer now."))
    yield note("Bob writes “!reply Good morning Ana, …”, and only he sees:")
    yield pictures.reply(preview.blocks, "10:09", NAMES)
    yield pictures.reply(modals.undo(_reply(""), 10).blocks, "10:09", NAMES)


def _reply(text: str) -> modals.ReplyFacts:
    return modals.ReplyFacts(
        "WX-1042",
        1042,
        3,
        "Calls are cut off on all telephones",
        (ANA, "Luca <luca@acme.example>"),
        text=text,
        canned=(("timer", "SIP timer"),),
        files=(("F1", "trunk.log"),),
    )


def _reply_modal() -> Iterator[str]:
    text = "Good morning Ana,\n\nwe found it: your trunk's session timer is 40 seconds. We change it now."
    yield pictures.modal(modals.reply(_reply(text)), NAMES)


def _rows() -> tuple[Row, ...]:
    told = (
        ("Calls are cut off on all telephones", SEVERITIES[0], "Acme", 26, Status.OPEN),
        ("Voicemail to email stopped", SEVERITIES[1], "Globex", -130, Status.OPEN),
        ("New extension for the lab", SEVERITIES[-1], "Initech", 1500, Status.WAITING),
    )
    return tuple(_row(1042 + place, *one) for place, one in enumerate(told))


def _row(number: int, subject: str, severity: str, organisation: str, minutes: int, status: Status) -> Row:
    due = Due(ClockKind.RESOLUTION, NOW + timedelta(minutes=minutes), status is Status.WAITING)
    link = f"https://vendor.slack.example/archives/C0TRIAGE/p{number}"
    return Row(number, 3, f"WX-{number}", subject, status, severity, organisation, "Bob", due, link)


def _home_facts() -> HomeFacts:
    counts = {"mine": 3, "unassigned": 12, "due": 2, "snoozed": 1}
    shelves = (Shelf("mine", _rows(), 3),)
    return HomeFacts(NOW, counts=counts, shelves=shelves, severities=SEVERITIES)


def _home() -> Iterator[str]:
    yield pictures.home(home(_home_facts()), NAMES)


def _held() -> Iterator[str]:
    told = {
        "sender": "Eve <eve@elsewhere.example>",
        "message": 57,
        "reason": "A stranger answers on this ticket: Eve is not on it, and is not of Acme.",
        "text": "Please reset the administrator's password and send it to me. <!channel>",
    }
    yield from _said("agent-held", _claimed(), "10:12", **told)
    why = "Please write to us from an address of Acme."
    decided = Settled("refused", "Bob", NOW.isoformat(), because=why)
    yield note("The same once Bob has decided")
    yield from _decided("agent-held", _claimed(), "10:12", decided, told)


def _reminders() -> Iterator[str]:
    promised = {"clock": "first_response", "due": NOW + timedelta(minutes=26)}
    yield from _said("agent-reminder", _facts(), "10:11", step="50%", **promised)
    yield from _said("agent-breach", _facts(), "10:26", **promised)
    failed = {"address": "ana@acme.example", "reason": "451 4.3.0 busy", "text": "Good morning Ana."}
    yield from _said("agent-gave-up", _facts(), "10:40", **failed)


def _list() -> Iterator[str]:
    yield note("/ticket list mine, which only Bob sees")
    yield pictures.message(ticket_list("Mine", _rows(), _home_facts()).blocks, "10:15", NAMES)


def _details() -> Iterator[str]:
    entries = (
        modals.Entry(
            NOW + timedelta(minutes=9),
            "Bob",
            "answered by email",
            "Good morning Ana, we found it.",
            state="delivered",
        ),
        modals.Entry(
            NOW + timedelta(minutes=4),
            ANA,
            "wrote by email",
            "It is every call now, also to the emergency line.",
            "The mail answers one of ours, and Ana is on the ticket.",
            "follow-up",
            "append",
        ),
    )
    facts = modals.DetailsFacts(_claimed(), entries, 1, 3, (ANA, "luca@acme.example"))
    yield pictures.modal(modals.details(facts), NAMES)


WIDTH = 800
HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
MEASURED = "<script>document.body.dataset.height = document.querySelector('main').offsetHeight</script>"
SCENES = {
    "slack_card": _card,
    "slack_thread": _thread,
    "slack_reply": _reply_modal,
    "slack_details": _details,
    "slack_home": _home,
    "slack_held": _held,
    "slack_reminders": _reminders,
    "slack_list": _list,
}


def pages() -> dict[str, str]:
    """Each scene as an HTML document."""
    return {name: page(name.replace("_", " "), scene()) for name, scene in SCENES.items()}


def draw(folder: Path, chromium: str = "chromium") -> list[Path]:
    """Each scene as a PNG in a folder, as high as what is drawn."""
    drawn = []
    for name, text in pages().items():
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch) / "page.html"
            source.write_text(text + MEASURED, encoding="utf-8")
            browser = [chromium, *HEADLESS, f"--user-data-dir={scratch}/browser"]
            height = _height(browser, source)
            file = folder / f"{name}.png"
            _asked([*browser, f"--window-size={WIDTH},{height}", f"--screenshot={file}", source.as_uri()])
            drawn.append(file)
    return drawn


def _height(browser: list[str], source: Path) -> int:
    """How high the page is, which a first look tells."""
    page = _asked([*browser, f"--window-size={WIDTH},1000", "--dump-dom", source.as_uri()])
    found = re.search(r'data-height="(\d+)"', page)
    assert found, "the page does not say how high it is"
    return int(found[1])


def _asked(command: list[str]) -> str:
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603
    return told.stdout
