"""The tables: what the desk remembers, and what it can be asked for quickly.

A ticket's number is its key, so nothing has to be joined to name it. What waits
(inbox, outbox, clocks) is found by the one moment at which it wants attention, and the
index holds only rows that still wait. A claimed row waits too: its `next_at` is the end
of the claim, so that a dead worker's rows come back by themselves.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
    text,
)

from intake.decisions import Fate, MatchedBy
from intake.messages import Assurance, Direction
from intake.tickets import ClockKind, Role, Status
from store.types import Choice, Json, Moment, Words


class Delivery(StrEnum):
    """Where a delivery to us stands: decided, still to be decided, or given up and held."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class Sending(StrEnum):
    """Where a promise stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    DROPPED = "dropped"


class IdentityKind(StrEnum):
    EMAIL = "email"
    TELEGRAM = "telegram"
    SLACK = "slack"


# Word for word in the index and in the query: SQLite uses a partial index only for the very same condition.
IS_WAITING = text("state IN ('pending', 'claimed')")
IS_HELD = text("fate = 'hold'")
IS_WITHHELD = text("state = 'held'")
IS_SOLVED = text("status = 'solved'")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class MetaColumns(TypedColumns):
    name: Named[str] = Column(Words, primary_key=True)
    value: Named[str] = Column(Words)


meta = Table("meta", metadata, MetaColumns)


class OrganisationColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(Words, unique=True)
    calendar: Named[str] = Column(Words)
    plan: Named[str] = Column(Words)
    active: Named[bool] = Column(Boolean)
    timezone: Named[str] = Column(Words)
    language: Named[str] = Column(Words)
    products: Named[Any] = Column(Json, nullable=False)
    maintenance_until: Named[date | None] = Column(Date)
    technical_contact_seats: Named[int] = Column(Integer)
    primary_contact: Named[str] = Column(Words)
    account_manager: Named[str] = Column(Words)


organisations = Table("organisations", metadata, OrganisationColumns)


class DomainColumns(TypedColumns):
    domain: Named[str] = Column(Words, primary_key=True)
    organisation: Named[int] = Column(ForeignKey("organisations.id"), index=True)
    position: Named[int] = Column(Integer)


organisation_domains = Table("organisation_domains", metadata, DomainColumns)


class PersonColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(Words)
    organisation: Named[int | None] = Column(ForeignKey("organisations.id"), index=True)
    role: Named[Role] = Column(Choice(Role))
    language: Named[str] = Column(Words)
    timezone: Named[str] = Column(Words)
    seat: Named[int] = Column(Integer, default=0)  # place among technical contacts; 0: behind the others


people = Table("people", metadata, PersonColumns)


class IdentityColumns(TypedColumns):
    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # types.address_key of the value
    kind: Named[IdentityKind] = Column(Choice(IdentityKind))
    value: Named[str] = Column(Words)
    person: Named[int] = Column(ForeignKey("people.id"), index=True)
    position: Named[int] = Column(Integer)


identities = Table("identities", metadata, IdentityColumns)


class AgentColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(Words)
    email: Named[str] = Column(Words)
    key: Named[bytes] = Column(LargeBinary, unique=True)
    slack: Named[str] = Column(Words)
    team: Named[str] = Column(Words)
    active: Named[bool] = Column(Boolean)
    timezone: Named[str] = Column(Words)
    hours: Named[Any] = Column(Json, nullable=False)  # on duty, as a calendar's hours are written
    manager: Named[bool] = Column(Boolean)


agents = Table("agents", metadata, AgentColumns)


class TicketColumns(TypedColumns):
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    subject: Named[str] = Column(Words)
    status: Named[Status] = Column(Choice(Status))
    severity: Named[str] = Column(Words)
    requester: Named[int] = Column(ForeignKey("people.id"), index=True)
    organisation: Named[int | None] = Column(ForeignKey("organisations.id"), index=True)
    channel: Named[str] = Column(Words)
    opened_at: Named[datetime] = Column(Moment)
    assignee: Named[int | None] = Column(ForeignKey("agents.id"))
    team: Named[str] = Column(Words)
    product: Named[str] = Column(Words)
    release: Named[str] = Column(Words)
    solved_at: Named[datetime | None] = Column(Moment)
    closed_at: Named[datetime | None] = Column(Moment)
    escalated_at: Named[datetime | None] = Column(Moment)
    last_activity_at: Named[datetime] = Column(Moment)
    version: Named[int] = Column(Integer)
    predecessor: Named[int] = Column(Integer)
    merged_into: Named[int] = Column(Integer, default=0)
    last_message_id: Named[str] = Column(Words)
    references: Named[Any] = Column(Json, nullable=False)
    fields: Named[Any] = Column(Json, nullable=False)


tickets = Table("tickets", metadata, TicketColumns)
Index("ix_tickets_solved", tickets.c.solved_at, sqlite_where=IS_SOLVED, postgresql_where=IS_SOLVED)


class ParticipantColumns(TypedColumns):
    ticket: Named[int] = Column(ForeignKey("tickets.number"), primary_key=True)
    person: Named[int] = Column(ForeignKey("people.id"), primary_key=True, index=True)
    position: Named[int] = Column(Integer)


participants = Table("participants", metadata, ParticipantColumns)


class RawColumns(TypedColumns):
    digest: Named[bytes] = Column(LargeBinary, primary_key=True)  # SHA-256 of the bytes
    body: Named[bytes] = Column(LargeBinary)  # zstd; empty once purged
    size: Named[int] = Column(Integer)
    received_at: Named[datetime] = Column(Moment)
    purged_at: Named[datetime | None] = Column(Moment)


raws = Table("raws", metadata, RawColumns)


class MessageColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    direction: Named[Direction] = Column(Choice(Direction))
    channel: Named[str] = Column(Words)
    identity: Named[str] = Column(Words, unique=True)
    message_id: Named[str] = Column(Words)
    sender_address: Named[str] = Column(Words)
    sender_name: Named[str] = Column(Words)
    person: Named[int | None] = Column(ForeignKey("people.id"))
    agent: Named[int | None] = Column(ForeignKey("agents.id"))
    subject: Named[str] = Column(Words)
    text: Named[str] = Column(Words)
    reply: Named[str] = Column(Words)  # what the sender newly wrote
    public: Named[bool] = Column(Boolean)
    fate: Named[Fate] = Column(Choice(Fate))
    rule: Named[str] = Column(Words)
    because: Named[str] = Column(Words)
    notice: Named[str] = Column(Words)  # what the sender was told
    matched_by: Named[MatchedBy] = Column(Choice(MatchedBy))
    assurance: Named[Assurance] = Column(Choice(Assurance))
    trace: Named[Any] = Column(Json, nullable=False)
    policy_digest: Named[str] = Column(Words)
    flagged: Named[str] = Column(Words)  # why an agent should look twice, "" for not
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"), index=True)
    raw: Named[bytes | None] = Column(ForeignKey("raws.digest"))
    at: Named[datetime] = Column(Moment)
    place: Named[str] = Column(Words, default="")  # in a chat: where it was said, and where an answer goes


messages = Table("messages", metadata, MessageColumns)
Index("ix_messages_held", messages.c.id, sqlite_where=IS_HELD, postgresql_where=IS_HELD)


class AttachmentColumns(TypedColumns):
    message: Named[int] = Column(ForeignKey("messages.id"), primary_key=True)
    position: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    part: Named[int] = Column(Integer)  # which leaf part of the mail it is
    filename: Named[str] = Column(Words)
    content_type: Named[str] = Column(Words)
    size: Named[int] = Column(Integer)
    sha256: Named[str] = Column(Words)
    inline: Named[bool] = Column(Boolean)


attachments = Table("attachments", metadata, AttachmentColumns)


class ThreadKeyColumns(TypedColumns):
    """Every Message-ID that was heard or said; one that was not filed names no ticket."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of the Message-ID
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"))
    outbox: Named[int | None] = Column(Integer)  # the promise that carries it


# Without rowid the table is its own index: half the pages to write for each mail.
thread_keys = Table("thread_keys", metadata, ThreadKeyColumns, sqlite_with_rowid=False)


class InboxColumns(TypedColumns):
    """Each delivery to us: many may have brought the same message."""

    id: Named[int] = Column(Integer, primary_key=True)
    key: Named[bytes | None] = Column(LargeBinary, unique=True)  # digest of the channel's own id
    channel: Named[str] = Column(Words)
    source: Named[str] = Column(Words)
    envelope: Named[Any] = Column(Json, nullable=False)
    raw: Named[bytes] = Column(ForeignKey("raws.digest"))
    received_at: Named[datetime] = Column(Moment)
    state: Named[Delivery] = Column(Choice(Delivery))
    message: Named[int | None] = Column(ForeignKey("messages.id"), index=True)
    attempts: Named[int] = Column(Integer)
    claimed_by: Named[str] = Column(Words)
    next_at: Named[datetime] = Column(Moment)
    error: Named[str] = Column(Words)
    lane: Named[str] = Column(Words, default="")  # of one lane one after the other: a chat


inbox = Table("inbox", metadata, InboxColumns)
Index("ix_inbox_waiting", inbox.c.next_at, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)
Index(
    "ix_inbox_lane",
    inbox.c.source,
    inbox.c.lane,
    inbox.c.id,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)


class OutboxColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"), index=True)
    channel: Named[str] = Column(Words)
    recipient_name: Named[str] = Column(Words)
    recipient: Named[str] = Column(Words)
    recipient_key: Named[bytes] = Column(LargeBinary)
    notice: Named[str] = Column(Words)
    language: Named[str] = Column(Words)
    subject: Named[str] = Column(Words)
    body: Named[str] = Column(Words)
    headers: Named[Any] = Column(Json, nullable=False)
    message_id: Named[str] = Column(Words)
    automatic: Named[str] = Column(Words)
    state: Named[Sending] = Column(Choice(Sending))
    attempts: Named[int] = Column(Integer)
    claimed_by: Named[str] = Column(Words)
    next_at: Named[datetime] = Column(Moment)
    created_at: Named[datetime] = Column(Moment)
    sent_at: Named[datetime | None] = Column(Moment)
    answer: Named[str] = Column(Words)  # what the other side said when it took it
    error: Named[str] = Column(Words)
    held_for: Named[str] = Column(Words, default="")  # a work.HeldFor where it is held
    attachments: Named[Any] = Column(Json, nullable=False, default=list)  # message and place of each file
    lane: Named[str] = Column(Words, default="")  # of one lane one after the other: a chat, a thread
    extra: Named[Any] = Column(Json, nullable=False, default=dict)  # what only its medium knows


outbox = Table("outbox", metadata, OutboxColumns)
Index(
    "ix_outbox_waiting",
    outbox.c.channel,
    outbox.c.next_at,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
Index(
    "ix_outbox_lane",
    outbox.c.channel,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
Index("ix_outbox_recipient", outbox.c.recipient_key, outbox.c.created_at)
Index("ix_outbox_held", outbox.c.next_at, sqlite_where=IS_WITHHELD, postgresql_where=IS_WITHHELD)


class ClockColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    ticket: Named[int] = Column(ForeignKey("tickets.number"))
    kind: Named[ClockKind] = Column(Choice(ClockKind))
    target: Named[str] = Column(Words)
    started_at: Named[datetime] = Column(Moment)
    due_at: Named[datetime | None] = Column(Moment)
    next_at: Named[datetime | None] = Column(Moment, index=True)
    next_step: Named[str] = Column(Words)
    met_at: Named[datetime | None] = Column(Moment)
    breached_at: Named[datetime | None] = Column(Moment)
    paused_at: Named[datetime | None] = Column(Moment)
    stopped_at: Named[datetime | None] = Column(Moment)
    pauses: Named[Any] = Column(Json, nullable=False)
    legs: Named[Any] = Column(Json, nullable=False)  # since when which severity counts
    snoozed_until: Named[datetime | None] = Column(Moment)
    told_until: Named[datetime | None] = Column(Moment)  # steps before it have been told


clocks = Table("clocks", metadata, ClockColumns, UniqueConstraint("ticket", "kind"))


class ClockEventColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    clock: Named[int] = Column(ForeignKey("clocks.id"), index=True)
    at: Named[datetime] = Column(Moment)
    event: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    target: Named[str] = Column(Words)
    due_at: Named[datetime | None] = Column(Moment)
    severity: Named[str] = Column(Words)  # the one that counts from then on, where it is another
    until: Named[datetime | None] = Column(Moment)  # when what is put off may be heard again


clock_events = Table("clock_events", metadata, ClockEventColumns)


class HistoryColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"), index=True)
    message: Named[int | None] = Column(ForeignKey("messages.id"))
    at: Named[datetime] = Column(Moment)
    actor: Named[str] = Column(Words)
    what: Named[str] = Column(Words)
    detail: Named[str] = Column(Words)


history = Table("history", metadata, HistoryColumns)


class UndeliverableColumns(TypedColumns):
    key: Named[bytes] = Column(LargeBinary, primary_key=True)
    address: Named[str] = Column(Words)
    status: Named[str] = Column(Words)
    at: Named[datetime] = Column(Moment)
    is_marked: Named[bool] = Column(Boolean)  # nothing more is sent there
    failures: Named[Any] = Column(Json, nullable=False)  # moments of those that were for now


undeliverable = Table("undeliverable", metadata, UndeliverableColumns)
