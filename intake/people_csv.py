"""The book of people from a spreadsheet: one CSV file for each kind of thing.

The header names the fields of an entry, in any order and spelling of blanks; what kind the file
lists is seen from it. Commas, semicolons or tabs part the cells, quotes hold them together, and
a cell with several values parts them by semicolons (addresses and domains by blanks too). An
empty cell says nothing, so it changes nothing. Every cell is text: a leading = is only a sign.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from intake.errors import ConfigError
from intake.mistakes import checked
from intake.people import AgentEntry, Book, Entry, OrganisationEntry, PersonEntry
from intake.suggestions import did_you_mean

KINDS: Mapping[str, type[Entry]] = {
    "organisations": OrganisationEntry,
    "people": PersonEntry,
    "agents": AgentEntry,
}
SEPARATORS = (",", ";", "\t")
SHORT_NAMES = {"seats": "technical_contact_seats", "emails": "email", "domain": "domains"}
YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
WHOLE = ("technical_contact_seats", "seat")
YES_OR_NO = ("active", "manager")

Row = tuple[int, list[str]]


def read_csv(text: str, place: str, kind: str = "") -> Book:
    """The book in a CSV text, its kind one of KINDS or found by the header; ConfigError lists every mistake.

    What only the whole of it shows is for `intake.people.mistakes_in`.
    """
    rows = list(_rows(text.removeprefix("\ufeff"), place))
    if not rows:
        raise ConfigError([f"{place}: is empty; its first line must name the columns"])
    header = [field_named(name) for name in rows[0][1]]
    kind = kind or _kind_of(header, place)
    mistakes = _wrong_columns(header, KINDS[kind], f"{place} line {rows[0][0]}")
    if mistakes:
        raise ConfigError(mistakes)
    entries = [entry for row in rows[1:] if (entry := _entry(row, header, KINDS[kind], place, mistakes))]
    if mistakes:
        raise ConfigError(mistakes)
    return _book(kind, entries)


def field_named(written: str) -> str:
    """The field that a column's heading means.

    >>> field_named(" Account manager"), field_named("seats")
    ('account_manager', 'technical_contact_seats')
    """
    name = re.sub(r"[\s-]+", "_", written.strip().lower())
    return SHORT_NAMES.get(name, name)


def value_of(field: str, text: str) -> object:
    """What a text means in a field; what it cannot mean stays text, for the model to complain of."""
    text = text.strip()
    if field in YES_OR_NO:
        return YES_NO.get(text.lower(), text)
    if field in WHOLE:
        return int(text) if text.isascii() and text.isdigit() else text
    return text


def _rows(text: str, place: str) -> Iterator[Row]:
    """Every row that is not blank, with the number of the line where it begins."""
    begins = 1
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError([f"{place} line {begins}: is not readable as CSV: {error}"]) from error


def _separator(text: str) -> str:
    """The sign that parts the most columns of the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _kind_of(header: Sequence[str], place: str) -> str:
    """The one kind that has all these columns, else the one that has most of them."""
    columns = set(filter(None, header))
    missing = {name: len(columns - set(model.model_fields)) for name, model in KINDS.items()}
    least = min(missing.values())
    fitting = [name for name, count in missing.items() if count == least]
    if len(fitting) > 1:
        named, either = ", ".join(sorted(columns)), " or ".join(fitting)
        words = f"the columns {named} may be those of {either}; say which with --kind"
        raise ConfigError([f"{place} line 1: {words}"])
    return fitting[0]


def _wrong_columns(header: Sequence[str], model: type[Entry], place: str) -> list[str]:
    known = list(model.model_fields)
    wrong = [
        f"{place}: no column {name!r} is known here; {did_you_mean(name, known)}"
        for name in header
        if name and name not in known
    ]
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    return [*wrong, *(f"{place}: the column {name!r} is there twice; leave one out" for name in twice)]


def _entry(
    row: Row, header: Sequence[str], model: type[Entry], place: str, mistakes: list[str]
) -> Entry | None:
    line, cells = row
    where = f"{place} line {line}"
    over = [cell for cell in cells[len(header) :] if cell.strip()]
    over += [cell for name, cell in zip(header, cells, strict=False) if not name and cell.strip()]
    if over:
        mistakes.append(f"{where}: {over[0]!r} is in no column; put quotes around a cell with a separator")
        return None
    table = {
        name: value_of(name, cell) for name, cell in zip(header, cells, strict=False) if name and cell.strip()
    }
    return _checked(model, table, where, mistakes)


def _checked(model: type[Entry], table: Mapping[str, Any], where: str, mistakes: list[str]) -> Entry | None:
    try:
        return checked(model, table, where)
    except ConfigError as error:
        mistakes += [one.replace(f"{where}.", f"{where}, ", 1) for one in error.mistakes]
        return None


BOOKS: Mapping[str, Callable[[tuple[Any, ...]], Book]] = {
    "organisations": lambda entries: Book(organisation=entries),
    "people": lambda entries: Book(person=entries),
    "agents": lambda entries: Book(agent=entries),
}


def _book(kind: str, entries: Sequence[Entry]) -> Book:
    return BOOKS[kind](tuple(entries))
