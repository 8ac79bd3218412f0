"""Seats, on-duty hours, escalation, revisions, outages, announcements, mailboxes."""

import json

import sqlalchemy as sa
from alembic import op

from store.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a new column holds in old rows is its default for those, and for those only."""
    op.add_column("people", sa.Column("seat", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("agents", sa.Column("timezone", sa.Text(), nullable=False, server_default=""))
    op.add_column("agents", sa.Column("hours", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("agents", sa.Column("manager", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tickets", sa.Column("escalated_at", Moment(), nullable=True))
    op.add_column("clocks", sa.Column("legs", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("clocks", sa.Column("snoozed_until", Moment(), nullable=True))
    op.add_column("clocks", sa.Column("told_until", Moment(), nullable=True))
    op.add_column("clock_events", sa.Column("severity", sa.Text(), nullable=False, server_default=""))
    op.add_column("clock_events", sa.Column("until", Moment(), nullable=True))
    op.add_column("outbox", sa.Column("held_for", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("attachments", sa.Text(), nullable=False, server_default="[]"))
    withheld = sa.text("state = 'held'")
    op.create_index("ix_outbox_held", "outbox", ["next_at"], sqlite_where=withheld, postgresql_where=withheld)
    op.add_column(
        "undeliverable", sa.Column("is_marked", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("undeliverable", sa.Column("failures", sa.Text(), nullable=False, server_default="[]"))
    op.execute(sa.text("DELETE FROM undeliverable WHERE status NOT LIKE '5.%'"))  # may have been for now
    op.create_table(
        "budgets",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budgets")),
        sqlite_with_rowid=False,
    )
    _fill_clocks()
    solved = sa.text("status = 'solved'")
    op.create_index(
        "ix_tickets_solved", "tickets", ["solved_at"], sqlite_where=solved, postgresql_where=solved
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("outbox", sa.Integer(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_revisions_message")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_revisions_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_message"), "revisions", ["message"], unique=False)
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("announced_at", Moment(), nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "mailboxes",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "folder", name=op.f("pk_mailboxes")),
    )


def _fill_clocks() -> None:
    """The severity that a clock counted by until now, and the last time that it was spoken of."""
    clocks = sa.table("clocks", *map(sa.column, ("id", "ticket", "legs")), sa.column("started_at", Moment()))
    tickets = sa.table("tickets", *map(sa.column, ("number", "severity")))
    both = clocks.join(tickets, tickets.c.number == clocks.c.ticket)
    rows = sa.select(clocks.c.id, clocks.c.started_at, tickets.c.severity).select_from(both)
    database = op.get_bind()
    for clock, started_at, severity in database.execute(rows).all():
        legs = json.dumps([[started_at.isoformat(), severity]])
        database.execute(sa.update(clocks).where(clocks.c.id == clock).values(legs=legs))
    op.execute(
        "UPDATE clocks SET told_until = (SELECT max(at) FROM clock_events WHERE clock = clocks.id"
        " AND event IN ('started', 'reminded', 'breached', 'severity changed'))"
    )
