"""What all sessions of one mail channel share: where mail goes, and what is going on just now."""

import asyncio
import itertools
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.channel import Accept
from bots.smtp.limits import Budget, Guests, Limits


@dataclass(slots=True)
class Listener:
    """`run` and `count` make the mark of each mail in its Received header unique."""

    source: str
    accept: Accept
    takes: Callable[[str], bool]
    hostname: str
    limits: Limits
    is_lmtp: bool
    tls: ssl.SSLContext | None
    loop: asyncio.AbstractEventLoop
    budget: Budget
    guests: Guests
    is_closing: bool = False
    farewells: dict[asyncio.Task[None], Callable[[str], None]] = field(default_factory=dict)
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def mark(self) -> str:
        return f"{self.run}{next(self.count):06x}"
