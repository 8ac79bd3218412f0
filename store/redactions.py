"""Redaction: a secret that somebody sent is taken out everywhere it was stored.

A password in a mail lies in the message, in what was worded from it, perhaps in the
ticket's subject, and in the bytes as they came. The words lose the secret and keep the
rest; the bytes are forgotten as a whole, since they may hold it in any encoding. The
history says that it was done and by whom, never what it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select, update

from store.tables import history, messages, outbox, raws, tickets
from store.work import SqlWork

BLANK = "[redacted]"
PLACES: tuple[tuple[Table[Any], str, str, tuple[str, ...]], ...] = (
    # table, its key, how its rows are found, and the columns with words of the message
    (messages, "id", "ticket", ("subject", "text", "reply", "because", "trace")),
    (outbox, "id", "ticket", ("subject", "body")),
    (tickets, "number", "number", ("subject", "fields", "product", "release")),
    (history, "id", "ticket", ("detail",)),
)


def redact(work: SqlWork, message: int, secrets: Sequence[str], actor: str, now: datetime) -> int:
    """Take secrets out of a message and of all that was stored about its ticket; in how many rows."""
    work.refresh()
    wanted = [secret for secret in secrets if secret]
    row = work.connection.execute(select(messages.c.ticket).where(messages.c.id == message)).first()
    if row is None or not wanted:
        return 0
    found = sum(_redact_rows(work, place, row.ticket, message, wanted) for place in PLACES)
    _forget_bytes(work, row.ticket, message, now)
    work.note(row.ticket, now, actor, "redacted", f"{found} rows, and the original bytes", message)
    work.refresh()
    return found


def _redact_rows(work: SqlWork, place: Any, ticket: int | None, message: int, secrets: Sequence[str]) -> int:
    table, key, by, columns = place
    if not ticket and table is not messages:
        return 0
    is_it = table.c[by] == ticket if ticket else table.c[key] == message
    rows = work.connection.execute(select(table.c[key], *(table.c[name] for name in columns)).where(is_it))
    redacted = 0
    for number, *values in rows.all():
        after = {name: _without(value, secrets) for name, value in zip(columns, values, strict=True)}
        if list(after.values()) != values:
            work.connection.execute(update(table).where(table.c[key] == number).values(after))
            redacted += 1
    return redacted


def _without(value: Any, secrets: Sequence[str]) -> Any:
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, BLANK)
            return value
        case list():
            return [_without(each, secrets) for each in value]
        case dict():
            return {name: _without(each, secrets) for name, each in value.items()}
    return value


def _forget_bytes(work: SqlWork, ticket: int | None, message: int, now: datetime) -> None:
    """Of every message on the ticket: a reply quotes what it answers."""
    about: ColumnElement[bool] = messages.c.id == message
    if ticket:
        about = or_(about, messages.c.ticket == ticket)
    theirs = select(messages.c.raw).where(about, messages.c.raw.is_not(None))
    forgotten = update(raws).where(raws.c.digest.in_(theirs), raws.c.purged_at.is_(None))
    work.connection.execute(forgotten.values(body=b"", size=0, purged_at=now))
