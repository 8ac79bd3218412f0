"""The report on promises: what each clock's events say became of it, and how it is counted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clock_walks import POLICY
from intake.calendars import ALWAYS, calendar_from
from intake.reports import Head, Row, counted, safe_cell, share
from intake.spans import BROKEN, Happened, Outcome, spans_in
from intake.tickets import ClockKind

ROME = ZoneInfo("Europe/Rome")
OFFICE = calendar_from({"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}})
NINE = datetime(2026, 3, 10, 8, tzinfo=UTC)  # a Tuesday in Rome
HOUR = timedelta(hours=1)
NOW = NINE + 100 * HOUR
FIRST, RESOLUTION, CALL = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION, ClockKind.CALL_BACK


def events(*told, due=4.0):
    """`started` at nine, due after so many hours, and what else happened how many hours later."""
    moment = NINE + due * HOUR if due is not None else None
    rows = [Happened(NINE, "started", "4h", moment, "usual")]
    for name, hours, *more in told:
        if more:
            moment = NINE + more[0] * HOUR
        rows.append(Happened(NINE + hours * HOUR, name, "4h", moment))
    return rows


def one(*told, kind=RESOLUTION, due=4.0):
    (span,) = spans_in(kind, events(*told, due=due))
    return span


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([], "running_late"),
        ([("met", 3)], "met"),
        ([("met", 4)], "met"),  # in the very moment
        ([("met", 4.01)], "met_late"),  # also when no ticker was there to write the breach
        ([("breached", 4), ("met", 5)], "met_late"),
        ([("breached", 4)], "running_late"),
        ([("stopped", 2)], "stopped"),
        ([("breached", 4), ("stopped", 5)], "stopped_late"),  # given up, and broken before that
        ([("stopped", 5)], "stopped_late"),
        ([("paused", 2)], "running"),  # waits for the requester: nothing falls due
        ([("paused", 5)], "running_late"),
        ([("paused", 2), ("met", 50)], "met"),  # solved while it waited
        ([("paused", 5), ("met", 50)], "met_late"),
        ([("paused", 2), ("resumed", 50, 52), ("met", 51)], "met"),
        ([("paused", 2), ("resumed", 50, 52), ("met", 53)], "met_late"),
        ([("met", 2), ("resumed", 50, 52)], "running_late"),  # opened again
        ([("met", 2), ("resumed", 50, 200)], "running"),
        ([("breached", 4), ("met", 5), ("resumed", 50, 200), ("met", 51)], "met_late"),  # broken stays broken
        ([("severity changed", 1, 2), ("met", 3)], "met_late"),
        ([("recomputed", 1, 8), ("met", 7)], "met"),
        ([("reminded", 2), ("snoozed", 2), ("met", 3)], "met"),
    ],
)
def test_what_becomes_of_a_promise(told, outcome):
    assert outcome == one(*told).outcome(NOW)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [([("met", 4.5)], "met"), ([("met", 5.5)], "met_late"), ([("breached", 5), ("met", 6)], "met_late")],
)
def test_a_call_has_an_hour_of_grace(told, outcome):
    assert outcome == one(*told, kind=CALL).outcome(NOW)


def test_a_promise_without_a_moment_is_never_late():
    assert "running" == one(due=None).outcome(NOW)


def test_each_start_is_a_promise_of_its_own():
    again = [
        Happened(NINE + 10 * HOUR, "started", "2h", NINE + 12 * HOUR),
        Happened(NINE + 13 * HOUR, "breached", "2h", NINE + 12 * HOUR),
        Happened(NINE + 14 * HOUR, "met", "2h", NINE + 12 * HOUR),
    ]
    spans = list(spans_in(ClockKind.NEXT_RESPONSE, events(("met", 1)) + again))

    assert ["met", "met_late"] == [span.outcome(NOW) for span in spans]


def test_a_promise_that_another_takes_the_place_of_is_given_up():
    again = [Happened(NINE + 1 * HOUR, "started", "", NINE + 200 * HOUR)]

    assert ["stopped", "running"] == [span.outcome(NOW) for span in spans_in(CALL, events() + again)]


@pytest.mark.parametrize(
    ("told", "target", "hours"),
    [
        ([("met", 3)], "4h", 3),
        ([("met", 24)], "4h", 9),  # the next morning at nine: a whole business day
        ([("met", 24)], "4h wall", 24),
        ([("paused", 2), ("resumed", 24), ("met", 25)], "4h", 3),
        ([("paused", 2), ("met", 25)], "4h", 2),
        ([("met", 2), ("resumed", 24), ("met", 25)], "4h", 3),
        ([("met", 24)], "no amount at all", 9),
    ],
)
def test_the_time_used_is_business_time_without_pauses(told, target, hours):
    rows = [Happened(row.at, row.event, target, row.due_at) for row in events(*told)]
    (span,) = spans_in(RESOLUTION, rows)

    assert hours * HOUR == span.used(OFFICE)


def head(number=1, severity="usual", organisation="Acme", team="", escalated=False):
    return Head(number, severity, organisation, team, escalated, ALWAYS)


def report(*stories, by="kind", since=NINE, until=NOW):
    return counted(stories, by, since, until, POLICY, ROME, NOW)


def story(*hours, **changes):
    return head(**changes), [one(("met", each)) for each in hours]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("kind", [""]),
        ("severity", ["urgent", "usual"]),  # the worst first, whatever the alphabet says
        ("organisation", ["(none)", "Acme"]),
        ("team", ["(none)", "cloud"]),
        ("month", ["2026-03"]),
    ],
)
def test_promises_are_grouped_as_asked(by, groups):
    urgent = head(2, organisation="", team="cloud"), [one(("met", 1))]
    urgent[1][0].severity = "urgent"

    assert groups == [row.group for row in report(story(1), urgent, by=by)]


def test_a_month_is_that_of_the_desks_zone():
    (span,) = spans_in(FIRST, [Happened(datetime(2026, 3, 31, 22, tzinfo=UTC), "started", "", None)])

    assert ["2026-04"] == [row.group for row in report((head(), [span]), by="month", until=NOW + 9999 * HOUR)]


def test_only_what_began_in_the_span_is_counted():
    early, late = NINE - HOUR, NINE + HOUR
    spans = [next(spans_in(FIRST, [Happened(at, "started", "", None)])) for at in (early, NINE, late)]
    (row,) = report((head(), spans), since=NINE, until=late)

    assert 1 == row.clocks


def test_kinds_come_in_the_order_of_a_tickets_life():
    spans = [one(("met", 1), kind=kind) for kind in (CALL, RESOLUTION, FIRST)]

    assert [FIRST, RESOLUTION, CALL] == [row.kind for row in report((head(), spans))]


@pytest.mark.parametrize(
    ("hours", "median", "ninetieth"),
    [
        ([2], 2, 2),
        ([1, 2], 1.5, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 11), 5.5, 9),
        (range(1, 12), 6, 10),
    ],
)
def test_median_and_ninetieth_percentile_are_of_the_times_used(hours, median, ninetieth):
    (row,) = report(story(*hours))

    assert (median * 3600, ninetieth * 3600) == (row.median, row.ninetieth)


def test_what_was_not_kept_has_no_time_and_no_share():
    (row,) = report((head(), [one(("stopped", 1))]))

    assert (None, None, None) == (row.median, row.ninetieth, row.share_met)


def test_the_share_is_of_what_was_kept_or_broken():
    spans = [
        one(("met", 1)),
        one(("met", 5)),
        one(),
        one(("stopped", 5)),
        one(("stopped", 1)),
        one(("paused", 1)),
    ]
    (row,) = report((head(), spans))

    assert {outcome.value: 1 for outcome in Outcome} == {
        one.value: count for one, count in row.counts.items()
    }
    assert (0.25, 6, 4) == (row.share_met, row.clocks, row.decided)


def test_a_ticket_is_escalated_once_however_many_promises_it_has():
    (row,) = report(story(1, 2, 3, escalated=True), story(1, number=2))

    assert (1, 2, 0.5) == (row.escalated, row.tickets, row.share_escalated)


def test_a_share_is_cut_off_and_never_rounded_up():
    counts = Counter({Outcome.MET: 9999, Outcome.MET_LATE: 1})

    assert 0.999 == Row(FIRST, "", counts, 1, 0, None, None).share_met
    assert share(1, 1) == 1.0
    assert set(BROKEN) < set(Outcome)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Acme", "Acme"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=x", "'\n=x"),
        ("＝x", "'＝x"),
        (-1, -1),
        (0.5, 0.5),
        (None, ""),
        ("", ""),
        ("a=b", "a=b"),
        (FIRST, "first_response"),
    ],
)
def test_no_cell_is_run_by_a_spreadsheet_and_numbers_stay_numbers(value, cell):
    assert cell == safe_cell(value)
