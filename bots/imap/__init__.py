"""The mail channel that fetches: any number of mailboxes, each folder read by a thread of its own.

The library is a blocking one, so this is only a shell: it waits until the folder is ours (one
reader in the whole installation), starts the thread, keeps the claim alive, and ends a wait
that takes too long. When the process dies, the claim runs out and another one takes over; on
the same machine at once, since there it can be seen that the holder is gone.
"""

import asyncio
import secrets
import threading
from datetime import timedelta
from pathlib import Path

import structlog

from bots.imap.bridge import Bridge, DeskSide
from bots.imap.connection import Account, account_of
from bots.imap.errors import ClaimLost
from bots.imap.reader import Reader
from bots.imap.taking import MIB, Plan, Taking
from bots.processes import is_dead, this_process
from bots.settings import ImapSettings
from intake.errors import StoreUnavailable, TemporaryFailure

__all__ = ["DeskSide", "ImapFolder", "folders_of"]
LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
TURN_SECONDS = 2.0  # between two looks whether the folder is free
MOST_BUSY_SECONDS = 600.0  # for one command, however slowly it goes on
FAREWELL_SECONDS = 3.0
log = structlog.get_logger()


class ImapFolder:
    """One folder of one mailbox; `run` reads it until it is cancelled."""

    def __init__(self, plan: Plan, account: Account, desk: DeskSide) -> None:
        self.name = plan.channel
        self.folder = plan.folder
        self._plan = plan
        self._account = account
        self._desk = desk
        self._reader = this_process(secrets.token_hex(4))

    async def run(self) -> None:
        """Whenever the folder is ours, read it."""
        bridge = Bridge(self.name, self.folder, self._reader, self._desk, asyncio.get_running_loop())
        while True:
            if await self._claim(bridge, when_unknown=False):
                await self._read(bridge)
            await asyncio.sleep(TURN_SECONDS)

    async def _read(self, bridge: Bridge) -> None:
        """Run the reader while the claim holds."""
        log.info("reading mailbox", channel=self.name, folder=self.folder, host=self._account.host)
        stop = threading.Event()
        taking = Taking(self._plan, bridge, stop)
        reader = Reader(self._plan, self._account, taking, stop, bridge.alarm)
        running = asyncio.create_task(_in_thread(reader, f"imap {self.name} {self.folder}"))
        try:
            while not running.done() and await self._claim(bridge, when_unknown=True):
                await self._watch(reader, running)
        finally:
            stop.set()
            try:
                await _end(reader, running)
            finally:
                await _let_go(bridge)

    async def _claim(self, bridge: Bridge, *, when_unknown: bool) -> bool:
        """Is the folder ours? While the store is away nobody knows, and nobody else can take it either."""
        try:
            return await bridge.claim(LEASE, is_dead)
        except (StoreUnavailable, TemporaryFailure) as error:
            log.warning("a mailbox cannot be claimed", channel=self.name, error=str(error))
            return when_unknown

    async def _watch(self, reader: Reader, running: "asyncio.Task[None]") -> None:
        await asyncio.wait([running], timeout=RENEW_SECONDS)
        box = reader.box
        if box is not None and box.busy_seconds() > MOST_BUSY_SECONDS:
            log.warning("the mail server takes too long and is left", channel=self.name)
            box.cut()


def folders_of(name: str, settings: ImapSettings, folder: Path, desk: DeskSide) -> list[ImapFolder]:
    """The folders that a channel reads; raises ConfigError where a secret or a file is missing."""
    account = account_of(name, settings, folder)
    return [ImapFolder(_plan(name, settings, one), account, desk) for one in dict.fromkeys(settings.folders)]


def _plan(name: str, settings: ImapSettings, folder: str) -> Plan:
    return Plan(
        name,
        folder,
        settings.after,
        settings.first,
        settings.poll_seconds,
        settings.max_message_mib * MIB,
    )


async def _in_thread(reader: Reader, name: str) -> None:
    """Run the reader in a thread that keeps no process alive; whatever it raises comes out here."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            reader.run()
        except ClaimLost as lost:
            log.info("mailbox left to another process", because=str(lost))
        except BaseException as broken:  # noqa: BLE001  it is raised in the loop
            error = broken
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    await done


async def _end(reader: Reader, running: "asyncio.Task[None]") -> None:
    """Let the reader come to its end; cut its line if it waits for a server that says nothing."""
    for patience in (FAREWELL_SECONDS, FAREWELL_SECONDS):
        done, _ = await asyncio.wait([running], timeout=patience)
        if done:
            return await running
        if reader.box is not None:
            reader.box.cut()
    running.cancel()  # it is in the middle of connecting, and ends by itself
    return None


async def _let_go(bridge: Bridge) -> None:
    try:
        await bridge.release()
    except (StoreUnavailable, TemporaryFailure):
        return  # it runs out by itself
