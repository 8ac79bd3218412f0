"""Surveys: whom we asked how it went, and what they answered."""

import sqlalchemy as sa
from alembic import op

from store.types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("ticket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Integer(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_surveys_ticket")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_surveys_person")),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_surveys_agent")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_surveys")),
    )
    op.create_index(op.f("ix_surveys_asked_at"), "surveys", ["asked_at"])
