"""Held messages and strangers on a ticket: what an agent says becomes of them, below the notice of it.

The first to say so wins; who comes second reads that it is done. The notice is found by what was
posted: a button that names another message than its notice was about does nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from bots import deciding
from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import NotFound, pressed
from bots.slack.acts.forms import block_of, ticked, typed
from bots.slack.acts.submitted import named_ticket
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.facts import reads
from bots.slack.blocks.modals.choices import ADMIT
from bots.slack.blocks.types import Json
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from intake.tickets import Agent
from store import outbox, posts
from store.work import SqlWork

Deciding = Callable[[SqlWork, Setup, Agent, int, datetime], Command]


def _admit(work: SqlWork, setup: Setup, agent: Agent, message: int, now: datetime) -> Command:
    return deciding.release(work, setup, agent, message, 0, True, now)


def _release(work: SqlWork, setup: Setup, agent: Agent, message: int, now: datetime) -> Command:
    return deciding.release(work, setup, agent, message, 0, False, now)


def _drop(work: SqlWork, setup: Setup, agent: Agent, message: int, now: datetime) -> Command:
    return deciding.drop(work, setup, agent, message, now)


AT_ONCE: dict[str, tuple[Deciding, str]] = {
    names.ADMIT: (_admit, "It is on the ticket, and its sender may read on."),
    names.RELEASE: (_release, "It is on the ticket; its sender was not admitted."),
    names.DROP: (_drop, "It is dropped, and stays among the messages."),
}


def at_once(name: str) -> Act:
    decide, words = AT_ONCE[name]

    async def press(acting: Acting, call: Call) -> None:
        async with answering(acting, call):
            message = await _posted(acting, call)
            await _settle(acting, call, message, decide)
            await say(acting, call, errors.refusal(Fault(words)))

    return press


async def ask_why(acting: Acting, call: Call) -> None:
    """Refusing wants words for its sender."""
    await _ask(acting, call, "Refuse the message", modals.refuse)


async def ask_where(acting: Acting, call: Call) -> None:
    await _ask(acting, call, "Add to a ticket", modals.add_to)


async def refuse(acting: Acting, call: Call) -> None:
    view = call.body["view"]
    because, message = typed(view, names.REASON), _message_of(view)

    def decide(work: SqlWork, setup: Setup, agent: Agent, message: int, now: datetime) -> Command:
        return deciding.refuse(work, setup, agent, message, because, now)

    async with submitting(acting, call, block_of(view, names.REASON)):
        if not because:
            raise CommandRefused("write why; its sender reads it")
        await _settle(acting, call, message, decide)


async def add_to(acting: Acting, call: Call) -> None:
    view = call.body["view"]
    message, admits = _message_of(view), ADMIT in ticked(view, names.CONFIRMED)

    def decide(work: SqlWork, setup: Setup, agent: Agent, message: int, now: datetime) -> Command:
        ticket = named_ticket(work, setup, agent, typed(view, names.TARGET))
        return deciding.release(work, setup, agent, message, ticket.number, admits, now)

    async with submitting(acting, call, block_of(view, names.TARGET)):
        await _settle(acting, call, message, decide)


async def _ask(acting: Acting, call: Call, title: str, view: Callable[[int, str], Json]) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        message = await _posted(acting, call)

        def read(work: SqlWork) -> Json:
            record = _seen(work, desk.setup, agent, message)
            return view(message, str(record["author"] or record["from"] or "nobody known"))

        await fill(acting, call, title, lambda: desk.read(read))


async def _settle(acting: Acting, call: Call, message: int, decide: Deciding) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    def act(work: SqlWork) -> None:
        now = datetime.now(UTC)
        _seen(work, desk.setup, agent, message)
        command = decide(work, desk.setup, agent, message, now)
        handle.carry_out_in(work, lambda _: command, desk.setup, agent.email, now)

    await desk.write(act)


def _seen(work: SqlWork, setup: Setup, agent: Agent, message: int) -> dict[str, object]:
    """A held message that an agent may decide about: not one for a protected team of others."""
    try:
        record = deciding.held_record(work, message)
    except CommandRefused as error:
        raise CommandRefused("somebody has decided about that message already") from error
    ticket = work.ticket(record["ticket"]) if record["ticket"] else None
    if ticket is not None and not reads(agent, ticket, setup.policy):
        raise NotFound("that message")
    return record


async def _posted(acting: Acting, call: Call) -> int:
    """The message that the notice which they pressed is about, as it was posted."""
    wanted = pressed(call).message

    def read(work: SqlWork) -> int:
        post = posts.post_at(work, MEDIUM, f"{acting.team}/{acting.channel}", acting.ts)
        notice = outbox.one(work, post.outbox) if post and post.outbox else None
        about = notice.outbound.extra.get("message", 0) if notice else 0
        return about if isinstance(about, int) else 0

    about = await call.hands.desk.read(read)
    if not about or about != wanted:
        raise NotFound("that message")
    return about


def _message_of(view: Json) -> int:
    return names.pressed_in(str(view.get("private_metadata") or "")).message


LISTENERS = (
    *(Listener(Kind.ACTION, name, at_once(name)) for name in AT_ONCE),
    Listener(Kind.ACTION, names.REFUSE, ask_why),
    Listener(Kind.ACTION, names.ADD_TO, ask_where),
    Listener(Kind.VIEW, names.VIEW_REFUSE, refuse),
    Listener(Kind.VIEW, names.VIEW_ADD_TO, add_to),
)
