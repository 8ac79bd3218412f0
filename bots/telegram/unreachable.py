"""A chat that takes nothing any more: its words go by mail, and agents hear of it once.

Somebody has blocked the bot or deleted their account. The account is marked, the promise ends as
failed and another one with the same words goes to the person's address, all in one transaction. What
belongs to a dialogue is not mailed: buttons and questions make no sense there.
"""

from datetime import datetime

from bots.chat.by_mail import address_of, as_mail
from bots.delivery import Claimed
from intake.decisions import Audience, Decision, Fate, Notice
from intake.handle import Command, Setup, carry_out_in
from intake.tickets import Person
from store import outbox
from store.people_lists import open_tickets_of_person
from store.telegram_accounts import block, owner_of
from store.work import SqlWork


def turn_to_mail(work: SqlWork, promise: Claimed, reason: str, setup: Setup, now: datetime) -> None:
    """Say by mail what the chat did not take, where there is somebody to say it to."""
    outbound, place = promise.outbound, promise.outbound.recipient.address
    person = owner_of(work, place)
    address = address_of(work, person)
    is_mailed = bool(address and not outbound.extra.get("dialogue"))
    ticket = work.ticket(outbound.ticket_number) if outbound.ticket_number else None
    words = as_mail(outbound, person, address, ticket, setup, now)
    mailed = work.promise(words, ticket, now) if is_mailed else 0
    outbox.mark_failed(work, promise.id, f"{reason}; {f'by mail as {mailed}' if mailed else 'not by mail'}")
    note_block(work, place, reason, outbound.ticket_number, setup, now)


def note_block(work: SqlWork, place: str, reason: str, number: int, setup: Setup, now: datetime) -> None:
    """Mark an account that takes nothing any more; agents hear of it the first time.

    Where no ticket is named, that is in the thread of the newest one that waits for its owner or for us.
    """
    person = owner_of(work, place)
    if block(work, place, now) and person:
        about = number or max(open_tickets_of_person(work, person.id), default=0)
        _tell_agents(work, person, reason, about, setup, now)


def _tell_agents(
    work: SqlWork, person: Person, reason: str, number: int, setup: Setup, now: datetime
) -> None:
    address = address_of(work, person)
    facts = {"who": person.name or address, "address": address, "reason": reason}
    told = Notice("agent-chat-blocked", Audience.AGENTS, facts, "auto-generated")
    ticket = work.ticket(number) if number else None
    decision = Decision(Fate.ANSWER, "chat-blocked", reason, ticket=ticket, notices=(told,))
    carry_out_in(work, lambda _: Command(decision), setup, "telegram", now)
