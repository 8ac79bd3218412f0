"""The words of the listener: replies with enhanced status codes, and the trace headers.

Each reply carries an enhanced code (RFC 2034, RFC 3463); those that aiosmtpd words
without one get it here. A refusal is the policy's own sentence, so that the sender's
mail server can show it to the person who wrote.
"""

import re
import textwrap
import unicodedata
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from intake.decisions import Fate, Receipt

LATER = "451 4.3.0 try again later"
REFUSAL_WIDTH = 400  # a reply line has 512 octets at the most (RFC 5321 §4.5.3.1.5)
REFUSAL_LINES = 10
HEADERS = 1024 * 1024  # no further is looked for headers

ENHANCED = {
    "220": "2.0.0",
    "221": "2.0.0",
    "250": "2.0.0",
    "252": "2.0.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "552": "5.3.4",
    "555": "5.5.4",
}
HAS_CODE = re.compile(r"\d{3}[ -]\d\.\d{1,3}\.\d{1,3} ")
PLAINER = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "ß": "ss"})
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._:\[\]-]")


def enhanced(status: str) -> str:
    """The reply with its enhanced status code."""
    code = ENHANCED.get(status[:3])
    if code is None or HAS_CODE.match(status):
        return status
    return f"{status[:4]}{code} {status[4:]}"


def answer(receipt: Receipt) -> str:
    """What the sender's mail server hears of a mail that is kept."""
    if receipt.fate is Fate.REFUSE and not receipt.authenticated:
        return refusal(receipt.because)
    return f"250 2.0.0 {receipt.message} kept"


def refusal(because: str) -> str:
    """A permanent no in plain ASCII; a long one takes several lines, each with the code."""
    words = " ".join(_ascii(because).split()) or "refused by the policy of this desk"
    first, *more = textwrap.wrap(words, REFUSAL_WIDTH)[:REFUSAL_LINES]
    lines = [first, *more]
    marks = ["-"] * len(more) + [" "]
    return "\r\n".join(f"550{mark}5.7.1 {line}" for mark, line in zip(marks, lines, strict=True))


def trace(
    sender: str, recipients: list[str], peer: str, helo: str, by: str, protocol: str, mark: str, now: datetime
) -> bytes:
    """Return-Path and Received (RFC 5321 §4.4), without the last line end."""
    where = f"[IPv6:{peer}]" if ":" in peer else f"[{peer}]" if peer else "[local]"
    only = f"\r\n\tfor <{recipients[0]}>" if len(recipients) == 1 else ""
    text = (
        f"Return-Path: <{sender}>\r\nReceived: from {named(helo)} ({where})\r\n"
        f"\tby {by} with {protocol} id {mark}{only};\r\n\t{_date(now.replace(microsecond=0))}"
    )
    return text.encode()


def named(helo: str) -> str:
    """What the other side called itself, with nothing in it that could end a header or a comment."""
    return NOT_IN_A_NAME.sub("?", helo[:255])


def hops(mail: bytes) -> int:
    """How many Received headers a mail has below its first line: one from each server that it passed."""
    end = mail.find(b"\r\n\r\n", 0, HEADERS)
    return mail[: end if end >= 0 else HEADERS].lower().count(b"\nreceived:")


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(PLAINER))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return "".join(char if " " <= char <= "~" else " " if char.isspace() else "?" for char in kept)


@lru_cache(maxsize=4)
def _date(now: datetime) -> str:
    """Many mails come in the same second, and wording a date is slow."""
    return format_datetime(now)
