"""The bytes of a message as it came: kept once, compressed, found by their digest."""

import threading
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, update
from zstandard import ZstdCompressor, ZstdDecompressor

from intake.messages import Envelope, Raw
from store.driver import Row
from store.tables import Delivery, messages, raws
from store.types import digest

_local = threading.local()  # a compressor is dear to make and belongs to one thread at a time


def raw_row(raw: Raw) -> Row:
    """The row that keeps a message's bytes."""
    return {
        "digest": sha256(raw.body).digest(),
        "body": _compressor().compress(raw.body),
        "size": len(raw.body),
        "received_at": raw.received_at,
    }


def unpacked(body: bytes, size: int) -> bytes:
    """The bytes as they came; `size` bounds what a damaged row can unfold to."""
    return ZstdDecompressor().decompress(body, max_output_size=size) if size else b""


def forget_bytes(connection: Connection, kept: bytes, message: int, now: datetime) -> None:
    """Forget what was kept under this digest, unless it is the message's own, which is looked after there."""
    own = select(messages.c.raw).where(messages.c.id == message).scalar_subquery()
    forgotten = update(raws).where(raws.c.digest == kept, raws.c.digest.is_distinct_from(own))
    connection.execute(forgotten.values(body=b"", size=0, purged_at=now))


def delivery_row(raw: Raw, raw_digest: bytes, message: int | None, key: str = "") -> Row:
    """The row for one delivery, which waits to be decided where it has no message yet."""
    envelope = raw.envelope
    return {
        "key": digest(f"{raw.source} {key}") if key else None,
        "channel": raw.channel,
        "source": raw.source,
        "envelope": [envelope.sender, envelope.recipients, envelope.peer, envelope.helo],
        "raw": raw_digest,
        "received_at": raw.received_at,
        "state": Delivery.DONE if message else Delivery.PENDING,
        "message": message,
        "attempts": 0,
        "claimed_by": "",
        "next_at": raw.received_at,
        "error": "",
        "lane": raw.lane,
    }


def raw_in(row: Any) -> Raw:
    """A stored delivery as the channel once handed it over."""
    sender, recipients, peer, helo = row.envelope
    envelope = Envelope(sender, tuple(recipients), peer, helo)
    return Raw(row.channel, row.source, unpacked(row.body, row.size), row.received_at, envelope, row.lane)


def _compressor() -> ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = ZstdCompressor(level=1)
    compressor: ZstdCompressor = _local.compressor
    return compressor
