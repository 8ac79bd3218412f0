"""What `serve` asks of the store, each in a transaction of its own, on the writer's thread.

A conflict between two processes on PostgreSQL undoes a transaction whole; then it is tried
again whole. Everything that decides goes through `intake.handle`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bots.delivery import Claimed
from bots.giving_up import about, gave_up
from bots.processes import is_of_the_past, is_this_process, this_process
from bots.wiring import set_up_again
from intake import handle
from intake.decisions import Receipt
from intake.messages import File, Outbound, Raw
from intake.people import Book
from intake.policy import Policy
from intake.returned import refused_for_good
from store import budgets, cards, clocks, inbox, lifecycle, outbox, people
from store.desk import SqlStore
from store.engine import retrying
from store.files import files_of
from store.work import SqlWork

MOST_DUE = 100
HEAVY_LEASE = timedelta(minutes=5)
Answer = TypeVar("Answer")


class Keeping:
    """The desk's transactions; `setup` may be replaced while it runs, when the policy changes."""

    def __init__(self, store: SqlStore, setup: handle.Setup) -> None:
        self._store = store
        self._worker = this_process()
        self.setup = setup

    def use(self, policy: Policy, templates: str) -> None:
        """Decide by another policy from now on."""
        self.setup = set_up_again(self.setup, policy, templates)
        self._store.policy_digest = policy.digest

    def let_go(self) -> None:
        """Asked at the start: what a process of this machine had claimed and did not end is free at once."""

        def freed(work: SqlWork) -> None:
            now = datetime.now(UTC)
            inbox.let_go(work, is_of_the_past, now)
            outbox.let_go(work, is_of_the_past, now)

        self._in_work(freed)

    def give_back(self) -> None:
        """Asked at the end: what was claimed here and did not come to its end is anybody's at once."""

        def given(work: SqlWork) -> None:
            now = datetime.now(UTC)
            inbox.give_back(work, is_this_process, now)
            outbox.let_go(work, is_this_process, now)
            cards.let_go(work, is_this_process, now)

        self._in_work(given)

    # Messages

    def receive(self, letters: Sequence[handle.Letter]) -> list[Receipt]:
        return retrying(lambda: handle.receive(letters, self._store, self.setup, datetime.now(UTC)))

    def takes(self, address: str) -> bool:
        """Is this one of the desk's addresses, plain or signed?"""
        if self.setup.desk.is_ours(address):
            return True
        return self.setup.addresses.token_in_address(address, datetime.now(UTC)) is not None

    def keep_pending(self, raw: Raw) -> int:
        content = hashlib.sha256(raw.body).hexdigest()  # two mails may come at the same moment
        key = f"{raw.received_at.isoformat()} {raw.envelope} {content}"
        return self._in_work(lambda work: inbox.keep_pending(work, raw, key))[0]

    def claim_heavy(self) -> inbox.Waiting | None:
        now = datetime.now(UTC)
        found = self._in_work(
            lambda work: inbox.claim(work, self._worker, now, HEAVY_LEASE, 1, channel="email")
        )
        return found[0] if found else None

    def try_again(
        self, delivery: int, error: str, wait: timedelta = timedelta(), *, is_counted: bool = True
    ) -> None:
        """Deciding a delivery broke; it is nobody's again, at once or after a while."""
        next_at = datetime.now(UTC) + wait
        self._in_work(lambda work: inbox.fail(work, delivery, error, next_at, is_counted=is_counted))

    def keep_raw(self, raw: Raw, key: str) -> bool:
        """Keep what a chat brought, to be decided soon; False where `key` says that it is here already."""
        return self._in_work(lambda work: inbox.keep_pending(work, raw, key))[1]

    def claim_raw(self, source: str, lease: timedelta, limit: int) -> list[inbox.Waiting]:
        """What waits of one channel, of each chat its first."""
        now = datetime.now(UTC)
        return self._in_work(lambda work: inbox.claim(work, self._worker, now, lease, limit, source=source))

    def purge(self, now: datetime, days: int) -> int:
        """Forget the bytes of old messages, and what was spent in hours that are over; how many messages."""

        def purged(work: SqlWork) -> int:
            budgets.forget(work.connection, now)
            return inbox.purge_raws(work, now - timedelta(days=days), now)

        return self._in_work(purged)

    def import_people(self, book: Book) -> int:
        """How many things changed."""
        return len(self._in_work(lambda work: people.import_people(work, book)))

    # Clocks

    def due(self, now: datetime) -> list[int]:
        with self._store.reading() as work:
            return list(dict.fromkeys(ticket for ticket, _ in clocks.due_clocks(work, now, MOST_DUE)))

    def ring(self, number: int, now: datetime) -> None:
        retrying(lambda: handle.ring((number,), self._store, self.setup, now))

    def solved_for_long(self, now: datetime) -> list[int]:
        """Tickets that the policy closes by now."""
        days = self.setup.policy.file.lifecycle.close_solved_after_days
        if not days:
            return []
        with self._store.reading() as work:
            return lifecycle.solved_before(work, now - timedelta(days=days), MOST_DUE)

    def age(self, number: int, now: datetime) -> None:
        retrying(lambda: handle.age((number,), self._store, self.setup, now))

    # The outbox

    def claim(self, channel: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
        """What is due; what waited for an hour with room for it is due again."""

        def claimed(work: SqlWork) -> list[tuple[int, Outbound, int]]:
            outbox.release(work, now, self.setup.budgets.overall)
            return outbox.claim(work, channel, self._worker, now, lease, limit)

        return [Claimed(*row) for row in self._in_work(claimed)]

    def files(self, outbound: Outbound) -> tuple[File, ...]:
        with self._store.reading() as work:
            return files_of(work, outbound)

    def sent(self, promise: Claimed, answer: str, now: datetime) -> None:
        self._in_work(lambda work: outbox.mark_sent(work, promise.id, answer, now))

    def failed(self, promise: Claimed, error: str, next_at: datetime, *, is_counted: bool = True) -> None:
        self._in_work(lambda work: outbox.mark_retry(work, promise.id, error, next_at, is_counted=is_counted))

    def given_up(self, promise: Claimed, reason: str, now: datetime) -> None:
        """Mark it failed and tell the agents, in one transaction; a notice to agents tells nobody."""

        def decide(work: handle.Work) -> handle.Command:
            assert isinstance(work, SqlWork)
            outbox.mark_failed(work, promise.id, reason)
            number = about(promise)
            ticket = work.ticket(number) if number else None
            refused = refused_for_good(promise.id, promise.outbound, reason)
            return handle.Command(
                replace(gave_up(promise, reason, ticket), changes=(refused,) if refused else ())
            )

        retrying(lambda: handle.carry_out(decide, self._store, self.setup, "outbox", now))

    def _in_work(self, function: Callable[[SqlWork], Answer]) -> Answer:
        def attempt() -> Answer:
            with self._store.begin() as work:
                return function(work)

        return retrying(attempt)
