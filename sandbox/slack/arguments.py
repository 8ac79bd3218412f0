"""Arguments as the Web API takes them: query, form, JSON, and JSON in strings.

Whatever way they came they end up as one table. Strings that hold a JSON object or list, as
`blocks` in a form, are read; `true`, `1` and their like are left to `flag`, since `ts` and
`text` may look the same.
"""

import json
from typing import Any

from aiohttp import web

from sandbox.slack.refusals import Refused, badly_shaped
from sandbox.slack.things import Json

STRUCTURED = ("attachments", "blocks", "files", "metadata", "unfurls", "view")
TRUE = (True, 1, "1", "true", "True")


async def arguments_of(request: web.Request) -> Json:
    """Everything a caller passed; the body wins over the query."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        found |= _body(await request.text())
    elif request.method == "POST":
        found |= dict(await request.post())
    return {name: _structured(name, value) for name, value in found.items() if value is not None}


def flag(args: Json, name: str) -> bool:
    return args.get(name) in TRUE


def number(args: Json, name: str, default: int) -> int:
    """A whole number; refused when it is something else."""
    try:
        return int(args.get(name) or default)
    except (TypeError, ValueError) as error:
        raise badly_shaped("invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]) from error


def text(args: Json, name: str) -> str:
    return str(args.get(name) or "")


def names(args: Json, name: str) -> list[str]:
    """A list that Slack writes with commas."""
    value = args.get(name) or []
    listed = value if isinstance(value, list) else str(value).split(",")
    return [str(one).strip() for one in listed if str(one).strip()]


def _body(raw: str) -> Json:
    try:
        body = json.loads(raw or "{}")
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body


def _structured(name: str, value: Any) -> Any:
    if name not in STRUCTURED or not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        word = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise Refused(word.get(name, "invalid_arguments")) from error
