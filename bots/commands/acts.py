"""What the ticket and held commands do: a decision, and the lines that carry it out."""

import hashlib
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from bots.wiring import Wired
from intake import commands, handle
from intake.conditions import CHANNELS
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import CommandRefused, ConfigError
from intake.handle import Command, Letter, Work
from intake.messages import Address, Assurance, Inbound
from intake.policies.form import filled_in
from intake.policy import Policy
from intake.scope import out_of_scope
from intake.suggestions import did_you_mean
from intake.tickets import Agent, Person, Status, Ticket
from store import held
from store.engine import retrying
from store.exports import message_record
from store.work import SqlWork

AUTHOR = "an agent"
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
Choice = TypeVar("Choice", bound=StrEnum)


def text_from(text: str) -> str:
    """The text as given, or the standard input for "-"."""
    return sys.stdin.read() if text == "-" else text


def one_of(choices: type[Choice], word: str, place: str) -> Choice:
    try:
        return choices(word)
    except ValueError as error:
        hint = did_you_mean(word, [one.value for one in choices])
        raise ConfigError([f"{place}: {word!r} is not one of its values; {hint}"]) from error


def known_ticket(work: Work, number: int) -> Ticket:
    ticket = work.ticket(number)
    if ticket is None:
        raise CommandRefused(f"there is no ticket {number}; `deskbell ticket list` shows those there are")
    return ticket


def log_call(
    wired: Wired,
    sender: str,
    subject: str,
    text: str,
    channel: str,
    severity: str,
    fields: dict[str, str],
    by: str,
) -> dict[str, object]:
    """A call or a post becomes a message like any other; the policy says what becomes of it."""
    if "@" not in sender:
        raise ConfigError(
            [f"--from: {sender!r} is no address; give the requester's, such as ana@acme.example"]
        )
    if severity and severity not in wired.setup.policy.severities:
        hint = did_you_mean(severity, wired.setup.policy.severities)
        raise ConfigError([f"--severity: no severity {severity!r}; {hint}"])
    _check_fields(wired.setup.policy, fields)
    if channel not in CHANNELS:
        raise ConfigError([f"--channel: no channel {channel!r}; {did_you_mean(channel, CHANNELS)}"])
    with wired.store.reading() as work:
        _known_actor(work, by)
        if wired.desk.is_ours(sender) or work.agent(sender):
            raise CommandRefused(
                f"--from: {sender} is the desk's or an agent's; give the requester's address"
            )
    now = datetime.now(UTC)
    logged = fields | ({"logged_by": by} if by else {})
    inbound = replace(_spoken(channel, Address("", sender), subject, text, logged, now), severity=severity)
    receipt = retrying(lambda: handle.receive([Letter(None, inbound)], wired.store, wired.setup, now))[0]
    return {
        "fate": receipt.fate.value if receipt.fate else "",
        "ticket": receipt.ticket,
        "rule": receipt.rule,
        "because": receipt.because,
        "missing": list(receipt.missing),
    }


def say(wired: Wired, number: int, text: str, by: str, is_note: bool) -> str:
    """An agent's answer or note."""
    now = datetime.now(UTC)

    def decide(work: Work) -> Command:
        ticket, agent = known_ticket(work, number), known_agent(work, by)
        said = _spoken("api", Address(agent.name, agent.email), ticket.subject, text, {}, now)
        if is_note:
            return Command(commands.note(ticket, agent.name), said)
        return Command(commands.answer(ticket, agent.name, text, now), said)

    decision = retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by, now))
    return f"{wired.setup.policy.reference_of(_ticket_of(decision))}: {decision.because}"


def put_out_of_scope(wired: Wired, number: int, reason: str, text: str, by: str) -> str:
    """An agent's word that support does not include what a ticket asks for."""
    now, policy = datetime.now(UTC), wired.setup.policy

    def decide(work: Work) -> Command:
        agent, ticket = known_agent(work, by), known_ticket(work, number)
        return Command(out_of_scope(ticket, reason, text, policy, agent.name, now))

    decision = retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by, now))
    return f"{policy.reference_of(_ticket_of(decision))}: {decision.because}"


def is_wanted(ticket: Ticket, team: str, mine: str) -> bool:
    """Whether a ticket is of a team and of an agent, where they are named."""
    theirs = ticket.assignee.email.lower() if ticket.assignee else ""
    return (not team or ticket.team == team) and (not mine or theirs == mine.lower())


def change(wired: Wired, number: int, name: str, value: str, by: str) -> str:
    """Set a status, a severity or a field of a ticket."""
    now, policy = datetime.now(UTC), wired.setup.policy

    def decide(work: Work) -> Command:
        ticket = known_ticket(work, number)
        _known_actor(work, by)
        if name == "status":
            status = one_of(Status, value, name)
            return Command(commands.set_status(ticket, status, policy, "set by an agent", now))
        if name == "severity":
            return Command(commands.set_severity(ticket, value, policy, now))
        if name == "assignee" and value:
            known_agent(work, value)
        if name == "team" and value:
            _known_team(policy, value)
        return Command(commands.set_field(ticket, name, value))

    decision = retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by or AUTHOR, now))
    return f"{policy.reference_of(_ticket_of(decision))}: {decision.because}"


def release(wired: Wired, message: int, number: int, admit: bool, by: str) -> str:
    """Take a held message onto a ticket, and with `admit` its sender too."""
    now = datetime.now(UTC)
    done: list[int] = []

    def decide(work: Work) -> Command:
        assert isinstance(work, SqlWork)
        record = held_record(work, message)
        _known_actor(work, by)
        if work.agent(record["from"]):
            raise CommandRefused(
                f"message {message} is an agent's own, and releasing it would send nothing; "
                "answer with `deskbell ticket reply`, then drop it"
            )
        wanted = number or record["ticket"]
        if not wanted:
            raise CommandRefused(f"message {message} belongs to no ticket; name one with --ticket")
        ticket = known_ticket(work, wanted)
        organisation = work.organisation_of(record["from"].rpartition("@")[2])
        sender = work.person(record["from"]) or Address("", record["from"])
        if not held.release(work, message, wanted, by or AUTHOR, now):
            raise CommandRefused(f"message {message} is not held any more")
        done.append(wanted)
        organisation_id = organisation.id if organisation else None
        policy = wired.setup.policy
        return Command(commands.release(ticket, sender, organisation_id, admit, policy, now))

    retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by or AUTHOR, now))
    return f"message {message} is on ticket {done[-1]}" + (", and its sender too" if admit else "")


def refuse(wired: Wired, message: int, because: str, by: str) -> str:
    """Turn a held message away and tell its sender, which is the agent's own decision."""
    now = datetime.now(UTC)

    def decide(work: Work) -> Command:
        assert isinstance(work, SqlWork)
        record = held_record(work, message)
        _known_actor(work, by)
        if not held.refuse(work, message, by or AUTHOR, now, because):
            raise CommandRefused(f"message {message} is not held any more")
        told = Notice("refused", Audience.SENDER, {"because": because}, "no")  # an agent's own act: no budget
        decision = Decision(Fate.REFUSE, "refused-by-agent", because, "refused", notices=(told,))
        return Command(decision, about=Person(0, "", (record["from"],)))

    retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by or AUTHOR, now))
    return f"message {message} is refused, and its sender is told"


def drop(wired: Wired, message: int, by: str) -> str:
    """Keep a held message and do nothing more about it."""
    with wired.store.begin() as work:
        held_record(work, message)
        _known_actor(work, by)
        held.drop(work, message, by or AUTHOR, datetime.now(UTC))
    return f"message {message} is dropped; it stays among the messages"


def held_record(work: SqlWork, message: int) -> dict[str, Any]:
    record = message_record(work, message)
    if record is None or record["fate"] != Fate.HOLD:
        raise CommandRefused(f"no message {message} is held; `deskbell held list` shows those there are")
    return record


def _spoken(
    channel: str, sender: Address, subject: str, text: str, fields: dict[str, str], now: datetime
) -> Inbound:
    identity = hashlib.sha256(secrets.token_bytes(32)).hexdigest()  # said once, here and now
    return Inbound(
        channel=channel,
        identity=identity,
        received_at=now,
        sender=sender,
        subject=subject,
        text=text,
        reply=text,
        assurance=Assurance.SIGNED_IN,
        fields=fields,
    )


def _known_actor(work: Work, by: str) -> None:
    """The history names who did it: nobody, or an agent there is."""
    if by:
        known_agent(work, by)


def _known_team(policy: Policy, team: str) -> None:
    """Where the policy lists its teams, a ticket is given to one of them."""
    teams = [one.name for one in policy.file.team]
    if teams and team not in teams:
        raise CommandRefused(f"no team {team!r}; {did_you_mean(team, teams)}")


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


def known_agent(work: Work, email: str) -> Agent:
    agent = work.agent(email)
    if agent is None:
        known = [one.email for one in work.agents()]
        raise CommandRefused(
            f"no agent {email!r}; {did_you_mean(email, known) if known else 'none is known'}"
        )
    return agent


def _ticket_of(decision: Decision) -> Ticket:
    assert decision.ticket is not None
    return decision.ticket
