"""`ticket close --survey`, what shows its answer, and `report satisfaction`, from a shell."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from bots.wiring import wire
from clock_desk import desk_folder, opened, runs_in, shown
from intake.decisions import KeepRating
from intake.satisfaction import Answer, Row, counted
from intake.tickets import Score

SAM = "sam@vendor.example"
NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)
GOOD, BAD = Score.GOOD, Score.BAD


@pytest.mark.parametrize(
    ("scores", "row", "shares"),
    [
        ([GOOD, GOOD, BAD, None], Row("", 4, 2, 1), (0.666, 0.75)),
        ([None], Row("", 1, 0, 0), (None, 0.0)),
    ],
)
def test_the_share_of_good_is_of_those_who_answered(scores, row, shares):
    (found,) = counted([Answer(NOON, one, "Sam", "Acme", "") for one in scores], "all")

    assert (row, shares) == (found, (found.share_good, found.share_answered))


@pytest.mark.parametrize(
    ("by", "groups"),
    [("agent", ["(nobody)", "Sam"]), ("organisation", ["(none)", "Acme"]), ("team", ["(none)"])],
)
def test_a_row_is_a_group_in_the_order_of_names(by, groups):
    answers = [Answer(NOON, GOOD, "Sam", "Acme", ""), Answer(NOON, None, "", "", "")]

    assert groups == [one.group for one in counted(answers, by)]


@pytest.fixture
def folder(tmp_path):
    return desk_folder(tmp_path)


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


def rate(folder, number, score, comment=""):
    """What the requester answers, past the mail."""
    wired = wire(folder / "config.toml")
    with wired.store.begin() as work:
        work.write(KeepRating(score, comment), work.ticket(number), "ana", datetime.now(UTC))
    wired.store.close()


def asked(run, assignee=SAM):
    number = opened(run)
    if assignee:
        run("ticket", "set", number, f"assignee={assignee}")
    run("ticket", "close", number, "--survey", "--by", SAM)
    return number


@pytest.mark.slow
def test_closing_asks_where_that_is_wanted_and_once(run):
    number = opened(run)
    first = run("ticket", "close", number, "--survey", "--by", SAM).stdout
    run("ticket", "set", number, "status=open")
    again = run("ticket", "close", number, "--survey", "--by", SAM).stdout
    other = run("ticket", "close", opened(run)).stdout

    assert first.endswith("status closed; they are asked how it went\n")
    assert "they are not asked how it went: they were asked before" in again
    assert "how it went" not in other


@pytest.mark.slow
@pytest.mark.parametrize(("option", "is_asked"), [((), True), (("--no-survey",), False)])
def test_the_policy_may_ask_by_default(run, folder, option, is_asked):
    policy = folder / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8") + "\n[lifecycle]\nsurvey_at_close = true\n")
    number = opened(run)
    run("ticket", "close", number, *option)

    assert is_asked is (shown(run, number)["survey"] is not None)


@pytest.mark.slow
def test_the_answer_is_shown_and_exported_with_its_ticket(run, folder):
    number, silent = asked(run), asked(run)
    rate(folder, number, GOOD, "Sam was \x1b[31mquick.")
    page = run("ticket", "show", number).stdout
    exported = [json.loads(line) for line in run("ticket", "export", "--jsonl").stdout.splitlines()]

    assert "How it went\n  good, " in page
    assert ("\x1b" in page, "quick." in page) == (False, True)  # no terminal obeys a customer
    assert "not answered" in run("ticket", "show", silent).stdout
    assert [("good", "Sam was \x1b[31mquick."), ("", "")] == [
        (one["survey"]["score"], one["survey"]["comment"]) for one in exported
    ]


@pytest.mark.slow
def test_the_report_counts_by_agent_as_a_table_json_and_csv(run, folder):
    for score in (GOOD, BAD, None):
        number = asked(run)
        if score:
            rate(folder, number, score)
    asked(run, "")
    rows = [
        json.loads(one)
        for one in run("report", "satisfaction", "--json", "--by", "agent").stdout.splitlines()
    ]
    cells = list(csv.DictReader(io.StringIO(run("report", "satisfaction", "--csv", "-").stdout)))
    table = run("report", "satisfaction", "--by", "agent").stdout

    assert [("(nobody)", 1, 0, None), ("Sam Weaver", 3, 2, 0.5)] == [
        (one["agent"], one["asked"], one["answered"], one["share_good"]) for one in rows
    ]
    assert [("4", "1", "1", "0.5")] == [
        (one["asked"], one["good"], one["bad"], one["share_good"]) for one in cells
    ]
    assert "50.0 %" in table


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--by", "agents"), 2, 'did you mean "agent"?'),
        (("--from", "yesterday"), 2, "--from: 'yesterday' is no date"),
        (("--from", "2020-01-01", "--to", "2020-01-31"), 0, "Nobody was asked 2020-01-01 to 2020-01-31."),
    ],
)
def test_what_cannot_be_reported_is_said(run, words, code, said):
    asked(run)
    done = run("report", "satisfaction", *words)

    assert (code, True) == (done.exit_code, said in done.output)
