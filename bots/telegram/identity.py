"""Who writes in a chat, and which tickets they may see there.

A Telegram name, a username, a shared contact prove nothing. An account is somebody's because a link
in a mail to them was opened in it (that ticket only), or because a code that was mailed to them
was sent from it (all their tickets). All tickets of the organisation are shown to an administrator, or
to whoever an agent let, and only where the policy lets colleagues follow up. The question is asked
at every turn anew, and the answer for a ticket of others is that for one that does not exist.
"""

import re

from bots.telegram.saying import MEDIUM
from bots.telegram.turn import Turn
from intake.tickets import Person, Role, Ticket
from store import accounts, customers
from store.accounts import Account
from store.customers import Reach
from store.types import is_key

LOCAL_SHOWN = 1


def masked(address: str) -> str:
    """An address as only its owner recognises it.

    >>> masked("ana.rossi@acme.example")
    'a…@acme.example'
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:LOCAL_SHOWN]}…@{domain}"


def known(turn: Turn) -> tuple[Account | None, Person | None, str]:
    """The account and its person, if they are linked still; else why that has just ended, if it has."""
    account = accounts.account_at(turn.work, MEDIUM, turn.heard.account)
    if account is None:
        return None, None, ""
    if why := accounts.reason_to_end(turn.work, account, turn.now):
        accounts.end(turn.work, account, why, "deskbell", turn.now)
        return None, None, why
    accounts.seen(turn.work, account, turn.now)
    return account, turn.work.person_by_id(account.person), ""


def reach(turn: Turn) -> Reach:
    """Which tickets this account may see."""
    account, person = turn.account, turn.person
    if account is None or person is None:
        return Reach(0, only=())
    if account.scope == accounts.TICKETS:
        return Reach(person.id, only=tuple(accounts.granted(turn.work, account)))
    return Reach(person.id, _organisation_seen(turn, account, person))


def _organisation_seen(turn: Turn, account: Account, person: Person) -> int:
    is_shared = turn.setup.policy.file.follow_ups == "organisation"
    sees_all = account.scope == accounts.ORGANISATION or person.role is Role.ADMINISTRATOR
    return (person.organisation_id or 0) if is_shared and sees_all else 0


def ticket_seen(turn: Turn, number: int) -> Ticket | None:
    """The ticket, if this account may see it; one of others costs the same look-up as none."""
    seen = reach(turn)
    if not is_key(number) or not customers.is_within(turn.work, seen, number):
        return None
    ticket = turn.work.ticket(number)
    return ticket if ticket and _is_on_it(turn, ticket, seen) else None


def _is_on_it(turn: Turn, ticket: Ticket, seen: Reach) -> bool:
    """A link's ticket may have gone to other people since."""
    if turn.person is None:
        return False
    on_it = {ticket.requester.id, *(one.id for one in ticket.participants)}
    shared = seen.organisation and ticket.organisation and ticket.organisation.id == seen.organisation
    return turn.person.id in on_it or bool(shared)


def number_in(turn: Turn, written: str) -> int:
    """The ticket that a command names, in any spelling of its reference; 0 for none."""
    words = written.strip(" []()")
    said = turn.setup.policy.pattern.fullmatch(words)
    digits = next((one for one in said.groups() if one), "") if said else words
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else 0


def named_in(turn: Turn, text: str) -> list[int]:
    """The tickets that the first words of a message name and this account may see."""
    first = "\n".join(text.strip().splitlines()[:3])[:500]
    found = (next(filter(None, one.groups()), "") for one in turn.setup.policy.pattern.finditer(first))
    numbers = dict.fromkeys(int(digits) for digits in found if digits)
    return [number for number in list(numbers)[:10] if ticket_seen(turn, number)]
