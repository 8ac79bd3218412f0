"""What agents are told in a ticket's thread or in a direct message: the notice's words, and what can be done.

The words come finished from the templates. Where they are long, what fits stands in the messages
and the whole in a file. A ticket whose words this channel must not read is named, and no more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bots.slack.blocks import names
from bots.slack.blocks.card import has_all_words, target, title_of
from bots.slack.blocks.elements import actions, button, confirm, context, rich_section, said, user
from bots.slack.blocks.mentions import BROADCAST, mentioned_by
from bots.slack.blocks.pages import messages_of
from bots.slack.blocks.text import date, mrkdwn, plain
from bots.slack.blocks.types import CardFacts, Json, Message
from intake.messages import Outbound
from intake.promising import DECIDED, TWIN
from intake.readers import DIRECT
from intake.telling import ASSIGNED, DIGEST, MENTIONED
from intake.tickets import Status
from replies.slack_text import as_rich_text
from store.held_notices import Settled

NOTICE = "notice"  # the block of a notice's actions
SIGNS = {
    "agent-new": "🆕",
    "agent-follow-up": "💬",
    "agent-escalated": "🚨",
    "agent-refused": "🚫",
    "agent-held": "✋",
    "agent-reminder": "⏰",
    "agent-breach": "🔥",
    "agent-call-back": "📞",
    "agent-undelivered": "📭",
    "agent-assigned": "👉",
    "agent-mentioned": "💡",
    "agent-noted": "🔒",
    "agent-snoozed": "💤",
    "agent-digest": "🌅",
    "agent-alarm": "🚨",
    "agent-gave-up": "📭",
    "agent-mailbox": "🔌",
    "agent-edited": "✏️",
    "agent-rated": "⭐",
    "agent-elsewhere": "🔌",
    "agent-chat": "🔌",
    "agent-channel-shut": "🔌",
}
CALL = "📞"
SETTLED = {  # what became of a held message
    "admitted": ("✅", "Admitted onto{on} by {by}"),
    "added": ("✅", "Put onto{on} by {by}, its sender not admitted"),
    "refused": ("🚫", "Refused by {by}"),
    "dropped": ("🗑️", "Dropped by {by}"),
}
MUTES = {  # which choice of theirs a direct message is one of
    "agent-assigned": ASSIGNED,
    "agent-mentioned": MENTIONED,
    "agent-digest": DIGEST,
}


def thread_messages(
    outbound: Outbound, facts: CardFacts | None = None, settled: Settled | None = None
) -> list[Message]:
    """The messages of one notice in their order, each within Slack's limits; no facts: of no ticket.

    One about a held message that is `settled` asks for nothing any more, and says by whom and how in the
    place of its buttons.
    """
    if facts and facts.withheld_for:
        return [_kept_back(outbound, facts)]
    lead = _lead(outbound, facts, SETTLED[settled.became][0] if settled else "")
    elements = as_rich_text(_body(outbound, settled)) or [rich_section(said(outbound.subject))]
    if elements[0]["type"] == "rich_text_section":
        elements[0]["elements"] = [*lead, *elements[0]["elements"]]
    elif lead:
        elements.insert(0, rich_section(*lead))
    return messages_of(
        elements,
        outbound.subject,
        [settled_line(settled)] if settled else _acts(outbound, facts),
        file_name=f"{outbound.notice}.txt",
        broadcast=outbound.notice in BROADCAST and facts is not None and not outbound.extra.get("repeated"),
    )


def is_on_card(outbound: Outbound, facts: CardFacts) -> bool:
    """Whether a new ticket's card says all that its notice would: then nothing is posted below it.

    So a new ticket costs one message of the one a second that a channel takes, not two.
    """
    missing = outbound.extra.get("missing")
    has_asked = not isinstance(missing, list | tuple) or set(missing) <= set(facts.missing)
    is_said = outbound.extra.get("is_brief") is True and has_all_words(facts) and has_asked
    return outbound.notice == "agent-new" and (is_said or bool(facts.withheld_for))


def is_over(outbound: Outbound, facts: CardFacts) -> bool:
    """Whether a reminder has waited until what it is about was owed no more: then nobody is called."""
    clock = outbound.extra.get("clock")
    is_owed = any(one.kind == clock for one in facts.dues)
    return outbound.notice in ("agent-reminder", "agent-breach") and bool(clock) and not is_owed


def direct_messages(outbound: Outbound, facts: CardFacts | None) -> list[Message]:
    """The same for one agent in a direct message: which ticket it is about, and how to hear less."""
    found = thread_messages(outbound, _unmentioned(facts) if facts else None)
    below = (context(plain(title_of(facts), 300)),) if facts else ()
    if facts or outbound.notice in MUTES:
        below = (*below, mute_button(outbound.notice))
    last = found[-1]
    return [*found[:-1], Message(last.text, (*last.blocks, *below), last.file)]


def with_lost_files(messages: Sequence[Message], names: Sequence[str]) -> Sequence[Message]:
    """The same with a line that names the files that are not kept any more."""
    if not names:
        return messages
    last = messages[-1]
    line = context(plain(f"📎 {', '.join(names)}: not kept any more, so not shown here.", 300))
    return [*messages[:-1], replace(last, blocks=(*last.blocks, line))]


def mute_button(notice: str) -> Json:
    """Below a direct message: no more of its kind."""
    made = button("Mute these messages", names.MUTE) | {"value": MUTES.get(notice, DIRECT)}
    return actions([made], "mute")


def _body(outbound: Outbound, settled: Settled | None) -> str:
    """The words; once it is settled, those that do not ask, where they were worded."""
    return str(outbound.extra.get(DECIDED) or outbound.body) if settled else outbound.body


def _lead(outbound: Outbound, facts: CardFacts | None, became: str = "") -> list[Json]:
    """Before the first words: a sign for what it is, or what it became, and whom it is for."""
    sign = became or (CALL if outbound.extra.get("is_call") else SIGNS.get(outbound.notice, ""))
    audience = str(outbound.extra.get("audience", ""))
    meant = mentioned_by(outbound.notice, facts, audience) if facts else ()
    pieces = [said(f"{sign} ")] if sign else []
    for one in meant:
        pieces += [user(one), said(" ")]
    return pieces


def _acts(outbound: Outbound, facts: CardFacts | None) -> list[Json]:
    found: list[Json] = []
    match outbound.notice:
        case "agent-new" if facts and (other := _number(outbound, TWIN)):
            found = [twin_button(facts, other)]
        case "agent-held":
            is_own = outbound.extra.get("is_agents") is True
            found = held_buttons(_number(outbound, "message"), facts, is_agents=is_own)
        case "agent-reminder" | "agent-breach" | "agent-escalated" | "agent-call-back" if facts:
            found = clock_buttons(outbound.notice, facts)
        case "agent-undelivered" | "agent-gave-up":
            lost, kept_back = _number(outbound, "promise"), _number(outbound, "draft")
            found = delivery_buttons(lost, facts) or stuck_buttons(kept_back, facts)
            if outbound.extra.get("is_again"):  # what is changed in one chat goes no other way
                found = found[:1]
    if outbound.extra.get("secrets") and facts:
        found = [*found, button("Redact…", names.REDACT, target(facts))]
    return [actions(found, f"{NOTICE}:{outbound.message_id}"[:255])] if found else []


def _number(outbound: Outbound, name: str) -> int:
    number = outbound.extra.get(name, 0)
    return number if isinstance(number, int) else 0


def settled_line(settled: Settled) -> Json:
    """Who decided about a held message, what, and when."""
    sign, words = SETTLED[settled.became]
    on = f" {settled.ticket}" if settled.ticket else ""
    why = f": {settled.because}" if settled.because else ""
    when = mrkdwn(date(datetime.fromisoformat(settled.at)))
    return context(plain(f"{sign} {words.format(on=on, by=settled.by)}{why}", 300), when)


def held_buttons(message: int, facts: CardFacts | None, *, is_agents: bool = False) -> list[Json]:
    """What can become of a held message; onto its ticket only where it has one, an agent's own onto none."""
    if not message:
        return []
    here = names.Pressed(ticket=facts.number if facts else 0, message=message)
    sure = confirm("Refuse it?", "Its sender is told why, in words that you write next.", "Refuse")
    on_ticket = [
        button("Admit", names.ADMIT, here, style="primary"),
        button("Add, do not admit", names.RELEASE, here),
    ]
    add = [*(on_ticket if facts else []), button("Add to a ticket…", names.ADD_TO, here)]
    return [
        *([] if is_agents else add),
        button("Refuse…", names.REFUSE, here, confirm=sure),
        button("Drop", names.DROP, here),
    ]


def twin_button(facts: CardFacts, other: int) -> Json:
    """The form for two tickets that may be one, with the other one in it."""
    return button("Link or merge…", names.MERGE, names.Pressed(ticket=facts.number, word=str(other)))


def clock_buttons(notice: str, facts: CardFacts) -> list[Json]:
    if facts.status is Status.CLOSED:
        return []
    here = target(facts)
    first = [button("Call made", names.CALLED, here, style="primary")] if notice == "agent-call-back" else []
    claim = [] if facts.assignee else [button("Claim", names.CLAIM, here)]
    return [
        *first,
        *claim,
        button("Reply", names.REPLY, here),
        button("Snooze…", names.SNOOZE, here),
    ]


def delivery_buttons(promise: int, facts: CardFacts | None) -> list[Json]:
    """What can be done about words that did not arrive."""
    if not promise:
        return []
    here = names.Pressed(ticket=facts.number if facts else 0, promise=promise)
    return [button("Retry", names.RETRY, here), button("Use another way…", names.OTHER_WAY, here)]


def stuck_buttons(draft: int, facts: CardFacts | None) -> list[Json]:
    """What can be done about an answer that a fault of ours keeps back."""
    if not draft:
        return []
    here = names.Pressed(ticket=facts.number if facts else 0, draft=draft)
    return [button("Retry", names.RETRY_ANSWER, here)]


def _kept_back(outbound: Outbound, facts: CardFacts) -> Message:
    sign = SIGNS.get(outbound.notice, "")
    words = f"{sign} {facts.reference}: something new for team {facts.withheld_for}, in its own channel only."
    (made,) = messages_of([rich_section(said(words.strip()))], words.strip())
    return made


def _unmentioned(facts: CardFacts) -> CardFacts:
    return replace(facts, on_duty=(), managers=(), assignee_slack="")
