"""Words that did not arrive: sent again as they are, or by another way to the same person.

The promise is found by what was posted about it. Sent by another way they are new words to be carried,
to an address or a chat that is known of that person; the old promise is given up.
"""

from dataclasses import replace
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import NotFound, pressed, seen_ticket
from bots.slack.acts.forms import block_of, typed
from bots.slack.acts.tried import show_tried
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.types import Json
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake.decisions import is_for_customers
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Setup
from intake.lookup import is_given_up
from intake.messages import Address
from intake.tickets import Agent, Person, Ticket
from store import outbox, posts
from store.outbox import Promise
from store.tables import Sending
from store.work import SqlWork

OVER = (Sending.SENT, Sending.DROPPED)


async def retry(acting: Acting, call: Call) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        number = await _posted(acting, call)

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
        number = await _posted(acting, call)

        def read(work: SqlWork) -> Json:
            promise, _, ways = _ways(work, desk.setup, agent, number)
            return modals.other_way(number, ways, promise.outbound.recipient.address)

        await fill(acting, call, "Use another way", lambda: desk.read(read))


async def submit(acting: Acting, call: Call) -> None:
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    wanted = typed(view, names.ADDRESS)
    number = names.pressed_in(str(view["private_metadata"])).promise

    def act(work: SqlWork) -> None:
        now = datetime.now(UTC)
        promise, ticket, ways = _ways(work, desk.setup, agent, number)
        if wanted not in dict(ways):
            raise CommandRefused("that way is not there any more")
        if not outbox.drop(work, number):
            raise AlreadyDone("it is on its way already")
        to = Address(promise.outbound.recipient.name, wanted)
        message_id = desk.setup.addresses.message_id(ticket.number, now)
        again = replace(promise.outbound, channel="email", recipient=to, message_id=message_id, lane="")
        work.promise(replace(again, extra={}), ticket, now)
        work.note(ticket.number, now, agent.email, "sent another way", f"promise {number} to {wanted}")
        work.redraw(ticket.number, now)

    async with submitting(acting, call, block_of(view, names.ADDRESS)):
        await desk.write(act)


def _ways(
    work: SqlWork, setup: Setup, agent: Agent, number: int
) -> tuple[Promise, Ticket, tuple[tuple[str, str], ...]]:
    """The addresses of the same person that mail still goes to, but the one that failed."""
    promise, ticket = _failed(work, setup, agent, number)
    outbound = promise.outbound
    people = (ticket.requester, *ticket.participants)
    person = next((one for one in people if _is_of(one, outbound.channel, outbound.recipient)), None)
    emails = person.emails if person else ()
    ways = [one for one in emails if one != outbound.recipient.address and not is_given_up(work, one)]
    return promise, ticket, tuple((one, f"Email to {one}") for one in ways)


def _is_of(person: Person, channel: str, to: Address) -> bool:
    if channel == "email":
        return to.address in person.emails
    return to.name == person.name


def _failed(work: SqlWork, setup: Setup, agent: Agent, number: int) -> tuple[Promise, Ticket]:
    """A promise to a customer that is not out, on a ticket that this agent may see."""
    promise = outbox.one(work, number)
    if promise is None or not is_for_customers(promise.outbound.notice):
        raise NotFound("that message")
    ticket = seen_ticket(work, promise.outbound.ticket_number, agent, setup.policy)
    if promise.state in OVER:
        raise AlreadyDone("it is out, or given up")
    return promise, ticket


async def _posted(acting: Acting, call: Call) -> int:
    """The promise that the notice which they pressed is about, as it was posted."""
    wanted = pressed(call).promise

    def read(work: SqlWork) -> int:
        post = posts.post_at(work, MEDIUM, f"{acting.team}/{acting.channel}", acting.ts)
        notice = outbox.one(work, post.outbox) if post and post.outbox else None
        about = notice.outbound.extra.get("promise", 0) if notice else 0
        return about if isinstance(about, int) else 0

    about = await call.hands.desk.read(read)
    if not about or about != wanted:
        raise NotFound("that message")
    return about


LISTENERS = (
    Listener(Kind.ACTION, names.RETRY, retry),
    Listener(Kind.ACTION, names.OTHER_WAY, ask_way),
    Listener(Kind.VIEW, names.VIEW_OTHER_WAY, submit),
)
