"""Files that agents put into a ticket's notes, which an answer may take along."""

from dataclasses import dataclass

from sqlalchemy import select

from intake.messages import ALONE, Attachment
from store.tables import attachments, messages
from store.work import SqlWork


@dataclass(frozen=True, slots=True)
class NoteFile:
    """One file of a note: the message it came with, its place there, and what it is."""

    message: int
    place: int
    attachment: Attachment


def recent_files(work: SqlWork, ticket: int, most: int = 10) -> list[NoteFile]:
    """The last files of a ticket's notes whose bytes are kept by themselves, the newest first."""
    rows = work.connection.execute(
        select(attachments)
        .join(messages, messages.c.id == attachments.c.message)
        .where(
            messages.c.ticket == ticket,
            messages.c.public.is_(False),
            attachments.c.part == ALONE,
            attachments.c.size > 0,
        )
        .order_by(messages.c.id.desc(), attachments.c.position)
        .limit(most)
    )
    return [
        NoteFile(
            row.message,
            row.position,
            Attachment(row.filename, row.content_type, row.size, row.sha256, False, ALONE),
        )
        for row in rows
    ]
