"""Clocks that ring while `deskbell serve` runs: targets of seconds, and mails that really go out, each once.

What a clock does at which moment is the table of test_intake_clocks; here it is real time.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import servers
from intake.tickets import ClockKind, Status
from sandbox.relay import relay_in_thread
from serving import AGENTS, ANA, Desk, a_mail, serving, started, write_config
from store import clocks

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
first_response = "6s"
resolution = "1h"
remind = ["50%", "at breach"]
tell_customer = ["50%", "at breach"]

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

    assert RUNG == heard
    assert ["started", "reminded", "breached"] == events(desk, number)


def test_an_answer_meets_the_first_response_pauses_resolution_and_a_follow_up_resumes_it(desk):
    number = opened_by_mail(desk)
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
    number = opened_by_mail(desk)
    said = desk.change(number, "severity", "lazy")
    time.sleep(7)
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
