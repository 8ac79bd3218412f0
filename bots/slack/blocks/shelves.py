"""Which tickets lie on which shelf of an agent's desk, in the order of work.

A ticket may lie on several: one that is mine may be due soon. What an agent may not read lies there
without its words.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bots.slack.blocks.facts import row_of
from bots.slack.blocks.home import EVERYTHING, ROWS_A_PAGE, TITLES
from bots.slack.blocks.times import SOON
from bots.slack.blocks.types import HomeFacts, Shelf
from intake.queue import in_order_of_work, next_due
from intake.tickets import Agent, Status, Ticket
from intake.work import Setup
from store.exports import listed_tickets
from store.work import SqlWork

MOST_TICKETS = 5000  # open ones that are looked at; more cannot be worked on


def no_link(number: int) -> str:
    """Where no thread is known."""
    return ""


def is_mine(ticket: Ticket, agent: Agent, now: datetime) -> bool:
    return ticket.assignee is not None and ticket.assignee.id == agent.id


def is_unassigned(ticket: Ticket, agent: Agent, now: datetime) -> bool:
    return ticket.assignee is None


def is_due_soon(ticket: Ticket, agent: Agent, now: datetime) -> bool:
    """Late, or due within the hour."""
    due_at = next_due(ticket)
    return due_at is not None and due_at - now <= SOON


def is_snoozed(ticket: Ticket, agent: Agent, now: datetime) -> bool:
    return any(one.is_owed and one.snoozed_until and one.snoozed_until > now for one in ticket.clocks)


LIES_ON: Mapping[str, Callable[[Ticket, Agent, datetime], bool]] = {
    "mine": is_mine,
    "unassigned": is_unassigned,
    "due": is_due_soon,
    "snoozed": is_snoozed,
}


def open_tickets(work: SqlWork, setup: Setup, now: datetime) -> list[Ticket]:
    """Whatever wants work, the most urgent first."""
    states = (Status.OPEN, Status.WAITING)
    found = [one for state in states for one in listed_tickets(work, state, MOST_TICKETS)]
    return in_order_of_work(found, setup.policy, now)


def home_facts(
    tickets: Sequence[Ticket],
    agent: Agent,
    setup: Setup,
    now: datetime,
    *,
    chosen: str = "mine",
    page: int = 1,
    link: Callable[[int], str] = no_link,
) -> HomeFacts:
    """An agent's App Home from all open tickets; `page` is the chosen shelf's, `link` leads to a thread."""
    lying = {name: [one for one in tickets if lies(one, agent, now)] for name, lies in LIES_ON.items()}
    shown = [name for name in TITLES if chosen in (EVERYTHING, name)]
    return HomeFacts(
        now,
        filter=chosen,
        counts={name: len(found) for name, found in lying.items()},
        shelves=tuple(_shelf(name, lying[name], page, agent, setup, link) for name in shown),
        severities=tuple(setup.policy.severities),
    )


def _shelf(
    name: str, found: Sequence[Ticket], page: int, agent: Agent, setup: Setup, link: Callable[[int], str]
) -> Shelf:
    """One page of a shelf; a page that is not there any more is the last."""
    page = min(max(1, page), max(1, -(-len(found) // ROWS_A_PAGE)))
    some = found[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    rows = tuple(row_of(one, agent, setup.policy, link(one.number)) for one in some)
    return Shelf(name, rows, len(found), page)
