"""The Web API over HTTP: one call from its request to its answer.

Refusals are HTTP 200 with `ok: false`; too many calls are HTTP 429 with Retry-After. Each call
is kept with what became of it, and meets the fault that a test has set for it, if any.
"""

import asyncio
from contextlib import suppress

from aiohttp import web

from sandbox.slack import gate
from sandbox.slack.arguments import arguments_of
from sandbox.slack.events import Events
from sandbox.slack.faults import Fault, Faults, hang_up, wait_out
from sandbox.slack.log import Called
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.catalogue import CATALOGUE
from sandbox.slack.methods.people import credentials
from sandbox.slack.modals import Modals
from sandbox.slack.oauth import Oauth
from sandbox.slack.refusals import Refused, badly_shaped
from sandbox.slack.sockets import Sockets
from sandbox.slack.things import Json
from sandbox.slack.world import World


class WebApi:
    def __init__(
        self,
        world: World,
        events: Events,
        modals: Modals,
        sockets: Sockets,
        faults: Faults,
        oauth: Oauth,
        rates: gate.Rates | None,
    ) -> None:
        self.calls: list[Called] = []
        self._world = world
        self._events = events
        self._modals = modals
        self._sockets = sockets
        self._faults = faults
        self._oauth = oauth
        self._rates = rates

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = self._faults.next_for(method, await self._told(request))
        await wait_out(fault)
        if fault and fault.drop:
            return hang_up(request)
        answer = await self._answered(request, method, fault)
        if fault and fault.answer_late:
            await asyncio.sleep(fault.answer_late)
        return hang_up(request) if fault and fault.answer_then_die else answer

    async def _told(self, request: web.Request) -> Json:
        """The arguments, where a fault is for some of them only; none where they cannot be read."""
        with suppress(Refused):
            return await arguments_of(request) if self._faults.is_particular else {}
        return {}

    async def _answered(self, request: web.Request, method: str, fault: Fault | None) -> web.Response:
        called = Called(method, {}, self._world.clock.now(), "")
        self.calls.append(called)
        headers: Json = {}
        try:
            called.args = await arguments_of(request)
            called.token = _token(request, called.args)
            _meet(fault)
            called.answer = {"ok": True} | self._run(request, called, headers)
        except Refused as refused:
            called.error = refused.error
            called.answer = {"ok": False, "error": refused.error, **refused.beside}
        except gate.RateLimited as limited:
            called.error, called.status = "ratelimited", 429
            called.answer = {"ok": False, "error": "ratelimited"}
            headers["Retry-After"] = str(limited.seconds)
        except _Broken as broken:
            called.error, called.status = "broken", broken.status
            return web.Response(status=broken.status, text="upstream connect error", headers=broken.headers)
        return web.json_response(called.answer, status=called.status, headers=headers)

    def _run(self, request: web.Request, called: Called, headers: Json) -> Json:
        if called.method == "apps.connections.open":
            gate.app_caller(self._world, called.token)
            return {"url": self._sockets.new_address(self._world.base_url)}
        if called.method == "oauth.v2.access":
            authorization = request.headers.get("Authorization", "")
            return self._oauth.access(called.args, credentials(called.args, authorization))
        method = CATALOGUE.get(called.method)
        if method is None:
            raise Refused("unknown_method", req_method=called.method)
        return self._run_method(method, called, headers)

    def _run_method(self, method: Method, called: Called, headers: Json) -> Json:
        team = gate.caller(self._world, called.token)
        headers |= gate.scope_headers(team, method.scopes)
        gate.check_scopes(team, method.scopes)
        if self._rates:
            self._rates.take_call(team, method.name, method.tier)
        _check_required(method, called.args)
        return method.run(Call(self._world, self._events, self._modals, self._rates, team, called.args))


class _Broken(Exception):
    """An HTTP status instead of an answer."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


def _meet(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.status == web.HTTPTooManyRequests.status_code or fault.error == "ratelimited":
        raise gate.RateLimited(fault.retry_after or 1)
    if fault.status:
        wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        raise _Broken(fault.status, wait)
    if fault.error:
        raise Refused(fault.error)


def _token(request: web.Request, args: Json) -> str:
    """The token from the header, or from the arguments of a form."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else str(args.pop("token", ""))


def _check_required(method: Method, args: Json) -> None:
    missing = [name for name in method.required if args.get(name) in (None, "")]
    if missing:
        raise badly_shaped("invalid_arguments", [f"missing required field: {name}" for name in missing])
