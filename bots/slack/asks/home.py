"""App Home: an agent's own desk, published when it is opened, when they act, and while it is in view.

Slack does not say when somebody leaves it, so one that was opened within the last quarter of an hour
counts as in view, and is published again each minute. Which filter and page somebody looks at is in
the view itself and comes back with what they do there. Two who publish at once would show the older
of the two: `hash` lets Slack refuse that, and then it is worked out anew. What a reader asked for last
is what they see: what they asked for before is not published any more. Where Slack takes no more for
now, it is owed to them, and published when the rest is over.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bots.slack.asks.seeing import hidden_from, link_base, rows_of
from bots.slack.blocks import HomeFacts, Shelf, names
from bots.slack.blocks.home import EVERYTHING, ROWS_A_PAGE, home
from bots.slack.calls import Json, Limited, Refused, SlackFailure
from bots.slack.listening import Acting, Call, Hands, Kind, Listener
from intake.errors import StoreUnavailable, TemporaryFailure
from intake.handle import Setup
from intake.tickets import Agent
from store import queues
from store.queues import Queue, Wish
from store.work import SqlWork

AGAIN_SECONDS = 60.0
IN_VIEW_SECONDS = 900.0
TRIES = 3
SHELVES: Mapping[str, Queue] = {
    "mine": Queue.MINE,
    "unassigned": Queue.UNASSIGNED,
    "due": Queue.BREACHING,
    "snoozed": Queue.SNOOZED,
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looking:
    """What somebody looks at in their App Home, and since when."""

    team: str
    user: str
    shelf: str = EVERYTHING
    page: int = 1
    hash: str = ""
    opened: float = 0.0
    published: float = 0.0
    is_owed: bool = False  # it was to be published, and Slack did not take it


class Homes:
    """`listeners` are what is done there, `run` publishes again what is in view."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._looking: dict[tuple[str, str], Looking] = {}
        self._acted: set[tuple[str, str]] = set()
        self._rests: dict[str, float] = {}  # until when Slack takes no more, by workspace

    @property
    def listeners(self) -> tuple[Listener, ...]:
        return (
            Listener(Kind.EVENT, "app_home_opened", self.opened, is_for_all=True),
            Listener(Kind.ACTION, names.HOME_FILTER, self.filtered),
            Listener(Kind.ACTION, f"{names.HOME_PAGE}.back", self.turned),
            Listener(Kind.ACTION, f"{names.HOME_PAGE}.more", self.turned),
            Listener(Kind.ACTION, names.HOME_REFRESH, self.refreshed),
        )

    async def run(self) -> None:
        """Publish again what is in view: a minute after the last time, or when its reader acted."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            self._forget(now)
            acted, self._acted = self._acted, set()
            for key, one in list(self._looking.items()):
                if key in acted or one.is_owed or now - one.published >= AGAIN_SECONDS:
                    await self._again(one)

    async def opened(self, acting: Acting, call: Call) -> None:
        """Shown to whoever opens it; of their own desk only if they are an agent."""
        if call.payload.get("tab") not in (None, "home"):
            return
        known = self._looking.get((acting.team, acting.user), Looking(acting.team, acting.user))
        view = call.payload.get("view") or {}
        await self._publish(
            replace(known, hash=str(view.get("hash") or ""), opened=time.monotonic()), acting.agent
        )

    async def filtered(self, acting: Acting, call: Call) -> None:
        chosen = str((call.payload.get("selected_option") or {}).get("value") or EVERYTHING)
        shelf = chosen if chosen in SHELVES else EVERYTHING
        await call.ack()
        await self._publish(replace(self._of(acting, call), shelf=shelf, page=1), acting.agent)

    async def turned(self, acting: Acting, call: Call) -> None:
        shelf, _, page = names.pressed_in(str(call.payload.get("value") or "")).word.partition(" ")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        await call.ack()
        wanted = shelf if shelf in SHELVES else EVERYTHING
        await self._publish(replace(self._of(acting, call), shelf=wanted, page=max(1, number)), acting.agent)

    async def refreshed(self, acting: Acting, call: Call) -> None:
        await call.ack()
        await self._publish(self._of(acting, call), acting.agent)

    def over(self, listener: Listener) -> Listener:
        """The same listener; whoever acts by it sees it in their App Home a moment later."""

        async def act(acting: Acting, call: Call) -> None:
            await listener.act(acting, call)
            self._acted.add((acting.team, acting.user))

        return replace(listener, act=act)

    async def acted(self, acting: Acting) -> None:
        """Whoever acts in their App Home sees it there at once."""
        if known := self._looking.get((acting.team, acting.user)):
            await self._again(known)

    # Helpers

    def _of(self, acting: Acting, call: Call) -> Looking:
        view = call.body.get("view") or {}
        known = self._looking.get((acting.team, acting.user)) or _looked_at(view, acting)
        return replace(known, hash=str(view.get("hash") or ""), opened=time.monotonic())

    async def _again(self, one: Looking) -> None:
        """Once more, for whoever they are by now."""
        try:
            agent = await self._hands.staff.agent(one.team, one.user)
            await self._publish(one, agent)
        except (SlackFailure, TemporaryFailure, StoreUnavailable) as error:
            log.info("an App Home is not published", error=str(error))
            self._note(replace(one, published=time.monotonic(), is_owed=False))

    def _note(self, one: Looking) -> None:
        """What its reader looks at, unless they asked for something else since."""
        if not self._is_outdated(one):
            self._looking[one.team, one.user] = one

    def _is_outdated(self, one: Looking) -> bool:
        known = self._looking.get((one.team, one.user))
        return known is not None and known.opened > one.opened

    async def _publish(self, one: Looking, agent: Agent | None) -> None:
        if time.monotonic() < self._rests.get(one.team, 0.0):
            self._note(replace(one, is_owed=True))
            return
        self._note(replace(one, published=time.monotonic(), is_owed=False))
        for _ in range(TRIES):
            if self._is_outdated(one):
                return
            view = home(await self._facts(one, agent))
            view["private_metadata"] = f"{one.shelf} {one.page}"
            try:
                said = await self._put(one, view)
            except Limited as error:
                log.info("an App Home waits", team=one.team, seconds=error.seconds)
                self._rests[one.team] = time.monotonic() + error.seconds
                self._note(replace(one, is_owed=True))
                return
            except Refused as error:
                if error.error != "hash_conflict":
                    raise
                one = replace(one, hash="")  # another was quicker: ours is worked out anew, and is the newer
                continue
            new = str(said["view"].get("hash") or "")
            self._note(replace(one, hash=new, published=time.monotonic(), is_owed=False))
            return

    async def _put(self, one: Looking, view: Json) -> Json:
        args: Json = {"user_id": one.user, "view": view} | ({"hash": one.hash} if one.hash else {})
        ask = self._hands.speaking.ask
        return await ask(one.team, lambda client: client.api_call("views.publish", json=args))

    async def _facts(self, one: Looking, agent: Agent | None) -> HomeFacts:
        now, setup = datetime.now(UTC), self._hands.desk.setup
        if agent is None:
            return HomeFacts(now, is_agent=False, admin=await self._admin())
        base = await link_base(self._hands)
        return await self._hands.desk.read(lambda work: facts_of(work, agent, one, setup, base, now))

    async def _admin(self) -> str:
        """Slack's id of whom to ask, "" where none of the admins has one."""
        admins = self._hands.settings.admins

        def known(work: SqlWork) -> str:
            named = [agent for one in admins if (agent := work.agent(one))]
            found = [*named, *(one for one in work.agents() if one.manager)]
            return next((one.slack for one in found if one.slack), "")

        return await self._hands.desk.read(known)

    def _forget(self, now: float) -> None:
        gone = [key for key, one in self._looking.items() if now - one.opened > IN_VIEW_SECONDS]
        for key in gone:
            del self._looking[key]


def facts_of(work: SqlWork, agent: Agent, one: Looking, setup: Setup, base: str, now: datetime) -> HomeFacts:
    """What an agent sees: every counter, and the rows of the page that they look at."""
    policy = setup.policy
    severities = tuple(policy.severities)
    hidden = hidden_from(agent, policy)
    shelves = []
    counts = {}
    for name, queue in SHELVES.items():
        wish = Wish(queue, agent.id, hidden, severities=severities)
        counts[name] = queues.count(work, wish, now)
        if one.shelf in (EVERYTHING, name):
            page = min(one.page, max(1, -(-counts[name] // ROWS_A_PAGE)))
            numbers = queues.page(work, wish, now, ROWS_A_PAGE, (page - 1) * ROWS_A_PAGE)
            rows = rows_of(work, numbers, policy, base, now)
            shelves.append(Shelf(name, rows, counts[name], page))
    return HomeFacts(now, True, "", one.shelf, counts, tuple(shelves), severities)


def _looked_at(view: Json, acting: Acting) -> Looking:
    """What a view that another process published shows."""
    shelf, _, page = str(view.get("private_metadata") or "").partition(" ")
    is_known = shelf in SHELVES and page.isascii() and page.isdigit() and len(page) < 6
    return (
        Looking(acting.team, acting.user, shelf, int(page)) if is_known else Looking(acting.team, acting.user)
    )
