"""Signed HTTP: Slack's events at an address of ours, for those who do not want Socket Mode.

The order is fixed: the length, then the signature over the raw body, and only then is anything read. What
is signed and comes a second time is known by its event, or by its interaction. An answer other
than 200 makes Slack bring an event again; it is given only where the event could not be kept. What is
not signed is said in the log, once in a while: a wrong secret would else look like a Slack that is silent.
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
from bots.web import WebListener
from intake.errors import ConfigError, DeskbellError

PATH = "/slack/events"
QUIET_SECONDS = 60.0  # between two lines of the log about what is not signed
log = structlog.get_logger()


class HttpMode:
    """Listens from `start` to `stop`."""

    def __init__(self, listen: str, secrets: Sequence[bytes], keep: Keep, ask: Ask) -> None:
        self._listen = listen
        self._secrets = secrets
        self._keep = keep
        self._ask = ask
        self._listener = WebListener(listen, self._serve)
        self._told_at = float("-inf")  # when the log was last told of what is not signed

    @property
    def address(self) -> tuple[str, int]:
        return self._listener.address

    async def start(self) -> None:
        """Listen from now on; raises ConfigError where that cannot be."""
        try:
            await self._listener.start()
        except OSError as error:
            raise ConfigError([f"listen {self._listen}: {error.strerror or error}"]) from error
        host, port = self.address
        log.info("listening", protocol="slack", host=host, port=port, path=PATH)

    async def stop(self) -> None:
        await self._listener.stop()

    async def _serve(self, request: web.Request) -> web.Response:
        if request.path != PATH:
            return web.Response(status=404)
        body = await request.read()
        if not is_signed(request.headers, body, self._secrets, time.time()):
            self._tell_of_unsigned()
            return web.Response(status=401)
        try:
            payload = payload_in(body, request.content_type)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        return await self._answered(payload)

    def _tell_of_unsigned(self) -> None:
        """Anybody can send such a thing, so not each is worth a line."""
        now = time.monotonic()
        if now - self._told_at < QUIET_SECONDS:
            return
        self._told_at = now
        hint = "if it was Slack: compare signing_secrets with the app's, and this machine's clock"
        log.warning("a request was turned away: it is not signed, or not by now", path=PATH, hint=hint)

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
