"""Words that did not arrive: sent again as they are, or by another way to the same person.

The promise is found by what was posted about it. Sent by another way they are new words to be carried,
by a way that is that person's at this very moment (`ways`); the old promise is given up.
"""

from dataclasses import replace
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import NotFound, seen_ticket
from bots.slack.acts.forms import block_of, typed
from bots.slack.acts.notices import promise_of
from bots.slack.acts.tried import show_tried
from bots.slack.acts.ways import EMAIL, Way, tried_so_far, ways_for
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.decisions import is_for_customers
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Setup
from intake.messages import Address, Outbound
from intake.tickets import Agent, Ticket
from store import outbox
from store.outbox import Promise
from store.tables import Sending
from store.work import SqlWork

OVER = (Sending.SENT, Sending.DROPPED)


async def retry(acting: Acting, call: Call) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        number = await promise_of(acting, call)

        def act(work: SqlWork) -> None:
            _failed(work, desk.setup, agent, number)
            if not outbox.retry(work, number, datetime.now(UTC)):
                raise AlreadyDone("it is on its way already")

        await desk.write(act)
        await say(acting, call, errors.refusal(Fault("It is sent again.", "You hear if it fails again.")))
        await show_tried(acting, call)


async def ask_way(acting: Acting, call: Call) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        number = await promise_of(acting, call)

        def read(work: SqlWork) -> Json:
            promise, ticket = _failed(work, desk.setup, agent, number)
            ways = tuple((one.value, one.words) for one in ways_for(work, desk.setup, promise, ticket))
            return modals.other_way(number, ways, "; ".join(tried_so_far(work, promise)))

        await fill(acting, call, "Use another way", lambda: desk.read(read))


async def submit(acting: Acting, call: Call) -> None:
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    wanted = typed(view, names.ADDRESS)
    number = names.pressed_in(str(view["private_metadata"])).promise

    def act(work: SqlWork) -> None:
        now = datetime.now(UTC)
        promise, ticket = _failed(work, desk.setup, agent, number)
        ways = ways_for(work, desk.setup, promise, ticket)
        way = next((one for one in ways if one.value == wanted), None)
        if way is None:
            raise CommandRefused("that way is not there any more")
        if not outbox.drop(work, number):
            raise AlreadyDone("it is on its way already")
        message_id = desk.setup.addresses.message_id(ticket.number, now)
        work.promise(_by(promise.outbound, way, message_id), ticket, now)
        work.note(ticket.number, now, agent.email, "sent another way", f"promise {number} to {wanted}")
        work.redraw(ticket.number, now)

    async with submitting(acting, call, block_of(view, names.ADDRESS)):
        await desk.write(act)


def _by(outbound: Outbound, way: Way, message_id: str) -> Outbound:
    """The same words by another way; in a chat they wait for what is said there before them."""
    to = Address(outbound.recipient.name, way.place)
    lane = "" if way.channel == EMAIL else way.place
    return replace(outbound, channel=way.channel, recipient=to, message_id=message_id, lane=lane, extra={})


def _failed(work: SqlWork, setup: Setup, agent: Agent, number: int) -> tuple[Promise, Ticket]:
    """A promise to a customer that is not out, on a ticket that this agent may see."""
    promise = outbox.one(work, number)
    if promise is None or not is_for_customers(promise.outbound.notice):
        raise NotFound("that message")
    ticket = seen_ticket(work, promise.outbound.ticket_number, agent, setup.policy)
    if promise.state in OVER:
        raise AlreadyDone("it is out, or given up")
    return promise, ticket


LISTENERS = (
    Listener(Kind.ACTION, names.RETRY, retry),
    Listener(Kind.ACTION, names.OTHER_WAY, ask_way),
    Listener(Kind.VIEW, names.VIEW_OTHER_WAY, submit),
)
