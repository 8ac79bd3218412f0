"""One check of one mail: the two proofs, put together as DMARC says, within the time allowed."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from bots.authentication import Checks
from bots.authentication.dkim import dkim_proof
from bots.authentication.dmarc import STRICT, is_aligned, wishes_of
from bots.authentication.resolver import LookupFailed, Lookups, NameServers, Resolver, ZoneFile
from bots.authentication.spf import spf_proof
from bots.authentication.verdicts import Proof
from intake.authentication import Verdict
from intake.messages import Inbound, Raw

SECONDS_A_MAIL = 8.0
THREADS = 100  # as many as connections: they only wait, and a slow name server shall not make others queue


class Checker:
    """Checks mails against the DNS; one serves all channels that check alike."""

    def __init__(
        self, resolver: Resolver, by_connection: bool = False, seconds: float = SECONDS_A_MAIL
    ) -> None:
        self._resolver = resolver
        self._by_connection = by_connection
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="authentication")

    async def check(self, raw: Raw, inbound: Inbound) -> Verdict:
        """The verdict on a mail within the time allowed, UNKNOWN when that is over."""
        if not has_one_author(inbound):
            return Verdict.UNKNOWN
        ends_at = time.monotonic() + self._seconds
        loop = asyncio.get_running_loop()
        found = loop.run_in_executor(self._threads, self._verdict, raw, inbound, ends_at)
        try:
            async with asyncio.timeout(self._seconds):
                return await found
        except TimeoutError:
            return Verdict.UNKNOWN

    def check_now(self, raw: Raw, inbound: Inbound) -> Verdict:
        """The same, waiting for it: for a process that has nothing else to do."""
        if not has_one_author(inbound):
            return Verdict.UNKNOWN
        return self._verdict(raw, inbound, time.monotonic() + self._seconds)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verdict(self, raw: Raw, inbound: Inbound, ends_at: float) -> Verdict:
        with contextlib.suppress(Exception):  # a fault of a library costs the proof, never the mail
            return self._judged(raw, inbound, Lookups(self._resolver, ends_at))
        return Verdict.UNKNOWN

    def _judged(self, raw: Raw, inbound: Inbound, lookups: Lookups) -> Verdict:
        assert inbound.sender
        author, is_sure = inbound.sender.domain, True
        try:
            wishes = wishes_of(author, lookups)
        except LookupFailed:
            wishes, is_sure = STRICT, False

        def signer_speaks(domain: str) -> bool:
            return is_aligned(domain, author, strict=wishes.strict_dkim)

        def sender_speaks(domain: str) -> bool:
            return is_aligned(domain, author, strict=wishes.strict_spf)

        proofs = {dkim_proof(raw.body, signer_speaks, lookups, raw.received_at.timestamp())}
        if Proof.PASSED not in proofs and self._by_connection:
            proofs.add(spf_proof(raw.envelope, sender_speaks, lookups))
        if Proof.PASSED in proofs:
            return Verdict.TRUE
        knows_all = is_sure and self._by_connection and Proof.UNSURE not in proofs
        return Verdict.FALSE if knows_all and wishes.disowns else Verdict.UNKNOWN


def has_one_author(inbound: Inbound) -> bool:
    """Whether there is exactly one domain to ask about."""
    one = inbound.sender_count == 1 and not inbound.is_ambiguous
    return one and inbound.sender is not None and "." in inbound.sender.domain


@lru_cache(maxsize=8)
def checker_of(checks: Checks) -> Checker:
    """The checker for some settings, the same one each time in a process; ConfigError without a DNS."""
    return Checker(resolver_of(checks.nameserver, checks.zone_file), checks.by_connection)


def resolver_of(nameserver: str = "", zone_file: str = "") -> Resolver:
    """Who answers about the DNS, by the settings; a zone file comes first."""
    return ZoneFile(Path(zone_file)) if zone_file else NameServers(nameserver)
