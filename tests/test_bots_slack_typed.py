"""What is typed behind /ticket reads as one command or as a hint, whatever it is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.asks.moments import moment_in
from bots.slack.asks.typed import READERS, Asked, Wrong, read, ticket_in
from bots.slack.blocks import errors, lists

FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 16:00 in Rome


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", Asked("help")),
        ("help", Asked("help")),
        ("note\n12\ntwo\nlines", Asked("note", 12, text="two\nlines")),
        ("  HELP  ", Asked("help")),
        ("new", Asked("new")),
        ("list", Asked("list", queue="open")),
        ("list mine", Asked("list", queue="mine")),
        ("list unassigned critical", Asked("list", queue="unassigned", text="critical")),
        ("list org:acme team:voice", Asked("list", queue="open", organisation="acme", team="voice")),
        ('list org:"Acme Corp" snoozed', Asked("list", queue="snoozed", organisation="Acme Corp")),
        ("list org:“Acme Corp”", Asked("list", queue="open", organisation="Acme Corp")),
        ("list breaching very high", Asked("list", queue="breaching", text="very high")),
        ("show T-12", Asked("show", 12)),
        ("show WX-12", Asked("show", 12)),
        ("show #12", Asked("show", 12)),
        ("show 12", Asked("show", 12)),
        ("claim 12", Asked("claim", 12)),
        ("unclaim 12.", Asked("unclaim", 12)),
        ("assign 12 <@U123|sam>", Asked("assign", 12, user="U123")),
        ("assign 12 <@U123>", Asked("assign", 12, user="U123")),
        ("assign 12 @sam", Asked("assign", 12, text="sam")),
        ("assign 12 <mailto:sam@vendor.example|sam>", Asked("assign", 12, text="sam@vendor.example")),
        ("assign 12 team:voice", Asked("assign", 12, team="voice")),
        ("severity 12 critical", Asked("severity", 12, text="critical")),
        ("priority 12 very high", Asked("severity", 12, text="very high")),
        ("status 12 Solved", Asked("status", 12, text="solved")),
        ("status 12 pending", Asked("status", 12, text="waiting")),
        ("snooze 12 2h", Asked("snooze", 12, text="2h")),
        ("snooze 12 2026-12-01 09:00", Asked("snooze", 12, text="2026-12-01 09:00")),
        ("close 12", Asked("close", 12)),
        ("close 12 wrong number", Asked("close", 12, text="wrong number")),
        ("reopen 12", Asked("reopen", 12)),
        ("note 12 ask <@U9|eve> first", Asked("note", 12, text="ask <@U9|eve> first")),
        ("reply 12", Asked("reply", 12)),
        ("merge 12 into 13", Asked("merge", 12, 13)),
        ("merge WX-12 #13", Asked("merge", 12, 13)),
        ("link 12 to 13", Asked("link", 12, 13)),
        ("spam 12", Asked("spam", 12)),
        ("find broken phone", Asked("find", text="broken phone")),
        ("find <mailto:a@b.example|a@b.example>", Asked("find", text="a@b.example")),
        ("me", Asked("me")),
        ("me mute", Asked("me", text="mute")),
        ("settings", Asked("settings")),
        ("claim", Wrong("claim")),
        ("claim it", Wrong("claim")),
        ("claim ١٢", Wrong("claim")),  # digits of other scripts are no number of ours
        ("claim 99999999999999999999", Wrong("claim")),
        ("priority 12", Wrong("severity")),
        ("status 12 done", Wrong("status")),
        ("merge 12", Wrong("merge")),
        ("merge 12 13 14", Wrong("merge")),
        ("find", Wrong("find")),
        ("note 12", Wrong("note")),
        ("clame 12", Wrong("clame")),
    ],
)
def test_a_command_reads_as_what_was_meant(typed, asked):
    found = read(typed)

    assert asked == found


@given(st.one_of(st.text(max_size=300), st.tuples(st.sampled_from(sorted(READERS)), st.text()).map(" ".join)))
def test_any_text_is_a_command_or_a_hint_that_says_how_to_write_it(text):
    found = read(text)

    if isinstance(found, Asked):
        assert found.name in READERS
    else:
        fault = errors.bad_command(found.name, why=found.why)
        assert "/ticket" in fault.step


def test_each_command_that_is_read_is_in_the_help_and_the_other_way_round():
    helped = set(lists.command_names())

    assert set(READERS) == helped


@pytest.mark.parametrize("word", ["", "-", "#", "T-", "soon", "12b", "1 2", "--12", "T--12"])
def test_what_names_no_ticket_is_none(word):
    number = ticket_in(word)

    assert number == 0


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2h", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
        ("1h30m", datetime(2026, 11, 20, 16, 30, tzinfo=UTC)),
        ("3d", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("Monday", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("friday", datetime(2026, 11, 27, 8, 0, tzinfo=UTC)),  # not today
        ("2026-12-01 09:00", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),  # summer
        ("2026-02-30", None),
        ("0h", None),
        ("999999999h", None),
        ("9999-12-31 23:59", datetime(9999, 12, 31, 22, 59, tzinfo=UTC)),
        ("soon", None),
        ("", None),
    ],
)
def test_until_when_is_read_in_the_zone_of_whoever_says_it(words, moment):
    found = moment_in(words, FRIDAY, "Europe/Rome")

    assert moment == found


@given(st.text(max_size=40))
def test_any_words_are_a_moment_or_none(words):
    found = moment_in(words, FRIDAY, "Europe/Rome")

    assert found is None or found.tzinfo is UTC
