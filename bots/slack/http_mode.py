"""Signed HTTP: Slack's events at an address of ours, for those who do not want Socket Mode.

Served by aiohttp, which Slack's own client needs anyway; so no second server comes along. The order
is fixed: the length, then the signature over the raw body, and only then is anything read. What
is signed and comes a second time is known by its event, or by its interaction. An answer other
than 200 makes Slack bring an event again; it is given only where the event could not be kept.
"""

import json
import time
from collections.abc import Sequence
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from bots.slack.calls import Json
from bots.slack.signatures import is_signed
from bots.slack.socket_mode import Ask, Keep
from intake.errors import ConfigError, DeskbellError

MOST_BYTES = 1024 * 1024
PATH = "/slack/events"
STOP_SECONDS = 3.0  # for what is under way when the desk stops; Slack waits no longer
log = structlog.get_logger()


class HttpMode:
    """Listens from `start` to `stop`."""

    def __init__(self, listen: str, secrets: Sequence[bytes], keep: Keep, ask: Ask) -> None:
        self._listen = listen
        self._secrets = secrets
        self._keep = keep
        self._ask = ask
        self._runner: web.AppRunner | None = None
        self.address = ("", 0)

    async def start(self) -> None:
        """Listen from now on; raises ConfigError where that cannot be."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post(PATH, self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        host, _, port = self._listen.rpartition(":")
        site = web.TCPSite(self._runner, host.strip("[]"), int(port))
        try:
            await site.start()
        except OSError as error:
            raise ConfigError([f"listen {self._listen}: {error.strerror or error}"]) from error
        found = self._runner.addresses[0]
        self.address = (str(found[0]), int(found[1]))
        log.info("listening", protocol="slack", host=self.address[0], port=self.address[1], path=PATH)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        if not is_signed(request.headers, body, self._secrets, time.time()):
            return web.Response(status=401)
        try:
            payload = payload_in(body, request.content_type)
        except ValueError:
            return web.Response(status=400)
        return await self._answered(payload)

    async def _answered(self, payload: Json) -> web.Response:
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload.get("challenge", "")})
        if payload.get("ssl_check"):
            return web.Response()
        try:
            if payload.get("type") == "event_callback":
                await self._keep(payload)
                return web.Response()
            answered = await self._ask(payload)
        except DeskbellError as error:
            log.warning("what Slack told could not be taken", error=str(error))
            return web.Response(status=503)
        if isinstance(answered.body, dict):
            return web.json_response(answered.body, status=answered.status)
        return web.Response(status=answered.status, text=answered.body or "")


def payload_in(body: bytes, content_type: str) -> Json:
    """What a request says: JSON, a form with `payload`, or a form that is it; ValueError if neither."""
    if content_type == "application/json":
        found = json.loads(body)
    else:
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        found = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004  like JSON that cannot be read
    return found
