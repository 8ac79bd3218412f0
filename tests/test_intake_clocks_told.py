"""Who gets which mail when a clock rings: the real path from a due clock to the outbox, in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from bots.wiring import set_up
from builders import a_desk
from clock_walks import POLICY
from intake import clocks, handle
from intake.decisions import OpenTicket, SetField
from intake.messages import Address
from intake.people import read_book
from intake.tokens import Keys
from replies.plain import as_text
from store import outbox
from store.desk import open_store
from store.people import import_people

PEOPLE = """\
[[agent]]
name = "Sam"
email = "sam@vendor.example"
team = "voice"

[[agent]]
name = "Tim"
email = "tim@vendor.example"
team = "voice"
manager = true

[[agent]]
name = "Uma"
email = "uma@vendor.example"
team = "mail"
"""
BEGUN = datetime(2026, 3, 10, 10, tzinfo=UTC)
SAM, TIM, UMA = ("sam@vendor.example", "tim@vendor.example", "uma@vendor.example")


def told(rings_at, severity="chained", team="voice", assignee=SAM, begun=BEGUN, people=PEOPLE, **desk):
    """The mails that a first response of an hour leads to when the ticker comes by at these moments."""
    store = open_store("sqlite://")
    setup = set_up(a_desk(**desk), POLICY, Keys(b"a key that is long enough for a test"))
    running = clocks.clocks_of_a_new_ticket(POLICY.severity_of(severity), POLICY.calendar_of(None), begun)
    new = OpenTicket(
        "x", severity, "email", Address("Ana", "ana@acme.example"), None, team, clocks=running[:1]
    )
    with store.begin() as work:
        import_people(work, read_book(people, "people"))
    with store.begin() as work:
        ticket = work.write(new, None, "ana", begun)
        work.write(SetField("assignee", assignee), ticket, "sam", begun)
    for moment in rings_at:
        handle.ring((ticket.number,), store, setup, moment)
    with store.reading() as work:
        found = [one.outbound for one in reversed(outbox.listed(work))]
    store.close()
    return found


def readers(mails):
    return sorted(one.recipient.address for one in mails)


@pytest.mark.parametrize(
    ("team", "assignee", "expected"),
    [
        ("voice", SAM, [SAM, TIM]),  # Sam as assignee and of the team, Tim of the team and as a manager
        ("mail", SAM, [SAM, TIM, UMA]),
        ("", "", [SAM, TIM, UMA]),  # neither assignee nor team: all, once
    ],
)
def test_whoever_is_meant_twice_is_told_once(team, assignee, expected):
    assert expected == readers(told([BEGUN + timedelta(hours=1)], team=team, assignee=assignee))


def test_the_first_reminder_is_for_the_assignee_alone():
    assert [SAM] == readers(told([BEGUN + timedelta(minutes=30)]))


def test_a_reminder_that_comes_late_says_in_words_when_it_was_due_and_why():
    (mail,) = told([BEGUN + timedelta(minutes=40)])

    assert (
        "This was to be said on Tuesday 10 March 2026, 10:30 UTC; "
        "it could not be said then, because Deskbell was not at work."
    ) in " ".join(as_text(mail.body).split())


def test_a_breach_of_the_night_is_told_in_the_morning_with_the_reason():
    evening = BEGUN.replace(hour=17, minute=40)
    mails = told(
        [evening + timedelta(hours=1), evening.replace(day=11, hour=9)], "by-the-wall", begun=evening
    )

    assert {"agent-breach"} == {one.notice for one in mails}
    assert "because it was outside business hours" in " ".join(as_text(mails[0].body).split())


def test_a_mail_that_is_in_time_says_nothing_of_being_late():
    (mail,) = told([BEGUN + timedelta(minutes=30)])

    assert "could not be said" not in as_text(mail.body)


def test_only_the_first_word_of_a_breach_is_new():
    mails = told([BEGUN + timedelta(hours=hours) for hours in (1, 2, 3)], people=IN_SLACK, has_triage=True)
    in_the_thread = [one for one in mails if one.recipient.address == "triage"]

    assert [None, True, True] == [one.extra.get("repeated") for one in in_the_thread]


IN_SLACK = PEOPLE.replace('email = "sam@vendor.example"', 'email = "sam@vendor.example"\nslack = "USAM"', 1)


@pytest.mark.parametrize(
    ("severity", "minutes", "expected"),
    [
        ("by-the-wall", 30, ["direct USAM", "triage"]),
        ("by-the-wall", 60, ["direct USAM", "triage"]),
        ("chained", 30, ["direct USAM", "triage"]),
        ("chained", 60, ["direct USAM", "triage"]),  # the assignee and the team, in one thread
    ],
)
def test_in_slack_whoever_has_the_ticket_hears_of_it_directly_too(severity, minutes, expected):
    mails = told([BEGUN + timedelta(minutes=minutes)], severity, people=IN_SLACK, has_triage=True)

    assert expected == readers(mails)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (30, "assignee"),
        (60, "assignee team managers"),  # the managers because it escalates
        (120, "assignee team managers"),
    ],
)
def test_in_slack_one_message_is_meant_for_every_link_of_the_chain_that_the_step_reaches(minutes, expected):
    mails = told([BEGUN + timedelta(minutes=minutes)], "chained", people=IN_SLACK, has_triage=True)

    assert [expected] == [one.extra["audience"] for one in mails if one.recipient.address == "triage"]


def test_what_all_agents_are_told_comes_to_nobody_directly_who_is_off_duty():
    people = IN_SLACK.replace('slack = "USAM"', 'slack = "USAM"\nhours = { tue = ["20:00-21:00"] }')
    mails = told([BEGUN + timedelta(minutes=30)], "by-the-wall", people=people, has_triage=True)

    assert ["triage"] == readers(mails)
