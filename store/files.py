"""Files that go out with an answer: read from the bytes of the message that brought them."""

from sqlalchemy import select

from intake.errors import PermanentFailure, UnreadableMessage
from intake.mail import attachment_bytes
from intake.messages import File, Outbound
from store.inbox import raw_of
from store.tables import attachments
from store.work import SqlWork


def files_of(work: SqlWork, outbound: Outbound) -> tuple[File, ...]:
    """What a promise takes along; PermanentFailure where it is not kept any more."""
    bodies = {message: raw_of(work, message) for message in {one for one, _ in outbound.attachments}}
    return tuple(_file(work, bodies[message], message, place) for message, place in outbound.attachments)


def _file(work: SqlWork, body: bytes | None, message: int, place: int) -> File:
    found = select(attachments.c.filename, attachments.c.content_type, attachments.c.part).where(
        attachments.c.message == message, attachments.c.position == place
    )
    row = work.connection.execute(found).first()
    if row is None or body is None:
        raise PermanentFailure(f"a file of message {message} is not kept any more")
    try:
        return File(row.filename, row.content_type, attachment_bytes(body, row.part))
    except UnreadableMessage as error:
        raise PermanentFailure(f"the file {row.filename!r} of message {message}: {error}") from error
