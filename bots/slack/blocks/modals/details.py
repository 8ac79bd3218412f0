"""Details: everything that was said and done on a ticket, page by page, and why.

Each message shows its fate and the reason in the words of the policy; below stand the addresses
that are written to and what became of what we sent. What is done seldom is done from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bots.slack.blocks import names
from bots.slack.blocks.card import subject_of
from bots.slack.blocks.elements import (
    actions,
    button,
    confirm,
    context,
    divider,
    rich_quote,
    rich_section,
    rich_text,
    said,
)
from bots.slack.blocks.modals.frame import modal, ticket_line
from bots.slack.blocks.text import date, mrkdwn, plain
from bots.slack.blocks.times import CLOCKS, due_words
from bots.slack.blocks.types import CardFacts, Json
from intake.tickets import Status

ENTRIES_A_PAGE = 8
LONGEST_WORDS = 500
MOST_LINES = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a message with its fate and reason, or a line of the history."""

    at: datetime
    who: str
    what: str  # "wrote by email", "answered", "claimed"
    words: str = ""
    because: str = ""
    rule: str = ""
    fate: str = ""
    state: str = ""  # of what we sent: delivered, failed (why), waiting
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DetailsFacts:
    """One page of a ticket's story, the newest first, and who is written to."""

    ticket: CardFacts
    entries: tuple[Entry, ...]
    page: int = 1
    pages: int = 1
    addresses: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()  # references of other tickets
    survey: str = ""  # how they say it went, in words


def details(facts: DetailsFacts) -> Json:
    """The modal; nothing of a ticket whose words are not for the channel that asked."""
    ticket = facts.ticket
    blocks = [ticket_line(ticket.reference, subject_of(ticket))]
    if not ticket.withheld_for:
        blocks += [*_promises(ticket), *_people(facts), actions(_acts(ticket), "details")]
        for entry in facts.entries[:ENTRIES_A_PAGE]:
            blocks += [divider(), *_entry(entry)]
        blocks += _pager(facts)
    about = names.Pressed(ticket=ticket.number, version=ticket.version)
    return modal(names.VIEW_DETAILS, "Details", blocks, about, close="Close")


def _promises(ticket: CardFacts) -> Iterator[Json]:
    lines = [f"{CLOCKS[one.kind]}: {due_words(one, ticket.now)}" for one in ticket.dues]
    yield context(plain(" · ".join(lines) or "Nothing is owed.", 300))


def _people(facts: DetailsFacts) -> Iterator[Json]:
    if facts.addresses:
        yield context(plain(f"Written to: {', '.join(facts.addresses)}", 2000))
    if facts.linked:
        yield context(plain(f"Linked with {', '.join(facts.linked)}", 300))
    if facts.survey:
        yield context(plain(f"How it went: {facts.survey}", 2000))


def _acts(ticket: CardFacts) -> Iterator[Json]:
    here = names.Pressed(ticket=ticket.number, version=ticket.version)
    if ticket.status is not Status.CLOSED:
        yield button("Close…", names.CLOSE, here)
        yield button("Escalate…", names.ESCALATE, here)
        yield button("Out of scope…", names.OUT_OF_SCOPE, here)
        sure = confirm("Mark it as spam?", "The ticket is closed, and nobody is told.", "Spam")
        yield button("Spam", names.SPAM, here, confirm=sure)
        yield button("Log a call…", names.LOG_CALL, here)
    yield button("Redact…", names.REDACT, here)


def _entry(entry: Entry) -> Iterator[Json]:
    who = plain(f"{entry.who} {entry.what}", 300)
    yield context(who, mrkdwn(date(entry.at)), *([plain(entry.state, 150)] if entry.state else []))
    if words := entry.words.strip():
        more = " […]" if len(words) > LONGEST_WORDS else ""
        yield rich_text(rich_quote(words[:LONGEST_WORDS].rstrip() + more))
    if entry.files:
        yield context(plain(f"📎 {', '.join(entry.files)}", 300))
    if entry.because:
        reason = (
            f"{entry.because} ({entry.fate or 'done'}, rule {entry.rule})" if entry.rule else entry.because
        )
        yield rich_text(rich_section(said("Why: ", bold=True), said(reason[:1000])))


def _pager(facts: DetailsFacts) -> list[Json]:
    if facts.pages <= 1:
        return []
    turns = ((facts.page - 1, "Newer", facts.page > 1), (facts.page + 1, "Older", facts.page < facts.pages))
    buttons = [
        button(words, f"{names.DETAILS_PAGE}.{words.lower()}", _page(facts.ticket, page))
        for page, words, is_there in turns
        if is_there
    ]
    return [
        divider(),
        context(plain(f"Page {facts.page} of {facts.pages}")),
        actions(buttons, "details-pages"),
    ]


def _page(ticket: CardFacts, page: int) -> names.Pressed:
    return names.Pressed(ticket=ticket.number, version=ticket.version, word=str(page))
