"""Which ticket is meant: every clue in a message, strongest first.

1. a signed reply address, 2. a Message-ID that we sent or stored, or that we signed,
3. the ticket reference in the subject, 4. the same in the first words of the new text.
The first kind that names a ticket decides; two tickets by evidence of one kind are
rivals, and an agent has to say. A number is a label, never a right: numbers of tickets
that the sender may not see are shown in the trace and count for nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.decisions import Evidence, MatchedBy
from intake.messages import Inbound
from intake.tokens import Addresses, Token

FIRST_LINES = 3
MOST_NUMBERS = 10
MOST_THREAD_IDS = 40
SPOKEN = r"(?:\b(?:ticket|case)\s{0,3}(?:no\.?|number|nr\.?|id)?\s{0,3}[:#]?\s{0,3}|(?<![\w&/])#)(\d{1,9})\b"


@dataclass(frozen=True, slots=True)
class Clues:
    """What a message itself shows, before anything is looked up."""

    tokens: tuple[Token, ...] = ()
    thread_ids: tuple[str, ...] = ()
    signed_tickets: Mapping[str, int] | None = None  # tickets in Message-IDs of ours, by id
    subject_numbers: tuple[int, ...] = ()
    text_numbers: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every ticket number that a look-up will be asked for."""
        signed = (self.signed_tickets or {}).values()
        return (*(t.ticket for t in self.tokens), *signed, *self.subject_numbers, *self.text_numbers)


def reference_pattern(reference: str) -> re.Pattern[str]:
    """What names a ticket in writing: the desk's reference in full, or "ticket 70", "case 70", "#70".

    >>> [m[1] or m[2] for m in reference_pattern("WX-{number}").finditer("[wx-1042] and #70, not PR#8")]
    ['1042', '70']
    """
    before, _, after = reference.partition("{number}")
    full = rf"(?<![\w-]){re.escape(before)}(\d{{1,9}}){re.escape(after)}(?!\w)"
    return re.compile(f"{full}|{SPOKEN}", re.IGNORECASE)


def clues_in(inbound: Inbound, addresses: Addresses, pattern: re.Pattern[str], now: datetime) -> Clues:
    """Collect every clue; linear in the message, no look-up."""
    thread_ids = _thread_ids(inbound)
    signed = {one: addresses.ticket_in_message_id(one, now) for one in thread_ids}
    return Clues(
        tokens=_tokens(inbound, addresses, now),
        thread_ids=thread_ids,
        signed_tickets={one: ticket for one, ticket in signed.items() if ticket},
        subject_numbers=numbers_in(inbound.subject, pattern),
        text_numbers=numbers_in("\n".join(first_lines(inbound.reply)), pattern),
    )


def first_lines(text: str) -> Sequence[str]:
    """The first lines that say something new, which is where people put a reference."""
    lines = (line.strip() for line in text[:2000].splitlines())
    return [line for line in lines if line and not line.startswith(">")][:FIRST_LINES]


def numbers_in(text: str, pattern: re.Pattern[str]) -> tuple[int, ...]:
    """Ticket numbers in the order in which they are written, each once."""
    found = (int(match[1] or match[2]) for match in pattern.finditer(text[:2000]))
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def weigh(
    clues: Clues,
    known: Mapping[str, int],
    exists: Callable[[int], bool],
    may_see: Callable[[int], bool],
    goes_on_in: Callable[[int], int] = lambda number: number,
) -> tuple[Evidence, ...]:
    """Every piece of evidence, strongest first; `known` holds the tickets of stored thread ids.

    `goes_on_in` says of a ticket that counts in which one it goes on, since it may have been merged.
    """
    found = _weighed(clues, known, exists, may_see)
    return tuple(replace(one, ticket=goes_on_in(one.ticket)) if one.counts else one for one in found)


def _weighed(
    clues: Clues, known: Mapping[str, int], exists: Callable[[int], bool], may_see: Callable[[int], bool]
) -> tuple[Evidence, ...]:
    tokens = [t for t in clues.tokens if t.ticket]
    signed = clues.signed_tickets or {}
    threads = {one: known.get(one) or signed.get(one, 0) for one in clues.thread_ids}
    return (
        *(_named(MatchedBy.TOKEN, t.ticket, f"signed {t.purpose} address", exists(t.ticket)) for t in tokens),
        *(_named(MatchedBy.THREAD, n, f"<{one}>", exists(n)) for one, n in threads.items() if n),
        *(_named(MatchedBy.SUBJECT, n, f"{n} in the subject", may_see(n)) for n in clues.subject_numbers),
        *(_named(MatchedBy.TEXT, n, f"{n} in the first lines", may_see(n)) for n in clues.text_numbers),
    )


def settle(evidence: Iterable[Evidence]) -> tuple[MatchedBy, tuple[int, ...]]:
    """The strongest kind that counts, and every ticket that it names."""
    counting = [one for one in evidence if one.counts]
    if not counting:
        return MatchedBy.NONE, ()
    strongest = counting[0].kind
    return strongest, tuple(dict.fromkeys(one.ticket for one in counting if one.kind is strongest))


def _named(kind: MatchedBy, ticket: int, saw: str, counts: bool) -> Evidence:
    return Evidence(kind, ticket, saw, counts)


def _tokens(inbound: Inbound, addresses: Addresses, now: datetime) -> tuple[Token, ...]:
    """Tokens of the envelope and, since a mailbox shows no envelope, of To and Cc."""
    written = (*inbound.envelope.recipients, *(one.address for one in (*inbound.to, *inbound.cc)[:100]))
    found = (addresses.token_in_address(one, now) for one in dict.fromkeys(written))
    return tuple(dict.fromkeys(token for token in found if token))


def _thread_ids(inbound: Inbound) -> tuple[str, ...]:
    returned = inbound.report.original_message_id if inbound.report else ""
    ids = dict.fromkeys((returned, inbound.in_reply_to, *reversed(inbound.references)))
    ids.pop("", None)
    return tuple(ids)[:MOST_THREAD_IDS]
