"""Who an account belongs to: links that open one ticket once, codes for all else, and the end of both.

A link that is forged, used or too old gets one answer; so does an address whether or not it is known. All
that a stranger sends is counted, and beyond an hour's budget nothing is answered at all.
Whoever is linked hears of it by mail, with what to do if it was not them.
"""

import re
import secrets
from datetime import timedelta
from hmac import compare_digest

from bots.telegram.heard import Heard
from bots.telegram.identity import masked
from bots.telegram.saying import MEDIUM, Button
from bots.telegram.turn import Answered, Turn
from intake.lookup import is_given_up, may_follow_up
from intake.messages import Address
from intake.tickets import Person, Ticket
from intake.tokens import Start
from store import accounts, codes, links

ADDRESS = re.compile(r"[^\s<>,;:\"()\\@]{1,64}@[^\s<>,;:\"()\\@]{1,189}")
CODE = re.compile(r"[0-9]{6}")
CODES = 1_000_000
HOUR = timedelta(hours=1)


def start(turn: Turn) -> Answered:
    """/start, with the token of a link or without."""
    token = turn.heard.argument
    if not token:
        return welcome(turn)
    opened = turn.setup.addresses.start_in(token, turn.now)
    key = links.link_key(MEDIUM, token)
    found = _opened(turn, opened) if opened and not links.is_used(turn.work, key) else None
    if opened is None or found is None:
        return _bad_link(turn)
    person, ticket = found
    if turn.account and turn.account.person != person.id:
        turn.say("chat-other-address", {"address": masked(turn.account.proved_by)})
        return _secret("linked-elsewhere", "The account is linked to another address.")
    until = opened.expires_at.isoformat()
    yes = turn.button("yes", "connect", ticket.number, key=key.hex(), person=person.id, until=until)
    rows = [[yes, turn.button("no", "decline")]]
    turn.say("chat-connect", {"address": masked(person.address.address)}, rows)
    return _secret("asked-to-connect", "They opened a link, and are asked whether it was for them.")


def connect(turn: Turn, key: str, start: Start) -> Answered:
    """[Yes]: the link is used up, the account is linked, and the person hears of it."""
    found = _opened(turn, start) if start.expires_at > turn.now else None
    if found is None:
        return _bad_link(turn)
    person, ticket = found
    address = person.address.address
    if turn.account and turn.account.person != person.id:
        return _bad_link(turn)
    if not links.use(turn.work, MEDIUM, bytes.fromhex(key), start, address, turn.heard.account, turn.now):
        return _bad_link(turn)
    if turn.account is None and not _link(turn, person, accounts.TICKETS, address, ticket):
        return _somebody_elses(turn)
    account = accounts.account_at(turn.work, MEDIUM, turn.heard.account)
    assert account
    accounts.grant(turn.work, account, ticket.number, turn.now)
    rows = [[Button(f"{turn.reference(ticket.number)} · {turn.status(ticket)}", "view", ticket.number)]]
    facts = {"address": masked(address), "scope": account.scope}
    turn.show("chat-connected", facts, rows, ticket=ticket)
    return Answered("connected", "They opened a link that was mailed to them.", ticket.number)


def decline(turn: Turn) -> Answered:
    turn.show("chat-cancelled", {"begun": True})
    return Answered("not-connected", "They said that the link was not for them.")


def ask_address(turn: Turn) -> Answered:
    """/link, with an address or without."""
    if turn.heard.argument:
        return address_given(turn, turn.heard.argument)
    turn.remember(doing="address")
    turn.say("chat-ask-address")
    return Answered("asked-for-address", "They want to connect an address.")


def address_given(turn: Turn, written: str) -> Answered:
    """An address: a code goes there, if it is known; they hear the same whether or not."""
    if not ADDRESS.fullmatch(written.strip()):
        turn.remember(doing="address")
        turn.say("chat-ask-address")
        return Answered("no-address", "What they wrote is no address.")
    address = written.strip()
    if _may_ask(turn, address):
        _send_code(turn, address)
    turn.remember(doing="code")
    turn.say("chat-code-asked")
    return Answered("code-asked", "A code is sent if the address is known, and not too many were.")


def is_token(heard: Heard) -> bool:
    """Whether a link was pressed, which may be good still."""
    return heard.command == "start" and bool(heard.argument)


def is_code(written: str) -> bool:
    return bool(CODE.fullmatch("".join(written.split())))


def code_given(turn: Turn, written: str) -> Answered:
    """Six digits: right, wrong, or too late."""
    digits = "".join(written.split())
    found = codes.current(turn.work, MEDIUM, turn.heard.account, turn.now)
    if found is None:
        turn.remember(doing=None)
        turn.say("chat-code-wrong", {"left": 0})
        return _secret("code-spent", "There is no code that could be tried.")
    kept = turn.setup.addresses.code_digest(digits, turn.heard.account)
    is_right = compare_digest(kept, found.digest) and bool(found.person)
    return _proved(turn, found) if is_right else _wrong(turn, found)


def unlink(turn: Turn) -> Answered:
    """/unlink: nothing of any ticket is said here any more."""
    assert turn.account
    accounts.end(turn.work, turn.account, "asked for in the chat", turn.account.proved_by, turn.now)
    turn.say("chat-unlinked")
    return Answered("unlinked", "They unlinked the account.")


def welcome(turn: Turn) -> Answered:
    """How to link, and nothing else."""
    turn.say("chat-welcome")
    return Answered("not-linked", "The account is linked to nobody; they are told how to link it.")


def _opened(turn: Turn, start: Start) -> tuple[Person, Ticket] | None:
    """The person and the ticket of a link, while the person may see the ticket."""
    person, ticket = turn.work.person_by_id(start.person), turn.work.ticket(start.ticket)
    if person is None or ticket is None or not person.emails:
        return None
    return (person, ticket) if may_follow_up(person, ticket, turn.setup.policy) else None


def _bad_link(turn: Turn) -> Answered:
    turn.say("chat-bad-link")
    return _secret("bad-link", "The link is not ours, was used, or is too old.")


def _somebody_elses(turn: Turn) -> Answered:
    turn.say("chat-other-address", {"address": ""})
    return _secret("linked-elsewhere", "The operator says that the account is somebody else's.")


def _may_ask(turn: Turn, address: str) -> bool:
    """Within the limits of this account, of that address, and of everybody together."""
    is_room = codes.sent_in_all(turn.work, turn.now - HOUR) < turn.limits.codes_an_hour
    return codes.may_be_sent(turn.work, MEDIUM, turn.heard.account, address, turn.now) and is_room


def _send_code(turn: Turn, address: str) -> None:
    """Make a code and keep it; only one for a known address is mailed, and the rest is alike."""
    person = _owner(turn, address)
    code = f"{secrets.randbelow(CODES):06}"
    kept = turn.setup.addresses.code_digest(code, turn.heard.account)
    number = person.id if person else 0
    codes.keep_code(turn.work, MEDIUM, turn.heard.account, address, number, kept, turn.now)
    to = _mailbox(person, address)
    turn.mail("chat-code", {"code": code}, to, is_real=person is not None)


def _owner(turn: Turn, address: str) -> Person | None:
    """Whose code it is; agents and the desk itself are no customers."""
    person, agent = turn.work.person(address), turn.work.agent(address)
    is_ours = address.lower() in map(str.lower, turn.setup.desk.addresses)
    is_gone = is_given_up(turn.work, address)
    return None if agent or is_ours or is_gone else person


def _mailbox(person: Person | None, address: str) -> Address:
    """The address as it is known, however it was typed."""
    theirs = [one for one in person.emails if one.lower() == address.lower()] if person else []
    return Address(person.name if person else "", next(iter(theirs), address))


def _proved(turn: Turn, code: codes.Code) -> Answered:
    person = turn.work.person_by_id(code.person)
    codes.use(turn.work, code, turn.now)
    turn.remember(doing=None)
    if person is None or (turn.account and turn.account.person != person.id):
        return _somebody_elses(turn)
    address = _mailbox(person, code.address).address
    if not _link(turn, person, accounts.OWN, address, None):
        return _somebody_elses(turn)
    turn.say("chat-connected", {"address": masked(address), "scope": accounts.OWN})
    return _secret("connected", "They sent the code that was mailed to them.")


def _wrong(turn: Turn, code: codes.Code) -> Answered:
    codes.tried(turn.work, code)
    left = code.tries_left - 1
    if not left:
        turn.remember(doing=None)
    turn.say("chat-code-wrong", {"left": left})
    return _secret("code-wrong", "The code is wrong.")


def _link(turn: Turn, person: Person, scope: str, address: str, ticket: Ticket | None) -> bool:
    """Link the account and say so by mail."""
    if not accounts.link(turn.work, MEDIUM, turn.heard.account, person.id, scope, address, turn.now):
        return False
    turn.speak(turn.language)
    facts = {"scope": scope, "address": address}
    turn.mail("chat-linked", facts, Address(person.name, address), ticket)
    return True


def _secret(rule: str, because: str) -> Answered:
    return Answered(rule, because, is_secret=True)
