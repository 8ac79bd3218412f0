"""`deskbell ticket redact`: takes a secret out of all that a ticket has kept, and says what was done."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bots.acting import known_agent
from bots.commands.acts import text_from
from bots.redaction import OUTSIDE, Outcome, sought, take_out, told
from bots.wiring import Wired
from intake.errors import ConfigError
from intake.redaction import Eraser
from store import erasing
from store.again import show_again
from store.engine import retrying


def redact(
    wired: Wired, number: int, message: int, text: str, found: bool, by: str, dry_run: bool
) -> Iterator[str]:
    """Do it, or only look, and say so line by line."""
    if bool(text) is found:
        raise ConfigError(["ticket redact: give either --text with the secret, - to read it, or --found"])
    secret = text_from(text) if text else ""
    with wired.store.reading() as work:
        known_agent(work, by)
        outcome = sought(work, wired.setup.policy, number, message, secret)
    if dry_run:
        yield from told(outcome, "would be")
        return
    outcome = retrying(lambda: _carried_out(wired, outcome, message, by))
    yield from told(outcome, "is")
    if not outcome.redaction.is_empty and (left := erasing.clear(wired.store)):
        yield f"Still to do: {left}."
    yield from _elsewhere(wired, outcome.eraser)
    yield OUTSIDE


def _carried_out(wired: Wired, found: Outcome, message: int, by: str) -> Outcome:
    now, addresses = datetime.now(UTC), wired.setup.addresses
    with wired.store.begin() as work:
        outcome = take_out(work, found, message, by, now)
        show_again(work, outcome.redaction, lambda: addresses.message_id(0, now), now)
        return outcome


def _elsewhere(wired: Wired, eraser: Eraser) -> Iterator[str]:
    with wired.store.reading() as work:
        for table, numbers in erasing.still_in(work, [one.secret for one in eraser.wanted]):
            where = f", ticket {', '.join(map(str, numbers))}" if numbers else ""
            yield f"The same words still stand in {table}{where}."
