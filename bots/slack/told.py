"""What is kept and told because of words in a shared channel, besides what the policy decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.slack.workspaces import MEDIUM
from intake import commands, handle
from intake.context import Context
from intake.decisions import Audience, Decision, Fate, Notice
from intake.files import LeftOut, not_shown
from intake.handle import Command, Setup
from intake.messages import Address, Assurance, File, Inbound, Raw
from intake.promising import promise, where_they_read
from intake.readers import readers
from intake.tickets import Agent, Ticket
from intake.words import secret_kinds
from store import outbox
from store.edits import Edit
from store.work import SqlWork

FILES_NAMED = 10


def told_of_edit(work: SqlWork, edit: Edit, text: str, setup: Setup, now: datetime) -> None:
    """Agents hear of what a message says now and said before; `text` is "" when it was taken back."""
    ticket = work.ticket(edit.ticket) if edit.ticket else None
    if ticket is None:
        return
    said: dict[str, object] = {"sender": edit.author or "Somebody", "before": edit.before, "text": text}
    said["secrets"] = secret_kinds(text)
    notice = Notice("agent-edited", Audience.ASSIGNEE, said, "auto-generated")
    decision = Decision(Fate.ANSWER, "edited", "A message was changed.", ticket=ticket, notices=(notice,))
    handle.carry_out_in(work, lambda _: Command(decision), setup, "slack", now)


def tell_left_out(
    work: SqlWork,
    inbound: Inbound,
    missed: Sequence[LeftOut],
    number: int,
    message: int,
    setup: Setup,
    now: datetime,
) -> None:
    """Whoever wrote reads in their thread which files agents do not get, and what to do."""
    left = (*missed, *not_shown(inbound.attachments, setup.desk))
    if not left or inbound.sender is None or inbound.assurance is Assurance.NONE:
        return
    files = [{"name": one.name, "why": one.why} for one in left[:FILES_NAMED]]
    notice = Notice("files-left-out", Audience.SENDER, {"files": files})
    context = Context(setup.desk, person=work.person(inbound.sender.address))
    ticket = work.ticket(number) if number else None
    for one in readers(work, notice, inbound, context, ticket, setup):
        to = where_they_read(work, notice, one, inbound, ticket, setup.desk)
        promise(work, notice, to, ticket, inbound, message, setup, now)


def answered_in_place(
    work: SqlWork,
    raw: Raw,
    inbound: Inbound,
    ticket: Ticket,
    agent: Agent | None,
    files: Sequence[File],
    ts: str,
    setup: Setup,
    now: datetime,
) -> int:
    """Keep an answer that its readers in the thread have before them; others get it by their own way."""
    author = agent.name if agent else inbound.sender.name if inbound.sender else "somebody"
    decision = commands.answer(ticket, author, inbound.text or _names(files), now)
    if agent is None:  # no agent's: it is public, but answers no clock
        decision = replace(decision, rule="colleague-said", because=f"{author} wrote there.", changes=())
    said = replace(inbound, sender=Address(author, agent.email)) if agent else inbound
    places = tuple(range(len(files)))
    notices = tuple(replace(one, files=places) for one in decision.notices)
    command = Command(replace(decision, notices=notices), said, raw=raw, files=tuple(files))
    handle.carry_out_in(work, lambda _: command, setup, said.sender.address if said.sender else MEDIUM, now)
    work.flush()
    outbox.mark_said(work, MEDIUM, inbound.place, ticket.number, ts, now)
    receipt = work.receipt_for(inbound.identity)
    return receipt.message if receipt else 0


def _names(files: Sequence[File]) -> str:
    return ", ".join(one.name for one in files) or "…"
