"""Updates by polling: kept before the offset moves, in the order of their chat, none twice, none fatal."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bots.telegram import polling
from intake.decisions import Fate
from intake.errors import StoreUnavailable
from store import mailboxes
from store.tables import Sending, outbox
from telegram_world import Echo, in_world

pytestmark = pytest.mark.slow

AGENTS = "agents@vendor.example"


def kept_texts(world, chat):
    return [one.text for one in world.kept() if one.place == world.place(chat)]


def alerts(world):
    """What agents were told of the channel."""
    return world.read(
        lambda work: [
            row.body
            for row in work.connection.execute(select(outbox))
            if row.notice == "agent-chat" and row.recipient == AGENTS
        ]
    )


def test_a_chat_is_kept_and_answered_in_its_order(tmp_path):
    async def scenario(world):
        for number in range(8):
            await world.telegram.send(world.anna, f"a{number}")
            await world.telegram.send(world.bob, f"b{number}")
        await world.until(lambda: len(world.kept()) == 16)
        return kept_texts(world, world.anna), kept_texts(world, world.bob)

    assert ([f"a{n}" for n in range(8)], [f"b{n}" for n in range(8)]) == in_world(tmp_path, scenario, Echo())


def test_what_could_not_be_kept_stays_with_telegram_and_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(polling, "WAITS", (0.1,))
    keep, failing = polling.inbox.keep_pending, [True]

    def keep_or_fail(*given):
        if failing:
            raise StoreUnavailable("the disk is full")
        return keep(*given)

    monkeypatch.setattr(polling.inbox, "keep_pending", keep_or_fail)

    async def scenario(world):
        await world.telegram.send(world.anna, "Hello")
        await world.until(lambda: len(world.telegram.calls_of("getUpdates")) > 2)
        there = [one["message"]["text"] for one in world.telegram.waiting() if "message" in one]
        failing.clear()
        await world.until(world.kept)
        await world.until(lambda: not world.telegram.waiting())
        return there, kept_texts(world, world.anna)

    assert (["Hello"], ["Hello"]) == in_world(tmp_path, scenario, Echo())


UNREADABLE = (
    {"update_id": 900_000_001, "message": {"message_id": "nonsense", "chat": 7}},
    {"update_id": 900_000_001, "message": []},
    {"update_id": "nonsense", "message": {"text": "x"}},
    {"message": {"text": "without a number"}},
)


@pytest.mark.slow
@pytest.mark.parametrize("update", UNREADABLE)
def test_an_update_that_cannot_be_read_is_held_and_stops_nobody(tmp_path, update):
    async def scenario(world):
        world.telegram.push_raw(dict(update))
        await world.telegram.send(world.anna, "Hello")
        await world.until(lambda: len(world.kept()) == 2)
        return {(one.fate, one.text) for one in world.kept()}

    assert {(Fate.HOLD, ""), (Fate.ANSWER, "Hello")} == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_the_same_update_again_is_no_second_message(tmp_path):
    async def scenario(world):
        world.telegram.push_raw(an_update(world, "once"))
        world.telegram.push_raw(an_update(world, "once"))
        await world.telegram.send(world.anna, "last")
        await world.until(lambda: "last" in kept_texts(world, world.anna))
        return kept_texts(world, world.anna)

    assert ["once", "last"] == in_world(tmp_path, scenario, Echo())


def an_update(world, text):
    person = {"id": world.anna, "is_bot": False, "first_name": "Anna"}
    chat = {"id": world.anna, "type": "private", "first_name": "Anna"}
    message = {"message_id": 77, "date": 1_790_000_000, "chat": chat, "from": person, "text": text}
    return {"update_id": 1, "message": message}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "said"),
    [(409, "Conflict: terminated by other getUpdates request"), (401, "Unauthorized"), (404, "Not Found")],
)
def test_who_is_not_let_in_stops_asking_and_tells_agents_once(tmp_path, monkeypatch, status, said):
    monkeypatch.setattr(polling, "ALARMING_SECONDS", 0.2)

    async def scenario(world):
        await world.until(world.telegram.held)
        world.telegram.fail("getUpdates", status=status, description=said, times=4)
        await world.telegram.send(world.bob, "ends the question that is held")
        await world.until(lambda: any(one.status == status for one in world.telegram.calls_of("getUpdates")))
        await world.telegram.send(world.anna, "Hello")
        await world.until(lambda: kept_texts(world, world.anna))
        refused = [call for call in world.telegram.calls_of("getUpdates") if call.status == status]
        return len(refused), len(alerts(world))

    assert (4, 1) == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_a_network_that_fails_costs_a_wait_and_no_update(tmp_path, monkeypatch):
    monkeypatch.setattr(polling, "WAITS", (0.2,))

    async def scenario(world):
        world.telegram.fail("getUpdates", drop=True, times=2)
        world.telegram.fail("getUpdates", status=502, times=1)
        await world.telegram.send(world.anna, "Hello")
        await world.until(world.kept)
        return kept_texts(world, world.anna), len(world.telegram.calls_of("getUpdates")) < 12

    assert (["Hello"], True) == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_one_process_of_the_installation_reads_the_bot(tmp_path):
    async def scenario(world):
        def another(work):
            until = datetime.now(UTC) + timedelta(minutes=1)
            return mailboxes.claim(work, "telegram", "", "elsewhere 1", datetime.now(UTC), until)

        await world.until(world.telegram.held)
        return world.write(another)

    assert in_world(tmp_path, scenario, Echo()) is False


@pytest.mark.slow
def test_a_webhook_that_was_set_is_taken_away_before_polling(tmp_path):
    async def scenario(world):
        await world.until(world.telegram.held)
        return [call.method for call in world.telegram.calls if "ebhook" in call.method]

    assert ["deleteWebhook"] == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_no_token_is_in_the_log(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(polling, "WAITS", (0.1,))
    monkeypatch.setattr("bots.telegram.carrier.QUICK_WAITS", ())  # what failed is noted at once

    async def scenario(world):
        world.telegram.fail("getUpdates", drop=True)
        world.telegram.fail("sendMessage", status=404, description="Not Found")
        await world.telegram.send(world.anna, "Hello")
        await world.until(world.kept)
        failed = await world.until(lambda: world.read(errors))
        await world.until(lambda: "no updates" in str(logged))
        return world.telegram.token, failed

    with capture_logs() as logged:
        token, failed = in_world(tmp_path, scenario, Echo())
    written = str(logged) + "".join(capfd.readouterr())

    assert "Not Found" in failed
    assert token.partition(":")[2] not in written + failed


def errors(work):
    rows = work.connection.execute(select(outbox).where(outbox.c.state != Sending.SENT))
    return " ".join(row.error for row in rows).strip()


def test_more_chats_than_are_decided_at_once_hold_up_nothing(tmp_path):
    async def scenario(world):
        for _ in range(12):
            await world.telegram.send(world.telegram.add_user("Anybody"), "Hello")
        await world.until(lambda: len(world.kept()) == 12)
        return {one.text for one in world.kept()}

    assert {"Hello"} == in_world(tmp_path, scenario, Echo())
