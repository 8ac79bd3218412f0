"""Reading header values: encoded words, identifiers and dates, as mail really writes them.

A value comes in unfolded and undecoded, its 8-bit bytes as lone surrogates. Nothing here
raises: what cannot be read is kept as it stands, or is absent.
"""

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from intake.mail.charsets import text_of
from intake.messages import clean

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=))*)\?=")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(
    "[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)  # marks that turn the order of letters round
_ID = re.compile(r"<([^<>]+)>")
_FIRST_REFERENCES, _LAST_REFERENCES = 10, 90
_LONGEST_ID = 998  # octets in a line (RFC 5322 §2.1.1)

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_USUAL_DATE = re.compile(
    r"(?:[A-Za-z]{3}, ?)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r"(?: (?:([+-])(\d\d)(\d\d)|GMT|UTC|UT|Z))(?: \(.*)?",
    re.ASCII,
)
_ZONES = {
    "JST": 9, "KST": 9, "IST": 5.5, "CET": 1, "MET": 1, "WET": 0, "BST": 1, "CEST": 2, "MEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_OFFSET = re.compile(r"(?:(?<=:\d\d)|(?<= )|GMT ?|UTC ?)([+-])(\d{1,2}):?(\d\d)\b(?!:)")
_LOCAL_MONTH = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,9}(?![^\W\d_])")
_LOCAL_MONTHS = {
    "mär": "Mar", "mrz": "Mar", "märz": "Mar", "mai": "May", "okt": "Oct", "dez": "Dec", "janv": "Jan",
    "févr": "Feb", "fév": "Feb", "mars": "Mar", "avr": "Apr", "juin": "Jun", "juil": "Jul", "août": "Aug",
    "déc": "Dec", "ene": "Jan", "abr": "Apr", "ago": "Aug", "dic": "Dec", "fev": "Feb", "out": "Oct",
    "gen": "Jan", "mag": "May", "giu": "Jun", "lug": "Jul", "ott": "Oct", "mrt": "Mar", "mei": "May",
    "maj": "May",
}  # fmt: skip
_OTHER_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%a %b %d %H:%M:%S %Y",
    "%A, %d %B %Y %H:%M:%S", "%A, %B %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p", "%Y-%m-%d",
)  # fmt: skip


def decoded(value: str, charset: str = "") -> str:
    """A value as people read it, on one line; `charset` is the body's, for bytes that name none."""
    if value.isascii() and "=?" not in value:
        return _on_one_line(text_of(value.encode()) if "\x1b$" in value else value)
    out, upto, waiting, set_name = [], 0, b"", ""
    for word in _WORD.finditer(value):
        between = value[upto : word.start()]
        name = word[1].partition("*")[0].lower()
        joins = bool(waiting) and not between.strip() and name == set_name
        if waiting and not joins:
            out.append(text_of(waiting, set_name))
            waiting = b""
        if between.strip() or not upto:
            out.append(as_text(between, charset))
        waiting += _word_bytes(word[2], word[3])
        set_name, upto = name, word.end()
    out += (text_of(waiting, set_name) if waiting else "", as_text(value[upto:], charset))
    return _on_one_line("".join(out))


def _on_one_line(text: str) -> str:
    if _CONTROLS.search(text):
        text = _CONTROLS.sub(" ", text)
    return text.strip() if text.isascii() else _INVISIBLE.sub("", text).strip()


def as_text(text: str, charset: str = "") -> str:
    """A value with the bytes that stand in it as they are: UTF-8 if they can be, else what the body is in."""
    if text.isascii():
        return text
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return text_of(data, charset)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return _HEX.sub(lambda digits: bytes.fromhex(digits[1].decode()), raw.replace(b"_", b" "))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")


def identifiers(value: str) -> tuple[str, ...]:
    """The Message-IDs of a value without <>, in order and each once; very long lists lose their middle."""
    found = _ID.findall(value) or [
        word for word in value.strip("<> ").replace(",", " ").split() if "@" in word
    ]
    whole = [clean("".join(text.split())[:_LONGEST_ID]) for text in found]
    ids = tuple(dict.fromkeys(text for text in whole if text))
    if len(ids) <= _FIRST_REFERENCES + _LAST_REFERENCES:
        return ids
    return ids[:_FIRST_REFERENCES] + ids[-_LAST_REFERENCES:]


def message_id(value: str) -> str:
    """A mail's own Message-ID without <>, "" when there is none in it."""
    return next(iter(identifiers(value)), "") or clean("".join(value.strip("<> ").split())[:_LONGEST_ID])


def moment(value: str) -> datetime | None:
    """A date in UTC, whatever form it has; None when it says none."""
    try:
        if usual := _USUAL_DATE.fullmatch(value):
            return _usual(usual)
        return _unusual(value.replace("&#43;", "+"))
    except (ValueError, OverflowError, KeyError):
        return None


def _usual(found: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    here = datetime(
        int(year),
        _MONTHS[month.lower()],
        int(day),
        int(hour),
        int(minute),
        min(int(second or 0), 59),
        tzinfo=UTC,
    )
    if not sign:
        return here
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return here - offset if sign == "+" else here + offset


def _unusual(value: str) -> datetime | None:
    text = _OFFSET.sub(_as_offset, value.strip()[:100])
    text = _LOCAL_MONTH.sub(lambda found: _LOCAL_MONTHS.get(found[0].lower(), found[0]), text)
    if fields := parsedate_tz(text):
        year, month, day, hour, minute, second = fields[:6]
        year += 1900 if 100 <= year < 200 else 0  # programs that count from there
        hours = next(
            (_ZONES[word] for word in reversed(text.replace("(", "").split()) if word in _ZONES), None
        )
        hours = hours if fields[9] in (None, 0) else None
        offset = timedelta(seconds=fields[9] or 0) if hours is None else timedelta(hours=hours)
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    return next(filter(None, (_in_form(text, form) for form in _OTHER_FORMS)), None) or _in_iso(text)


def _as_offset(found: re.Match[str]) -> str:
    return f" {found[1]}{found[2]:0>2}{found[3]}"


def _in_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _in_iso(text: str) -> datetime | None:
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
