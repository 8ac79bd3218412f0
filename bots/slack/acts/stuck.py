"""An answer that a fault of ours keeps back: tried again after growing waits, then handed to the agents.

The words stay where they wait, and stand in the notice below the card, so that nothing is lost. From then
on nothing is tried by itself: whoever presses Retry has it said in its author's name, who may also take
it back.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bots.slack.acts.answering import answering, say
from bots.slack.acts.doing import seen_ticket
from bots.slack.acts.notices import draft_of
from bots.slack.acts.tried import show_tried
from bots.slack.blocks import errors, names
from bots.slack.blocks.errors import Fault
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from replies.retry import WAITS
from store import undoable
from store.changed import AGAIN, Changed
from store.undoable import ANSWER, CLOSING, Waiting
from store.work import SqlWork

MOST_TRIES = 5  # as many as a message has whose deciding fails
NOT_DONE: Mapping[str, str] = {ANSWER: "but", CLOSING: "and the ticket is not closed, for"}
TOO_LATE = "it was said or taken back meanwhile; the thread says what went out"


def put_off(work: SqlWork, one: Waiting, fault: Exception, now: datetime) -> None:
    """Have it tried again later; after the last try agents are told at once."""
    tries = one.tries + 1
    wait = timedelta() if tries == MOST_TRIES else WAITS[min(tries, len(WAITS)) - 1]
    undoable.failed(work, one, now + wait, type(fault).__name__)


def is_given_up(one: Waiting) -> bool:
    return one.tries >= MOST_TRIES


def give_up(work: SqlWork, setup: Setup, one: Waiting, now: datetime) -> None:
    """Try it no more by itself, and show the agents its words; nothing where somebody else did."""
    if not undoable.stop(work, one):
        return
    ticket = work.ticket(one.ticket)
    assert ticket  # an answer is one on a ticket
    reader, author = ticket.requester, work.agent(str(one.body["agent"]))
    facts = {
        "address": reader.name or next(iter(reader.emails), ""),
        "reason": f"{author.name if author else 'somebody'} wrote it, {NOT_DONE[one.kind]} a fault of "
        f"Deskbell's own keeps it back ({one.fault}, see its log). Press Retry, or write it anew with Reply",
        "text": str(one.body["text"]),
        "draft": one.id,
    }
    told = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
    decision = Decision(Fate.ANSWER, "gave-up", one.fault, ticket=ticket, notices=(told,))
    handle.carry_out_in(work, lambda _: Command(decision), setup, MEDIUM, now)


async def retry(acting: Acting, call: Call) -> None:
    """Have it said after all, by anybody who may see the ticket."""
    desk, agent = call.hands.desk, acting.agent
    assert agent

    async with answering(acting, call):
        draft = await draft_of(acting, call)

        def act(work: SqlWork) -> Changed:
            now = datetime.now(UTC)
            ticket = seen_ticket(work, acting.ticket, agent, desk.setup.policy)
            if not undoable.again(work, draft, ticket.number, now):
                raise CommandRefused(TOO_LATE)
            work.note(ticket.number, now, agent.email, AGAIN, f"answer {draft}")
            return Changed(agent.name, f"had it {AGAIN}", now)

        by = await desk.write(act)
        await say(acting, call, errors.refusal(Fault("It is sent again.", "You hear if it fails again.")))
        await show_tried(acting, call, by)


LISTENERS = (Listener(Kind.ACTION, names.RETRY_ANSWER, retry),)
