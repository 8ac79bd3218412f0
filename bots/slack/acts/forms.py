"""What was typed and chosen in a form, by the names of its fields."""

from typing import Any

from bots.slack.calls import Json


def typed(view: Json, name: str) -> str:
    """What stands in a field, "" where nothing does; of a menu, the value that is chosen."""
    entry = _entry(view, name)
    chosen = entry.get("selected_option") or {}
    return str(entry.get("value") or chosen.get("value") or "").strip()


def ticked(view: Json, name: str) -> list[str]:
    """The values of the boxes that are ticked."""
    return [str(one["value"]) for one in _entry(view, name).get("selected_options") or ()]


def moment(view: Json, name: str) -> int:
    """A moment that was picked, in seconds since 1970, 0 for none."""
    return int(_entry(view, name).get("selected_date_time") or 0)


def block_of(view: Json, name: str) -> str:
    """The id of a field's block, at which an error is shown; the name itself where there is none."""
    return next((block for block, one in _values(view).items() if name in one), name)


def _entry(view: Json, name: str) -> dict[str, Any]:
    found = (one[name] for one in _values(view).values() if name in one)
    return next(found, {})


def _values(view: Json) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = (view.get("state") or {}).get("values") or {}
    return values
