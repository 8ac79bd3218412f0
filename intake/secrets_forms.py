"""What secrets look like: the forms of keys and card numbers, and the labels that passwords stand behind.

Most texts hold no secret, so a cheap look comes first: a key is long, a password's label begins with one
of a few words. What that look denies, the pattern would not have found. The patterns are our own:
detect-secrets and CredSweeper know code and English labels, and say in which line a secret is, not at
which character. Every pattern takes time in proportion to the text.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from intake.requests.words import folded
from intake.secrets_labels import (
    CREDENTIALS,
    KEYS,
    LABELLED_TOKENS,
    NO_VALUES,
    OF,
    PASSWORDS,
    SAID,
    USERS,
    WEAK,
)


class SecretKind(StrEnum):
    PRIVATE_KEY = "private-key"
    CREDENTIALS_URL = "credentials-url"
    API_KEY = "api-key"
    TOKEN = "token"
    CARD_NUMBER = "card-number"
    PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the same in small letters, and those of its words that are long enough for a key."""

    text: str
    small: str
    long_words: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern whose group "secret" (or all of it) is a secret when the check agrees.

    Most texts have no secret: `may_have` is a cheap look that never denies what the pattern would find.
    """

    kind: SecretKind
    pattern: re.Pattern[str]
    is_secret: Callable[[str], bool]
    may_have: Callable[[Text], bool]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Patterns behind the same labels; each label begins with one of `beginnings`, in small letters."""

    beginnings: tuple[str, ...]
    patterns: tuple[Pattern, ...]


def _passes_luhn(value: str) -> bool:
    """The check digit of ISO/IEC 7812-1 annex B."""
    digits = [int(digit) for digit in reversed(value)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_card_number(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return bool(_ISSUED.fullmatch(digits)) and _passes_luhn(digits)


def _is_mixed(value: str) -> bool:
    """Letters and digits: a word alone is prose, digits alone are a number."""
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _is_value(value: str) -> bool:
    """Not a placeholder, and not a word that tells what is the matter with the password."""
    plain = value.strip(".,;:!?()[]<>*'\"_-")
    return (
        len(set(plain)) > 1
        and folded(plain) not in NO_VALUES
        and not value.startswith(("[redacted", "(", "<"))
    )


def _is_odd(value: str) -> bool:
    """What no word of prose looks like: a digit, a sign or a capital inside."""
    inside = value.rstrip(".,;:!?)")
    is_odd = any(not c.isalpha() for c in inside.replace("-", "").replace("'", "")) or not (
        inside[1:].islower() or inside.isupper()
    )
    return is_odd and _is_value(value) and not value.endswith(":")


def _any(value: str) -> bool:
    return True


def _always(looked: Text) -> bool:
    return True


def _has_bearer(looked: Text) -> bool:
    return "bearer" in looked.small or "authorization" in looked.small


# Visa, Mastercard, American Express, Diners Club, Discover, JCB, UnionPay, Maestro; Elo and Hipercard.
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
    r"|(?:50(?:18|20|38|41|66|67)|509\d|5893|6304|6759|676[1-3]|6277|6362|6363|6062)\d{9,15}"
)
_CARD = (  # the first digit comes first, so that the search can leap to it
    r"[0-9](?<![\w+.-][0-9])(?:\d{12,18}|\d{3}(?:([ \u00a0.-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    r"|([ \u00a0.-])\d{6}\2\d{4,5}))(?![\w]|[.-]\d)"
)
_PEM = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----))*+-----END [A-Z0-9 ]{0,40}-----|(?:\s*+[A-Za-z0-9+/=]{16,}+)*+)"
)
_API_KEYS = (
    r"(?<![A-Za-z0-9_])(?:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])"  # Amazon
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,255}"
    r"|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,255}|whsec_[A-Za-z0-9+/=]{24,255}"  # Stripe
    r"|AIza[\w-]{35}|GOCSPX-[\w-]{20,60}"  # Google
    r"|sk-(?=[\w-]{0,60}\d)[\w-]{20,255}|SG\.[\w-]{16,64}\.[\w-]{16,64}|npm_[A-Za-z0-9]{36}"
    r"|key-[0-9a-f]{32}|SK[0-9a-f]{32}|dop_v1_[0-9a-f]{64}|hf_[A-Za-z0-9]{30,64})"
)
_TOKENS = (
    r"(?<![A-Za-z0-9_])(?:xox[abeoprs]-[\w-]{10,255}|xapp-\d-[\w-]{10,255}|ya29\.[\w-]{20,255}"
    r"|eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?|\d{8,10}:AA[\w-]{33})"
)
_WEBHOOK = r"hooks\.slack\.com/services/(?P<secret>T\w{6,20}/B\w{6,20}/\w{16,40})"
_BEARER = r"\b(?:bearer|authorization:[ \t]{0,3}basic)[ \t]{1,3}(?P<secret>[\w.~+/=-]{16,2000})"
_URL = r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:(?P<secret>[^\s/]{1,200})@[\w\[]"

_START = r"(?<![^\W_])(?<![.@/])"  # "smtp_password", but not "compass"
_EQUALS = r"['\"*_]{0,3}[ \t]{0,3}(?:[:=]|=>|：)\*{0,2}[ \t]{0,3}"
_QUOTE = r"['\"“„«`*]{0,3}"
_VALUE = r"(?P<secret>[^\s'\"“”„«»`]{3,128})"
_SIX = r"(?P<secret>[^\s'\"]{6,128})"
_LONG_VALUE = r"(?P<secret>[\w.+/=~-]{10,2000})"
_ALONE = r"(?=['\"”»`*]{0,3}[ \t]{0,8}(?:$|[,;(|/]))"
_LINE = r"(?:[ \t]{0,3}\r?\n){1,2}[ \t]{0,8}"


_IS = rf"[ \t]{{1,3}}(?:{'|'.join(SAID)})[ \t]{{0,2}}:?[ \t]{{1,3}}"
_COLON = rf"[ \t]{{1,3}}(?:{'|'.join(SAID)})[ \t]{{0,2}}:[ \t]{{1,3}}"
_WHOSE = rf"[ \t](?:{'|'.join(OF)})(?:[ \t][^\s:=.,;!?]{{1,20}}){{1,3}}?"  # "password for the portal"
_PAIR = r"[ \t]{0,3}[^\s/]{1,64}[ \t]{0,3}/[ \t]{0,3}"


def _form(
    kind: SecretKind,
    pattern: str,
    may_have: Callable[[Text], bool],
    is_secret: Callable[[str], bool] = _any,
) -> Pattern:
    """A secret that is known by its form, to the letter."""
    return Pattern(kind, re.compile(pattern, re.ASCII), is_secret, may_have)


def _key(kind: SecretKind, pattern: str) -> Pattern:
    """A form that is long and holds no blank."""
    search = re.compile(pattern, re.ASCII).search
    return _form(kind, pattern, lambda looked: bool(search(looked.long_words)))


def _labelled(labels: Iterable[str], *rows: tuple[SecretKind, str, Callable[[str], bool]]) -> Labelled:
    """Secrets that stand behind one of the labels, however they are spelt."""
    longest_first = "|".join(sorted(map(_spaced, labels), key=len, reverse=True))
    patterns = (
        Pattern(
            kind,
            re.compile(f"{_START}(?:{longest_first}){rest}", re.IGNORECASE | re.MULTILINE),
            is_secret,
            _always,
        )
        for kind, rest, is_secret in rows
    )
    first_words = {label.split()[0] for label in labels}
    shortest = (
        word for word in first_words if not any(word != one and word.startswith(one) for one in first_words)
    )
    return Labelled(tuple(sorted(shortest)), tuple(patterns))


def _spaced(label: str) -> str:
    return r"[ _-]?".join(map(re.escape, label.split()))


SHORTEST_KEY = 15  # characters: "xoxb-" and ten more
_STRONG = tuple(label for label in PASSWORDS if label not in WEAK)
_CREDENTIALS_IN = re.compile(r"://[^\s:/@]{0,100}:[^\s/]{1,200}@").search
FORMS = (
    _form(SecretKind.PRIVATE_KEY, _PEM, lambda looked: "-----BEGIN" in looked.text),
    Pattern(
        SecretKind.CREDENTIALS_URL,
        re.compile(_URL, re.IGNORECASE),
        _is_value,
        lambda looked: bool(_CREDENTIALS_IN(looked.text)),
    ),
    _key(SecretKind.API_KEY, _API_KEYS),
    _key(SecretKind.TOKEN, _TOKENS),
    _form(SecretKind.TOKEN, _WEBHOOK, lambda looked: "hooks.slack.com" in looked.text),
    Pattern(SecretKind.TOKEN, re.compile(_BEARER, re.IGNORECASE), _is_mixed, _has_bearer),
    _form(SecretKind.CARD_NUMBER, _CARD, _always, _is_card_number),
)
LABELS = (
    _labelled(KEYS, (SecretKind.API_KEY, _EQUALS + _QUOTE + _LONG_VALUE, _is_mixed)),
    _labelled(LABELLED_TOKENS, (SecretKind.TOKEN, _EQUALS + _QUOTE + _LONG_VALUE, _is_mixed)),
    _labelled(
        PASSWORDS,
        # "password: hunter2" whatever follows; "password: secret" only when nothing does
        (SecretKind.PASSWORD, _EQUALS + _QUOTE + _VALUE, _is_odd),
        (SecretKind.PASSWORD, _EQUALS + _QUOTE + _VALUE + _ALONE, _is_value),
        (SecretKind.PASSWORD, _EQUALS + _LINE + _QUOTE + _VALUE + _ALONE, _is_odd),
        (SecretKind.PASSWORD, _IS + _QUOTE + _VALUE, _is_odd),
        (SecretKind.PASSWORD, _COLON + _QUOTE + _VALUE + _ALONE, _is_value),
        (SecretKind.PASSWORD, f"{_WHOSE}(?:{_EQUALS}|{_IS}){_QUOTE}{_VALUE}", _is_odd),
    ),
    _labelled(_STRONG, (SecretKind.PASSWORD, r"[ \t]{1,3}" + _QUOTE + _SIX, _is_mixed)),
    _labelled(USERS, (SecretKind.PASSWORD, _EQUALS + _PAIR + _VALUE, _is_value)),
    _labelled(CREDENTIALS, (SecretKind.PASSWORD, _EQUALS + _PAIR + _VALUE + _ALONE, _is_value)),
)
