"""`deskbell import`: old mail of mailboxes becomes tickets and their history; nobody is written to.

It may be stopped at any moment and run again: whatever is there already is passed over, by
its bytes without being read again. A desk that serves meanwhile goes on: mail is taken in
small groups, each in a transaction of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import typer

from bots.console import safe
from bots.door import letter_from
from bots.mailboxes import Found, Missed, believed, survey
from bots.progress import advancing
from bots.wiring import Wired
from intake import imports
from intake.decisions import Decision, Fate
from intake.errors import ConfigError, StoreUnavailable
from intake.evidence import clues_in, settle, weigh
from intake.handle import Letter, Setup
from intake.imports import Past
from intake.messages import Raw
from intake.tickets import Status
from store.engine import retrying
from store.imports import forget_rows, keep_history, known_bytes
from store.people import listed_agents
from store.work import SqlWork

GROUP = 32  # mails in one transaction: a desk that serves waits for it
GROUP_BYTES = 4 << 20
MADE_UP = 1 << 30  # numbers of tickets that are never written


@dataclass(slots=True)
class Tally:
    """What became of everything that was found."""

    fates: Counter[Fate] = field(default_factory=Counter)
    known: int = 0
    missed: list[Missed] = field(default_factory=list)

    def add(self, fates: Iterable[Fate | None]) -> None:
        """Count what became of each; None was there already."""
        for fate in fates:
            if fate is None:
                self.known += 1
            else:
                self.fates[fate] += 1

    def in_words(self, done: str) -> str:
        kept = sum(self.fates.values())
        aside = kept - self.fates[Fate.OPEN] - self.fates[Fate.APPEND]
        parts = [
            f"{kept} {done}: {self.fates[Fate.OPEN]} tickets, {self.fates[Fate.APPEND]} more on tickets",
            f"{aside} kept aside",
            f"{self.known} there already",
            f"{len(self.missed)} could not be read",
        ]
        return ", ".join(parts)


def import_mailboxes(
    wired: Wired, mailboxes: Sequence[Path], ours: Sequence[str], status: Status, *, dry_run: bool
) -> bool:
    """Take in every mail of some mailboxes; False when something could not be read."""
    now = datetime.now(UTC)
    absent = [f"{path}: there is no such mailbox" for path in mailboxes if not path.exists()]
    if absent:
        raise ConfigError(absent)
    found = survey(mailboxes, now)
    tally = Tally(missed=list(found.missed))
    history = History(wired, past_of(wired, ours, status, now), now)
    take = history.rehearse if dry_run else history.keep
    take(_told(advancing(found.mails(), len(found), "importing"), tally), tally)
    for missed in tally.missed:
        typer.echo(f"{safe(missed.name)}: {safe(missed.because)}", err=True)
    typer.echo(tally.in_words("would be imported" if dry_run else "imported"))
    return not tally.missed


def past_of(wired: Wired, ours: Sequence[str], status: Status, now: datetime) -> Past:
    """What the import goes by; `ours` are the desk's addresses, its agents' and those that are named."""
    with wired.store.reading() as work:
        agents = [one.email for one in listed_agents(work)]
    addresses = frozenset(one.strip().lower() for one in (*wired.desk.addresses, *agents, *ours))
    because = f"It was imported with old mail on {now.date()}; the policy was not asked."
    return Past(wired.desk, wired.setup.policy, addresses, status, because)


class History:
    """Takes old mails into one desk."""

    def __init__(self, wired: Wired, past: Past, now: datetime) -> None:
        self._store = wired.store
        self._setup: Setup = wired.setup
        self._past = past
        self._now = now
        self._trusted = believed(wired.settings)

    def keep(self, mails: Iterable[Found], tally: Tally) -> None:
        """Keep them, a group in a transaction; one that breaks costs no other."""
        for group in _groups(mails):
            try:
                tally.add(self._keep(group))
            except StoreUnavailable:
                raise
            except Exception:  # noqa: BLE001  one of them breaks: each by itself
                self._keep_each(group, tally)

    def rehearse(self, mails: Iterable[Found], tally: Tally) -> None:
        """The same in one transaction that is given up, and without the rows."""
        numbers = count(MADE_UP)
        with self._store.reading() as work:
            for letter in self._unknown(work, mails, tally):
                work.buffer.next_number_is(next(numbers))  # asking for one would make a desk wait
                tally.add([self._take(work, letter)])
                forget_rows(work)

    def _keep(self, group: Sequence[Found]) -> list[Fate | None]:
        """The fate of each, None for what was there already."""
        known = Tally()
        with self._store.reading() as work:
            letters = list(self._unknown(work, group, known))

        def attempt() -> list[Fate | None]:
            with self._store.begin() as work:
                return [self._take(work, letter) for letter in letters]

        return [None] * known.known + (retrying(attempt) if letters else [])

    def _keep_each(self, group: Sequence[Found], tally: Tally) -> None:
        for found in group:
            try:
                tally.add(self._keep([found]))
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  told, and the rest goes on
                tally.missed.append(Missed(found.name, f"{type(error).__name__}: {error}"))

    def _unknown(self, work: SqlWork, mails: Iterable[Found], tally: Tally) -> Iterator[Letter]:
        """Those whose bytes nobody has kept before, read."""
        for found in mails:
            if known_bytes(work, (found.body,)):
                tally.known += 1
            else:
                yield self._letter(found)

    def _letter(self, found: Found) -> Letter:
        """Read as any mail is; it came to us now, but it happened when it says."""
        letter = letter_from(Raw("email", "import", found.body, self._now), self._trusted)
        return replace(letter, inbound=replace(letter.inbound, received_at=found.received_at))

    def _take(self, work: SqlWork, letter: Letter) -> Fate | None:
        if work.receipt_for(letter.inbound.identity):
            return None
        decision = self._decided(work, letter)
        assert letter.raw
        direction = imports.direction_of(letter.inbound, self._past)
        keep_history(work, letter.raw, letter.inbound, decision, direction)
        return decision.fate

    def _decided(self, work: SqlWork, letter: Letter) -> Decision:
        if letter.unreadable:
            return imports.unreadable(letter.unreadable, self._past)
        return imports.imported(letter.inbound, self._found(work, letter), self._past)

    def _found(self, work: SqlWork, letter: Letter) -> imports.Found:
        inbound = letter.inbound
        clues = clues_in(inbound, self._setup.addresses, self._setup.policy.pattern, inbound.received_at)
        known = work.tickets_of(clues.thread_ids)
        evidence = weigh(clues, known, lambda number: work.ticket(number) is not None, lambda number: False)
        _, numbers = settle(evidence)
        ticket = work.ticket(numbers[0]) if numbers else None  # the nearest, where an old thread was split
        other = imports.partner(inbound, self._past)
        if other is None:
            return imports.Found(evidence, ticket)
        person = work.person(other.address)
        theirs = person.organisation_id if person else None
        organisation = work.organisation(theirs) if theirs else work.organisation_of(other.domain)
        return imports.Found(evidence, ticket, person, organisation)


def _told(found: Iterable[Found | Missed], tally: Tally) -> Iterator[Found]:
    """The mails alone; what could not be read is noted on the way."""
    for one in found:
        if isinstance(one, Missed):
            tally.missed.append(one)
        else:
            yield one


def _groups(mails: Iterable[Found]) -> Iterator[list[Found]]:
    """A few mails at a time, and only one where they are large."""
    group: list[Found] = []
    for mail in mails:
        group.append(mail)
        if len(group) == GROUP or sum(len(one.body) for one in group) > GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
