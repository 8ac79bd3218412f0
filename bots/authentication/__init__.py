"""Who wrote, found out by ourselves: SPF, DKIM and DMARC, for a desk without a server that does it.

Used by a channel that trusts no Authentication-Results. Everything blocks on the network, so
a mail that is cheap to read is checked in one of a few threads, a heavy one in the process
that reads it. Each mail has so many seconds and look-ups; when they are over, or the DNS
is out of order, nothing is proved and nothing disproved: the mail is decided as one whose
sender showed no proof, and nobody behind it waits. What does the work is loaded with the
first check, for most desks leave it to their mail server.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bots.settings import ImapSettings, SmtpSettings
from bots.settings_of_mail import DnsSettings
from intake.authentication import Verdict
from intake.messages import Inbound, Raw

if TYPE_CHECKING:
    from bots.authentication.checker import Checker


@dataclass(frozen=True, slots=True)
class Checks:
    """How a channel checks; plain values, so that another process can be told.

    `by_connection` asks SPF about the host that connected, which is the sender's only where
    nothing of ours stands in front.
    """

    by_connection: bool = False
    nameserver: str = ""
    zone_file: str = ""


def checks_of(channel: SmtpSettings | ImapSettings, dns: DnsSettings, folder: Path) -> Checks | None:
    """How a channel checks its mail, None where it does not; ConfigError where nobody can be asked."""
    if channel.trust_authentication_results or not channel.check_authentication:
        return None
    by_connection = isinstance(channel, SmtpSettings) and channel.check_spf
    zone_file = str(folder / dns.zone_file) if dns.zone_file else ""
    checks = Checks(by_connection, dns.nameserver, zone_file)
    _checker_of(checks)
    return checks


async def check(raw: Raw, inbound: Inbound, checks: Checks) -> Verdict:
    """What our own check finds about From, in bounded time; the event loop goes on meanwhile."""
    return await _checker_of(checks).check(raw, inbound)


def check_now(raw: Raw, inbound: Inbound, checks: Checks) -> Verdict:
    """The same, waiting for it: for a process that has nothing else to do."""
    return _checker_of(checks).check_now(raw, inbound)


def _checker_of(checks: Checks) -> "Checker":
    from bots.authentication.checker import checker_of  # and its libraries

    return checker_of(checks)
