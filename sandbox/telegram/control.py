"""The sandbox over HTTP, for whoever is in another process: act as people, script faults, read what came.

    POST /control/add_user   {"first_name": "Anna"}                     -> {"ok": true, "result": 5000001}
    POST /control/send       {"user": 5000001, "text": "/start"}        -> {"ok": true, "result": 1}
    POST /control/send       {"user": 5000001, "photo": {"base64": "…"}}
    GET  /control/chat?chat=5000001                                     -> {"ok": true, "result": [{…}]}

The names and arguments are those of `TelegramSandbox`; a mistake is answered with 400 and its reason. A file
is `{"base64": …, "name": …, "mime": …, "size": …}`.
"""

import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from inspect import isawaitable
from typing import Any, Protocol

from aiohttp import web

from sandbox.telegram.query import Upload

_ACTS = (
    "add_user add_bot add_group send album edit delete react click block unblock deactivate migrate "
    "kick push_raw chat waiting commands fail mend advance calls_of acks held"
)
ACTS = tuple(_ACTS.split())
READINGS = ("calls", "callback_answers", "actions", "api_url", "token")


class Controlled(Protocol):
    """Anything with the acts above; found by name."""

    @property
    def token(self) -> str: ...


def control_routes(sandbox: Controlled) -> list[web.RouteDef]:
    async def control(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        try:
            result = await _result(sandbox, name, await _arguments(request))
        except (TypeError, ValueError, LookupError) as error:
            return _answer(400, {"ok": False, "description": f"{type(error).__name__}: {error}"})
        return _answer(200, {"ok": True, "result": _plain(result)})

    return [web.route("*", "/control/{name}", control)]


async def _result(sandbox: Controlled, name: str, args: dict[str, Any]) -> Any:
    if name in READINGS:
        return getattr(sandbox, name)
    if name not in ACTS:
        raise LookupError(f"{name} is not known; known: {', '.join([*ACTS, *READINGS])}")
    act: Callable[..., Any | Awaitable[Any]] = getattr(sandbox, name)
    result = act(**{key: _opened(value) for key, value in args.items()})
    return await result if isawaitable(result) else result


async def _arguments(request: web.Request) -> dict[str, Any]:
    """The JSON body, or the query with its numbers read."""
    if request.can_read_body:
        read = json.loads(await request.read())
        if not isinstance(read, dict):
            raise TypeError("the arguments are a JSON object")
        return read
    return {name: int(text) if text.lstrip("-").isdigit() else text for name, text in request.query.items()}


def _opened(value: Any) -> Any:
    """Files out of their JSON form, also within a list."""
    if isinstance(value, list):
        return [_opened(one) for one in value]
    if isinstance(value, dict) and "base64" in value:
        others = {name: one for name, one in value.items() if name != "base64"}
        return Upload(b64decode(value["base64"]), **others)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
