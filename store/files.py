"""Files that go out with an answer: read from the mail that brought them, or as a chat brought them."""

from sqlalchemy import select

from intake.errors import PermanentFailure, UnreadableMessage
from intake.mail import attachment_bytes
from intake.messages import ALONE, File, Outbound
from store.inbox import raw_of
from store.raws import unpacked
from store.tables import attachments, raws
from store.work import SqlWork


def files_of(work: SqlWork, outbound: Outbound) -> tuple[File, ...]:
    """What a promise takes along; PermanentFailure where it is not kept any more."""
    return tuple(file_of(work, message, place) for message, place in outbound.attachments)


def kept_files_of(work: SqlWork, outbound: Outbound) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """What of it is still kept, and the names of what is not."""
    kept: list[File] = []
    lost: list[str] = []
    for message, place in outbound.attachments:
        try:
            kept.append(file_of(work, message, place))
        except PermanentFailure:
            lost.append(_name_of(work, message, place))
    return tuple(kept), tuple(lost)


def file_of(work: SqlWork, message: int, place: int) -> File:
    """The file at a place among a message's attachments; PermanentFailure where it is not kept any more."""
    found = select(
        attachments.c.filename, attachments.c.content_type, attachments.c.part, attachments.c.sha256
    ).where(attachments.c.message == message, attachments.c.position == place)
    row = work.connection.execute(found).first()
    body = _kept(work, row.sha256) if row and row.part == ALONE else _mail(work, message) if row else None
    if row is None or body is None:
        raise PermanentFailure(f"a file of message {message} is not kept any more")
    if row.part == ALONE:
        return File(row.filename, row.content_type, body)
    try:
        return File(row.filename, row.content_type, attachment_bytes(body, row.part))
    except UnreadableMessage as error:
        raise PermanentFailure(f"the file {row.filename!r} of message {message}: {error}") from error


def _name_of(work: SqlWork, message: int, place: int) -> str:
    """What is known of a file for longer than its bytes."""
    named = select(attachments.c.filename).where(
        attachments.c.message == message, attachments.c.position == place
    )
    return work.connection.execute(named).scalar() or "a file"


def _mail(work: SqlWork, message: int) -> bytes | None:
    """A message's bytes; one mail may have many files that go out, so the last is remembered."""
    if work.last_raw is None or work.last_raw[0] != message:
        work.last_raw = message, raw_of(work, message)
    return work.last_raw[1]


def _kept(work: SqlWork, sha256: str) -> bytes | None:
    row = work.connection.execute(
        select(raws.c.body, raws.c.size).where(
            raws.c.digest == bytes.fromhex(sha256), raws.c.purged_at.is_(None)
        )
    ).first()
    return unpacked(row.body, row.size) if row else None
