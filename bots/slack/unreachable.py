"""A channel of customers that takes nothing any more: its words go by mail, and agents hear of it once.

The channel is archived or shared with nobody any more (or not with the workspace that speaks for the
customer), or the app is not in it, or was taken out of the customer's own workspace. It is marked, so
that from now on nobody is offered it; what was promised there goes to each reader's address, as it does
where an administrator took the channel away. Whose has none is given up like any other words that cannot
be said. The mark goes when one of the customer's people is heard there again.
"""

from collections.abc import Mapping
from datetime import datetime

from bots.chat.by_mail import address_of, as_mail
from bots.delivery import Claimed
from bots.slack.acts.ways import whose
from bots.slack.registering import tickets_in
from bots.slack.workspaces import MEDIUM
from intake.decisions import Audience, Decision, Fate, Notice
from intake.handle import Command, Setup, carry_out_in
from intake.tickets import Person, Ticket
from store import chat_places, outbox
from store.chat_places import ChatPlace, PlaceKind
from store.work import SqlWork

UNSHARED, NOT_INSTALLED, REMOVED = "channel_unshared", "not_installed", "removed"
TO_EVERYBODY = frozenset({"agent-answer", "out-of-scope"})
ENDED = frozenset({"account_inactive", "app_uninstalled", NOT_INSTALLED, "token_revoked"})
REASONS: Mapping[str, str] = {
    "channel_not_found": "Slack does not find it any more",
    "is_archived": "it is archived",
    "not_in_channel": "the app is not in it any more",
    UNSHARED: "it is shared with the customer no more",
    REMOVED: "it is no channel of this customer any more",
    **dict.fromkeys(ENDED, "the app was taken out of that workspace"),
}


def turn_to_mail(work: SqlWork, promise: Claimed, place: str, word: str, setup: Setup, now: datetime) -> bool:
    """Say by mail what a channel did not take; False where its reader has no address.

    A channel that an administrator took away or gave to others is none to shut.
    """
    if word != REMOVED:
        shut(work, place, word, setup, now)
    ticket = work.ticket(promise.outbound.ticket_number) if promise.outbound.ticket_number else None
    mailed = [
        work.promise(as_mail(promise.outbound, person, address, ticket, setup, now), ticket, now)
        for person in (_meant(work, promise, ticket) if ticket else ())
        if (address := address_of(work, person))
    ]
    if mailed:
        numbers = ", ".join(map(str, mailed))
        outbox.mark_failed(work, promise.id, f"Slack: {REASONS.get(word, word)}; by mail as {numbers}")
    return bool(mailed)


def shut(work: SqlWork, place: str, word: str, setup: Setup, now: datetime) -> None:
    """Nothing is said in a channel from now on; agents hear of it the first time."""
    known = chat_places.place_at(work, MEDIUM, place)
    reason = REASONS.get(word, word)
    if known is None or known.kind is not PlaceKind.CUSTOMERS:
        return
    if not chat_places.shut(work, MEDIUM, place, reason):
        return
    work.note(None, now, MEDIUM, "slack channel", f"channel {place}: nothing is said there: {reason}")
    _tell_agents(work, known, reason, setup, now)


def shut_all(work: SqlWork, team: str, word: str, setup: Setup, now: datetime) -> None:
    """The same for every channel of a workspace."""
    for one in chat_places.listed(work, MEDIUM, PlaceKind.CUSTOMERS):
        if one.place.partition("/")[0] == team:
            shut(work, one.place, word, setup, now)


def opened(work: SqlWork, place: str, now: datetime) -> None:
    """Something was heard in a channel: what is for its people goes there again."""
    known = chat_places.place_at(work, MEDIUM, place)
    if known and known.kind is PlaceKind.CUSTOMERS and chat_places.mark(work, MEDIUM, place, ""):
        work.note(None, now, MEDIUM, "slack channel", f"channel {place}: it is used again")


def _meant(work: SqlWork, promise: Claimed, ticket: Ticket) -> list[Person]:
    """Whose words they are; what goes to everybody is said once in a thread, to all who write there."""
    outbound = promise.outbound
    one = whose(work, outbound, ticket)
    if outbound.notice not in TO_EVERYBODY:
        return [one] if one else []
    here = MEDIUM, outbound.recipient.address
    others = (ticket.requester, *ticket.participants)
    found = [other for other in others if other == one or work.last_place(other.id, ticket.number) == here]
    return [other for other in found if not _has_mail(work, promise, other)]


def _has_mail(work: SqlWork, promise: Claimed, person: Person) -> bool:
    """Whether the same was promised to an address of theirs at the same moment: they chose mail."""
    known = outbox.of_ticket(work, promise.outbound.ticket_number)
    said = next((one.created_at for one in known if one.id == promise.id), None)
    same = (one.outbound for one in known if one.created_at == said)
    return any(
        one.notice == promise.outbound.notice and one.recipient.address in person.emails for one in same
    )


def _tell_agents(work: SqlWork, place: ChatPlace, reason: str, setup: Setup, now: datetime) -> None:
    organisation = work.organisation(place.organisation) if place.organisation else None
    running = tickets_in(work, place)
    facts = {
        "channel": place.name or place.place,
        "organisation": organisation.name if organisation else "",
        "reason": reason,
        "tickets": _references(running, setup),
        "unreached": _references([one for one in running if not address_of(work, one.requester)], setup),
    }
    told = Notice("agent-channel-shut", Audience.AGENTS, facts, "auto-generated")
    decision = Decision(Fate.ANSWER, "channel-shut", reason, notices=(told,))
    carry_out_in(work, lambda _: Command(decision), setup, MEDIUM, now)


def _references(tickets: list[Ticket], setup: Setup) -> list[str]:
    return [setup.policy.reference_of(one) for one in tickets]
