"""One call of Slack's Web API: what came back, or in which of four ways it failed.

The caller must tell them apart: refused with a word (nothing was done), limited (nothing was done,
and Slack says how long to wait), lost (nobody knows whether it was done), dead (the token is good for
nothing any more). Slack's library would send a call again after a broken connection, and a
message would stand there twice; so its own retries are off.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

Json = dict[str, Any]
TOO_MANY = 429
USUAL_REST = 30.0  # seconds, where Slack forgets to say
DEAD_TOKENS = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "org_login_required",
        "team_access_not_granted",
    }
)
CHANNEL_GONE = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
PASSING = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)


class SlackFailure(Exception):
    """A call did not do what it was to do."""


class Refused(SlackFailure):
    """Slack said no, with a word of its own; nothing was done."""

    def __init__(self, error: str, answer: Mapping[str, Any] | None = None) -> None:
        self.error = error
        self.answer = answer or {}
        super().__init__(" ".join(filter(None, (error, self._detail()))))

    def _detail(self) -> str:
        if needed := self.answer.get("needed"):
            return f"(needs the scope {needed})"
        messages = (self.answer.get("response_metadata") or {}).get("messages") or ()
        return f"({'; '.join(map(str, messages))})" if messages else ""


class DeadToken(Refused):
    """The token is good for nothing any more."""


class Limited(SlackFailure):
    """Too many calls; nothing was done. `seconds` is what Slack asks us to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"too many calls; wait {seconds:g} s")


class Lost(SlackFailure):
    """The connection broke or Slack is in trouble: it may have been done or not."""


class Response(Protocol):
    data: Any


async def answer(call: Awaitable[Response]) -> Json:
    """What Slack answered; raises one of the failures above and nothing else of the library's."""
    try:
        data = (await call).data
    except SlackApiError as error:
        raise _failure(error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Lost(type(error).__name__) from error
    if not isinstance(data, dict):
        raise Lost("no JSON")
    return data


async def patiently(call: Callable[[], Awaitable[Json]], seconds: float) -> Json:
    """The answer of a call, once more where Slack asks for no longer a rest than that."""
    try:
        return await call()
    except Limited as error:
        if error.seconds > seconds:
            raise
        await asyncio.sleep(error.seconds)
    return await call()


def _failure(error: SlackApiError) -> SlackFailure:
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    said = data if isinstance(data, dict) else {}
    word = str(said.get("error", ""))
    if status == TOO_MANY or word in ("ratelimited", "rate_limited"):
        return Limited(_seconds(response.headers.get("Retry-After", "")))
    if not word or word in PASSING:
        return Lost(word or f"HTTP {status}")
    return DeadToken(word, said) if word in DEAD_TOKENS else Refused(word, said)


def _seconds(text: object) -> float:
    try:
        return max(0.0, float(str(text)))
    except ValueError:
        return USUAL_REST
