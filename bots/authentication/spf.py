"""SPF (RFC 7208): may the host that connected send for the domain in MAIL FROM, or in HELO?

Asked only where the answer could prove something, that is, where that domain speaks for the
one in From. pyspf judges; looser than that it is never: what lets all the world send
("+all") proves nothing, and neither does an address that two programs may read differently.
"""

from collections.abc import Callable
from typing import Any

import dns.rdata
import spf  # type: ignore[import-untyped]

from bots.authentication.resolver import LookupFailed, Lookups
from bots.authentication.verdicts import Proof
from intake.messages import Envelope

LONGEST_RECORD = 4096
SMALLEST_NETWORK = 8  # a shorter prefix is as good as all the world
READ: dict[str, Callable[[Any], Any]] = {
    "A": lambda record: record.address,
    "AAAA": lambda record: record.address,
    "MX": lambda record: (record.preference, record.exchange.to_text(omit_final_dot=True)),
    "PTR": lambda record: record.target.to_text(omit_final_dot=True),
    "TXT": lambda record: record.strings,
}


def spf_proof(envelope: Envelope, speaks: Callable[[str], bool], lookups: Lookups) -> Proof:
    """Whether the connection proves the domain that `speaks` is asked about."""
    domain = sending_domain(envelope)
    if not envelope.peer or not domain or not speaks(domain):
        return Proof.NONE
    query = _Query(lookups, i=envelope.peer, s=envelope.sender, h=envelope.helo)
    result = query.check()[0]
    if result == "pass":
        return Proof.PASSED
    return Proof.UNSURE if result == "temperror" else Proof.NONE


def sending_domain(envelope: Envelope) -> str:
    """The domain that SPF is about: of MAIL FROM, of HELO for the null sender (RFC 7208 §2.4)."""
    if not envelope.sender:
        return envelope.helo.lower() if "." in envelope.helo and "@" not in envelope.helo else ""
    local, at, domain = envelope.sender.rpartition("@")
    return domain.lower() if at and local and "@" not in local and '"' not in local else ""


class _Query(spf.query):  # type: ignore[misc]
    """The library's query, asking our resolver."""

    def __init__(self, lookups: Lookups, **given: str) -> None:
        super().__init__(**given)
        self._lookups = lookups

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        try:
            found = [READ[qtype](one) for one in self._lookups.ask(name, qtype) if _is_short(one)]
        except LookupFailed as error:
            raise spf.TempError(str(error)) from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names that do not exist")
        return found

    def validate_mechanism(self, mech: str) -> tuple[str, str, str, int, str]:
        written, name, argument, prefix, result = super().validate_mechanism(mech)
        if name == "all" or (name in ("ip4", "ip6") and prefix < SMALLEST_NETWORK):
            result = "neutral" if result == "pass" else result
        return written, name, argument, prefix, result


def _is_short(record: dns.rdata.Rdata) -> bool:
    return sum(len(one) for one in getattr(record, "strings", ())) <= LONGEST_RECORD
