"""`deskbell report sla`: what is counted and in which forms it comes out."""

import csv
import io
import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from clock_desk import desk_folder, opened, runs_in

pytestmark = pytest.mark.slow

COUNTS = ("clocks", "met", "met_late", "running", "running_late", "stopped", "stopped_late")


@pytest.fixture
def folder(tmp_path):
    return desk_folder(tmp_path)


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


def records(run, *more):
    return [json.loads(line) for line in run("report", "sla", "--json", *more).stdout.splitlines()]


def test_kept_and_running_promises_are_counted(run):
    first = opened(run)
    opened(run)
    run("ticket", "reply", first, "Try this.", "--by", "sam@vendor.example")
    answers, solutions = records(run)

    assert ("first_response", 2, 1, 0, 1, 0, 0, 0, 1.0) == (
        answers["clock"],
        *(answers[name] for name in COUNTS),
        answers["share_met"],
    )
    names = ("clock", "clocks", "share_met", "tickets", "escalated", "share_escalated")
    assert ("resolution", 2, None, 2, 0, 0.0) == tuple(solutions[name] for name in names)


def test_a_group_has_its_own_name_in_a_record(run):
    opened(run)
    opened(run, "--severity", "urgent")

    assert ["urgent", "usual"] == [one["severity"] for one in records(run, "--by", "severity")][:2]
    assert {"Acme"} == {one["organisation"] for one in records(run, "--by", "organisation")}
    assert "severity" not in records(run)[0]


def test_the_span_is_of_whole_days_of_the_desk(run):
    opened(run)
    today = datetime.now(UTC).date()
    past = (today - timedelta(days=20), today - timedelta(days=10))
    done = run("report", "sla", "--from", past[0], "--to", past[1])

    assert [] == records(run, "--from", past[0], "--to", past[1])
    assert f"No promise was made {past[0]} to {past[1]}.\n" == done.stdout
    assert 2 == len(records(run, "--to", today + timedelta(days=1)))


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--by", "severities"), 'did you mean "severity"?'),
        (("--from", "yesterday"), "--from: 'yesterday' is no date"),
        (("--from", "2026-10-02", "--to", "2026-10-01"), "--from: 2026-10-02 lies after --to"),
        (("--to", "0001-01-01"), "is the year right?"),
        (("--picture", "it.jpg"), "end the name in .svg or .png"),
    ],
)
def test_what_cannot_be_reported_is_said(run, words, wrong):
    opened(run)
    done = run("report", "sla", *words)

    assert (2, True) == (done.exit_code, wrong in done.stderr)


def test_the_csv_is_utf8_with_numbers_as_numbers(run, folder):
    (folder / "people.toml").write_text(
        (folder / "people.toml").read_text().replace('"Acme"', '"+Ácme"'), encoding="utf-8"
    )
    run("people", "import", folder / "people.toml")
    opened(run)
    run("report", "sla", "--by", "organisation", "--csv", folder / "sla.csv")
    with (folder / "sla.csv").open(encoding="utf-8", newline="") as file:
        answer, _ = csv.DictReader(file)
    printed = run("report", "sla", "--by", "organisation", "--csv", "-").stdout

    assert ("first_response", "'+Ácme", "1", "") == tuple(
        answer[name] for name in ("clock", "organisation", "clocks", "share_met")
    )
    assert answer == next(csv.DictReader(io.StringIO(printed)))


@pytest.mark.parametrize("option", ["--csv", "--picture"])
def test_a_file_that_cannot_be_written_is_said(run, folder, option):
    opened(run)
    done = run("report", "sla", option, folder / "absent" / "it.svg")

    assert (1, True) == (done.exit_code, f"{option}: " in done.stderr)


def test_a_picture_is_drawn_and_nothing_else_is_printed(run, folder):
    pytest.importorskip("matplotlib", reason="pictures need the extra `reports`")
    opened(run)
    done = run("report", "sla", "--picture", folder / "sla.svg")

    assert f"{folder / 'sla.svg'}: drawn\n" == done.stdout
    assert "<title id='title'>Promises made" in (folder / "sla.svg").read_text(encoding="utf-8")


def test_nothing_is_drawn_where_there_is_nothing(run, folder):
    done = run("report", "sla", "--picture", folder / "sla.svg")

    assert (1, True) == (done.exit_code, "nothing to draw" in done.stderr)


def test_without_the_library_a_picture_says_how_to_get_it(run, folder, monkeypatch):
    opened(run)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "bots.pictures", raising=False)
    done = run("report", "sla", "--picture", folder / "sla.svg")

    assert (1, True) == (done.exit_code, "pip install 'deskbell[reports]'" in done.stderr)
    assert 0 == run("report", "sla").exit_code
