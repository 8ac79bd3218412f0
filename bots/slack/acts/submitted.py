"""What was asked in a form is done: a row for each form, with the field at which a refusal is said."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bots import acting as acts
from bots.slack.acts.answering import submitting
from bots.slack.acts.doing import NotFound, Target, carry_out, seen_ticket
from bots.slack.acts.forms import block_of, moment, typed
from bots.slack.asks.typed import ticket_in
from bots.slack.blocks import modals, names
from bots.slack.blocks.modals.choices import NOBODY
from bots.slack.blocks.times import snoozed_words
from bots.slack.blocks.types import Json
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup
from intake.readers import zone_of
from intake.tickets import Agent, Ticket
from store.work import SqlWork

MORNING = time(9)
HOURS = {"2h": timedelta(hours=2)}


class Do(Protocol):
    def __call__(
        self, work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, view: Json, now: datetime
    ) -> Command: ...


@dataclass(frozen=True, slots=True)
class Submission:
    """What a form does; one that `minds` is refused where the ticket has changed since it was opened."""

    do: Do
    field: str
    minds: bool = True
    said: "Say | None" = None  # what whoever submitted it reads once it is done


class Say(Protocol):
    def __call__(self, work: SqlWork, setup: Setup, agent: Agent, view: Json, now: datetime) -> str: ...


def snooze(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, view: Json, now: datetime) -> Command:
    """Until a moment in the agent's own zone, or until the customer writes."""
    until = typed(view, names.UNTIL)
    if until == "reply":
        return acts.snooze_until_reply(work, setup, agent, ticket, now)
    zone = ZoneInfo(zone_of(work, agent, setup.desk))
    return acts.snooze(work, setup, agent, ticket, _moment(until, view, now, zone), now)


def snoozed(work: SqlWork, setup: Setup, agent: Agent, view: Json, now: datetime) -> str:
    """Until when, in their own zone."""
    until, zone = typed(view, names.UNTIL), zone_of(work, agent, setup.desk)
    return snoozed_words(None if until == "reply" else _moment(until, view, now, ZoneInfo(zone)), zone, now)


def escalate(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, view: Json, now: datetime) -> Command:
    return acts.escalate(work, setup, agent, ticket, typed(view, names.REASON), now)


def out_of_scope(
    work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, view: Json, now: datetime
) -> Command:
    reason, text = typed(view, names.REASON), typed(view, names.TEXT)
    return acts.out_of_scope(work, setup, agent, ticket, reason, text, now)


def join(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, view: Json, now: datetime) -> Command:
    """Link the two, or let one go on in the other."""
    other = named_ticket(work, setup, agent, typed(view, names.TARGET))
    match typed(view, names.SURVIVOR):
        case "into":
            return acts.merge(work, setup, agent, ticket, other, now)
        case "from":
            return acts.merge(work, setup, agent, other, ticket, now)
    return acts.link(work, setup, agent, ticket, other, now)


def named_ticket(work: SqlWork, setup: Setup, agent: Agent, words: str) -> Ticket:
    """The ticket that somebody typed; absent and forbidden ones are alike."""
    try:
        return seen_ticket(work, ticket_in(words), agent, setup.policy)
    except NotFound as error:
        raise CommandRefused(f"I can't find {words[:40]}; write a number such as 1042") from error


SUBMISSIONS: Mapping[str, Submission] = {
    names.VIEW_SNOOZE: Submission(snooze, names.UNTIL, minds=False, said=snoozed),
    names.VIEW_ESCALATE: Submission(escalate, names.REASON, minds=False),
    names.VIEW_OUT_OF_SCOPE: Submission(out_of_scope, names.REASON),
    names.VIEW_MERGE: Submission(join, names.TARGET),
}


def submit(name: str) -> Act:
    asked = SUBMISSIONS[name]

    async def press(acting: Acting, call: Call) -> None:
        view = call.body["view"]
        target = about(view, minds=asked.minds)

        def decide(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
            return asked.do(work, setup, agent, ticket, view, now)

        told: list[str] = []

        def after(work: SqlWork, number: int, now: datetime) -> None:
            setup, agent, ticket = call.hands.desk.setup, acting.agent, work.ticket(number)
            if asked.said and agent and ticket:
                words = asked.said(work, setup, agent, view, now)
                told[:] = [f"{setup.policy.reference_of(ticket)}: {words}"]

        async with submitting(acting, call, block_of(view, asked.field)) as page:
            await carry_out(acting, call, target, decide, after)
            if told:
                page.view = modals.message_view("Done", told[0])

    return press


async def assign(acting: Acting, call: Call) -> None:
    """The agent and the team, each where it is another than before."""
    view = call.body["view"]
    agent, team = (_named(typed(view, one)) for one in (names.AGENT, names.TEAM))
    has_team = bool(typed(view, names.TEAM))
    target = about(view, minds=True)

    def give(work: SqlWork, setup: Setup, by: Agent, ticket: Ticket, now: datetime) -> Command:
        return acts.assign(work, setup, by, ticket, agent, now)

    def move(work: SqlWork, setup: Setup, by: Agent, ticket: Ticket, now: datetime) -> Command:
        return acts.give_to_team(work, setup, by, ticket, team, now)

    async with submitting(acting, call, block_of(view, names.AGENT)):
        for one in (give, move) if has_team else (give,):
            with suppress(AlreadyDone):
                await carry_out(acting, call, target, one)
                target = Target(target.number)  # which is newer by what was done just now


def about(view: Json, *, minds: bool) -> Target:
    """The ticket that a form was opened for, which its metadata names."""
    said = names.pressed_in(str(view.get("private_metadata") or ""))
    return Target(said.ticket, said.version if minds else 0)


def _named(value: str) -> str:
    return "" if value == NOBODY else value


def _moment(until: str, view: Json, now: datetime, zone: ZoneInfo) -> datetime:
    if until in HOURS:
        return now + HOURS[until]
    today = now.astimezone(zone).date()
    if until == "tomorrow":
        return datetime.combine(today + timedelta(days=1), MORNING, zone).astimezone(UTC)
    if until == "monday":
        monday = today + timedelta(days=7 - today.weekday())
        return datetime.combine(monday, MORNING, zone).astimezone(UTC)
    picked = moment(view, names.MOMENT)
    if not picked:
        raise CommandRefused("pick the moment below, or choose another time")
    return datetime.fromtimestamp(picked, UTC)


LISTENERS = (
    *(Listener(Kind.VIEW, name, submit(name)) for name in SUBMISSIONS),
    Listener(Kind.VIEW, names.VIEW_ASSIGN, assign),
)
