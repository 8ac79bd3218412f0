"""What the store tells a command: lists, single records and the two exports, ready for JSON.

A conversation is what was filed on a ticket and what went out about it. A message that is
held or was refused is listed among the messages, with its fate, and is no part of the
conversation. Iterators read in portions, so that an export of everything needs little memory.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from intake.decisions import Fate, is_for_customers
from intake.messages import Direction
from intake.tickets import Clock, Status, Survey, Ticket
from store.tables import IS_HELD, agents, attachments, history, messages, outbox, people, tickets
from store.types import is_key
from store.work import SqlWork

Record = dict[str, Any]
PORTION = 500
TOLD = (Fate.APPEND, Fate.OPEN, Fate.IGNORE)

HEARD = (
    select(
        messages.c.id,
        messages.c.direction,
        messages.c.channel,
        messages.c.identity,
        messages.c.message_id,
        messages.c.fate,
        messages.c.rule,
        messages.c.ticket,
        messages.c.at,
    )
    .order_by(messages.c.id)
    .limit(PORTION)
)
SAID = select(*outbox.c).where(outbox.c.sent_at.is_not(None)).order_by(outbox.c.id).limit(PORTION)
NUMBERS = select(tickets.c.number).order_by(tickets.c.number).limit(PORTION)
FULL_MESSAGE = (
    select(messages, people.c.name.label("person_name"), agents.c.name.label("agent_name"))
    .outerjoin(people, messages.c.person == people.c.id)
    .outerjoin(agents, messages.c.agent == agents.c.id)
)


def exported_messages(work: SqlWork) -> Iterator[Record]:
    """Every message that was ever accepted or sent, those to us first, each in its order."""
    for row in _portions(work, HEARD, messages.c.id):
        yield {
            "direction": row.direction.value,
            "channel": row.channel,
            "external_id": row.message_id or row.identity,
            "message_id": row.message_id,
            "fate": row.fate.value,
            "rule": row.rule,
            "ticket": row.ticket or 0,
            "at": _iso(row.at),
        }
    for row in _portions(work, SAID, outbox.c.id):
        yield {
            "direction": Direction.OUT.value,
            "channel": row.channel,
            "external_id": row.message_id if row.channel == "email" else row.answer or row.message_id,
            "message_id": row.message_id,
            "fate": "sent",
            "rule": row.notice,
            "ticket": row.ticket or 0,
            "at": _iso(row.sent_at),
        }


def exported_tickets(work: SqlWork) -> Iterator[Record]:
    """Every ticket with its clocks and its conversation, by number."""
    for row in _portions(work, NUMBERS, tickets.c.number):
        ticket = work.ticket(row.number)
        assert ticket
        yield ticket_record(work, ticket)
        work.known.tickets.things.clear()  # each is asked for once


def ticket_record(work: SqlWork, ticket: Ticket) -> Record:
    """One ticket, whole."""
    return {
        **ticket_line(ticket),
        "participants": [person.address.address for person in ticket.participants],
        "clocks": [_clock_record(clock) for clock in ticket.clocks],
        "messages": conversation(work, ticket.number),
        "survey": _survey_record(work.survey(ticket.number)),
    }


def _survey_record(survey: Survey | None) -> Record | None:
    if survey is None:
        return None
    return {
        "asked": _iso(survey.asked_at),
        "answered": _iso(survey.answered_at),
        "score": survey.score.value if survey.score else "",
        "comment": survey.comment,
    }


def ticket_line(ticket: Ticket) -> Record:
    """What a list of tickets shows of one."""
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "severity": ticket.severity,
        "requester": ticket.requester.address.address or ticket.requester.telegram,
        "organisation": ticket.organisation.name if ticket.organisation else "",
        "channel": ticket.channel,
        "assignee": ticket.assignee.email if ticket.assignee else "",
        "team": ticket.team,
        "product": ticket.product,
        "version": ticket.release,
        "predecessor": ticket.predecessor,
        "opened": _iso(ticket.opened_at),
        "solved": _iso(ticket.solved_at),
        "closed": _iso(ticket.closed_at),
    }


def conversation(work: SqlWork, ticket: int) -> list[Record]:
    """What was said on a ticket, in the order of its times."""
    heard = work.connection.execute(
        FULL_MESSAGE.where(messages.c.ticket == ticket, messages.c.fate.in_(TOLD)).order_by(messages.c.id)
    )
    said = work.connection.execute(
        select(*outbox.c)
        .where(outbox.c.ticket == ticket, outbox.c.sent_at.is_not(None))
        .order_by(outbox.c.id)
    )
    files = _files_on(work, ticket)
    both = [_heard_record(row, files[row.id]) for row in heard] + [_said_record(row) for row in said]
    return sorted(both, key=lambda record: str(record["at"]))


def listed_tickets(work: SqlWork, status: Status | None = None, limit: int = 1000) -> Iterator[Ticket]:
    """Tickets, the newest first; of every status when none is named."""
    query = select(tickets.c.number).order_by(tickets.c.number.desc()).limit(limit)
    found = work.connection.execute(query.where(tickets.c.status == status) if status else query)
    numbers = list(found.scalars())
    work.known.tickets.fill(numbers)
    return (ticket for number in numbers if (ticket := work.ticket(number)))


def listed_messages(
    work: SqlWork, fate: Fate | None = None, ticket: int = 0, limit: int = 1000
) -> list[Record]:
    """Messages, the newest first; of a fate or a ticket when one is named."""
    query = FULL_MESSAGE.order_by(messages.c.id.desc()).limit(limit)
    if fate:
        query = query.where(IS_HELD if fate is Fate.HOLD else messages.c.fate == fate)
    query = query.where(messages.c.ticket == ticket) if ticket else query
    return [_message_line(row) for row in work.connection.execute(query)]


def message_record(work: SqlWork, message: int) -> Record | None:
    """One message with all that is known about it, None when there is none."""
    query = FULL_MESSAGE.where(messages.c.id == message)
    row = work.connection.execute(query).first() if is_key(message) else None
    if row is None:
        return None
    files = select(*attachments.c).where(attachments.c.message == message).order_by(attachments.c.position)
    return {
        **_message_line(row),
        "message_id": row.message_id,
        "identity": row.identity,
        "matched_by": row.matched_by.value,
        "assurance": row.assurance.value,
        "public": row.public,
        "place": row.place,
        "text": row.text,
        "reply": row.reply,
        "notice": row.notice,
        "policy": row.policy_digest,
        "trace": [{"name": name, "holds": holds, "saw": saw} for name, holds, saw in row.trace],
        "attachments": [each._asdict() for each in work.connection.execute(files)],
    }


def history_of(work: SqlWork, ticket: int) -> list[Record]:
    """Everything that was done to a ticket, by whom, in order."""
    query = select(history.c.at, history.c.actor, history.c.what, history.c.detail)
    rows = work.connection.execute(query.where(history.c.ticket == ticket).order_by(history.c.id))
    return [{**row._asdict(), "at": _iso(row.at)} for row in rows]


def _portions(work: SqlWork, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[Any]:
    last = 0
    while rows := work.connection.execute(query.where(key > last)).all():
        yield from rows
        last = rows[-1][0]


def _files_on(work: SqlWork, ticket: int) -> Mapping[int, list[str]]:
    """The names of the files with each message of a ticket."""
    columns = select(attachments.c.message, attachments.c.filename)
    rows = work.connection.execute(
        columns.join(messages, messages.c.id == attachments.c.message)
        .where(messages.c.ticket == ticket)
        .order_by(attachments.c.message, attachments.c.position)
    )
    found = defaultdict[int, list[str]](list)
    for message, filename in rows:
        found[message].append(filename)
    return found


def _heard_record(row: Any, files: list[str]) -> Record:
    return {
        "direction": row.direction.value,
        "channel": row.channel,
        "author": _author(row),
        "public": row.public,
        "text": row.reply or row.text,
        "attachments": files,
        "at": _iso(row.at),
    }


def _said_record(row: Any) -> Record:
    return {
        "direction": Direction.OUT.value,
        "channel": row.channel,
        "author": row.headers["from_name"] or "Deskbell",
        "public": is_for_customers(row.notice),
        "text": row.body,
        "at": _iso(row.sent_at),
    }


def _message_line(row: Any) -> Record:
    return {
        "id": row.id,
        "at": _iso(row.at),
        "channel": row.channel,
        "from": row.sender_address,
        "author": _author(row),
        "subject": row.subject,
        "fate": row.fate.value,
        "rule": row.rule,
        "because": row.because,
        "ticket": row.ticket or 0,
        "flagged": row.flagged,
    }


def _author(row: Any) -> str:
    """An agent by name, a customer by their address; an account's number says nothing where a name does."""
    is_account = "@" not in row.sender_address
    return str(row.agent_name or (row.person_name if is_account else "") or row.sender_address or "")


def _clock_record(clock: Clock) -> Record:
    return {
        "kind": clock.kind.value,
        "target": clock.target,
        "started": _iso(clock.started_at),
        "due": _iso(clock.due_at),
        "met": _iso(clock.met_at),
        "breached": _iso(clock.breached_at),
        "paused": _iso(clock.paused_at),
        "stopped": _iso(clock.stopped_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
