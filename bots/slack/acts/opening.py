"""Buttons that open a form: at once with a loading view, then filled with what is read of the ticket.

A row for each button: its title, and the view that is made for the agent who asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from bots.slack.acts.answering import answering, fill
from bots.slack.acts.closing import close_form
from bots.slack.acts.doing import Target, seen_ticket, target_of
from bots.slack.acts.reading import facts_for
from bots.slack.blocks import CardFacts, modals, names
from bots.slack.blocks.types import Json
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from intake.duty import on_duty
from intake.handle import Setup
from intake.tickets import Agent
from store.work import SqlWork


class Make(Protocol):
    def __call__(self, work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json: ...


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a ticket."""

    title: str
    make: Make


def of_facts(view: "ViewOfFacts") -> Make:
    """A form that shows no more than the ticket's facts; its version is the one that was seen."""

    def make(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
        facts = facts_for(work, setup, agent, target.number, now)
        return view(replace(facts, version=target.version or facts.version))

    return make


class ViewOfFacts(Protocol):
    def __call__(self, facts: CardFacts) -> Json: ...


def _assign(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    facts, zone = facts_for(work, setup, agent, target.number, now), setup.desk.timezone
    known = tuple(
        (one.email, one.name, "on duty" if on_duty(one, now, zone) else "off duty") for one in work.agents()
    )
    teams = tuple(one.name for one in setup.policy.file.team)
    assignee = seen_ticket(work, target.number, agent, setup.policy).assignee
    return modals.assign(modals.AssignFacts(facts, known, teams, assignee.email if assignee else ""))


def _close(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    facts = facts_for(work, setup, agent, target.number, now)
    facts = replace(facts, version=target.version or facts.version)
    return close_form(work, setup, agent, facts)


def _merge(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    """The other ticket is in the form where the button was about two."""
    facts = facts_for(work, setup, agent, target.number, now)
    return modals.merge(replace(facts, version=target.version or facts.version), target.word)


def _out_of_scope(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    reasons = tuple((one.name, one.says) for one in setup.policy.file.out_of_scope)
    return modals.out_of_scope(facts_for(work, setup, agent, target.number, now), reasons)


def _log_call(work: SqlWork, setup: Setup, agent: Agent, target: Target, now: datetime) -> Json:
    """A call about a ticket is that of its requester; one about none is anybody's."""
    facts = modals.NewFacts(tuple(setup.policy.severities), setup.policy.file.default_severity)
    if target.number:
        about = facts_for(work, setup, agent, target.number, now)
        facts = replace(facts, severity=about.severity, requester=about.address, subject=about.subject)
        facts = replace(facts, source=f"Goes onto {about.reference}, if its requester called.")
    here = names.value(names.Pressed(ticket=target.number))
    return modals.log_call(facts) | {"private_metadata": here}


FORMS: Mapping[str, Form] = {
    names.ASSIGN: Form("Assign", _assign),
    names.SNOOZE: Form("Snooze", of_facts(modals.snooze)),
    names.CLOSE: Form("Close the ticket", _close),
    names.MERGE: Form("Link or merge", _merge),
    names.ESCALATE: Form("Escalate", of_facts(modals.escalate)),
    names.OUT_OF_SCOPE: Form("Out of scope", _out_of_scope),
    names.REDACT: Form("Redact", of_facts(modals.redact)),
    names.LOG_CALL: Form("Log a call", _log_call),
}


def open_form(name: str) -> Act:
    form = FORMS[name]

    async def press(acting: Acting, call: Call) -> None:
        async with answering(acting, call):
            target = target_of(acting, call)
            await show(acting, call, form, target)

    return press


async def show(acting: Acting, call: Call, form: Form, target: Target) -> None:
    """Open a form and fill it with what this agent may see."""
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async def made() -> Json:
        setup, now = desk.setup, datetime.now(UTC)
        return await desk.read(lambda work: form.make(work, setup, agent, target, now))

    await fill(acting, call, form.title, made)


LISTENERS = tuple(Listener(Kind.ACTION, name, open_form(name)) for name in FORMS)
