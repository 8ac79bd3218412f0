"""One path for every stimulus: read, decide, write, promise, in one transaction.

A message (`receive`), a due clock (`ring`) and an agent's command (`carry_out`) each end in a
`Decision`. What it is made from is read in `intake.lookup`, and `intake.apply` is the only
place that turns it into rows and promises.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.apply import apply
from intake.clocks import judge
from intake.context import Context
from intake.decisions import Audience, Decision, Fate, Receipt
from intake.evidence import Clues, clues_in
from intake.guards import GUARDS, screen
from intake.lifecycle import aged
from intake.lookup import context_for
from intake.messages import Assurance, File, Inbound, Raw
from intake.policy import Policy
from intake.router import route
from intake.thread_lines import tell_the_other, with_lines
from intake.tickets import Person, Ticket
from intake.trust import held
from intake.work import Setup, Store, Work

__all__ = [
    "Command",
    "Letter",
    "Setup",
    "Store",
    "Work",
    "age",
    "carry_out",
    "carry_out_in",
    "explain",
    "receive",
    "receive_in",
    "ring",
]
TAKEN = frozenset({Fate.APPEND, Fate.OPEN, Fate.ANSWER})
ASKERS = frozenset({Audience.SENDER, Audience.REQUESTER, Audience.EVERYONE})
GUARD_NAMES = frozenset(guard.name for guard in GUARDS)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way in: the bytes and what was read; `unreadable` says why nothing was.

    `delivery` is its place in the inbox when it waited there. `refuse_in_session` is whether the
    sender's server still listens, so that a refusal can be said there. `tells_sender` is False for what
    an agent writes down for somebody who is not to hear of it.
    """

    raw: Raw | None
    inbound: Inbound
    unreadable: str = ""
    delivery: int = 0
    refuse_in_session: bool = True
    files: tuple[File, ...] = ()  # what a chat brought beside its words, at the places of the attachments
    tells_sender: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """What an agent wants: the decision, what they said if it is to be kept, whom it answers."""

    decision: Decision
    said: Inbound | None = None
    about: Person | None = None
    raw: Raw | None = None
    files: tuple[File, ...] = ()


def receive(letters: Sequence[Letter], store: Store, setup: Setup, now: datetime) -> list[Receipt]:
    """Keep a group of messages for good, in one transaction; one that is known gets its first receipt."""
    inbounds = [letter.inbound for letter in letters]
    clues = [clues_in(inbound, setup.addresses, setup.policy.pattern, now) for inbound in inbounds]
    with store.begin() as work:
        work.look_ahead(
            [inbound.identity for inbound in inbounds],
            [inbound.sender.address for inbound in inbounds if inbound.sender],
            [one for clue in clues for one in clue.thread_ids],
            [number for clue in clues for number in clue.numbers],
        )
        return [_take(work, *pair, setup, now) for pair in zip(letters, clues, strict=True)]


def receive_in(work: Work, letter: Letter, setup: Setup, now: datetime) -> Receipt:
    """Keep one letter within a transaction of the caller's, who may have more to write."""
    clues = clues_in(letter.inbound, setup.addresses, setup.policy.pattern, now)
    return _take(work, letter, clues, setup, now)


def ring(numbers: Iterable[int], store: Store, setup: Setup, now: datetime) -> int:
    """Judge the due clocks of these tickets, each in a transaction of its own; how many had any."""
    return sum(_passes(number, judge, store, setup, now) for number in numbers)


def age(numbers: Iterable[int], store: Store, setup: Setup, now: datetime) -> int:
    """Close those of these tickets that have been solved for long enough; how many were."""
    return sum(_passes(number, aged, store, setup, now) for number in numbers)


def _passes(
    number: int,
    decide: Callable[[Ticket, Policy, datetime], Decision],
    store: Store,
    setup: Setup,
    now: datetime,
) -> bool:
    """What time alone does to a ticket, in a transaction of its own; whether it did anything."""
    with store.begin() as work:
        ticket = work.ticket(number)
        decision = decide(ticket, setup.policy, now) if ticket else None
        if decision is None or not decision.changes:
            return False
        apply(work, None, None, decision, Context(setup.desk), setup, "clock", now)
        return True


def carry_out(
    decide: Callable[[Work], Command], store: Store, setup: Setup, actor: str, now: datetime
) -> Decision:
    """Do what an agent commands, by the same lines as everything else."""
    with store.begin() as work:
        return carry_out_in(work, decide, setup, actor, now)


def carry_out_in(
    work: Work, decide: Callable[[Work], Command], setup: Setup, actor: str, now: datetime
) -> Decision:
    """The same within a transaction of the caller's."""
    command = decide(work)
    context = Context(setup.desk, person=command.about)
    for one in command.files:
        work.keep_file(one, now)
    shown = with_lines(work, command.decision, command.said, setup, actor)
    apply(work, command.raw, command.said, shown, context, setup, actor, now)
    tell_the_other(work, command.decision, setup, actor, now)
    return command.decision


def explain(letter: Letter, store: Store, setup: Setup, now: datetime) -> Decision:
    """What would happen because of a message; the caller's store is asked and not written to."""
    clues = clues_in(letter.inbound, setup.addresses, setup.policy.pattern, now)
    with store.begin() as work:
        return _decided(letter, _context(work, letter, clues, setup), setup, now)


def _take(work: Work, letter: Letter, clues: Clues, setup: Setup, now: datetime) -> Receipt:
    if letter.delivery:
        work.for_delivery(letter.delivery)
    context = _context(work, letter, clues, setup)
    letter, first = _first_of(work, letter, context)
    if first is not None:
        if letter.raw is not None:
            work.add_receipt(letter.raw, letter.inbound.identity, first.message)
        return replace(first, duplicate=True)
    decision = _decided(letter, context, setup, min(now, letter.inbound.received_at))
    if not letter.tells_sender:
        decision = _untold(decision)
    for one in letter.files:
        work.keep_file(one, now)
    message, ticket = apply(
        work, letter.raw, letter.inbound, decision, context, setup, _actor(letter.inbound), now
    )
    return Receipt(
        message,
        decision.fate,
        decision.rule,
        decision.because,
        decision.reply,
        ticket.number if ticket else 0,
        authenticated=decision.assurance is not Assurance.NONE,
        escalated=decision.escalated,
        missing=decision.missing,
    )


def _untold(decision: Decision) -> Decision:
    """The same without what whoever asks would read."""
    kept = tuple(one for one in decision.notices if one.audience not in ASKERS)
    return replace(decision, notices=kept, reply="")


def _first_of(work: Work, letter: Letter, context: Context) -> tuple[Letter, Receipt | None]:
    """The receipt that a letter has already, and the letter by the identity that it is kept under.

    A copy that a forger, a list or a machine sent ahead must not stand in the way of the true one.
    """
    first = work.receipt_for(letter.inbound.identity)
    if first is None or not _shows_more(letter.inbound, context, first):
        return letter, first
    identity = hashlib.sha256(f"{letter.inbound.identity} anew".encode()).hexdigest()
    anew = replace(letter, inbound=replace(letter.inbound, identity=identity))
    return anew, work.receipt_for(identity)


def _shows_more(inbound: Inbound, context: Context, first: Receipt) -> bool:
    """Is it no machine's where the first copy was; or is it proven, or names a ticket, where that did not?

    A copy to the signed address may come after one to the plain address, which was turned away.
    """
    if first.fate in TAKEN or screen(inbound, context.desk):
        return False
    is_surer = (context.is_proven and not first.authenticated) or (context.ticket and not first.ticket)
    return first.rule in GUARD_NAMES or bool(is_surer)


def _actor(inbound: Inbound) -> str:
    return inbound.sender.address if inbound.sender else "nobody"


def _decided(letter: Letter, context: Context, setup: Setup, now: datetime) -> Decision:
    """The router's decision; a message that cannot be read or decided is held with the reason."""
    if letter.unreadable:
        return held("unreadable", f"It cannot be read: {letter.unreadable}", context)
    try:
        return route(letter.inbound, context, setup.policy, now)
    except Exception as error:  # noqa: BLE001  a fault of ours must not cost the message
        because = f"Deciding failed, which is a fault of Deskbell: {type(error).__name__}: {error}"
        return held("undecided", because[:500], context)


def _context(work: Work, letter: Letter, clues: Clues, setup: Setup) -> Context:
    return context_for(work, letter.inbound, clues, setup, refuse_in_session=letter.refuse_in_session)
