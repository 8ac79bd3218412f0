"""What `people reachable` does: an agent says that an address takes mail again."""

from datetime import UTC, datetime

from bots.commands.acts import AUTHOR
from bots.commands.people_found import agent_named
from bots.wiring import Wired
from intake import handle
from intake.decisions import Decision, Fate, MarkReachable
from intake.errors import CommandRefused
from intake.handle import Command, Work
from intake.lookup import is_given_up
from intake.suggestions import did_you_mean
from store import undeliverable
from store.engine import retrying
from store.work import SqlWork


def make_reachable(wired: Wired, address: str, by: str) -> str:
    """Write to an address again, and let out what waited for it; what was done, in one line."""
    now = datetime.now(UTC)

    def decide(work: Work) -> Command:
        assert isinstance(work, SqlWork)
        agent_named(work, by)
        if not is_given_up(work, address):
            raise CommandRefused(f"{address} is not marked as unreachable; {_known(work, address)}")
        change = MarkReachable(address, f"{by or AUTHOR} says so")
        return Command(Decision(Fate.ANSWER, "command", change.why, changes=(change,)))

    retrying(lambda: handle.carry_out(decide, wired.store, wired.setup, by or AUTHOR, now))
    return f"{address}: is written to again, and what waited for it goes out"


def _known(work: SqlWork, address: str) -> str:
    marked = [one.address for one in undeliverable.listed(work)]
    return did_you_mean(address, marked) if marked else "no address is"
