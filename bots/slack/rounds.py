"""Looks over the customers' channels at the start and each day: Slack keeps no event for long.

What it says of a channel is taken as the event would have been: it is archived, the app is not in it any
more, or those who speak for the customer read it no more. A channel of our own that was never shared (its
customers are guests) is none that was unshared; so it is remembered with whom each was. One whose trouble
is over is used again. It is one call a channel, slower than Slack allows, and those of a workspace that
cannot be asked come again later.
"""

import asyncio
import time
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import structlog

from bots.slack.calls import CHANNEL_GONE, DeadToken, Json, Limited, Refused, SlackFailure
from bots.slack.listening import Hands
from bots.slack.registering import SHARED_WITH
from bots.slack.unreachable import REASONS, UNSHARED, opened, shut
from bots.slack.workspaces import MEDIUM, NotInstalled
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Setup
from store import chat_places, chats
from store.chat_places import ChatPlace, PlaceKind
from store.work import SqlWork

DAY_SECONDS = 86_400.0
REST_SECONDS = 600.0  # until what could not be asked, or was registered since, is asked for
APART_SECONDS = 1.5  # 40 a minute of the 50 that Slack allows
log = structlog.get_logger()


class Rounds:
    """`run` goes on until it is cancelled."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def run(self) -> None:
        while True:
            ends, done = time.monotonic() + DAY_SECONDS, set[str]()
            while time.monotonic() < ends:
                for place in await self._registered():
                    if place.place not in done and await self._is_looked_over(place):
                        done.add(place.place)
                await asyncio.sleep(REST_SECONDS)

    async def _registered(self) -> list[ChatPlace]:
        try:
            return await self._hands.desk.read(
                lambda work: chat_places.listed(work, MEDIUM, PlaceKind.CUSTOMERS)
            )
        except StoreUnavailable:
            return []

    async def _is_looked_over(self, place: ChatPlace) -> bool:
        """False where that has to be done later."""
        await asyncio.sleep(APART_SECONDS)
        try:
            await self._look(place)
        except NotInstalled:
            return True  # what waits for it says so
        except Limited as error:
            await asyncio.sleep(min(error.seconds, REST_SECONDS))
            return False
        except (SlackFailure, TemporaryFailure, StoreUnavailable) as error:
            log.info("a channel could not be looked over", place=place.place, error=str(error))
            return isinstance(error, Refused) and not isinstance(error, DeadToken)
        return True

    async def _look(self, place: ChatPlace) -> None:
        setup, now, home = self._hands.desk.setup, datetime.now(UTC), await self._hands.speaking.home()
        team, _, channel = place.place.partition("/")
        try:
            said = await self._hands.speaking.ask(
                team, lambda client: client.conversations_info(channel=channel)
            )
        except Refused as error:
            if error.error not in CHANNEL_GONE:
                raise
            gone = error.error
            await self._hands.desk.write(lambda work: shut(work, place.place, gone, setup, now))
        else:
            info: Json = said["channel"]
            await self._hands.desk.write(lambda work: _heard(work, place, info, home, setup, now))


def _heard(work: SqlWork, place: ChatPlace, info: Json, home: str, setup: Setup, now: datetime) -> None:
    """Do about a channel what is to be done, and remember with whom it is shared."""
    team = place.place.partition("/")[0]
    others, word = shared_with(info, team), trouble_in(info)
    if others is not None:
        was_shared = bool(work.preference(SHARED_WITH, place.place))
        chats.choose(work, SHARED_WITH, place.place, " ".join(sorted(others)), now)
        word = word or (unshared(place, others, was_shared=was_shared) if team == home else "")
    if word:
        shut(work, place.place, word, setup, now)
    elif place.broken and (others or place.broken != REASONS[UNSHARED]):
        opened(work, place.place, now)


def shared_with(info: Json, team: str) -> AbstractSet[str] | None:
    """The other workspaces that a channel is shared with; None where Slack does not say."""
    others = {str(one) for one in info.get("shared_team_ids") or ()} - {team}
    is_told = "shared_team_ids" in info and (others or not info.get("is_ext_shared"))
    return others if is_told else None


def trouble_in(info: Json) -> str:
    """Slack's word for why a channel takes nothing, "" where it does or nothing is said of that."""
    if info.get("is_archived"):
        return "is_archived"
    return "not_in_channel" if info.get("is_member") is False else ""


def unshared(place: ChatPlace, others: AbstractSet[str], *, was_shared: bool) -> str:
    """The word for a channel of our own that the customer reads no more, "" where they do."""
    named = place.workspace
    if named and named != place.place.partition("/")[0]:
        return "" if named in others else UNSHARED
    return UNSHARED if was_shared and not others else ""
