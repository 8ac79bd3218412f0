"""`deskbell ticket redact`: takes a secret out of all that a ticket has kept, and says what was done.

The words themselves are never printed: a secret is named by its kind, its length and how many
places lose it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bots.commands.acts import known_agent, known_ticket, text_from
from bots.wiring import Wired
from intake.errors import CommandRefused, ConfigError
from intake.redaction import Eraser, Wanted, eraser_for
from intake.secrets import MOST_CHARACTERS, secrets_in
from store import erasing, redactions, revisions
from store.engine import retrying
from store.exports import message_record
from store.redactions import Redaction
from store.work import SqlWork

MOST_OF_A_TEXT = 200_000  # characters of one text or file in which secrets are looked for
OVERLAP = 2_000
OUTSIDE = (
    "Not reached from here: backups, mails that have been sent, "
    "the mailboxes of those who wrote, and mailboxes that Deskbell reads."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which secrets were sought on which ticket, and what was found."""

    reference: str
    eraser: Eraser
    redaction: Redaction


def redact(
    wired: Wired, number: int, message: int, text: str, found: bool, by: str, dry_run: bool
) -> Iterator[str]:
    """Do it, or only look, and say so line by line."""
    if bool(text) is found:
        raise ConfigError(["ticket redact: give either --text with the secret, - to read it, or --found"])
    given = (Wanted(text_from(text)),) if text else ()
    with wired.store.reading() as work:
        outcome = _sought(wired, work, number, message, given, by)
    if dry_run:
        yield from _told(outcome, "would be")
        return
    outcome = retrying(lambda: _carried_out(wired, outcome, message, by))
    yield from _told(outcome, "is")
    if not outcome.redaction.is_empty and (left := erasing.clear(wired.store)):
        yield f"Still to do: {left}."
    yield from _elsewhere(wired, outcome.eraser)
    yield OUTSIDE


def _sought(
    wired: Wired, work: SqlWork, number: int, message: int, given: tuple[Wanted, ...], by: str
) -> Outcome:
    known_agent(work, by)
    reference = wired.setup.policy.reference_of(known_ticket(work, number))
    _check_message(work, number, message)
    eraser = eraser_for(given or _secrets_in(redactions.texts_of(work, number, message)))
    return Outcome(reference, eraser, redactions.find(work, number, message, eraser))


def _carried_out(wired: Wired, sought: Outcome, message: int, by: str) -> Outcome:
    """What was sought once more, for something may have come since, and written."""
    eraser, before = sought.eraser, sought.redaction
    with wired.store.begin() as work:
        erasing.overwrite(work)
        redaction = redactions.find(work, before.ticket, message, eraser, before)
        detail = f"{_kinds(eraser)}: {_counted(redaction)}"
        revisions.carry_out(work, redaction, by, detail, datetime.now(UTC))
    return replace(sought, redaction=redaction)


def _check_message(work: SqlWork, number: int, message: int) -> None:
    record = message_record(work, message) if message else None
    if message and record is None:
        raise CommandRefused(f"there is no message {message}")
    if record and record["ticket"] not in (0, number):
        raise CommandRefused(f"message {message} is on ticket {record['ticket']}; redact it there")


def _secrets_in(texts: Iterable[str]) -> Iterator[Wanted]:
    for text in texts:
        for start in range(0, min(len(text), MOST_OF_A_TEXT), MOST_CHARACTERS - OVERLAP):
            piece = text[start : start + MOST_CHARACTERS]
            yield from (Wanted(piece[one.start : one.end], one.kind) for one in secrets_in(piece))


def _told(outcome: Outcome, done: str) -> Iterator[str]:
    redaction = outcome.redaction
    if not outcome.eraser.wanted:
        yield f"{outcome.reference}: no secret is found; name one with --text"
    elif redaction.is_empty:
        yield f"{outcome.reference}: nothing holds it; nothing is changed"
    else:
        sought = _lengths(outcome.eraser)
        yield f"{outcome.reference}: {sought}: it {done} taken out of {_counted(redaction)}"
    for one in redaction.bytes:
        if one.body is None:
            yield f"Message {one.message}: its bytes cannot be proven free of it; all of them are forgotten."
    if redaction.under_way:
        numbers = ", ".join(map(str, redaction.under_way))
        yield f"Being sent at this moment, perhaps as it was: notice {numbers}."
    for one in redaction.read:
        for name in one.closed:
            yield f"Look yourself: nothing was looked for in {name!r} of message {one.message}."


def _kinds(eraser: Eraser) -> str:
    return ", ".join(dict.fromkeys(one.kind or "the given text" for one in eraser.wanted))


def _lengths(eraser: Eraser) -> str:
    """For the agent's eyes, who has to tell a find from a mistake; the history needs no lengths."""
    named = (f"{one.kind or 'the given text'} of {len(one.secret)} characters" for one in eraser.wanted)
    return ", ".join(dict.fromkeys(named))


def _counted(redaction: Redaction) -> str:
    return ", ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in redaction.counts.items())


def _elsewhere(wired: Wired, eraser: Eraser) -> Iterator[str]:
    with wired.store.reading() as work:
        for table, numbers in erasing.still_in(work, [one.secret for one in eraser.wanted]):
            where = f", ticket {', '.join(map(str, numbers))}" if numbers else ""
            yield f"The same words still stand in {table}{where}."
