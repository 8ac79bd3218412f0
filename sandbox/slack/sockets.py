"""Socket Mode: one-use addresses, at most ten sockets, envelopes and their acknowledgements.

Any open socket may get a payload: they take turns. An acknowledgement is taken from whichever
socket it comes by, since a client that was told to reconnect answers on its new one; one that
comes after its time is kept on the record and changes nothing.
"""

import asyncio
import json
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from sandbox.slack.clock import Clock
from sandbox.slack.courier import Ack, Carried, Parcel
from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json
from sandbox.slack.world import APP

MOST_SOCKETS = 10
HOLD = 360.0  # seconds that an event waits for a socket to come
CLOSING = ("refresh_requested", "link_disabled", "too_many_websockets")
GRACE = 0.2  # real seconds between saying goodbye and hanging up


@dataclass(slots=True)
class Sent:
    parcel: Parcel
    at: float
    attempt: int
    answer: asyncio.Future[Json]
    is_late: bool = False


@dataclass(slots=True)
class Sockets:
    clock: Clock
    acks: list[Ack] = field(default_factory=list)
    is_enabled: bool = True
    is_frozen: bool = False
    connections: int = 0  # ever made
    _tickets: set[str] = field(default_factory=set)
    _open: list[web.WebSocketResponse] = field(default_factory=list)
    _sent: dict[str, Sent] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def open_count(self) -> int:
        return len(self._open)

    def new_address(self, base_url: str) -> str:
        """Where one socket may be opened, once."""
        if not self.is_enabled:
            raise Refused("socket_mode_disabled")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return f"{base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket from its greeting to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "not_found"}, status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.connections += 1
        if len(self._open) >= MOST_SOCKETS:
            await self._dismiss(socket, "too_many_websockets")
            return socket
        await self._talk(socket)
        return socket

    async def carry(self, parcel: Parcel, attempt: int, reason: str, patience: float) -> Carried:
        """Put a parcel into an envelope and wait for its acknowledgement."""
        if parcel.kind != "events_api" and not self._open:
            return Carried(False, reason="dispatch_failed")
        if not await self._somebody():
            return Carried(False, reason="no_connection")
        envelope_id = str(uuid.uuid4())
        sent = Sent(parcel, self.clock.now(), attempt, asyncio.get_running_loop().create_future())
        self._sent[envelope_id] = sent
        await self._hand_over(_envelope(parcel, envelope_id, attempt, reason))
        return await self._answer(sent, patience)

    def pause_before(self, attempt: int) -> float:
        return 0.0  # Slack's own pauses in Socket Mode are not known

    async def disconnect(self, reason: str) -> None:
        """Tell every socket to go and, but for a warning, hang up soon after."""
        self.is_enabled = self.is_enabled and reason != "link_disabled"
        sockets = list(self._open)
        if reason in CLOSING:
            self._open.clear()  # nothing new goes out on a socket that was told to leave
        await asyncio.gather(*(self._dismiss(socket, reason) for socket in sockets))

    async def cut(self) -> None:
        """End every connection without a word."""
        for socket in list(self._open):
            _abort(socket)
        self._open.clear()

    async def _talk(self, socket: web.WebSocketResponse) -> None:
        self._open.append(socket)
        await socket.send_json(_hello(len(self._open)))
        self._arrived.set()
        try:
            await self._read(socket)
        finally:
            with suppress(ValueError):
                self._open.remove(socket)

    async def _read(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if self.is_frozen:
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(_read_json(message.data))

    def _acknowledge(self, body: Json) -> None:
        """Take an acknowledgement; one for nothing that was sent is left aside, as Slack does."""
        envelope_id = str(body.get("envelope_id", ""))
        sent = self._sent.pop(envelope_id, None)
        if sent is None:
            return
        payload = body.get("payload") or {}
        seconds = self.clock.now() - sent.at
        parcel = sent.parcel
        self.acks.append(
            Ack(envelope_id, parcel.kind, parcel.event_id, seconds, sent.attempt, payload, sent.is_late)
        )
        if not sent.answer.done():
            sent.answer.set_result(payload)

    async def _answer(self, sent: Sent, patience: float) -> Carried:
        await self.clock.first(sent.answer, sent.at + patience)
        if sent.answer.done():
            return Carried(True, body=sent.answer.result())
        sent.is_late = True
        return Carried(False, reason="timeout")

    async def _somebody(self) -> bool:
        """Whether there is a socket now, or comes one before the event is given up."""
        end = self.clock.now() + HOLD
        while not self._open:
            self._arrived.clear()
            arriving = asyncio.ensure_future(self._arrived.wait())
            await self.clock.first(arriving, end)
            arriving.cancel()
            if self.clock.now() >= end:
                return False
        return True

    async def _hand_over(self, envelope: Json) -> None:
        if self.is_frozen:
            return  # it is on its way for ever; the redelivery will find a socket that lives
        for _ in range(len(self._open)):
            socket = self._open.pop(0)
            self._open.append(socket)
            with suppress(ConnectionError, RuntimeError):
                await socket.send_json(envelope)
                return

    async def _dismiss(self, socket: web.WebSocketResponse, reason: str) -> None:
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
        with suppress(ConnectionError, RuntimeError):
            await socket.send_json(told)
            if reason in CLOSING:
                await asyncio.sleep(GRACE)
                await socket.close()


def _read_json(text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _hello(count: int) -> Json:
    debug = {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060}
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": debug,
        "connection_info": {"app_id": APP},
    }


def _envelope(parcel: Parcel, envelope_id: str, attempt: int, reason: str) -> Json:
    envelope: Json = {"envelope_id": envelope_id, "payload": parcel.payload, "type": parcel.kind}
    envelope["accepts_response_payload"] = parcel.kind != "events_api"
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": attempt, "retry_reason": reason}
    return envelope


def _abort(socket: web.WebSocketResponse) -> None:
    transport = socket.get_extra_info("transport")  # none once it is gone
    request = getattr(socket, "_req", None)
    transport = transport or (request.transport if request else None)
    if transport:
        transport.abort()
