"""Snapshots and messages into rows, one function a table: the other way round from `snapshots`."""

from datetime import datetime
from typing import Any

from intake.decisions import Decision
from intake.messages import Direction, Inbound, Outbound
from intake.tickets import Agent, Clock, Person, Ticket
from intake.work import Hold
from store.driver import Row
from store.tables import IdentityKind, Sending
from store.types import address_key


def message_row(inbound: Inbound, decision: Decision, ticket: Ticket | None) -> Row:
    """A kept message, but for what only the transaction knows: id, people, raw, flag, time."""
    sender = inbound.sender
    return {
        "direction": Direction.IN,
        "channel": inbound.channel,
        "identity": inbound.identity,
        "message_id": inbound.message_id,
        "sender_address": sender.address if sender else "",
        "sender_name": sender.name if sender else "",
        "subject": inbound.subject,
        "text": inbound.text,
        "reply": inbound.reply,
        "public": decision.public,
        "fate": decision.fate,
        "rule": decision.rule,
        "because": decision.because,
        "notice": decision.reply,
        "matched_by": decision.matched_by,
        "assurance": decision.assurance,
        "trace": [(step.name, step.holds, step.saw) for step in decision.trace],
        "ticket": ticket.number if ticket else None,
        "place": inbound.place,
    }


def outbox_row(outbound: Outbound, now: datetime, held: Hold | None) -> Row:
    """A promise, but for its id and ticket."""
    return {
        "channel": outbound.channel,
        "recipient_name": outbound.recipient.name,
        "recipient": outbound.recipient.address,
        "recipient_key": address_key(outbound.recipient.address),
        "notice": outbound.notice,
        "language": outbound.language,
        "subject": outbound.subject,
        "body": outbound.body,
        "headers": {
            "in_reply_to": outbound.in_reply_to,
            "references": outbound.references,
            "reply_to": outbound.reply_to,
            "envelope_sender": outbound.envelope_sender,
            "from_name": outbound.from_name,
        },
        "message_id": outbound.message_id,
        "automatic": outbound.automatic,
        "state": Sending.HELD if held else Sending.PENDING,
        "attempts": 0,
        "claimed_by": "",
        "next_at": held.until if held and held.until else now,
        "created_at": now,
        "answer": "",
        "error": held.because if held else "",
        "held_for": held.waits_for.value if held else "",
        "attachments": outbound.attachments,
        "lane": outbound.lane,
        "extra": dict(outbound.extra),
    }


def ticket_row(ticket: Ticket, last_activity_at: datetime) -> Row:
    return {
        "subject": ticket.subject,
        "status": ticket.status,
        "severity": ticket.severity,
        "requester": ticket.requester.id,
        "organisation": ticket.organisation.id if ticket.organisation else None,
        "channel": ticket.channel,
        "opened_at": ticket.opened_at,
        "assignee": ticket.assignee.id if ticket.assignee else None,
        "team": ticket.team,
        "product": ticket.product,
        "release": ticket.release,
        "solved_at": ticket.solved_at,
        "closed_at": ticket.closed_at,
        "escalated_at": ticket.escalated_at,
        "last_activity_at": last_activity_at,
        "version": ticket.version,
        "predecessor": ticket.predecessor,
        "merged_into": ticket.merged_into,
        "last_message_id": ticket.last_message_id,
        "references": ticket.references,
        "fields": dict(ticket.fields),
    }


def clock_row(clock: Clock) -> Row:
    """What may change about a clock."""
    return {
        "target": clock.target,
        "due_at": clock.due_at,
        "next_at": clock.next_at,
        "next_step": clock.next_step,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "paused_at": clock.paused_at,
        "stopped_at": clock.stopped_at,
        "pauses": [(start.isoformat(), end.isoformat()) for start, end in clock.pauses],
        "legs": [(since.isoformat(), severity) for since, severity in clock.legs],
        "snoozed_until": clock.snoozed_until,
        "told_until": clock.told_until,
    }


def person_row(person: Person) -> Row:
    return {
        "id": person.id,
        "name": person.name,
        "organisation": person.organisation_id,
        "role": person.role,
        "language": person.language,
        "timezone": person.timezone,
        "seat": person.seat,
    }


def identity_row(value: str, person: int, position: int) -> Row:
    return {
        "key": address_key(value),
        "kind": kind_of(value),
        "value": value.strip(),
        "person": person,
        "position": position,
    }


def agent_row(agent: Agent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "email": agent.email,
        "key": address_key(agent.email),
        "slack": agent.slack,
        "team": agent.team,
        "active": agent.active,
        "timezone": agent.timezone,
        "hours": dict(agent.hours),
        "manager": agent.manager,
    }


def kind_of(value: str) -> IdentityKind:
    """What an account is by its looks: an address, Telegram's number, or Slack's letters and digits."""
    if "@" in value:
        return IdentityKind.EMAIL
    return IdentityKind.TELEGRAM if value.strip().lstrip("-").isdigit() else IdentityKind.SLACK
