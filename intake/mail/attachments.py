"""The files of a mail: names that are safe to keep, exact bytes, and Outlook's winmail.dat.

Files are described, never unpacked; only TNEF is opened, since it is a mail's wrapping and no
file that anybody sent. `position` finds a file's bytes again in the raw mail.
"""

import hashlib
from collections.abc import Iterator

from intake.mail.headers import decoded
from intake.mail.parts import Part, content, parameterised
from intake.mail.tnef import files_in
from intake.messages import Attachment, clean

INSIDE = 10_000  # times a file's number in a winmail.dat, from 1, is added to the part's own position
_LARGEST_TNEF = 32 * 1024 * 1024
_LONGEST_NAME = 200
_USUAL_NAMES = {
    "application/pkcs7-mime": "smime.p7m", "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s", "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc", "application/pgp-keys": "key.asc",
    "text/calendar": "invite.ics", "text/vcard": "card.vcf", "text/x-vcard": "card.vcf",
}  # fmt: skip
_PGP = b"-----BEGIN PGP MESSAGE-----"
_FORBIDDEN = frozenset('<>:"|?*')


def described(part: Part, position: int) -> tuple[Attachment, ...]:
    """The attachment that a part is, or those that are wrapped in it."""
    data = content(part)
    wrapped = tuple(_wrapped(part, data))
    if not wrapped:
        disposition = part.header("content-disposition").partition(";")[0].strip().lower()
        inline = disposition == "inline" or (disposition != "attachment" and bool(part.header("content-id")))
        return (_attachment(file_name(part), part.kind, data, inline=inline, position=position),)
    return tuple(
        _attachment(
            name, "application/octet-stream", inside, inline=False, position=position + number * INSIDE
        )
        for number, (name, inside) in enumerate(wrapped, 1)
    )


def data_of(part: Part, position: int) -> bytes:
    """The bytes of the attachment at a position whose part is this one."""
    data = content(part)
    if position < INSIDE:
        return data
    return next(
        inside for number, (_, inside) in enumerate(_wrapped(part, data), 1) if number == position // INSIDE
    )


def _attachment(name: str, kind: str, data: bytes, *, inline: bool, position: int) -> Attachment:
    return Attachment(name, clean(kind), len(data), hashlib.sha256(data).hexdigest(), inline, position)


def _wrapped(part: Part, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files in a winmail.dat; none where it cannot be read."""
    if part.kind not in ("application/ms-tnef", "application/vnd.ms-tnef") or len(data) > _LARGEST_TNEF:
        return
    for name, inside in files_in(data):
        yield safe_name(name), inside


def has_file_name(part: Part) -> bool:
    return bool(file_name(part))


def file_name(part: Part) -> str:
    """A part's file name as people may see it, "" when it has none."""
    disposition = part.header("content-disposition")
    named = parameterised(disposition)[1].get("filename", "") if disposition else ""
    name = named or part.parameters.get("name", "")
    if name:
        return safe_name(decoded(name))
    return _subject_name(part) if part.kind in ("message/rfc822", "message/global") else _usual_name(part)


def _usual_name(part: Part) -> str:
    """What a part without a name is usually called; "" for most."""
    if part.kind == "application/octet-stream" and part.body[:100].lstrip().startswith(_PGP):
        return "encrypted.asc"
    return _USUAL_NAMES.get(part.kind, "")


def safe_name(name: str) -> str:
    """A name without path, control characters and what file systems refuse."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(letter if letter.isprintable() and letter not in _FORBIDDEN else "_" for letter in last)
    kept = kept.strip(" .") if kept.strip("._ ") else ""
    if len(kept) <= _LONGEST_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return (
        stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending
        if dot and len(ending) < 20
        else kept[:_LONGEST_NAME]
    )


def _subject_name(part: Part) -> str:
    """A message within the message is named by its subject."""
    for line in content(part)[:16_384].splitlines():
        if not line.strip():
            break
        if line[:8].lower() == b"subject:":
            subject = safe_name(decoded(line[8:].decode("ascii", "surrogateescape")).replace("/", "-"))
            return f"{subject or 'message'}.eml"
    return "message.eml"
