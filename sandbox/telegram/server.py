"""The server on its port: every call becomes a query, suffers its fault, is run, noted and answered.

Methods are at /bot<token>/<method>, files at /file/bot<token>/<path>, as at api.telegram.org. Plain HTTP
on loopback, as the real server's local mode. What went over the wire can be read back in `calls`, which
never holds a token.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.telegram import refusals
from sandbox.telegram.delivery import DELIVERY, Done, Line
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.limits import Limits
from sandbox.telegram.methods import COUNTED, METHODS
from sandbox.telegram.query import Query
from sandbox.telegram.reading import LARGEST_BODY, query_in
from sandbox.telegram.refusals import Refused
from sandbox.telegram.world import World

NAMES = {name.lower(): name for name in DELIVERY} | {low: name for low, (name, _) in METHODS.items()}
TOKEN = re.compile(r"[1-9]\d{0,15}:[^/]{1,60}")
GATEWAY = range(500, 600)
HTML_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method, with what was answered; status 0 where the connection was cut."""

    method: str
    args: dict[str, Any]
    at: float
    status: int
    description: str = ""
    bot: int = 0
    result: Any = None
    took: float = 0.0


@dataclass(slots=True)
class Server:
    world: World
    faults: Faults
    limits: Limits
    lines: dict[str, Line] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    async def start(self, extra: list[web.RouteDef]) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(extra)
        app.router.add_route("*", "/file/bot{token}/{path:.+}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_route("*", "/{rest:.*}", _nothing)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close at once: held calls are answered, the rest is cut."""
        for line in self.lines.values():
            line.close()
        self.world.bell.ring()
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def run(self, line: Line, query: Query) -> Any:
        """Run a method of a bot; what it refuses is raised."""
        name = query.method.lower()
        if name not in NAMES:
            raise Refused(404, refusals.NO_SUCH_METHOD)
        if name not in METHODS:
            return await line.run(name, query)
        proper, method = METHODS[name]
        if proper in COUNTED:
            self.limits.count(line.bot.id, query.integer("chat_id"))
        return method(self.world, line.bot, query)

    async def run_named(self, line: Line, args: dict[str, Any]) -> None:
        """Run the method that a webhook's answer names."""
        query = Query(str(args["method"]), {name: value for name, value in args.items() if name != "method"})
        await self._answered(line, query, None)

    async def _method(self, request: web.Request) -> web.StreamResponse:
        try:
            line = self._line(request.match_info["token"])
            query = await query_in(request)
        except Refused as refused:
            return _response(*_refusal(refused))
        fault = self.faults.due(query)
        if fault and fault.delay:
            await self.world.clock.sleep(fault.delay)
        if fault and fault.drop:
            self._note(line, query, 0, {"description": "the connection was cut"})
            return _cut(request)
        status, body = await self._answered(line, query, fault)
        if fault and fault.answer_then_die:
            return _cut(request)
        is_page = fault and status in GATEWAY and not fault.description
        return _page(status, body) if is_page else _response(status, body)

    async def _answered(self, line: Line, query: Query, fault: Fault | None) -> tuple[int, dict[str, Any]]:
        began = self.world.clock.now()
        try:
            if fault and (refusal := fault.refusal()):
                raise refusal
            result = await self.run(line, query)
            done = result if isinstance(result, Done) else None
            status, body = 200, {"ok": True, "result": done.result if done else result}
            body |= {"description": done.description} if done else {}
        except Refused as refused:
            status, body = _refusal(refused)
        self._note(line, query, status, body, began)
        return status, body

    def _note(
        self, line: Line, query: Query, status: int, body: dict[str, Any], began: float | None = None
    ) -> None:
        now = self.world.clock.now()
        name = NAMES.get(query.method.lower(), query.method)
        took = now - began if began is not None else 0.0
        described = str(body.get("description", ""))
        call = Call(name, query.readable(), now, status, described, line.bot.id, body.get("result"), took)
        self.calls.append(call)
        self.world.bell.ring()

    def _line(self, token: str) -> Line:
        if not TOKEN.fullmatch(token):
            raise Refused(401, refusals.MALFORMED_TOKEN)
        if token not in self.lines:
            raise Refused(401, refusals.UNAUTHORIZED)
        return self.lines[token]

    async def _file(self, request: web.Request) -> web.StreamResponse:
        line = self.lines.get(request.match_info["token"])
        content = line.bot.shelf.fetch(request.match_info["path"]) if line else None
        query = Query("file", {"path": request.match_info["path"]})
        fault = self.faults.due(query)
        if fault and fault.delay:
            await self.world.clock.sleep(fault.delay)
        if fault and fault.drop:
            return _cut(request)
        if fault and (refusal := fault.refusal()):
            return _response(*_refusal(refusal))
        if content is None:
            return await _nothing(request)
        return web.Response(body=content, content_type="application/octet-stream")


def _refusal(refused: Refused) -> tuple[int, dict[str, Any]]:
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    return refused.status, body | ({"parameters": refused.parameters} if refused.parameters else {})


def _response(status: int, body: dict[str, Any]) -> web.Response:
    seconds = body.get("parameters", {}).get("retry_after")
    headers = {"Retry-After": str(seconds)} if seconds else {}
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


def _page(status: int, body: dict[str, Any]) -> web.Response:
    """What stands before the real server answers in HTML when it is not there."""
    page = HTML_PAGE.format(f"{status} {body['description']}")
    return web.Response(status=status, text=page, content_type="text/html")


async def _nothing(request: web.Request) -> web.StreamResponse:
    return _response(*_refusal(Refused(404, refusals.NOT_FOUND)))


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if isinstance(request.transport, asyncio.WriteTransport):
        request.transport.abort()
    return web.Response()
