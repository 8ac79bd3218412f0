"""What was changed in things already said: written, and told without the words.

All of it goes into the caller's transaction, with a revision for each thing that changed and a line
on the history. A message's bytes keep their key, the digest of what came, so that the same
bytes delivered again find their receipt and are not kept a second time.
"""

from datetime import datetime

from sqlalchemy import and_, update

from intake.messages import Raw
from store.driver import Row
from store.raws import raw_row
from store.redactions import MAIL, Bytes, Redaction
from store.side_tables import revisions
from store.tables import attachments, messages, outbox, raws, tickets
from store.work import SqlWork


def carry_out(work: SqlWork, redaction: Redaction, actor: str, detail: str, now: datetime) -> None:
    """Write what was found; `detail` says on the history which kinds of secret, never which words."""
    if redaction.is_empty:
        return
    for one in redaction.lines:
        changed = update(one.place.table).where(one.place.key == one.key)
        work.connection.execute(changed.values(one.values))
    for kept in redaction.bytes:
        changed = update(raws).where(raws.c.digest == kept.digest)
        work.connection.execute(changed.values(_raw_values(kept, now)))
    for message, position, values in redaction.files:
        named = and_(attachments.c.message == message, attachments.c.position == position)
        work.connection.execute(update(attachments).where(named).values(values))
    rows = [_revision(redaction.ticket, key, what, actor, now) for key, what in _things(redaction).items()]
    work.connection.execute(revisions.insert(), rows)
    work.note(redaction.ticket, now, actor, "redacted", detail)


def reword(work: SqlWork, message: int, ticket: int, text: str, actor: str, now: datetime) -> None:
    """Its author edited a message: the new words take the place of the old, which its bytes still hold."""
    work.flush()
    work.connection.execute(update(messages).where(messages.c.id == message).values(text=text, reply=text))
    row = {"message": message, "outbox": None, "ticket": ticket, "at": now, "actor": actor}
    work.connection.execute(revisions.insert(), [row | {"what": "edited", "detail": "text, reply"}])
    work.note(ticket, now, actor, "edited", f"message {message}", message)


def _raw_values(kept: Bytes, now: datetime) -> Row:
    if kept.body is None:
        return {"body": b"", "size": 0, "purged_at": now}
    row = raw_row(Raw(MAIL, "", kept.body, kept.received_at))
    return {"body": row["body"], "size": row["size"]}


def _things(redaction: Redaction) -> dict[tuple[str, int | None], list[str]]:
    """What was changed in each thing: a message, a promise, or else the ticket."""
    things: dict[tuple[str, int | None], list[str]] = {}
    for one in redaction.lines:
        is_own = one.place.table in (messages, outbox)
        thing = (one.place.table.name, one.key) if is_own else ("", None)
        words = list(one.values) if is_own or one.place.table is tickets else [one.place.name]
        things.setdefault(thing, []).extend(words)
    for kept in redaction.bytes:
        what = "forgotten mail" if kept.body is None else "rewritten mail"
        things.setdefault((messages.name, kept.message), []).append(what)
    for message, _, _ in redaction.files:
        things.setdefault((messages.name, message), []).append("file")
    return things


def _revision(ticket: int, key: tuple[str, int | None], what: list[str], actor: str, now: datetime) -> Row:
    table, number = key
    return {
        "message": number if table == messages.name else None,
        "outbox": number if table == outbox.name else None,
        "ticket": ticket,
        "at": now,
        "actor": actor,
        "what": "redacted",
        "detail": ", ".join(dict.fromkeys(what)),
    }
