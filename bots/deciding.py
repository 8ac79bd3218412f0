"""What an agent says becomes of a held message, whatever tool they say it with.

The first one to say so wins: who comes second is refused, and nothing is written. Like `bots.acting`,
each answers the `Command` that `handle.carry_out_in` does, in the same transaction. Whoever reads the
ticket's thread reads what became of the message there, and its notice has no buttons any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bots.acting import AUTHOR, known_ticket
from intake import commands
from intake.decisions import Audience, Decision, Fate, Notice, Recipient
from intake.errors import AlreadyDone, CommandRefused
from intake.handle import Command, Setup
from intake.messages import Address, Inbound
from intake.promising import promise, where_they_read
from intake.thread_lines import WAYS, tell_decided
from intake.tickets import Agent, Ticket
from store import held, held_notices
from store.exports import message_record
from store.held_notices import Settled
from store.work import SqlWork

ON_A_TICKET = frozenset({"admitted", "added"})


class AgentsOwn(CommandRefused):
    """It is an agent's own message, so putting it onto a ticket would send it to nobody."""


def release(
    work: SqlWork, setup: Setup, agent: Agent | None, message: int, number: int, admit: bool, now: datetime
) -> Command:
    """Take a held message onto a ticket, 0 for the one that it is held for; `admit` its sender too."""
    record = held_record(work, message)
    if work.agent(record["from"]):
        raise AgentsOwn(
            f"message {message} is an agent's own, and releasing it would send nothing; "
            "answer with `deskbell ticket reply`, then drop it"
        )
    wanted = number or record["ticket"]
    if not wanted:
        raise CommandRefused(f"message {message} belongs to no ticket; name one with --ticket")
    ticket = known_ticket(work, wanted)
    _check_team(work, setup, record["ticket"], ticket)
    organisation = work.organisation_of(record["from"].rpartition("@")[2])
    sender = work.person(record["from"]) or Address("", record["from"])
    _first(held.release(work, message, wanted, _actor(agent), now), message)
    organisation_id = organisation.id if organisation else None
    _show(work, setup, agent, record, "admitted" if admit else "added", wanted, now)
    return Command(commands.release(ticket, sender, organisation_id, admit, setup.policy, now))


def refuse(
    work: SqlWork, setup: Setup, agent: Agent | None, message: int, because: str, now: datetime
) -> Command:
    """Turn a held message away and tell its sender, which is the agent's own decision."""
    record = held_record(work, message)
    _first(held.refuse(work, message, _actor(agent), now, because), message)
    is_told = can_be_told(setup, record)
    if is_told:
        _tell(work, setup, record, because, now)
    said = {"because": because, "is_told": is_told, "chat": chat_of(setup, record)}
    _show(work, setup, agent, record, "refused", record["ticket"], now, said)
    return Command(Decision(Fate.REFUSE, "refused-by-agent", because, "refused" if is_told else ""))


def drop(work: SqlWork, setup: Setup, agent: Agent | None, message: int, now: datetime) -> Command:
    """Keep a held message and do nothing more about it."""
    record = held_record(work, message)
    _first(held.drop(work, message, _actor(agent), now), message)
    _show(work, setup, agent, record, "dropped", record["ticket"], now)
    return Command(Decision(Fate.IGNORE, "dropped-by-agent", "An agent dropped it."))


def held_record(work: SqlWork, message: int) -> dict[str, Any]:
    """All that is known of a message that is held."""
    record = message_record(work, message)
    if record is None or record["fate"] != Fate.HOLD:
        raise CommandRefused(f"no message {message} is held; `deskbell held list` shows those there are")
    return record


def chat_of(setup: Setup, record: Mapping[str, Any]) -> str:
    """The chat in which the sender of a held message is told something, "" where that is by mail."""
    channel = str(record["channel"])
    return WAYS.get(channel, channel) if record["place"] and channel in setup.desk.chats else ""


def can_be_told(setup: Setup, record: Mapping[str, Any]) -> bool:
    """Whether anything reaches the sender: a chat's account is no address, and our own is nobody's."""
    address = str(record["from"])
    return bool(chat_of(setup, record)) or ("@" in address and not setup.desk.is_ours(address))


def _tell(work: SqlWork, setup: Setup, record: Mapping[str, Any], because: str, now: datetime) -> None:
    """Tell the sender why they are turned away, by the channel on which they wrote."""
    sender = Address("", record["from"])
    heard = Inbound(record["channel"], record["identity"], now, sender, place=record["place"])
    told = Notice("refused", Audience.SENDER, {"because": because}, "no")  # an agent's own act: no budget
    zone = str(setup.policy.calendar_of(None).zone)
    to = where_they_read(work, told, Recipient(sender, timezone=zone), heard, None, setup.desk)
    promise(work, told, to, None, None, 0, setup, now)


def _show(
    work: SqlWork,
    setup: Setup,
    agent: Agent | None,
    record: Mapping[str, Any],
    became: str,
    number: int,
    now: datetime,
    said: Mapping[str, object] | None = None,
) -> None:
    """Show in the ticket's thread, and on the notice of the message, what became of it."""
    ticket = work.ticket(number) if number else None
    by, because = agent.name if agent else AUTHOR, str((said or {}).get("because", ""))
    if ticket:
        facts = {"author": by, "became": became, "sender": record["author"] or record["from"], **(said or {})}
        is_elsewhere = number != record["ticket"]  # where nobody has read it yet
        facts |= {"text": record["reply"] or record["text"]} if is_elsewhere else {}
        tell_decided(work, ticket, facts, setup, now)
    on = setup.policy.reference_of(ticket) if ticket and became in ON_A_TICKET else ""
    settled = Settled(became, by, now.isoformat(), on, because)
    held_notices.redraw(work, record["id"], settled, lambda: setup.addresses.message_id(0, now), now)


def _check_team(work: SqlWork, setup: Setup, held_for: int | None, ticket: Ticket) -> None:
    """What is held for a protected team's ticket is read on no other team's."""
    source = work.ticket(held_for) if held_for else None
    if source and setup.policy.is_protected(source.team) and ticket.team != source.team:
        raise CommandRefused(f"that message is for team {source.team} only; name a ticket of theirs")


def _first(is_first: bool, message: int) -> None:
    if not is_first:
        raise AlreadyDone(f"message {message} is not held any more")


def _actor(agent: Agent | None) -> str:
    return agent.email if agent else AUTHOR
