"""`deskbell outage` and `report uptime`: what is recorded, and what a month's report makes of it."""

import csv
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from intake.uptime import month_before, month_in
from status_desk import SAM, ahead, desk_folder, runs_in
from store import announcements, outbox
from store.desk import open_store
from store.people_lists import history_of_entry

pytestmark = pytest.mark.slow

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MONTH = month_in(month_before(datetime.now(UTC), SAO_PAULO), SAO_PAULO)  # the last whole one
BY = ("--by", SAM)


@pytest.fixture
def folder(tmp_path):
    return desk_folder(tmp_path)


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


def outage(run, starts, ends="", service="vps"):
    end = ("--to", ends) if ends else ()
    return run("outage", "open", "--service", service, "--from", starts, *end, "--what", "Storage.", *BY)


def in_month(hours):
    return (MONTH.begins + timedelta(days=9, hours=hours)).isoformat()


def listed(run):
    return [json.loads(line) for line in run("outage", "list", "--json").stdout.splitlines()]


def reported(run, service, *more):
    lines = run("report", "uptime", "--json", *more).stdout.splitlines()
    return next(one for one in map(json.loads, lines) if one["service"] == service)


def claim(run, sender, product="VPS", kind="claim"):
    fields = ("--field", f"product={product}", "--field", f"kind={kind}")
    done = run(
        "ticket", "open", "--from", sender, "--subject", "Credit", "--text", "Please.", *fields, "--json"
    )
    return json.loads(done.stdout)["ticket"]


def test_an_outage_is_recorded_under_the_services_own_name_and_closed(run):
    first = outage(run, ahead(-3))
    done = run("outage", "close", 1, "--at", ahead(-1))

    assert first.stdout.startswith("outage 1: VPS Cloud Servers out from ")
    assert first.stdout.endswith("and still is\n")
    assert "VPS Cloud Servers was there again" in done.stdout
    assert [("VPS Cloud Servers", True, SAM)] == [
        (one["service"], one["to"] < ahead(0), one["by"]) for one in listed(run)
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "service", "words"),
    [
        (1, None, "vps", "--from: lies in the future"),
        (-2, 1, "vps", "--to: lies in the future"),
        (-2, -3, "vps", "--to: lies not after --from"),
        (-2, None, "IaS", "no service 'IaS' with a guaranteed uptime; did you mean \"IaaS\"?"),
    ],
)
def test_an_outage_that_makes_no_sense_is_refused(run, starts, ends, service, words):
    done = outage(run, ahead(starts), ahead(ends) if ends else "", service)

    assert (2, True, []) == (done.exit_code, words in done.stderr, listed(run))


@pytest.mark.parametrize(
    ("number", "at", "words"),
    [
        (7, -1, "there is no outage 7"),
        (1, -4, "--at: lies not after its beginning"),
        (1, 1, "--at: lies in the future"),
    ],
)
def test_an_end_that_makes_no_sense_is_refused(run, number, at, words):
    outage(run, ahead(-3))
    done = run("outage", "close", number, "--at", ahead(at))

    assert (True, None) == (words in done.stderr, listed(run)[0]["to"])


def test_a_wrong_end_is_corrected_and_a_wrong_outage_taken_back_and_the_history_says_so(run, folder):
    outage(run, ahead(-3), ahead(-1))
    run("outage", "close", 1, "--at", ahead(-2), *BY)
    ended = listed(run)[0]["to"]
    run("outage", "drop", 1, *BY)
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.reading() as work:
        lines = [one["detail"].split()[0] for one in history_of_entry(work, "outage 1")]
    store.close()

    assert ended < ahead(-1)
    assert ["dropped:", "ended", "VPS"] == lines
    assert [] == listed(run)


def test_a_month_with_an_outage_credits_the_organisations_with_the_service(run):
    outage(run, in_month(0), in_month(2))
    outage(run, in_month(1), in_month(3))  # overlaps, and counts once
    mine, other = claim(run, "ana@acme.example"), claim(run, "ana@acme.example", kind="question")
    claim(run, "ana@acme.example", product="Email")
    row = reported(run, "VPS Cloud Servers", "--month", MONTH.name)

    assert (3 * 3600, "99.99", False, 10) == (row["down_s"], row["guarantee"], row["kept"], row["credit"])
    assert float(row["uptime"]) < 99.6
    assert [{"name": "=Nobody", "claims": []}, {"name": "Acme", "claims": [mine]}] == row["organisations"]
    assert other > mine


def test_a_month_without_outages_keeps_every_guarantee(run):
    row = reported(run, "Email Hosting")

    assert ("100.0000", True, 0, [], MONTH.name) == tuple(
        row[name] for name in ("uptime", "kept", "credit", "organisations", "month")
    )
    assert MONTH.length == timedelta(minutes=row["minutes"])


def test_announced_maintenance_is_left_out_and_the_report_says_so(run, folder):
    outage(run, in_month(0), in_month(2))
    outage(run, in_month(5), in_month(6))
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.begin() as work:
        for starts, ends, emergency in ((0, 1, False), (5, 6, True)):
            span = [datetime.fromisoformat(in_month(hours)) for hours in (starts, ends)]
            window = announcements.Announced(
                0, ("VPS Cloud Servers",), *span, emergency, "x", MONTH.begins, SAM
            )
            announcements.add(work.connection, window)
    store.close()
    row = reported(run, "VPS Cloud Servers")

    assert (2 * 3600, 3600) == (row["down_s"], row["left_out_s"])
    assert "announced in time counts as up; emergencies count as down" in run("report", "uptime").stderr


def test_the_running_month_is_shown_so_far(run):
    now = datetime.now(SAO_PAULO)

    assert reported(run, "IaaS", "--month", f"{now:%Y-%m}")["so_far"]
    assert f"{now:%Y-%m} is not over" in run("report", "uptime", "--month", f"{now:%Y-%m}").stderr


@pytest.mark.parametrize(("month", "words"), [("2026-13", "is no month"), ("2099-01", "has not begun")])
def test_a_month_that_cannot_be_reported_is_refused(run, month, words):
    done = run("report", "uptime", "--month", month)

    assert (2, True) == (done.exit_code, words in done.stderr)


def test_a_policy_that_guarantees_nothing_has_no_report(run, folder):
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('"intesys"', '"wildix"'))
    done = run("report", "uptime")

    assert (1, True) == (done.exit_code, "guarantees no uptime" in done.stderr)


def test_the_csv_has_a_line_a_service_and_no_cell_that_is_run(run, folder):
    outage(run, in_month(0), in_month(3))
    number = claim(run, "ana@acme.example")
    run("report", "uptime", "--csv", folder / "uptime.csv")
    with (folder / "uptime.csv").open(encoding="utf-8", newline="") as file:
        vps, *others = csv.DictReader(file)

    assert ("VPS Cloud Servers", "no", "'=Nobody; Acme", f"Acme: {number}") == tuple(
        vps[name] for name in ("service", "kept", "organisations", "claims")
    )
    assert 3 == len(others)


def test_the_agents_notice_of_a_claim_shows_the_outages_that_it_is_about(run, folder):
    began = datetime.now(UTC) - timedelta(days=20)
    outage(run, began.isoformat(), (began + timedelta(hours=1)).isoformat())
    claim(run, "ana@acme.example", kind="question")
    claim(run, "ana@acme.example")
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.reading() as work:
        bodies = [one.outbound.body for one in outbox.listed(work) if one.outbound.notice == "agent-new"]
    store.close()

    assert [True, False] == ["VPS Cloud Servers was out" in body for body in bodies]


def test_a_ticket_of_a_service_shows_what_is_out_and_what_is_announced(run):
    outage(run, ahead(-2))
    window = ("--from", ahead(100), "--to", ahead(101), "--service", "VPS", "--text", "Storage.")
    run("announce", *window, *BY)
    number = claim(run, "ana@acme.example", kind="question")
    other = claim(run, "ana@acme.example", product="Email", kind="question")
    page = run("ticket", "show", number).stdout
    lines = json.loads(run("ticket", "show", number, "--json").stdout)["around"]

    assert ["VPS Cloud Servers is out since", "maintenance of VPS Cloud Servers coming"] == [
        line[: line.index(end)] + end for line, end in zip(lines, ("since", "coming"), strict=True)
    ]
    assert "\nAlso\n  VPS Cloud Servers is out since" in page
    assert [] == json.loads(run("ticket", "show", other, "--json").stdout)["around"]
