"""Details: the story of a ticket page by page, the newest first, with the reason of each decision."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, update_view
from bots.slack.acts.doing import Target, pressed, seen_ticket, target_of
from bots.slack.acts.opening import Form, show
from bots.slack.blocks import modals, names
from bots.slack.blocks.story import details_facts
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.handle import Setup
from intake.tickets import Agent, Ticket
from store.work import SqlWork


def page(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime, number: int = 1) -> Json:
    """One page of a ticket's story as a view."""
    ticket = seen_ticket(work, target.number, agent, setup.policy)
    facts = details_facts(work, ticket, setup, now, page=number, channel_team=ticket.team)
    return modals.details(replace(facts, linked=tuple(_linked(ticket, setup))))


async def turn(acting: Acting, call: Call) -> None:
    """Another page, in the same modal."""
    desk, agent = call.hands.desk, acting.agent
    assert agent
    setup, now, wanted = desk.setup, datetime.now(UTC), _page_in(pressed(call).word)
    async with answering(acting, call):
        target = target_of(acting, call)
        view = await desk.read(lambda work: page(work, setup, agent, target, now, wanted))
        await update_view(call, str(call.body["view"]["id"]), view)


async def open_details(acting: Acting, call: Call) -> None:
    async with answering(acting, call):
        await show(acting, call, DETAILS, target_of(acting, call))


def _linked(ticket: Ticket, setup: Setup) -> Iterable[str]:
    form = setup.policy.file.reference
    return (form.format(number=one) for one in (ticket.predecessor, ticket.merged_into) if one)


def _page_in(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 and int(word) else 1


def _first_page(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    return page(work, setup, agent, target, now)


DETAILS = Form("Details", _first_page)
LISTENERS = (
    Listener(Kind.ACTION, names.DETAILS, open_details),
    Listener(Kind.ACTION, f"{names.DETAILS_PAGE}.newer", turn),
    Listener(Kind.ACTION, f"{names.DETAILS_PAGE}.older", turn),
)
