"""The parts of the sandbox, put together once: who knows whom.

The world knows nobody; events speak to it, the courier carries them, the Web API and the
people act on it, and the server lets the outside in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.slack.clock import Clock
from sandbox.slack.courier import Courier
from sandbox.slack.desk import Desk
from sandbox.slack.events import Events
from sandbox.slack.faults import Faults
from sandbox.slack.gate import Rates
from sandbox.slack.http_mode import HttpMode
from sandbox.slack.modals import Modals
from sandbox.slack.oauth import Oauth
from sandbox.slack.server import Server
from sandbox.slack.sockets import Sockets
from sandbox.slack.talk import Talk
from sandbox.slack.triggers import Triggers
from sandbox.slack.web_api import WebApi
from sandbox.slack.world import SIGNING_SECRET, World


@dataclass(frozen=True, slots=True)
class Wishes:
    """How this Slack is to behave; `SlackSandbox` says what each means."""

    redeliver_after: float
    attempts: int
    rate_limits: bool
    message_burst: int
    http_retries: Sequence[float]
    events: Iterable[str]
    unfurl_domains: Iterable[str]
    patience: float


class Parts:
    def __init__(self, wishes: Wishes) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        self.sockets = Sockets(self.clock)
        self.http = HttpMode(self.clock, self.sockets.acks, SIGNING_SECRET, wishes.http_retries)
        self.courier = Courier(
            self.world, self.clock, wishes.redeliver_after, wishes.attempts, wishes.patience
        )
        self.courier.carrier = self.sockets
        self.events = Events(self.world, wishes.events)
        self.talk = Talk(self.world, self.events, wishes.unfurl_domains)
        self.triggers = Triggers(self.world, wishes.patience)
        self.modals = Modals(self.world, self.triggers)
        self.desk = Desk(self.world, self.triggers, self.modals, self.courier)
        self.faults = Faults()
        self.oauth = Oauth(self.world)
        rates = Rates(self.clock, wishes.message_burst) if wishes.rate_limits else None
        self.api = WebApi(self.world, self.events, self.modals, self.sockets, self.faults, self.oauth, rates)
        self.server = Server(self.world, self.api, self.sockets, self.desk, self.triggers, self.faults)

    def tell_by(self, url: str) -> None:
        """Tell the app by signed HTTP, or with "" through its sockets."""
        self.http.url = url
        self.courier.carrier = self.http if url else self.sockets
