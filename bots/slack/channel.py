"""The Slack channel put together: who speaks, who hears, what runs beside."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bots.chat import Loop
from bots.chat.alerts import Alerts
from bots.chat.desk import ChatDesk
from bots.delivery import Carrier
from bots.redacting import remember
from bots.settings import SlackSettings, secret
from bots.slack.acts import LISTENERS, loops_of
from bots.slack.asks.asking import Asks
from bots.slack.cards import Cards
from bots.slack.carrier import SlackCarrier
from bots.slack.customers import Customers
from bots.slack.dispatch import Answered, Dispatch
from bots.slack.downloads import Downloads
from bots.slack.events import Events
from bots.slack.hearing import Hearing
from bots.slack.http_mode import HttpMode
from bots.slack.listening import Hands
from bots.slack.neighbours import Neighbours
from bots.slack.news import News
from bots.slack.people import People
from bots.slack.rounds import Rounds
from bots.slack.socket_mode import SocketMode
from bots.slack.speaking import Speaking
from bots.slack.staff import Staff
from bots.slack.triage import Triage
from bots.slack.workspaces import MEDIUM, Workspaces
from intake.errors import ConfigError
from store import seen, undoable
from store.inbox import Waiting

DAY_SECONDS = 86_400.0


class SlackChat:
    """A `bots.chat.Chat`."""

    kind = MEDIUM

    def __init__(self, name: str, settings: SlackSettings, desk: ChatDesk) -> None:
        self.name = name
        self._settings = settings
        self._desk = desk
        alerts = Alerts(desk, name, settings.admins)
        workspaces = Workspaces(settings, name, desk)
        speaking = Speaking(workspaces, desk, alerts)
        people = People(speaking)
        news = News(desk)
        news.forgetting.append(people.forget)
        triage = Triage(settings, desk, speaking, people, alerts, news)
        staff = Staff(settings, desk, speaking, people, triage, news)
        cards = Cards(desk, speaking, triage)
        downloads = Downloads(speaking, settings.api_url, settings.max_file_mib)
        self._alerts = alerts
        self._carrier = SlackCarrier(desk, speaking, triage, cards)
        self.hands = Hands(settings, desk, speaking, people, staff, triage, cards, downloads)
        self._asks = Asks(self.hands)
        neighbours = Neighbours(speaking)
        customers = Customers(desk, workspaces, people, neighbours, staff, downloads)
        self._events = Events(self.hands, customers, news)
        self._hearing = Hearing(name, desk)
        self._dispatch: Dispatch | None = None
        self._socket: SocketMode | None = None
        self.http: HttpMode | None = None

    @property
    def carrier(self) -> Carrier:
        return self._carrier

    @property
    def loops(self) -> Sequence[Loop]:
        connection = [(f"{self.name} socket", self._socket.run)] if self._socket else []
        return [
            *connection,
            (f"{self.name} cards", self.hands.cards.run),
            (f"{self.name} badges", self.hands.cards.badges.run),
            (f"{self.name} triage", self.hands.triage.watch),
            (f"{self.name} agents", self.hands.staff.watch),
            (f"{self.name} tokens", self.hands.speaking.tokens.watch),
            (f"{self.name} rounds", Rounds(self.hands).run),
            (f"{self.name} retention", self._forget_old),
            *loops_of(self.name, self.hands),
            *((f"{self.name} {what}", loop) for what, loop in self._asks.loops),
        ]

    async def start(self) -> None:
        self._dispatch = Dispatch(self.hands, self._events.table, self._asks.listeners(LISTENERS))
        await self._asks.start()
        self._events.dispatch = self._dispatch
        if self._settings.listen:
            self.http = HttpMode(self._settings.listen, self._secrets(), self._hearing.keep, self._ask)
            await self.http.start()
        else:
            token = self._secret("app_token")
            self._socket = SocketMode(
                self._settings.api_url, token.decode(), self._hearing.keep, self._ask, self._trouble
            )

    async def decide(self, waiting: Waiting) -> None:
        assert self._dispatch
        await self._dispatch.event(waiting, json.loads(waiting.raw.body))

    async def drain(self) -> None:
        if self.http:
            await self.http.stop()
        if self._socket:
            await self._socket.drain()
        if self._dispatch:
            await self._dispatch.drain()

    async def stop(self) -> None:
        await self.hands.cards.stop()
        await self.hands.speaking.workspaces.close()

    # Helpers

    async def _ask(self, payload: dict[str, object]) -> Answered:
        assert self._dispatch
        return await self._dispatch.ask(payload)

    async def _trouble(self, error: str) -> None:
        """Slack refuses our socket, or takes it again."""
        if error:
            remedy = "Make a new app-level token with connections:write, and put it into app_token."
            await self._alerts.tell("socket", f"Slack answers {error} to app_token", remedy)
        else:
            await self._alerts.over("socket")

    def _secret(self, name: str) -> bytes:
        value = secret(getattr(self._settings, name), f"channel.{self.name}.{name}", self._desk.folder)
        remember(value)
        return value

    def _secrets(self) -> list[bytes]:
        place = f"channel.{self.name}.signing_secrets"
        found = [secret(one, place, self._desk.folder) for one in self._settings.signing_secrets]
        if not any(found):
            raise ConfigError([f"{place}: signed HTTP needs the app's signing secret"])
        for one in found:
            remember(one)
        return found

    async def _forget_old(self) -> None:
        while True:
            await self._desk.write(lambda work: seen.forget_old(work, datetime.now(UTC)))
            await self._desk.write(lambda work: undoable.forget_old(work, datetime.now(UTC)))
            await asyncio.sleep(DAY_SECONDS)
