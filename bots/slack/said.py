"""What was said in a registered channel, and as whose words it counts.

Whether the writer is of the channel's organisation is asked of our own records, by their Slack id or the
address that Slack names. Where neither can say, their workspace does (`neighbours`), which says too whether
the address counts. Who is not, writes unproven.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bots.slack.downloads import Fetched
from bots.slack.workspaces import MEDIUM
from intake.handle import Setup
from intake.messages import Address, Assurance, Inbound, Raw
from intake.tickets import Agent, Ticket
from store.chat_places import ChatPlace
from store.work import SqlWork

LONGEST_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a registered channel, and what is known of its writer."""

    place: ChatPlace
    raw: Raw
    delivery: int
    channel: str  # team/channel
    ts: str
    root: str  # the ts of its thread's first message; its own where it begins one
    user: str
    text: str
    question: str  # the text without those who are mentioned in it
    name: str
    email: str
    is_ours: bool
    is_theirs: bool  # of the only workspace that the channel is shared with
    agent: Agent | None
    files: Fetched

    @property
    def thread(self) -> str:
        """Where an answer to it goes."""
        return f"{self.channel}/{self.root}"


def inbound_of(work: SqlWork, said: Said, ticket: Ticket | None, setup: Setup) -> Inbound:
    """The message for the policy; `ticket` is that of its thread."""
    person = work.person(said.user) or (work.person(said.email) if said.email else None)
    address = (person.emails[0] if person and person.emails else said.email) or said.user
    by_address = _organisation_of(work, said, address)
    organisation = by_address or _organisation_here(work, said)
    linked = Assurance.LINKED if said.is_ours or organisation == said.place.organisation else Assurance.NONE
    if _is_only_said(work, said, address, by_address, organisation):
        address = said.user
    subject = next(iter(said.text.splitlines()), "")[:LONGEST_SUBJECT]
    inbound = Inbound(
        channel=MEDIUM,
        identity=hashlib.sha256(f"{MEDIUM} {said.channel} {said.ts}".encode()).hexdigest(),
        received_at=_moment(said.ts, said.raw.received_at),
        sender=Address(said.name, address),
        subject=subject or ", ".join(one.name for one in said.files.files)[:LONGEST_SUBJECT],
        text=said.text,
        reply=said.text,
        attachments=said.files.attachments,
        assurance=linked,
        organisation=said.place.organisation if linked is Assurance.LINKED and not said.is_ours else 0,
        ticket_number=ticket.number if ticket else 0,
        place=said.thread,
        defects=said.files.defects,
    )
    if ticket is None or linked is Assurance.LINKED:
        return inbound
    # Who proves nothing names the ticket all the same, by its thread; that is held for an agent.
    in_reply_to = setup.addresses.message_id(ticket.number, said.raw.received_at)
    return replace(inbound, ticket_number=0, in_reply_to=in_reply_to)


def _is_only_said(work: SqlWork, said: Said, address: str, by_address: int, organisation: int) -> bool:
    """Whether an address must not count: another workspace says whatever it likes of its people.

    One of this channel's organisation is believed here. One of another customer, of somebody else
    who is known, or of an agent is not; and neither is any where their workspace alone vouches for them.
    """
    if said.is_ours or by_address == said.place.organisation:
        return False
    is_somebodys = work.person(address) is not None or work.agent(address) is not None
    return bool(organisation) or is_somebodys


def _organisation_of(work: SqlWork, said: Said, address: str) -> int:
    """Which organisation somebody is of by our own records, 0 for none."""
    person = work.person(said.user) or work.person(address)
    if person and person.organisation_id:
        return person.organisation_id
    listed = work.organisation_of(address.rpartition("@")[2]) if "@" in address else None
    return listed.id if listed and listed.active else 0


def _organisation_here(work: SqlWork, said: Said) -> int:
    """That of the channel for whoever is of its other workspace, unless their address could have told."""
    if not said.is_theirs:
        return 0
    place = work.organisation(said.place.organisation)
    could_tell = said.email and place is not None and place.domains
    return said.place.organisation if place and place.active and not could_tell else 0


def _moment(ts: str, otherwise: datetime) -> datetime:
    """When it was written, as Slack says; never later than it came."""
    try:
        return min(datetime.fromtimestamp(float(ts), UTC), otherwise)
    except (ValueError, OverflowError):
        return otherwise
