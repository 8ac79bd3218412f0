"""Every act of an agent, whatever tool it is done with: a shell, a button, a command in a chat.

Each takes the ticket as it was read in the same transaction and answers the `Command` that
`handle.carry_out_in` does; CommandRefused says what cannot be done, AlreadyDone what need not be.
Who the agent is, whether they may, and which ticket is meant, is the caller's to find out. Held
messages are in `bots.deciding`, calls that are logged in `bots.phoned`.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from intake import commands, joining
from intake.commands import Then
from intake.decisions import Decision, Fate
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup, Work
from intake.lookup import goes_on_in
from intake.messages import Address, Assurance, Attachment, File, Inbound, Raw
from intake.scope import out_of_scope as _out_of_scope
from intake.suggestions import did_you_mean
from intake.surveying import asking
from intake.tickets import Agent, Status, Ticket

AUTHOR = "an agent"  # where nobody says who


@dataclass(frozen=True, slots=True)
class Words:
    """What an agent says: `channel` is where they said it, `identity` what makes it said once.

    `attachments` are all that belongs to it; `files` the bytes of those that are not kept yet.
    """

    text: str
    channel: str = "api"
    identity: str = ""
    attachments: tuple[Attachment, ...] = ()
    files: tuple[File, ...] = ()
    place: str = ""
    raw: Raw | None = None

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(range(len(self.attachments)))


# Words


def answer(
    work: Work,
    setup: Setup,
    agent: Agent,
    ticket: Ticket,
    words: Words,
    now: datetime,
    then: Then = Then.WAITING,
) -> Command:
    """Public words to the requester and the participants, with all the files of the words."""
    said = ticket, agent.name, words.text
    match then:
        case Then.WAITING:
            decision = commands.answer(*said, now, words.places)
        case Then.KEEP:
            decision = commands.answer_only(*said, now, words.places)
        case Then.SOLVED:
            decision = commands.answer_and_solve(*said, setup.policy, now, words.places)
    return _said(decision, agent, ticket, words, now)


def note(work: Work, setup: Setup, agent: Agent, ticket: Ticket, words: Words, now: datetime) -> Command:
    """Words to colleagues only."""
    return _said(commands.note(ticket, agent.name), agent, ticket, words, now)


def close(
    work: Work,
    setup: Setup,
    agent: Agent | None,
    ticket: Ticket,
    last_words: str,
    resolution: Words,
    now: datetime,
) -> Command:
    """Close a ticket with last words to the requester, and what it was as an agent's note; ask nothing."""
    done = commands.set_status(ticket, Status.CLOSED, setup.policy, _by(agent), now, last_words.strip())
    if agent is None or not resolution.text.strip():
        return Command(done)
    return _said(replace(done, fate=Fate.APPEND, public=False), agent, ticket, resolution, now)


def with_survey(work: Work, setup: Setup, command: Command, now: datetime) -> Command:
    """The same command, and the requester is asked how it went; where they may not be, it says why."""
    return replace(command, decision=asking(work, command.decision, setup, now))


def as_the_policy_asks(work: Work, setup: Setup, command: Command, now: datetime) -> Command:
    """A command of a person's that closes a ticket, where they do not say themselves whether to ask."""
    asks = setup.policy.file.lifecycle.survey_at_close
    return with_survey(work, setup, command, now) if asks else command


def out_of_scope(
    work: Work, setup: Setup, agent: Agent, ticket: Ticket, reason: str, text: str, now: datetime
) -> Command:
    """Support does not include it; the requester reads why, in the policy's words and these."""
    return Command(_out_of_scope(ticket, reason, text, setup.policy, agent.name, now))


# Whose it is, and how it stands


def claim(work: Work, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
    """Take a ticket that nobody has."""
    if ticket.assignee and ticket.assignee.id != agent.id:
        reference = setup.policy.reference_of(ticket)
        raise CommandRefused(f"{ticket.assignee.name} has {reference}; assign it to yourself to take it over")
    return assign(work, setup, agent, ticket, agent.email, now)


def unclaim(work: Work, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
    return assign(work, setup, agent, ticket, "", now)


def assign(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, email: str, now: datetime
) -> Command:
    """Give a ticket to an agent by their address, or to nobody."""
    wanted = known_agent(work, email) if email else None
    if (ticket.assignee.id if ticket.assignee else 0) == (wanted.id if wanted else 0):
        whose = f"{wanted.name}'s" if wanted else "nobody's"
        raise AlreadyDone(f"{setup.policy.reference_of(ticket)} is {whose} already")
    return Command(commands.set_field(ticket, "assignee", email))


def give_to_team(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, team: str, now: datetime
) -> Command:
    """Where the policy lists its teams, a ticket is given to one of them, or to none."""
    teams = [one.name for one in setup.policy.file.team]
    if team and teams and team not in teams:
        raise CommandRefused(f"no team {team!r}; {did_you_mean(team, teams)}")
    if team == ticket.team:
        raise AlreadyDone(f"{setup.policy.reference_of(ticket)} is of team {team or 'none'} already")
    return Command(commands.set_field(ticket, "team", team))


def set_field(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, name: str, value: str, now: datetime
) -> Command:
    """Set a field of a ticket by its name; assignee and team are asked for first."""
    if name == "assignee":
        return assign(work, setup, agent, ticket, value, now)
    if name == "team":
        return give_to_team(work, setup, agent, ticket, value, now)
    return Command(commands.set_field(ticket, name, value))


def set_status(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, status: Status, now: datetime
) -> Command:
    """Move a ticket to a status; whoever closes it in this way leaves it to the policy what is asked then."""
    done = Command(commands.set_status(ticket, status, setup.policy, _by(agent), now))
    return as_the_policy_asks(work, setup, done, now) if status is Status.CLOSED else done


def reopen(work: Work, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
    """Let a ticket go on; one that goes on in another is opened there."""
    if ticket.merged_into:
        raise CommandRefused(f"{setup.policy.reference_of(ticket)} goes on in another ticket; open that one")
    return set_status(work, setup, agent, ticket, Status.OPEN, now)


def set_severity(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, name: str, now: datetime
) -> Command:
    return Command(commands.set_severity(ticket, name, setup.policy, now))


def escalate(work: Work, setup: Setup, agent: Agent, ticket: Ticket, text: str, now: datetime) -> Command:
    """Ask the managers for help."""
    return Command(commands.escalate(ticket, text, setup.policy, agent.name))


def spam(work: Work, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
    return Command(commands.spam(ticket, setup.policy, agent.name, now))


# Promised times


def snooze(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, until: datetime, now: datetime
) -> Command:
    """Keep reminders quiet until a moment."""
    return Command(commands.snooze(ticket, until, setup.policy, _author(agent), now))


def snooze_until_reply(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, now: datetime
) -> Command:
    """Keep reminders quiet until the customer writes again."""
    return Command(commands.snooze_until_reply(ticket, setup.policy, _author(agent), now))


def call_back(
    work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, due_at: datetime, phone: str, now: datetime
) -> Command:
    """Promise a call, to the number that the ticket names where none is given; the requester is told."""
    wanted = phone or str(ticket.fields.get("phone", ""))
    return Command(commands.call_back(ticket, due_at, wanted, setup.policy, _author(agent), now))


def called_back(work: Work, setup: Setup, agent: Agent | None, ticket: Ticket, now: datetime) -> Command:
    return Command(commands.called_back(ticket, setup.policy, _author(agent), now))


# Two tickets


def merge(work: Work, setup: Setup, agent: Agent, ticket: Ticket, into: Ticket, now: datetime) -> Command:
    """The first goes on in the second."""
    pair = ticket, into, setup.policy, agent.name
    return Command(joining.merge(*pair, now, lambda number: goes_on_in(work, number)))


def link(work: Work, setup: Setup, agent: Agent, ticket: Ticket, to: Ticket, now: datetime) -> Command:
    return Command(joining.link(ticket, to, setup.policy, agent.name))


# Look-ups


def known_ticket(work: Work, number: int) -> Ticket:
    ticket = work.ticket(number)
    if ticket is None:
        raise CommandRefused(f"there is no ticket {number}; `deskbell ticket list` shows those there are")
    return ticket


def known_agent(work: Work, email: str) -> Agent:
    agent = work.agent(email)
    if agent is None:
        known = [one.email for one in work.agents()]
        raise CommandRefused(
            f"no agent {email!r}; {did_you_mean(email, known) if known else 'none is known'}"
        )
    return agent


# Helpers


def _author(agent: Agent | None) -> str:
    return agent.name if agent else AUTHOR


def _by(agent: Agent | None) -> str:
    return f"set by {_author(agent)}"


def _said(decision: Decision, agent: Agent, ticket: Ticket, words: Words, now: datetime) -> Command:
    inbound = spoken(words, Address(agent.name, agent.email), ticket.subject, now)
    known = replace(decision, assurance=Assurance.SIGNED_IN)
    return Command(known, inbound, raw=words.raw, files=words.files)


def spoken(words: Words, sender: Address, subject: str, now: datetime) -> Inbound:
    """What was said, as a message that is taken in once."""
    once = words.identity or hashlib.sha256(secrets.token_bytes(32)).hexdigest()  # said once, here and now
    return Inbound(
        channel=words.channel,
        identity=once,
        received_at=now,
        sender=sender,
        subject=subject,
        text=words.text,
        reply=words.text,
        attachments=words.attachments,
        assurance=Assurance.SIGNED_IN,
        place=words.place,
    )
