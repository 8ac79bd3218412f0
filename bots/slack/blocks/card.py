"""The triage card: a ticket at a glance, the parent of its thread, with what can be done at once.

It always has a rich text block, because Slack refuses to replace one by something else. While the
ticket is open its menus show what holds now; a closed one keeps what can still be done.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bots.slack.blocks import names
from bots.slack.blocks.elements import (
    actions,
    button,
    context,
    fields,
    header,
    option,
    overflow,
    rich_quote,
    rich_section,
    rich_text,
    said,
    select,
)
from bots.slack.blocks.facts import LONGEST_EXCERPT
from bots.slack.blocks.text import date, escaped, fallback, is_user, mention, mrkdwn, one_line, plain
from bots.slack.blocks.times import due_mrkdwn
from bots.slack.blocks.types import CardFacts, Json, Message
from intake.tickets import Status
from intake.words import UNPROVEN

MOST_REMARKS = 8  # of the ten elements that Slack takes
CARD = "card"  # the block of its actions
ENDED = (Status.SOLVED, Status.CLOSED)
STATUS_WORDS = {
    Status.OPEN: "Open",
    Status.WAITING: "Waiting for the customer",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}
STATUS_SIGNS = {Status.OPEN: "🟢", Status.WAITING: "⏳", Status.SOLVED: "✅", Status.CLOSED: "⚫"}
SEVERITY_SIGNS = ("🔴", "🟠", "🟡", "🔵")
CHANNEL_WORDS = {
    "email": "by email",
    "telegram": "in Telegram",
    "slack": "in Slack",
    "portal": "on the portal",
    "api": "through the API",
    "phone": "by telephone",
    "facebook": "on Facebook",
}
MORE = (
    (names.ASSIGN, "Assign…"),
    (names.SNOOZE, "Snooze…"),
    (names.MERGE, "Link or merge…"),
    (names.SPAM, "Mark as spam"),
    (names.DETAILS, "Details and more…"),
)


def card(facts: CardFacts) -> Message:
    """The card as it is posted and brought up to date."""
    blocks = (
        header(title_of(facts)),
        context(*_context(facts)),
        *_remarks(facts),
        fields(_fields(facts)),
        rich_text(*_words(facts)),
        actions(_actions(facts), names.of_card(CARD, facts.number, facts.version)),
    )
    return Message(_fallback(facts), blocks)


def left(facts: CardFacts, channel: str) -> Message:
    """What a card becomes whose ticket has gone to another channel."""
    team = f"team {one_line(facts.team)}" if facts.team else "no team of its own"
    there: Json = {"type": "channel", "channel_id": channel}
    gone = rich_section(said(f"This ticket is with {team} now, and its card in "), there, said("."))
    blocks = (header(title_of(facts)), rich_text(gone))
    return Message(fallback(f"{title_of(facts)} · with {team} now", 300), blocks)


def taken_back(facts: CardFacts) -> Message:
    """What becomes of something said below a card when its words are for another channel only."""
    words = f"The words are for team {facts.withheld_for} and its channel only."
    return Message(fallback(words, 300), (rich_text(rich_section(said(words, italic=True))),))


def remaining(facts: CardFacts, links: Iterable[str]) -> Message:
    """To whoever gave a ticket to a protected team: what colleagues wrote, which no bot can delete."""
    words = (
        f"{facts.reference} is for team {facts.withheld_for} now. What I had said elsewhere is taken back; "
        "these messages of colleagues still stand, and only they can delete them:"
    )
    found = [piece for link in links for piece in (said("\n"), {"type": "link", "url": link})]
    return Message(fallback(words, 300), (rich_text(rich_section(said(words), *found)),))


def title_of(facts: CardFacts) -> str:
    return f"{facts.reference} · {subject_of(facts)}"


def subject_of(facts: CardFacts) -> str:
    if facts.withheld_for:
        return f"a request for team {facts.withheld_for}"
    return one_line(facts.subject) or "(no subject)"


def requester_of(facts: CardFacts) -> str:
    if facts.withheld_for:
        return "for its own team only"
    if facts.requester and facts.address:
        return f"{facts.requester} <{facts.address}>"
    return facts.requester or facts.address or "nobody known"


def severity_sign(severity: str, severities: tuple[str, ...]) -> str:
    """A sign for how bad it is: the policy's order, whatever its names are."""
    if severity not in severities:
        return "⚪"
    return SEVERITY_SIGNS[min(severities.index(severity), len(SEVERITY_SIGNS) - 1)]


def has_all_words(facts: CardFacts) -> bool:
    """Whether the card shows everything that was first said."""
    return len(facts.words.strip()) <= LONGEST_EXCERPT


def target(facts: CardFacts) -> names.Pressed:
    return names.Pressed(ticket=facts.number, version=facts.version)


def assignee_mrkdwn(facts: CardFacts) -> str:
    """A mention shows the name and rings nobody: in a card that is edited Slack tells nobody."""
    if is_user(facts.assignee_slack):
        return mention(facts.assignee_slack)
    return escaped(one_line(facts.assignee)) or "nobody"


def _context(facts: CardFacts) -> Iterator[Json]:
    yield plain(requester_of(facts), 300)
    if facts.account:
        yield plain(", ".join(facts.account), 300)
    when = f" {date(facts.opened_at)}" if facts.opened_at else ""
    yield mrkdwn(f"{CHANNEL_WORDS.get(facts.channel, escaped(facts.channel))}{when}")
    if facts.product:
        yield plain(f"{facts.product} {facts.release}", 150)
    if facts.files:
        yield plain(f"📎 {facts.files} file{'s' if facts.files != 1 else ''}")
    if facts.predecessor:
        yield plain(f"follows {facts.predecessor}")
    if facts.merged_into:
        yield plain(f"goes on in {facts.merged_into}")
    if facts.snoozed_until:
        yield mrkdwn(f"💤 until {_snoozed(facts.snoozed_until, facts)}")
    if facts.is_escalated:
        yield mrkdwn("🚨 *Escalated*")


def _snoozed(until: datetime, facts: CardFacts) -> str:
    return "the customer writes" if facts.is_until_reply else f"{date(until)} or the customer writes"


def _remarks(facts: CardFacts) -> Iterator[Json]:
    told = [f"Not told yet: {', '.join(facts.missing)}"] if facts.missing else []
    if lines := (*facts.remarks[:MOST_REMARKS], *told):
        yield context(*(_remark(one) for one in lines))


def _remark(words: str) -> Json:
    return plain(f"{'⚠️' if words == UNPROVEN else 'ℹ️'} {words}", 300)


def _fields(facts: CardFacts) -> Iterator[tuple[str, str]]:
    yield "Status", f"{STATUS_SIGNS[facts.status]} {STATUS_WORDS[facts.status]}"
    sign = severity_sign(facts.severity, facts.severities)
    yield "Severity", f"{sign} {escaped(one_line(facts.severity))}"
    yield "Assignee", assignee_mrkdwn(facts)
    yield "Next due", due_mrkdwn(facts.next_due, facts.now)
    if facts.team:
        yield "Team", escaped(one_line(facts.team))


def _words(facts: CardFacts) -> Iterator[Json]:
    if facts.withheld_for:
        kept = f"The words are for team {facts.withheld_for} and its channel only."
        yield rich_section(said(kept, italic=True))
    elif words := facts.words.strip():
        more = "" if has_all_words(facts) else " […]"
        yield rich_quote(words[:LONGEST_EXCERPT].rstrip() + more)
    else:
        yield rich_section(said("(no words)", italic=True))


def _actions(facts: CardFacts) -> Iterator[Json]:
    here = target(facts)
    if facts.status is Status.CLOSED:
        yield button("Reopen", names.REOPEN, here)
        yield button("Details", names.DETAILS, here)
        return
    if facts.assignee:
        yield button("Unclaim", names.UNCLAIM, here)
    else:
        yield button("Claim", names.CLAIM, here)
    yield button("Reply", names.REPLY, here, style="primary")
    if facts.severities:
        chosen = [option(one, one) for one in facts.severities]
        yield select("Severity", names.SEVERITY, chosen, facts.severity)
    yield select("Status", names.STATUS, status_options(), facts.status.value)
    yield overflow(names.MORE, [option(text, action) for action, text in MORE])


def status_options() -> list[Json]:
    return [option(words, status.value) for status, words in STATUS_WORDS.items()]


def _fallback(facts: CardFacts) -> str:
    parts = (
        title_of(facts),
        facts.severity,
        STATUS_WORDS[facts.status].lower(),
        requester_of(facts),
        facts.organisation,
    )
    return fallback(" · ".join(filter(None, parts)), 300)
