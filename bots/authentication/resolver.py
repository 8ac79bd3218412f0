"""Asking the DNS: the system's servers, one that the configuration names, or a zone file.

A zone file (a DNS master file, RFC 1035 §5, names written in full) answers everything
itself, for tests and for laboratories without a network; nothing else is asked then.
"There is no such thing" is an answer; silence and broken answers are `LookupFailed`, after
which nothing may be concluded. Answers are kept for as long as the zone says.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.resolver
import dns.zone

from intake.errors import ConfigError

KEPT_ANSWERS = 10_000
KEPT_FAILURES = 1_000
FAILURE_SECONDS = 60.0  # a name server that is silent is not waited for with every mail
SECONDS_A_LOOKUP = 3.0
LOOKUPS_A_MAIL = 40
ALIASES = 8
DNS_PORT = 53


class LookupFailed(Exception):
    """The DNS said nothing, or nothing sensible; asking again later may help."""


class Resolver(Protocol):
    """Answers one question within so many seconds; [] when there is no such record."""

    def ask(self, name: str, kind: str, seconds: float) -> Sequence[dns.rdata.Rdata]: ...


class NameServers:
    """The DNS itself: the servers of the system, or the one that is named (`host` or `host:port`)."""

    def __init__(self, nameserver: str = "") -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=not nameserver)
        except dns.resolver.NoResolverConfiguration as error:
            raise ConfigError(["dns.nameserver: this host names no DNS server; name one"]) from error
        if nameserver:
            host, port = host_and_port(nameserver)
            self._resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port)]
        self._resolver.cache = dns.resolver.LRUCache(KEPT_ANSWERS)
        self._failures: dict[tuple[str, str], float] = {}

    def ask(self, name: str, kind: str, seconds: float) -> Sequence[dns.rdata.Rdata]:
        """The records of a name; CNAMEs are followed."""
        question = (name.lower(), kind)
        if self._failures.get(question, 0) > time.monotonic():
            raise LookupFailed(f"{name} {kind}: failed a moment ago")
        try:
            answer = self._resolver.resolve(
                name, kind, lifetime=seconds, search=False, raise_on_no_answer=False
            )
        except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            self._remember_failure(question)
            raise LookupFailed(f"{name} {kind}: {type(error).__name__}") from error
        return list(answer.rrset or ())

    def _remember_failure(self, question: tuple[str, str]) -> None:
        if len(self._failures) >= KEPT_FAILURES:
            self._failures.clear()
        self._failures[question] = time.monotonic() + FAILURE_SECONDS


class ZoneFile:
    """The answers that a file gives; what it does not hold does not exist."""

    def __init__(self, path: Path) -> None:
        try:
            self._zone = dns.zone.from_file(
                str(path), origin=dns.name.root, relativize=False, check_origin=False, allow_include=False
            )
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise ConfigError([f"dns.zone_file: {path}: {error}; it takes a DNS master file"]) from error

    def ask(self, name: str, kind: str, seconds: float) -> Sequence[dns.rdata.Rdata]:
        """The records of a name; CNAMEs are followed."""
        try:
            at = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return []
        for _ in range(ALIASES):
            if found := self._zone.get_rdataset(at, kind):
                return list(found)
            alias = self._zone.get_rdataset(at, "CNAME")
            if not alias:
                return []
            at = alias[0].target
        raise LookupFailed(f"{name} {kind}: its aliases never end")


class Lookups:
    """What may be asked because of one mail: so many questions, until so far on the monotonic clock."""

    def __init__(self, resolver: Resolver, ends_at: float) -> None:
        self._resolver = resolver
        self._ends_at = ends_at
        self._left = LOOKUPS_A_MAIL

    def ask(self, name: str, kind: str) -> Sequence[dns.rdata.Rdata]:
        """The records of a name; LookupFailed also when this mail has used up its share."""
        seconds = min(SECONDS_A_LOOKUP, self._ends_at - time.monotonic())
        if seconds <= 0 or self._left <= 0:
            raise LookupFailed(f"{name} {kind}: this mail has asked enough")
        self._left -= 1
        return self._resolver.ask(name, kind, seconds)

    def texts(self, name: str) -> list[bytes]:
        """The TXT records of a name, each joined from its strings (RFC 7208 §3.3)."""
        return [b"".join(one.strings) for one in self.ask(name, "TXT")]  # type: ignore[attr-defined]


def host_and_port(text: str) -> tuple[str, int]:
    """The two parts of "host:port", "[::1]:53" or a host alone.

    >>> host_and_port("127.0.0.1:5353"), host_and_port("[::1]:5353"), host_and_port("::1")
    (('127.0.0.1', 5353), ('::1', 5353), ('::1', 53))
    """
    host, colon, port = text.rpartition(":")
    if not (colon and port.isdigit()) or (":" in host and not host.startswith("[")):
        host, port = text, str(DNS_PORT)
    return host.strip("[]"), int(port)
