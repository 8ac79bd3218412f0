"""Delivery reports: what became of something we sent, and which of our mails it was.

A machine-readable part says it best (RFC 3464: several recipients, each with its action and
status). Where there is none, but the sender is a mail system and the subject says that
something was not delivered, the recipients are sought in the words: first by flufl.bounce, then
by simple rules. A person's mail never comes that far.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes

from flufl.bounce import all_failures

from intake.mail.addresses import canonical, readable
from intake.mail.headers import message_id
from intake.mail.parts import Part, content, leaves, unfolded
from intake.messages import Report, ReportedRecipient

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it logs each detector that fails

_STATUS_KINDS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED_KINDS = frozenset((
    "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
    "message/global-headers", "text/rfc822",
))  # fmt: skip
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_PLAIN_CODE = re.compile(r"(?<![\d.])([45])\d\d[ -]")
_IN_WORDS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}[A-Za-z]")
_MOST_RECIPIENTS = 500
_MOST_READ = 64 * 1024  # bytes of a report without a machine-readable part
_MACHINES = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "microsoftexchange")
_SUBJECTS = (
    "undeliver", "returned mail", "delivery status notification", "delivery failure",
    "delivery has failed", "mail delivery", "failure notice", "could not be delivered",
    "delivery delayed", "delayed mail", "message delayed", "nondeliverable", "unzustellbar",
    "nicht zugestellt", "zustellung", "non remis", "non distribu", "échec de la remise",
    "no se puede entregar", "no se pudo entregar", "devuelto", "não entregue",
    "não foi possível entregar", "mancato recapito", "non recapitabile", "onbestelbaar",
    "kan ikke leveres", "går inte att leverera", "kunne ikke", "ei voitu toimittaa",
    "nie można dostarczyć", "nedoručitelná", "не доставлено", "недоставлено", "не вдалося доставити",
    "teslim edilemedi", "未送達", "无法送达", "退信", "배달되지", "smtp server: errors from",
    "returning to sender", "mail failed", "配信できません", "warning: message", "delivery problem",
    "rejected:", "delivery error", "delivery notification",
)  # fmt: skip
_DELAYED = (
    "delay",
    "warning",
    "still being retried",
    "will be retried",
    "will keep trying",
    "not yet been delivered",
)
_FAILED_HEADERS = ("x-failed-recipients",)


def delivery_report(
    tree: Part, body: bytes, sender: str, subject: str, text: str, *, from_nobody: bool
) -> Report | None:
    """What a delivery report says; None for a mail that is none. `from_nobody`: by the null reverse-path."""
    machine = from_nobody or _is_machine(tree, sender)
    found = list(leaves(tree))
    statuses = [part for part in found if part.kind in _STATUS_KINDS]
    recipients = tuple(_recipients(statuses))[:_MOST_RECIPIENTS]
    if statuses and (tree.kind == "multipart/report" or machine):
        recipients = recipients or tuple(_in_words(text)) or (ReportedRecipient("", "", ""),)
        return Report(tuple(_completed(row, text) for row in recipients), _original(found))
    if not _looks_like_one(tree, machine, subject):
        return None
    return Report(_sought(tree, body, text), _original(found))


def _looks_like_one(tree: Part, machine: bool, subject: str) -> bool:
    if tree.header("x-failed-recipients"):
        return True
    if (
        tree.kind == "multipart/report"
        and tree.parameters.get("report-type", "").lower() == "delivery-status"
    ):
        return True
    folded = subject.casefold()
    return machine and any(words in folded for words in _SUBJECTS)


def _is_machine(tree: Part, sender: str) -> bool:
    """Sent by a mail system: people forward reports too."""
    local = sender.rpartition("@")[0].lower()
    return local.startswith(_MACHINES) or tree.header("return-path") == "<>"


def _recipients(statuses: Iterable[Part]) -> Iterator[ReportedRecipient]:
    """The recipient blocks of the machine-readable parts (RFC 3464 §2.3)."""
    for part in statuses:
        for block in _blocks(content(part)):
            named = block.get("final-recipient") or block.get("original-recipient", "")
            recipient = _recipient(block.get("original-recipient", "")) or _recipient(named)
            recipient = _recipient(named) or recipient
            if not recipient and "action" not in block:
                continue
            action = block.get("action", "").split("(")[0].split(";")[0].strip().lower()
            status = _ENHANCED.search(block.get("status", ""))
            said = _ENHANCED.search(block.get("diagnostic-code", ""))
            best = said if said and (not status or status[0].endswith(".0.0")) else status or said
            yield ReportedRecipient(recipient, best[0] if best else "", action if action in _ACTIONS else "")


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
            if last:
                block.setdefault(last, value.strip())
    if block:
        yield block


def _recipient(value: str) -> str:
    """The address of `rfc822; user@example.com`."""
    address = value.rpartition(";")[2].strip().strip("<>")
    return canonical(readable(address))


def _completed(row: ReportedRecipient, text: str) -> ReportedRecipient:
    if row.status or row.action not in ("failed", "delayed", ""):
        return row
    return ReportedRecipient(row.recipient, _status_in(text), row.action)


def _original(parts: Iterable[Part]) -> str:
    """The Message-ID of the mail that came back, from its headers."""
    for part in parts:
        if part.kind in _RETURNED_KINDS:
            block = next(_blocks(content(part)[:_MOST_READ].lstrip(b"\r\n")), {})
            if found := message_id(unfolded(block.get("message-id", ""))):
                return found
    return ""


def _sought(tree: Part, body: bytes, text: str) -> tuple[ReportedRecipient, ...]:
    named = [word for word in tree.header("x-failed-recipients").replace(",", " ").split() if "@" in word]
    temporary, permanent = _by_library(body) if not named else ((), tuple(named))
    folded = text[:_MOST_READ].casefold()
    late = any(words in folded for words in _DELAYED) and not permanent
    status = _status_in(text)
    rows = [ReportedRecipient(canonical(name), status, "failed") for name in permanent]
    rows += [ReportedRecipient(canonical(name), status, "delayed") for name in temporary]
    if rows:
        return tuple(rows[:_MOST_RECIPIENTS])
    action = "delayed" if late or status.startswith("4") else "failed"
    return tuple(ReportedRecipient(row.recipient, status, action) for row in _in_words(text)) or (
        ReportedRecipient("", status, action),
    )


def _by_library(body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Temporarily and permanently failed recipients, in the many forms that flufl.bounce knows."""
    try:
        temporary, permanent = all_failures(message_from_bytes(body[:_MOST_READ]))
    except Exception:  # noqa: BLE001  it raises on a missing From, on 8-bit headers and more
        return (), ()
    return tuple(sorted(map(_as_text, temporary))), tuple(sorted(map(_as_text, permanent)))


def _as_text(address: bytes | str) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else address


def _in_words(text: str) -> Iterator[ReportedRecipient]:
    """The first address that the words name: reports begin with whom they are about."""
    if found := _IN_WORDS.search(text[:_MOST_READ]):
        yield ReportedRecipient(canonical(found[0]), "", "")


def _status_in(text: str) -> str:
    """An enhanced status in the words, or the class of a plain reply code; "" when there is none."""
    start = text[:_MOST_READ]
    if found := _ENHANCED.search(start):
        return found[0]
    code = _PLAIN_CODE.search(start)
    return f"{code[1]}.0.0" if code else ""
