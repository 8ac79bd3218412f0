"""`sla recompute`: what a changed policy moves, what a dry run says of it, and what stays as it was."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bots.wiring import wire
from clock_desk import POLICY, desk_folder, opened, runs_in, shown
from intake import clocks, handle
from store.tables import clocks as clock_rows

pytestmark = pytest.mark.slow

LONGER = POLICY.replace('"40h"', '"80h"')


@pytest.fixture
def folder(tmp_path):
    return desk_folder(tmp_path)


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


def due(run, number, kind="resolution"):
    return next(one["due"] for one in shown(run, number)["clocks"] if one["kind"] == kind)


def test_nothing_moves_while_the_policy_is_the_same(run):
    opened(run)

    assert "0 clocks moved.\n" == run("sla", "recompute").stdout


def test_a_dry_run_says_what_would_move_and_moves_nothing(run, folder):
    number = opened(run)
    before = due(run, number)
    (folder / "policy.toml").write_text(LONGER, encoding="utf-8")
    line, total = run("sla", "recompute", "--dry-run").stdout.splitlines()

    assert line.startswith(f"Q-{number} resolution: ")
    assert (" -> " in line, "1 clock would move.") == (True, total)
    assert before == due(run, number)


def test_what_moves_is_told_with_both_times_and_noted_with_the_policy(run, folder):
    first, second = opened(run), opened(run, "--severity", "urgent")
    before = due(run, first)
    (folder / "policy.toml").write_text(LONGER, encoding="utf-8")
    done = run("sla", "recompute", "--json")
    (moved,) = [json.loads(line) for line in done.stdout.splitlines()]
    (event,) = [one for one in shown(run, first)["clock_events"] if one["event"] == "recomputed"]
    wired = wire(folder / "config.toml")
    wired.store.close()

    assert (first, "resolution", before, due(run, first)) == (
        moved["ticket"],
        moved["kind"],
        moved["old"],
        moved["new"],
    )
    assert moved["old"] < moved["new"]
    assert f"policy {wired.setup.policy.digest[:12]}" == event["reason"]
    assert [] == [one for one in shown(run, second)["clock_events"] if one["event"] == "recomputed"]
    assert "0 clocks moved.\n" == run("sla", "recompute").stdout


def test_a_changed_calendar_moves_what_counts_by_it(run, folder):
    number = opened(run)
    before = datetime.fromisoformat(due(run, number))
    shorter = POLICY.replace("09:00-18:00", "09:00-13:00")
    (folder / "policy.toml").write_text(shorter, encoding="utf-8")
    run("sla", "recompute")

    assert before + timedelta(days=4) < datetime.fromisoformat(due(run, number))


def begun_again(wired, number, begun):
    """Give a ticket clocks that began at a moment of the past."""
    policy = wired.setup.policy
    severity, calendar = policy.severity_of("usual"), policy.calendar_of(None)
    with wired.store.begin() as work:
        ticket = work.ticket(number)
        for start in clocks.clocks_of_a_new_ticket(severity, calendar, begun):
            work.write(start, ticket, "test", begun)


def test_a_breach_that_was_recorded_stays_recorded_and_a_kept_promise_is_left_alone(run, folder):
    number, now = opened(run), datetime.now(UTC)
    wired = wire(folder / "config.toml")
    begun_again(wired, number, now - timedelta(days=30))
    handle.ring((number,), wired.store, wired.setup, now)
    wired.store.close()
    run("ticket", "reply", number, "Try this.", "--by", "sam@vendor.example")
    late = next(one for one in shown(run, number)["clocks"] if one["kind"] == "resolution")["breached"]
    (folder / "policy.toml").write_text(LONGER.replace('"4h"', '"5h"'), encoding="utf-8")
    lines = run("sla", "recompute").stdout.splitlines()
    clock = next(one for one in shown(run, number)["clocks"] if one["kind"] == "resolution")

    assert [f"Q-{number} resolution"] == [line.partition(":")[0] for line in lines[:-1]]
    assert "stays recorded" in lines[0]
    assert late == clock["breached"] != due(run, number)


def test_what_is_late_by_the_new_policy_is_said_and_left_to_the_ticker(run, folder):
    number = opened(run)
    wired = wire(folder / "config.toml")
    begun_again(wired, number, datetime.now(UTC) - timedelta(days=30))
    with wired.store.writing() as connection:  # as if it had been promised for later
        later = datetime.now(UTC) + timedelta(days=30)
        connection.execute(clock_rows.update().values(due_at=later, next_at=later))
    said = run("sla", "recompute").stdout
    rung = handle.ring((number,), wired.store, wired.setup, datetime.now(UTC))
    wired.store.close()

    assert 2 == said.count("that is past, so it is late now")
    assert 1 == rung
    assert all(one["breached"] for one in shown(run, number)["clocks"])
