"""Takes a secret out of all that a ticket has kept, and says what was done, without the secret.

The words themselves are never shown: a secret is named by its kind, its length and how many places
lose it. First it is sought, which writes nothing; then it is sought once more and taken out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bots.acting import known_ticket
from intake.errors import CommandRefused
from intake.policy import Policy
from intake.redaction import Eraser, Wanted, eraser_for
from intake.secrets import MOST_CHARACTERS, secrets_in
from store import erasing, redactions, revisions
from store.exports import message_record
from store.redactions import Redaction
from store.work import SqlWork

MOST_OF_A_TEXT = 200_000  # characters of one text or file in which secrets are looked for
OVERLAP = 2_000
OUTSIDE = (
    "Not reached from here: backups, mails that have been sent, what people wrote in a chat themselves, "
    "the mailboxes of those who wrote, and mailboxes that Deskbell reads."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which secrets were sought on which ticket, and what was found."""

    reference: str
    eraser: Eraser
    redaction: Redaction


def sought(work: SqlWork, policy: Policy, number: int, message: int, secret: str) -> Outcome:
    """What would change on a ticket, or on one message of it; "" for whatever looks like a secret."""
    reference = policy.reference_of(known_ticket(work, number))
    _check_message(work, number, message)
    given = (Wanted(secret),) if secret else ()
    eraser = eraser_for(given or _secrets_in(redactions.texts_of(work, number, message)))
    return Outcome(reference, eraser, redactions.find(work, number, message, eraser))


def take_out(work: SqlWork, found: Outcome, message: int, by: str, now: datetime) -> Outcome:
    """What was sought once more, for something may have come since, and written."""
    eraser, before = found.eraser, found.redaction
    erasing.overwrite(work)
    redaction = redactions.find(work, before.ticket, message, eraser, before)
    detail = f"{_kinds(eraser)}: {_counted(redaction)}"
    revisions.carry_out(work, redaction, by, detail, now)
    return replace(found, redaction=redaction)


def told(outcome: Outcome, done: str) -> Iterator[str]:
    """Line by line what `done` ("is", "would be") taken out."""
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
