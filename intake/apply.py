"""A decision becomes rows and promises: the only place where that happens.

First the changes, then the message itself with its fate and trace, then the notices: who
reads each, whether the hourly budgets allow it, and the finished words into the outbox
(`intake.promising`). All of it in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from intake.around import domain_warnings, lines_around, twin, twin_words
from intake.budgets import FLOOD, is_counted, of_sender
from intake.context import Context
from intake.decisions import Audience, Decision, Notice, Recipient, Step
from intake.files import for_agents
from intake.messages import Assurance, Inbound, Raw
from intake.policy import Policy
from intake.promising import TWIN, is_within_budget, promise, where_they_read
from intake.readers import TRIAGE, is_withheld, readers, whose_it_is
from intake.telling import tell_of_act
from intake.tickets import Ticket
from intake.words import reading_warnings, sender_words
from intake.work import Setup, Work

WARNED = frozenset({"agent-held", "agent-new", "agent-follow-up", "agent-escalated"})


def apply(
    work: Work,
    raw: Raw | None,
    inbound: Inbound | None,
    decision: Decision,
    context: Context,
    setup: Setup,
    actor: str,
    now: datetime,
) -> tuple[int, Ticket | None]:
    """Write the changes, keep the message, promise the notices; the message's id (or 0) and the ticket."""
    ticket = decision.ticket
    for change in decision.changes:
        ticket = work.write(change, ticket, actor, now)
    said = _each_once(
        (notice, place)
        for notice in decision.notices
        for to in (
            *readers(work, notice, inbound, context, ticket, setup),
            *whose_it_is(work, notice, ticket, setup, now),
        )
        if (place := where_they_read(work, notice, to, inbound, ticket, setup.desk)).address.address
    )
    allowed = [pair for pair in said if is_within_budget(work, *pair, ticket, setup, now)]
    if len(allowed) < len(said):
        more = len(said) - len(allowed)
        step = Step("budget", True, f"{more} notices more than an address or a ticket may get an hour")
        decision = replace(decision, trace=(*decision.trace, step))
    if inbound and inbound.sender and is_counted(inbound, decision):
        spender = of_sender(inbound.sender.address, decision.assurance)
        work.spend(spender, now, is_told=decision.rule == FLOOD)
    message = work.keep(raw, inbound, decision, ticket, now) if inbound else 0
    if ticket and setup.desk.has_triage:
        work.redraw(ticket.number, now)
    is_new = any(one.name == "agent-new" for one, _ in allowed)
    same = twin(work, ticket, setup, now) if is_new else 0
    around = (*twin_words(same, setup), *lines_around(work, ticket, setup, now)) if is_new else ()
    warns = any(one.name in WARNED for one, _ in allowed)
    doubts = (*domain_warnings(work, inbound, context), *reading_warnings(inbound)) if warns else ()
    for notice, to in allowed:
        complete = _warned(_completed(notice, to, said, message, inbound, context, around, same), doubts)
        complete = _with_files(complete, to, inbound, setup)
        about, complete = _without_words(work, complete, to, ticket, setup.policy)
        known = inbound if _may_repeat(inbound, decision) else None
        promise(work, complete, to, about, known, message, setup, now)
    if ticket and setup.desk.has_triage:
        tell_of_act(work, decision, inbound, ticket, actor, message, setup, now)
    return message, ticket


def _warned(notice: Notice, doubts: tuple[str, ...]) -> Notice:
    """The notice with what makes its sender doubtful, where it has room for warnings."""
    if not doubts or notice.name not in WARNED:
        return notice
    before = notice.facts.get("warnings", ())
    assert isinstance(before, list | tuple)
    return replace(notice, facts={**notice.facts, "warnings": [*before, *doubts]})


def _with_files(notice: Notice, to: Recipient, inbound: Inbound | None, setup: Setup) -> Notice:
    """In the triage channel agents see the files, too; by mail they are told how many there are."""
    if to.address.address != TRIAGE or notice.name not in WARNED or not inbound:
        return notice
    files, left_out = for_agents(inbound.attachments, setup.desk)
    return _warned(replace(notice, files=files), left_out)


def _each_once(said: Iterable[tuple[Notice, Recipient]]) -> list[tuple[Notice, Recipient]]:
    """What several audiences are told alike is one mail to whoever is in more than one of them."""
    found: list[tuple[Notice, Recipient]] = []
    for notice, to in said:
        same = next((at for at, one in enumerate(found) if _is_alike(one, (notice, to))), None)
        if same is None:
            found.append((notice, to))
        else:
            found[same] = _meant_too(found[same][0], notice.audience), found[same][1]
    return found


def _is_alike(one: tuple[Notice, Recipient], other: tuple[Notice, Recipient]) -> bool:
    (notice, to), (same, reader) = one, other
    is_said = (notice.name, notice.facts) == (same.name, same.facts)
    return is_said and to.address.address == reader.address.address


def _meant_too(notice: Notice, audience: Audience) -> Notice:
    """A notice in the triage channel is read by all, and says whom it is meant for."""
    known = (notice.audience, *notice.besides)
    return notice if audience in known else replace(notice, besides=(*notice.besides, audience))


def _without_words(
    work: Work, notice: Notice, to: Recipient, ticket: Ticket | None, policy: Policy
) -> tuple[Ticket | None, Notice]:
    """What agents may hear of a ticket whose protected team is nobody: that it is there, and how bad."""
    if ticket is None or not to.is_agent or not is_withheld(work, ticket, policy):
        return ticket, notice
    facts = {name: value for name, value in notice.facts.items() if name not in ("about", "because")}
    subject = f"(a request for team {ticket.team})"
    words = (
        f"The words are kept back: ticket {ticket.number} is for team {ticket.team}, and no agent is in it."
    )
    return replace(ticket, subject=subject), replace(notice, facts={**facts, "text": words}, files=())


def _may_repeat(inbound: Inbound | None, decision: Decision) -> bool:
    """What the sender of a mail chose is said to nobody by mail unless the sender is proven."""
    return inbound is not None and (inbound.channel != "email" or decision.assurance is not Assurance.NONE)


def _completed(
    notice: Notice,
    to: Recipient,
    said: Sequence[tuple[Notice, Recipient]],
    message: int,
    inbound: Inbound | None,
    context: Context,
    around: tuple[str, ...],
    same: int,
) -> Notice:
    """Add what is known only now: the number of a held message, who else reads an answer, what else is on."""
    facts = dict(notice.facts)
    if notice.name == "agent-new":
        facts |= {"around": around} | ({TWIN: same} if same else {})
    if notice.audience is Audience.EVERYONE:
        others = [one.address for about, one in said if about is notice and one is not to]
        facts["readers"] = [one.name or one.address for one in others]
    if notice.name == "agent-held" and inbound is not None:
        facts |= {"message": message, "sender": sender_words(inbound), "text": inbound.reply}
        facts["is_agents"] = context.agent is not None
    return replace(notice, facts=facts)
