"""DKIM (RFC 6376, 8463): our signature under what we send.

Every header that people or mail programs go by is signed once more than it is there, so that
none can be added on the way either. The key is PEM as `openssl genpkey` writes it, RSA or
Ed25519, or for Ed25519 the base64 text of `dknewkey`. A key that cannot sign is found when
the desk starts.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dkim  # type: ignore[import-untyped]
from dkim.crypto import UnparsableKeyError, parse_pem_private_key  # type: ignore[import-untyped]
from nacl.signing import SigningKey

from bots.setting_values import secret
from bots.settings_of_mail import DkimSettings
from intake.errors import ConfigError, TemporaryFailure

SHORTEST_RSA = 1024  # RFC 8301 §3.2; new keys want 2048
MOST_OF_STRING = 255
ONCE_MORE = (
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
)
ED25519_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")  # RFC 8410 §7; the seed follows
SEED_BYTES = 32

_PEM = re.compile(rb"-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Key:
    """A private key in the form that the library takes, and the record that the DNS must have."""

    algorithm: bytes
    private: bytes
    record: str


def signer_of(settings: DkimSettings, folder: Path) -> Callable[[bytes], bytes]:
    """A function that puts our signature on top of a mail; ConfigError for a key that cannot sign."""
    key = read_key(secret(settings.key, "relay.dkim.key", folder))
    sign = partial(signed, domain=settings.domain, selector=settings.selector, key=key)
    try:
        sign(b"From: desk@vendor.example\r\n\r\n")
    except TemporaryFailure as error:
        raise ConfigError([f"relay.dkim.key: {error}"]) from error
    return sign


def signed(mail: bytes, domain: str, selector: str, key: Key) -> bytes:
    """The mail with a signature on top; a TemporaryFailure where there can be none, and it must wait."""
    try:
        signer = dkim.DKIM(mail)
        present = [name.decode().lower() for name, _ in signer.headers]
        names = [*(name for name in present if name in ONCE_MORE), *ONCE_MORE]
        header = signer.sign(
            selector.encode(),
            domain.encode(),
            key.private,
            key.algorithm,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=names,
        )
    except (dkim.DKIMException, ValueError, KeyError, IndexError) as error:
        raise TemporaryFailure(f"it could not be signed: {type(error).__name__}: {error}") from error
    return bytes(header + mail)


def read_key(text: bytes) -> Key:
    """A private key from PEM or base64; ConfigError for everything else."""
    if seed := _ed25519_seed(text):
        public = base64.b64encode(bytes(SigningKey(seed).verify_key)).decode()
        return Key(b"ed25519-sha256", base64.b64encode(seed), f"v=DKIM1; k=ed25519; p={public}")
    text = text.replace(b"\r\n", b"\n")  # the library knows no other line end
    try:
        parts = parse_pem_private_key(text)
    except (UnparsableKeyError, ValueError, IndexError, TypeError, KeyError) as error:
        hint = "make one with `openssl genpkey -algorithm ed25519` or `-algorithm rsa`"
        raise ConfigError([f"relay.dkim.key: is no private key in PEM; {hint}"]) from error
    if (bits := parts["modulus"].bit_length()) < SHORTEST_RSA:
        raise ConfigError([f"relay.dkim.key: has {bits} bits; receivers want 2048 or more"])
    public = base64.b64encode(rsa_public_key(parts["modulus"], parts["publicExponent"])).decode()
    return Key(b"rsa-sha256", text, f"v=DKIM1; k=rsa; p={public}")


def in_strings(record: str) -> str:
    """A TXT record as a zone file has it: in strings of no more than 255 octets (RFC 1035 §3.3)."""
    return " ".join(f'"{record[at : at + MOST_OF_STRING]}"' for at in range(0, len(record), MOST_OF_STRING))


def _ed25519_seed(text: bytes) -> bytes:
    """The 32 bytes of an Ed25519 key, b"" for a key of another kind."""
    pem = _PEM.search(text)
    try:
        raw = base64.b64decode(b"".join((pem[1] if pem else text).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
    if pem:
        return raw[len(ED25519_PKCS8) :][:SEED_BYTES] if raw.startswith(ED25519_PKCS8) else b""
    return raw if len(raw) == SEED_BYTES else b""


def rsa_public_key(modulus: int, exponent: int) -> bytes:
    """A public key as the DNS has it: SubjectPublicKeyInfo in DER (RFC 6376 §3.6.1)."""
    numbers = b"".join(
        _der(2, number.to_bytes(number.bit_length() // 8 + 1)) for number in (modulus, exponent)
    )
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return _der(0x30, algorithm + _der(3, b"\x00" + _der(0x30, numbers)))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 128 + len(size))) + size + content
