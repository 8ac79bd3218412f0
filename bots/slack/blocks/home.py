"""App Home: an agent's own desk, worked out anew whenever it is published.

Counters, a filter, and the shelf that the filter names, ten rows to a page: so a thousand open
tickets take no more room than ten. Whoever is no agent reads how to become one, and nothing else.
"""

import re
from collections.abc import Iterable, Iterator

from bots.slack.blocks import names
from bots.slack.blocks.card import STATUS_SIGNS, severity_sign
from bots.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    header,
    option,
    overflow,
    rich_section,
    rich_text,
    said,
    select,
    user,
)
from bots.slack.blocks.text import mrkdwn, plain
from bots.slack.blocks.times import due_words, is_late
from bots.slack.blocks.types import HomeFacts, Json, Row, Shelf
from intake.tickets import Status

ROWS_A_PAGE = 10
_OUR_LINK = re.compile(r"https://[^\s<>|]{1,2900}")
MOST_BLOCKS = 100
TITLES = {
    "mine": "Mine",
    "unassigned": "Unassigned",
    "due": "Due in 60 min",
    "snoozed": "Snoozed",
}
EMPTY = {
    "mine": "Nothing is yours. Unassigned tickets are one menu away.",
    "unassigned": "Everything has somebody.",
    "due": "Nothing falls due within the hour.",
    "snoozed": "Nothing is snoozed.",
}
EVERYTHING = "all"
FILTERS = ((EVERYTHING, "Everything"), *TITLES.items())
ROW_MENU = ((names.CLAIM, "Claim"), (names.SNOOZE, "Snooze…"), (names.CLOSE, "Close…"))


def home(facts: HomeFacts) -> Json:
    """The view for views.publish."""
    blocks = list(_desk(facts)) if facts.is_agent else list(_outside(facts))
    return {"type": "home", "callback_id": names.VIEW_HOME, "blocks": blocks[:MOST_BLOCKS]}


def _outside(facts: HomeFacts) -> Iterator[Json]:
    ask = [said("; ask "), user(facts.admin)] if facts.admin else [said(".")]
    yield rich_text(rich_section(said("You are not set up as support staff"), *ask))


def _desk(facts: HomeFacts) -> Iterator[Json]:
    yield header("Your support desk")
    yield context(plain(_counters(facts), 300))
    yield actions(_top(facts), "home")
    for shelf in facts.shelves:
        if facts.filter in (EVERYTHING, shelf.name):
            yield from _shelf(shelf, facts, is_alone=facts.filter != EVERYTHING)


def _counters(facts: HomeFacts) -> str:
    told = [f"{title} {facts.counts.get(name, 0)}" for name, title in TITLES.items()]
    return " · ".join([*told, *(["updating…"] if facts.is_updating else [])])


def _top(facts: HomeFacts) -> Iterator[Json]:
    chosen = facts.filter if facts.filter in dict(FILTERS) else EVERYTHING
    yield select("Show", names.HOME_FILTER, [option(title, name) for name, title in FILTERS], chosen)
    yield button("New ticket", names.HOME_NEW, style="primary")
    yield button("Log a call", names.LOG_CALL)
    yield button("Refresh", names.HOME_REFRESH)


def _shelf(shelf: Shelf, facts: HomeFacts, *, is_alone: bool) -> Iterator[Json]:
    """A shelf by itself has pages; where all stand below each other each shows its first rows."""
    yield divider()
    yield header(f"{TITLES.get(shelf.name, shelf.name)} ({shelf.count})")
    if not shelf.rows:
        yield context(plain(EMPTY.get(shelf.name, "Nothing.")))
        return
    most = ROWS_A_PAGE if is_alone else ROWS_A_PAGE // 2
    for row in shelf.rows[:most]:
        yield from ticket_row(row, facts, f"{shelf.name}")
    if is_alone:
        yield from pager(shelf, names.HOME_PAGE)
    elif shelf.count > most:
        yield context(plain(f"{shelf.count - most} more: choose “{TITLES.get(shelf.name, '')}” above."))


def ticket_row(row: Row, facts: HomeFacts, place: str) -> Iterator[Json]:
    """Two blocks: what it is with its menu; below, in small, whose it is and the way to its thread."""
    late = "⚠️ " if is_late(row.due, facts.now) else ""
    signs = severity_sign(row.severity, facts.severities)
    signs += "" if row.status is Status.OPEN else STATUS_SIGNS[row.status]
    menu = overflow(names.HOME_ROW, [option(words, action) for action, words in ROW_MENU])
    text = f"{signs} {row.reference}  {row.subject}"
    told = [one for one in (row.severity, row.organisation, row.assignee or "nobody") if one]
    due = f"{late}{due_words(row.due, facts.now)}"
    yield {
        "type": "section",
        "block_id": names.of_card(f"row-{place}", row.number, row.version),
        "text": plain(text, 200),
        "accessory": menu,
    }
    yield context(plain(due), plain(" · ".join(told), 200), *_thread_of(row))


def _thread_of(row: Row) -> Iterator[Json]:
    if _OUR_LINK.fullmatch(row.link):
        yield mrkdwn(f"<{row.link.replace('&', '&amp;')}|Open thread>")


def pager(shelf: Shelf, action: str) -> Iterable[Json]:
    """Buttons to the page before and the page after, where there are such."""
    pages = max(1, -(-shelf.count // ROWS_A_PAGE))
    turns = ((shelf.page - 1, "Back"), (shelf.page + 1, "More"))
    buttons = [
        button(words, f"{action}.{words.lower()}", names.Pressed(word=f"{shelf.name} {page}"))
        for page, words in turns
        if 1 <= page <= pages
    ]
    if buttons:
        yield actions(buttons, f"pages-{shelf.name}")
        yield context(plain(f"Page {shelf.page} of {pages}, {shelf.count} in all"))
