"""Signed addresses and Message-IDs: what only somebody we wrote to can know.

A token is 22 bytes in 36 letters of lower-case base32, so that it survives mail
programs that change the case of a local part (RFC 5321 §2.4 forbids it, some do it):

    key id 1 | purpose 1 | ticket 4 | subject 4 | expiry in weeks 2 | HMAC-SHA-256, first 10

The subject is a person, an agent (0: whoever reads agents_address) or, for a bounce
address, a row of the outbox. Each purpose signs with a subkey of its own (HKDF, RFC 5869),
so a reply address never passes for an agent's. Old keys still verify: the key id picks one.

The start of a chat (`t.me/BOT?start=…`) is longer, because it opens a ticket by itself: 29 bytes
in 39 letters of base64url, with the expiry in seconds and 16 bytes of the MAC:

    key id 1 | ticket 4 | person 4 | expiry 4 | HMAC-SHA-256, first 16
"""

import base64
import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from intake.tickets import Desk

WEEK_SECONDS = 7 * 24 * 3600
LETTERS = 36
HEAD_BYTES = 12
MAC_BYTES = 10
FOR_EVER = 0xFFFF
BASE32 = frozenset("abcdefghijklmnopqrstuvwxyz234567")
BASE64URL = frozenset(string.ascii_letters + string.digits + "-_")
START_LETTERS = 39
START_HEAD_BYTES = 13
START_MAC_BYTES = 16
START_LIFETIME = timedelta(days=7)


class Purpose(StrEnum):
    """What a token is good for; the first letter is what is signed."""

    REPLY = "reply"
    AGENT = "agent"
    BOUNCE = "bounce"
    MESSAGE_ID = "message-id"
    SURVEY = "survey"  # an answer to it is a rating


class Chat(StrEnum):
    """What else is signed, each with a subkey of its own."""

    START = "start"  # the link into a chat
    CODE = "code"  # what a one-time code is kept as


LIFETIME_WEEKS = {
    Purpose.REPLY: 104,
    Purpose.AGENT: 26,
    Purpose.BOUNCE: 8,
    Purpose.MESSAGE_ID: None,
    Purpose.SURVEY: 104,  # the news of the end is answered there like any other
}
PURPOSE_OF = {ord(purpose.value[0]): purpose for purpose in Purpose}


@dataclass(frozen=True, slots=True)
class Token:
    purpose: Purpose
    ticket: int
    subject: int


@dataclass(frozen=True, slots=True)
class Start:
    """What a link into a chat opens, to whom, and until when."""

    ticket: int
    person: int
    expires_at: datetime


class Keys:
    """The desk's key and the older ones that still verify."""

    def __init__(self, key: bytes, older: tuple[bytes, ...] = ()) -> None:
        self._current = _key_id(key)
        self._subkeys: dict[tuple[int, Purpose | Chat], list[bytes]] = {}
        for one in (key, *older):  # an id is a byte, so two keys may share one: the newest signs, all verify
            for purpose in (*Purpose, *Chat):
                self._subkeys.setdefault((_key_id(one), purpose), []).append(_subkey(one, purpose))

    def sign(self, purpose: Purpose, ticket: int, subject: int, now: datetime) -> str:
        """A token of 36 letters, good for the weeks that its purpose has."""
        weeks = LIFETIME_WEEKS[purpose]
        expiry = FOR_EVER if weeks is None else int(now.timestamp()) // WEEK_SECONDS + weeks
        head = bytes((self._current, ord(purpose.value[0])))
        head += ticket.to_bytes(4) + (subject & 0xFFFFFFFF).to_bytes(4) + expiry.to_bytes(2)
        signed = head + _mac(head, self._subkeys[self._current, purpose][0])
        return _letters(signed)

    def read(self, text: str, now: datetime) -> Token | None:
        """The token, if we made it and it has not expired; compared in constant time."""
        text = text.lower()
        if len(text) != LETTERS or not BASE32.issuperset(text):
            return None
        signed = base64.b32decode(text.upper() + "====")
        if _letters(signed) != text:  # the last letter has bits to spare: one token has one spelling
            return None
        head, mac = signed[:HEAD_BYTES], signed[HEAD_BYTES:]
        purpose = PURPOSE_OF.get(head[1])
        if purpose is None:
            return None
        subkeys = self._subkeys.get((head[0], purpose), ())
        if not any(hmac.compare_digest(mac, _mac(head, subkey)) for subkey in subkeys):
            return None
        if int.from_bytes(head[10:12]) < int(now.timestamp()) // WEEK_SECONDS:
            return None
        return Token(purpose, int.from_bytes(head[2:6]), int.from_bytes(head[6:10]))

    def sign_start(self, ticket: int, person: int, now: datetime) -> str:
        """A token of 39 letters that opens a ticket in a chat, good for a week."""
        expiry = int((now + START_LIFETIME).timestamp())
        head = bytes((self._current,)) + ticket.to_bytes(4) + person.to_bytes(4) + expiry.to_bytes(4)
        subkey = self._subkeys[self._current, Chat.START][0]
        return _url_letters(head + _long_mac(head, subkey))

    def read_start(self, text: str, now: datetime) -> Start | None:
        """What a start token of ours opens, if it has not expired; compared in constant time."""
        if len(text) != START_LETTERS or not BASE64URL.issuperset(text):
            return None
        signed = base64.urlsafe_b64decode(text + "=")
        if _url_letters(signed) != text:  # one token has one spelling, or it could be used twice
            return None
        head, mac = signed[:START_HEAD_BYTES], signed[START_HEAD_BYTES:]
        subkeys = self._subkeys.get((head[0], Chat.START), ())
        is_ours = any(hmac.compare_digest(mac, _long_mac(head, subkey)) for subkey in subkeys)
        start = Start(int.from_bytes(head[1:5]), int.from_bytes(head[5:9]), _moment(head[9:13]))
        return start if is_ours and start.expires_at > now else None

    def code_digest(self, code: str, account: str) -> bytes:
        """What a one-time code is kept as: without the key nobody can try all codes against it."""
        return hmac.digest(self._subkeys[self._current, Chat.CODE][0], f"{account} {code}".encode(), "sha256")


class Addresses:
    """The signed addresses and Message-IDs of one desk."""

    def __init__(self, desk: Desk, keys: Keys) -> None:
        pattern = desk.reply_address or desk.address.replace("@", "+{token}@", 1)
        self._before, _, self._after = pattern.partition("{token}")
        self._head, self._tail = self._before.lower(), self._after.lower()
        self._domain = desk.domain
        self._keys = keys

    def reply_address(self, purpose: str, ticket: int, person: int, now: datetime) -> str:
        """Where this reader's answer goes; an agent's `purpose` is "agent"."""
        return self._before + self._keys.sign(Purpose(purpose), ticket, person, now) + self._after

    def verp_address(self, outbox_id: int, ticket: int, now: datetime) -> str:
        """The envelope sender whose bounces name the promise that bounced."""
        return self._before + self._keys.sign(Purpose.BOUNCE, ticket, outbox_id, now) + self._after

    def message_id(self, ticket: int, now: datetime) -> str:
        """A new Message-ID, without <>, from which the ticket can be read back."""
        nonce = secrets.randbits(32)
        token = self._keys.sign(Purpose.MESSAGE_ID, ticket, nonce, now)
        return f"{token}.{secrets.token_hex(3)}@{self._domain}"

    def start_token(self, ticket: int, person: int, now: datetime) -> str:
        """What `t.me/BOT?start=` carries so that somebody may follow their ticket in a chat."""
        return self._keys.sign_start(ticket, person, now)

    def start_in(self, text: str, now: datetime) -> Start | None:
        """What such a token opens; None where it is not ours or has expired."""
        return self._keys.read_start(text, now)

    def code_digest(self, code: str, account: str) -> bytes:
        return self._keys.code_digest(code, account)

    def token_in_address(self, address: str, now: datetime) -> Token | None:
        """The token of one of our signed addresses; None for any other address."""
        lowered = address.lower()
        if not (lowered.startswith(self._head) and lowered.endswith(self._tail)):
            return None
        token = self._keys.read(lowered[len(self._head) : len(lowered) - len(self._tail)], now)
        return None if token and token.purpose is Purpose.MESSAGE_ID else token

    def ticket_in_message_id(self, message_id: str, now: datetime) -> int:
        """The ticket that a Message-ID of ours was made for, 0 when it is not ours or names none."""
        local, _, domain = message_id.partition("@")
        if domain.lower() != self._domain:
            return 0
        token = self._keys.read(local.partition(".")[0], now)
        return token.ticket if token and token.purpose is Purpose.MESSAGE_ID else 0


def _letters(signed: bytes) -> str:
    return base64.b32encode(signed).decode().rstrip("=").lower()


def _url_letters(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _mac(head: bytes, subkey: bytes) -> bytes:
    return hmac.digest(subkey, head, "sha256")[:MAC_BYTES]


def _long_mac(head: bytes, subkey: bytes) -> bytes:
    return hmac.digest(subkey, head, "sha256")[:START_MAC_BYTES]


def _moment(seconds: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(seconds), UTC)


def _key_id(key: bytes) -> int:
    return hashlib.sha256(b"deskbell key id" + key).digest()[0]


def _subkey(key: bytes, purpose: Purpose | Chat) -> bytes:
    """HKDF-SHA-256 with an empty salt (RFC 5869 §2); one block is all that is wanted."""
    extracted = hmac.digest(b"\x00" * 32, key, "sha256")
    return hmac.digest(extracted, f"deskbell {purpose.value}".encode() + b"\x01", "sha256")
