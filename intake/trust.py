"""Trust: what no policy can switch off, asked before any rule of it.

An agent's mail counts with an agent's token and an aligned sender, both. A mail for a ticket
counts when its sender is somebody on it, and has proved to be that. Everything else that
names a ticket by a secret is held for an agent, unanswered.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from intake import commands
from intake.context import Context
from intake.decisions import Audience, Decision, Fate, Notice
from intake.files import names_of, objection_to, passed_on
from intake.mail.quotes import visible_reply
from intake.messages import LOGGED, Assurance, Inbound
from intake.tokens import Token

NOTE = re.compile(r"[\W_]*note[\s*_`]{0,5}[:：]", re.IGNORECASE)  # bold or quoted too: it must not get out
ANYTHING = "anything"
DASHES = r"\s{0,3}[-\u2013\u2014]{1,2}\s{0,3}"
CUT = re.compile(f"##{DASHES}.{{1,100}}?{DASHES}##", re.DOTALL)  # templates/*/_cut.md, wrapped or prettified


def from_an_agent(inbound: Inbound, context: Context, token: Token, now: datetime) -> Decision:
    """An answer or a note, if the mail bears an agent's token and is aligned with a listed agent."""
    agent, ticket = context.agent, context.ticket
    if ticket is None:
        return held("agent-without-ticket", "The ticket of this agent's address does not exist.", context)
    if agent is None or context.assurance is not Assurance.ALIGNED:
        because = "It came to an agent's address, but nobody proved to be that agent."
        return held("agent-not-proven", because, context)
    if token.subject not in (0, agent.id):
        return held("agent-not-proven", "It came to the signed address of another agent.", context)
    text = above_the_cut(visible_reply(inbound.reply))
    text = "" if says_nothing_new(text) else text
    if NOTE.match(text):
        return commands.note(ticket, agent.name)
    places = passed_on(inbound.attachments)
    files = [inbound.attachments[place] for place in places]
    if not text and not files:
        return held("agent-said-nothing", "There is nothing new in it besides what it quotes.", context)
    if objection := objection_to(files, context.desk):
        return held(*objection, context)
    return _with_files(commands.answer(ticket, agent.name, text or names_of(files), now), places)


def _with_files(answer: Decision, places: tuple[int, ...]) -> Decision:
    return replace(answer, notices=tuple(replace(one, files=places) for one in answer.notices))


def above_the_cut(text: str) -> str:
    """What stands above the line that our mails to agents begin with, however a mail program quoted them.

    The rest of such a mail is for agents only, and must not reach the customer.
    """
    found = CUT.search(text)
    return text[: text.rfind("\n", 0, found.start()) + 1 if found else len(text)].strip()


def says_nothing_new(text: str) -> bool:
    """Is it all quotation? A reply keeps one when nothing else is left, but agents quote what is internal."""
    return visible_reply(f"{ANYTHING}\n\n{text}").strip() == ANYTHING


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to hold that no policy can overrule; the first that holds is the one that is named."""

    name: str
    holds: Callable[[Inbound, Context], bool]
    because: str


def _has_rivals(inbound: Inbound, context: Context) -> bool:
    return len(context.rivals) > 1


def _is_a_stranger(inbound: Inbound, context: Context) -> bool:
    return context.ticket is not None and not context.may_follow_up and context.agent is None


def _is_an_agent_without_token(inbound: Inbound, context: Context) -> bool:
    return context.ticket is not None and context.agent is not None and inbound.channel == "email"


def _is_unproven(inbound: Inbound, context: Context) -> bool:
    return context.ticket is not None and inbound.channel == "email" and not context.is_proven


TRUST = (
    Doubt(
        "several-tickets", _has_rivals, "It names more than one ticket; an agent has to say which is meant."
    ),
    Doubt(
        "agent-without-token",
        _is_an_agent_without_token,
        "Agents answer by mail to the signed address of a ticket only.",
    ),
    Doubt(
        "pending-participant",
        _is_a_stranger,
        "The sender knows a secret of this ticket, but is nobody on it; an agent may admit them.",
    ),
    Doubt(
        "unproven-sender",
        _is_unproven,
        "Nothing proves that the named sender wrote it; an agent has to look.",
    ),
)


def distrusted(inbound: Inbound, context: Context) -> Decision | None:
    doubt = next((one for one in TRUST if one.holds(inbound, context)), None)
    return held(doubt.name, doubt.because, context) if doubt else None


def of_no_ticket(inbound: Inbound, context: Context) -> Decision | None:
    """Refuse what was written on the page of a ticket that is not there or not theirs, in the same words.

    Whoever has not signed in hears of that first, from the policy.
    """
    if not inbound.ticket_number or context.ticket is not None or not context.is_proven:
        return None
    if inbound.channel in LOGGED:  # it was an agent's slip, of which the caller need not hear
        because = f"Ticket {inbound.ticket_number} is not there, or no ticket of the named sender."
        return Decision(Fate.REFUSE, "no-such-ticket", because)
    because = "There is no such ticket, or you may not see it."
    notice = Notice("refused", Audience.SENDER, {"because": because})
    return Decision(Fate.REFUSE, "no-such-ticket", because, notice.name, notices=(notice,))


def held(rule: str, because: str, context: Context) -> Decision:
    """Hold a message and tell the agents; the notice learns the message's number when it is kept."""
    told = Notice("agent-held", Audience.AGENTS, {"reason": because}, "auto-generated")
    return Decision(Fate.HOLD, rule, because, ticket=context.ticket, notices=(told,))
