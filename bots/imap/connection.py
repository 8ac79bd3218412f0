"""How a mailbox is entered: TLS with a checked certificate, then a password or a token.

Nothing that is secret goes over a connection that the settings do not allow: where STARTTLS is
demanded and not offered, or the certificate is not for this host, nothing more is said. A
token that the server does not take is asked for anew once, since it may have been withdrawn.
"""

import imaplib
import ssl
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from bots.imap.errors import ConnectionLost, LoginRefused, translated, words_of
from bots.imap.tokens import AccessTokens, access_tokens
from bots.settings import ImapSettings, secret
from intake.errors import ConfigError

CONNECT_SECONDS = 15
PASSING = ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]")  # not the password's fault (RFC 5530)


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is and how it is entered; `tls_context` is None where nothing is encrypted."""

    host: str
    port: int
    tls: str
    username: str
    password: str
    tokens: AccessTokens | None
    mechanism: str
    tls_context: ssl.SSLContext | None
    timeout: float


def account_of(name: str, settings: ImapSettings, folder: Path) -> Account:
    """The account of a channel; raises ConfigError where a secret or a file is missing."""
    place = f"channel.{name}"
    oauth = settings.oauth
    if not settings.password and not oauth:
        raise ConfigError([f"{place}.password: is missing; give one, or [{place}.oauth]"])
    password = secret(settings.password, f"{place}.password", folder) if settings.password else b""
    return Account(
        settings.host,
        settings.port,
        settings.tls,
        settings.username,
        password.decode(),
        access_tokens(oauth, settings.username, f"{place}.oauth", folder) if oauth else None,
        oauth.mechanism if oauth else "",
        None if settings.tls == "none" else _tls_context(place, settings.ca_file, folder),
        settings.timeout_seconds,
    )


def enter(account: Account) -> IMAPClient:
    """A connection that is logged in; raises ConnectionLost or LoginRefused."""
    where = f"{account.host}:{account.port}"
    with translated(where):
        client = _connected(account)
    try:
        with translated(where):
            client.normalise_times = False  # a time without its zone would be the server's guess
            if account.tls == "starttls":
                client.starttls(account.tls_context)
        _log_in(client, account)
    except BaseException:
        leave(client)
        raise
    return client


def leave(client: IMAPClient) -> None:
    """Close a connection without a word, whatever state it is in."""
    try:
        client.shutdown()
    except Exception:  # noqa: BLE001  it is closed, which is all that was wanted
        return


def _connected(account: Account) -> IMAPClient:
    is_implicit = account.tls == "implicit"
    return IMAPClient(
        account.host,
        account.port,
        ssl=is_implicit,
        ssl_context=account.tls_context if is_implicit else None,
        timeout=SocketTimeout(CONNECT_SECONDS, account.timeout),
    )


def _log_in(client: IMAPClient, account: Account) -> None:
    if account.tokens is None:
        _try(client, account, "")
        return
    token = account.tokens.current()
    try:
        _try(client, account, token)
    except LoginRefused:
        account.tokens.forget()
        _try(client, account, account.tokens.current())


def _try(client: IMAPClient, account: Account, token: str) -> None:
    try:
        with translated("login"):
            _present(client, account, token)
    except ConnectionLost:
        raise
    except Exception as error:
        raise _refusal(error) from error


def _present(client: IMAPClient, account: Account, token: str) -> None:
    try:
        match account.mechanism:
            case "xoauth2":
                client.oauth2_login(account.username, token)
            case "oauthbearer":
                client.oauthbearer_login(account.username, token)
            case _ if (account.username + account.password).isascii():
                client.login(account.username, account.password)
            case _:
                client.plain_login(account.username, account.password)  # LOGIN knows ASCII only
    except LoginError as error:
        if isinstance(error.__context__, imaplib.IMAP4.abort):  # the library takes a lost line for a no
            raise error.__context__ from error
        raise


def _refusal(error: Exception) -> Exception:
    words = words_of(error)
    if any(code in words.upper() for code in PASSING):
        return ConnectionLost(words)
    return LoginRefused(words)


def _tls_context(place: str, ca_file: str, folder: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=folder / ca_file if ca_file else None)
    except OSError as error:
        words = f"{ca_file}: cannot be used: {error.strerror or error}"
        raise ConfigError([f"{place}.ca_file: {words}"]) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
