"""Facts with good defaults for what Slack shows, and what is live in what was drawn."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bots.slack.blocks import (
    CardFacts,
    Due,
    HomeFacts,
    Message,
    Row,
    Shelf,
    errors,
    lists,
    modals,
    personal,
)
from bots.slack.blocks import customers as customers_
from bots.slack.blocks.card import card, left, taken_back
from bots.slack.blocks.home import home
from bots.slack.blocks.thread import direct_messages, thread_messages, with_lost_files
from intake.messages import Address, Outbound
from intake.tickets import ClockKind, Status
from replies import escaping
from sandbox.slack.blocks import check_blocks
from sandbox.slack.view_form import check_view
from store.held_notices import Settled

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SEVERITIES = ("critical", "major", "standard")
BOB, CAROL, DAVE = "U0BOB", "U0CAROL", "U0DAVE"
OURS = frozenset({BOB, CAROL, DAVE, "U0ADMIN", "C0TRIAGE", "C0ACME"})
LIVE_PIECES = ("user", "usergroup", "broadcast", "channel", "emoji", "link")
# In mrkdwn and fallbacks a "<" may begin nothing but a date, a link of ours or the mention of an agent.
TAG = re.compile(r"<(?!!date\^\d+\^|https://slack\.example/\d+\|Open thread>)(@(?P<user>[UW][A-Z0-9]+)>)?")
EVERYBODY = re.compile(r"(?<!\w)@(channel|here|everyone)\b", re.IGNORECASE)
HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08]")


def a_card(**changes):
    given = {
        "number": 1042,
        "version": 3,
        "reference": "WX-1042",
        "now": NOW,
        "severity": "critical",
        "severities": SEVERITIES,
        "subject": "Calls drop",
        "requester": "Ana",
        "address": "ana@acme.example",
        "organisation": "Acme",
        "account": ("Acme", "plan Gold", "Ana Rossi is technical contact"),
        "opened_at": NOW - timedelta(minutes=4),
        "words": "Since this morning every call drops.",
        "dues": (Due(ClockKind.FIRST_RESPONSE, NOW + timedelta(minutes=32)),),
        "on_duty": (CAROL, DAVE),
        "managers": (DAVE,),
    }
    return CardFacts(**(given | changes))


def claimed(**changes):
    given = {"assignee": "Bob", "assignee_slack": BOB, "is_assignee_on_duty": True}
    return a_card(**(given | changes))


def an_outbound(notice="agent-follow-up", body="", **changes):
    given = {"subject": "Re: Calls drop", "message_id": "m1@vendor.example", "ticket_number": 1042}
    outbound = Outbound("slack", Address("", "triage"), notice, body=body, **(given | changes))
    return replace(outbound, extra=changes.get("extra", {"audience": "assignee", "message": 7, "promise": 5}))


def a_row(number=1042, **changes):
    given = {
        "reference": f"WX-{number}",
        "subject": "Calls drop",
        "severity": "critical",
        "organisation": "Acme",
    }
    given |= {
        "due": Due(ClockKind.RESOLUTION, NOW + timedelta(minutes=32)),
        "link": f"https://slack.example/{number}",
    }
    return Row(number, 3, **(given | changes))


def a_home(rows=3, **changes):
    shelf = Shelf("mine", tuple(a_row(1001 + place) for place in range(rows)), rows)
    return HomeFacts(
        NOW, **({"shelves": (shelf,), "counts": {"mine": rows}, "severities": SEVERITIES} | changes)
    )


def a_reply(**changes):
    given = {
        "readers": ("Ana <ana@acme.example>",),
        "canned": (("1", "Restart"),),
        "files": (("F1", "a.log"),),
    }
    return modals.ReplyFacts("WX-1042", 1042, 3, **(given | changes))


def messages_about(text: str, facts: CardFacts) -> Iterator[Message]:
    """Every message that we make, each with somebody's text wherever there is room for it."""
    quoted = an_outbound(body=f"{escaping.printed(text)} wrote:\n\n{escaping.quoted(text)}", subject=text)
    yield from (card(facts), card(replace(facts, assignee_slack=BOB)))
    yield left(replace(facts, team=text), "C0TRIAGE")
    yield taken_back(replace(facts, withheld_for=text or "security"))
    for notice in ("agent-follow-up", "agent-held", "agent-breach", "agent-gave-up", "agent-call-back"):
        yield from thread_messages(replace(quoted, notice=notice), facts)
    yield from thread_messages(quoted, None)
    yield from direct_messages(quoted, facts)
    yield from customers_.customer_messages(quoted)
    row = a_row(subject=text, organisation=text, assignee=text, severity=text, reference=text)
    yield lists.ticket_list(text, [row] * 40, a_home(), 99)
    yield lists.found(text, [], a_home())
    yield lists.show(facts, "https://slack.example/1")
    yield errors.refusal(errors.not_found(text, "r1"))
    yield errors.refusal(errors.bad_command(text, "r1"))
    yield errors.refusal(errors.stale(text, text, NOW, NOW))
    yield errors.refusal(errors.left_out([text]))
    yield errors.refusal(errors.left_out([text]))
    yield errors.refusal(errors.refused_command(text))
    answer = a_reply(text=text, readers=(text,), subject=text)
    yield from (modals.reply_preview(answer), modals.undo(answer, 10), modals.undone(text, text))
    yield from (modals.closing(text, 7, 1, 10), modals.not_closed(text, 7, 1, text))
    yield modals.solve_anyway(text, 1042, 3)
    yield from settled_about(text, facts)
    yield personal.me(personal.MeFacts(text, text, text, told=(("sla", text, True), ("all", text, False))))
    yield personal.digest(a_home(), [row])


def settled_about(text: str, facts: CardFacts) -> Iterator[Message]:
    """A notice whose message is decided, and one of whose files is gone."""
    settled = Settled("refused", text, NOW.isoformat(), text, text)
    decided = thread_messages(an_outbound("agent-held", escaping.quoted(text)), facts, settled)
    yield from with_lost_files(decided, [text])


def views_about(text: str, facts: CardFacts) -> Iterator[dict]:
    """Every view that we make, in the same way."""
    ticket = facts
    short = text[:100] or "x"
    yield modals.reply(a_reply(text=text, readers=(text,), subject=text, canned=(("1", text),), warning=text))
    new = modals.NewFacts(SEVERITIES, "major", (short,), (("1", text),), "ana@acme.example", text, text, text)
    yield from (modals.new_ticket(new), modals.log_call(new))
    yield modals.assign(modals.AssignFacts(ticket, (("bob@vendor.example", text, text),), (short,)))
    for form in (modals.snooze, modals.close, modals.merge, modals.escalate, modals.redact):
        yield form(ticket)
    yield from (modals.out_of_scope(ticket, ((short, text),)), modals.out_of_scope(ticket, ()))
    yield from (modals.refuse(7, text), modals.add_to(7, text))
    yield from (modals.other_way(5, (("email", text),), text), modals.other_way(5, (), text))
    entry = modals.Entry(NOW, text, text, text, text, text, text, text, (text,))
    yield modals.details(modals.DetailsFacts(ticket, (entry,) * 20, 2, 3, (text,), (text,)))
    yield modals.settings(
        modals.SettingsFacts(
            (("C0TRIAGE", text),), (("C0ACME", text),), (("1", text),), text, ((text, text),), (text,)
        )
    )
    yield modals.settings(
        modals.SettingsFacts(
            teams=(short,), removable=(("T1/C0ACME", text, text), (f"team {short}", text, text))
        )
    )
    yield from (modals.loading(text), modals.message_view(text, text))
    shelf = Shelf(
        "mine", tuple(a_row(one, subject=text, organisation=text, assignee=text) for one in range(12)), 99, 2
    )
    yield home(HomeFacts(NOW, filter="mine", shelves=(shelf,), counts={"mine": 99}))
    yield home(HomeFacts(NOW, is_agent=False, admin="U0ADMIN"))


def check(message: Message) -> None:
    """Slack would take it as it is."""
    check_blocks(json.loads(json.dumps(list(message.blocks))))
    assert 0 < len(message.text) <= 3000


def check_shown(view: dict) -> None:
    check_view(json.loads(json.dumps(view)), view["type"])


def live_in(value, *, is_literal=False) -> Iterator[str]:
    """What in blocks would be more than words: mentions, links, commands to Slack, hidden signs."""
    if isinstance(value, dict):
        kind = value.get("type")
        if kind in LIVE_PIECES and not _is_ours(value):
            yield f"{kind}: {value}"
        for name, inner in value.items():
            if name in ("initial_value", "url", "value", "private_metadata", "block_id", "fallback"):
                continue  # what comes back as it is, or is no text
            yield from live_in(inner, is_literal=kind in ("text", "link"))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from live_in(inner)
    elif isinstance(value, str):
        yield from live_words(value, is_literal=is_literal)


def _is_ours(piece) -> bool:
    """Made from our own ids and links, not from what somebody wrote."""
    is_link = str(piece.get("url", "")).startswith("https://slack.example/")
    return is_link or piece.get("user_id") in OURS or piece.get("channel_id") in OURS


def live_words(text: str, *, is_literal: bool) -> Iterator[str]:
    yield from (f"hidden: {text!r}" for _ in HIDDEN.findall(text))
    yield from (f"everybody: {text!r}" for _ in EVERYBODY.findall(text))
    if not is_literal:
        tags = (one for one in TAG.finditer(text) if one["user"] not in OURS)
        yield from (f"{one.group()!r} in {text!r}" for one in tags)
        yield from (f"an entity cut in two: {text!r}" for _ in re.findall(r"&(?!amp;|lt;|gt;)", text))


def words_in(value) -> str:
    """Every text in blocks, to look for something that must not be there."""
    return json.dumps(value, ensure_ascii=False)


ALL_STATUSES = tuple(Status)
