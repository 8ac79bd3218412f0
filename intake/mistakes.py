"""What a person wrote, checked against a model: every mistake at once, in plain words.

pydantic finds the mistakes; here they become `place: what is wrong; what would be right`,
with the keys that were meant where one is unknown.
"""

import tomllib
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Strict, ValidationError
from pydantic_core import ErrorDetails

from intake.errors import ConfigError
from intake.suggestions import did_you_mean

Model = TypeVar("Model", bound=BaseModel)
Whole = Annotated[int, Strict()]  # pydantic would take "993" for 993, and "yes" for true
Number = Annotated[float, Strict()]
YesNo = Annotated[bool, Strict()]

EXPECTED = {
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "string_type": "expected text in quotes",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "list_type": "expected a list in [ ]",
    "tuple_type": "expected a list in [ ]",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "float_type": "expected a number",
    "date_type": "expected a date such as 2026-12-24",
    "datetime_type": "expected a date and time with offset",
    "timezone_aware": "expected a date and time with its offset, such as 2026-12-24T09:00:00+01:00",
}

BOUNDS = {
    "greater_than_equal": "expected at least {ge}",
    "greater_than": "expected more than {gt}",
    "less_than_equal": "expected at most {le}",
    "less_than": "expected less than {lt}",
    "string_too_short": "expected some text",
    "too_short": "expected at least {min_length} of them",
    "too_long": "expected at most {max_length} of them",
}

LONGEST_NAME = 60  # characters of what an entry calls itself
_PLAIN = ("str", "int", "bool")


class Written(BaseModel):
    """The base of everything that people write: unknown keys are mistakes, values are taken as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def read_toml(text: str, place: str) -> dict[str, Any]:
    """The table in a TOML text; a syntax error is a ConfigError that names the line."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))  # some editors mark the beginning of a file
    except (ValueError, RecursionError) as error:  # no TOML; a number of 5,000 digits; a deep nest
        raise ConfigError([f"{place}: not readable as TOML: {error}"]) from error


def checked(model: type[Model], table: Mapping[str, Any], place: str = "") -> Model:
    """The model that a table describes, or a ConfigError with every mistake."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise ConfigError(_worded(one, model, table, place) for one in error.errors()) from error


def _worded(error: ErrorDetails, model: type[BaseModel], table: Mapping[str, Any], place: str) -> str:
    loc = tuple(part for part in error["loc"] if not _is_branch(part))
    where = _place(place, loc, table)
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return f"{where}: no such setting; {did_you_mean(str(loc[-1]), _keys_at(model, error['loc'][:-1]))}"
    if kind == "missing":
        return f"{where}: is missing; it has no default"
    if kind in EXPECTED:
        return f"{where}: {EXPECTED[kind]}, got {_shown(given)}"
    if kind in BOUNDS:
        return f"{where}: {BOUNDS[kind].format(**error['ctx'])}, got {_shown(given)}"
    if kind in ("literal_error", "enum"):
        return f"{where}: expected {error['ctx']['expected']}, got {_shown(given)}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}, got {_shown(given)}"


def _is_branch(part: str | int) -> bool:
    """Union members appear in pydantic's path by type name; people never wrote them."""
    return isinstance(part, str) and (
        part in ("str", "int", "bool") or "[" in part or part in _models(Written)
    )


def _models(base: type[BaseModel]) -> set[str]:
    """The names of all models of what people write."""
    return {base.__name__}.union(*(_models(one) for one in base.__subclasses__()))


def _place(place: str, loc: tuple[str | int, ...], table: object) -> str:
    """Where in a file, an entry of a list by its name if it has one: rule 'vip'.then, rule[3].then."""
    words, at = place, table
    for part in loc:
        at = _entry(at, part)
        if isinstance(part, int):
            name = at.get("name") if isinstance(at, Mapping) else None
            words += f" {name[:LONGEST_NAME]!r}" if isinstance(name, str) and name else f"[{part + 1}]"
        else:
            words += f".{part}" if words else part
    return words


def _entry(table: object, part: str | int) -> object:
    if isinstance(table, Mapping):
        return table.get(part)
    return table[part] if isinstance(table, list) and isinstance(part, int) and part < len(table) else None


def _shown(given: object) -> str:
    if isinstance(given, Mapping | list):
        return "a table" if isinstance(given, Mapping) else "a list"
    return repr(given)[:60]


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that may be written where a path leads."""
    at: Any = model
    for part in loc:
        if _is_branch(part):
            at = next((one for one in _models_in(at) if one.__name__ == part), at)
        else:
            at = _inside(at, part)
    at = next(_models_in(at), None)
    if at is None:
        return []
    return [field.alias or name for name, field in at.model_fields.items()]


def _inside(at: Any, part: str | int) -> Any:
    found = next(_models_in(at), None)
    if isinstance(part, str) and found is not None:
        for name, field in found.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    return (
        get_args(at)[-1] if get_args(at) and get_args(at)[-1] is not Ellipsis else (get_args(at) or (at,))[0]
    )


def _models_in(at: Any) -> Any:
    if isinstance(at, type) and issubclass(at, BaseModel):
        yield at
    elif get_origin(at) is Annotated:
        yield from _models_in(get_args(at)[0])
    elif get_origin(at) in (Union, UnionType):
        for one in get_args(at):
            yield from _models_in(one)
