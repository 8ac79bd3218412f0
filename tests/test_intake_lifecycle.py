"""What time does to a ticket, what is out of scope, and which ticket comes first."""

from datetime import timedelta

import pytest

from builders import TUESDAY, a_ticket
from intake.decisions import ChangeClock, SetField, SetStatus
from intake.errors import CommandRefused
from intake.lifecycle import aged, closes_at
from intake.policy import preset_text, read_policy
from intake.queue import in_order_of_work
from intake.scope import out_of_scope
from intake.tickets import Clock, ClockKind, Status

POLICY = read_policy(preset_text("isymphony"), "isymphony")
NEVER = read_policy(
    preset_text("isymphony").replace("close_solved_after_days = 14", "close_solved_after_days = 0"), "never"
)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def solved(ago):
    return a_ticket(status=Status.SOLVED, solved_at=TUESDAY - ago)


@pytest.mark.parametrize(
    ("ticket", "policy", "closes"),
    [
        (solved(14 * DAY), POLICY, True),
        (solved(14 * DAY - timedelta(seconds=1)), POLICY, False),
        (solved(400 * DAY), NEVER, False),
        (a_ticket(status=Status.OPEN, solved_at=TUESDAY - 20 * DAY), POLICY, False),
        (a_ticket(status=Status.CLOSED, solved_at=TUESDAY - 20 * DAY), POLICY, False),
    ],
)
def test_a_solved_ticket_closes_after_the_policy_s_days(ticket, policy, closes):
    changes = [one for one in aged(ticket, policy, TUESDAY).changes if isinstance(one, SetStatus)]

    assert ([Status.CLOSED] if closes else []) == [one.status for one in changes]


def test_nobody_is_written_to_when_time_closes_a_ticket():
    assert () == aged(solved(15 * DAY), POLICY, TUESDAY).notices


def test_a_ticket_that_is_never_closed_by_itself_has_no_moment_for_it():
    assert (TUESDAY + 14 * DAY, None, None) == (
        closes_at(TUESDAY, POLICY),
        closes_at(TUESDAY, NEVER),
        closes_at(None, POLICY),
    )


# Out of scope


def clock(kind, **changes):
    return Clock(1, kind, "1h", TUESDAY - HOUR, TUESDAY + HOUR, **changes)


def test_what_is_out_of_scope_stops_its_clocks_waits_and_is_said():
    ticket = a_ticket(clocks=(clock(ClockKind.FIRST_RESPONSE),))
    decision = out_of_scope(ticket, "data-changes", "Sorry.", POLICY, "Sam", TUESDAY)
    stopped = [(one.event, one.reason) for one in decision.changes if isinstance(one, ChangeClock)]
    status = [one.status for one in decision.changes if isinstance(one, SetStatus)]
    (notice,) = decision.notices

    assert ([("stopped", "out of scope: data-changes")], [Status.WAITING]) == (stopped, status)
    assert ("out-of-scope", "Changing data by SQL is not part of the support plan.", "Sorry.") == (
        notice.name,
        notice.facts["says"],
        notice.facts["text"],
    )


def test_planning_goes_to_its_own_team():
    decision = out_of_scope(a_ticket(), "deployment-planning", "", POLICY, "Sam", TUESDAY)

    assert SetField("team", "planning") in decision.changes
    assert decision.notices[0].facts["is_handed_over"]


@pytest.mark.parametrize(
    ("ticket", "reason", "told"),
    [
        (a_ticket(), "data-change", 'did you mean "data-changes"?'),
        (a_ticket(status=Status.CLOSED), "data-changes", "ISY-1042 is closed already"),
    ],
)
def test_what_cannot_be_put_out_of_scope_is_refused(ticket, reason, told):
    with pytest.raises(CommandRefused, match=told):
        out_of_scope(ticket, reason, "", POLICY, "Sam", TUESDAY)


# The queue


def ticket(number, severity, due=None, status=Status.OPEN, opened=TUESDAY - DAY):
    clocks = (Clock(1, ClockKind.FIRST_RESPONSE, "1h", opened, due),) if due else ()
    return a_ticket(
        id=number, number=number, severity=severity, status=status, clocks=clocks, opened_at=opened
    )


def test_the_queue_goes_by_severity_then_lateness_then_what_is_due_next_then_age():
    tickets = [
        ticket(1, "level-4", TUESDAY + HOUR),
        ticket(2, "level-2", TUESDAY + 2 * HOUR),
        ticket(3, "level-2", TUESDAY + HOUR),
        ticket(4, "level-1", status=Status.WAITING),
        ticket(5, "level-2", TUESDAY - HOUR),
        ticket(6, "level-1", TUESDAY + 9 * HOUR),
        ticket(7, "level-2"),
        ticket(8, "level-2", opened=TUESDAY - 2 * DAY),
        ticket(9, "level-1", status=Status.SOLVED),
    ]

    assert [6, 5, 3, 2, 8, 7, 1, 4] == [one.number for one in in_order_of_work(tickets, POLICY, TUESDAY)]
