"""Column types: what may lie in the database, whichever it is.

Everything that goes in passes one of these gates. Text loses what PostgreSQL refuses,
so that both databases hold the same words. Times are aware and UTC on both sides: a
timestamptz on PostgreSQL, whole microseconds on SQLite, which sort as numbers. What is
looked up by somebody else's long words (addresses, Message-IDs) is looked up by digest:
an index takes 32 bytes of anything.
"""

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from intake.messages import clean

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
REMEMBERED = 1024  # digests; one transaction asks for the same ones again and again
ENCODER = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":"))

Chosen = TypeVar("Chosen", bound=StrEnum)


@lru_cache(maxsize=REMEMBERED)
def digest(words: str) -> bytes:
    """The 32 bytes that stand for an id or an address in an index."""
    return sha256(words.encode(errors="replace")).digest()


def is_key(number: int) -> bool:
    """Can this be a row's number at all? People write larger ones, and a driver raises for them."""
    return 0 < number < 2**31


@lru_cache(maxsize=REMEMBERED)
def address_key(address: str) -> bytes:
    """The digest of an address or account, the same however its ASCII letters are cased.

    Only those: in Unicode the Kelvin sign is a k as well, and another person's mailbox.
    """
    return sha256(address.strip().encode(errors="replace").lower()).digest()


def as_json(value: object) -> str:
    """JSON that both databases can hold; what JSON does not know becomes its text."""
    text = clean(ENCODER.encode(value))
    # JSON writes U+0000 as an escape, which no gate for text sees
    return ENCODER.encode(_without_nul(json.loads(text))) if "\\u0000" in text else text


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list():
            return [_without_nul(each) for each in value]
        case dict():
            return {clean(name): _without_nul(each) for name, each in value.items()}
    return value


class Words(TypeDecorator[str]):
    """Text without what a database refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """Lists and tables that are only ever read whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        return as_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC; one without a zone is a bug and raises."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return (value - EPOCH) + EPOCH  # raises for a naive time, as the other branch does

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return EPOCH + timedelta(microseconds=value)
        moment: datetime = value
        return moment.astimezone(UTC)


class Choice(TypeDecorator[Chosen]):
    """One of a StrEnum's values, kept as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[Chosen]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Chosen | None:
        return None if value is None else self.choices(value)
