"""Threads: who is mentioned, what can be done, how long words are cut, what customers read."""

import pytest

from bots.slack.blocks import Message, mentions, names
from bots.slack.blocks.card import card
from bots.slack.blocks.customers import customer_messages
from bots.slack.blocks.elements import rich_section, said, user
from bots.slack.blocks.pages import spoken, text_of
from bots.slack.blocks.thread import direct_messages, is_on_card, is_over, thread_messages
from bots.slack.noticed import fitted
from intake.decisions import Audience
from intake.tickets import Status
from replies import escaping
from slack_shown import BOB, CAROL, DAVE, NOW, a_card, an_outbound, check, claimed, live_in, words_in
from store.held_notices import Settled


@pytest.mark.parametrize(
    ("facts", "audience", "expected"),
    [
        (claimed(), Audience.ASSIGNEE, (BOB,)),
        (claimed(is_assignee_on_duty=False), Audience.ASSIGNEE, (CAROL, DAVE)),
        (claimed(is_assignee_on_duty=False, on_duty=()), Audience.ASSIGNEE, ()),  # quiet outside hours
        (a_card(), Audience.ASSIGNEE, (CAROL, DAVE)),
        (claimed(), Audience.TEAM, (CAROL, DAVE)),
        (claimed(), Audience.MANAGERS, (DAVE,)),
        (claimed(on_duty=()), Audience.MANAGERS, (DAVE,)),
        (claimed(on_duty=(CAROL,)), "assignee team", (BOB, CAROL)),  # a broken promise: the chain's next, too
        (claimed(on_duty=(CAROL,)), "assignee team managers", (BOB, CAROL, DAVE)),
        (claimed(on_duty=(BOB,)), "assignee managers", (BOB, DAVE)),
        (
            a_card(on_duty=tuple(f"U{one}" for one in range(50))),
            Audience.AGENTS,
            tuple(f"U{one}" for one in range(8)),
        ),
        (claimed(assignee_slack="<!here>"), Audience.ASSIGNEE, (CAROL, DAVE)),
    ],
)
def test_whoever_is_meant_is_mentioned_while_on_duty(facts, audience, expected):
    assert expected == mentions(facts, audience)


@pytest.mark.parametrize(
    ("asked", "on_card", "expected"),
    [
        ([], (), True),
        (["service"], ("service", "priority"), True),
        (["service"], (), False),  # somebody has told it meanwhile, or the card shows no such line
    ],
)
def test_what_the_form_left_out_is_said_on_the_card_and_not_again_below_it(asked, on_card, expected):
    notice = an_outbound("agent-new", extra={"is_brief": True} | ({"missing": asked} if asked else {}))
    facts = a_card(words="Short.", missing=on_card)

    assert expected is is_on_card(notice, facts)
    assert bool(on_card) is ("Not told yet" in words_in(card(facts).blocks))


def mentioned(message):
    pieces = message.blocks[0]["elements"][0]["elements"]
    return [one["user_id"] for one in pieces if one["type"] == "user"]


@pytest.mark.parametrize(
    ("notice", "facts", "expected"),
    [
        ("agent-new", a_card(), []),
        ("agent-follow-up", claimed(), [BOB]),
        ("agent-follow-up", a_card(), []),
        ("agent-reminder", a_card(), [CAROL, DAVE]),
        ("agent-breach", claimed(), [BOB]),
        ("agent-held", claimed(), []),
    ],
)
def test_what_only_informs_rings_nobody_and_what_is_due_rings_whom_it_is_for(notice, facts, expected):
    (message,) = thread_messages(an_outbound(notice, "Words."), facts)

    assert expected == mentioned(message)


@pytest.mark.parametrize(
    ("notice", "facts", "body", "expected"),
    [
        ("agent-call-back", a_card(), "Call **Ana** now.", f"📞 <@{CAROL}> <@{DAVE}> Call Ana now."),
        ("agent-follow-up", claimed(), "**Ana** wrote again:", f"💬 <@{BOB}> Ana wrote again:"),
        ("agent-follow-up", a_card(), "**Ana** wrote again:", "💬 Ana wrote again:"),  # nobody is called
        ("agent-new", a_card(), escaping.quoted("<!here> <@U0EVE>"), "🆕 \n> &lt;!here&gt; &lt;@U0EVE&gt;"),
    ],
)
def test_what_a_notification_says_reads_as_a_sentence_that_names_who_is_meant(notice, facts, body, expected):
    (message,) = thread_messages(an_outbound(notice, body), facts)

    assert expected == message.text


@pytest.mark.parametrize(
    ("notice", "clock", "expected"),
    [
        ("agent-reminder", "first_response", False),
        ("agent-reminder", "resolution", True),  # the card owes a first response only
        ("agent-breach", "resolution", True),
        ("agent-reminder", "", False),  # promised before clocks were named
        ("agent-escalated", "resolution", False),
    ],
)
def test_a_reminder_of_what_is_owed_no_more_is_over(notice, clock, expected):
    outbound = an_outbound(notice, "Words.", extra={"clock": clock})

    assert expected == is_over(outbound, a_card())


@pytest.mark.parametrize(("room", "ends"), [(0, "a…"), (5, "a…"), (20, f"a<@{BOB}>")])
def test_a_notification_that_is_cut_ends_before_a_mention_and_not_in_it(room, ends):
    elements = [rich_section(said("a" * 2870), said("a" * (30 - room)), user(BOB))]

    assert spoken(elements).endswith(ends)


def acts(message):
    return [
        one["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


HELD = [names.ADMIT, names.RELEASE, names.ADD_TO, names.REFUSE, names.DROP]


@pytest.mark.parametrize(
    ("notice", "facts", "expected"),
    [
        ("agent-held", a_card(), HELD),
        ("agent-held", None, HELD[2:]),  # of no ticket: nothing to admit to
        ("agent-reminder", a_card(), [names.CLAIM, names.REPLY, names.SNOOZE]),
        ("agent-reminder", claimed(), [names.REPLY, names.SNOOZE]),
        ("agent-breach", a_card(status=Status.CLOSED), []),
        ("agent-call-back", claimed(), [names.CALLED, names.REPLY, names.SNOOZE]),
        ("agent-undelivered", a_card(), [names.RETRY, names.OTHER_WAY]),
        ("agent-gave-up", a_card(), [names.RETRY, names.OTHER_WAY]),
        ("agent-follow-up", a_card(), []),
    ],
)
def test_a_notice_has_the_buttons_that_settle_it(notice, facts, expected):
    (message,) = thread_messages(an_outbound(notice, "Words."), facts)
    check(message)

    assert expected == acts(message)


def test_a_new_ticket_that_may_be_another_has_the_form_for_two_at_hand():
    alone, twin = (
        thread_messages(an_outbound("agent-new", "Words.", extra=extra), a_card())[0]
        for extra in ({}, {"twin": 1001})
    )
    check(twin)
    pressed = names.pressed_in(twin.blocks[-1]["elements"][0]["value"])

    assert ([], [names.MERGE], "1001") == (acts(alone), acts(twin), pressed.word)


def test_a_held_messages_buttons_name_the_message():
    (message,) = thread_messages(an_outbound("agent-held", "Words.", extra={"message": 7}), a_card())
    button = message.blocks[-1]["elements"][0]

    assert (1042, 7) == (names.pressed_in(button["value"]).ticket, names.pressed_in(button["value"]).message)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"message": 7, "decided": "Was held."}, "🗑️ Was held."),
        ({"message": 7}, "🗑️ It waits."),  # of a desk that did not word it yet
    ],
)
def test_a_decided_notice_says_what_was_worded_for_then_under_the_sign_of_what_it_became(extra, expected):
    outbound = an_outbound("agent-held", "It waits.", extra=extra)
    asking = thread_messages(outbound, a_card())
    decided = thread_messages(outbound, a_card(), Settled("dropped", "Bob", NOW.isoformat()))
    check(decided[0])

    assert ("✋ It waits.", expected) == (asking[0].text, decided[0].text)


@pytest.mark.parametrize(
    ("words", "count", "expected"),
    [("a", 1, "a"), ("abc", 3, "abc"), ("ab", 3, "abb"), ("abc", 2, "ac"), ("abc", 1, "c")],
)
def test_the_last_message_of_a_notice_shows_the_last_of_its_words(words, count, expected):
    assert list(expected) == [one.text for one in fitted([Message(one, ()) for one in words], count)]


def test_the_channel_hears_of_a_breach_and_of_nothing_else():
    told = {
        notice: thread_messages(an_outbound(notice, "Words."), a_card())[0].broadcast
        for notice in ("agent-breach", "agent-reminder", "agent-follow-up", "agent-held")
    }

    assert ["agent-breach"] == [notice for notice, broadcast in told.items() if broadcast]


def test_the_steps_after_a_breach_are_told_in_the_thread_alone():
    told = an_outbound("agent-breach", "Words.", extra={"clock": "response", "repeated": True})

    assert not thread_messages(told, a_card())[0].broadcast


@pytest.mark.parametrize(
    ("length", "messages", "has_file"),
    [
        (10, 1, False),
        (2800, 1, False),
        (3500, 2, False),
        (7500, 3, False),
        (8500, 1, True),
        (90_000, 1, True),
    ],
)
def test_long_words_are_several_messages_and_very_long_ones_a_file(length, messages, has_file):
    body = escaping.lines("word " * (length // 5))
    found = thread_messages(an_outbound(body=body), a_card())
    for message in found:
        check(message)

    assert (messages, has_file) == (len(found), found[0].file is not None)


@pytest.mark.parametrize(
    "text", ["word " * 1500, "line\n" * 1200, "x" * 7000, "para\n\ngraph " * 500, "&<>" * 2000]
)
def test_nothing_is_lost_where_words_are_cut(text):
    found = customer_messages(an_outbound(body=escaping.lines(text)))
    said = "".join(text_of(block["elements"]) for one in found for block in one.blocks)

    assert "".join(text.split()) == "".join(said.split())


def test_the_file_holds_every_word():
    text = "\n".join(f"line {place}" for place in range(3000))
    (message,) = thread_messages(an_outbound(body=escaping.lines(text)), a_card())

    assert text in message.file.data.decode()


def test_what_can_be_done_stands_below_the_last_words():
    found = thread_messages(an_outbound("agent-held", escaping.lines("word " * 1400)), a_card())

    assert [[], [], HELD] == [acts(message) for message in found]


def test_markdown_of_a_notice_is_shown_and_that_of_a_customer_is_not():
    body = "**Late:** see <https://help.example>\n\n" + escaping.quoted("**not bold** <https://evil.example>")
    (message,) = thread_messages(an_outbound(body=body), a_card())
    section, quote = message.blocks[0]["elements"]

    assert (["text", "text", "text", "link"], ["**not bold** <https://evil.example>"]) == (
        [one["type"] for one in section["elements"]],
        [one["text"] for one in quote["elements"]],
    )


def test_an_agents_link_can_be_clicked_and_an_automatic_notice_has_none():
    body = escaping.lines("See https://help.example/a?b=1, then write.")
    answer, automatic = (
        customer_messages(an_outbound("agent-answer", body, automatic=kind))[0]
        for kind in ("no", "auto-replied")
    )
    check(answer)

    assert (["https://help.example/a?b=1"], []) == (
        [one["url"] for one in answer.blocks[0]["elements"][0]["elements"] if one["type"] == "link"],
        [one for one in automatic.blocks[0]["elements"][0]["elements"] if one["type"] == "link"],
    )


def test_a_direct_message_names_its_ticket_and_mentions_nobody():
    (message,) = direct_messages(an_outbound("agent-reminder", "Due soon."), claimed())
    check(message)

    assert (True, []) == ("WX-1042 · Calls drop" in words_in(message.blocks), mentioned(message))


def test_a_ticket_whose_words_are_kept_back_is_named_and_no_more():
    facts = a_card(subject="", requester="", words="", withheld_for="security")
    found = thread_messages(an_outbound("agent-follow-up", "The secret is 12345."), facts)
    shown = words_in([message.blocks for message in found])

    assert (1, False, True) == (len(found), "12345" in shown + found[0].text, "WX-1042" in shown)


def test_customers_see_no_buttons_and_nobodys_name_is_a_mention():
    (message,) = customer_messages(an_outbound("acknowledgement", "We have it, @channel <!here>."))

    assert ([], []) == (acts(message), list(live_in(message.blocks)))
