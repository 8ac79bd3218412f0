"""What is promised of a decision's notices: at which place, within which budget, or held and why.

Asked of each notice in this order: where its reader is written to (`where_they_read`); words to an
address that was given up wait until it takes mail again; what we send by ourselves goes out
only within the hourly budgets. More than one address or one ticket may get is not said at all;
more than the desk may send in all is held until an hour has room for it, and agents are told once.
An agent's own words know no budget, and neither does what agents hear about their tickets. In a chat
a person waits for each answer, and no machine answers it: it knows the budget of the ticket alone, and
not even that where it answers what was just written.
"""

from dataclasses import replace
from datetime import datetime

from intake import budgets
from intake.decisions import Audience, Notice, Recipient, is_for_customers
from intake.errors import TemplateError
from intake.lookup import is_given_up
from intake.messages import Address, Inbound, Outbound
from intake.quiet import quiet_until
from intake.readers import all_agents
from intake.returned import meaning_of
from intake.tickets import Desk, Ticket
from intake.words import UNPROVEN
from intake.work import HeldFor, Hold, Setup, Work

ANSWERED_ON = "answered-on"  # a person's choice: email, or nothing for where they last wrote
REMINDERS = (
    "reminders"  # a person's choice: changes, waiting, off, or nothing; "reminders 1042": one ticket's
)
QUIET_HOURS = "quiet-hours"  # a person's choice, as `intake.quiet` reads it
LANGUAGE = "language"  # a chat's choice
CAN_BE_MUTED = frozenset(
    {"reminder-customer", "breach-customer", "status-changed", "survey"}
)  # in a chat: they go by mail
# What nobody hears of who did not choose one of these.
BY_CHOICE = {
    "status-moved": frozenset({"changes"}),
    "waiting-for-you": frozenset({"changes", "waiting"}),
}
NO_REMINDERS = frozenset({"waiting", "off"})
AGENTS_SHARE = 10  # times the budget of one address
TWIN = "twin"  # of a new ticket: the number of the one that it may be the same as
CARRIED = (
    "message",
    "promise",
    "draft",
    "is_again",
    "secrets",
    "is_call",
    "is_agents",
    "clock",
    "repeated",
    "missing",
    TWIN,
)  # what is asked of it later
DECIDED = "decided"  # of a notice that asks, in Markdown: what it says once an agent has decided
MORE = ("attachments", "warnings", "secrets", TWIN)  # what a notice says that no card does
ASKING = frozenset({"agent-held"})
CAUSED_BY_ANYBODY = frozenset({"agent-held", "agent-undelivered", "agent-refused"})


def where_they_read(
    work: Work, notice: Notice, to: Recipient, inbound: Inbound | None, ticket: Ticket | None, desk: Desk
) -> Recipient:
    """The same reader where they are written to: in the chat that they wrote in last, else by mail.

    An answer goes to where the message came from or nowhere: a forger must not choose who gets it.
    An address whose mail comes back is replaced by another of the same person; what has to be chosen
    goes to no address while it is not.
    """
    if to.is_agent:
        return to
    if notice.audience is Audience.SENDER:
        is_chat = inbound is not None and inbound.channel in desk.chats
        return _at(work, to, inbound.channel, inbound.place) if inbound and is_chat else to
    if notice.name in BY_CHOICE and not _chose(work, to, BY_CHOICE[notice.name]):
        return replace(to, address=Address(to.address.name, ""))
    return _in_chat(work, notice, to, ticket, desk) or _by_mail(work, to)


def _chose(work: Work, to: Recipient, choices: frozenset[str]) -> bool:
    return bool(to.person_id) and work.preference(f"person:{to.person_id}", REMINDERS) in choices


def _at(work: Work, to: Recipient, channel: str, place: str) -> Recipient:
    """A reader in a chat, in the language that they speak there."""
    language = work.preference(f"{channel}:{place}", LANGUAGE) or to.language
    return replace(to, channel=channel, address=Address(to.address.name, place), language=language)


def _in_chat(
    work: Work, notice: Notice, to: Recipient, ticket: Ticket | None, desk: Desk
) -> Recipient | None:
    """Where somebody last wrote on the ticket, if that is a chat and they have not chosen mail."""
    if not desk.chats or ticket is None or not to.person_id:
        return None
    channel, place = work.last_place(to.person_id, ticket.number) or ("", "")
    if channel not in desk.chats or not place or _wants_mail(work, notice, to, ticket.number):
        return None
    return (
        _at(work, to, channel, place) if work.is_open(channel, place, to.person_id, ticket.number) else None
    )


def _wants_mail(work: Work, notice: Notice, to: Recipient, number: int) -> bool:
    owner = f"person:{to.person_id}"
    if work.preference(owner, ANSWERED_ON) == "email":
        return True
    if notice.name not in CAN_BE_MUTED:
        return False
    muted = work.preference(owner, f"{REMINDERS} {number}") == "off"
    return muted or work.preference(owner, REMINDERS) in NO_REMINDERS


def _by_mail(work: Work, to: Recipient) -> Recipient:
    if not is_given_up(work, to.address.address):
        return to
    person = work.person(to.address.address)
    others = [one for one in person.emails if not is_given_up(work, one)] if person else []
    return replace(to, address=replace(to.address, address=others[0])) if others else to


def is_within_budget(
    work: Work, notice: Notice, to: Recipient, ticket: Ticket | None, setup: Setup, now: datetime
) -> bool:
    """What we send by ourselves to one address, and on one ticket, has an hourly limit.

    Agents hear of everything on their tickets; but what any stranger can cause has a limit, or a
    machine that answers at their address would keep us writing to it for ever.
    """
    if notice.automatic == "no" or (to.is_agent and notice.name not in CAUSED_BY_ANYBODY):
        return True
    if to.channel != "email" and not to.is_agent:
        return notice.audience is Audience.SENDER or _has_room(work, ticket, setup, now)
    limit = setup.budget * (AGENTS_SHARE if to.is_agent else 1)
    if work.promised_since(to.address.address, now - budgets.HOUR) >= limit:
        return False
    return to.is_agent or _has_room(work, ticket, setup, now)


def _has_room(work: Work, ticket: Ticket | None, setup: Setup, now: datetime) -> bool:
    return ticket is None or work.spent(budgets.of_ticket(ticket.number), now).count < setup.budgets.ticket


def promise(
    work: Work,
    notice: Notice,
    to: Recipient,
    ticket: Ticket | None,
    inbound: Inbound | None,
    message: int,
    setup: Setup,
    now: datetime,
) -> None:
    """Word a notice and put it into the outbox; one that cannot be worded waits there for an agent."""
    try:
        outbound = setup.wording.word(notice, to, ticket, inbound, now)
        decided = _decided(notice, to, ticket, inbound, setup, now)
    except TemplateError as error:
        _hold_unworded(work, notice, to, str(error), ticket, setup, now)
        return
    outbound = replace(
        outbound,
        attachments=tuple((message, place) for place in notice.files),
        lane=_lane(to, ticket),
        extra=_extra(notice, to, message) | decided,
    )
    hold = _hold(work, outbound, to, setup, now) or _quiet(work, notice, to, now)
    number = work.promise(outbound, ticket, now, hold)
    if hold is None:
        _spend(work, outbound, to, now)
    elif hold.waits_for is HeldFor.BUDGET:
        _alarm_once(work, hold, setup, now)
    elif outbound.automatic == "no":
        text = str(notice.facts.get("text", ""))
        _tell_not_sent(work, to, hold.because, text, number, ticket, setup, now)


def _extra(notice: Notice, to: Recipient, message: int) -> dict[str, object]:
    """Whom a notice in the triage channel is meant for, what it is about, and whether it is words only."""
    if not to.is_agent or to.channel == "email":
        return {}
    about: dict[str, object] = {"message": message} if message else {}
    about |= {name: found for name in CARRIED if (found := notice.facts.get(name))}
    if not any(notice.facts.get(name) not in (None, 0, [], (), [UNPROVEN]) for name in MORE):
        about["is_brief"] = True
    return {"audience": " ".join((notice.audience, *notice.besides)), **about}


def _decided(
    notice: Notice, to: Recipient, ticket: Ticket | None, inbound: Inbound | None, setup: Setup, now: datetime
) -> dict[str, object]:
    """What a notice that asks for a decision says once that is made: a chat can change what it shows."""
    if notice.name not in ASKING or to.channel == "email":
        return {}
    after = replace(notice, facts={**notice.facts, DECIDED: True})
    return {DECIDED: setup.wording.word(after, to, ticket, inbound, now).body}


def _lane(to: Recipient, ticket: Ticket | None) -> str:
    """What a chat shows at one place, it shows in its order; mails overtake each other."""
    if to.channel == "email":
        return ""
    return f"{to.address.address} {ticket.number if ticket and to.is_agent else ''}".rstrip()


def _hold_unworded(
    work: Work, notice: Notice, to: Recipient, wrong: str, ticket: Ticket | None, setup: Setup, now: datetime
) -> None:
    number = ticket.number if ticket else 0
    message_id = setup.addresses.message_id(number, now)
    blank = Outbound(to.channel, to.address, notice.name, notice.name, "", message_id, ticket_number=number)
    held = work.promise(blank, ticket, now, Hold(wrong))
    if is_for_customers(notice.name):
        _tell_not_sent(work, to, wrong, "", held, ticket, setup, now)


def _hold(work: Work, outbound: Outbound, to: Recipient, setup: Setup, now: datetime) -> Hold | None:
    """Why words to a customer must wait, None when they need not."""
    if to.is_agent:
        return None
    gone = _nobody_there(work, outbound.recipient.address) if to.channel == "email" else None
    return gone or _nothing_left(work, outbound, setup, now)


def _quiet(work: Work, notice: Notice, to: Recipient, now: datetime) -> Hold | None:
    """In a chat, what nobody asked for just now and no person wrote waits for the morning."""
    if to.is_agent or to.channel == "email" or notice.automatic == "no" or not to.person_id:
        return None
    if notice.audience is Audience.SENDER:
        return None
    until = quiet_until(work.preference(f"person:{to.person_id}", QUIET_HOURS), to.timezone, now)
    return Hold("quiet hours", HeldFor.QUIET, until) if until else None


def _nobody_there(work: Work, address: str) -> Hold | None:
    gone = work.unreachable(address)
    if gone is None or not gone.is_marked:
        return None
    why = " ".join(filter(None, (meaning_of(gone.status) or "it came back", gone.status)))
    return Hold(f"mail to {gone.address} comes back since {gone.since:%Y-%m-%d}: {why}", HeldFor.ADDRESS)


def _nothing_left(work: Work, outbound: Outbound, setup: Setup, now: datetime) -> Hold | None:
    """The circuit breaker: it opens when the hour's budget is spent, and closes with the hour."""
    spent = work.spent(budgets.OVERALL, now)
    if outbound.automatic == "no" or spent.count < setup.budgets.overall:
        return None
    because = f"more than {setup.budgets.overall} automatic mails within an hour"
    return Hold(because, HeldFor.BUDGET, spent.ends)


def _spend(work: Work, outbound: Outbound, to: Recipient, now: datetime) -> None:
    if to.is_agent or outbound.automatic == "no":
        return
    work.spend(budgets.OVERALL, now)
    if outbound.ticket_number:
        work.spend(budgets.of_ticket(outbound.ticket_number), now)


def _alarm_once(work: Work, hold: Hold, setup: Setup, now: datetime) -> None:
    """The first mail that is held in an hour alarms the agents; the alarm itself is not counted."""
    if work.spent(budgets.OVERALL, now).is_told:
        return
    work.spend(budgets.OVERALL, now, is_told=True)
    facts = {"limit": setup.budgets.overall, "until": hold.until}
    notice = Notice("agent-alarm", Audience.AGENTS, facts, "auto-generated")
    for agent in all_agents(work, setup.desk):
        promise(work, notice, agent, None, None, 0, setup, now)


def _tell_not_sent(
    work: Work,
    to: Recipient,
    reason: str,
    text: str,
    held: int,
    ticket: Ticket | None,
    setup: Setup,
    now: datetime,
) -> None:
    """Somebody does not get what they were to get: it cannot be worded, or nothing reaches them."""
    facts = {"address": to.address.address, "reason": reason, "text": text, "promise": held}
    notice = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
    for agent in all_agents(work, setup.desk):
        promise(work, notice, agent, ticket, None, 0, setup, now)
