"""What an agent says becomes of a held message, whatever tool they say it with.

The first one to say so wins: who comes second is refused, and nothing is written. Like `bots.acting`,
each answers the `Command` that `handle.carry_out_in` does, in the same transaction.
"""

from datetime import datetime
from typing import Any

from bots.acting import AUTHOR, known_ticket
from intake import commands
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup
from intake.messages import Address
from intake.tickets import Agent, Person
from store import held
from store.exports import message_record
from store.work import SqlWork


def release(
    work: SqlWork, setup: Setup, agent: Agent | None, message: int, number: int, admit: bool, now: datetime
) -> Command:
    """Take a held message onto a ticket, 0 for the one that it is held for; `admit` its sender too."""
    record = held_record(work, message)
    if work.agent(record["from"]):
        raise CommandRefused(
            f"message {message} is an agent's own, and releasing it would send nothing; "
            "answer with `deskbell ticket reply`, then drop it"
        )
    wanted = number or record["ticket"]
    if not wanted:
        raise CommandRefused(f"message {message} belongs to no ticket; name one with --ticket")
    ticket = known_ticket(work, wanted)
    organisation = work.organisation_of(record["from"].rpartition("@")[2])
    sender = work.person(record["from"]) or Address("", record["from"])
    _first(held.release(work, message, wanted, _actor(agent), now), message)
    organisation_id = organisation.id if organisation else None
    return Command(commands.release(ticket, sender, organisation_id, admit, setup.policy, now))


def refuse(
    work: SqlWork, setup: Setup, agent: Agent | None, message: int, because: str, now: datetime
) -> Command:
    """Turn a held message away and tell its sender, which is the agent's own decision."""
    record = held_record(work, message)
    _first(held.refuse(work, message, _actor(agent), now, because), message)
    told = Notice("refused", Audience.SENDER, {"because": because}, "no")  # an agent's own act: no budget
    decision = Decision(Fate.REFUSE, "refused-by-agent", because, "refused", notices=(told,))
    return Command(decision, about=Person(0, "", (record["from"],)))


def drop(work: SqlWork, setup: Setup, agent: Agent | None, message: int, now: datetime) -> Command:
    """Keep a held message and do nothing more about it."""
    held_record(work, message)
    _first(held.drop(work, message, _actor(agent), now), message)
    return Command(Decision(Fate.IGNORE, "dropped-by-agent", "An agent dropped it."))


def held_record(work: SqlWork, message: int) -> dict[str, Any]:
    """All that is known of a message that is held."""
    record = message_record(work, message)
    if record is None or record["fate"] != Fate.HOLD:
        raise CommandRefused(f"no message {message} is held; `deskbell held list` shows those there are")
    return record


def _first(is_first: bool, message: int) -> None:
    if not is_first:
        raise AlreadyDone(f"message {message} is not held any more")


def _actor(agent: Agent | None) -> str:
    return agent.email if agent else AUTHOR
