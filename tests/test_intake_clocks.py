"""Clocks: when each rings, what pauses it, and what another severity does to it.

`rings` walks one clock from moment to moment as the ticker would, and tells what each brought
(tests/clock_walks.py has the policy and the week).
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock_walks import (
    FIRST,
    NEXT,
    POLICY,
    RESOLUTION,
    SAM,
    TEXT,
    TUESDAY,
    a_ticket,
    at,
    in_words,
    only,
    rings,
    rung,
)
from intake import clocks, commands
from intake.clocks import with_changes as after
from intake.decisions import Audience, ChangeClock, Escalate
from intake.errors import CommandRefused
from intake.policy import read_policy
from intake.tickets import ClockKind, Status

# A clock that nobody stops

RINGS = {
    "within one day": (
        "urgent",
        "10:00",
        [
            "10:30 reminded agent-reminder, reminder-customer",
            "10:50 reminded agent-reminder",
            "11:00 breached+reminded agent-breach, breach-customer",
            "12:00 reminded agent-breach",
            "13:00 reminded agent-breach",
            "14:00 reminded agent-breach",
        ],
    ),
    "business time goes on in the morning": (
        "urgent",
        "17:45",
        [
            "Wed 09:15 reminded agent-reminder, reminder-customer",
            "Wed 09:35 reminded agent-reminder",
            "Wed 09:45 breached+reminded agent-breach, breach-customer",
            "Wed 10:45 reminded agent-breach",
            "Wed 11:45 reminded agent-breach",
            "Wed 12:45 reminded agent-breach",
        ],
    ),
    "the very moment of closing is still heard": (
        "urgent",
        "17:30",
        [
            "18:00 reminded agent-reminder, reminder-customer",
            "Wed 09:20 reminded agent-reminder",
            "Wed 09:30 breached+reminded agent-breach, breach-customer",
            "Wed 10:30 reminded agent-breach",
            "Wed 11:30 reminded agent-breach",
            "Wed 12:30 reminded agent-breach",
        ],
    ),
    "over the weekend": (
        "urgent",
        "Fri 17:50",
        [
            "Mon 09:20 reminded agent-reminder, reminder-customer",
            "Mon 09:40 reminded agent-reminder",
            "Mon 09:50 breached+reminded agent-breach, breach-customer",
            "Mon 10:50 reminded agent-breach",
            "Mon 11:50 reminded agent-breach",
            "Mon 12:50 reminded agent-breach",
        ],
    ),
    # The breach is written down at its moment; whoever is to hear of it hears of it at the opening.
    "due at night by the wall clock": (
        "by-the-wall",
        "17:40",
        [
            "18:40 breached in silence",
            "Wed 09:00 reminded agent-breach",
            "Wed 09:40 reminded agent-breach",
            "Wed 10:40 reminded agent-breach",
            "Wed 11:40 reminded agent-breach",
            "Wed 12:40 reminded agent-breach",
        ],
    ),
    "a severity that rings day and night": (
        "day-and-night",
        "17:40",
        [
            "18:10 reminded agent-reminder",
            "18:30 reminded agent-reminder",
            "18:40 breached+reminded agent-breach",
        ],
    ),
    "nobody is told of a breach that the policy does not speak of": (
        "quiet",
        "10:00",
        ["10:30 reminded agent-reminder", "11:00 breached in silence"],
    ),
}


@pytest.mark.parametrize(("severity", "opened", "expected"), RINGS.values(), ids=RINGS)
def test_a_clock_rings_at_its_steps_in_business_hours_and_breaches_when_it_is_due(severity, opened, expected):
    assert expected == rings(a_ticket(severity, opened), FIRST)


def test_agents_are_told_of_every_step_and_the_requester_of_those_that_the_policy_names():
    ticket = a_ticket("urgent", "10:00")
    decision = clocks.judge(ticket, POLICY, at("10:30"))

    assert [Audience.AGENTS, Audience.REQUESTER] == [one.audience for one in decision.notices]
    assert {"auto-generated"} == {one.automatic for one in decision.notices}
    assert {at("11:00")} == {one.facts["due"] for one in decision.notices}


def test_before_its_moment_a_clock_brings_nothing():
    assert () == clocks.judge(a_ticket("urgent", "10:00"), POLICY, at("10:29")).changes


# A ticker that was away


@pytest.mark.parametrize(
    ("severity", "opened", "woken", "expected"),
    [
        ("urgent", "10:00", "10:50", ["reminded agent-reminder"]),
        ("urgent", "10:00", "16:00", ["breached+reminded agent-breach"]),
        ("urgent", "10:00", "22:00", ["breached+postponed "]),  # heard in the morning
        ("by-the-wall", "17:20", "18:10", ["postponed "]),
        ("by-the-wall", "17:20", "18:30", ["breached+postponed "]),
    ],
)
def test_what_is_missed_is_made_good_and_a_clock_says_only_where_it_stands(severity, opened, woken, expected):
    ticket = a_ticket(severity, opened)
    found = []
    for _ in range(4):
        decision = clocks.judge(replace(ticket, clocks=ticket.clocks[:1]), POLICY, at(woken))
        if not decision.changes:
            break
        agents = [one.name for one in decision.notices if one.audience is Audience.AGENTS]
        found.append(f"{'+'.join(one.event for one in decision.changes)} {''.join(agents)}")
        ticket = after(ticket, decision.changes)

    assert expected == found


def test_a_breach_comes_before_a_reminder_that_waits_for_the_morning():
    ticket = a_ticket("by-the-wall", "17:29")
    ticket = after(ticket, clocks.judge(ticket, POLICY, at("18:15")).changes)

    assert ["18:29 breached+postponed in silence", "Wed 09:00 reminded agent-breach"] == rings(
        ticket, FIRST, 2
    )


# Pauses


def test_an_answer_meets_the_first_response_and_nothing_rings_any_more():
    ticket = a_ticket("urgent", "10:00")
    ticket = after(ticket, clocks.meet(ticket, FIRST, at("10:20")))

    assert [] == rings(ticket, FIRST)
    assert [] == list(clocks.meet(ticket, FIRST, at("10:25")))


def test_only_resolution_pauses_and_it_is_due_later_by_what_the_pause_took():
    ticket = a_ticket("urgent", "10:00")
    assert "14:00" == in_words(ticket.clock(RESOLUTION).due_at)
    ticket = after(ticket, clocks.pause(ticket, at("11:00"), "waiting"))

    assert ([], 6) == (rings(ticket, RESOLUTION), len(rings(ticket, FIRST)))

    ticket = after(ticket, clocks.resume(ticket, POLICY, at("13:00"), "a follow-up came"))

    assert "16:00" == in_words(ticket.clock(RESOLUTION).due_at)
    assert ["14:00", "15:50", "16:00"] == [one.split()[0] for one in rings(ticket, RESOLUTION)[:3]]


def test_a_pause_counts_business_time_only():
    ticket = a_ticket("urgent", "16:00")
    ticket = after(ticket, clocks.pause(ticket, at("17:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("Wed 10:00"), "a follow-up came"))

    assert "Wed 13:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_two_pauses_add_up():
    ticket = a_ticket("urgent", "09:00")
    for begin, end in (("10:00", "11:00"), ("12:00", "12:30")):
        ticket = after(ticket, clocks.pause(ticket, at(begin), "waiting"))
        ticket = after(ticket, clocks.resume(ticket, POLICY, at(end), "a follow-up came"))

    assert "14:30" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_solved_ticket_that_opens_again_counts_as_paused_since():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.meet(ticket, RESOLUTION, at("10:00")))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("12:00"), "a follow-up came"))

    assert "15:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_held_follow_up_that_is_released_lets_the_resolution_run_on():
    ticket = replace(a_ticket("urgent", "09:00"), status=Status.WAITING)
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    decision = commands.release(ticket, ticket.requester, None, False, POLICY, at("11:00"))
    moved = [one for one in decision.changes if isinstance(one, ChangeClock)]

    assert [("resumed", at("14:00"))] == [(one.event, one.due_at) for one in moved]


@pytest.mark.parametrize("change", [clocks.pause, lambda t, m, why: clocks.resume(t, POLICY, m, why)])
def test_a_clock_that_stopped_neither_pauses_nor_runs_again(change):
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.stop(ticket, RESOLUTION, at("10:00"), "out of scope"))

    assert [] == list(change(ticket, at("11:00"), "why"))


# Another severity

SEVERITIES = [  # opened as, opened, changed to, changed, first response due, resolution due
    ("usual", "09:00", "urgent", "10:00", "11:00", "14:00"),  # raised: the change plus the new target
    ("usual", "09:00", "urgent", "12:30", "13:00", "16:30"),  # … unless it was due before that anyway
    ("urgent", "09:00", "usual", "09:30", "13:00", "17:00"),  # lowered: from the opening
    ("usual", "16:00", "urgent", "17:45", "Wed 09:45", "Wed 12:45"),
]


@pytest.mark.parametrize(("old", "opened", "new", "changed", "first", "resolution"), SEVERITIES)
def test_a_severity_changes_when_a_ticket_is_due(old, opened, new, changed, first, resolution):
    ticket = a_ticket(old, opened)
    ticket = after(ticket, clocks.change_severity(ticket, new, POLICY, at(changed), "set by an agent"))
    due = tuple(in_words(ticket.clock(kind).due_at) for kind in (FIRST, RESOLUTION))

    assert (new, (first, resolution)) == (ticket.severity, due)


def test_a_raised_severity_reminds_by_its_own_steps():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("10:00"), "worse"))

    assert "11:00 breached+reminded agent-breach, breach-customer" in rings(ticket, FIRST)


def test_a_lowered_severity_still_leaves_out_the_pauses():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("11:00"), "a follow-up came"))
    ticket = after(ticket, clocks.change_severity(ticket, "usual", POLICY, at("12:00"), "not so bad"))

    assert "18:00" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_promise_that_is_kept_stays_kept_whatever_the_severity():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.meet(ticket, FIRST, at("09:30")))
    changes = list(clocks.change_severity(ticket, "urgent", POLICY, at("10:00"), "worse"))

    assert [RESOLUTION] == [one.kind for one in changes if isinstance(one, ChangeClock)]


def test_a_paused_clock_does_not_ring_because_its_severity_changed():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.pause(ticket, at("10:00"), "waiting"))
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("11:00"), "worse"))

    assert [] == rings(ticket, RESOLUTION)


def test_a_pause_moves_what_a_raised_severity_promised_and_nothing_else():
    ticket = a_ticket("usual", "09:00")  # due 17:00
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("12:00"), "worse"))  # 16:00
    ticket = after(ticket, clocks.pause(ticket, at("13:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("13:30"), "a follow-up came"))

    assert "16:30" == in_words(ticket.clock(RESOLUTION).due_at)


def test_a_severity_that_a_ticket_has_already_is_not_set_again():
    with pytest.raises(CommandRefused, match="is urgent already"):
        commands.set_severity(a_ticket("urgent", "09:00"), "urgent", POLICY, at("10:00"))


# What comes late says so

LATE = {  # severity, opened, assignee's hours, told at, why, since when
    "in time": ("urgent", "10:00", "10:30", "", "10:30"),
    "the ticker was away": ("urgent", "10:00", "10:45", "down", "10:30"),
    "the first of several counts": ("urgent", "10:00", "10:55", "down", "10:30"),
    "reached in the night": ("by-the-wall", "17:40", "Wed 09:00", "hours", "18:10"),
}


@pytest.mark.parametrize(("severity", "opened", "told", "why", "since"), LATE.values(), ids=LATE)
def test_a_reminder_that_comes_late_says_when_it_was_due_and_why(severity, opened, told, why, since):
    _, _, (said, *_) = rung(only(a_ticket(severity, opened), FIRST), told)

    assert (why, since) == (said.facts["late_because"], in_words(said.facts["was_due"]))


def test_several_missed_steps_are_told_as_one_by_the_most_urgent():
    ticket, events, said = rung(only(a_ticket("urgent", "10:00"), FIRST), "13:30")

    assert ["breached", "reminded"] == events
    assert [("agent-breach", "at breach"), ("breach-customer", "at breach")] == [
        (one.name, one.facts["step"]) for one in said
    ]
    assert ["14:00 reminded agent-breach"] == rings(ticket, FIRST, 1)


def test_a_breach_counts_from_when_it_was_due_however_late_it_was_noticed():
    ticket, _, _ = rung(only(a_ticket("urgent", "10:00"), FIRST), "13:30")

    assert "11:00" == in_words(ticket.clock(FIRST).breached_at)


def test_a_policy_that_changed_under_a_waiting_reminder_lets_it_go_quietly():
    text = TEXT.replace('tell_customer = ["50%", "at breach"]', "")
    fewer = read_policy(
        text.replace('"50%", "10m before", "at breach", "every 1h after"', '"at breach"'), "p"
    )
    ticket, events, said = rung(only(a_ticket("urgent", "10:00"), FIRST), "10:30", fewer)

    assert (["postponed"], ()) == (events, said)
    assert "11:00" == in_words(ticket.clock(FIRST).next_at)


def test_a_repeated_step_that_was_missed_in_hours_is_put_off_until_they_begin():
    ticket = only(a_ticket("by-the-wall", "15:50"), FIRST)  # due 16:50, so 17:50 is the next after it
    ticket, _, _ = rung(ticket, "16:50")
    ticket, events, _ = rung(ticket, "19:00")

    assert (["postponed"], "Wed 09:00") == (events, in_words(ticket.clock(FIRST).next_at))


SEVERITIES_WALKED = ["urgent", "chained", "by-the-wall", "day-and-night", "quiet", "usual", "in-days"]
MINUTES = st.integers(0, 900)


@settings(max_examples=150)
@given(
    st.sampled_from(SEVERITIES_WALKED),
    st.integers(0, 2 * 24 * 60),
    st.lists(st.tuples(st.sampled_from(["tick", "tick", "snooze", "wait", "worse"]), MINUTES), max_size=10),
    st.booleans(),
)
def test_a_clock_that_was_judged_rings_later_and_says_each_step_once(name, begun, steps, has_assignee):
    """Otherwise the ticker would come back every second, or somebody would hear a thing twice."""
    now = TUESDAY + timedelta(minutes=begun)
    ticket = a_ticket(name, in_words(now), assignee=SAM if has_assignee else None)
    heard = []
    for act, minutes in steps:
        now += timedelta(minutes=minutes)
        match act:
            case "snooze":
                changes = tuple(clocks.snooze(ticket, POLICY, now + timedelta(hours=5), now, "by Sam"))
            case "wait":
                pauses = after(ticket, clocks.pause(ticket, now, "waiting"))
                ticket, now = pauses, now + timedelta(minutes=90)
                changes = tuple(clocks.resume(ticket, POLICY, now, "a follow-up came"))
            case "worse":
                changes = tuple(clocks.change_severity(ticket, "urgent", POLICY, now, "worse"))
                heard.clear()  # a new schedule
            case _:
                changes = clocks.judge(ticket, POLICY, now).changes
        heard += [
            (one.kind, step)
            for one in changes
            if isinstance(one, ChangeClock) and one.event == "reminded"
            for step in one.reason.split(", ")
            if not step.startswith("every")
        ]
        ticket = after(ticket, changes)
        due_now = [one.kind for one in ticket.clocks if one.next_at and one.next_at <= now]

        assert [] == due_now or act != "tick"
        assert len(heard) == len(set(heard))


# The chain

ASSIGNEE, TEAM, MANAGERS, AGENTS = Audience.ASSIGNEE, Audience.TEAM, Audience.MANAGERS, Audience.AGENTS
CHAINS = {
    "before": ('["assignee", "team", "manager"]', "[]", "10:30", [ASSIGNEE]),
    "at breach": ('["assignee", "team", "manager"]', "[]", "11:00", [ASSIGNEE, TEAM]),
    "after": ('["assignee", "team", "manager"]', "[]", "12:00", [ASSIGNEE, TEAM, MANAGERS]),
    "a breach that escalates": ('["assignee", "team"]', '["at breach"]', "11:00", [ASSIGNEE, TEAM, MANAGERS]),
    "a short chain": ('["team", "manager"]', "[]", "11:00", [TEAM, MANAGERS]),
    "a reminder that escalates": ('["assignee", "team"]', '["50%"]', "10:30", [ASSIGNEE, MANAGERS]),
    "no chain": ("[]", "[]", "12:00", [AGENTS]),
    "no chain, but it escalates": ("[]", '["at breach"]', "11:00", [AGENTS, MANAGERS]),
}


@pytest.mark.parametrize(("chain", "escalate", "until", "told"), CHAINS.values(), ids=CHAINS)
def test_each_worse_step_reaches_one_link_more(chain, escalate, until, told):
    lines = f"chain = {chain}\nescalate = {escalate}"
    text = TEXT.replace('chain = ["assignee", "team", "manager"]\nescalate = ["at breach"]', lines)
    policy, said = read_policy(text, "policy"), ()
    ticket = only(a_ticket("chained", "10:00", policy), FIRST)
    while (moment := ticket.clock(FIRST).next_at) and moment <= at(until):
        ticket, _, said = rung(ticket, in_words(moment), policy)

    assert told == [one.audience for one in said]
    assert 1 == len({repr(one.facts) for one in said})  # so each reader gets one mail


def test_a_step_escalates_the_ticket_once():
    ticket = only(a_ticket("chained", "10:00"), FIRST)
    late = clocks.judge(ticket, POLICY, at("11:00"))
    again = clocks.judge(replace(ticket, escalated_at=at("10:00")), POLICY, at("11:00"))
    why = "first response: 50%, 10m before, at breach"

    assert [Escalate(why)] == [one for one in late.changes if isinstance(one, Escalate)]
    assert [] == [one for one in again.changes if isinstance(one, Escalate)]
    assert MANAGERS in [one.audience for one in again.notices]


# The assignee off duty


def test_a_reminder_for_the_assignee_alone_waits_until_they_are_on_duty_and_says_so():
    ticket = only(a_ticket("chained", "09:00", assignee=SAM), RESOLUTION)  # due 14:00; on duty from 12:00
    walked = rings(ticket, RESOLUTION, 3)
    ticket, _, _ = rung(ticket, "11:30")
    _, _, (said, *_) = rung(ticket, "12:00")

    assert [
        "11:30 postponed in silence",
        "12:00 reminded agent-reminder",
        "13:50 reminded agent-reminder",
    ] == walked
    assert ("duty", "11:30") == (said.facts["late_because"], in_words(said.facts["was_due"]))


def test_a_breach_does_not_wait_for_the_assignee():
    ticket = only(a_ticket("chained", "10:00", assignee=SAM), FIRST)

    assert [
        "10:30 postponed in silence",
        "11:00 breached+reminded agent-breach, agent-breach, agent-breach",
    ] == rings(ticket, FIRST, 2)


def test_hours_that_never_meet_the_business_hours_keep_nothing_back():
    owl = replace(SAM, hours={"mon-fri": ["20:00-23:00"]})
    ticket = only(a_ticket("chained", "10:00", assignee=owl), FIRST)

    assert ["10:30 reminded agent-reminder"] == rings(ticket, FIRST, 1)


# An answer to a follow-up


def answered(ticket, moment):
    return after(ticket, commands.answer(ticket, "Sam", "Try again.", at(moment)).changes)


def test_a_follow_up_is_owed_an_answer_once_the_first_was_given():
    ticket = answered(a_ticket("chained", "09:00"), "09:30")
    ticket = after(ticket, clocks.start_next_response(ticket, POLICY, at("10:00")))

    assert "12:00" == in_words(ticket.clock(NEXT).due_at)
    assert ["11:00 reminded agent-reminder"] == rings(ticket, NEXT, 1)

    ticket = answered(ticket, "11:30")

    assert at("11:30") == ticket.clock(NEXT).met_at
    assert [] == rings(ticket, NEXT)


@pytest.mark.parametrize(
    ("severity", "before"),
    [
        ("chained", []),  # the first response is still owed
        ("chained", ["answer", "follow up"]),  # an answer is owed already
        ("urgent", ["answer"]),  # the policy promises none
    ],
)
def test_a_follow_up_starts_no_second_promise(severity, before):
    ticket = a_ticket(severity, "09:00")
    for step in before:
        follow_up = clocks.start_next_response(ticket, POLICY, at("09:40"))
        ticket = answered(ticket, "09:30") if step == "answer" else after(ticket, follow_up)

    assert [] == list(clocks.start_next_response(ticket, POLICY, at("10:00")))


def test_a_new_follow_up_starts_anew_after_an_answer():
    ticket = answered(a_ticket("chained", "09:00"), "09:10")
    for follow_up, answer in (("09:20", "09:30"), ("10:00", "11:00")):
        ticket = after(ticket, clocks.start_next_response(ticket, POLICY, at(follow_up)))
        ticket = answered(ticket, answer)

    assert ("10:00", "12:00") == (
        in_words(ticket.clock(NEXT).started_at),
        in_words(ticket.clock(NEXT).due_at),
    )


def test_an_answer_that_was_owed_when_a_ticket_was_solved_is_owed_again_when_it_opens():
    ticket = answered(a_ticket("chained", "09:00"), "09:10")
    ticket = after(ticket, clocks.start_next_response(ticket, POLICY, at("10:00")))
    solved = commands.set_status(ticket, Status.SOLVED, POLICY, "done", at("11:00"))
    ticket = replace(after(ticket, solved.changes), solved_at=at("11:00"))
    assert ticket.clock(NEXT).stopped_at
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("14:00"), "a follow-up came"))

    assert "15:00" == in_words(ticket.clock(NEXT).due_at)
    assert [] == list(clocks.start_next_response(ticket, POLICY, at("14:00")))


def test_what_was_out_of_scope_before_the_ticket_was_solved_is_not_owed_again():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.stop(ticket, FIRST, at("10:00"), "out of scope"))
    ticket = replace(ticket, status=Status.SOLVED, solved_at=at("11:00"))

    assert [] == [one for one in clocks.resume(ticket, POLICY, at("12:00"), "again") if one.kind is FIRST]


# Snoozed


def snoozed(ticket, until, now):
    return after(ticket, commands.snooze(ticket, at(until), POLICY, "Sam", at(now)).changes)


def test_a_snoozed_ticket_is_quiet_until_then_and_then_says_what_it_kept_back():
    ticket = snoozed(only(a_ticket("urgent", "10:00"), RESOLUTION), "13:00", "10:10")  # due 14:00

    assert [
        "13:00 reminded agent-reminder, reminder-customer",
        "13:50 reminded agent-reminder",
        "14:00 breached+reminded agent-breach, breach-customer",
    ] == rings(ticket, RESOLUTION, 3)

    _, _, (said, *_) = rung(ticket, "13:00")

    assert ("snoozed", "12:00") == (said.facts["late_because"], in_words(said.facts["was_due"]))


def test_a_breach_is_told_while_a_ticket_is_snoozed_and_what_follows_it_waits():
    ticket = snoozed(only(a_ticket("urgent", "10:00"), FIRST), "15:30", "10:10")

    assert [
        "11:00 breached+reminded agent-breach, breach-customer",
        "15:30 reminded agent-breach",
        "16:00 reminded agent-breach",
    ] == rings(ticket, FIRST, 3)


@pytest.mark.parametrize(
    ("until", "solved", "words"),
    [
        ("09:30", False, "lies in the past"),
        ("10:00", False, "lies in the past"),
        ("12:00", True, "nothing to snooze"),
    ],
)
def test_a_snooze_that_makes_no_sense_is_refused(until, solved, words):
    ticket = a_ticket("urgent", "09:00")
    if solved:
        ticket = after(ticket, commands.set_status(ticket, Status.SOLVED, POLICY, "", at("09:30")).changes)
    with pytest.raises(CommandRefused, match=words):
        commands.snooze(ticket, at(until), POLICY, "Sam", at("10:00"))


def test_a_snooze_ends_within_thirty_days():
    ticket, now = a_ticket("urgent", "09:00"), at("10:00")
    longest = now + commands.LONGEST_SNOOZE

    assert commands.snooze(ticket, longest, POLICY, "Sam", now).changes
    with pytest.raises(CommandRefused, match="30 days at the most"):
        commands.snooze(ticket, longest.replace(minute=1), POLICY, "Sam", now)


# A promised call

CALL = ClockKind.CALL_BACK


def called(ticket, when, now):
    decision = commands.call_back(ticket, at(when), "+39 0461 1", POLICY, "Sam", at(now))
    return after(ticket, decision.changes), decision


def test_a_promised_call_is_spoken_of_before_and_at_its_time_and_missed_an_hour_later():
    ticket, decision = called(a_ticket("quiet", "09:00"), "15:00", "10:00")

    assert [("call-back-promised", Audience.REQUESTER)] == [
        (one.name, one.audience) for one in decision.notices
    ]
    assert [
        "14:50 reminded agent-call-back",
        "15:00 reminded agent-call-back",
        "16:00 breached+reminded agent-breach",
    ] == rings(ticket, CALL, 3)


def test_whoever_has_the_ticket_is_told_whom_to_call():
    ticket, _ = called(a_ticket("quiet", "09:00"), "15:00", "10:00")
    _, _, (said,) = rung(only(ticket, CALL), "14:50")

    assert (Audience.ASSIGNEE, "Ana", "+39 0461 1", at("15:00")) == (
        said.audience,
        said.facts["who"],
        said.facts["phone"],
        said.facts["due"],
    )


def test_a_call_in_the_evening_is_spoken_of_in_the_evening():
    ticket, _ = called(a_ticket("quiet", "09:00"), "20:00", "10:00")

    assert ["19:50", "20:00"] == [one.split()[0] for one in rings(ticket, CALL, 2)]


def test_a_call_that_was_made_is_spoken_of_no_more():
    ticket, _ = called(a_ticket("quiet", "09:00"), "15:00", "10:00")
    ticket = after(ticket, commands.called_back(ticket, POLICY, "Sam", at("14:00")).changes)

    assert [] == rings(ticket, CALL)
    with pytest.raises(CommandRefused, match="no call is promised"):
        commands.called_back(ticket, POLICY, "Sam", at("14:00"))


def test_a_call_is_still_owed_when_the_ticket_is_solved_and_not_when_it_is_closed():
    ticket, _ = called(a_ticket("quiet", "09:00"), "15:00", "10:00")
    solved = after(ticket, commands.set_status(ticket, Status.SOLVED, POLICY, "", at("11:00")).changes)
    closed = after(ticket, commands.set_status(ticket, Status.CLOSED, POLICY, "", at("11:00")).changes)

    assert (True, False) == (solved.clock(CALL).is_owed, closed.clock(CALL).is_owed)


def test_neither_an_answer_nor_a_pause_nor_a_severity_moves_a_promised_call():
    ticket, _ = called(a_ticket("quiet", "09:00"), "15:00", "10:00")
    ticket = answered(ticket, "11:00")
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("12:00"), "worse"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("13:00"), "a follow-up came"))

    assert ("15:00", True) == (in_words(ticket.clock(CALL).due_at), ticket.clock(CALL).is_running)


@pytest.mark.parametrize(
    ("status", "when", "words"),
    [(Status.OPEN, "09:59", "lies in the past"), (Status.CLOSED, "12:00", "is closed")],
)
def test_a_call_that_cannot_be_made_is_not_promised(status, when, words):
    with pytest.raises(CommandRefused, match=words):
        called(replace(a_ticket("quiet", "09:00"), status=status), when, "10:00")


# Computed again

LONGER = read_policy(TEXT.replace('resolution = "4h"', 'resolution = "6h"'), "policy")


def recomputed(ticket, policy, now):
    return after(ticket, clocks.recompute(ticket, policy, at(now)))


def test_a_changed_target_moves_what_is_unfinished_and_nothing_else():
    ticket = a_ticket("urgent", "09:00")
    changes = list(clocks.recompute(ticket, LONGER, at("10:00")))

    assert [(RESOLUTION, "recomputed", at("15:00"), "6h")] == [
        (one.kind, one.event, one.due_at, one.target) for one in changes
    ]
    assert [] == list(clocks.recompute(after(ticket, changes), LONGER, at("10:30")))


def test_what_is_kept_or_given_up_is_not_computed_again():
    ticket = a_ticket("urgent", "09:00")
    ticket = after(ticket, clocks.meet(ticket, RESOLUTION, at("10:00")))

    assert [] == list(clocks.recompute(ticket, LONGER, at("11:00")))


def test_pauses_and_raised_severities_count_when_it_is_computed_again():
    ticket = a_ticket("usual", "09:00")
    ticket = after(ticket, clocks.change_severity(ticket, "urgent", POLICY, at("10:00"), "worse"))  # 14:00
    ticket = after(ticket, clocks.pause(ticket, at("11:00"), "waiting"))
    ticket = after(ticket, clocks.resume(ticket, POLICY, at("11:30"), "a follow-up came"))

    assert "16:30" == in_words(recomputed(ticket, LONGER, "12:00").clock(RESOLUTION).due_at)


def test_a_breach_that_was_recorded_stays_recorded():
    ticket = only(a_ticket("urgent", "09:00"), RESOLUTION)
    ticket, _, _ = rung(ticket, "13:00")
    ticket = recomputed(ticket, LONGER, "13:30")

    assert ("15:00", "13:00") == (
        in_words(ticket.clock(RESOLUTION).due_at),
        in_words(ticket.clock(RESOLUTION).breached_at),
    )


def test_new_steps_that_lie_in_the_past_are_not_told_all_at_once():
    more = read_policy(TEXT.replace('remind = ["at breach"]', 'remind = ["10%", "90%", "at breach"]'), "p")
    ticket = recomputed(only(a_ticket("usual", "09:00"), RESOLUTION), more, "12:00")

    assert ["16:12 reminded agent-reminder"] == rings(ticket, RESOLUTION, 1, more)


def test_a_reminder_that_waits_to_be_told_survives_a_computation():
    ticket = only(a_ticket("chained", "09:00", assignee=SAM), RESOLUTION)
    ticket, _, _ = rung(ticket, "11:30")  # waits for Sam, on duty from 12:00
    longer = read_policy(TEXT.replace('resolution = "5h"', 'resolution = "6h"'), "p")

    assert [] == list(clocks.recompute(ticket, POLICY, at("11:40")))

    ticket = recomputed(ticket, longer, "12:05")  # 50% is at 12:00 now

    assert "15:00" == in_words(ticket.clock(RESOLUTION).due_at)
    assert ["agent-reminder"] == [one.name for one in rung(ticket, "12:06", longer)[2]]
