"""Details: the story of a ticket page by page, the newest first, with the reason of each decision."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, update_view
from bots.slack.acts.doing import Target, pressed, seen_ticket, target_of
from bots.slack.acts.opening import Form, show
from bots.slack.acts.reading import everybody, facts_for
from bots.slack.blocks import modals, names
from bots.slack.blocks.card import CHANNEL_WORDS
from bots.slack.blocks.modals import DetailsFacts, Entry
from bots.slack.blocks.modals.details import ENTRIES_A_PAGE
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.handle import Setup
from intake.tickets import Agent, Ticket
from store.story import Told, pages_of
from store.work import SqlWork


def page(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime, number: int = 1) -> Json:
    """One page of a ticket's story as a view."""
    ticket = seen_ticket(work, target.number, agent, setup.policy)
    facts = facts_for(work, setup, agent, ticket.number, now)
    told, pages = pages_of(work, ticket.number, number, ENTRIES_A_PAGE)
    addresses = tuple(one.address.address for one in everybody(work, setup, ticket))
    return modals.details(
        DetailsFacts(
            facts,
            tuple(map(_entry, told)),
            min(number, pages),
            pages,
            addresses,
            tuple(_linked(ticket, setup)),
        )
    )


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


def _entry(told: Told) -> Entry:
    what = told.what
    if not what:
        verb = "wrote" if told.is_public else "noted"
        what = f"{verb} {CHANNEL_WORDS.get(told.channel, told.channel)}"
    return Entry(
        told.at,
        told.who or "Somebody",
        what,
        told.words,
        told.because,
        told.rule,
        told.fate,
        told.state,
        told.files,
    )


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
