"""What a method is given, and what the table says of a method."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.slack import arguments
from sandbox.slack.events import Events
from sandbox.slack.gate import Rates
from sandbox.slack.modals import Modals
from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json, Team
from sandbox.slack.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one installation: the arguments, and the world it acts on."""

    world: World
    events: Events
    modals: Modals
    rates: Rates | None  # None: nothing is limited
    team: Team
    args: Json

    def text(self, name: str) -> str:
        return arguments.text(self.args, name)

    def flag(self, name: str) -> bool:
        return arguments.flag(self.args, name)

    def number(self, name: str, default: int) -> int:
        return arguments.number(self.args, name, default)

    def names(self, name: str) -> list[str]:
        return arguments.names(self.args, name)


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the catalogue: any one of `scopes` lets the caller in."""

    name: str
    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int = 4
    required: tuple[str, ...] = ()


def page(call: Call, name: str, found: Sequence[object], default: int = 100, most: int = 1000) -> Json:
    """One page of a list under its name, with the cursor to the next."""
    first = _place(call.text("cursor"))
    size = call.number("limit", default)
    if not 1 <= size <= most:
        raise Refused("invalid_limit")
    last = first + size
    cursor = _cursor(last) if last < len(found) else ""
    return {name: found[first:last], "response_metadata": {"next_cursor": cursor}}


def _cursor(place: int) -> str:
    return base64.b64encode(f"next:{place}".encode()).decode()


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError as error:
        raise Refused("invalid_cursor") from error
