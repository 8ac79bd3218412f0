"""Whatever somebody writes, wherever it is shown: Slack takes it, and it is words and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.slack.blocks.text import cut, escaped, fallback, plain
from slack_shown import (
    EVERYBODY,
    a_card,
    check,
    check_shown,
    live_in,
    live_words,
    messages_about,
    views_about,
)

pytestmark = pytest.mark.slow

HOSTILE = (
    "<!channel>",
    "<!here|here>",
    "<@U123ABC>",
    "<@W1>",
    "<#C123|general>",
    "<!subteam^S123|@team>",
    "<!date^0^{date}|now>",
    "<http://evil.example|bank.example>",
    "https://evil.example/x",
    "&lt;!here&gt;",
    "&amp;&",
    "@channel @here @everyone",
    "<http://evil.example|bank.example>@channel @here @everyone00",
    "@\u200bchannel",
    "\u202eevil\u2066\u200b\u200f",
    ":fire: :smile:",
    "*bold* _it_ ~no~ `code` ```pre```",
    "> quote\n- list\n# head",
    "\u0000\ud800\u0007",
    "&" * 5000,
    "<" * 3000,
    "\U0001f469\u200d\U0001f4bb",
    "[link](http://evil.example) ![x](y) <b>html</b>",
    "",
    "   \n \t ",
)
ANY = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)), max_size=4).map("".join)


def facts_of(text):
    return a_card(
        subject=text,
        requester=text,
        address=text,
        organisation=text,
        account=(text,),
        words=text,
        product=text,
        release=text,
        predecessor=text,
        severity=text,
        severities=("critical", text),
        assignee=text,
        team=text,
        channel=text,
    )


def test_no_words_are_cut_so_that_they_call_everybody():
    words = "Dear @channelled @heretic @everyonesaid @groupies"
    found = [short for most in range(1, 60) if EVERYBODY.search(short := cut(escaped(words), most))]

    assert [] == found


def shown_wrongly(text):
    """Everything that is live in anything that shows this text."""
    facts = facts_of(text)
    found = []
    for message in messages_about(text, facts):
        check(message)
        found += [*live_in(message.blocks), *live_words(message.text, is_literal=False)]
    for view in views_about(text, facts):
        check_shown(view)
        found += live_in(view)
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words_wherever_they_are_shown(text):
    assert [] == shown_wrongly(text)


@given(ANY)
@settings(max_examples=15, deadline=None)
def test_any_words_are_taken_by_slack_and_stay_words(text):
    assert [] == shown_wrongly(text)


@pytest.mark.slow
@given(ANY)
@settings(max_examples=600, deadline=None)
def test_a_great_many_words_are_taken_by_slack_and_stay_words(text):
    assert [] == shown_wrongly(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),  # once, and the ampersand first
        ("@channel", "@ channel"),
        ("mail@channel.example", "mail@channel.example"),
        ("@chan\u200bnel", "@ channel"),
        ("\u202eevil", "evil"),
        (":fire:", "\ua789fire:"),
        ("at 10:30:45", "at 10:30:45"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),  # joined emoji stay joined
        ("chan\u200dnel", "channel"),
    ],
)
def test_what_others_wrote_is_escaped_once_and_calls_nobody(text, shown):
    assert shown == escaped(text)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 10, "short"),
        ("&lt;&lt;&lt;", 12, "&lt;&lt;&lt;"),
        ("&lt;&lt;&lt;", 11, "&lt;&lt;…"),
        ("&lt;&lt;&lt;", 9, "&lt;&lt;…"),
        ("&lt;&lt;&lt;", 8, "&lt;…"),
        ("&amp;x", 5, "…"),
    ],
)
def test_a_cut_never_goes_through_an_entity(text, most, shown):
    assert shown == cut(text, most)


def test_what_has_no_words_left_is_a_dash_because_slack_refuses_nothing_at_all():
    assert ("–", "–") == (plain("\u200b \n")["text"], fallback("\u202e"))
