"""What every act of an agent has in common: which ticket, whether they may, whether they saw it as it is.

The ticket is the one that was posted where they acted. What a button says is compared with that, and
a button that says something else is refused like a ticket that is not there. Who pressed something
that has changed meanwhile is told who changed it, and nothing is written. All of it, the command
and the end of an event's wait are one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.slack.blocks import names
from bots.slack.blocks.facts import reads
from bots.slack.calls import Json
from bots.slack.listening import Acting, Call
from bots.slack.payloads import is_ephemeral
from intake import handle
from intake.decisions import Decision
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup
from intake.policy import Policy
from intake.tickets import Agent, Ticket
from store import cards, inbox
from store.changed import Changed, last_change
from store.work import SqlWork

Decide = Callable[[SqlWork, Setup, Agent, Ticket, datetime], Command]
CARD = "card"  # the one post that is drawn again; an old reminder shows what it showed
After = Callable[[SqlWork, int, datetime], None]


class NotFound(CommandRefused):
    """No such ticket, as far as whoever asks may know."""


class Stale(CommandRefused):
    """Somebody changed the ticket since this button was drawn."""

    def __init__(self, changed: Changed) -> None:
        self.changed = changed
        super().__init__(f"{changed.by} {changed.what} it")


@dataclass(frozen=True, slots=True)
class Target:
    """Which ticket is meant, the version of it that was seen (0 where any will do), what else was named."""

    number: int
    version: int = 0
    word: str = ""


def target_of(acting: Acting, call: Call) -> Target:
    """What a press is about; NotFound where its value is not what was posted there."""
    said = _said(call.payload)
    view = call.body.get("view")
    if view:
        about = names.pressed_in(str(view.get("private_metadata") or ""))
        return Target(about.ticket or said.ticket, said.version or about.version)
    if is_ephemeral(call.body):  # shown to them alone, and known to nobody but Slack
        return Target(said.ticket, said.version)
    if said.ticket and said.ticket != acting.ticket:
        raise NotFound("that ticket")
    return Target(acting.ticket, said.version if acting.role == CARD else 0, said.word)


def pressed(call: Call) -> names.Pressed:
    """What the button says of itself: a hint for what the store is asked."""
    return names.pressed_in(str(call.payload.get("value") or ""))


def chosen(call: Call) -> str:
    """The value that was chosen in a menu, "" where there is none."""
    return str((call.payload.get("selected_option") or {}).get("value") or "")


async def carry_out(
    acting: Acting, call: Call, target: Target, decide: Decide, after: After | None = None
) -> Decision:
    """Do what an agent commands, and end the wait of the event that brought it, in one transaction.

    `after` writes what else belongs into it, once the command is done.
    """
    desk = call.hands.desk
    setup, agent = desk.setup, acting.agent
    assert agent

    def act(work: SqlWork) -> Decision:
        now = datetime.now(UTC)
        ticket = seen_ticket(work, target.number, agent, setup.policy)
        command = decided(work, setup, agent, ticket, target, decide, now)
        if acting.delivery:
            inbox.settle(work, acting.delivery)
        decision = handle.carry_out_in(work, lambda _: command, setup, agent.email, now)
        if after:
            after(work, ticket.number, now)
        return decision

    return await desk.write(act)


def seen_ticket(work: SqlWork, number: int, agent: Agent, policy: Policy) -> Ticket:
    """A ticket that an agent may see; what a protected team has is for its few readers."""
    ticket = work.ticket(number) if number else None
    if ticket is None or not reads(agent, ticket, policy):
        raise NotFound(policy.file.reference.format(number=number) if number else "that ticket")
    return ticket


def still_an_agent(work: SqlWork, email: str) -> Agent:
    """Whose act has waited; refused where they are an agent no more."""
    agent = work.agent(email)
    if agent is None or not agent.active:
        raise CommandRefused("you are no agent any more; ask an administrator of Deskbell")
    return agent


async def redraw(call: Call, number: int) -> None:
    """Have a card drawn again even if it shows what it should: its reader may see a choice of their own."""
    if number:
        await call.hands.desk.write(lambda work: cards.draw_anew(work, number, datetime.now(UTC)))


def decided(
    work: SqlWork,
    setup: Setup,
    agent: Agent,
    ticket: Ticket,
    target: Target,
    decide: Decide,
    now: datetime,
) -> Command:
    """What holds already is no mistake; what cannot be done because somebody was quicker is said so."""
    is_stale = target.version not in (0, ticket.version)
    try:
        command = decide(work, setup, agent, ticket, now)
    except AlreadyDone:
        raise
    except CommandRefused as error:
        if is_stale:
            raise Stale(last_change(work, ticket.number)) from error
        raise
    if is_stale:
        raise Stale(last_change(work, ticket.number))
    return command


def _said(payload: Json) -> names.Pressed:
    """A button's value; of a menu, what its block's id says."""
    said = names.pressed_in(str(payload.get("value") or ""))
    return said if said.ticket else names.card_of(str(payload.get("block_id") or ""))
