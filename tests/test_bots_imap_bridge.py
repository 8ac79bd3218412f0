"""The desk as a mailbox's thread sees it: it waits for the commit, and hears "later" when there is none."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import servers
from bots.door import MailDoor
from bots.imap.bridge import Bridge, DeskSide
from bots.imap.errors import ClaimLost
from bots.imap.mailbox import Listed
from bots.imap.mails import raw_of
from bots.keeping import Keeping
from bots.wiring import Wired, wire
from bots.writer import Writer
from intake.errors import TemporaryFailure
from serving import AGENTS, ANA, a_mail, write_config
from store import exports, outbox
from store.mailboxes import Mark
from stores import NOON

LEASE = timedelta(seconds=30)


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    wired = wire(write_config(tmp_path, servers.free_port(), servers.free_port()))
    yield wired
    wired.store.close()


def on_bridge(wired: Wired, use: Callable[[Bridge], Any], reader: str = "one") -> Any:
    """What a thread gets that uses a bridge while the desk's loop runs."""

    async def run() -> Any:
        keeping = Keeping(wired.store, wired.setup)
        writer = Writer(keeping.receive)
        writer.start()
        door = MailDoor(writer, keeping.keep_pending, _nothing, _nothing, refuse_in_session=False)
        side = DeskSide(door.accept, writer, wired.store, lambda: keeping.setup)
        bridge = Bridge("box", "INBOX", reader, side, asyncio.get_running_loop())
        try:
            await bridge.claim(LEASE, lambda _: False)
            return await asyncio.to_thread(use, bridge)
        finally:
            await writer.stop()

    return asyncio.run(run())


def _nothing() -> None:
    return


def raws(*subjects: str) -> list[Any]:
    mails = [a_mail(ANA, one, proven=False).as_bytes() for one in subjects]
    return [raw_of("box", Listed(uid, len(mail), NOON), mail, NOON) for uid, mail in enumerate(mails)]


def kept(wired: Wired) -> list[tuple[str, str]]:
    with wired.store.reading() as work:
        rows = exports.listed_messages(work, limit=10)
        return sorted((row["subject"], row["fate"]) for row in rows)


def test_mails_are_on_the_desk_when_take_returns(wired):
    outcomes = on_bridge(wired, lambda bridge: bridge.take(raws("one", "two")))

    assert [None, None] == outcomes
    assert [("one", "hold"), ("two", "hold")] == kept(wired)


def test_a_mail_that_is_held_has_the_readers_reason(wired):
    (raw,) = raws("too large")
    on_bridge(wired, lambda bridge: bridge.hold(raw, "it has 70 MiB"))
    with wired.store.reading() as work:
        record = exports.message_record(work, 1) or {}

    assert ("hold", "It cannot be read: it has 70 MiB") == (record["fate"], record["because"])


def test_the_mark_moves_only_for_whoever_holds_the_claim(wired):
    on_bridge(wired, lambda bridge: bridge.advance(Mark(7, 9)))
    mark = on_bridge(wired, lambda bridge: bridge.mark())
    with pytest.raises(ClaimLost, match=r"channel\.box: another process reads INBOX now"):
        on_bridge(wired, lambda bridge: bridge.advance(Mark(7, 10)), reader="two")

    assert Mark(7, 9) == mark


def test_agents_are_told_that_a_mailbox_cannot_be_entered(wired):
    on_bridge(wired, lambda bridge: bridge.alarm("[AUTHENTICATIONFAILED] no"))
    with wired.store.reading() as work:
        (promise,) = outbox.listed(work)

    assert ("agent-mailbox", AGENTS) == (promise.outbound.notice, promise.outbound.recipient.address)
    assert "channel.box" in promise.outbound.body
    assert "AUTHENTICATIONFAILED" in promise.outbound.body


def test_a_desk_that_is_stopping_says_later(wired):
    def stop_first(bridge: Bridge) -> None:
        asyncio.run_coroutine_threadsafe(bridge.desk.writer.stop(), bridge.loop).result(10)
        bridge.mark()

    with pytest.raises(TemporaryFailure, match="stopping"):
        on_bridge(wired, stop_first)
