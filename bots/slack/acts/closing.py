"""The form that closes a ticket: last words can be undone for the same seconds as an answer.

The whole of it waits meanwhile, so that after Undo the ticket is as it was, and the words come back in the
form. It is closed as the ticket was seen: if anybody changed it in those seconds, the words go back
to their author instead. Without last words there is nothing that could not be opened again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bots import acting as acts
from bots.acting import Words
from bots.slack.acts.answering import answering, fill, say, submitting
from bots.slack.acts.doing import Decide, Target, carry_out, decided, pressed, seen_ticket, still_an_agent
from bots.slack.acts.forms import block_of, ticked, typed
from bots.slack.acts.places import at_card, whisper_at
from bots.slack.acts.reading import facts_for
from bots.slack.blocks import Message, modals, names
from bots.slack.blocks.types import CardFacts, Json
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from intake.surveying import objection
from intake.tickets import Agent, Ticket
from store import undoable
from store.undoable import CLOSING, UNDONE, Waiting
from store.work import SqlWork

TITLE = "Close the ticket"
TOO_LATE = "it is closed already, or was taken back before; open it again with Reopen on its card"
GONE = "these words are not kept any more; press Close… in Details and write them again"


async def submit(acting: Acting, call: Call) -> None:
    """Close it at once, or, with last words, once that can be undone no more."""
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    said = names.pressed_in(str(view.get("private_metadata") or ""))
    target, body = Target(said.ticket, said.version), _body_in(view, agent)
    seconds = call.hands.settings.undo_seconds
    offered: list[tuple[str, Message]] = []

    def keep(work: SqlWork) -> tuple[str, Message]:
        now = datetime.now(UTC)
        ticket = seen_ticket(work, target.number, agent, desk.setup.policy)
        decided(work, desk.setup, agent, ticket, target, _deciding(body), now)
        place, kept = at_card(work, ticket.number), {**body, "version": ticket.version}
        due_at = now + timedelta(seconds=seconds)
        undoable.take_earlier(work, ticket.number, CLOSING, acting.user)  # the form may come twice
        draft = undoable.keep(work, Waiting(acting.user, place, ticket.number, CLOSING, kept, due_at), now)
        return place, modals.closing(desk.setup.policy.reference_of(ticket), ticket.number, draft, seconds)

    async with submitting(acting, call, block_of(view, names.TEXT)):
        if body["text"] and seconds:
            offered.append(await desk.write(keep))
        else:
            await carry_out(acting, call, target, _deciding(body))
    for place, message in offered:
        await whisper_at(acting, call, place, target.number, message)


async def undo(acting: Acting, call: Call) -> None:
    """Leave the ticket as it is, and keep the words for the form, if it still waits and is theirs."""
    desk, draft = call.hands.desk, pressed(call).draft

    def act(work: SqlWork) -> Message:
        taken = undoable.take(work, draft, CLOSING, acting.user)
        if taken is None:
            raise CommandRefused(TOO_LATE)
        ticket = work.ticket(taken.ticket)
        assert ticket
        kept = undoable.keep(work, replace(taken, kind=UNDONE, due_at=None), datetime.now(UTC))
        reference = desk.setup.policy.reference_of(ticket)
        return modals.not_closed(reference, ticket.number, kept, str(taken.body["text"]))

    async with answering(acting, call):
        await say(acting, call, await desk.write(act), instead=True)


async def again(acting: Acting, call: Call) -> None:
    """The form with the words that were taken back."""
    desk, agent, draft = call.hands.desk, acting.agent, pressed(call).draft
    assert agent

    def read(work: SqlWork) -> Json:
        kept = undoable.look(work, draft, UNDONE, acting.user)
        if kept is None:
            raise CommandRefused(GONE)
        facts = facts_for(work, desk.setup, agent, kept.ticket, datetime.now(UTC))
        return close_form(work, desk.setup, agent, facts, kept.body)

    async with answering(acting, call):
        await fill(acting, call, TITLE, lambda: desk.read(read))


def close_form(
    work: SqlWork, setup: Setup, agent: Agent, facts: CardFacts, written: Mapping[str, Any] | None = None
) -> Json:
    """The form, with what was written in it before."""
    now, filled = datetime.now(UTC), written or {}
    why_not = objection(work, seen_ticket(work, facts.number, agent, setup.policy), setup, now)
    asks = bool(filled.get("asks", setup.policy.file.lifecycle.survey_at_close))
    words = str(filled.get("text", "")), str(filled.get("resolution", ""))
    return modals.close(facts, why_not, words, asks=asks)


def close_now(work: SqlWork, setup: Setup, one: Waiting, now: datetime) -> None:
    """Close a ticket whose closing waited, if it still does; refused where the ticket has changed since."""
    if undoable.take(work, one.id, CLOSING, one.account) is None:
        return
    agent = still_an_agent(work, str(one.body["agent"]))
    ticket = seen_ticket(work, one.ticket, agent, setup.policy)
    target = Target(one.ticket, int(one.body["version"]))
    command = decided(work, setup, agent, ticket, target, _deciding(one.body), now)
    handle.carry_out_in(work, lambda _: command, setup, agent.email, now)


def _body_in(view: Json, agent: Agent) -> dict[str, object]:
    return {
        "agent": agent.email,
        "text": typed(view, names.TEXT),
        "resolution": typed(view, names.RESOLUTION),
        "asks": bool(ticked(view, names.SURVEY)),
    }


def _deciding(body: Mapping[str, Any]) -> Decide:
    """What the form asks for."""

    def decide(work: SqlWork, setup: Setup, agent: Agent, ticket: Ticket, now: datetime) -> Command:
        kept = Words(str(body["resolution"]), MEDIUM)
        done = acts.close(work, setup, agent, ticket, str(body["text"]), kept, now)
        return acts.with_survey(work, setup, done, now) if body["asks"] else done

    return decide


LISTENERS = (
    Listener(Kind.VIEW, names.VIEW_CLOSE, submit),
    Listener(Kind.ACTION, names.UNDO_CLOSE, undo),
    Listener(Kind.ACTION, names.CLOSE_AGAIN, again),
)
