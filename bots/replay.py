"""Runs two policies over the same messages, each in a desk of its own in memory.

Both desks begin with the people of the real one, and are told what else happened there, so
that whatever becomes of a message in one and not in the other is the policies' doing. A
message that opened ticket 1042 then is judged as it was then, before that ticket; if it opens
one again, it is 1042 again, for later mail names that number. What a message leads to is kept
in mind for those that follow: where a policy refuses the first mail of a thread, the answers
to it fare otherwise too.

Nothing is worded and nothing promised. Clocks do not ring: what they had done to a ticket by
itself, such as closing it, is told as it happened.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bots.wiring import Wired
from intake.decisions import Fate, Notice, Recipient
from intake.handle import Letter, receive
from intake.messages import Inbound, Outbound
from intake.policy import Policy
from intake.tickets import Ticket
from intake.tokens import Addresses
from intake.work import Setup, Work
from store.desk import SqlStore, open_store
from store.past import Event
from store.replica import Replica, forget_words

WORDS_KEPT = 200  # messages, before what was said is forgotten


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A message to be judged: its name for people, when it was decided, the number if it opens a ticket."""

    name: int | str
    letter: Letter
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Judgement:
    fate: Fate
    rule: str
    ticket: int
    because: str

    def as_contract(self) -> dict[str, object]:
        return {"fate": self.fate.value, "rule": self.rule, "ticket": self.ticket}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one message fares under each policy."""

    stimulus: Stimulus
    before: Judgement
    after: Judgement

    @property
    def is_changed(self) -> bool:
        """Another fate, or another ticket; another rule with the same outcome is the same outcome."""
        return (self.before.fate, self.before.ticket) != (self.after.fate, self.after.ticket)

    def as_contract(self) -> dict[str, object]:
        inbound = self.stimulus.letter.inbound
        return {
            "message": self.stimulus.name,
            "from": inbound.sender.address if inbound.sender else "",
            "subject": inbound.subject,
            "at": self.stimulus.at.isoformat(),
            "before": self.before.as_contract(),
            "after": self.after.as_contract(),
            "because": self.after.because,
        }


class Silence:
    """Words nothing: a replay says nothing to anybody."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def word(
        self, notice: Notice, to: Recipient, ticket: Ticket | None, inbound: Inbound | None, now: datetime
    ) -> Outbound:
        number = ticket.number if ticket else 0
        message_id = self._addresses.message_id(number, now)
        return Outbound(
            "email",
            to.address,
            notice.name,
            "",
            "",
            message_id,
            automatic=notice.automatic,
            ticket_number=number,
        )


class Numbering:
    """A store in which the next ticket has the number that it is to have."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.number = 0

    def begin(self) -> AbstractContextManager[Work]:
        return self._begin()

    @contextmanager
    def _begin(self) -> Iterator[Work]:
        with self._store.begin() as work:
            work.buffer.next_number_is(self.number)
            yield work


class World:
    """A desk in memory under one policy."""

    def __init__(self, wired: Wired, policy: Policy, replica: Replica) -> None:
        self.store = open_store("sqlite://")
        self._replica = replica
        self._setup: Setup = replace(wired.setup, policy=policy, wording=Silence(wired.setup.addresses))
        self._judged = 0
        with self.store.begin() as work:
            replica.begin(work)

    def tell(self, events: Iterable[Event]) -> None:
        with self.store.begin() as work:
            for event in events:
                self._replica.tell(work, event)

    def judge(self, stimulus: Stimulus) -> Judgement:
        numbering = Numbering(self.store)
        numbering.number = stimulus.number
        letter = replace(stimulus.letter, raw=None)
        receipt = receive([letter], numbering, self._setup, stimulus.at)[0]
        self._judged += 1
        if not self._judged % WORDS_KEPT:
            with self.store.begin() as work:
                forget_words(work)
        assert receipt.fate is not None
        return Judgement(receipt.fate, receipt.rule, receipt.ticket, receipt.because)

    def close(self) -> None:
        self.store.close()


def replay(
    wired: Wired,
    old: Policy,
    new: Policy,
    replica: Replica,
    past: Iterable[Event],
    stimuli: Iterable[Stimulus],
) -> Iterator[Outcome]:
    """How each message fares under both policies, in the order given."""
    worlds = World(wired, old, replica), World(wired, new, replica)
    coming = _Coming(past)
    try:
        for stimulus in stimuli:
            if events := coming.before(stimulus.at):
                for world in worlds:
                    world.tell(events)
            before, after = (world.judge(stimulus) for world in worlds)
            yield Outcome(stimulus, before, after)
    finally:
        for world in worlds:
            world.close()


class _Coming:
    """Events that have not been told yet, in their order."""

    def __init__(self, past: Iterable[Event]) -> None:
        self._past = iter(past)
        self._next = next(self._past, None)

    def before(self, at: datetime) -> list[Event]:
        """Those up to a moment; what is of that very moment comes of the message that does."""
        found = []
        while self._next is not None and self._next.at < at:
            found.append(self._next)
            self._next = next(self._past, None)
        return found
