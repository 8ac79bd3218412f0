"""The door for mail: read it, let the writer decide and keep it, and only then say yes.

What is cheap to read is decided on the spot, so that a refusal can be said in the SMTP
session. Heavy mail is kept as it came, acknowledged, and decided by `bots.heavy` in its own
time. Whatever cannot be read is held with the reason: nothing that was offered is lost.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bots.authentication import Checks, check, check_now
from bots.writer import Writer
from intake.authentication import Verdict, verdict
from intake.decisions import Fate, Receipt
from intake.errors import UnreadableMessage
from intake.handle import Letter
from intake.mail import read_mail
from intake.mail.weight import is_heavy
from intake.messages import Assurance, Inbound, Raw


class MailDoor:
    """`accept` for one channel that brings mail."""

    def __init__(
        self,
        writer: Writer,
        keep_pending: Callable[[Raw], object],
        after_pending: Callable[[], None],
        after: Callable[[], None],
        trusted: str = "",
        refuse_in_session: bool = True,
        way_on: str = "",
        checks: Checks | None = None,
    ) -> None:
        self._writer = writer
        self._keep_pending = keep_pending
        self._after_pending = after_pending
        self._after = after  # told after each commit that there may be something to deliver
        self._trusted = trusted
        self._refuse_in_session = refuse_in_session
        self._checks = checks  # None: nothing is looked up
        self._way_on = way_on  # what a refusal in the session says besides the reason

    async def accept(self, raw: Raw) -> Receipt:
        """Keep a mail for good; the same one again gets its first receipt."""
        if is_heavy(raw.body):
            await self._writer.call(lambda: self._keep_pending(raw))
            self._after_pending()
            return Receipt(0, None, because="It is large and will be decided in a moment.")
        letter = await self._checked(letter_from(raw, self._trusted))
        receipt = await self._writer.keep(replace(letter, refuse_in_session=self._refuse_in_session))
        self._after()
        if receipt.fate is Fate.REFUSE and self._way_on:
            return replace(receipt, because=f"{receipt.because} {self._way_on}")
        return receipt

    async def _checked(self, letter: Letter) -> Letter:
        """The letter with what our own check finds, where this channel checks by itself."""
        if self._checks is None or letter.raw is None or letter.unreadable:
            return letter
        found = await check(letter.raw, letter.inbound, self._checks)
        return replace(letter, inbound=believing(letter.inbound, found))


def letter_from(raw: Raw, trusted: str = "", checks: Checks | None = None) -> Letter:
    """Read a mail; one that cannot be read becomes a letter that will be held.

    `checks` makes it look things up and wait for the answers.
    """
    try:
        inbound = read_mail(raw)
    except UnreadableMessage as error:
        return Letter(raw, blank(raw), str(error) or "it is no mail")
    except Exception as error:  # noqa: BLE001  a fault of ours must not cost the message
        return Letter(raw, blank(raw), f"reading failed: {type(error).__name__}")
    if checks is not None:
        return Letter(raw, believing(inbound, check_now(raw, inbound, checks)))
    return Letter(raw, proven(inbound, trusted))


def proven(inbound: Inbound, trusted: str) -> Inbound:
    """The message with the assurance that the pinned Authentication-Results give it."""
    return believing(inbound, verdict(inbound, trusted))


def believing(inbound: Inbound, found: Verdict) -> Inbound:
    """The message with what was found about From."""
    match found:
        case Verdict.TRUE:
            return replace(inbound, assurance=Assurance.ALIGNED)
        case Verdict.FALSE:
            return replace(inbound, is_disowned=True)
        case Verdict.UNKNOWN:
            return inbound


def blank(raw: Raw) -> Inbound:
    """What is known of a mail that nobody could read: its bytes and when they came."""
    identity = hashlib.sha256(raw.body).hexdigest()
    return Inbound(raw.channel, identity, raw.received_at, sender_count=0, envelope=raw.envelope)
