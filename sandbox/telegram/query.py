"""One call of a method, as it came over the wire: the Bot API takes it in four ways.

URL query, urlencoded form, multipart form and JSON all become names with values, and files. In a
form everything is text, with JSON inside of it for structures; in JSON the same structures stand
open. The readers below take both, and read numbers as leniently as the real server does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.refusals import bad_request

_WORDS = (
    "text caption description short_description name url secret_token file_id callback_query_id emoji "
    "parse_mode language_code title photo document voice video"
)
WORDS = frozenset(_WORDS.split())  # stay text, even where they look like a number
TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sends; `size` may claim more than there are bytes."""

    content: bytes
    name: str = ""
    mime: str = ""
    size: int = 0

    @property
    def length(self) -> int:
        return max(self.size, len(self.content))


@dataclass(frozen=True, slots=True)
class Query:
    method: str
    args: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.args.get(name) not in (None, "")

    def text(self, name: str) -> str:
        value = self.args.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0, low: int = -(2**63), high: int = 2**63) -> int:
        """The number, moved into its limits; what is no number is the default."""
        try:
            value = int(self.text(name))
        except ValueError:
            value = default
        return min(max(value, low), high)

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in TRUE

    def structure(self, name: str, what: str) -> Any:
        """What the JSON of an argument says, None when it is absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error

    def mapping(self, name: str, what: str) -> dict[str, Any]:
        """A JSON object, empty when it is absent."""
        read = self.structure(name, what)
        if read is not None and not isinstance(read, dict):
            raise bad_request(f"can't parse {what}: Object expected")
        return read or {}

    def objects(self, name: str, what: str) -> list[dict[str, Any]] | None:
        """A JSON array of objects, None when it is absent."""
        read = self.structure(name, what)
        if read is None:
            return None
        if not isinstance(read, list) or not all(isinstance(one, dict) for one in read):
            raise bad_request(f"can't parse {what}: Array of Object expected")
        return read

    def readable(self) -> dict[str, Any]:
        """The arguments for people and tests: JSON and numbers open, words as they are."""
        shown = {name: _opened(name, value) for name, value in self.args.items()}
        return shown | {name: f"<{upload.length} bytes>" for name, upload in self.files.items()}


def _opened(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in WORDS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
