"""Who may call a method: the token, its kind, its scopes, and how often.

The order is Slack's: no token, an unknown one, a dead one, the wrong kind, a missing scope.
Rates are token buckets by the sandbox's clock: each tier's calls a minute for a method and
workspace, and one message a second for a channel, with the short burst that Slack lets by.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass, field

from sandbox.slack.clock import Clock
from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json, Team
from sandbox.slack.world import APP_TOKEN, World

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute
BURST = 5  # messages to a channel before one a second holds


class RateLimited(Exception):
    """HTTP 429 with Retry-After."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Rates:
    clock: Clock
    burst: int = BURST
    buckets: dict[Hashable, Bucket] = field(default_factory=dict)

    def take(self, key: Hashable, size: int, each_second: float) -> None:
        """Count one call; RateLimited when the bucket is empty."""
        now = self.clock.now()
        bucket = self.buckets.setdefault(key, Bucket(size, now))
        bucket.left = min(size, bucket.left + (now - bucket.at) * each_second)
        bucket.at = now
        if bucket.left < 1:
            raise RateLimited(math.ceil((1 - bucket.left) / each_second))
        bucket.left -= 1

    def take_call(self, team: Team, method: str, tier: int) -> None:
        if tier in TIERS:
            self.take((team.id, method), TIERS[tier], TIERS[tier] / 60)

    def take_message(self, team: Team, channel: str) -> None:
        self.take((team.id, "message", channel), self.burst, 1.0)


def caller(world: World, token: str) -> Team:
    """The installation that a bot token belongs to."""
    if not token:
        raise Refused("not_authed")
    team = next((one for one in world.teams.values() if one.bot_token == token), None)
    if token == APP_TOKEN:
        raise Refused("not_allowed_token_type")
    if team is None:
        raise Refused("invalid_auth")
    if team.trouble or not team.is_installed:
        raise Refused(team.trouble or "account_inactive")
    return team


def app_caller(world: World, token: str) -> None:
    """Let the app-level token by, and only it."""
    if not token:
        raise Refused("not_authed")
    if any(token == team.bot_token for team in world.teams.values()):
        raise Refused("not_allowed_token_type")
    if token != APP_TOKEN:
        raise Refused("invalid_auth")


def check_scopes(team: Team, needed: tuple[str, ...]) -> None:
    """Refuse when the token has none of the scopes that would do."""
    if needed and not team.scopes.intersection(needed):
        provided = ",".join(sorted(team.scopes))
        raise Refused("missing_scope", needed=",".join(needed), provided=provided)


def scope_headers(team: Team, needed: tuple[str, ...]) -> Json:
    """What every answer tells of scopes; clients read their own from it."""
    return {"x-oauth-scopes": ",".join(sorted(team.scopes)), "x-accepted-oauth-scopes": ",".join(needed)}
