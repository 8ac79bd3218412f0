"""Words that did not arrive go by any way that is really their reader's: mail, Telegram, a shared thread."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from bots.commands import acts, redact
from bots.slack.blocks import names
from bots.telegram import carrier
from intake.decisions import Audience, Notice
from intake.promising import promise
from intake.readers import all_agents
from replies.retry import WAITS
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.world import Standing
from serving import ANA, SAM, a_mail
from slack_asks import shown
from slack_world import a_slack, at_work, furnished
from store import chat_places, outbox, telegram_accounts
from store.tables import IdentityKind, Sending, identities, undeliverable
from store.tables import outbox as table
from store.types import address_key
from telegram_world import link

pytestmark = pytest.mark.slow  # a desk, a Slack and a Telegram each

SECOND, GIVEN_UP = "ana.rossi@acme.example", "old@acme.example"
WORDS = "Please restart it."


@asynccontextmanager
async def both(folder):
    """A desk with Slack and Telegram; Ana has a chat, three addresses, and writes in the shared channel."""
    async with a_slack() as slack, TelegramSandbox() as telegram:
        more = f'[channel.telegram]\nkind = "telegram"\ntoken = "{telegram.token}"\n'
        more += f'api_url = "{telegram.api_url}"\n'
        async with at_work(folder, furnished(slack), more) as desk:
            desk.chat.hands.speaking.pace.apart = 0.02
            yield desk, telegram


async def undelivered(desk, telegram):
    """A ticket of Ana's whose answer by mail came back; the ts of its thread in the shared channel."""
    desk.register()
    ana = telegram.add_user("Ana")
    bob = telegram.add_user("Bob")
    for one in (ana, bob):
        telegram.world.bots[telegram.token].chats[one].standing = Standing.MEMBER
    desk.write(lambda work: link(work, f"1000/{ana}", ANA.address))
    desk.write(lambda work: link(work, f"1000/{bob}", "bob@acme.example"))
    desk.write(more_addresses)
    ts = await desk.slack.say(desk.space.ana, desk.space.shared, "Calls drop at noon.")
    await desk.settle()
    await desk.mail(a_mail(ANA, "Re: VS-1001", "At one, too."))
    await desk.settle()
    await asyncio.to_thread(acts.say, desk.wired, 1001, WORDS, SAM.address, False)
    await desk.settle()
    desk.write(lambda work: came_back(work, desk.chat.hands.desk.setup))
    desk.chat.hands.desk.wake()
    await desk.settle()
    return ana, bob, ts


def more_addresses(work):
    person = work.person(ANA.address).id
    for place, new in enumerate((SECOND, GIVEN_UP), 1):
        values = {"key": address_key(new), "kind": IdentityKind.EMAIL, "value": new, "person": person}
        work.connection.execute(insert(identities).values(**values, position=place))
    now = datetime.now(UTC)
    gone = {"key": address_key(GIVEN_UP), "address": GIVEN_UP, "status": "5.1.1", "at": now, "failures": []}
    work.connection.execute(insert(undeliverable).values(**gone, is_marked=True))


def came_back(work, setup):
    """The answer was handed over, and came back."""
    (row,) = [
        one
        for one in outbox.of_ticket(work, 1001)
        if WORDS in one.outbound.body and one.outbound.channel == "email"
    ]
    failed = update(table).where(table.c.id == row.id)
    work.connection.execute(failed.values(state=Sending.FAILED, error="550 no such mailbox"))
    facts = {"address": ANA.address, "reason": "550", "text": "", "promise": row.id}
    notice = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
    for agent in all_agents(work, setup.desk):
        promise(work, notice, agent, work.ticket(1001), None, 0, setup, datetime.now(UTC))


async def the_form(desk):
    """What "Use another way…" opens below the last notice that something did not arrive."""
    card = await desk.card()
    notice = [one for one in desk.thread(card) if names.OTHER_WAY in str(one.blocks)][-1]
    await desk.done(await desk.slack.click(desk.space.sam, notice.channel, notice.ts, names.OTHER_WAY))

    def filled():
        views = desk.slack.views(desk.space.sam)
        return views[-1] if views and "One moment" not in str(views[-1]) else None

    return await desk.slack.wait_for(filled)


def ways_in(view):
    menus = [one["element"] for one in view["blocks"] if one["type"] == "input"]
    return [one["value"] for menu in menus for one in menu["options"]]


def blocked(desk, ana):
    def act(work):
        telegram_accounts.block(work, f"1000/{ana}", datetime.now(UTC))

    desk.write(act)


def test_the_form_offers_what_the_person_really_has_and_says_what_was_tried(tmp_path):
    async def story():
        async with both(tmp_path) as (desk, telegram):
            ana, _, ts = await undelivered(desk, telegram)
            first = await the_form(desk)
            await desk.slack.close_view(desk.space.sam, first["id"])
            place = f"{desk.slack.team.id}/{desk.space.shared}"
            blocked(desk, ana)
            desk.write(lambda work: chat_places.forget(work, "slack", place))
            return first, await the_form(desk), f"telegram 1000/{ana}", f"slack {place}/{ts}"

    first, second, telegram, slack = asyncio.run(story())

    assert [SECOND, telegram, slack] == ways_in(first)
    assert f"Tried: Email to {ANA.address}: 550 no such mailbox" in shown(first)
    assert "the thread in #acme" in shown(first)
    assert [SECOND] == ways_in(second)


@pytest.mark.parametrize("by", ["telegram", "slack"])
def test_the_words_arrive_by_the_way_that_was_chosen_and_nowhere_else(tmp_path, by):
    async def story():
        async with both(tmp_path) as (desk, telegram):
            ana, bob, ts = await undelivered(desk, telegram)
            view = await the_form(desk)
            (way,) = [one for one in ways_in(view) if one.startswith(by)]
            await desk.slack.submit(desk.space.sam, view["id"], {names.ADDRESS: way})
            await desk.settle()
            chats = [[one.text for one in telegram.chat(who)] for who in (ana, bob)]
            thread = [shown(one) for one in desk.slack.thread(desk.space.shared, ts)[1:]]
            given_up = desk.read(lambda work: [one.state for one in outbox.of_ticket(work, 1001)])
            return [sum(WORDS in one for one in said) for said in (*chats, thread)], given_up

    said, states = asyncio.run(story())

    assert {"telegram": [1, 0, 0], "slack": [0, 0, 1]}[by] == said
    assert Sending.DROPPED in states


def test_whoever_is_on_the_ticket_no_more_is_reached_by_no_way(tmp_path):
    async def story():
        async with both(tmp_path) as (desk, telegram):
            await undelivered(desk, telegram)
            view = await the_form(desk)
            desk.write(given_to_bob)
            await desk.slack.submit(desk.space.sam, view["id"], {names.ADDRESS: ways_in(view)[0]})
            return await the_form(desk)

    view = asyncio.run(story())

    assert "No other way to them is known." in shown(view)


def given_to_bob(work):
    """The ticket is of somebody else now."""
    from store.tables import tickets

    bob = work.person("bob@acme.example").id
    work.connection.execute(update(tickets).where(tickets.c.number == 1001).values(requester=bob))
    assert work.connection.execute(select(tickets.c.requester)).scalar() == bob


def test_a_redaction_that_telegram_does_not_take_for_days_is_told_to_the_agents_who_may_try_it_again(
    tmp_path, monkeypatch
):
    """There is no other way for it: what stands in a chat is changed there."""
    monkeypatch.setattr(carrier, "QUICK_WAITS", ())

    async def story():
        async with both(tmp_path) as (desk, telegram):
            ana = await _answered_in_telegram(desk, telegram)
            telegram.fail("editMessageText", status=502, times=1000)
            list(redact.redact(desk.wired, 1001, 0, WORDS, False, SAM.address, False))
            desk.chat.hands.desk.wake()
            await desk.slack.wait_for(lambda: _redaction(desk).error)
            desk.write(_last_try)
            desk.chat.hands.desk.wake()
            notice = await desk.slack.wait_for(lambda: _notice_with_retry(desk))
            asked = f"{notice.text} {notice.blocks}"
            telegram.mend()
            click = await desk.slack.click(desk.space.sam, notice.channel, notice.ts, names.RETRY)
            await click.answered()
            await desk.slack.wait_for(lambda: not any(WORDS in one.text for one in telegram.chat(ana)))
            return asked

    asked = asyncio.run(story())

    assert "what was redacted may stand there still" in asked
    assert names.OTHER_WAY not in asked
    assert WORDS not in asked


async def _answered_in_telegram(desk, telegram):
    """A ticket of Ana's by mail, which she asked for in her chat, and an answer to it there."""
    await desk.mail(a_mail(ANA, "Calls drop", "At noon."))
    await desk.card()
    ana = telegram.add_user("Ana")
    telegram.world.bots[telegram.token].chats[ana].standing = Standing.MEMBER
    desk.write(lambda work: link(work, f"1000/{ana}", ANA.address))
    for words in ("/ticket 1001", "Still so."):
        before = len(telegram.chat(ana))
        await telegram.send(ana, words)
        await desk.slack.wait_for(lambda before=before: len(telegram.chat(ana)) > before + 1)
    await desk.settle()
    await asyncio.to_thread(acts.say, desk.wired, 1001, WORDS, SAM.address, False)
    desk.chat.hands.desk.wake()
    await desk.slack.wait_for(lambda: any(WORDS in one.text for one in telegram.chat(ana)))
    await desk.settle()
    return ana


def _redaction(desk):
    rows = desk.read(outbox.listed)
    return next(
        one for one in rows if one.outbound.notice == "agent-again" and one.outbound.channel == "telegram"
    )


def _last_try(work):
    mine = update(table).where(table.c.notice == "agent-again", table.c.channel == "telegram")
    work.connection.execute(mine.values(attempts=len(WAITS), next_at=datetime.now(UTC)))


def _notice_with_retry(desk):
    below = (one for card in desk.cards() for one in desk.thread(card))
    return next((one for one in below if names.RETRY in str(one.blocks)), None)
