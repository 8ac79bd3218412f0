"""Access tokens for mailboxes that are entered without a password (OAuth 2.0, RFC 6749).

Three ways lead to one: the refresh token of the mailbox's owner, the application's own right
(client credentials), or a service account's signed assertion (RFC 7523). A token is kept
until a minute before it ends, and thrown away when the mail server does not take it. Where a
provider hands out a new refresh token with an access token (Microsoft does), it replaces the
old one in its file, for the old one will end.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import AssertionSession, OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bots.imap.errors import ConnectionLost, LoginRefused, words_of
from bots.settings import FromFile, OauthSettings, secret
from intake.errors import ConfigError

TOKEN_SECONDS = 30  # that the provider may take
BEFORE_THE_END = 60.0
SHORTEST_LIFE = 60.0
GOOGLE_SCOPE = "https://mail.google.com/"
Answer = dict[str, Any]  # the provider's JSON
log = structlog.get_logger()


class AccessTokens:
    """The token to use now; one is asked for only when there is none that lasts."""

    def __init__(self, ask: Callable[[], Answer], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._token = ""
        self._ends = 0.0

    def current(self) -> str:
        """A token that is not about to end; raises LoginRefused or ConnectionLost."""
        if not self._token or self._clock() >= self._ends:
            answer = _asked(self._ask)
            self._token = str(answer["access_token"])
            self._ends = self._clock() + max(_life(answer) - BEFORE_THE_END, SHORTEST_LIFE)
        return self._token

    def forget(self) -> None:
        """The mail server did not take it."""
        self._token = ""


def access_tokens(settings: OauthSettings, username: str, place: str, folder: Path) -> AccessTokens:
    """The tokens that a mailbox's settings lead to; raises ConfigError."""
    if settings.service_account:
        return AccessTokens(_by_assertion(settings, username, f"{place}.service_account", folder))
    client = OAuth2Session(
        settings.client_id,
        _text(settings.client_secret, f"{place}.client_secret", folder) or None,
        scope=settings.scope or None,
        token_endpoint_auth_method="client_secret_post" if settings.client_secret else "none",
        default_timeout=TOKEN_SECONDS,
    )
    if not settings.refresh_token:
        return AccessTokens(
            lambda: dict(client.fetch_token(settings.token_url, grant_type="client_credentials"))
        )
    return AccessTokens(_by_refreshing(settings, client, f"{place}.refresh_token", folder))


def _by_refreshing(
    settings: OauthSettings, client: OAuth2Session, place: str, folder: Path
) -> Callable[[], Answer]:
    current = _text(settings.refresh_token, place, folder)

    def ask() -> Answer:
        nonlocal current
        answer = dict(client.refresh_token(settings.token_url, refresh_token=current))
        renewed = str(answer.get("refresh_token") or current)
        if renewed != current:
            current = renewed
            if isinstance(settings.refresh_token, FromFile):
                _replace(folder / settings.refresh_token.file, renewed, place)
        return answer

    return ask


def _by_assertion(settings: OauthSettings, username: str, place: str, folder: Path) -> Callable[[], Answer]:
    try:
        account = json.loads((folder / settings.service_account).read_bytes())
        issuer, key = account["client_email"], RSAKey.import_key(account["private_key"])
    except OSError as error:
        raise ConfigError([f"{place}: {settings.service_account}: {error.strerror}"]) from error
    except (ValueError, TypeError, KeyError, JoseError) as error:
        wanted = "expected a JSON file with client_email and private_key"
        raise ConfigError([f"{place}: {settings.service_account}: {wanted}"]) from error
    session = AssertionSession(
        settings.token_url,
        issuer=issuer,
        subject=username,
        audience=settings.token_url,
        scope=settings.scope or GOOGLE_SCOPE,
        key=key,
        header={"alg": "RS256"},
        default_timeout=TOKEN_SECONDS,
    )
    return lambda: dict(session.refresh_token())


def _asked(ask: Callable[[], Answer]) -> Answer:
    """The provider's answer, or in our words why there is none."""
    try:
        answer = ask()
    except requests.RequestException as error:
        raise ConnectionLost(f"no access token: {type(error).__name__}") from error
    except AuthlibBaseError as error:
        raise LoginRefused(f"no access token: {words_of(error)}") from error
    except (ValueError, TypeError) as error:
        words = f"the key or the answer is of no use ({words_of(error)})"
        raise LoginRefused(f"no access token: {words}") from error
    if not answer.get("access_token"):
        raise LoginRefused("no access token in the provider's answer")
    return answer


def _life(answer: Answer) -> float:
    try:
        return float(answer["expires_in"])
    except (KeyError, TypeError, ValueError):
        return 0.0  # it is tried as long as the shortest, and then asked for anew


def _text(value: Any, place: str, folder: Path) -> str:
    return secret(value, place, folder).decode().strip() if value else ""


def _replace(path: Path, text: str, place: str) -> None:
    """Put a new secret in the place of the old one, whole or not at all, for its owner only."""
    beside = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text + "\n")
        beside.replace(path)
    except OSError as error:
        words = "the renewed refresh token cannot be kept, and the old one will end"
        log.warning(words, place=place, error=error.strerror)
