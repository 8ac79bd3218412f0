"""`ticket show --why`, `snooze` and `call-back`: what an agent is told, and what is written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.wiring import wire
from clock_desk import desk_folder, opened, runs_in, shown
from serving import ANA, SAM
from store import outbox

pytestmark = pytest.mark.slow

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return desk_folder(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def run(folder, monkeypatch):
    return runs_in(folder, monkeypatch)


@pytest.fixture
def ticket(run):
    return opened(run)


def soon(**delay):
    """A moment to come in Rome, as people write it: without offset, to the minute."""
    moment = datetime.now(ROME).replace(second=0, microsecond=0) + timedelta(**delay)
    return moment.replace(tzinfo=None)


def test_why_tells_each_promise_step_by_step_and_adds_up(run, ticket):
    record = shown(run, ticket)
    resolution = next(one for one in record["why"] if one["kind"] == "resolution")
    spans = [[datetime.fromisoformat(end) for end in window] for window in resolution["windows"]]

    assert ["first_response", "resolution"] == sorted(one["kind"] for one in record["why"])
    assert timedelta(hours=40) == sum((ends - begins for begins, ends in spans), timedelta())
    assert resolution["due"] == next(one["due"] for one in record["clocks"] if one["kind"] == "resolution")


def test_why_is_read_on_the_page_under_its_promise(run, ticket):
    page = run("ticket", "show", ticket, "--why").stdout

    assert "Why they are due then" in page
    assert "Promised: resolution for usual: 40h of the hours of office (Europe/Rome)." in page
    assert "Why they are due then" not in run("ticket", "show", ticket).stdout


def test_a_snooze_is_for_a_length_of_time_or_until_a_moment_of_the_desk_s_zone(run, ticket):
    said = run("ticket", "snooze", ticket, "--until", "2h", "--by", SAM.address)
    until = soon(days=1)
    again = run("ticket", "snooze", ticket, "--until", until.isoformat(), "--by", SAM.address)
    events = [one for one in shown(run, ticket)["clock_events"] if one["event"] == "snoozed"]

    assert said.stdout.startswith(f"Q-{ticket}: reminders are quiet until ")
    assert f"{until:%H:%M}" in again.stdout
    assert {until.replace(tzinfo=ROME).astimezone(UTC).isoformat()} == {one["until"] for one in events[2:]}
    assert {"by Sam Weaver"} == {one["reason"] for one in events}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("snooze", "--until", "2020-01-01T10:00"), 1, "lies in the past"),
        (("snooze", "--until", "800h"), 1, "30 days at the most"),
        (("snooze", "--until", "tomorrow"), 2, "is no moment; write"),
        (("snooze", "--until", "2h", "--by", "nobody@vendor.example"), 1, "no agent"),
        (("call-back", "--at", "2020-01-01T10:00"), 1, "lies in the past"),
        (("call-back", "--done"), 1, "no call is promised"),
        (("call-back",), 2, "give --at for a new call, or --done"),
        (("call-back", "--done", "--at", "2036-01-01T10:00"), 2, "give --at for a new call, or --done"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would_be_right(run, ticket, words, code, said):
    command, *options = words
    done = run("ticket", command, ticket, *options)

    assert (code, True) == (done.exit_code, said in done.stderr), done.stderr


def test_a_solved_ticket_has_nothing_to_snooze(run, ticket):
    run("ticket", "set", ticket, "status=solved")
    done = run("ticket", "snooze", ticket, "--until", "2h")

    assert (1, True) == (done.exit_code, "nothing to snooze" in done.stderr)


def test_a_promised_call_is_told_to_the_requester_kept_as_a_clock_and_met_when_it_is_done(
    run, ticket, folder
):
    when = soon(days=1)
    done = run(
        "ticket", "call-back", ticket, "--at", when.isoformat(), "--phone", "+39 0461 1", "--by", SAM.address
    )
    wired = wire(folder / "config.toml")
    with wired.store.reading() as work:
        told = [one.outbound for one in outbox.listed(work) if one.outbound.ticket_number == ticket]
    wired.store.close()
    clock = next(one for one in shown(run, ticket)["clocks"] if one["kind"] == "call_back")

    assert done.exit_code == 0, done.stderr
    assert ANA.address in [one.recipient.address for one in told if one.notice == "call-back-promised"]
    assert ("+39 0461 1", when.replace(tzinfo=ROME).astimezone(UTC).isoformat()) == (
        clock["target"],
        clock["due"],
    )

    over = run("ticket", "call-back", ticket, "--done", "--by", SAM.address)
    clock = next(one for one in shown(run, ticket)["clocks"] if one["kind"] == "call_back")

    assert f"Q-{ticket}: the call was made\n" == over.stdout
    assert clock["met"]


def test_the_number_is_taken_from_the_form_where_none_is_given(run):
    number = opened(run, "--field", "phone=+39 0461 2")
    run("ticket", "call-back", number, "--at", soon(days=1).isoformat())

    assert "+39 0461 2" in [one["target"] for one in shown(run, number)["clocks"]]
