"""Whether a request comes from Slack: its signature over the raw body, and its age.

Any of several secrets counts, so that one can be changed without a gap. A time stamp that is no
number is no signature, like a wrong one.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

LATEST = 300  # seconds that a request may be old, or the clocks apart


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Iterable[bytes], now: float) -> bool:
    """Whether one of these secrets signed exactly this body, not long ago (v0 of Slack's scheme)."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    given = headers.get("X-Slack-Signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and given.isascii()):
        return False
    if abs(now - int(stamp)) > LATEST:
        return False
    signed = b"v0:" + stamp.encode() + b":" + body
    expected = [_signature(secret, signed) for secret in secrets if secret]
    return any([hmac.compare_digest(one, given) for one in expected])  # noqa: C419  all, whichever fits


def _signature(secret: bytes, signed: bytes) -> str:
    return "v0=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()
