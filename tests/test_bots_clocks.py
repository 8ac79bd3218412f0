"""Clocks that ring while `deskbell serve` runs: targets of seconds, and mails that really go out, each once.

What a clock does at which moment is the table of test_intake_clocks; here it is real time.
"""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import servers
from bots.commands import promised
from bots.wiring import wire
from intake.messages import Address
from intake.tickets import ClockKind, Status
from sandbox.relay import relay_in_thread
from serving import AGENTS, ANA, SAM, Desk, a_mail, serving, started, write_config
from store import clocks, outbox

pytestmark = pytest.mark.slow

POLICY = """\
title = "Quick promises"
reference = "Q-{number}"
default_severity = "quick"
default_calendar = "always"

[calendars.always]
timezone = "Europe/Rome"
hours = "24x7"

[[severity]]
name = "fast"
first_response = "2s"
remind = ["50%", "at breach"]
tell_customer = ["50%", "at breach"]

[[severity]]
name = "quick"
first_response = "12s"
resolution = "1h"
remind = ["50%", "at breach"]
tell_customer = ["50%", "at breach"]

[[severity]]
name = "chained"
first_response = "12s"
remind = ["50%", "at breach"]
chain = ["assignee", "manager"]
escalate = ["at breach"]

[[severity]]
name = "calm"
first_response = "1h"
resolution = "1h"

[[severity]]
name = "talk"
next_response = "4s"
resolution = "1h"
remind = ["at breach"]

[[severity]]
name = "lazy"
first_response = "4h"
remind = ["at breach"]

[[rule]]
name = "follow-up"
when = { ticket = ["open", "waiting", "solved"] }
then = "append"
because = "A follow-up is taken."

[[rule]]
name = "help"
when = { ticket = "none" }
then = "open"
reply = "acknowledgement"
because = "Everybody is helped."
"""
RUNG = [
    ("agent-reminder", AGENTS),
    ("reminder-customer", ANA.address),
    ("agent-breach", AGENTS),
    ("breach-customer", ANA.address),
]


def furnished(folder: Path, relay: int, port: int) -> Path:
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    return write_config(folder, relay, port, policy="policy.toml")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    with serving(folder, policy="policy.toml") as desk:
        yield desk


def events(desk: Desk, number: int, kind: ClockKind = ClockKind.FIRST_RESPONSE) -> list[str]:
    return [
        str(one["event"])
        for one in desk.read(lambda work: clocks.events_of(work, number))
        if one["kind"] is kind
    ]


def opened_by_mail(desk: Desk) -> int:
    outcome = desk.mail(a_mail(ANA))
    assert {("acknowledgement", ANA.address), ("agent-new", AGENTS)} == outcome.notices
    number = outcome.record["ticket"]
    assert isinstance(number, int)
    return number


def rung(desk: Desk) -> list[tuple[str, str]]:
    return [(one.notice, one.to) for one in desk.settle()]


def test_a_promise_that_nobody_keeps_is_reminded_of_and_breached_and_each_is_told_once(desk):
    number = opened_by_mail(desk)
    heard: list[tuple[str, str]] = []
    servers.wait_until(lambda: heard.extend(rung(desk)) or "breached" in events(desk, number), "it is late")
    time.sleep(2.5)  # two more ticks
    heard += rung(desk)

    assert RUNG == [*sorted(heard[:2]), *sorted(heard[2:])]  # what goes out at once may arrive in any order
    assert ["started", "reminded", "breached", "reminded"] == events(desk, number)


def test_an_answer_meets_the_first_response_pauses_resolution_and_a_follow_up_resumes_it(desk):
    number = desk.open_ticket(severity="calm")
    before = desk.ticket(number).clock(ClockKind.RESOLUTION)
    answered = desk.run("ticket", "reply", str(number), "Please restart it.", "--by", "sam@vendor.example")
    sent = {(one.notice, one.to) for one in desk.settle()}
    time.sleep(1)
    to = str(desk.letter_to(number, ANA).mail["Reply-To"])
    follow_up = desk.mail(a_mail(ANA, proven=False), to)
    after = desk.ticket(number).clock(ClockKind.RESOLUTION)

    assert (0, "") == (answered.returncode, answered.stderr)
    assert ("agent-answer", ANA.address) in sent
    assert ["started", "met"] == [one for one in events(desk, number) if one != "reminded"]
    assert ["started", "paused", "resumed"] == events(desk, number, ClockKind.RESOLUTION)
    assert "append" == follow_up.record["fate"]
    assert Status.OPEN is desk.ticket(number).status
    assert before
    assert after
    assert after.due_at > before.due_at


def test_another_severity_gives_another_time_and_the_old_one_does_not_ring(desk):
    number = desk.open_ticket(severity="chained")
    said = desk.change(number, "severity", "lazy")
    time.sleep(13)
    desk.settle()

    assert f"Q-{number}: severity lazy" == said
    assert "breached" not in events(desk, number)


def test_what_came_due_while_the_desk_was_down_is_told_once_when_it_is_back(tmp_path):
    port = servers.free_port()
    with relay_in_thread() as relay:
        config = furnished(tmp_path, relay.port, port)
        with started(config, port, relay) as desk:
            assert 0 == desk.stop()
            number = desk.open_ticket(severity="fast")
        time.sleep(2.5)
        with started(config, port, relay) as desk:
            servers.wait_until(lambda: "breached" in events(desk, number), "it is late")
            late = {one.notice for one in desk.settle()}
            assert 0 == desk.stop()
        count = len(relay.mails)
        with started(config, port, relay) as desk:
            time.sleep(2)
            desk.settle()

    assert {"acknowledgement", "agent-new", "agent-breach", "breach-customer"} == late
    assert (4, 4) == (count, len(relay.mails))


def told_of(desk: Desk, number: int, notices: set[str]) -> list[tuple[str, str]]:
    """Who has been promised these notices about a ticket, in their order."""
    about = [one.outbound for one in desk.read(outbox.listed) if one.outbound.ticket_number == number]
    return [(one.notice, one.recipient.address) for one in reversed(about) if one.notice in notices]


def test_the_chain_is_told_one_link_after_the_other_each_reader_once_and_the_ticket_is_escalated(desk):
    number = desk.open_ticket(severity="chained")
    desk.change(number, "assignee", SAM.address)
    servers.wait_until(lambda: "breached" in events(desk, number), "it is late")
    desk.settle()

    # The desk has no manager, so that link means all agents, which here is their common address.
    assert [
        ("agent-reminder", SAM.address),
        ("agent-breach", SAM.address),
        ("agent-breach", AGENTS),
    ] == told_of(desk, number, {"agent-reminder", "agent-breach"})
    assert desk.ticket(number).escalated_at


def test_a_follow_up_is_owed_an_answer_and_late_without_one(desk):
    number = desk.open_ticket(severity="talk")
    desk.run("ticket", "reply", str(number), "Please restart it.", "--by", SAM.address)
    desk.settle()
    to = str(desk.letter_to(number, ANA).mail["Reply-To"])
    desk.mail(a_mail(ANA, proven=False), to)
    servers.wait_until(lambda: "breached" in events(desk, number, ClockKind.NEXT_RESPONSE), "it is late")
    desk.settle()

    assert [("agent-breach", AGENTS)] == told_of(desk, number, {"agent-breach"})
    assert "answer to the last message" in desk.letter_to(number, Address("", AGENTS)).text


def test_a_snoozed_ticket_keeps_quiet_until_its_breach(desk):
    number = desk.open_ticket(severity="chained")
    promised.snooze(desk.wired, number, "1h", SAM.address)
    servers.wait_until(lambda: "breached" in events(desk, number), "it is late")
    desk.settle()

    assert ["started", "snoozed", "breached", "reminded"] == events(desk, number)
    assert {"agent-breach"} == {one for one, _ in told_of(desk, number, {"agent-reminder", "agent-breach"})}


def test_a_promised_call_is_announced_and_rings_whoever_has_the_ticket_at_its_time(desk):
    number = desk.open_ticket(severity="lazy")
    desk.change(number, "assignee", SAM.address)
    when = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    promised.call_back(desk.wired, number, when, "+39 0461 1", SAM.address)
    servers.wait_until(lambda: "reminded" in events(desk, number, ClockKind.CALL_BACK), "it is time to call")
    letter = desk.letter_to(number, SAM)
    promised.called_back(desk.wired, number, SAM.address)

    assert [("call-back-promised", ANA.address), ("agent-call-back", SAM.address)] == told_of(
        desk, number, {"call-back-promised", "agent-call-back"}
    )
    assert f"+39 0461 1, about Q-{number}" in " ".join(letter.text.split())
    assert ["started", "reminded", "met"] == events(desk, number, ClockKind.CALL_BACK)


def test_clocks_are_computed_again_beside_a_desk_that_serves(tmp_path):
    """A short promise becomes a long one while the desk runs, and does not ring at its old time."""
    port = servers.free_port()
    with relay_in_thread() as relay:
        config = furnished(tmp_path, relay.port, port)
        with started(config, port, relay) as desk:
            number = desk.open_ticket(severity="chained")
            (tmp_path / "policy.toml").write_text(POLICY.replace('"12s"', '"2h"'), encoding="utf-8")
            desk.process.send_signal(signal.SIGHUP)
            wired = wire(config)  # as the command has it
            moved = [one.in_words("UTC") for _, one in promised.recomputed(wired, dry_run=False)]
            wired.store.close()
            time.sleep(13)
            found = events(desk, number)
            assert 0 == desk.stop()

    assert [f"Q-{number} first response"] == [line.partition(":")[0] for line in moved]
    assert ["started", "recomputed"] == [one for one in found if one != "reminded"]
