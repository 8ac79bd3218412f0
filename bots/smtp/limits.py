"""How much a stranger may ask of the listener, and the count of what is asked just now.

Every limit ends in an answer that a mail server understands: 421 and 452 mean "later",
552 and 554 mean "never like this". The defaults let a relay in front work undisturbed
and keep one machine from taking the listener away from the others.
"""

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Network

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one listener bears; sizes in bytes, times in seconds."""

    message_bytes: int = 40 * MIB
    message_lines: int = 500_000
    line_bytes: int = 65_536
    bytes_in_flight: int = 256 * MIB  # received and not yet answered, over all connections
    connections: int = 100
    connections_per_address: int = 10  # not for LMTP and Unix sockets: those are the one relay in front
    recipients: int = 100  # of one mail
    unknown_recipients: int = 20  # in a row, before the session ends
    idle_commands: int = 100  # since the last mail, before the session ends
    received_headers: int = 50
    idle_seconds: float = 300  # RFC 5321 §4.5.3.2.7
    data_seconds: float = 600
    session_seconds: float = 1200
    slow_seconds: float = 1  # the wait after an unknown recipient, from the fifth in a row


class Budget:
    """Bytes in flight over all connections."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def has(self, size: int) -> bool:
        return self.used + size <= self.limit

    def take(self, size: int) -> bool:
        """Count these bytes, or say no and count nothing."""
        if self.used + size > self.limit:
            return False
        self.used += size
        return True

    def give_back(self, size: int) -> None:
        self.used -= size


class Guests:
    """Connections that are open, in all and for each address."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in_all = 0
        self._by_site: Counter[str] = Counter()

    def admit(self, address: str) -> bool:
        """Count a connection, or say no and count nothing; "" is a Unix socket."""
        site = _site_of(address)
        if self._in_all >= self._limits.connections:
            return False
        if site and self._by_site[site] >= self._limits.connections_per_address:
            return False
        self._in_all += 1
        self._by_site[site] += 1
        return True

    def forget(self, address: str) -> None:
        """A connection has ended; an address without any leaves no trace."""
        site = _site_of(address)
        self._in_all -= 1
        self._by_site[site] -= 1
        if not self._by_site[site]:
            del self._by_site[site]


def _site_of(address: str) -> str:
    """Who is behind an address: in IPv6 one machine may have all those of a /64."""
    return str(IPv6Network(f"{address}/64", strict=False)) if ":" in address else address
