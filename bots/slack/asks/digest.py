"""The morning's digest: for agents who asked for it, at nine in their own zone, on days when they work.

That it was sent is written in the transaction that promises it, so each day has one, whoever
promises it and however often they start again; one that was missed by noon is left out.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bots.slack.asks.me import owner_of
from bots.slack.asks.seeing import hidden_from
from bots.slack.listening import Hands
from intake.duty import next_duty
from intake.errors import StoreUnavailable
from intake.handle import Setup
from intake.queue import next_due
from intake.readers import zone_of
from intake.telling import DIGEST, tell_digest
from intake.tickets import Agent, Desk
from store import chats, queues
from store.queues import Queue, Wish
from store.work import SqlWork

BEGINS, ENDS = time(9), time(12)
AGAIN_SECONDS = 30.0
MOST_LINES = 10
SENT = "digest-sent"
log = structlog.get_logger()


class Digests:
    """`run` promises what is due until it is cancelled."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def run(self) -> None:
        while True:
            try:
                await self.send(datetime.now(UTC))
            except StoreUnavailable as error:
                log.info("no digest can be promised", error=str(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def send(self, now: datetime) -> int:
        """Promise what is due at a moment; to how many."""
        setup = self._hands.desk.setup
        due = await self._hands.desk.read(lambda work: wanted(work, setup, now))
        if not due:
            return 0
        return await self._hands.desk.write(lambda work: sum(_sent(work, one, setup, now) for one in due))


def wanted(work: SqlWork, setup: Setup, now: datetime) -> Sequence[Agent]:
    """The agents whose digest is due now and has not been promised today."""
    return [one for one in work.agents() if one.slack and _is_due(work, one, setup.desk, now)]


def _is_due(work: SqlWork, agent: Agent, desk: Desk, now: datetime) -> bool:
    here = now.astimezone(ZoneInfo(zone_of(work, agent, desk)))
    if not BEGINS <= here.time() < ENDS or not _works_on(agent, here, desk.timezone):
        return False
    owner = owner_of(agent)
    return work.preference(owner, DIGEST) == "on" and work.preference(owner, SENT) != here.date().isoformat()


def _works_on(agent: Agent, here: datetime, zone: str) -> bool:
    """Whether they are on duty at some time of that day."""
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    begins = next_duty(agent, midnight.astimezone(UTC), zone)
    return begins is not None and begins < (midnight + timedelta(days=1)).astimezone(UTC)


def _sent(work: SqlWork, agent: Agent, setup: Setup, now: datetime) -> bool:
    if not _is_due(work, agent, setup.desk, now):
        return False
    here = now.astimezone(ZoneInfo(zone_of(work, agent, setup.desk)))
    chats.choose(work, owner_of(agent), SENT, here.date().isoformat(), now)
    tell_digest(work, agent, _facts(work, agent, setup, now), setup, now)
    return True


def _facts(work: SqlWork, agent: Agent, setup: Setup, now: datetime) -> dict[str, object]:
    policy = setup.policy
    hidden = hidden_from(agent, policy)

    def counted(queue: Queue) -> int:
        return queues.count(work, Wish(queue, agent.id, hidden), now)

    mine = Wish(Queue.MINE, agent.id, hidden, severities=tuple(policy.severities))
    shown = (work.ticket(one) for one in queues.page(work, mine, now, MOST_LINES))
    lines = [
        {"reference": policy.reference_of(one), "subject": one.subject, "due": next_due(one)}
        for one in shown
        if one
    ]
    return {
        "mine": counted(Queue.MINE),
        "late": counted(Queue.BREACHING),
        "unassigned": counted(Queue.UNASSIGNED),
        "lines": lines,
    }
