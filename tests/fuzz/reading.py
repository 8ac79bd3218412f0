"""What must hold of every mail that is read, whatever its bytes: asked by hypothesis and by the fuzzer.

`read` fails with an AssertionError or with whatever the reader raised; it returns what was read
where the bytes were a mail at all.
"""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from intake.errors import UnreadableMessage
from intake.mail import attachment_bytes, read_mail, read_mail_thoroughly
from intake.mail.parsed import as_contract, parsed
from intake.messages import Envelope, Inbound, Raw

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECONDS = 10.0
TEXT, NUMBER, TRUTH = str, int, bool
ADDRESS = {"name": TEXT, "address": TEXT}
ROW = {"recipient": TEXT, "status": TEXT, "action": TEXT}
FILE = {"filename": TEXT, "content_type": TEXT, "size": NUMBER, "sha256": TEXT, "inline": TRUTH}
CONTRACT = {
    "from": (ADDRESS, None),
    "to": [ADDRESS],
    "cc": [ADDRESS],
    "subject": TEXT,
    "date": (TEXT, None),
    "message_id": TEXT,
    "in_reply_to": (TEXT, None),
    "references": [TEXT],
    "text": TEXT,
    "reply": TEXT,
    "attachments": [FILE],
    "auto_generated": {"value": TRUTH, "reason": TEXT},
    "bounce": ({"is_bounce": TRUTH, **ROW, "recipients": [ROW]}, None),
}


def a_raw(body: bytes, *recipients: str) -> Raw:
    return Raw("email", "fuzz", body, NOW, Envelope("eve@evil.example", recipients))


def read(body: bytes) -> Inbound | None:
    """Read a mail both ways and hold it against all that must be so."""
    began = time.process_time()
    try:
        inbound = read_mail(a_raw(body))
    except UnreadableMessage:
        assert is_like(parsed(a_raw(body)), {**CONTRACT, "error": TEXT})
        return None
    assert time.process_time() - began < SECONDS
    line = as_contract(inbound)
    assert is_like(line, CONTRACT), line
    assert line == json.loads(json.dumps(line))
    assert is_storable(line)
    assert inbound == read_mail_thoroughly(a_raw(body)), "the quick way reads another mail"
    assert_files_are_there(inbound, body)
    return inbound


def assert_files_are_there(inbound: Inbound, body: bytes) -> None:
    """Each attachment that is named can be had, in the size and with the hash that were promised."""
    for file in inbound.attachments:
        content = attachment_bytes(body, file.position)
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest()), file
        assert not set(file.filename) & set('/\\\x00:<>|"\r\n'), file
        assert file.filename not in (".", ".."), file


def is_like(value: Any, shape: Any) -> bool:
    """Whether a value has exactly the keys and types of the contract.

    >>> is_like({"name": "A", "address": 1}, ADDRESS)
    False
    """
    match shape:
        case None:
            return value is None
        case tuple():
            return any(is_like(value, one) for one in shape)
        case list():
            return isinstance(value, list) and all(is_like(one, shape[0]) for one in value)
        case dict():
            return (
                isinstance(value, dict)
                and value.keys() == shape.keys()
                and all(is_like(value[name], one) for name, one in shape.items())
            )
    return type(value) is shape


def is_storable(value: Any) -> bool:
    """Whether no word of it has a NUL or half a surrogate pair, which databases refuse."""
    match value:
        case str():
            return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
        case dict():
            return all(is_storable(one) for pair in value.items() for one in pair)
        case list():
            return all(is_storable(one) for one in value)
    return True
