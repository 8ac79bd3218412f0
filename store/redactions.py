"""Redaction: a secret that somebody sent is taken out of everything that was stored because of it.

Here is found what would change, in rows, mails and files, and nothing is written: a dry run ends
there. What is found is written by `store.revisions`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select

from intake.errors import UnreadableMessage
from intake.mail import read_mail
from intake.mail.redacted import redacted_mail, redacted_payload
from intake.mail.traces import closed_files, file_holds, file_texts
from intake.messages import ALONE, Attachment, Raw
from intake.redaction import Eraser
from store.driver import Row
from store.places import PLACES, Lines, lines_of
from store.raws import unpacked
from store.tables import Sending, attachments, inbox, messages, outbox, raws, tickets
from store.work import SqlWork

MAIL, FILE = "email", "file"


class FileAlone(NamedTuple):
    """A file that a chat brought beside its words, read like a delivery."""

    id: int
    digest: bytes
    body: bytes
    size: int
    received_at: datetime
    channel: str = FILE


@dataclass(frozen=True, slots=True)
class Bytes:
    """A message's bytes without the secret, None when they are to be forgotten.

    `files` are those that are in it then; `closed` names the ones that could not be looked into.
    """

    digest: bytes
    message: int
    body: bytes | None
    received_at: datetime
    is_changed: bool
    files: tuple[Attachment, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is to be changed for a ticket."""

    ticket: int
    lines: tuple[Lines, ...]
    read: tuple[Bytes, ...]  # all that were looked at
    files: tuple[tuple[int, int, Row], ...]  # message, position, and what the row says afterwards
    under_way: tuple[int, ...]  # promises that a worker is sending at this moment

    @property
    def bytes(self) -> tuple[Bytes, ...]:
        return tuple(one for one in self.read if one.is_changed)

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.bytes or self.files)

    @property
    def counts(self) -> dict[str, int]:
        """How many things of each kind change, by their names."""
        counted = {place.name: sum(one.place is place for one in self.lines) for place in PLACES}
        counted["file"] = len(self.files)
        counted["rewritten mail"] = sum(one.body is not None for one in self.bytes)
        counted["forgotten mail"] = sum(one.body is None for one in self.bytes)
        return {name: count for name, count in counted.items() if count}


def texts_of(work: SqlWork, ticket: int, message: int = 0) -> Iterator[str]:
    """What was said on a ticket, or in one message alone, where secrets are looked for."""
    wanted = messages.c.id == message if message else messages.c.ticket == ticket
    for row in work.connection.execute(select(messages.c.subject, messages.c.text).where(wanted)):
        yield from row
    if not message:
        for row in work.connection.execute(select(tickets.c.fields).where(tickets.c.number == ticket)):
            yield from (f"{name}: {value}" for name, value in row.fields.items())
    for row in _stored(work, select(messages.c.id).where(wanted)):
        if row.channel == MAIL:
            yield from file_texts(unpacked(row.body, row.size))


def find(
    work: SqlWork, ticket: int, message: int, eraser: Eraser, before: Redaction | None = None
) -> Redaction:
    """Everything kept of a ticket, and of a message that is on none, that holds a secret.

    Mails that were read for `before` are not read again: that takes long, and others wait.
    """
    mine = select(messages.c.id).where(or_(messages.c.ticket == ticket, messages.c.id == message))
    known = {one.digest: one for one in before.read} if before else {}
    read = tuple(known.get(row.digest) or _bytes(row, eraser) for row in _stored(work, mine))
    lines = tuple(one for place in PLACES for one in lines_of(work, place, ticket, mine, eraser))
    kept = {one.message: one.files for one in read if one.is_changed}
    promises = [one.key for one in lines if one.place.table is outbox]
    files = tuple(_files(work, mine, kept, eraser))
    return Redaction(ticket, lines, read, files, _under_way(work, promises))


def _stored(work: SqlWork, mine: Select[int]) -> Any:
    """The bytes that brought these messages, by whichever delivery."""
    columns = (raws.c.digest, raws.c.body, raws.c.size, raws.c.received_at)
    first = select(messages.c.id, messages.c.channel, *columns).join(raws, raws.c.digest == messages.c.raw)
    again = select(inbox.c.message.label("id"), inbox.c.channel, *columns).join(
        raws, raws.c.digest == inbox.c.raw
    )
    both = (
        query.where(key.in_(mine), raws.c.purged_at.is_(None))
        for query, key in ((first, messages.c.id), (again, inbox.c.message))
    )
    rows = [row for query in both for row in work.connection.execute(query)]
    rows += _files_alone(work, mine)
    return list({row.digest: row for row in reversed(rows)}.values())


def _files_alone(work: SqlWork, mine: Select[int]) -> list[Any]:
    """The bytes of files that a chat brought, which are no part of what it said."""
    alone = select(attachments.c.message, attachments.c.sha256).where(
        attachments.c.message.in_(mine), attachments.c.part == ALONE
    )
    found = {bytes.fromhex(row.sha256): row.message for row in work.connection.execute(alone)}
    if not found:
        return []
    columns = (raws.c.digest, raws.c.body, raws.c.size, raws.c.received_at)
    kept = select(*columns).where(raws.c.digest.in_(found), raws.c.purged_at.is_(None))
    return [FileAlone(found[row.digest], *row) for row in work.connection.execute(kept)]


def _bytes(row: Any, eraser: Eraser) -> Bytes:
    body, is_mail = unpacked(row.body, row.size), row.channel == MAIL
    if row.channel == FILE:
        holds = file_holds(body, eraser)
        return Bytes(row.digest, row.id, None if holds else body, row.received_at, holds, (), ())
    mended = redacted_mail(body, eraser) if is_mail else redacted_payload(body, eraser)
    mail = mended if mended and is_mail else b""
    return Bytes(
        row.digest,
        row.id,
        mended,
        row.received_at,
        mended != body,
        _files_of(mail, row.received_at),
        closed_files(mail),
    )


def _files_of(body: bytes, at: datetime) -> tuple[Attachment, ...]:
    try:
        return read_mail(Raw(MAIL, "", body, at)).attachments
    except UnreadableMessage:
        return ()


def _files(
    work: SqlWork, mine: Select[int], kept: dict[int, tuple[Attachment, ...]], eraser: Eraser
) -> Iterator[tuple[int, int, Row]]:
    """Files by what they now are; of those whose bytes are gone, the name alone."""
    query = select(*attachments.c).where(attachments.c.message.in_(mine))
    for row in work.connection.execute(query):
        now = next((one for one in kept.get(row.message, ()) if one.position == row.part), None)
        after: Row = {"filename": eraser.without(row.filename)}
        if now:
            after = {"filename": now.filename, "size": now.size, "sha256": now.sha256}
        changed = {name: value for name, value in after.items() if value != getattr(row, name)}
        if changed:
            yield row.message, row.position, changed


def _under_way(work: SqlWork, promises: list[int]) -> tuple[int, ...]:
    claimed = select(outbox.c.id).where(outbox.c.id.in_(promises), outbox.c.state == Sending.CLAIMED)
    return tuple(work.connection.execute(claimed).scalars())
