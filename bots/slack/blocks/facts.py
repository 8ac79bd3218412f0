"""What is read of a ticket before it is drawn, as far as one channel may see it.

The words of a protected team's ticket are for that team's own channel. Everywhere else the facts
hold its number, how bad it is and when it is due, and nothing that anybody wrote: what is not
there cannot be shown by mistake.
"""

from datetime import datetime

from bots.slack.blocks.text import is_user
from bots.slack.blocks.types import CardFacts, Due, Row, first_due
from intake.around import lines_around
from intake.duty import on_duty
from intake.policies.form import asked_as, missing_on
from intake.policy import Policy
from intake.tickets import Agent, Status, Ticket
from intake.words import UNPROVEN, account_words
from intake.work import Setup
from store.first_words import FirstWords, first_words
from store.snoozes import is_until_reply
from store.work import SqlWork

LONGEST_EXCERPT = 600


def card_facts(
    work: SqlWork, ticket: Ticket, setup: Setup, now: datetime, *, channel_team: str = ""
) -> CardFacts:
    """A ticket for the channel of a team ("" for the one of all others), or for a person of that team."""
    zone, assignee = setup.desk.timezone, ticket.assignee
    agents = work.agents()
    team = [one for one in agents if one.team == ticket.team] if ticket.team else []
    snoozed = _snoozed_until(ticket, now)
    is_withheld = is_kept_from(ticket, channel_team, setup.policy)
    first = FirstWords() if is_withheld else first_words(work, ticket.number)
    return CardFacts(
        number=ticket.number,
        version=ticket.version,
        reference=setup.policy.reference_of(ticket),
        now=now,
        status=ticket.status,
        severity=ticket.severity,
        severities=tuple(setup.policy.severities),
        channel=ticket.channel,
        opened_at=ticket.opened_at,
        assignee=assignee.name or assignee.email if assignee else "",
        assignee_slack=assignee.slack if assignee else "",
        is_assignee_on_duty=assignee is not None and on_duty(assignee, now, zone),
        team=ticket.team,
        dues=dues_of(ticket),
        merged_into=_reference(ticket.merged_into, setup.policy),
        snoozed_until=snoozed,
        is_until_reply=snoozed is not None and is_until_reply(work, ticket.number, snoozed),
        is_escalated=ticket.escalated_at is not None,
        on_duty=_ids([one for one in team or agents if on_duty(one, now, zone)]),
        managers=_managers(agents, ticket.team),
        withheld_for=ticket.team if is_withheld else "",
        **({} if is_withheld else _about(ticket, setup.policy)),
        account=() if is_withheld else account_words(ticket.organisation, ticket.requester, now.date()),
        remarks=() if is_withheld else _remarks(work, ticket, first, setup, now),
        missing=() if is_withheld else _missing(ticket, first, setup.policy),
        words=first.text[: 2 * LONGEST_EXCERPT],
        files=first.files,
    )


def is_kept_from(ticket: Ticket, channel_team: str, policy: Policy) -> bool:
    """Whether the words of a ticket must not be read in the channel of a team."""
    return policy.is_protected(ticket.team) and channel_team != ticket.team


def reads(agent: Agent, ticket: Ticket, policy: Policy) -> bool:
    """Whether an agent may read a ticket's words: of a protected team's only those whom it is for."""
    is_theirs = ticket.assignee is not None and ticket.assignee.id == agent.id
    return not policy.is_protected(ticket.team) or agent.manager or agent.team == ticket.team or is_theirs


def row_of(ticket: Ticket, agent: Agent, policy: Policy, link: str = "") -> Row:
    """A ticket in a list that an agent looks at; `link` leads to its thread."""
    is_read = reads(agent, ticket, policy)
    organisation = ticket.organisation.name if ticket.organisation else ""
    dues = dues_of(ticket)
    return Row(
        number=ticket.number,
        version=ticket.version,
        reference=policy.reference_of(ticket),
        subject=ticket.subject if is_read else f"a request for team {ticket.team}",
        status=ticket.status,
        severity=ticket.severity,
        organisation=organisation if is_read else "",
        assignee=ticket.assignee.name or ticket.assignee.email if ticket.assignee else "",
        due=first_due(dues, ticket.opened_at),
        link=link,
    )


def dues_of(ticket: Ticket) -> tuple[Due, ...]:
    owed = [one for one in ticket.clocks if one.is_owed]
    return tuple(
        Due(one.kind, one.due_at, one.paused_at is not None, one.breached_at is not None) for one in owed
    )


def _about(ticket: Ticket, policy: Policy) -> dict[str, str]:
    """What somebody outside chose, or says who they are."""
    organisation = ticket.organisation
    return {
        "subject": ticket.subject,
        "requester": ticket.requester.name,
        "address": ticket.requester.address.address,
        "organisation": organisation.name if organisation else "",
        "product": ticket.product,
        "release": ticket.release,
        "predecessor": _reference(ticket.predecessor, policy),
    }


def _remarks(
    work: SqlWork, ticket: Ticket, first: FirstWords, setup: Setup, now: datetime
) -> tuple[str, ...]:
    """What whoever takes it should know; nothing of a ticket that is done with."""
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        return ()
    unproven = (UNPROVEN,) if first.is_unproven_mail else ()
    return (*unproven, *lines_around(work, ticket, setup, now))


def _missing(ticket: Ticket, first: FirstWords, policy: Policy) -> tuple[str, ...]:
    """What is still to be asked, in the form's own words."""
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        return ()
    names = missing_on(ticket, first.text, first.files, policy.file)
    return tuple(asked_as(name, policy.file.form) for name in names)


def _reference(number: int, policy: Policy) -> str:
    return policy.file.reference.format(number=number) if number else ""


def _snoozed_until(ticket: Ticket, now: datetime) -> datetime | None:
    """Until when its reminders keep quiet, None where they do not."""
    moments = (one.snoozed_until for one in ticket.clocks if one.is_owed and one.snoozed_until)
    return max((one for one in moments if one > now), default=None)


def _managers(agents: tuple[Agent, ...], team: str) -> tuple[str, ...]:
    managers = [one for one in agents if one.manager]
    return _ids([one for one in managers if one.team == team] or managers)


def _ids(agents: list[Agent]) -> tuple[str, ...]:
    return tuple(one.slack for one in agents if is_user(one.slack))
