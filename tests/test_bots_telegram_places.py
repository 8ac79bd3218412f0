"""Blocks are noted, groups are left after one word, and what a button does is answered."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bots.telegram.heard import HeardKind
from builders import a_ticket
from intake.tickets import Status
from serving import ANA
from store import chats
from store.chat_tables import accounts, buttons
from store.tables import Sending, history, outbox
from telegram_world import Echo, in_world


def test_in_a_group_the_bot_says_once_that_it_talks_in_private_and_leaves(tmp_path):
    flows = Echo()

    async def scenario(world):
        group = world.telegram.add_group("Acme IT", [world.anna, world.bob])
        await world.telegram.send(world.anna, "/status", chat=group)
        await world.until(lambda: world.telegram.calls_of("leaveChat"))
        await world.settled()
        return world.said(group), len(world.telegram.calls_of("leaveChat"))

    said, left = in_world(tmp_path, scenario, flows)

    assert (1, 1) == (len(said), left)
    assert "privat" in said[0]
    assert [] == flows.heard


@pytest.mark.slow
def test_a_group_that_has_another_id_is_left_there(tmp_path):
    async def scenario(world):
        group = world.telegram.add_group("Acme IT", [world.anna])
        new = await world.telegram.migrate(group)
        telegram = world.telegram
        telegram.world.bots[telegram.token].updates.clear()  # or the bot leaves once it hears of the group
        number = world.promise(group, "Hello", extra={"dialogue": True, "leave": True})
        await world.until(lambda: world.outbox(number).state == Sending.SENT)
        return world.outbox(number).recipient == world.place(new), "Hello" in world.said(new)

    assert (True, True) == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
@pytest.mark.parametrize("shut_out", [True, False])
def test_a_block_is_noted_and_taken_back(tmp_path, shut_out):
    async def scenario(world):
        world.link(world.anna)
        await world.telegram.block(world.anna)
        await world.until(lambda: world.read(blocked_at))
        if not shut_out:
            await world.telegram.unblock(world.anna)
            await world.until(lambda: not world.read(blocked_at))
        told = select(outbox.c.notice).where(outbox.c.channel == "email")
        return world.read(lambda work: list(work.connection.execute(told).scalars())), bool(
            world.read(blocked_at)
        )

    assert (["agent-chat-blocked"], shut_out) == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_a_block_is_told_in_the_thread_of_the_newest_open_ticket_and_is_on_the_history(tmp_path):
    async def scenario(world):
        world.link(world.anna)
        for number, status in ((1001, Status.OPEN), (1002, Status.WAITING), (1003, Status.CLOSED)):
            world.write(lambda work, about=(number, status): a_ticket_of_anna(work, *about))
        await world.telegram.block(world.anna)
        await world.until(lambda: world.read(blocked_at))
        told = select(outbox.c.ticket).where(outbox.c.notice == "agent-chat-blocked")
        noted = select(history.c.detail).where(history.c.detail.like("%blocked the bot"))
        return world.read(
            lambda work: [list(work.connection.execute(one).scalars()) for one in (told, noted)]
        ), world.place(world.anna)

    (told, noted), place = in_world(tmp_path, scenario, Echo())

    assert ([1002], [f"telegram account {place} blocked the bot"]) == (told, noted)


def a_ticket_of_anna(work, number, status):
    ana = work.person(ANA.address)
    one = a_ticket(number=number, requester=ana, organisation=None, participants=(), status=status)
    work.add_ticket(replace(one, assignee=None), one.opened_at)


def blocked_at(work):
    return work.connection.execute(select(accounts.c.blocked_at)).scalar()


@pytest.mark.slow
def test_a_button_does_what_it_was_made_for_and_is_always_answered(tmp_path):
    flows = Echo()

    async def scenario(world):
        await world.telegram.send(world.anna, "ask")
        await world.until(lambda: world.bot_said(world.anna))
        (question,) = world.bot_said(world.anna)
        await world.telegram.click(world.anna, question.id, "Press me")
        await world.telegram.click(world.anna, question.id, "v:forged", forged=True)
        await world.until(lambda: len(world.telegram.callback_answers) == 2)
        return [one.text for one in world.telegram.callback_answers]

    assert ["pressed 0", "expired"] == in_world(tmp_path, scenario, flows)
    assert [HeardKind.MESSAGE, HeardKind.BUTTON, HeardKind.BUTTON] == [one.kind for one in flows.heard]


@pytest.mark.slow
def test_a_button_is_worth_nothing_to_another_account(tmp_path):
    async def scenario(world):
        await world.telegram.send(world.anna, "ask")
        await world.until(lambda: world.bot_said(world.anna))
        (question,) = world.bot_said(world.anna)
        await world.telegram.send(world.bob, "ask")
        await world.until(lambda: world.bot_said(world.bob))
        data = question.keyboard[0][0].data
        await world.telegram.click(world.bob, world.bot_said(world.bob)[0].id, data, forged=True)
        await world.until(lambda: world.telegram.callback_answers)
        return world.telegram.callback_answers[0].text, data in str(world.read(all_buttons))

    assert ("expired", False) == in_world(tmp_path, scenario, Echo())


def all_buttons(work):
    return list(work.connection.execute(select(buttons)))


def test_a_notice_of_a_decision_gets_the_buttons_that_the_flows_give_it(tmp_path):
    from bots.telegram.saying import Button

    async def scenario(world):
        number = world.promise(world.anna, "Here is your answer", "agent-answer")
        await world.until(lambda: world.outbox(number).state == Sending.SENT)
        (said,) = world.bot_said(world.anna)
        return [[one.text for one in row] for row in said.keyboard]

    flows = Echo(keyboards={"agent-answer": [[Button("Reply", "reply"), Button("Solved", "solved")]]})

    assert [["Reply", "Solved"]] == in_world(tmp_path, scenario, flows)


def test_the_bot_learns_its_name_and_publishes_its_commands(tmp_path):
    from bots.telegram.introducing import CommandList

    async def scenario(world):
        await world.until(lambda: world.telegram.commands("all_private_chats", "de"))
        name = world.read(lambda work: chats.preference(work, "desk", "telegram-bot"))
        return name, world.telegram.commands("all_private_chats", "de")

    flows = Echo(COMMANDS=(CommandList("private", "de", (("status", "Meine Tickets"),)),))

    assert ("sandbox_1000_bot", [{"command": "status", "description": "Meine Tickets"}]) == in_world(
        tmp_path, scenario, flows
    )
