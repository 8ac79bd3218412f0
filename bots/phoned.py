"""Calls and posts that an agent writes down for somebody else, as messages like any other.

The policy says what becomes of one, as if its sender had written; `Receipt.ticket` says where it is.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bots.acting import Words, spoken
from intake.conditions import CHANNELS
from intake.errors import CommandRefused, ConfigError
from intake.handle import Setup, Work
from intake.messages import Address, Inbound
from intake.policies.form import filled_in
from intake.policy import Policy
from intake.suggestions import did_you_mean
from intake.tickets import Agent

FIELDS_OF_ALL = (
    "type",
    "product",
    "version",
    "kind",
    "production",
    "platform",
    "database",
    "previous",
    "phone",
)


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody said on the telephone, or wherever the desk does not listen by itself."""

    sender: str
    subject: str
    text: str
    channel: str = "phone"
    severity: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    ticket: int = 0  # 0 for a new one
    identity: str = ""


def logged_call(work: Work, setup: Setup, agent: Agent | None, call: Call, now: datetime) -> Inbound:
    """A call as a message like any other, for `handle.receive_in`; the policy says what becomes of it."""
    policy = setup.policy
    if "@" not in call.sender:
        raise ConfigError(
            [f"--from: {call.sender!r} is no address; give the requester's, such as ana@acme.example"]
        )
    if call.severity and call.severity not in policy.severities:
        hint = did_you_mean(call.severity, policy.severities)
        raise ConfigError([f"--severity: no severity {call.severity!r}; {hint}"])
    _check_fields(policy, call.fields)
    if call.channel not in CHANNELS:
        raise ConfigError([f"--channel: no channel {call.channel!r}; {did_you_mean(call.channel, CHANNELS)}"])
    if setup.desk.is_ours(call.sender) or work.agent(call.sender):
        raise CommandRefused(
            f"--from: {call.sender} is the desk's or an agent's; give the requester's address"
        )
    logged = call.fields | ({"logged_by": agent.name or agent.email} if agent else {})
    words = Words(call.text, call.channel, call.identity)
    person = work.person(call.sender)
    sender = Address(person.name if person else "", call.sender)
    inbound = spoken(words, sender, call.subject, now)
    return replace(inbound, fields=logged, severity=call.severity, ticket_number=call.ticket)


def _check_fields(policy: Policy, fields: dict[str, str]) -> None:
    """What an agent enters is a field of the form, and a choice one of its choices."""
    form = policy.file.form
    known = {*form.required, *form.recommended, *form.fields, *FIELDS_OF_ALL}
    mistakes = [
        f"--field: no field {name!r}; {did_you_mean(name, known)}" for name in fields if name not in known
    ]
    taken = filled_in(fields, policy.file)
    mistakes += [
        f"--field {name}: {value!r} is no choice; {did_you_mean(value, form.fields[name].choices)}"
        for name, value in fields.items()
        if value and name not in taken and name in form.fields
    ]
    if mistakes:
        raise ConfigError(mistakes)
