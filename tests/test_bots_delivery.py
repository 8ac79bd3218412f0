"""The deliver loop: what is promised goes out, once where nothing dies, and one bad mail delays no other.

Everything is real: the rows are in a database, the mail goes over a socket to a relay that
catches it and does what the test asks of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import serving
from bots import delivery
from bots.delivery import LEASE, Deliveries
from bots.keeping import Keeping
from bots.mail_carrier import MailCarrier
from bots.relay import Relay
from bots.wiring import Wired, wire
from bots.writer import Writer
from intake.errors import StoreUnavailable
from intake.messages import Address
from sandbox.relay import DROP, HANG, CatchingRelay, Fault
from store import outbox
from store.tables import Sending
from stores import an_outbound

pytestmark = pytest.mark.slow

LIMIT = 60
ANSWER_SECONDS = 120.0  # a relay that hangs is waited for longer than any test


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    wired = wire(serving.write_config(tmp_path, 2525, 0))
    yield wired
    wired.store.close()


def promise(wired: Wired, *message_ids: str, **fields: Any) -> None:
    with wired.store.begin() as work:
        for message_id in message_ids:
            to = Address("", f"{message_id.partition('@')[0]}@acme.example")
            work.promise(an_outbound(message_id, recipient=to, **fields), None, datetime.now(UTC))


def rows(wired: Wired) -> dict[str, outbox.Promise]:
    with wired.store.reading() as work:
        return {one.outbound.message_id: one for one in outbox.listed(work)}


def play(wired: Wired, scene: Callable[["Worker"], Awaitable[Any]]) -> list[str]:
    """Run a scene with a relay and a writer; the Message-IDs that the relay caught, in order."""

    async def whole() -> list[str]:
        keeping = Keeping(wired.store, wired.setup)
        writer = Writer(keeping.receive)
        writer.start()
        async with CatchingRelay() as relay:
            try:
                await asyncio.wait_for(scene(Worker(wired, keeping, writer, relay)), LIMIT)
            finally:
                await writer.stop()
            return [serving.message_id(mail.body) for mail in relay.mails]

    return asyncio.run(whole())


class Worker:
    """Delivers with real parts; one that is killed leaves what it was doing as it is."""

    def __init__(self, wired: Wired, keeping: Keeping, writer: Writer, relay: CatchingRelay) -> None:
        self.relay = relay
        self._wired = wired
        self._keeping = keeping
        self._writer = writer

    async def work(
        self,
        until: Callable[[], object],
        lease: timedelta = LEASE,
        patience: float = 30,
        answers_within: float = ANSWER_SECONDS,
    ) -> None:
        """Deliver until something holds, then end at once: what is under way is cut, and not marked."""
        relay = Relay("127.0.0.1", self.relay.port, timeout=answers_within)
        setup = self._wired.setup
        carrier = MailCarrier(relay, self._keeping.files, self._wired.desk, setup.addresses)
        deliveries = Deliveries(self._writer, self._keeping, carrier, lease=lease)
        loop = asyncio.create_task(deliveries.run())
        try:
            async with asyncio.timeout(LIMIT):
                while not until():  # noqa: ASYNC110  it is a row or a mail that is waited for
                    await asyncio.sleep(0.02)
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
            await deliveries.drain(patience)

    def states(self) -> list[Sending]:
        return sorted(row.state for row in rows(self._wired).values())

    def is_quiet(self) -> bool:
        return not {Sending.PENDING, Sending.CLAIMED} & set(self.states())

    def has_failed_once(self) -> bool:
        return any(row.error for row in rows(self._wired).values())


def test_what_is_promised_goes_out_once_and_is_marked(wired):
    promise(wired, "a@vendor.example", "b@vendor.example")
    caught = play(wired, lambda worker: worker.work(worker.is_quiet))

    assert ["a@vendor.example", "b@vendor.example"] == sorted(caught)
    assert {(Sending.SENT, 1)} == {(row.state, row.attempts) for row in rows(wired).values()}
    assert all("kept as" in row.answer for row in rows(wired).values())


# A worker that dies


@pytest.mark.slow
def test_what_was_sent_and_not_marked_is_repeated_once_after_its_lease_under_the_same_message_id(wired):
    promise(wired, "a@vendor.example")
    lease = timedelta(seconds=3)  # of the one that dies; the next one's is not to end while it works

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("data", HANG))
        await worker.work(lambda: worker.relay.mails, lease, patience=0)  # it dies: sent, and not marked
        (claimed,) = rows(wired).values()
        await worker.work(lambda: len(worker.relay.mails) == 2)
        assert datetime.now(UTC) >= claimed.next_at
        await worker.work(worker.is_quiet)

    assert ["a@vendor.example"] * 2 == play(wired, scene)
    assert [(Sending.SENT, 2)] == [(row.state, row.attempts) for row in rows(wired).values()]


def test_what_another_worker_has_claimed_is_left_alone_while_its_lease_lasts(wired):
    promise(wired, "a@vendor.example")
    with wired.store.begin() as work:
        outbox.claim(work, "email", "another", datetime.now(UTC), LEASE, 10)
    promise(wired, "b@vendor.example")
    caught = play(wired, lambda worker: worker.work(lambda: Sending.SENT in worker.states()))

    assert ["b@vendor.example"] == caught


# A mail that fails


def test_a_mail_at_which_the_relay_hangs_delays_no_other(wired):
    names = [f"{name}@vendor.example" for name in "abcdef"]
    promise(wired, *names)

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("mail", HANG))
        await worker.work(lambda: len(worker.relay.mails) == len(names) - 1, patience=0)

    assert len(names) - 1 == len(set(play(wired, scene)))


def test_a_mail_that_is_refused_for_good_is_given_up_at_once_delays_no_other_and_is_told_to_the_agents(wired):
    names = {f"{name}@vendor.example" for name in "abc"}
    promise(wired, *names)

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("rcpt", "550 5.1.1 nobody of this name"))
        await worker.work(worker.is_quiet)

    caught = play(wired, scene)
    (refused,) = names - set(caught)
    (told,) = [row for row in rows(wired).values() if row.outbound.notice == "agent-gave-up"]

    assert (Sending.FAILED, 1) == (rows(wired)[refused].state, rows(wired)[refused].attempts)
    assert "550" in rows(wired)[refused].error
    assert (Sending.SENT, serving.AGENTS) == (told.state, told.outbound.recipient.address)
    assert refused.partition("@")[0] + "@acme.example" in told.outbound.body.replace("\\", "")


def test_what_was_not_read_is_quoted_without_the_footer_of_the_mail(wired):
    promise(wired, "a@vendor.example", body="Please restart it.\n\nSam\n\n---\n\nTo answer, simply reply.")

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("rcpt", "550 5.1.1 nobody of this name"))
        await worker.work(worker.is_quiet)

    play(wired, scene)
    (told,) = [row for row in rows(wired).values() if row.outbound.notice == "agent-gave-up"]

    assert "Please restart it" in told.outbound.body
    assert "To answer" not in told.outbound.body


def test_what_cannot_be_said_even_to_the_agents_is_given_up_and_told_to_nobody(wired):
    promise(wired, "a@vendor.example", notice="agent-follow-up")

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("rcpt", "550 5.1.1 nobody of this name"))
        await worker.work(worker.is_quiet)

    assert [] == play(wired, scene)
    assert [Sending.FAILED] == [row.state for row in rows(wired).values()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("data", "451 4.3.0 not now"), "451 4.3.0 not now"),
        (Fault("rcpt", "450 4.2.1 greylisted"), "450 4.2.1 greylisted"),
        (Fault("mail", DROP), "SMTPServerDisconnected"),
        (Fault("mail", HANG), "Timeout"),
    ],
)
def test_a_mail_that_fails_for_now_waits_with_its_reason_and_its_tries_counted(wired, fault, words):
    promise(wired, "a@vendor.example")
    began = datetime.now(UTC)

    async def scene(worker: Worker) -> None:
        worker.relay.expect(fault)
        await worker.work(worker.has_failed_once, answers_within=3 if fault.what == HANG else ANSWER_SECONDS)

    caught = play(wired, scene)
    (row,) = rows(wired).values()

    assert [] == caught
    assert (Sending.PENDING, 1) == (row.state, row.attempts)
    assert words in row.error
    assert timedelta(minutes=1) <= row.next_at - began <= timedelta(minutes=1.2, seconds=LIMIT)


def test_a_mail_that_has_failed_too_often_is_given_up_and_told_to_the_agents(wired):
    promise(wired, "a@vendor.example")
    with wired.store.begin() as work:
        work.connection.execute(outbox.outbox.update().values(attempts=22))

    async def scene(worker: Worker) -> None:
        worker.relay.expect(Fault("data", "451 4.3.0 not now"))
        await worker.work(worker.is_quiet)

    caught = play(wired, scene)
    row = rows(wired)["a@vendor.example"]

    assert (Sending.FAILED, "given up after 23 tries: 451 4.3.0 not now") == (row.state, row.error)
    assert 1 == len(caught)  # the word to the agents


def test_a_disk_that_is_full_is_named_once_a_row_however_long_it_is(wired, monkeypatch):
    monkeypatch.setattr(delivery, "POLL_SECONDS", 0.01)
    promise(wired, "a@vendor.example")
    tries = []

    async def scene(worker):
        whole = worker._keeping.sent

        def full(*row):
            tries.append(row)
            if len(tries) < 4:
                raise StoreUnavailable("the disk is full")
            whole(*row)

        worker._keeping.sent = full
        await worker.work(worker.is_quiet)

    with capture_logs() as logs:
        play(wired, scene)
    told = [one["error"] for one in logs if one["event"] == "the outbox cannot be written"]

    assert (4, ["the disk is full"]) == (len(tries), told)
