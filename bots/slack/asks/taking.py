"""What an agent takes from a message in Slack onto a ticket: its files, and the question whose they are.

What was said in the channel of one customer, or below the card of their ticket, goes onto no ticket
of another one; what a protected team has, onto no other team's. That is refused, for who wants it all
the same can say it in words of their own. Whoever submitted a form waits for it, so what Slack
does not hand over in time is left out, and named.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bots.slack.acts.doing import NotFound
from bots.slack.asks.seeing import link_to
from bots.slack.blocks.facts import reads
from bots.slack.calls import Json
from bots.slack.customers import ticket_of
from bots.slack.downloads import Downloads, Fetched, name_in
from bots.slack.listening import Call
from bots.slack.workspaces import MEDIUM
from intake.errors import CommandRefused
from intake.messages import File
from intake.policy import Policy
from intake.tickets import Agent, Organisation, Ticket
from store import chat_places, posts
from store.work import SqlWork

PATIENCE = 2.0  # of the three seconds that Slack gives a form


@dataclass(frozen=True, slots=True)
class Origin:
    """The message in Slack that something is taken from, "" for none."""

    channel: str = ""
    ts: str = ""
    thread: str = ""

    @property
    def words(self) -> str:
        return f"{self.channel} {self.ts} {self.thread}".strip()


def origin_in(words: str) -> Origin:
    """The origin that a form carries; none where it was tampered with."""
    parts = words.split(" ")
    is_one = len(parts) in (2, 3) and all(re.fullmatch(r"[A-Z0-9.]{1,40}", one) for one in parts)
    return Origin(*parts) if is_one else Origin()


async def message_at(call: Call, origin: Origin) -> Json:
    """A message as it stands in Slack; CommandRefused where it is not there, or not to be read by us."""
    home = await call.hands.speaking.home()
    at: Json = {"channel": origin.channel, "latest": origin.ts, "oldest": origin.ts, "inclusive": True}
    method = "conversations.replies" if origin.thread else "conversations.history"
    if origin.thread:
        at["ts"] = origin.thread
    said = await call.hands.speaking.ask(home, lambda client: client.api_call(method, params=at))
    found = next((one for one in said["messages"] if one.get("ts") == origin.ts), None)
    if found is None:
        raise CommandRefused(
            "that message is not there any more; write what it said into the form of New ticket, or a note"
        )
    return dict(found)


async def files_in_time(downloads: Downloads, team: str, message: Json) -> Fetched:
    """The files of a message that can be had at once, and in words those that were left out."""
    found = Fetched()
    files = tuple(message.get("files") or ())
    try:
        async with asyncio.timeout(PATIENCE):
            for one in files:
                more = await downloads.fetch(team, (one,), is_last_try=True)
                found = _with(found, more.files, more.defects)
    except TimeoutError:
        late = files[len(found.files) + len(found.defects) :]
        found = _with(found, (), (f"the file {name_in(one)} was left out: it took too long" for one in late))
    return found


def left_out(fetched: Fetched) -> str:
    """What was left out, as it stands below words."""
    return "".join(f"\n\n({one})" for one in fetched.defects)


def link_of(base: str, place: str, ts: str) -> str:
    """Where the message stands; its ids while the workspace's address is not known."""
    return link_to(base, place, ts) if base else f"{place} {ts}"


def check_add(
    work: SqlWork, policy: Policy, agent: Agent, place: str, origin: Origin, target: Ticket
) -> None:
    """CommandRefused where what was said there is not for that ticket."""
    source = _ticket_there(work, place, origin)
    if source and not reads(agent, source, policy):
        raise NotFound("that message")
    if source and policy.is_protected(source.team) and target.team != source.team:
        raise CommandRefused(
            f"that is for team {source.team} only; what others may know, write in words of your own"
        )
    owner = _owner_of(work, place) or (_customer_of(work, source) if source else None)
    _check_same(owner, _customer_of(work, target), policy.reference_of(target))


def check_new(work: SqlWork, place: str, sender: str, chosen: int) -> None:
    """CommandRefused where a ticket of another customer would be opened of what was said there."""
    person = work.person(sender)
    known = work.organisation(person.organisation_id) if person and person.organisation_id else None
    listed = known or work.organisation_of(sender.rpartition("@")[2].lower())
    _check_same(_owner_of(work, place), listed or (work.organisation(chosen) if chosen else None), sender)


def _customer_of(work: SqlWork, ticket: Ticket) -> Organisation | None:
    """Whose a ticket is; of somebody who proved nothing, whose it would be by their address."""
    domain = ticket.requester.address.address.rpartition("@")[2].lower()
    return ticket.organisation or work.organisation_of(domain)


def _check_same(owner: Organisation | None, target: Organisation | None, named: str) -> None:
    if owner and target and owner.id != target.id:
        raise CommandRefused(
            f"that is {owner.name}'s, and {named} is {target.name}'s; nothing was taken over. "
            "What both may know, write in words of your own"
        )


def _owner_of(work: SqlWork, place: str) -> Organisation | None:
    known = chat_places.place_at(work, MEDIUM, place)
    return work.organisation(known.organisation) if known and known.organisation else None


def _ticket_there(work: SqlWork, place: str, origin: Origin) -> Ticket | None:
    """The ticket that a message belongs to, or the one in whose thread it stands."""
    known = (posts.post_at(work, MEDIUM, place, one) for one in (origin.ts, origin.thread) if one)
    number = next((found for one in known if (found := ticket_of(work, one))), 0)
    return work.ticket(number) if number else None


def _with(found: Fetched, files: Iterable[File], defects: Iterable[str]) -> Fetched:
    return replace(found, files=(*found.files, *files), defects=(*found.defects, *defects))
