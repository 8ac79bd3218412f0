"""Carrying what happens to the app, and trying again as Slack does.

An event goes out until it is acknowledged in time: under the same event_id, each time as a new
delivery, a few times at most. What a person waits for (a button, a command, a modal) goes out
once and never again. How a delivery travels, by socket or by signed HTTP, is the carrier's.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.slack.clock import Clock
from sandbox.slack.things import Json, Team
from sandbox.slack.world import World

PATIENCE = 3.0  # seconds that Slack waits for the answer a person waits for


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to tell the app: `kind` is the envelope's type in Socket Mode."""

    kind: str
    payload: Json

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))


@dataclass(frozen=True, slots=True)
class Carried:
    """How a delivery went: acknowledged with a body, or not and why."""

    is_acked: bool
    body: Json = field(default_factory=dict)
    reason: str = ""
    is_final: bool = False  # the app asked not to be tried again


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledgement as it came, `seconds` after the delivery went out."""

    envelope_id: str
    type: str
    event_id: str
    seconds: float
    retry_attempt: int
    payload: Json
    is_late: bool = False


class Carrier(Protocol):
    async def carry(self, parcel: Parcel, attempt: int, reason: str, patience: float) -> Carried: ...

    def pause_before(self, attempt: int) -> float:
        """Seconds between a failure and the next attempt."""
        ...


class Courier:
    def __init__(
        self, world: World, clock: Clock, redeliver_after: float, attempts: int, patience: float = PATIENCE
    ) -> None:
        self.carrier: Carrier
        self.dropped: list[Parcel] = []  # events given up
        self._world = world
        self._clock = clock
        self._redeliver_after = redeliver_after
        self._attempts = attempts
        self._patience = patience
        self._tasks: set[asyncio.Task[Any]] = set()
        world.announce = self.announce

    def announce(self, team: Team, event: Json, is_shared: bool) -> None:
        """Send an event to an installation, until it is acknowledged or given up."""
        self.start(self._deliver(Parcel("events_api", self._wrapped(team, event, is_shared))))

    async def ask(self, parcel: Parcel) -> Carried:
        """Send what a person waits for: once, and for three seconds unless more was asked for."""
        return await self.carrier.carry(parcel, 0, "", self._patience)

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    async def _deliver(self, parcel: Parcel) -> None:
        reason = ""
        for attempt in range(self._attempts):
            if attempt:
                await self._clock.sleep(self.carrier.pause_before(attempt))
            carried = await self.carrier.carry(parcel, attempt, reason, self._redeliver_after)
            if carried.is_acked:
                return
            if carried.is_final:
                break
            reason = carried.reason
        self.dropped.append(parcel)

    def _wrapped(self, team: Team, event: Json, is_shared: bool) -> Json:
        organisation = team.enterprise or None
        heard_by = None if team.is_org_wide else team.id
        authorization: Json = {"enterprise_id": organisation, "team_id": heard_by, "user_id": team.bot_user}
        authorization |= {"is_bot": True, "is_enterprise_install": team.is_org_wide}
        return {
            "token": "verification-token",
            "team_id": team.id,
            "context_team_id": team.enterprise or team.id,
            "context_enterprise_id": organisation,
            "api_app_id": team.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._world.new_id("Ev"),
            "event_time": self._world.now(),
            "authorizations": [authorization],
            "is_ext_shared_channel": is_shared,
            "event_context": f"4-{self._world.new_id('')}",
        }
