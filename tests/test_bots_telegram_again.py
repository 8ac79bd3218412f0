"""What is redacted is taken out of the bot's own posts in Telegram, or the history says that it is not."""

import pytest

from bots import acting
from bots.acting import Words
from bots.commands import acts, redact
from bots.telegram.flows.keeping import attachment_of
from intake import handle
from intake.messages import File
from serving import ANA, SAM
from store.exports import history_of
from telegram_world import in_world
from test_bots_telegram_flows import opened_by_phone

pytestmark = pytest.mark.slow  # a whole desk and a Telegram each
SECRET = "hunter22secret"
LONG = "Words and words. " * 400


async def answered(world, text):
    """Anna's ticket, and an agent's answer to it in her chat."""
    number = opened_by_phone(world)
    world.link(world.anna, ANA.address)
    await world.telegram.send(world.anna, f"/ticket {number}")
    await world.settled()
    await world.telegram.send(world.anna, "Noch immer.")
    await world.settled()
    acts.say(world.wired, number, text, SAM.address, False)
    world.service._wake()
    await world.settled()
    return number


async def answered_with_files(world):
    """The same, with two files, one of which has the secret."""
    files = (
        File("log.txt", "text/plain", f"password: {SECRET}\n".encode()),
        File("map.txt", "text/plain", b"a map\n"),
    )
    number = await answered(world, "Soon.")
    words = Words("See.", attachments=tuple(map(attachment_of, files)), files=files)

    def decide(work):
        about = work, world.wired.setup, work.agent(SAM.address), work.ticket(number)
        return acting.answer(*about, words, world.now())

    handle.carry_out(decide, world.wired.store, world.wired.setup, SAM.address, world.now())
    world.service._wake()
    await world.settled()
    return number


async def redacted(world, number):
    list(redact.redact(world.wired, number, 0, SECRET, False, SAM.address, False))
    world.service._wake()
    await world.settled()
    return [one for one in world.bot_said(world.anna) if not one.deleted]


def history(world, number):
    lines = world.read(lambda work: history_of(work, number))
    return [one["detail"] for one in lines if one["what"] == "redacted"]


@pytest.mark.parametrize(
    "text", [f"Use **{SECRET}** now.", f"{LONG}\n\n{LONG}\n\nUse {SECRET} now."], ids=["short", "in parts"]
)
def test_the_bots_own_posts_are_changed_in_place_and_keep_their_buttons(tmp_path, text):
    async def scenario(world):
        number = await answered(world, text)
        before = [one for one in world.bot_said(world.anna) if not one.deleted]
        after = await redacted(world, number)
        had = next(one for one in before if SECRET in one.text)
        has = next(one for one in after if one.id == had.id)
        return (
            [one.id for one in before] == [one.id for one in after],
            any(SECRET in one.text for one in after),
            len(had.keyboard or ()) == len(has.keyboard or ()),
            history(world, number),
        )

    is_in_place, is_there, has_buttons, told = in_world(tmp_path, scenario)

    assert (True, False, True) == (is_in_place, is_there, has_buttons)
    assert not any("Telegram" in one for one in told)


def test_what_telegram_will_not_change_is_deleted(tmp_path):
    async def scenario(world):
        number = await answered(world, f"Use {SECRET} now.")
        said = "Bad Request: message can't be edited"
        world.telegram.fail("editMessageText", status=400, description=said)
        after = await redacted(world, number)
        return any(SECRET in one.text for one in after), history(world, number)

    is_there, told = in_world(tmp_path, scenario)

    assert is_there is False
    assert not any("Telegram" in one for one in told)


def test_what_telegram_neither_changes_nor_deletes_is_in_the_history(tmp_path):
    async def scenario(world):
        number = await answered(world, f"Use {SECRET} now.")
        said = "Bad Request: message can't be edited"
        world.telegram.fail("editMessageText", status=400, description=said)
        world.telegram.fail("deleteMessage", status=400, description="Bad Request: message can't be deleted")
        await redacted(world, number)
        return history(world, number)

    told = in_world(tmp_path, scenario)

    assert "1 message of ours in Telegram chat" in told[-1]
    assert "can't be edited" in told[-1]
    assert not any(SECRET in one for one in told)


def test_a_fault_that_passes_is_tried_again(tmp_path):
    async def scenario(world):
        number = await answered(world, f"Use {SECRET} now.")
        world.telegram.fail("editMessageText", status=502)
        return any(SECRET in one.text for one in await redacted(world, number))

    assert in_world(tmp_path, scenario) is False


def test_a_file_is_taken_down_and_what_is_kept_is_put_up_anew(tmp_path):
    async def scenario(world):
        number = await answered_with_files(world)
        before = [one.id for one in world.bot_said(world.anna) if one.media]
        after = [one for one in await redacted(world, number) if one.media]
        return before, [one.id for one in after], len(after)

    before, after, number = in_world(tmp_path, scenario)

    assert (2, 1) == (len(before), number)  # the other was forgotten
    assert set(before).isdisjoint(after)


@pytest.mark.parametrize(
    ("status", "said"), [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: not today")]
)
def test_what_a_chat_does_not_take_again_is_in_the_history_too(tmp_path, status, said):
    async def scenario(world):
        number = await answered_with_files(world)
        for method in ("sendDocument", "sendMediaGroup"):
            world.telegram.fail(method, status=status, description=said)
        await redacted(world, number)
        return history(world, number)

    told = in_world(tmp_path, scenario)

    assert "1 message of ours in Telegram chat" in told[-1]
    assert told[-1].endswith(said[-5:])


def test_where_no_file_can_be_taken_down_none_is_put_up_twice(tmp_path):
    async def scenario(world):
        number = await answered_with_files(world)
        before = [one.id for one in world.bot_said(world.anna) if one.media]
        said = "Bad Request: message can't be deleted for everyone"
        world.telegram.fail("deleteMessage", status=400, description=said, times=2)
        after = [one.id for one in await redacted(world, number) if one.media]
        return before, after, history(world, number)

    before, after, told = in_world(tmp_path, scenario)

    assert before == after
    assert "2 messages of ours in Telegram chat" in told[-1]
