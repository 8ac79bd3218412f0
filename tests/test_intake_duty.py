"""On duty: an agent's own hours in their own zone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from intake.duty import next_duty, on_duty
from intake.tickets import Agent

OFFICE = {"mon-fri": ["09:00-17:00"]}
SAM = Agent(1, "Sam", "sam@vendor.example", timezone="Europe/Rome", hours=OFFICE)


def moment(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("agent", "now", "begins"),
    [
        (SAM, "2026-03-10T09:00+01:00", "2026-03-10T09:00+01:00"),  # a Tuesday
        (SAM, "2026-03-10T08:59:59+01:00", "2026-03-10T09:00+01:00"),
        (SAM, "2026-03-10T17:00+01:00", "2026-03-11T09:00+01:00"),
        (SAM, "2026-03-13T18:00+01:00", "2026-03-16T09:00+01:00"),
        (SAM, "2026-03-27T18:00+01:00", "2026-03-30T09:00+02:00"),  # the clocks go forward in between
        (replace(SAM, timezone=""), "2026-03-10T08:30+00:00", "2026-03-10T09:00+00:00"),  # the desk's
        (replace(SAM, hours={}), "2026-03-14T03:00+01:00", "2026-03-14T03:00+01:00"),
        (replace(SAM, hours={"sat": ["22:00-06:00"]}), "2026-03-15T05:00+01:00", "2026-03-15T05:00+01:00"),
        (replace(SAM, active=False), "2026-03-10T10:00+01:00", None),
        (replace(SAM, active=False, hours={}), "2026-03-10T10:00+01:00", None),
    ],
)
def test_duty_is_now_or_begins_with_the_next_of_the_agents_hours(agent, now, begins):
    now, begins = moment(now), begins and moment(begins)

    assert (begins == now, begins) == (on_duty(agent, now), next_duty(agent, now))


def test_an_agent_without_a_zone_works_in_the_desks():
    sam, now = replace(SAM, timezone=""), moment("2026-03-10T08:30+00:00")

    assert on_duty(sam, now, "Europe/Rome")
    assert not on_duty(sam, now, "America/New_York")
