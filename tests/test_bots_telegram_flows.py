"""The flows over real sockets: a customer at the sandbox, a desk that serves, mail that is caught."""

import re

import pytest

from bots.commands import acts
from bots.wiring import BOT_NAME, wire
from intake.tickets import Status
from serving import ANA, SAM, read
from store import chats
from store.customers import said_on
from telegram_world import in_world

PHOTO = b"\x89PNG\r\n\x1a\n" + b"x" * 64


def mailed(world, pattern):
    """What a pattern finds in the newest mail that has it."""
    texts = (read(one.body).get_body(("plain",)).get_content() for one in reversed(world.relay.mails))
    return next(found[1] for text in texts if (found := re.search(pattern, text)))


@pytest.mark.slow
def test_a_customer_links_asks_opens_and_closes(tmp_path):
    async def scenario(world):
        telegram, anna = world.telegram, world.anna

        async def say(text):
            await telegram.send(anna, text)
            await world.settled()
            return world.said(anna)[-1]

        async def press(label):
            message = next(one for one in reversed(world.bot_said(anna)) if label in str(one.keyboard))
            await telegram.click(anna, message.id, label)
            await world.settled()
            return world.said(anna)[-1]

        told = [await say("/link ana@acme.example")]
        code = mailed(world, r"\b(\d{6})\b")
        told += [await say(code), await say("/new Kein Ton"), await press("technical"), await say("PBX-1")]
        told += [await press("Absenden"), await say("/status"), await press("Schließen")]
        return told, [(one.fate.value, one.rule) for one in world.kept()]

    told, fates = in_world(tmp_path, scenario)

    assert "WX-1001 ist gelöst, wie Sie gesagt haben." in told[-1]
    assert ("open", "new-ticket") in fates
    assert ("append", "closed-by-its-requester") in fates


@pytest.mark.slow
def test_a_mail_about_a_ticket_carries_a_link_that_opens_it(tmp_path):
    async def scenario(world):
        await world.until(lambda: bot_name(world))
        number = opened_by_phone(world)
        await world.settled()
        token = mailed(world, r"t\.me/sandbox_1000_bot\?start=([-\w]{39})")
        await world.telegram.send(world.anna, f"/start {token}")
        await world.settled()
        question = world.bot_said(world.anna)[-1]
        await world.telegram.click(world.anna, question.id, "Ja")
        await world.settled()
        return number, world.said(world.anna)[-1]

    number, said = in_world(tmp_path, scenario)

    assert f"WX-{number}" in said


def bot_name(world):
    return world.read(lambda work: chats.preference(work, *BOT_NAME))


def opened_by_phone(world):
    """A call is logged on the command line, and acknowledged by mail."""
    wired = wire(world.wired.folder / "config.toml")
    said = acts.log_call(wired, ANA.address, "Calls drop", "They do.", "phone", "", {}, "")
    wired.store.close()
    world.service._wake()
    return said["ticket"]


@pytest.mark.slow
def test_a_stranger_is_answered_as_often_as_the_settings_say(tmp_path):
    async def scenario(world):
        for _ in range(4):
            await world.telegram.send(world.bob, "Hello?")
        await world.settled()
        return len(world.said(world.bob)), len([one for one in world.kept() if one.text == "Hello?"])

    assert (3, 4) == in_world(tmp_path, scenario, telegram="stranger_messages_an_hour = 3")


@pytest.mark.slow
def test_an_album_is_one_message_and_an_answer_is_solved_by_its_button(tmp_path):
    async def scenario(world):
        number = opened_by_phone(world)
        world.link(world.anna)
        await world.telegram.send(world.anna, f"/ticket {number}")
        await world.settled()
        await world.telegram.album(world.anna, [PHOTO, PHOTO + b"2"], "It looks like this.")
        await world.settled()
        added = world.read(lambda work: said_on(work, number, 1))[0]
        acts.say(world.wired, number, "Please press the *red* button.", SAM.address, is_note=False)
        world.service._wake()
        await world.settled()
        answer = world.bot_said(world.anna)[-1]
        await world.telegram.click(world.anna, answer.id, "Gelöst")
        await world.settled()
        return added, answer.text, world.read(lambda work: work.ticket(number)).status

    added, answer, status = in_world(tmp_path, scenario)

    assert ("It looks like this.", 2) == (added.text, added.files)
    assert "WX-1001 · Sam Weaver, Vendor support" in answer
    assert "Please press the *red* button." in answer
    assert Status.SOLVED is status
