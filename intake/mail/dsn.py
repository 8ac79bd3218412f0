"""The machine-readable part of a delivery report (RFC 3464): one block of headers a recipient."""

import re
from collections.abc import Iterable, Iterator

from intake.mail.addresses import canonical, readable
from intake.mail.parts import Part, content
from intake.mail.statuses import MOST_READ, enhanced_in, status_in
from intake.messages import ReportedRecipient

MOST_RECIPIENTS = 500

_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_WHO = frozenset(("final-recipient", "original-recipient"))
_WHAT = frozenset(("action", "status"))
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")


def machine_readable(statuses: Iterable[bytes]) -> tuple[ReportedRecipient, ...]:
    """The recipient blocks of the machine-readable parts (RFC 3464 §2.3), each recipient once."""
    rows: dict[str, ReportedRecipient] = {}
    for data in statuses:
        for block in _whole(_blocks(data)):
            row = _row(block)
            if row and len(rows) < MOST_RECIPIENTS:
                rows.setdefault(row.recipient.lower(), row)
    if len(rows) > 1:
        rows.pop("", None)
    return tuple(rows.values())


def _whole(blocks: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The blocks, with those joined that a blank line parted behind the recipient."""
    waiting: dict[str, str] = {}
    for block in blocks:
        if waiting and not block.keys() & _WHO:
            waiting |= block
            continue
        if waiting:
            yield waiting
        waiting = block if block.keys() & _WHO and not block.keys() & _WHAT else {}
        if not waiting:
            yield block
    if waiting:
        yield waiting


def _row(block: dict[str, str]) -> ReportedRecipient | None:
    final = _recipient(block.get("final-recipient", ""))
    original = _recipient(block.get("original-recipient", ""))
    recipient = final or original or _recipient(block.get("x-actual-recipient", ""))
    if not recipient and "action" not in block:
        return None
    action = block.get("action", "").split("(")[0].split(";")[0].strip().lower()
    status = _status(block.get("status", ""), block.get("diagnostic-code", ""))
    return ReportedRecipient(recipient, status, action if action in _ACTIONS else "")


def _status(written: str, diagnostic: str) -> str:
    """The status as it is written, unless that says only the class, and the other server said more."""
    found = _STATUS.search(written)
    told = found[0] if found else ""
    if told and not told.endswith(".0.0"):
        return told
    if said := enhanced_in(diagnostic):
        return said
    meant = status_in(diagnostic)
    return told[0] + meant[1:] if told and meant else meant or told


def _blocks(data: bytes) -> Iterator[dict[str, str]]:
    """Blocks of headers, parted by blank lines."""
    block: dict[str, str] = {}
    last = ""
    for line in data.decode("utf-8", "replace").splitlines():
        if not line.strip():
            if block:
                yield block
            block, last = {}, ""
        elif line[0] in " \t":
            if last:
                block[last] = f"{block[last]} {line.strip()}"[:1_000]
        else:
            name, colon, value = line.partition(":")
            last = name.strip().lower() if colon else ""
            if last == "final-recipient" and last in block:  # the next one, without a blank line before it
                yield block
                block = {}
            if last:
                block.setdefault(last, value.strip())
    if block:
        yield block


def _recipient(value: str) -> str:
    """The address of `rfc822; user@example.com`."""
    address = value.partition("(")[0] if value.endswith(")") else value
    return canonical(readable(address.rpartition(";")[2].strip().strip("<>\\")))


def returned_headers(part: Part) -> dict[str, str]:
    """The headers of a mail that came back as a part."""
    return next(_blocks(content(part)[:MOST_READ].lstrip(b"\r\n")), {})
