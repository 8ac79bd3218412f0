"""The report on promises over a store: every start of every clock, in portions, on either database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import stores
from clock_walks import POLICY, TUESDAY
from intake import clocks, commands
from intake.calendars import calendar_from
from intake.decisions import Escalate, OpenTicket, SetField
from intake.messages import Address
from intake.people import read_book
from intake.reports import counted
from intake.tickets import ClockKind
from store import reports
from store.desk import SqlStore, open_store
from store.people import import_people
from test_store_clocks import STEPS, opened
from test_store_clocks import act as one_act

pytestmark = pytest.mark.slow

ROME = ZoneInfo("Europe/Rome")
OFFICE = calendar_from({"timezone": "Europe/Rome", "hours": {"mon-fri": ["09:00-18:00"]}})
HOUR = timedelta(hours=1)
BEGIN = stores.NOON
NOW = BEGIN + 2000 * HOUR
FIRMS = '[[organisation]]\nname = "Acme"\ndomains = ["acme.example"]\n'


@pytest.fixture(params=stores.DATABASES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    yield from stores.opened(request, tmp_path)


def open_a_ticket(desk, at=BEGIN, severity="usual", organisation=None):
    running = clocks.clocks_of_a_new_ticket(POLICY.severity_of(severity), POLICY.calendar_of(None), at)
    asks = Address("", "ana@acme.example")
    new = OpenTicket("Calls drop", severity, "email", asks, organisation, clocks=running)
    with desk.begin() as work:
        return work.write(new, None, "ana", at).number


def act(desk, number, make, at):
    with desk.begin() as work:
        ticket = work.ticket(number)
        for change in make(ticket):
            ticket = work.write(change, ticket, "sam", at)


def answer(desk, number, at):
    act(desk, number, lambda ticket: commands.answer(ticket, "Sam", "Try.", at).changes, at)


def follow_up(desk, number, at):
    act(desk, number, lambda ticket: clocks.start_next_response(ticket, POLICY, at), at)


def told(desk, by="kind", since=BEGIN, until=NOW, step=lambda _: None):
    with desk.reading() as work:
        stories = reports.clock_stories(work, since, until, lambda firm: OFFICE, step)
        return counted(stories, by, since, until, POLICY, ROME, NOW)


def outcomes(rows):
    return {(row.kind.value, row.group): {k.value: n for k, n in row.counts.items() if n} for row in rows}


def test_each_promise_of_a_clock_that_was_started_again_is_counted(desk):
    number = open_a_ticket(desk, severity="usual")
    answer(desk, number, BEGIN + HOUR)
    for hours in (2, 10, 20):
        follow_up(desk, number, BEGIN + hours * HOUR)
        answer(desk, number, BEGIN + (hours + 1) * HOUR)
    found = outcomes(told(desk))

    assert {"met": 1} == found["first_response", ""]
    assert 3 == sum(found["next_response", ""].values())
    assert {"running": 1} == found["resolution", ""]  # an answer waits for the requester


@settings(max_examples=60)
@given(st.sampled_from(["urgent", "usual", "chained"]), STEPS)
@example("usual", [("answer", 30), ("solve", 400)])
@example("chained", [("call", 30), ("call", 30), ("called", 400), ("follow up", 10), ("tick", 400)])
def test_the_last_promise_is_told_as_its_clock_stands(name, steps):
    store, now = open_store("sqlite://"), TUESDAY + 10 * HOUR
    number = opened(store, name)
    for step, minutes in steps:
        now += timedelta(minutes=minutes)
        one_act(store, number, step, now)
    with store.reading() as work:
        standing = {clock.kind: clock for clock in work.ticket(number).clocks}
        ((_, spans),) = reports.clock_stories(work, TUESDAY, NOW, lambda firm: OFFICE)
    store.close()
    last = {span.kind: span for span in spans}

    assert {kind: stands(clock) for kind, clock in standing.items()} == {
        kind: (
            span.started_at,
            span.due_at,
            span.ended_at,
            span.is_met,
            span.is_breached,
            span.paused_at,
            tuple(span.pauses),
        )
        for kind, span in last.items()
    }


def stands(clock):
    """What the store has of a clock, in the terms of the report."""
    return (
        clock.started_at,
        clock.due_at,
        clock.met_at or clock.stopped_at,
        clock.met_at is not None,
        clock.breached_at is not None,
        clock.paused_at,
        clock.pauses,
    )


@pytest.mark.parametrize("portion", [1, 2, 3, 2000])
def test_the_portions_do_not_matter(desk, portion, monkeypatch):
    for hours in range(5):
        open_a_ticket(desk, BEGIN + hours * HOUR)
    monkeypatch.setattr(reports, "NUMBERS", reports.NUMBERS.limit(portion))
    steps = []
    rows = told(desk, step=steps.append)

    assert [5, 5] == [row.clocks for row in rows]
    assert 5 == sum(steps)


def test_only_promises_of_the_span_are_counted(desk):
    for hours in (-1, 0, 1):
        open_a_ticket(desk, BEGIN + hours * HOUR)
    rows = told(desk, until=BEGIN + HOUR)
    with desk.reading() as work:
        looked_at = reports.tickets_before(work, BEGIN + HOUR)

    assert [1, 1] == [row.clocks for row in rows]
    assert 2 == looked_at


def test_a_ticket_is_told_by_its_organisation_team_and_escalation(desk):
    with desk.begin() as work:
        import_people(work, read_book(FIRMS, "people"))
    with desk.reading() as work:
        (firm,) = reports.listed_organisations(work)
    number = open_a_ticket(desk, organisation=firm.id)
    other = open_a_ticket(desk)
    act(desk, number, lambda ticket: (Escalate("late"), SetField("team", "cloud")), BEGIN)

    assert ["(none)", "Acme"] == sorted({row.group for row in told(desk, "organisation")})
    assert {("(none)", 0), ("cloud", 1)} == {(row.group, row.escalated) for row in told(desk, "team")}
    assert number != other


def test_the_time_used_is_counted_in_the_organisations_calendar(desk):
    number = open_a_ticket(desk)
    answer(desk, number, BEGIN + 24 * HOUR)
    (row,) = (row for row in told(desk) if row.kind is ClockKind.FIRST_RESPONSE)

    assert 9 * 3600 == row.median


def test_a_raised_severity_is_the_one_that_a_promise_is_told_by(desk):
    number = open_a_ticket(desk)
    act(
        desk,
        number,
        lambda ticket: commands.set_severity(ticket, "urgent", POLICY, BEGIN + HOUR).changes,
        BEGIN + HOUR,
    )

    assert {"urgent"} == {row.group for row in told(desk, "severity")}
