"""Words that did not arrive: sent again as they are, or by another way to the same person.

The promise is found by what was posted about it. Sent by another way they are new words to be carried,
by a way that is that person's at this very moment (`ways`); the old promise is given up.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import NotFound, seen_ticket
from bots.slack.acts.forms import block_of, typed
from bots.slack.acts.notices import promise_of
from bots.slack.acts.tried import show_tried
from bots.slack.acts.ways import EMAIL, Way, tried_so_far, ways_for
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.times import span
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.decisions import is_for_customers
from intake.errors import CommandRefused
from intake.handle import Setup
from intake.messages import Address, Outbound
from intake.tickets import Agent, Ticket
from store import again, outbox
from store.changed import AGAIN, Changed, last_try, note_try
from store.outbox import Promise
from store.tables import Sending
from store.work import SqlWork

OVER = (Sending.SENT, Sending.DROPPED)
STUCK = (Sending.FAILED, Sending.HELD)
ON_ITS_WAY = "it is on its way; you hear if it fails again"
NEW_WORDS = "the ticket's thread says what became of it"


@dataclass(frozen=True, slots=True)
class Tried:
    """What whoever pressed reads, and who had the words sent, None where nobody in Slack had."""

    words: Fault
    by: Changed | None


async def retry(acting: Acting, call: Call) -> None:
    """Have it sent again; who comes second reads who did that before, and what became of it."""
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        number = await promise_of(acting, call)

        def act(work: SqlWork) -> Tried:
            now = datetime.now(UTC)
            promise, ticket = _undelivered(work, desk.setup, agent, number)
            before = last_try(work, ticket.number, number)
            if why_not := already(promise, before, now):
                return Tried(errors.refused_command(why_not), before)
            if not outbox.retry(work, number, now):
                return Tried(errors.refused_command(ON_ITS_WAY), before)
            note_try(work, ticket.number, number, agent.email, now)
            return Tried(Fault("It is sent again.", "You hear if it fails again."), _by(agent, now))

        tried = await desk.write(act)
        await say(acting, call, errors.refusal(tried.words))
        if tried.by:
            await show_tried(acting, call, tried.by)


async def ask_way(acting: Acting, call: Call) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async def made() -> Json:
        number = await promise_of(acting, call)  # behind the form's opening, for it may take a while

        def read(work: SqlWork) -> Json:
            promise, ticket = _failed(work, desk.setup, agent, number, datetime.now(UTC))
            ways = tuple((one.value, one.words) for one in ways_for(work, desk.setup, promise, ticket))
            return modals.other_way(number, ways, "; ".join(tried_so_far(work, promise)))

        return await desk.read(read)

    async with answering(acting, call):
        await fill(acting, call, "Use another way", made)


async def submit(acting: Acting, call: Call) -> None:
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    wanted = typed(view, names.ADDRESS)
    number = names.pressed_in(str(view["private_metadata"])).promise

    def act(work: SqlWork) -> None:
        now = datetime.now(UTC)
        promise, ticket = _failed(work, desk.setup, agent, number, now)
        ways = ways_for(work, desk.setup, promise, ticket)
        way = next((one for one in ways if one.value == wanted), None)
        if way is None:
            raise CommandRefused("that way is not there any more; press the button again to see which are")
        if not outbox.drop(work, number):
            raise CommandRefused(ON_ITS_WAY)
        message_id = desk.setup.addresses.message_id(ticket.number, now)
        work.promise(_by_way(promise.outbound, way, message_id), ticket, now)
        note_try(work, ticket.number, number, agent.email, now, wanted)
        work.redraw(ticket.number, now)

    async with submitting(acting, call, block_of(view, names.ADDRESS)):
        await desk.write(act)


def _by_way(outbound: Outbound, way: Way, message_id: str) -> Outbound:
    """The same words by another way; in a chat they wait for what is said there before them."""
    to = Address(outbound.recipient.name, way.place)
    lane = "" if way.channel == EMAIL else way.place
    return replace(outbound, channel=way.channel, recipient=to, message_id=message_id, lane=lane, extra={})


def _by(agent: Agent, now: datetime) -> Changed:
    return Changed(agent.name, f"had it {AGAIN}", now)


def _failed(work: SqlWork, setup: Setup, agent: Agent, number: int, now: datetime) -> tuple[Promise, Ticket]:
    """A promise to a customer that is not out, on a ticket that this agent may see."""
    promise, ticket = _undelivered(work, setup, agent, number)
    if again.ticket_in(promise.outbound):
        raise CommandRefused("what was redacted is changed where it stands; press Retry")
    if why_not := already(promise, last_try(work, ticket.number, number), now):
        raise CommandRefused(why_not)
    return promise, ticket


def _undelivered(work: SqlWork, setup: Setup, agent: Agent, number: int) -> tuple[Promise, Ticket]:
    """A promise to a customer, or to take words back, on a ticket that this agent may see."""
    promise = outbox.one(work, number)
    redacted = again.ticket_in(promise.outbound) if promise else 0
    if promise is None or not (redacted or is_for_customers(promise.outbound.notice)):
        raise NotFound("that message")
    about = redacted or promise.outbound.ticket_number
    return promise, seen_ticket(work, about, agent, setup.policy)


def already(promise: Promise, before: Changed | None, now: datetime) -> str:
    """Why words need not be sent again: who had that done, and what became of it; "" where they may be."""
    is_over = promise.state in OVER
    if not is_over and (before is None or promise.state in STUCK):
        return ""
    who = f"{before.by} {before.what} {span(now - (before.at or now))} ago" if before else ""
    return "; ".join(filter(None, (who, _became(promise, before, now))))


def _became(promise: Promise, before: Changed | None, now: datetime) -> str:
    if promise.state is Sending.SENT:
        return f"it went out {span(now - (promise.sent_at or now))} ago"
    if promise.state is Sending.DROPPED:
        return NEW_WORDS if before else "it was given up; write a new answer with Reply"
    return ON_ITS_WAY


LISTENERS = (
    Listener(Kind.ACTION, names.RETRY, retry),
    Listener(Kind.ACTION, names.OTHER_WAY, ask_way),
    Listener(Kind.VIEW, names.VIEW_OTHER_WAY, submit),
)
