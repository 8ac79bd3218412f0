"""`deskbell check --mail`: does our own mail server remove what a forger would write?

Whoever can put an Authentication-Results header in our server's name on a mail passes for
anybody (RFC 8601 §5 says that the server shall remove it). So the desk writes itself such a
mail, sends it the way that its mail takes, and looks at what comes back in. The mail bears the
desk's own mark, so it is kept, ignored, and answered by nobody.
"""

import asyncio
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

from bots.commands.findings import Finding, remark, sound, to_mend
from bots.relays import relays_of
from bots.wiring import Wired
from intake.authentication import HEADER, TOPMOST, parse_results
from intake.errors import DeskbellError
from intake.mail import read_mail
from intake.messages import Raw
from store.exports import listed_messages
from store.inbox import raw_of

WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.5
NEWEST = 100
SERVERS_DUTY = "let your mail server remove Authentication-Results in its own name from what comes in"


def forged_mail(wired: Wired, seconds: float = WAIT_SECONDS) -> Iterator[Finding]:
    """What became of a forged mail that was sent through the relay; waits for it so many seconds."""
    channels = wired.settings.mail_channels.values()
    trusted = sorted({one.trust_authentication_results for one in channels} - {""})
    if not trusted:
        yield remark("--mail: no channel trusts Authentication-Results, so there is nothing to forge")
        return
    nonce = secrets.token_hex(8)
    try:
        asyncio.run(_send(wired, _mail(wired, trusted, nonce)))
    except DeskbellError as error:
        yield to_mend(f"--mail: the relay did not take the mail: {error}")
        return
    arrived = _arrival(wired, nonce, seconds)
    if arrived is None:
        late = f"it did not come back to {wired.desk.address} within {seconds:g} s"
        yield to_mend(f"--mail: {late}; does the desk run, and the relay know it?")
        return
    yield from (_judged(arrived, one, nonce) for one in trusted)


def _mail(wired: Wired, trusted: list[str], nonce: str) -> bytes:
    address, domain = wired.desk.address, wired.desk.domain
    proof = f'dmarc=pass reason="{nonce}" header.from={domain}; dkim=pass header.d={domain}'
    forged = [proof if one == TOPMOST else f"{one}; {proof}" for one in trusted]
    head = (
        *(f"Authentication-Results: {one}" for one in forged),
        f"From: <{address}>",
        f"To: <{address}>",
        f"Subject: Deskbell checks its mail server: {nonce}",
        f"Date: {format_datetime(datetime.now(UTC))}",
        f"Message-ID: <check.{nonce}@{domain}>",
        f"X-Deskbell: {wired.desk.mark}",
        "Auto-Submitted: auto-generated",
        "",
        "Nothing has to be done about this mail.",
        "",
    )
    return "\r\n".join(head).encode()


async def _send(wired: Wired, mail: bytes) -> None:
    relays = relays_of(wired.settings.relay, wired.folder)
    try:
        await relays.send(mail, "", wired.desk.address)  # from nobody: no bounce comes of it
    finally:
        await relays.close()


def _arrival(wired: Wired, nonce: str, seconds: float) -> bytes | None:
    """The bytes of the mail as they came back, None when they did not in time."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        with wired.store.reading() as work:
            rows = listed_messages(work, limit=NEWEST)
            found = next((int(row["id"]) for row in rows if nonce in row["subject"]), 0)
            if found:
                return raw_of(work, found)
        time.sleep(LOOK_SECONDS)
    return None


def _judged(mail: bytes, trusted: str, nonce: str) -> Finding:
    """Whether the forged header would have been believed, is only there, or is gone."""
    values = read_mail(Raw("email", "check", mail, datetime.now(UTC))).headers.get(HEADER, ())
    counting = [one for one in values if trusted == TOPMOST or parse_results(one)[0] == trusted.lower()]
    place = f"trust_authentication_results {trusted}"
    if counting and nonce in counting[0]:
        return to_mend(f"{place}: a forged header was left in and would be believed; {SERVERS_DUTY}")
    if any(nonce in one for one in counting):
        kept = "a forged header was left in below your server's own, and is believed once that is missing"
        return (remark if trusted == TOPMOST else to_mend)(f"{place}: {kept}; {SERVERS_DUTY}")
    return sound(
        f"{place}: the relay removes a forged Authentication-Results (a mail was sent and came back)"
    )
