"""Faults on request: the next calls of a method fail the way a test wants them to.

A fault is used up call by call. It may refuse with one of Slack's words, answer with an HTTP
status, come late, drop the connection before anything is done, or do the work and then answer late
or die on the way back, which no caller can tell from the one before. One for certain arguments
(`only`) waits for a call that has them: of two at once nobody knows which comes first.

Besides the methods of the Web API there are `files.upload`, `files.download` and `response_url`.
"""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.slack.things import Json

SIGN_IN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Slack</body></html>"


@dataclass(slots=True)
class Fault:
    method: str  # "*" for all of them
    error: str = ""
    status: int = 0
    retry_after: int = 0
    delay: float = 0.0
    answer_late: float = 0.0
    drop: bool = False
    answer_then_die: bool = False
    redirect: str = ""  # a download goes on elsewhere
    html: bool = False  # a download is a page that asks to sign in
    times: int = 1
    only: Json = field(default_factory=dict)  # met by calls with these arguments alone


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def is_particular(self) -> bool:
        """Whether the arguments of a call say which fault it meets."""
        return any(one.only for one in self._waiting)

    def next_for(self, method: str, args: Json) -> Fault | None:
        """The fault that this call meets; each is met as often as it was asked for."""
        for fault in self._waiting:
            if fault.method in (method, "*") and fault.only.items() <= args.items():
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None


async def wait_out(fault: Fault | None) -> None:
    """The lateness of a fault, in real seconds: the caller's patience is real too."""
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)


def answer_instead(fault: Fault | None, request: web.Request) -> web.Response | None:
    """What a file or a response URL answers because of a fault; None when it is to work."""
    if fault is None:
        return None
    if fault.drop:
        return hang_up(request)
    if fault.html:
        return sign_in()
    if fault.redirect:
        return web.Response(status=302, headers={"Location": fault.redirect})
    return web.Response(status=fault.status) if fault.status else None


def sign_in() -> web.Response:
    """The page that somebody without a token gets."""
    return web.Response(text=SIGN_IN, content_type="text/html")


def hang_up(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
