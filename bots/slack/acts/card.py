"""What a press on a card, a reminder or a line of Details does at once: one row for each button."""

from collections.abc import Mapping
from datetime import datetime

from bots import acting as acts
from bots.slack.acts.answering import answering
from bots.slack.acts.doing import Decide, carry_out, chosen, target_of
from bots.slack.blocks import names
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from intake.tickets import Agent, Status, Ticket
from store.work import SqlWork


def _solve(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
    return acts.set_status(work, setup, agent, ticket, Status.SOLVED, now)


AT_ONCE: Mapping[str, Decide] = {
    names.CLAIM: acts.claim,
    names.UNCLAIM: acts.unclaim,
    names.REOPEN: acts.reopen,
    names.SPAM: acts.spam,
    names.CALLED: acts.called_back,
    names.SOLVE_ANYWAY: _solve,
}


def at_once(name: str) -> Act:
    """A button that asks nothing more."""

    async def press(acting: Acting, call: Call) -> None:
        async with answering(acting, call):
            await carry_out(acting, call, target_of(acting, call), AT_ONCE[name])

    return press


async def choose_severity(acting: Acting, call: Call) -> None:
    """The menu of the policy's severities."""
    wanted = chosen(call)

    def decide(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
        return acts.set_severity(work, setup, agent, ticket, wanted, now)

    async with answering(acting, call):
        await carry_out(acting, call, target_of(acting, call), decide)


async def choose_status(acting: Acting, call: Call) -> None:
    wanted = chosen(call)

    def decide(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
        if wanted not in list(Status):
            raise CommandRefused("there is no such status; choose it on the card again")
        return acts.set_status(work, setup, agent, ticket, Status(wanted), now)

    async with answering(acting, call):
        await carry_out(acting, call, target_of(acting, call), decide)


LISTENERS = (
    *(Listener(Kind.ACTION, name, at_once(name)) for name in AT_ONCE),
    Listener(Kind.ACTION, names.SEVERITY, choose_severity),
    Listener(Kind.ACTION, names.STATUS, choose_status),
)
