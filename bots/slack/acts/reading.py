"""What a form shows of a ticket: read in one look, as far as the agent who asked may see it."""

from datetime import datetime

from bots.slack.acts.canned import canned_in
from bots.slack.acts.doing import seen_ticket
from bots.slack.blocks import CardFacts, card_facts
from bots.slack.blocks.modals import ReplyFacts
from bots.slack.workspaces import MEDIUM
from intake.decisions import Recipient
from intake.handle import Setup
from intake.thread_lines import WAYS, everybody, shown
from intake.tickets import Agent, Status
from store import chat_places
from store.notes import recent_files
from store.work import SqlWork

ENDED = {
    Status.SOLVED: "The ticket is solved; an answer leaves it so.",
    Status.CLOSED: "The ticket is closed.",
}


def facts_for(work: SqlWork, setup: Setup, agent: Agent, number: int, now: datetime) -> CardFacts:
    """A ticket for the eyes of one agent, who may read all of what they may see."""
    ticket = seen_ticket(work, number, agent, setup.policy)
    return card_facts(work, ticket, setup, now, channel_team=ticket.team)


def reply_facts(
    work: SqlWork, setup: Setup, agent: Agent, number: int, text: str = "", draft: int = 0
) -> ReplyFacts:
    """What an answer would be: whom it reaches and how, and what could go with it."""
    ticket = seen_ticket(work, number, agent, setup.policy)
    told = everybody(work, ticket, setup)
    others = ticket.assignee and ticket.assignee.id != agent.id
    theirs = f"{ticket.assignee.name} has this ticket." if others and ticket.assignee else ""
    return ReplyFacts(
        setup.policy.reference_of(ticket),
        number,
        ticket.version,
        ticket.subject,
        tuple(_reader(work, one) for one in told),
        " and ".join(dict.fromkeys(WAYS.get(one.channel, one.channel) for one in told)) or "email",
        text,
        tuple((one.name, one.title) for one in canned_in(setup)),
        tuple((f"{one.message}:{one.place}", one.attachment.filename) for one in recent_files(work, number)),
        warning=" ".join(filter(None, (theirs, ENDED.get(ticket.status, "")))),
        draft=draft,
        is_closed=ticket.status is Status.CLOSED,
    )


def _reader(work: SqlWork, one: Recipient) -> str:
    """A reader as they read; what is said in a channel is read by everybody there."""
    place = "/".join(one.address.address.split("/")[:2])
    channel = chat_places.place_at(work, MEDIUM, place) if one.channel == MEDIUM else None
    if channel is None:
        return shown(one)
    return f"{one.address.name or 'somebody'}, and whoever else is in #{channel.name}"
