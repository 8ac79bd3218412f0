"""Modals: what each asks for, by which names it comes back, and that nothing is changed on the way."""

import pytest

from bots.slack.blocks import modals, names
from bots.slack.blocks.modals.choices import NOBODY
from intake.tickets import Status
from slack_shown import NOW, SEVERITIES, a_card, a_reply, check_shown, claimed, words_in

NEW = modals.NewFacts(SEVERITIES, "major", ("PBX",), (("1", "Acme"),), "ana@acme.example", "Hi", "Words")
AGENTS = (("bob@vendor.example", "Bob", "on duty"), ("carol@vendor.example", "Carol", ""))


def asked(view):
    """The inputs of a view; what may be left out in brackets."""
    found = [block for block in view["blocks"] if block["type"] == "input"]
    return [f"[{one['block_id']}]" if one.get("optional") else one["block_id"] for one in found]


@pytest.mark.parametrize(
    ("view", "callback", "inputs"),
    [
        (modals.reply(a_reply()), names.VIEW_REPLY, ["[canned]", "text", "[files]", "and-then"]),
        (modals.reply(a_reply(canned=(), files=())), names.VIEW_REPLY, ["text", "and-then"]),
        (
            modals.new_ticket(NEW),
            names.VIEW_NEW,
            ["requester", "[organisation]", "subject", "text", "[product]", "severity", "[tell]"],
        ),
        (
            modals.log_call(modals.NewFacts(SEVERITIES)),
            names.VIEW_LOG_CALL,
            ["channel", "requester", "subject", "text", "severity", "[phone]"],
        ),
        (
            modals.assign(modals.AssignFacts(a_card(), AGENTS, ("core",))),
            names.VIEW_ASSIGN,
            ["agent", "team"],
        ),
        (modals.snooze(a_card()), names.VIEW_SNOOZE, ["until", "[moment]"]),
        (modals.close(a_card()), names.VIEW_CLOSE, ["[text]", "[resolution]", "[survey]"]),
        (modals.close(a_card(), "they were asked before"), names.VIEW_CLOSE, ["[text]", "[resolution]"]),
        (modals.merge(a_card()), names.VIEW_MERGE, ["target", "survivor"]),
        (modals.escalate(a_card()), names.VIEW_ESCALATE, ["reason"]),
        (modals.out_of_scope(a_card(), (("sql", "Says."),)), names.VIEW_OUT_OF_SCOPE, ["reason", "[text]"]),
        (modals.redact(a_card()), names.VIEW_REDACT, ["confirmed", "[secret]"]),
        (modals.refuse(7, "Eve"), names.VIEW_REFUSE, ["reason"]),
        (modals.add_to(7, "Eve"), names.VIEW_ADD_TO, ["target", "[confirmed]"]),
        (
            modals.other_way(5, (("email a@b.example", "a@b.example"),), "Telegram"),
            names.VIEW_OTHER_WAY,
            ["address"],
        ),
        (modals.loading("Reply"), names.VIEW_LOADING, []),
    ],
)
def test_a_modal_asks_for_what_its_submission_needs(view, callback, inputs):
    check_shown(view)

    assert (callback, inputs) == (
        view["callback_id"],
        asked(view),
    )


@pytest.mark.parametrize(
    ("view", "about"),
    [
        (modals.reply(a_reply(draft=4)), names.Pressed(ticket=1042, version=3, draft=4)),
        (modals.snooze(a_card()), names.Pressed(ticket=1042, version=3)),
        (modals.refuse(7, "Eve"), names.Pressed(message=7)),
        (modals.other_way(5, (), "email"), names.Pressed()),
    ],
)
def test_a_modal_says_what_it_is_about_to_whoever_hears_its_submission(view, about):
    assert about == names.pressed_in(view["private_metadata"])


def test_what_is_filled_in_already_is_the_very_words_because_it_comes_back():
    text = "a < b & <!channel>\n  &lt; "
    inputs = {
        one["block_id"]: one.get("element")
        for one in modals.reply(a_reply(text=text))["blocks"]
        if "element" in one
    }

    assert text == inputs["text"]["initial_value"]


def test_whoever_has_a_ticket_is_chosen_at_first_and_else_nobody():
    menus = [
        modals.assign(modals.AssignFacts(a_card(), AGENTS, agent=agent))["blocks"][1]["element"]
        for agent in ("carol@vendor.example", "", "gone@vendor.example")
    ]

    assert ["carol@vendor.example", NOBODY, None] == [
        (one.get("initial_option") or {}).get("value") for one in menus
    ]


def test_more_agents_than_a_menu_holds_are_cut_so_that_slack_takes_it():
    many = tuple((f"agent{place}@vendor.example", f"Agent {place}", "") for place in range(150))
    view = modals.assign(modals.AssignFacts(a_card(), many, tuple(f"team {place}" for place in range(150))))
    check_shown(view)

    assert [100, 100] == [len(block["element"]["options"]) for block in view["blocks"][1:]]


def test_an_answer_says_before_it_is_sent_whom_it_reaches():
    facts = a_reply(readers=("Ana <ana@acme.example>", "Eve"), way="Telegram")

    assert "Goes by Telegram to Ana &lt;ana@acme.example&gt;, Eve" in words_in(modals.reply(facts))


def test_the_details_show_why_each_message_met_its_fate():
    entry = modals.Entry(NOW, "Ana", "wrote by email", "Hello", "It answers ours.", "follow-up", "append")
    view = modals.details(modals.DetailsFacts(claimed(), (entry,)))
    check_shown(view)

    assert "It answers ours. (append, rule follow-up)" in words_in(view)


@pytest.mark.parametrize(
    ("page", "pages", "expected"), [(1, 1, []), (1, 3, ["2"]), (2, 3, ["1", "3"]), (3, 3, ["2"])]
)
def test_the_details_turn_their_pages(page, pages, expected):
    view = modals.details(modals.DetailsFacts(a_card(), (), page, pages))
    turns = [
        one
        for block in view["blocks"]
        if block.get("block_id") == "details-pages"
        for one in block["elements"]
    ]

    assert expected == [names.pressed_in(one["value"]).word for one in turns]


def test_the_details_of_a_closed_ticket_offer_only_what_still_makes_sense():
    view = modals.details(modals.DetailsFacts(a_card(status=Status.CLOSED), ()))
    acts = next(block for block in view["blocks"] if block.get("block_id") == "details")

    assert [names.REDACT] == [one["action_id"] for one in acts["elements"]]


def test_the_details_of_a_ticket_whose_words_are_kept_back_say_nothing_of_it():
    entry = modals.Entry(NOW, "Ana", "wrote by email", "The secret is 12345.", "because")
    facts = modals.DetailsFacts(
        a_card(subject="", withheld_for="security"), (entry,), addresses=("ana@acme.example",)
    )
    view = modals.details(facts)

    assert (1, False, False) == (len(view["blocks"]), "12345" in words_in(view), "ana@" in words_in(view))


def test_a_preview_shows_the_whole_answer():
    text = "word " * 1200
    shown = words_in(modals.reply_preview(a_reply(text=text)).blocks)

    assert text.strip() in shown
