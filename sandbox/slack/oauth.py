"""Installing the app into a workspace: a code from the browser becomes a bot token."""

import secrets

from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json, Team
from sandbox.slack.world import APP, World

CLIENT_ID = "1234567890.1234567890"
CLIENT_SECRET = "sandbox-client-secret"
CODE_SECONDS = 600.0


class Oauth:
    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, tuple[Team, str, float]] = {}

    def consent(self, team: Team, user: str) -> str:
        """What Slack sends back through the browser once somebody has agreed."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (team, user, self._world.clock.now() + CODE_SECONDS)
        return code

    def access(self, args: Json, credentials: tuple[str, str]) -> Json:
        """Exchange a code, once, for the workspace's bot token."""
        if credentials[0] != CLIENT_ID:
            raise Refused("invalid_client_id")
        if credentials[1] != CLIENT_SECRET:
            raise Refused("bad_client_secret")
        team, user, expires = self._codes.pop(str(args.get("code", "")), (None, "", 0.0))
        if team is None:
            raise Refused("invalid_code")
        if self._world.clock.now() > expires:
            raise Refused("code_expired")
        self._install(team)
        return {
            "access_token": team.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(team.scopes)),
            "bot_user_id": team.bot_user,
            "app_id": APP,
            "team": None if team.is_org_wide else {"id": team.id, "name": team.name},
            "enterprise": {"id": team.enterprise, "name": team.name} if team.enterprise else None,
            "is_enterprise_install": team.is_org_wide,
            "authed_user": {"id": user},
        }

    def _install(self, team: Team) -> None:
        team.is_installed, team.trouble = True, ""
        self._world.users[team.bot_user].deleted = False
