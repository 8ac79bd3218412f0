"""Held messages and strangers on a ticket: what an agent says becomes of them, below the notice of it.

The first to say so wins; who comes second reads that it is done. The notice is found by what was
posted: a button that names another message than its notice was about does nothing.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bots import deciding
from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import NotFound
from bots.slack.acts.forms import block_of, ticked, typed
from bots.slack.acts.notices import message_of
from bots.slack.acts.submitted import named_ticket
from bots.slack.blocks import errors, modals, names
from bots.slack.blocks.errors import Fault
from bots.slack.blocks.facts import reads
from bots.slack.blocks.modals.choices import ADMIT
from bots.slack.blocks.types import Json
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from intake import handle
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from intake.tickets import Agent
from store.work import SqlWork

OWN = (
    "that is an agent's own message, and putting it onto a ticket would send it to nobody; "
    "answer with Reply on the ticket's card or /ticket reply ID, then press Drop"
)
Deciding = Callable[[SqlWork, Setup, Agent, int, datetime], Command]
Record = Mapping[str, object]
Shown = Callable[[int, str, Record], Json]


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
            message = await message_of(acting, call)
            await _settle(acting, call, message, decide)
            await say(acting, call, errors.refusal(Fault(words)))

    return press


async def ask_why(acting: Acting, call: Call) -> None:
    """Refusing wants words for its sender, who reads them where they wrote."""
    setup = call.hands.desk.setup

    def view(message: int, sender: str, record: Record) -> Json:
        return modals.refuse(message, sender, _way(setup, record))

    await _ask(acting, call, "Refuse the message", view)


async def ask_where(acting: Acting, call: Call) -> None:
    def view(message: int, sender: str, record: Record) -> Json:
        return modals.add_to(message, sender)

    await _ask(acting, call, "Add to a ticket", view)


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


async def _ask(acting: Acting, call: Call, title: str, view: Shown) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async def made() -> Json:
        message = await message_of(acting, call)  # behind the form's opening, for it may take a while

        def read(work: SqlWork) -> Json:
            record = _seen(work, desk.setup, agent, message)
            sender = str(record["author"] or record["from"] or "nobody known")
            return view(message, sender, record)

        return await desk.read(read)

    async with answering(acting, call):
        await fill(acting, call, title, made)


async def _settle(acting: Acting, call: Call, message: int, decide: Deciding) -> None:
    desk, agent = call.hands.desk, acting.agent
    assert agent

    def act(work: SqlWork) -> None:
        now = datetime.now(UTC)
        _seen(work, desk.setup, agent, message)
        try:
            command = decide(work, desk.setup, agent, message, now)
        except deciding.AgentsOwn as error:
            raise CommandRefused(OWN) from error
        handle.carry_out_in(work, lambda _: command, desk.setup, agent.email, now)

    await desk.write(act)


def _way(setup: Setup, record: Record) -> str:
    """How the sender would read why they are turned away."""
    if not deciding.can_be_told(setup, record):
        return "Nothing reaches them: only colleagues read this."
    chat = deciding.chat_of(setup, record)
    return f"They read this in {chat}, where they wrote." if chat else "They read this by mail."


def _seen(work: SqlWork, setup: Setup, agent: Agent, message: int) -> dict[str, object]:
    """A held message that an agent may decide about: not one for a protected team of others."""
    try:
        record = deciding.held_record(work, message)
    except CommandRefused as error:
        raise CommandRefused(
            "somebody has decided about that message already. Its notice and the thread say who, and what"
        ) from error
    ticket = work.ticket(record["ticket"]) if record["ticket"] else None
    if ticket is not None and not reads(agent, ticket, setup.policy):
        raise NotFound("that message")
    return record


def _message_of(view: Json) -> int:
    return names.pressed_in(str(view.get("private_metadata") or "")).message


LISTENERS = (
    *(Listener(Kind.ACTION, name, at_once(name)) for name in AT_ONCE),
    Listener(Kind.ACTION, names.REFUSE, ask_why),
    Listener(Kind.ACTION, names.ADD_TO, ask_where),
    Listener(Kind.VIEW, names.VIEW_REFUSE, refuse),
    Listener(Kind.VIEW, names.VIEW_ADD_TO, add_to),
)
