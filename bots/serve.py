"""`deskbell serve`: every part of the desk in one process, until SIGTERM.

Begins with the store (brought up to its schema) and the people file, then the listeners.
Ends the other way round: no new mail, what is under way finishes, what was promised and is
being sent is marked, the writer empties its queue, the store closes. The policy is read
again on SIGHUP, and stays as it was when the new one has a mistake.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvloop

from bots.authentication import Checks, checks_of
from bots.chat.serving import Chats
from bots.delivery import Deliveries
from bots.door import MailDoor
from bots.heavy import HeavyMail
from bots.keeping import Keeping
from bots.logs import log_unfailingly
from bots.mail_carrier import MailCarrier
from bots.memory import give_back_large_blocks
from bots.relays import relays_of
from bots.settings import ImapSettings, SmtpSettings
from bots.smtp import SmtpChannel, tls_context
from bots.smtp.limits import MIB, Limits
from bots.ticker import Ticker
from bots.wiring import (
    Wired,
    check_templates,
    load_policy,
    mistakes_in_rules,
    people_of,
    template_names,
    wire,
)
from bots.writer import Writer
from intake.errors import ConfigError, DeskbellError
from intake.people import unknown_calendars
from intake.suggestions import did_you_mean
from replies.wording import forget_templates

if TYPE_CHECKING:
    from bots.imap import DeskSide, ImapFolder

PARTS = ("smtp", "imap", "chats", "outbox", "clocks")
RETENTION_HOURS = 24
AGEING_SECONDS = 60.0  # a day more or less is seen a minute later
log = structlog.get_logger()


def run(config: Path, only: Collection[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT, all parts or only some; raises ConfigError when it cannot begin."""
    parts = parts_named(only)
    log_unfailingly()
    give_back_large_blocks()
    wired = wire(config)
    check_templates(wired.settings)
    if not wired.settings.channel:
        raise ConfigError(["channel: no channel is configured; see [channel.mail] in `deskbell config`"])
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(Service(wired, parts).run())
    finally:
        wired.store.close()


def parts_named(only: Collection[str]) -> frozenset[str]:
    """The parts that shall run here, every one when none is named; ConfigError for one there is not."""
    unknown = [one for one in only if one not in PARTS]
    if unknown:
        raise ConfigError(f"--only: no part {one!r}; {did_you_mean(one, PARTS)}" for one in unknown)
    return frozenset(only or PARTS)


class Service:
    """The parts of one desk while it runs; what is not among `parts` runs in another process."""

    def __init__(self, wired: Wired, parts: Collection[str] = PARTS) -> None:
        self._wired = wired
        self._parts = frozenset(parts)
        self._keeping = Keeping(wired.store, wired.setup)
        self._writer = Writer(self._keeping.receive)
        self._deliveries = Deliveries(
            self._writer,
            self._keeping,
            MailCarrier(
                relays_of(wired.settings.relay, wired.folder),
                self._keeping.files,
                wired.desk,
                wired.setup.addresses,
            ),
        )
        self._heavy = HeavyMail(
            self._writer,
            self._keeping.claim_heavy,
            self._keeping.try_again,
            self._trusted,
            self._wake,
            self._checks,
        )
        self.ticker = Ticker(self._writer, self._keeping.due, self._keeping.ring, self._wake)
        self._ageing = Ticker(
            self._writer,
            self._keeping.solved_for_long,
            self._keeping.age,
            self._wake,
            seconds=AGEING_SECONDS,
        )
        self.chats = Chats(wired, self._writer, self._keeping, self._wake) if "chats" in parts else None
        self._channels: list[SmtpChannel] = []
        self._loops: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Start everything, wait for the signal to stop, drain."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        await self.start()
        await stop.wait()
        await self.stop()

    async def start(self) -> None:
        """Serve from now on; raises ConfigError where a channel cannot listen."""
        self._writer.start()
        await self._writer.call(self._keeping.let_go)
        await self._import_people()
        mailboxes = self._mailboxes() if "imap" in self._parts else []
        if "smtp" in self._parts:
            await self._listen()
        if self.chats:
            await self.chats.start()
        loops = (
            *(("imap", f"mailbox {one.name}", one.run) for one in mailboxes),
            *(("chats", *loop) for loop in (self.chats.loops if self.chats else ())),
            ("outbox", "outbox", self._deliveries.run),
            ("smtp imap", "heavy mail", self._heavy.run),
            ("clocks", "clocks", self.ticker.run),
            ("clocks", "ageing", self._ageing.run),
            ("clocks", "retention", self._forget_old_mail),
        )
        self._loops = [
            asyncio.create_task(_kept_alive(name, loop))
            for parts, name, loop in loops
            if self._parts.intersection(parts.split())
        ]
        log.info("serving", desk=self._wired.desk.address, pid=os.getpid())

    async def stop(self) -> None:
        """Take nothing new, let what is under way finish, and end."""
        log.info("stopping")
        await asyncio.gather(*(channel.drain() for channel in self._channels))
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        chats = [self.chats.stop()] if self.chats else []
        await asyncio.gather(self._deliveries.drain(), *chats)
        await self._give_back()
        await self._writer.stop()
        log.info("stopped")

    async def _give_back(self) -> None:
        """Other processes need not wait for the end of our claims."""
        try:
            await self._writer.call(self._keeping.give_back)
        except DeskbellError as error:
            log.warning("what was under way waits for the end of its lease", error=str(error))

    def _wake(self) -> None:
        """There may be something to send, by mail or in a chat."""
        self._deliveries.wake.set()
        if self.chats:
            self.chats.wake()

    @property
    def addresses(self) -> dict[str, tuple[str, int]]:
        """Where each channel listens, by its name."""
        return {channel.name: channel.address for channel in self._channels}

    async def _listen(self) -> None:
        for name, settings in self._wired.settings.channel.items():
            if not isinstance(settings, SmtpSettings):
                continue
            channel = self._channel(name, settings)
            await channel.start()
            self._channels.append(channel)
            host, port = channel.address
            log.info("listening", channel=name, protocol=settings.protocol, host=host, port=port)

    def _mailboxes(self) -> list[ImapFolder]:
        """Every folder that is read; what that needs is loaded only where there is one."""
        given = self._wired.settings.channel.items()
        channels = [(name, one) for name, one in given if isinstance(one, ImapSettings)]
        if not channels:
            return []
        try:
            from bots.imap import folders_of
        except ModuleNotFoundError as error:
            hint = "install Deskbell with it: 'deskbell[imap]'"
            raise ConfigError([f"channel.{channels[0][0]}.kind: imap needs {error.name}; {hint}"]) from error
        return [
            folder
            for name, settings in channels
            for folder in folders_of(name, settings, self._wired.folder, self._side_of(name, settings))
        ]

    def _side_of(self, name: str, settings: ImapSettings) -> DeskSide:
        """Nobody listens any more when a mail is taken out of a mailbox: what is refused is held."""
        from bots.imap import DeskSide

        door = MailDoor(
            self._writer,
            self._keeping.keep_pending,
            self._heavy.wake.set,
            self._wake,
            settings.trust_authentication_results,
            refuse_in_session=False,
            checks=self._checks(name),
        )
        return DeskSide(door.accept, self._writer, self._wired.store, lambda: self._keeping.setup)

    def _channel(self, name: str, settings: SmtpSettings) -> SmtpChannel:
        door = MailDoor(
            self._writer,
            self._keeping.keep_pending,
            self._heavy.wake.set,
            self._wake,
            settings.trust_authentication_results,
            settings.refuse_in_session,
            f"Please go to {portal}" if (portal := self._wired.desk.portal_url) else "",
            self._checks(name),
        )
        limits = Limits(
            message_bytes=settings.max_message_mib * MIB,
            connections=settings.max_connections,
            connections_per_address=settings.max_connections_per_address,
        )
        return SmtpChannel(
            name,
            settings.listen,
            settings.protocol,
            door.accept,
            self._keeping.takes,
            socket.gethostname(),
            limits,
            tls_of(name, settings, self._wired.folder),
        )

    def _trusted(self, source: str) -> str:
        channel = self._wired.settings.mail_channels.get(source)
        return channel.trust_authentication_results if channel else ""

    def _checks(self, source: str) -> Checks | None:
        channel = self._wired.settings.mail_channels.get(source)
        return checks_of(channel, self._wired.settings.dns, self._wired.folder) if channel else None

    async def _import_people(self) -> None:
        book = people_of(self._wired.settings)
        if book is not None:
            for warning in unknown_calendars(book, "people", self._wired.setup.policy.calendars):
                log.warning("people file", mistake=warning)
            changed = await self._writer.call(lambda: self._keeping.import_people(book))
            log.info("people imported", changes=changed)

    async def _forget_old_mail(self) -> None:
        days = self._wired.settings.store.keep_raw_days
        while True:
            purged = await self._writer.call(lambda: self._keeping.purge(datetime.now(UTC), days))
            if purged:
                log.info("old raw mail purged", mails=purged)
            await asyncio.sleep(RETENTION_HOURS * 3600)

    def _reload(self) -> None:
        """Read the policy and the templates again; with a mistake in them nothing changes."""
        settings = self._wired.settings.desk
        forget_templates()
        if mistakes := mistakes_in_rules(self._wired.settings):
            log.warning("the new policy or templates have mistakes; the old ones stay", mistakes=mistakes)
            return
        policy = load_policy(settings.policy, template_names(settings.templates))
        self._keeping.use(policy, settings.templates)
        log.info("policy read again", digest=policy.digest[:12])


def tls_of(name: str, settings: SmtpSettings, folder: Path) -> ssl.SSLContext | None:
    """The listener's certificate, None when it offers no STARTTLS."""
    if not settings.tls_cert:
        return None
    try:
        return tls_context(folder / settings.tls_cert, folder / (settings.tls_key or settings.tls_cert))
    except OSError as error:
        raise ConfigError([f"channel.{name}.tls_cert: cannot be used: {error}"]) from error


async def _kept_alive(name: str, part: Callable[[], Awaitable[None]]) -> None:
    """A loop that fails is begun again; a fault must not stop the desk's other work."""
    while True:
        try:
            await part()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a part failed and begins again", part=name)
            await asyncio.sleep(1)
