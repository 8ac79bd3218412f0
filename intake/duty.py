"""On duty: when an agent works, by hours of their own in their own zone.

Without hours an agent is always on duty, one who is no longer active never. The calendars
are made once for each zone and hours: they remember what they have worked out.
"""

import json
from datetime import datetime
from functools import lru_cache

from intake.calendars import Calendar, calendar_from, is_open, next_opening
from intake.tickets import Agent

CALENDARS = 256


def on_duty(agent: Agent, now: datetime, zone: str = "UTC") -> bool:
    """Whether an agent works at a moment; `zone` is that of agents without one."""
    return agent.active and (not agent.hours or is_open(_calendar_of(agent, zone), now))


def next_duty(agent: Agent, now: datetime, zone: str = "UTC") -> datetime | None:
    """The moment itself while on duty, else when duty begins next; None where it never does."""
    if not agent.active:
        return None
    return next_opening(_calendar_of(agent, zone), now) if agent.hours else now


def _calendar_of(agent: Agent, zone: str) -> Calendar:
    return _calendar(agent.timezone or zone, json.dumps(dict(agent.hours)))


@lru_cache(maxsize=CALENDARS)
def _calendar(zone: str, hours: str) -> Calendar:
    return calendar_from({"timezone": zone, "hours": json.loads(hours)}, "hours")
