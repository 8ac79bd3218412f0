"""Delivery reports: what became of something we sent, and which of our mails it was.

A machine-readable part says it best (RFC 3464: several recipients, each with its action and
status). Where there is none, a mail is a report only if a mail system sent it, and its subject
or its first words say that something was not delivered; a few systems have set first words that
nobody else writes. Then the recipients are sought in the words (`intake.mail.complaints`). A
person's mail about a report never comes that far.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes

from flufl.bounce import all_failures

from intake.mail.addresses import addresses, canonical, readable
from intake.mail.complaints import by_recipient, from_json, named_recipients, returned_part
from intake.mail.dsn import MOST_RECIPIENTS, machine_readable, returned_headers
from intake.mail.headers import identifiers, message_id
from intake.mail.parts import Part, content, leaves, unfolded
from intake.mail.reportwords import DELAYED, MACHINES, OPENINGS, OWN_OPENINGS, SUBJECTS, SYSTEMS
from intake.mail.statuses import MOST_READ, enhanced_in, status_in
from intake.messages import Address, Report, ReportedRecipient

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it logs each detector that fails

_STATUS_KINDS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_OTHER_REPORTS = frozenset(("message/feedback-report", "message/disposition-notification"))
_RETURNED_KINDS = frozenset((
    "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
    "message/global-headers", "text/rfc822",
))  # fmt: skip
_SYSTEMS = re.compile("|".join(SYSTEMS))
_RETURNED_ID = re.compile(r"^[> \t]*message-id:\s{0,80}<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(r"(?:re|aw|fw|fwd|wg|tr|rv|i|sv|antw|vs|odp)\s?:", re.IGNORECASE)
_OPENING = 150  # characters in which the set first words stand
_BEGINNING = 1_500  # characters in which a mail system says what it is about
_JSON_SUBJECT = "aws notification message"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail shows of itself before anybody asks whether it is a report."""

    tree: Part
    headers: Mapping[str, Sequence[str]]  # by lower-case name
    body: bytes
    sender: Address | None
    subject: str
    text: str

    def header(self, name: str) -> str:
        values = self.headers.get(name)
        return values[0] if values else ""


def delivery_report(letter: Letter, *, from_nobody: bool) -> Report | None:
    """What a delivery report says; None for a mail that is none. `from_nobody`: by the null reverse-path."""
    tree, text = letter.tree, letter.text
    machine = from_nobody or _is_machine(letter)
    found = list(leaves(tree))
    statuses = [part for part in found if part.kind in _STATUS_KINDS]
    if not statuses and any(part.kind in _OTHER_REPORTS for part in found):
        return None
    is_report = tree.kind == "multipart/report"
    if statuses and (is_report or machine):
        rows = machine_readable(content(part) for part in statuses) or _sought(letter)
        return Report(_completed(rows, text), _original(letter, found))
    if rows := _notified(letter):
        return Report(rows, _original(letter, found))
    if not _looks_like_one(letter, machine=machine):
        return None
    return Report(_sought(letter), _original(letter, found))


def _is_machine(letter: Letter) -> bool:
    """Sent by a mail system: people forward reports too."""
    sender = letter.sender
    address = sender.address.lower() if sender else ""
    name = sender.name.lower() if sender else letter.header("from").lower()
    return (
        address.startswith(MACHINES)
        or bool(name and _SYSTEMS.search(name))
        or "<>" in (letter.header("return-path").strip(), letter.header("from").strip())
        or "x-mlserver" in letter.headers
    )


def _looks_like_one(letter: Letter, *, machine: bool) -> bool:
    tree = letter.tree
    if "x-failed-recipients" in letter.headers or "x-ms-exchange-message-is-ndr" in letter.headers:
        return True
    if tree.kind == "multipart/report":
        return tree.parameters.get("report-type", "").lower() in ("delivery-status", "")
    folded = " ".join(letter.subject.casefold().split())
    if _ANSWER.match(folded):
        return False
    beginning = " ".join(letter.text[: _BEGINNING if machine else _OPENING].split()).casefold()
    if beginning.startswith(OWN_OPENINGS):
        return True
    return machine and (
        any(words in folded for words in SUBJECTS) or any(words in beginning for words in OPENINGS)
    )


def _notified(letter: Letter) -> tuple[ReportedRecipient, ...]:
    """What Amazon SES says in JSON."""
    if letter.text[:1] != "{":
        return ()
    by_sns = "x-amz-sns-message-id" in letter.headers or letter.subject.casefold().startswith(_JSON_SUBJECT)
    return from_json(letter.text) if by_sns else ()


def _completed(rows: tuple[ReportedRecipient, ...], text: str) -> tuple[ReportedRecipient, ...]:
    """The rows, those whose status is missing or says nothing but its class with what the words say."""
    if all(map(_is_told, rows)):
        return rows
    told, meant = enhanced_in(text), status_in(text)
    return tuple(row if _is_told(row) else _with_status(row, told, meant) for row in rows)


def _is_told(row: ReportedRecipient) -> bool:
    if row.action not in ("failed", "delayed", ""):
        return True
    return bool(row.status) and not row.status.endswith(".0.0")


def _with_status(row: ReportedRecipient, told: str, meant: str) -> ReportedRecipient:
    if not row.status:
        return replace(row, status=meant)
    return replace(row, status=told) if told[:1] == row.status[:1] else row


def _original(letter: Letter, parts: Iterable[Part]) -> str:
    """The Message-ID of the mail that came back, from its headers, else from where the report points to."""
    for part in parts:
        is_returned = part.kind in _RETURNED_KINDS
        if is_returned and (found := message_id(unfolded(returned_headers(part).get("message-id", "")))):
            return found
    if quoted := _RETURNED_ID.search(returned_part(letter.text)):
        return quoted[1]
    return next(iter(identifiers(letter.header("in-reply-to"))), "")


def _sought(letter: Letter) -> tuple[ReportedRecipient, ...]:
    """The recipients of a report that has no machine-readable part, by header, by form and by library."""
    text, sender = letter.text, letter.sender
    if "final-recipient:" in text.lower() and (rows := machine_readable((text.encode("utf-8", "replace"),))):
        return _completed(rows, text)
    beginning = f"{letter.subject}\n{text[:_BEGINNING]}".casefold()
    action = "delayed" if any(words in beginning for words in DELAYED) else "failed"
    not_meant = (sender.address if sender else "", *_in_header(letter, "to"))
    found = _in_header(letter, "x-failed-recipients") or named_recipients(text, not_meant)
    found = found or _by_library(letter.body) or _in_returned(letter)
    return by_recipient(text, found[:MOST_RECIPIENTS] or ("",), action)


def _in_header(letter: Letter, name: str) -> tuple[str, ...]:
    words = letter.header(name).replace(",", " ").replace("<", " ").replace(">", " ").split()
    return tuple(canonical(found) for word in words[:MOST_RECIPIENTS] if (found := readable(word)))


def _in_returned(letter: Letter) -> tuple[str, ...]:
    """The only recipient of the mail that came back."""
    for part in leaves(letter.tree):
        if part.kind in _RETURNED_KINDS:
            named = addresses([returned_headers(part).get("to", "")])
            return tuple(one.address for one in named) if len(named) == 1 else ()
    return ()


def _by_library(body: bytes) -> tuple[str, ...]:
    """Failed recipients in the many forms that flufl.bounce knows."""
    try:
        temporary, permanent = all_failures(message_from_bytes(body[:MOST_READ]))
    except Exception:  # noqa: BLE001  it raises on a missing From, on 8-bit headers and more
        return ()
    found = (readable(_as_text(one)) for one in (*sorted(permanent), *sorted(temporary)))
    return tuple(canonical(one) for one in found if one)


def _as_text(address: bytes | str) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else address
