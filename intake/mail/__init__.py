"""Reading mail: from the bytes as they came to the message that everything else looks at.

There are two ways to the parts of a mail, a quick one for plain mail and mail-parser for all
others, and they end in the same tree; everything here is decided on that tree alone.
Headers, character sets, texts, files and marks are read by our own rules, since each library
loses something on real mail. Any bytes end in bounded time, as a message or as
UnreadableMessage: then the caller holds the mail, and nothing is lost.
"""

import hashlib
import re
from dataclasses import replace

from intake.errors import UnreadableMessage
from intake.mail.addresses import addresses
from intake.mail.attachments import INSIDE, data_of, described
from intake.mail.automatic import automatic_reason, bulk_reason
from intake.mail.bodies import contents
from intake.mail.differing import DIFFERS, says_otherwise
from intake.mail.headers import as_text, decoded, identifiers, message_id, moment
from intake.mail.mending import mended
from intake.mail.mime import Tree, through_mail_parser
from intake.mail.parts import Part, leaves
from intake.mail.quotes import newly_written, written_or_passed_on
from intake.mail.reports import Letter, delivery_report
from intake.mail.splitter import quick
from intake.messages import Address, Attachment, Envelope, Inbound, Raw, clean

_MACHINES_OWN = {
    "message/feedback-report": "a feedback report",
    "message/disposition-notification": "a read receipt",
}
# How other servers may read a mail: where headers end, and where a From line begins.
_READINGS = (
    (re.compile(rb"\r\n\r\n"), re.compile(rb"(?:\A|\r\n)from[ \t]*:", re.IGNORECASE)),
    (re.compile(rb"\n\r?\n"), re.compile(rb"(?:\A|\n)from[ \t]*:", re.IGNORECASE)),
)
_MOST_TEXT = 4 * 1024 * 1024  # characters of text that are kept; the raw mail has them all


def read_mail(raw: Raw) -> Inbound:
    """Read a mail; raises only UnreadableMessage."""
    tree = quick(raw.body)
    return _read(raw, (tree, ())) if tree else read_mail_thoroughly(raw)


def read_mail_thoroughly(raw: Raw) -> Inbound:
    """The same without the quick way, to compare the two."""
    inbound = _read(raw, _thorough(raw.body))
    seen = len(inbound.headers.get("from", ()))
    hides = _hides_a_sender(raw.body, seen) or _was_mended_above(raw.body, seen)
    return replace(inbound, is_ambiguous=hides)


def attachment_bytes(body: bytes, position: int) -> bytes:
    """The content of the attachment that `read_mail` found at this position."""
    tree = quick(body) or _thorough(body)[0]
    for number, part in enumerate(leaves(tree)):
        if number == position % INSIDE:
            return data_of(part, position)
    raise UnreadableMessage(f"there is no part {position} in this mail")


def _thorough(body: bytes) -> Tree:
    if not body.strip():
        raise UnreadableMessage("there is nothing in it")
    return through_mail_parser(body)


def _hides_a_sender(body: bytes, seen: int) -> bool:
    """Whether a server that ends headers elsewhere than we do reads more From lines than we saw.

    A signed mail of one sender is made to look like another's by a second From above it, with a
    broken line, a bare CR or very many headers in between: the signature still holds. Nor does
    every server know a From with a blank before its colon.
    """
    for ending, from_line in _READINGS:
        end = ending.search(body)
        lines = from_line.findall(body, 0, end.start() if end else len(body))
        if len(lines) > seen or any(line[-2:-1] in (b" ", b"\t") for line in lines):
            return True
    return False


def _was_mended_above(body: bytes, seen: int) -> bool:
    """Whether a sender was read only because what stands above was mended, which other servers do not."""
    better = mended(body)
    if better is body:
        return False
    changed = next((at for at, pair in enumerate(zip(body, better, strict=False)) if pair[0] != pair[1]), 0)
    return len(_READINGS[1][1].findall(body, 0, changed)) < seen


def _read(raw: Raw, read: Tree) -> Inbound:
    tree, defects = read
    inside = contents(tree)
    charset = inside.charset
    values = _values(tree)
    headers = {
        name: tuple([clean(as_text(value, charset)) for value in several]) for name, several in values.items()
    }
    senders = addresses(values.get("from", ()), charset)
    sender = senders[0] if senders else None
    seen = raw.envelope if raw.envelope.recipients else None  # mailboxes and files have no envelope
    from_nobody = seen is not None and not seen.sender
    subject = decoded(_first(values, "subject"), charset)
    text, marked = inside.texts()
    too_long = (f"more than {_MOST_TEXT} characters; the rest is left out",) if len(text) > _MOST_TEXT else ()
    text = text[:_MOST_TEXT]
    differing = (DIFFERS,) if inside.unread and says_otherwise(inside, text) else ()
    files = tuple([file for position, part in inside.files for file in described(part, position)])
    return Inbound(
        channel=raw.channel,
        identity=_identity(tree, values, files, raw.body if defects else b""),
        received_at=raw.received_at,
        sender=sender,
        sender_count=len(senders),
        to=addresses(values.get("to", ()), charset),
        cc=addresses(values.get("cc", ()), charset),
        subject=subject,
        date=next(filter(None, map(moment, values.get("date", ()))), None),
        message_id=message_id(_first(values, "message-id")),
        in_reply_to=next(iter(identifiers(_first(values, "in-reply-to"))), ""),
        references=identifiers(" ".join(values.get("references", ()))),
        text=text,
        reply=_reply(text, marked),
        attachments=files,
        automatic=_automatic(tree, seen, headers, sender, subject),
        bulk=bulk_reason(headers),
        report=delivery_report(
            Letter(tree, values, raw.body, sender, subject, text), from_nobody=from_nobody
        ),
        headers=headers,
        envelope=raw.envelope,
        defects=(*defects, *too_long, *differing),
    )


def _values(tree: Part) -> dict[str, list[str]]:
    """Every header by its lower-case name, as it stands."""
    values: dict[str, list[str]] = {}
    for name, value in tree.headers:
        values.setdefault(name.lower(), []).append(value)
    return values


def _first(values: dict[str, list[str]], name: str) -> str:
    several = values.get(name)
    return several[0] if several else ""


def _reply(text: str, marked: str) -> str:
    """What was newly written; HTML that is all marked as quoted is read as plain text."""
    return (newly_written(marked) if marked else "") or written_or_passed_on(text)


def _automatic(
    tree: Part,
    seen: Envelope | None,
    headers: dict[str, tuple[str, ...]],
    sender: Address | None,
    subject: str,
) -> str:
    told = automatic_reason(headers, seen, sender, subject)
    if told or tree.kind != "multipart/report":
        return told
    return next((reason for part in leaves(tree) if (reason := _MACHINES_OWN.get(part.kind))), "")


def _identity(tree: Part, values: dict[str, list[str]], files: tuple[Attachment, ...], whole: bytes) -> str:
    """What stays the same when a mail is delivered again: nothing of its journey, no line endings."""
    by_position: dict[int, str] = {}
    for file in files:
        position = file.position % INSIDE
        by_position[position] = f"{by_position.get(position, '')} {file.filename} {file.sha256}"
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        digest.update("\n".join([name, *values.get(name, ()), ""]).encode("utf-8", "surrogateescape"))
    for position, part in enumerate(leaves(tree)):
        digest.update(part.kind.encode("utf-8", "surrogateescape"))
        if position in by_position and part.encoding == "base64":
            digest.update(by_position[position].encode())
        else:
            digest.update(_same_lines(part.body))
    digest.update(_same_lines(whole))
    return digest.hexdigest()


def _same_lines(data: bytes) -> bytes:
    return data.translate(None, b"\r").rstrip()
