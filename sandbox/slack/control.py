"""The control interface: the same acts over HTTP, for a process outside.

`POST /control/NAME` with a JSON object of arguments calls the sandbox's method of that name and
answers `{"ok": true, "result": …}` (interactions once they are acknowledged), or `{"ok": false,
"error": …}` when it could not be done.
Files come as `[name, base64]`, teams by their id. `GET /control/` names what there is.
"""

import asyncio
import base64
import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.slack.refusals import Impossible, Refused
from sandbox.slack.things import Json
from sandbox.slack.triggers import Interaction

if TYPE_CHECKING:
    from sandbox.slack.sandbox import SlackSandbox

ACTS = [
    "act_in_view",
    "add_channel",
    "add_team",
    "add_user",
    "add_usergroup",
    "advance",
    "archive",
    "change_user",
    "channel",
    "click",
    "close_view",
    "command",
    "consent",
    "cut",
    "delete",
    "disconnect",
    "dms",
    "edit",
    "ephemerals",
    "fail",
    "freeze",
    "home",
    "join",
    "leave",
    "mend",
    "open_home",
    "react",
    "rename_id",
    "revoke_tokens",
    "say",
    "say_to_bot",
    "set_usergroup",
    "share_channel",
    "shortcut",
    "submit",
    "suggest",
    "thread",
    "unarchive",
    "uninstall",
    "unshare_channel",
    "verify_url",
    "views",
    "wait_until_idle",
]
LONGEST_WAIT = 60.0  # seconds; what a person waits for is settled long before, one way or the other
READINGS = ("acks", "api_url", "calls", "connections", "dropped", "http_url", "sockets", "team")


class Control:
    def __init__(self, sandbox: "SlackSandbox") -> None:
        self._sandbox = sandbox

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/control/", self._list)
        app.router.add_get("/control/{name}", self._read)
        app.router.add_post("/control/{name}", self._act)

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "acts": ACTS, "readings": READINGS})

    async def _read(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in READINGS:
            return _unknown(name)
        return web.json_response({"ok": True, "result": as_json(getattr(self._sandbox, name))})

    async def _act(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in ACTS:
            return _unknown(name)
        try:
            arguments = self._understood(await request.json() if request.can_read_body else {})
            result = getattr(self._sandbox, name)(**arguments)
            result = await result if inspect.isawaitable(result) else result
            if isinstance(result, Interaction):  # nobody outside could wait for it later
                await asyncio.wait_for(result.settled.wait(), LONGEST_WAIT)
        except (AttributeError, Impossible, KeyError, Refused, TimeoutError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            return web.json_response({"ok": False, "error": told}, status=400)
        return web.json_response({"ok": True, "result": as_json(result)})

    def _understood(self, arguments: Json) -> Json:
        """Arguments as the method wants them."""
        teams = self._sandbox.world.teams
        if "team" in arguments:
            arguments["team"] = teams[arguments["team"]]
        if "shared_with" in arguments:
            arguments["shared_with"] = [teams[one] for one in arguments["shared_with"]]
        if "files" in arguments:
            arguments["files"] = [(name, base64.b64decode(content)) for name, content in arguments["files"]]
        return arguments


def as_json(value: Any) -> Any:
    """A result in what JSON knows; what it does not know is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_json(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str | int | float | bool | None) else None


def _unknown(name: str) -> web.Response:
    return web.json_response({"ok": False, "error": f"{name}: no such act"}, status=404)
