"""Answers to `/ticket`: lists, one ticket, what was found, help. Only whoever asked sees them.

A list is a table of Slack's where it fits, its cells literal rich text; thirty rows are what can
be read, and the rest is counted.
"""

from collections.abc import Iterable, Sequence

from bots.slack.blocks import names
from bots.slack.blocks.card import STATUS_WORDS, card, severity_sign
from bots.slack.blocks.elements import (
    actions,
    button,
    context,
    rich_section,
    rich_text,
    said,
)
from bots.slack.blocks.text import escaped, fallback, one_line, plain
from bots.slack.blocks.times import due_words
from bots.slack.blocks.types import CardFacts, HomeFacts, Json, Message, Row
from replies.slack_text import literal

MOST_ROWS = 30
LONGEST_SUBJECT = 80
LONGEST_CELL = 60
MOST_CHARACTERS = 9000
COLUMNS = ("Ticket", "Subject", "Status", "Severity", "Assignee", "Due")
COMMANDS = (
    ("help", "", "this list"),
    ("new", "", "open a ticket"),
    ("list", "[mine|unassigned|open|breaching|snoozed|team:x|org:x] [severity]", "tickets"),
    ("show", "ID", "one ticket"),
    ("claim · unclaim", "ID", "make it yours, or nobody's"),
    ("assign", "ID @agent|team:x", "give it to somebody"),
    ("severity", "ID name", "how bad it is, in the policy's names; or urgent, high, normal, low"),
    ("status", "ID open|waiting|solved|closed", "where it stands"),
    ("snooze", "ID 2h|tomorrow|2026-12-01 09:00|reply", "keep reminders quiet"),
    ("close · reopen", "ID [reason]", "end it, or go on"),
    ("note", "ID text", "for colleagues only"),
    ("reply", "ID", "answer the customer"),
    ("merge", "ID into ID", "make one of two"),
    ("link", "ID ID", "note that two belong together"),
    ("spam", "ID", "close it without a word"),
    ("find", "words|address", "search"),
    ("me", "", "your role, your teams, what you are told directly"),
    ("settings", "", "for administrators"),
)


def ticket_list(title: str, rows: Sequence[Row], facts: HomeFacts, total: int = 0) -> Message:
    """Tickets as a table; `total` is how many there are where not all are given."""
    if not rows:
        return words(f"{title}: none.")
    shown = list(_that_fit(rows[:MOST_ROWS], facts))
    more = max(total, len(rows)) - len(shown)
    table = {"type": "table", "rows": [_cells(COLUMNS, bold=True), *shown]}
    blocks: list[Json] = [rich_text(rich_section(said(title, bold=True))), table]
    if more > 0:
        blocks.append(context(plain(f"{more} more; narrow it down, or look in App Home.")))
    text = "\n".join(f"{one.reference} {one_line(one.subject)}" for one in rows[:MOST_ROWS])
    return Message(fallback(f"{title}\n{text}"), tuple(blocks))


def found(query: str, rows: Sequence[Row], facts: HomeFacts, total: int = 0) -> Message:
    return ticket_list(f"Found for “{one_line(query)[:LONGEST_SUBJECT]}”", rows, facts, total)


def show(facts: CardFacts, link: str = "") -> Message:
    """One ticket to whoever asked: its card, and where its thread is."""
    made = card(facts)
    here = names.Pressed(ticket=facts.number, version=facts.version)
    if not link:
        return made
    more = actions([button("Open thread", names.OPEN_THREAD, here, url=link[:3000])], "show")
    return Message(made.text, (*made.blocks, more))


def help_text(form: str = "#{number}") -> Message:
    """Every command with what it takes; `form` is how the desk writes a ticket's reference."""
    items = [
        rich_section(said(f"/ticket {name} {takes}".rstrip(), code=True), said(f"  {what}"))
        for name, takes, what in COMMANDS
    ]
    listed = {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": items}
    ids = f"A ticket is named by its reference or its number: {form.format(number=1042)}, #1042, 1042."
    blocks = (rich_text(rich_section(said("What you can do", bold=True)), listed), context(plain(ids)))
    return Message(fallback(f"What you can do: {', '.join(name for name, _, _ in COMMANDS)}"), blocks)


def words(text: str) -> Message:
    """One plain sentence."""
    return Message(fallback(text), (rich_text(rich_section(said(text))),))


def usage_of(name: str) -> str:
    """How a command is written, "" for one that there is not."""
    lines = (f"/ticket {name} {takes}".strip() for known, takes, _ in COMMANDS if name in known.split(" · "))
    return next(lines, "")


def command_names() -> tuple[str, ...]:
    return tuple(one for name, _, _ in COMMANDS for one in name.split(" · "))


def _that_fit(rows: Iterable[Row], facts: HomeFacts) -> Iterable[list[Json]]:
    """Rows until the message would be too long for Slack."""
    left = MOST_CHARACTERS
    for row in rows:
        left -= 120 + sum(len(escaped(one)) for one in (row.reference, row.subject[:LONGEST_SUBJECT]))
        if left < 0:
            return
        yield _row(row, facts)


def _row(row: Row, facts: HomeFacts) -> list[Json]:
    due = due_words(row.due, facts.now)
    cells = (
        row.reference,
        one_line(row.subject)[:LONGEST_SUBJECT] or "(no subject)",
        STATUS_WORDS[row.status],
        f"{severity_sign(row.severity, facts.severities)} {row.severity}",
        row.assignee or "nobody",
        due,
    )
    made = _cells(cells)
    if row.link:
        link = {"type": "link", "url": row.link[:3000], "text": literal(row.reference) or "–"}
        made[0] = rich_text(rich_section(link))
    return made


def _cells(cells: Iterable[str], **style: bool) -> list[Json]:
    return [rich_text(rich_section(said(one[:LONGEST_SUBJECT], **style))) for one in cells]
