"""How mail goes out: signed, to the first outgoing server that takes it.

The server of `[relay]` comes first, those of `[[relay.fallback]]` in their order. One that is
unavailable rests for a minute, so that not every mail waits for it; when all of them
rest, all are tried again. Once a server has heard a recipient nobody else is asked, for it
may have the mail. Mail is signed here (DKIM), over exactly the bytes that are handed over.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bots.relay import Relay, Unavailable
from bots.setting_values import secret
from bots.settings_of_mail import DkimSettings, FallbackSettings, RelaySettings
from intake.errors import ConfigError, TemporaryFailure

log = structlog.get_logger()

REST_SECONDS = 60.0
SECONDS_A_MAIL = 240.0  # less than a promise is leased for, so that nobody else sends it meanwhile


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server said when it was tried; `trouble` is why it cannot be used, "" when it can."""

    name: str
    said: str = ""
    trouble: str = ""


class Relays:
    """The desk's outgoing servers, the preferred one first."""

    def __init__(self, relays: Sequence[Relay], sign: Callable[[bytes], bytes] | None = None) -> None:
        self._relays = tuple(relays)
        self._sign = sign
        self._rests_until = dict.fromkeys(self._relays, 0.0)

    async def send(self, mail: bytes, sender: str, recipient: str) -> str:
        """Hand over a mail to one recipient and return the server's answer; else a DeliveryError."""
        if self._sign is not None:  # beside the loop: an RSA signature takes milliseconds
            mail = await asyncio.to_thread(self._sign, mail)
        try:
            async with asyncio.timeout(SECONDS_A_MAIL):
                return await self._send(mail, sender, recipient)
        except TimeoutError as error:
            raise TemporaryFailure(f"nothing came of it in {SECONDS_A_MAIL:g} s") from error

    async def greet(self) -> list[Greeting]:
        """Try each server without a mail, all at once."""
        return list(await asyncio.gather(*map(_greeted, self._relays)))

    async def close(self) -> None:
        """Take leave of every server."""
        await asyncio.gather(*(relay.close() for relay in self._relays))

    async def _send(self, mail: bytes, sender: str, recipient: str) -> str:
        troubles = []
        for relay in self._willing():
            try:
                answer = await relay.send(mail, sender, recipient)
            except Unavailable as error:
                troubles.append(f"{relay.name}: {error}" if len(self._relays) > 1 else str(error))
                self._let_rest(relay, str(error))
            else:
                self._take_back(relay)
                return answer
        raise TemporaryFailure("; ".join(troubles))

    def _let_rest(self, relay: Relay, error: str) -> None:
        """Said once, for a server that is down for days must not go unseen behind its fall-back."""
        if not self._rests_until[relay]:
            log.warning("the relay cannot be used", relay=relay.name, error=error)
        self._rests_until[relay] = _now() + REST_SECONDS

    def _take_back(self, relay: Relay) -> None:
        if self._rests_until[relay]:
            log.info("the relay is used again", relay=relay.name)
        self._rests_until[relay] = 0.0

    def _willing(self) -> list[Relay]:
        awake = [relay for relay in self._relays if self._rests_until[relay] <= _now()]
        return awake or list(self._relays)


async def _greeted(relay: Relay) -> Greeting:
    try:
        return Greeting(relay.name, await relay.greet())
    except Unavailable as error:
        return Greeting(relay.name, trouble=str(error))


def relays_of(settings: RelaySettings, folder: Path, hostname: str = "") -> Relays:
    """The servers that the settings name; ConfigError where a key or a certificate cannot be read."""
    several = (settings, *settings.fallback)
    relays = [_relay_of(one, folder, hostname or socket.gethostname()) for one in several]
    return Relays(relays, _signer_of(settings.dkim, folder) if settings.dkim else None)


def _signer_of(settings: DkimSettings, folder: Path) -> Callable[[bytes], bytes]:
    from bots.dkim_signing import signer_of  # its libraries are loaded only where mail is signed

    return signer_of(settings, folder)


def _relay_of(settings: FallbackSettings, folder: Path, hostname: str) -> Relay:
    password = secret(settings.password, "relay.password", folder).decode() if settings.password else ""
    return Relay(
        settings.host,
        settings.port,
        settings.tls,
        settings.username,
        password,
        settings.timeout,
        hostname,
        tls_context_of(settings, folder),
    )


def tls_context_of(settings: FallbackSettings, folder: Path) -> ssl.SSLContext | None:
    """What a server must show to be believed: a certificate in its name, by an authority we trust."""
    if settings.tls == "none":
        return None
    try:
        return ssl.create_default_context(cafile=str(folder / settings.ca_file) if settings.ca_file else None)
    except (OSError, ValueError) as error:
        raise ConfigError([f"relay.ca_file: {settings.ca_file}: cannot be used: {error}"]) from error


def _now() -> float:
    return asyncio.get_running_loop().time()
