"""App Home and lists: a thousand tickets within Slack's limits, and nothing for whoever is no agent."""

from datetime import timedelta

import pytest

from bots.slack.blocks import Due, HomeFacts, Shelf, errors, lists, names
from bots.slack.blocks.home import home
from bots.slack.blocks.times import span, until
from intake.tickets import ClockKind
from slack_shown import NOW, SEVERITIES, a_home, a_row, check, check_shown, words_in

THOUSAND = tuple(a_row(1001 + place, subject="x" * 900, organisation="Acme " * 60) for place in range(1000))


def a_full_home(chosen):
    shelves = tuple(Shelf(name, THOUSAND, 1000) for name in ("mine", "unassigned", "due", "snoozed"))
    return HomeFacts(NOW, filter=chosen, shelves=shelves, severities=SEVERITIES)


@pytest.mark.parametrize("chosen", ["mine", "unassigned", "due", "snoozed", "all", "nonsense"])
def test_a_thousand_open_tickets_stay_within_slacks_limits(chosen):
    view = home(a_full_home(chosen))
    check_shown(view)

    assert len(view["blocks"]) < 100


@pytest.mark.parametrize(("chosen", "rows"), [("mine", 10), ("due", 10), ("all", 20)])
def test_a_page_has_ten_rows_and_everything_at_once_five_of_each(chosen, rows):
    ids = [str(block.get("block_id", "")) for block in home(a_full_home(chosen))["blocks"]]

    assert rows == sum(one.startswith("row-") for one in ids)


@pytest.mark.parametrize(
    ("page", "count", "expected"),
    [(1, 8, []), (1, 11, ["mine 2"]), (2, 25, ["mine 1", "mine 3"]), (3, 25, ["mine 2"]), (9, 25, [])],
)
def test_the_pages_of_a_shelf_lead_to_each_other(page, count, expected):
    view = home(HomeFacts(NOW, shelves=(Shelf("mine", THOUSAND[:10], count, page),)))
    pages = [
        one for block in view["blocks"] if block.get("block_id") == "pages-mine" for one in block["elements"]
    ]

    assert expected == [names.pressed_in(one["value"]).word for one in pages]


def test_whoever_is_no_agent_sees_one_sentence_and_no_ticket():
    view = home(HomeFacts(NOW, is_agent=False, admin="U0ADMIN", shelves=(Shelf("mine", THOUSAND[:3], 3),)))
    check_shown(view)

    assert (1, False, True) == (
        len(view["blocks"]),
        "WX-" in words_in(view),
        "You are not set up as support staff" in words_in(view),
    )


def test_a_row_says_how_soon_it_is_due_and_offers_what_is_done_most():
    view = home(a_home(rows=1, filter="mine"))
    places = [str(one.get("block_id")) for one in view["blocks"]]
    first = next(place for place, name in enumerate(places) if name.startswith("row-"))
    row, below = view["blocks"][first : first + 2]

    assert (True, [names.CLAIM, names.SNOOZE, names.CLOSE], 1001) == (
        "in 32 min" in words_in(below),
        [one["value"] for one in row["accessory"]["options"]],
        names.card_of(row["block_id"]).ticket,
    )


@pytest.mark.parametrize(
    "link", ["", "https://slack.example/1|<!channel>", "javascript:alert(1)", "https://x/>y"]
)
def test_what_is_no_link_to_a_thread_is_left_out(link):
    view = home(HomeFacts(NOW, shelves=(Shelf("mine", (a_row(link=link),), 1),)))

    assert "Open thread" not in words_in(view)


@pytest.mark.parametrize("count", [0, 1, 30, 31, 1000])
def test_a_list_of_any_length_is_one_message_that_slack_takes(count):
    check(lists.ticket_list("Mine", THOUSAND[:count], a_home(), count))


def test_a_list_says_how_many_more_there_are():
    message = lists.ticket_list("Mine", [a_row(one) for one in range(1001, 1101)], a_home(), 250)

    assert "220 more" in words_in(message.blocks)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=32), "32 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=4, minutes=9), "3 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(length, shown):
    assert (shown, f"in {shown}", f"{shown} late") == (
        span(length),
        until(NOW + length, NOW),
        until(NOW - length, NOW),
    )


@pytest.mark.parametrize(
    ("fault", "sentence", "step"),
    [
        (errors.not_staff(), "Only support staff can do this.", "Ask an administrator"),
        (errors.not_found("WX-9"), "I can't find WX-9.", "/ticket find"),
        (
            errors.stale("claimed", "Bob", NOW - timedelta(minutes=2), NOW),
            "Bob claimed this 2 min ago.",
            "card",
        ),
        (errors.bad_command("clame"), "There is no 'clame'; did you mean \"claim\"?", "/ticket help"),
        (errors.bad_command("assign"), "assign wants more than that.", "/ticket assign ID @agent|team:x"),
        (errors.expired(errors.PRESS_AGAIN), "That took too long.", "Press the button again."),
        (errors.store_down("r1"), "Saved nothing.", "Try again in a minute."),
        (errors.left_out(["the file a.log was left out: why"]), "The file a.log was left out: why.", "link"),
        (errors.already_sent("WX-1"), "the customer has the first text.", "Write again"),
        (errors.refused_command("no severity 'x'"), "No severity 'x'.", ""),
    ],
)
def test_a_refusal_is_one_sentence_and_the_next_step(fault, sentence, step):
    check(errors.refusal(fault))

    assert (True, True) == (sentence in fault.words, step in fault.words)


def test_a_refusal_ends_with_the_reference_that_the_log_knows():
    message = errors.refusal(errors.store_down("7f3a"))

    assert (True, True) == (message.text.endswith("Ref 7f3a"), "Ref 7f3a" in words_in(message.blocks))


def test_a_paused_promise_is_said_to_rest():
    row = a_row(due=Due(ClockKind.RESOLUTION, NOW, is_paused=True))

    assert "paused" in words_in(lists.ticket_list("Mine", [row], a_home()).blocks)
