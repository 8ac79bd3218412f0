"""Tickets and messages as an agent reads them at a terminal: what it is, then what was said.

A page is made from the same record that `--json` prints, with times in the desk's zone. Texts
of strangers are blocks of their own, indented and without control characters, so that nobody
can write what looks like a line of ours. What was only told to agents is counted, not repeated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bots.console import in_words, safe
from replies.plain import as_text

Record = Mapping[str, Any]
BLOCK = "    "
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
LABEL = 14
TICKET = (
    ("Requester", "requester"),
    ("Organisation", "organisation"),
    ("Participants", "participants"),
    ("Assignee", "assignee"),
    ("Team", "team"),
    ("Product", "product"),
    ("Version", "version"),
    ("Predecessor", "predecessor"),
    ("Solved", "solved"),
    ("Closed", "closed"),
)
MESSAGE = (
    ("From", "from"),
    ("Channel", "channel"),
    ("Ticket", "ticket"),
    ("Found by", "matched_by"),
    ("Assurance", "assurance"),
    ("Rule", "rule"),
    ("Because", "because"),
    ("Answered", "notice"),
    ("Look twice", "flagged"),
    ("Message-ID", "message_id"),
)
CLOCK = (
    ("due", "due"),
    ("kept", "met"),
    ("late since", "breached"),
    ("paused", "paused"),
    ("stopped", "stopped"),
)

NOTICES = ("notice to agents", "notices to agents")
COPIES = ("copy of an answer", "copies of answers")


def ticket_page(record: Record, reference: str, zone: str) -> Iterator[str]:
    """A ticket: head, promises, conversation, history, and with `--why` each event of its clocks."""
    yield _one_line(f"{reference}  {record['subject']}")
    opened = f"opened {in_words(record['opened'], zone)} by {record['channel']}"
    yield f"{record['status']}, {record['severity']}, {opened}"
    yield ""
    yield from _fields(TICKET, record, zone)
    yield from _section("Also", map(_one_line, record.get("around", ())))
    yield from _section("Promises", (_clock(one, zone) for one in record["clocks"]))
    yield from _section("Why they are due then", _whys(record.get("why", ())))
    yield from _section(
        "What happened to them", (_event(one, zone) for one in record.get("clock_events", ()))
    )
    yield from _section("How it went", _survey(record["survey"], zone))
    yield from _section("Conversation", _conversation(record["messages"], zone))
    yield from _section("History", (_done(one, zone) for one in record["history"]))


def message_page(record: Record, zone: str) -> Iterator[str]:
    """A message: who, when, what became of it and why, its text, and the way to the decision."""
    yield _one_line(f"Message {record['id']}  {record['subject']}")
    yield f"{record['fate']}, {in_words(record['at'], zone)}"
    yield ""
    yield from _fields(MESSAGE, record, zone)
    yield from _section("Text", _block(record["text"]))
    files = record["attachments"]
    yield from _section("Attachments", (f"{one['filename']}, {one['size']} bytes" for one in files))
    yield from _section("The way to it", (_step(one) for one in record["trace"]))


def _fields(rows: Iterable[tuple[str, str]], record: Record, zone: str) -> Iterator[str]:
    for label, name in rows:
        value = record[name]
        words = ", ".join(value) if isinstance(value, list) else str(value or "")
        if name in ("solved", "closed"):
            words = in_words(value, zone)
        if words and words != "none":
            yield f"{label:<{LABEL}}{_one_line(words)}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A title and its lines, nothing where there are none."""
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}".rstrip() for line in found)


def _clock(clock: Record, zone: str) -> str:
    times = (f"{label} {in_words(clock[name], zone)}" for label, name in CLOCK if clock[name])
    target = f" ({_one_line(clock['target'])})" if clock["target"] else ""
    return f"{_spoken(clock['kind'])}{target}: {', '.join(times)}"


def _whys(explained: Iterable[Record]) -> Iterator[str]:
    for one in explained:
        yield f"{_spoken(one['kind'])}:".capitalize()
        yield from (f"  {_one_line(line)}" for line in one["lines"])


def _event(event: Record, zone: str) -> str:
    due = f"due {in_words(event['due_at'], zone)}" if event["due_at"] else ""
    until = f"until {in_words(event['until'], zone)}" if event["until"] else ""
    said = ", ".join(filter(None, (event["severity"], event["target"], event["reason"], until, due)))
    return f"{in_words(event['at'], zone)}  {_spoken(event['kind'])} {event['event']}: {said}".rstrip(": ")


def _survey(survey: Record | None, zone: str) -> Iterator[str]:
    """What the requester was asked, and says; nothing where nobody was asked."""
    if survey is None:
        return
    if not survey["score"]:
        yield f"asked {in_words(survey['asked'], zone)}, not answered"
        return
    yield f"{survey['score']}, {in_words(survey['answered'], zone)}"
    if survey["comment"]:
        yield from _block(survey["comment"])


def _conversation(messages: Iterable[Record], zone: str) -> Iterator[str]:
    """What was said to and by customers; an answer once, however many readers it went to."""
    said, told, copies = "", 0, 0
    for one in messages:
        is_ours = one["direction"] == "out"
        text = as_text(one["text"]) if is_ours else one["text"].strip()
        if is_ours and not one["public"]:
            told += 1
        elif is_ours and said and text.startswith(said):
            copies += 1
        else:
            said = said if is_ours else text
            yield from _said(one, text, zone)
    besides = [words for words in (_counted(told, *NOTICES), _counted(copies, *COPIES)) if words]
    if besides:
        yield f"({' and '.join(besides)} besides; --json shows {'it' if told + copies == 1 else 'them'})"


def _counted(number: int, one: str, many: str) -> str:
    """How many there are of something, "" for none."""
    return f"{number} {one if number == 1 else many}" if number else ""


def _said(message: Record, text: str, zone: str) -> Iterator[str]:
    note = "" if message["public"] else ", a note for colleagues"
    at = in_words(message["at"], zone)
    yield _one_line(f"{at}  {message['author']} by {message['channel']}{note}")
    yield from _block(text)
    if files := message.get("attachments"):
        yield f"{BLOCK}Files: {_one_line(', '.join(name or 'unnamed' for name in files))}"
    yield ""


def _done(row: Record, zone: str) -> str:
    detail = MOMENT.sub(lambda found: in_words(found[0], zone), row["detail"])
    detail = f": {detail}" if detail else ""
    return _one_line(f"{in_words(row['at'], zone)}  {row['actor']}  {_spoken(row['what'])}{detail}")


def _step(step: Record) -> str:
    return _one_line(f"{'+' if step['holds'] else '-'} {step['name']}: {step['saw']}")


def _block(text: str) -> Iterator[str]:
    return (f"{BLOCK}{safe(line)}".rstrip() for line in text.strip().splitlines())


def _spoken(name: object) -> str:
    return str(getattr(name, "value", name)).replace("_", " ")


def _one_line(text: str) -> str:
    return safe(" ".join(text.splitlines()))
