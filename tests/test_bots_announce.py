"""`deskbell announce`: who is told of maintenance, what is refused, and what the public sees."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import serving
from replies.moments import in_words
from replies.plain import as_text
from status_desk import SAM, ahead, desk_folder, runs_in
from store import outbox
from store.desk import open_store
from store.people_lists import history_of_entry

pytestmark = pytest.mark.slow

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def folder(tmp_path):
    return desk_folder(tmp_path)


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


def announce(run, *more, starts=None, ends=None, text="The storage is renewed."):
    window = ("--from", starts or ahead(100), "--to", ends or ahead(102))
    return run("announce", *window, "--text", text, "--by", SAM, *more)


def promises(folder):
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.reading() as work:
        found = [one.outbound for one in outbox.listed(work)]
    store.close()
    return sorted(found, key=lambda one: one.recipient.address)


def quiet_night():
    """A night in the low-traffic hours of the policy, far enough ahead."""
    day = datetime.now(SAO_PAULO).date() + timedelta(days=5)
    return datetime(day.year, day.month, day.day, 23, tzinfo=SAO_PAULO).isoformat(), timedelta(hours=3)


def test_the_contacts_of_the_organisations_with_the_service_are_told_in_their_language_and_zone(run, folder):
    starts = datetime.now(UTC) + timedelta(days=40)
    done = announce(run, "--service", "mail-hosting", "--json", starts=starts.isoformat(), ends=ahead(962))
    told = json.loads(done.stdout)
    ana, bia = promises(folder)

    assert (1, 2, 2, []) == tuple(
        told[name] for name in ("announcement", "people_told", "organisations", "not_reached")
    )
    assert ["Bare"] == told["without_products"]
    assert ("ana@acme.example", "de") == (ana.recipient.address, ana.language)
    assert ("bia@brasil.example", "en") == (bia.recipient.address, bia.language)
    assert in_words(starts, ZoneInfo("Europe/Berlin"), "de") in as_text(ana.body)
    assert in_words(starts, SAO_PAULO, "en") in as_text(bia.body)
    assert {("maintenance", "auto-generated", 0)} == {
        (one.notice, one.automatic, one.ticket_number) for one in (ana, bia)
    }


def test_all_active_organisations_are_told_where_no_service_is_named(run, folder):
    told = json.loads(announce(run, "--json").stdout)

    assert ["=Nobody"] == told["not_reached"]
    assert ["ana@acme.example", "bare@bare.example", "bia@brasil.example"] == [
        one.recipient.address for one in promises(folder)
    ]


def test_no_budget_counts_for_what_a_person_announces(run, folder):
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("notices_an_hour = 1000", "notices_an_hour = 1"))
    for hours in (100, 110, 120):
        announce(run, starts=ahead(hours), ends=ahead(hours + 1))

    assert 9 == len(promises(folder))


def test_a_window_nearer_than_the_policys_notice_is_refused_with_the_earliest_beginning(run, folder):
    done = announce(run, starts=ahead(71.9), ends=ahead(73))

    assert 1 == done.exit_code
    assert "72 hours of notice: the earliest beginning is" in done.stderr
    assert [] == promises(folder)


def test_an_emergency_is_announced_at_once_and_called_one(run, folder):
    done = announce(run, "--emergency", "--service", "VPS", starts=ahead(-0.5), ends=ahead(2))

    assert 0 == done.exit_code
    assert "kind: emergency" in done.stdout
    assert ["Notfallwartung: VPS Cloud Servers"] == [one.subject for one in promises(folder)]


@pytest.mark.parametrize(
    ("words", "mistakes"),
    [
        (
            ("--from", "then", "--to", "2027-01-10", "--service", "VSP"),
            ("--from: 'then' is no moment", "--service: "),
        ),
        (("--from", "2027-01-10T10:00", "--to", "2027-01-10T09:00"), ("--to: lies not after --from",)),
        (("--from", "2020-01-10T10:00", "--to", "2020-01-10T12:00"), ("--to: is past",)),
        (("--from", "2027-01-01", "--to", "2027-01-10"), ("longer than 7 days",)),
        (("--from", "2027-01-01"), ("announce: give --to",)),
        (("--from", "2027-01-01", "--to", "2027-01-02", "--text", " "), ("--text: is empty",)),
        (("--from", "0001-01-01", "--to", "9999-12-31T23:00"), ("--to: '9999-12-31T23:00' is no moment",)),
    ],
)
def test_nonsense_is_refused_and_every_mistake_is_told(run, words, mistakes):
    done = run("announce", "--text", "x", "--by", SAM, *words)

    assert 2 == done.exit_code
    assert all(one in done.stderr for one in mistakes), done.stderr


def test_only_an_agent_announces(run):
    done = run(
        "announce", "--from", ahead(100), "--to", ahead(101), "--text", "x", "--by", "sem@vendor.example"
    )

    assert (1, True) == (done.exit_code, 'did you mean "sam@vendor.example"?' in done.stderr)


def test_what_lies_outside_the_low_traffic_hours_is_warned_of(run):
    night, length = quiet_night()
    quiet = announce(run, starts=night, ends=(datetime.fromisoformat(night) + length).isoformat())
    loud = announce(run, starts=night, ends=(datetime.fromisoformat(night) + timedelta(hours=9)).isoformat())

    assert "low-traffic" not in quiet.stderr
    assert "2h of 9h lie outside the policy's low-traffic hours" in loud.stderr
    assert "it overlaps announcement 1" in loud.stderr


def test_an_emergency_that_could_be_announced_in_time_is_warned_of(run):
    assert "need not be an emergency" in announce(run, "--emergency").stderr
    assert "emergency" not in announce(run, starts=ahead(110), ends=ahead(111)).stderr


def test_a_window_that_nobody_hears_of_is_warned_of(run, folder):
    done = announce(run, "--service", "IaaS")

    assert (0, True, []) == (done.exit_code, "nobody gets a mail" in done.stderr, promises(folder))


def test_a_dry_run_says_who_and_what_and_does_nothing(run, folder):
    done = announce(run, "--dry-run", "--service", "VPS")

    assert "Ana Rossi <ana@acme.example>" in done.stdout
    assert "Subject: Wartung angekündigt: VPS Cloud Servers" in done.stdout
    assert [] == promises(folder)
    assert "No maintenance is announced.\n" == run("announce", "list").stdout


def test_the_same_window_is_announced_once(run, folder):
    window = {"starts": ahead(100), "ends": ahead(101)}
    first, again = (announce(run, "--service", "VPS", **window) for _ in range(2))

    assert (0, 1) == (first.exit_code, again.exit_code)
    assert "announced already, as 1" in again.stderr
    assert 1 == len(promises(folder))


def test_who_was_told_is_told_that_it_is_cancelled(run, folder):
    announce(run, "--service", "VPS")
    run("people", "set", "Acme", "primary_contact=new@acme.example")
    done = run("announce", "cancel", 1, "--by", SAM)

    assert "announcement 1 (VPS Cloud Servers) is cancelled; 1 person is told\n" == done.stdout
    assert [
        ("maintenance-cancelled", "ana@acme.example", "de"),
        ("maintenance", "ana@acme.example", "de"),
    ] == [(one.notice, one.recipient.address, one.language) for one in promises(folder)]


@pytest.mark.parametrize(
    ("number", "words"), [(1, "announcement 1 is cancelled"), (7, "there is no announcement 7")]
)
def test_what_cannot_be_cancelled_is_said(run, number, words):
    announce(run)
    run("announce", "cancel", 1, "--by", SAM)
    done = run("announce", "cancel", number, "--by", SAM)

    assert (1, True) == (done.exit_code, words in done.stderr)


def test_the_list_tells_of_all_and_current_of_what_is_to_come(run):
    announce(run, "--service", "VPS")
    announce(run, "--emergency", starts=ahead(-1), ends=ahead(1))
    run("announce", "cancel", 1, "--by", SAM)
    every = [json.loads(line) for line in run("announce", "list", "--json").stdout.splitlines()]
    current = [
        json.loads(line) for line in run("announce", "list", "--json", "--current").stdout.splitlines()
    ]

    assert [(1, "cancelled"), (2, "running")] == [(one["id"], one["state"]) for one in every]
    assert [(2, ["all"], True)] == [(one["id"], one["services"], one["emergency"]) for one in current]


def test_the_history_names_who_announced_and_who_cancelled(run, folder):
    announce(run)
    run("announce", "cancel", 1, "--by", SAM)
    store = open_store(f"sqlite:///{folder}/desk.db")
    with store.reading() as work:
        lines = history_of_entry(work, "maintenance 1")
    store.close()

    assert [(SAM, "cancelled"), (SAM, "announced 1: all services")] == [
        (one["actor"], one["detail"]) for one in lines
    ]


def test_the_public_page_tells_of_outages_and_windows_and_of_no_agent(run, folder):
    announce(run, "--emergency", starts=ahead(-1), ends=ahead(1), text="<script>alert(1)</script> & more")
    run(
        "outage",
        "open",
        "--service",
        "vps",
        "--from",
        ahead(-2),
        "--what",
        "Storage <b>gone</b>.",
        "--by",
        SAM,
    )
    done = run("announce", "page", "--out", folder / "public")
    page = (folder / "public" / "index.html").read_text(encoding="utf-8")
    feed = ET.fromstring((folder / "public" / "feed.xml").read_text(encoding="utf-8"))
    titles = [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}title")]

    assert 0 == done.exit_code
    assert "Out right now: VPS Cloud Servers" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "sam@" not in page
    assert {
        "Outage (Out right now): VPS Cloud Servers",
        "Maintenance (Going on now, emergency): All services",
    } == set(titles[1:])
    assert {"index.html", "feed.xml"} == {one.name for one in (folder / "public").iterdir()}


def test_a_folder_that_cannot_be_written_is_said(run, folder):
    (folder / "public").write_text("a file")
    done = run("announce", "page", "--out", folder / "public")

    assert (1, True) == (done.exit_code, "public: cannot be written" in done.stderr)


@pytest.mark.slow
def test_an_announcement_goes_out_as_mail_that_nobody_answers_by_itself(tmp_path):
    with serving.serving(tmp_path, policy="intesys") as desk:
        desk.run("people", "set", "Acme", f"primary_contact={serving.ANA.address}")
        window = ("--from", ahead(100), "--to", ahead(101))
        done = desk.run("announce", *window, "--text", "Storage.", "--by", serving.SAM.address)
        (sent,) = desk.settle()

    assert 0 == done.returncode, done.stderr
    assert ("maintenance", serving.ANA.address) == (sent.notice, sent.to)
    assert "auto-generated" == sent.mail["Auto-Submitted"]
    assert str(datetime.now(UTC).year) in sent.text
