"""The tables beside a message's path: revisions, outages, announcements, mailboxes, budgets, surveys."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Named,
    Table,
    TypedColumns,
)

from intake.tickets import Score
from store.tables import metadata
from store.types import Choice, Json, Moment, Words

__all__ = ["announcements", "budgets", "mailboxes", "metadata", "outages", "revisions", "surveys"]


class RevisionColumns(TypedColumns):
    """What was changed in something already said: by whom, when, what kind.

    Of an edit the words from before are kept, of a redaction never.
    """

    id: Named[int] = Column(Integer, primary_key=True)
    message: Named[int | None] = Column(ForeignKey("messages.id"), index=True)
    outbox: Named[int | None] = Column(Integer)
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"))
    at: Named[datetime] = Column(Moment)
    actor: Named[str] = Column(Words)
    what: Named[str] = Column(Words)  # redacted, edited
    detail: Named[str] = Column(Words)


revisions = Table("revisions", metadata, RevisionColumns)


class OutageColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    service: Named[str] = Column(Words)  # a product's name in the policy
    started_at: Named[datetime] = Column(Moment)
    ended_at: Named[datetime | None] = Column(Moment)
    what: Named[str] = Column(Words)
    recorded_by: Named[str] = Column(Words)
    recorded_at: Named[datetime] = Column(Moment)


outages = Table("outages", metadata, OutageColumns)


class AnnouncementColumns(TypedColumns):
    """A maintenance window that was announced."""

    id: Named[int] = Column(Integer, primary_key=True)
    services: Named[Any] = Column(Json, nullable=False)  # names of products; empty: all
    starts_at: Named[datetime] = Column(Moment)
    ends_at: Named[datetime] = Column(Moment)
    emergency: Named[bool] = Column(Boolean)
    text: Named[str] = Column(Words)
    announced_at: Named[datetime] = Column(Moment)
    announced_by: Named[str] = Column(Words)
    cancelled_at: Named[datetime | None] = Column(Moment)


announcements = Table("announcements", metadata, AnnouncementColumns)


class MailboxColumns(TypedColumns):
    """How far a mailbox has been read, and by which process."""

    channel: Named[str] = Column(Words, primary_key=True)
    folder: Named[str] = Column(Words, primary_key=True)
    uidvalidity: Named[int] = Column(BigInteger)  # 32 bits without a sign (RFC 3501 §2.3.1.1)
    last_uid: Named[int] = Column(BigInteger)
    claimed_by: Named[str] = Column(Words)
    claimed_until: Named[datetime | None] = Column(Moment)


mailboxes = Table("mailboxes", metadata, MailboxColumns)


class BudgetColumns(TypedColumns):
    """What was spent of a budget in the hour that began at `since`."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of its name
    since: Named[datetime] = Column(Moment)
    count: Named[int] = Column(Integer)
    is_told: Named[bool] = Column(Boolean)


budgets = Table("budgets", metadata, BudgetColumns, sqlite_with_rowid=False)


class SurveyColumns(TypedColumns):
    """Whom we asked how it went, and the latest answer; a ticket's requester is asked once."""

    ticket: Named[int] = Column(ForeignKey("tickets.number"), primary_key=True, autoincrement=False)
    person: Named[int] = Column(ForeignKey("people.id"))
    agent: Named[int | None] = Column(ForeignKey("agents.id"))  # whose work it was
    asked_at: Named[datetime] = Column(Moment, index=True)
    score: Named[Score | None] = Column(Choice(Score))  # None before the answer
    comment: Named[str] = Column(Words)
    answered_at: Named[datetime | None] = Column(Moment)


surveys = Table("surveys", metadata, SurveyColumns)
