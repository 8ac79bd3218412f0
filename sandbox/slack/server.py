"""The one HTTP server: Web API, sockets, files, response URLs and the control interface.

It listens on a free port of the loopback. Files go up without a token and come down only with
one: whoever asks without gets a page of HTML, as at Slack, and had better notice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.slack.desk import Desk
from sandbox.slack.faults import Faults, answer_instead, sign_in, wait_out
from sandbox.slack.gate import caller
from sandbox.slack.refusals import Refused
from sandbox.slack.sockets import Sockets
from sandbox.slack.triggers import Triggers
from sandbox.slack.web_api import WebApi
from sandbox.slack.world import World

LARGEST = 1_100_000_000  # bytes: Slack takes files up to 1 GB

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    def __init__(
        self,
        world: World,
        api: WebApi,
        sockets: Sockets,
        desk: Desk,
        triggers: Triggers,
        faults: Faults,
    ) -> None:
        self._world = world
        self._desk = desk
        self._triggers = triggers
        self._faults = faults
        self.app = web.Application(client_max_size=LARGEST)
        self.app.router.add_route("*", "/api/{method}", api.serve)
        self.app.router.add_get("/link/", sockets.serve)
        self.app.router.add_post("/upload/v1/{file}/{secret}", self._faulty("files.upload", self._upload))
        self.app.router.add_get("/files-pri/{file}/{rest:.*}", self._faulty("files.download", self._download))
        self.app.router.add_post("/actions/{key:.*}", self._faulty("response_url", self._respond))
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> int:
        """Listen; the port it got."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        bound: int = self._runner.addresses[0][1]
        self._world.base_url = f"http://127.0.0.1:{bound}"
        return bound

    async def stop(self) -> None:
        if self._runner:
            await asyncio.wait_for(self._runner.cleanup(), 10)

    def _faulty(self, name: str, handler: Handler) -> Handler:
        """A handler that meets the faults set for its name."""

        async def serve(request: web.Request) -> web.StreamResponse:
            fault = self._faults.next_for(name, {})
            await wait_out(fault)
            return answer_instead(fault, request) or await handler(request)

        return serve

    async def _upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, raw or as the one file of a form."""
        file = self._world.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        content = await _bytes_of(request)
        if len(content) != file.expected:
            return web.Response(status=400, text="size mismatch")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        file = self._world.files.get(request.match_info["file"].partition("-")[2])
        try:
            team = caller(self._world, token if kind == "Bearer" else "")
        except Refused:
            return sign_in()
        if "files:read" not in team.scopes:
            return sign_in()
        if file is None or file.content is None or file.deleted:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype)

    async def _respond(self, request: web.Request) -> web.Response:
        """A post to a response URL."""
        try:
            body = json.loads(await request.text())
            self._desk.answered_by_url(self._triggers.address(request.match_info["key"]), body)
        except Refused as refused:
            status = 404 if refused.error in ("expired_url", "used_url") else 400
            return web.json_response({"ok": False, "error": refused.error}, status=status)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        return web.Response(text="ok")


async def _bytes_of(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    field = next((one for one in form.values() if isinstance(one, web.FileField)), None)
    return field.file.read() if field else b""
