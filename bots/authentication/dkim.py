"""DKIM (RFC 6376, 8301, 8463): did somebody who speaks for From's domain sign these bytes?

dkimpy checks the signature itself. Which signatures may prove anything is decided here, for
much that verifies is worthless: a signed length (`l=`) lets anybody append text, a header
that was not signed, or signed once and written twice, lets them change what is read; keys
that are short, for tests or not for mail, SHA-1, and what has expired count for nothing.
The body is brought into its canonical form here, since the library needs quadratic time
for long runs of blanks, and a list of all lines for the largest of mails.
"""

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import dkim  # type: ignore[import-untyped]
from dkim.crypto import UnparsableKeyError, parse_public_key  # type: ignore[import-untyped]
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

from bots.authentication.resolver import LookupFailed, Lookups
from bots.authentication.verdicts import Proof

MOST_SIGNATURES = 8
LONGEST_HEAD = 256 * 1024
LONGEST_SIGNATURE = 8192
LONGEST_KEY = 2048  # a 4096-bit key takes 750 letters
KEY_BITS = range(1024, 4097)  # RFC 8301 §3.2; a giant key would hold everybody up
LARGEST_EXPONENT = 1 << 32
CLOCKS_DIFFER = 300
ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}
MUST_COVER = (b"from", b"subject", b"date")  # where the mail has them
READ_ONCE = (
    *MUST_COVER,
    b"sender",
    b"reply-to",
    b"to",
    b"cc",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_BLANKS = re.compile(rb"[\t ]+")
_LONG_BLANKS = re.compile(rb"\s{100}")
_DOMAIN = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,20}\.?")
_SELECTOR = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20}")

Tags = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM-Signature that may prove something; `index` counts from the top of the mail."""

    index: int
    domain: str
    selector: str
    algorithm: bytes
    is_relaxed: bool  # the body's canonical form
    identity: bytes


def dkim_proof(mail: bytes, speaks: Callable[[str], bool], lookups: Lookups, now: float) -> Proof:
    """Whether a signature proves the domain that `speaks` is asked about; `now` is in Unix seconds."""
    end = _END_OF_HEAD.search(mail, 0, LONGEST_HEAD)
    if end is None:
        return Proof.NONE
    try:
        signer = dkim.DKIM(mail[: end.end()])
    except Exception:  # noqa: BLE001  headers that the library cannot read are not signed ones
        return Proof.NONE
    body = mail[end.end() :]
    outcome = Proof.NONE
    for signature in _worthwhile(signer.headers, speaks, now):
        match _checked(signer, body, signature, lookups):
            case Proof.PASSED:
                return Proof.PASSED
            case Proof.UNSURE:
                outcome = Proof.UNSURE
            case Proof.NONE:
                pass
    return outcome


def _worthwhile(headers: list[list[bytes]], speaks: Callable[[str], bool], now: float) -> Iterator[Signature]:
    """The signatures that may prove something, a few at the most."""
    present = Counter(name.lower() for name, _ in headers)
    values = [value for name, value in headers if name.lower() == b"dkim-signature"]
    found = (signature_in(index, value, present, now) for index, value in enumerate(values[:100]))
    wanted = (one for one in found if one and speaks(one.domain))
    for _, signature in zip(range(MOST_SIGNATURES), wanted, strict=False):
        yield signature


def signature_in(index: int, value: bytes, present: Mapping[bytes, int], now: float) -> Signature | None:
    """The signature in a header's value, None when it could prove nothing even if it verified."""
    if len(value) > LONGEST_SIGNATURE or _LONG_BLANKS.search(value):
        return None
    try:
        tags = parse_tag_value(value)
    except InvalidTagValueList:
        return None
    domain, selector, algorithm = (tags.get(name, b"") for name in (b"d", b"s", b"a"))
    if algorithm not in ALGORITHMS or b"l" in tags or not _is_current(tags, now):
        return None
    if not _DOMAIN.fullmatch(domain) or not _SELECTOR.fullmatch(selector) or not _covers(tags, present):
        return None
    name = domain.decode().lower().rstrip(".")
    relaxed = tags.get(b"c", b"").endswith(b"/relaxed")
    return Signature(index, name, selector.decode(), algorithm, relaxed, tags.get(b"i", b""))


def _is_current(tags: Tags, now: float) -> bool:
    signed, expires = tags.get(b"t", b"0"), tags.get(b"x", b"")
    if not signed.isdigit() or int(signed[:12]) > now + CLOCKS_DIFFER:
        return False
    return not expires or (expires.isdigit() and int(expires[:12]) > now)


def _covers(tags: Tags, present: Mapping[bytes, int]) -> bool:
    """Whether nothing that is read can have been added or changed after it was signed."""
    signed = Counter(b"".join(tags.get(b"h", b"").split()).lower().split(b":"))
    if present.get(b"from", 0) != 1 or not signed[b"from"]:
        return False
    if any(present.get(name, 0) and not signed[name] for name in MUST_COVER):
        return False
    return all(present.get(name, 0) <= max(1, signed[name]) for name in READ_ONCE)


def _checked(signer: dkim.DKIM, body: bytes, signature: Signature, lookups: Lookups) -> Proof:
    try:
        records = lookups.texts(f"{signature.selector}._domainkey.{signature.domain}")
    except LookupFailed:
        return Proof.UNSURE
    keys = [key for record in records if (key := usable_key(record, signature))]
    if len(keys) != 1:
        return Proof.NONE
    signer.body = canonical(body, relaxed=signature.is_relaxed)
    try:
        verifies = signer.verify(signature.index, dnsfunc=lambda name, timeout: keys[0])
    except Exception:  # noqa: BLE001  whatever a forged signature makes the library stumble over
        return Proof.NONE
    return Proof.PASSED if verifies else Proof.NONE


def usable_key(record: bytes, signature: Signature) -> bytes:
    """A key record (RFC 6376 §3.6.1) in plain form, b"" unless it is in force, for mail and strong."""
    try:
        tags = parse_tag_value(record) if len(record) <= LONGEST_KEY else {}
    except InvalidTagValueList:
        return b""
    kind, key = tags.get(b"k", b"rsa"), tags.get(b"p", b"")
    is_good = _is_in_force(tags, signature) and (kind != b"rsa" or _is_strong(key))
    return b"k=%b; p=%b" % (kind, key) if is_good and kind == ALGORITHMS[signature.algorithm] else b""


def _is_in_force(tags: Tags, signature: Signature) -> bool:
    flags, services, hashes = (_listed(tags, name) for name in (b"t", b"s", b"h"))
    if not tags.get(b"p") or b"y" in flags or tags.get(b"v", b"DKIM1") != b"DKIM1":
        return False
    if (services and not services & {b"*", b"email"}) or (hashes and b"sha256" not in hashes):
        return False
    of_domain_alone = signature.identity.lower().rpartition(b"@")[2] in (b"", signature.domain.encode())
    return b"s" not in flags or of_domain_alone


def _listed(tags: Tags, name: bytes) -> set[bytes]:
    return {word.strip() for word in tags.get(name, b"").split(b":") if word.strip()}


def _is_strong(public_key: bytes) -> bool:
    try:
        key = parse_public_key(base64.b64decode(public_key))
    except (UnparsableKeyError, ValueError, IndexError, TypeError):
        return False
    return key["modulus"].bit_length() in KEY_BITS and 1 < key["publicExponent"] < LARGEST_EXPONENT


def canonical(body: bytes, *, relaxed: bool) -> bytes:
    """The body in canonical form (RFC 6376 §3.4.3, §3.4.4), in linear time.

    >>> canonical(b" a \\t b \\r\\n\\r\\n \\r\\n", relaxed=True)
    b' a b\\r\\n'
    """
    if body.count(b"\n") != body.count(b"\r\n"):
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if relaxed:
        body = _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n")
        body = body.removesuffix(b" ")
    kept = body.rstrip(b"\r\n")
    tail = body[len(kept) :]  # only whole line ends at the end go; a CR by itself is text
    kept += tail if tail.endswith(b"\r") else tail[: tail.rfind(b"\r\r") + 1]
    return kept + b"\r\n" if kept or not relaxed else b""
