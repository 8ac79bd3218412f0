"""What a person's act gives the app: a trigger for one modal, and an address to answer to.

A trigger id opens one view within three seconds. A response URL takes five posts within half
an hour. Both belong to the interaction they came with, which collects what the app made of it.
"""

import asyncio
import secrets
from dataclasses import dataclass, field

from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json, Message, Team, View
from sandbox.slack.world import World

TRIGGER_SECONDS = 3.0
URL_SECONDS = 30 * 60.0
URL_POSTS = 5


@dataclass(slots=True)
class Interaction:
    """One act of a person, and everything the app has answered to it so far."""

    user: str
    trigger_id: str
    response_url: str
    channel: str = ""
    payload: Json = field(default_factory=dict)
    ack: Json | None = None  # None until it is acknowledged
    failure: str = ""  # what the person sees instead: operation_timeout, dispatch_failed
    replies: list[Json] = field(default_factory=list)  # posts to the response URL
    ephemerals: list[Message] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_acked(self) -> bool:
        return self.ack is not None

    async def answered(self, seconds: float = 30.0) -> Json:
        """The body of the acknowledgement; TimeoutError when none came in time."""
        await asyncio.wait_for(self.settled.wait(), seconds)
        if self.ack is None:
            raise TimeoutError(self.failure)
        return self.ack


@dataclass(slots=True)
class Trigger:
    team: Team
    interaction: Interaction
    expires: float
    view: View | None = None  # the modal it came from
    is_used: bool = False


@dataclass(slots=True)
class Address:
    """A response URL, and the message it was made for."""

    team: Team
    interaction: Interaction
    expires: float
    origin: Message | None = None
    thread_ts: str = ""
    posts: int = 0


class Triggers:
    def __init__(self, world: World, seconds: float = TRIGGER_SECONDS) -> None:
        self._world = world
        self._seconds = seconds
        self._triggers: dict[str, Trigger] = {}
        self._addresses: dict[str, Address] = {}

    def new(self, team: Team, user: str, channel: str = "", view: View | None = None) -> Interaction:
        """An interaction with a trigger id, without an address."""
        identity = f"{self._world.now()}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        interaction = Interaction(user, identity, "", channel)
        expires = self._world.clock.now() + self._seconds
        self._triggers[identity] = Trigger(team, interaction, expires, view)
        return interaction

    def addressed(self, team: Team, user: str, channel: str, origin: Message | None = None) -> Interaction:
        """An interaction that the app can also answer by posting to an address."""
        interaction = self.new(team, user, channel)
        key = f"{team.id}/{self._world.new_id('')}/{secrets.token_urlsafe(18)}"
        expires = self._world.clock.now() + URL_SECONDS
        thread_ts = origin.thread_ts if origin and origin.is_reply else ""
        self._addresses[key] = Address(team, interaction, expires, origin, thread_ts)
        interaction.response_url = f"{self._world.base_url}/actions/{key}"
        return interaction

    def use(self, team: Team, identity: str) -> Trigger:
        """Spend a trigger id; it opens one view and no more."""
        trigger = self._triggers.get(identity)
        if trigger is None or trigger.team is not team:
            raise Refused("invalid_trigger_id")
        if trigger.is_used:
            raise Refused("exchanged_trigger_id")
        if self._world.clock.now() > trigger.expires:
            raise Refused("expired_trigger_id")
        trigger.is_used = True
        return trigger

    def address(self, key: str) -> Address:
        """Spend one post of a response URL."""
        address = self._addresses.get(key)
        if address is None or self._world.clock.now() > address.expires:
            raise Refused("expired_url")
        if address.posts >= URL_POSTS:
            raise Refused("used_url")
        address.posts += 1
        return address
