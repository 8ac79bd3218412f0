"""Old mail that is taken over: which thread each continues, and what it is there.

An import is history. The policy was not in force when the mail came, so it is not asked, and
nobody is written to. A thread becomes one ticket that is closed (or has the status that the
importer chose), without clocks; its requester is the first outside writer, or the first
outside reader where we wrote first. A thread is known by signed addresses and Message-IDs
alone: a number in an old subject is some other system's.

Whoever could not have followed up on the ticket is kept on it for agents only, and nobody
joins a ticket because of a From line that nothing proves. What we wrote is shown to the
customer if it went to somebody of theirs; else it was a word among ourselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.decisions import (
    AddParticipant,
    Change,
    Decision,
    Evidence,
    Fate,
    MatchedBy,
    OpenTicket,
    SetStatus,
    Step,
)
from intake.guards import screen
from intake.lookup import may_follow_up
from intake.messages import Address, Assurance, Direction, Inbound
from intake.policy import Policy
from intake.tickets import Desk, Organisation, Person, Status, Ticket

RULE = "imported"
OURS_FIRST = frozenset({"automatic-mail", "bulk-mail"})  # an old help desk marked its agents' answers so


@dataclass(frozen=True, slots=True)
class Past:
    """What an import goes by: `ours` are addresses, and domains as "@vendor.example"."""

    desk: Desk
    policy: Policy
    ours: frozenset[str]
    status: Status = Status.CLOSED
    because: str = "It was imported with old mail; the policy was not asked."

    def is_ours(self, address: str) -> bool:
        """One of them as it is, or with something behind a "+": our signed addresses look so."""
        local, _, domain = address.lower().rpartition("@")
        plain = local.partition("+")[0]
        return not self.ours.isdisjoint((f"{local}@{domain}", f"{plain}@{domain}", f"@{domain}"))


@dataclass(frozen=True, slots=True)
class Found:
    """What the desk knows about an old mail: its thread's ticket, and who is named as its writer.

    Where we wrote it, `person` and `organisation` are those of its first outside reader.
    """

    evidence: tuple[Evidence, ...] = ()
    ticket: Ticket | None = None
    person: Person | None = None
    organisation: Organisation | None = None


def direction_of(inbound: Inbound, past: Past) -> Direction:
    """Whether somebody wrote to us, or one of us wrote."""
    ours = inbound.sender is not None and past.is_ours(inbound.sender.address)
    return Direction.OUT if ours and inbound.sender_count == 1 else Direction.IN


def partner(inbound: Inbound, past: Past) -> Address | None:
    """The other side of a mail: its writer or, where we wrote it, its first outside reader."""
    if direction_of(inbound, past) is Direction.IN:
        return inbound.sender
    return next((one for one in (*inbound.to, *inbound.cc) if not past.is_ours(one.address)), None)


def imported(inbound: Inbound, found: Found, past: Past) -> Decision:
    """What becomes of one old mail."""
    guard = screen(inbound, past.desk)
    is_sent = direction_of(inbound, past) is Direction.OUT
    if guard and not (is_sent and found.ticket and guard.name in OURS_FIRST):
        fate = Fate.BOUNCE if guard.fate is Fate.BOUNCE else Fate.IGNORE
        decision = _kept(fate, f"{past.because} {guard.because}", found.ticket)
    elif found.ticket:
        decision = (_sent if is_sent else _received)(inbound, found.ticket, found, past)
    else:
        decision = _opening(inbound, found, past)
    return _with_evidence(decision, inbound, found)


def unreadable(reason: str, past: Past) -> Decision:
    """What becomes of an old mail that cannot be read: its bytes are kept."""
    return _kept(Fate.IGNORE, f"{past.because} It cannot be read: {reason}", None)


def _kept(fate: Fate, because: str, ticket: Ticket | None) -> Decision:
    return Decision(fate, RULE, because, ticket=ticket, public=False)


def _received(inbound: Inbound, ticket: Ticket, found: Found, past: Past) -> Decision:
    is_theirs = may_follow_up(found.person, ticket, past.policy)
    joins: tuple[Change, ...] = ()
    if is_theirs and found.person and inbound.assurance is not Assurance.NONE and not _is_on(found, ticket):
        joins = (AddParticipant(found.person, found.person.organisation_id, "wrote on the thread"),)
    return Decision(Fate.APPEND, RULE, past.because, ticket=ticket, public=is_theirs, changes=joins)


def _sent(inbound: Inbound, ticket: Ticket, found: Found, past: Past) -> Decision:
    readers = (one.address.lower() for one in (*inbound.to, *inbound.cc))
    is_for_them = any(_is_theirs(one, ticket) for one in readers)
    return Decision(Fate.APPEND, RULE, past.because, ticket=ticket, public=is_for_them)


def _opening(inbound: Inbound, found: Found, past: Past) -> Decision:
    other = partner(inbound, past)
    if other is None:
        return _kept(Fate.IGNORE, f"{past.because} It went to nobody outside.", None)
    opens = OpenTicket(
        subject=inbound.subject.strip() or "(no subject)",
        severity=past.policy.file.default_severity,
        channel=inbound.channel,
        requester=found.person if found.person and found.person.id else other,
        organisation_id=found.organisation.id if found.organisation else None,
    )
    changes: tuple[Change, ...] = (opens,)
    if past.status is not Status.OPEN:
        changes = (opens, SetStatus(past.status, RULE))
    return Decision(Fate.OPEN, RULE, past.because, changes=changes)


def _is_on(found: Found, ticket: Ticket) -> bool:
    people = (ticket.requester, *ticket.participants)
    return found.person is not None and found.person.id in {one.id for one in people}


def _is_theirs(address: str, ticket: Ticket) -> bool:
    """Is it the address of somebody on the ticket, or of their organisation?"""
    people = (ticket.requester, *ticket.participants)
    if any(address == email.lower() for one in people for email in one.emails):
        return True
    return ticket.organisation is not None and address.rpartition("@")[2] in ticket.organisation.domains


def _with_evidence(decision: Decision, inbound: Inbound, found: Found) -> Decision:
    counting: Sequence[Evidence] = [one for one in found.evidence if one.counts]
    steps = [Step(f"evidence {one.kind}", True, f"ticket {one.ticket}: {one.saw}") for one in counting]
    matched = counting[0].kind if counting else MatchedBy.NONE
    trace = (*steps, Step(RULE, True, decision.because))
    return replace(decision, matched_by=matched, assurance=inbound.assurance, trace=trace)
