"""Signed HTTP: what happens is posted to the app's own address, as to an app without Socket Mode.

Each request carries the v0 signature over its time stamp and raw body. An event that is not
answered with 2xx in time is tried again at once, after one minute and after five, with
the number and the reason of the retry in its headers, unless the app asks not to.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.clock import Clock
from sandbox.slack.courier import Ack, Carried, Parcel
from sandbox.slack.things import Json

RETRY_AFTER = (0.0, 60.0, 300.0)


@dataclass(slots=True)
class HttpMode:
    """Where to post and with which secret; a carrier like the sockets."""

    clock: Clock
    acks: list[Ack]
    secret: str
    retry_after: Sequence[float] = RETRY_AFTER
    url: str = ""
    session: aiohttp.ClientSession | None = field(default=None)

    async def carry(self, parcel: Parcel, attempt: int, reason: str, patience: float) -> Carried:
        """Post one delivery, and say how it was answered."""
        body, kind = _body(parcel)
        headers = self.signed(body) | {"Content-Type": kind}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        began = self.clock.now()
        carried = await self._post(body, headers, patience)
        if carried.is_acked:
            seconds = self.clock.now() - began
            self.acks.append(Ack("", parcel.kind, parcel.event_id, seconds, attempt, carried.body))
        return carried

    def pause_before(self, attempt: int) -> float:
        return self.retry_after[min(attempt, len(self.retry_after)) - 1]

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers by which the app knows that it was Slack."""
        stamp = str(int(self.clock.now()))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self.secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def verify_url(self) -> bool:
        """Whether the app answers the challenge that Slack sends when the address is entered."""
        challenge = hashlib.sha256(self.url.encode()).hexdigest()
        told = {"token": "verification-token", "challenge": challenge, "type": "url_verification"}
        body = json.dumps(told).encode()
        headers = self.signed(body) | {"Content-Type": "application/json"}
        async with self._open_session().post(self.url, data=body, headers=headers) as answer:
            return answer.ok and challenge in await answer.text()

    async def close(self) -> None:
        if self.session:
            await self.session.close()

    async def _post(self, body: bytes, headers: dict[str, str], patience: float) -> Carried:
        limit = aiohttp.ClientTimeout(total=patience)
        try:
            async with self._open_session().post(
                self.url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                return _judged(answer, await answer.text())
        except TimeoutError:
            return Carried(False, reason="http_timeout")
        except aiohttp.ClientError:
            return Carried(False, reason="connection_failed")

    def _open_session(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession()
        return self.session


def _body(parcel: Parcel) -> tuple[bytes, str]:
    """Events are JSON, interactions JSON in a form, commands a form."""
    form = "application/x-www-form-urlencoded"
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    if parcel.kind == "slash_commands":
        return urlencode(parcel.payload).encode(), form
    return urlencode({"payload": json.dumps(parcel.payload)}).encode(), form


def _judged(answer: aiohttp.ClientResponse, text: str) -> Carried:
    if not 200 <= answer.status < 300:
        is_final = answer.headers.get("X-Slack-No-Retry") == "1"
        return Carried(False, reason="http_error", is_final=is_final)
    return Carried(True, body=_read(text))


def _read(text: str) -> Json:
    """The body of an answer; plain words to a command are its text."""
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        return {"text": text}
    return body if isinstance(body, dict) else {}
