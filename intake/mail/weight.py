"""Is a mail cheap enough to be decided while its sender waits?

Beyond these limits a mail is kept first and decided afterwards, in a process of its own. The
limits are those of ordinary mail with room to spare, and asking costs some microseconds.
"""

MOST_BYTES = 1 << 20
MOST_LINES = 20_000
MOST_HEADER_BYTES = 64 * 1024
MOST_DELIMITERS = 200


def is_heavy(body: bytes) -> bool:
    """Over 1 MiB, or with more lines, headers or parts than a person's mail has."""
    if len(body) > MOST_BYTES or body.count(b"\n") > MOST_LINES:
        return True
    return _header_bytes(body) > MOST_HEADER_BYTES or _has_many_delimiters(body)


def _has_many_delimiters(body: bytes) -> bool:
    """Single bytes are counted much faster, and a file in base64 has no dashes at all."""
    return body.count(b"-") > 2 * MOST_DELIMITERS and body.count(b"\n--") > MOST_DELIMITERS


def _header_bytes(body: bytes) -> int:
    end = body.find(b"\r\n\r\n")
    shorter = body.find(b"\n\n", 0, end if end >= 0 else len(body))
    return next((at for at in (shorter, end) if at >= 0), len(body))
