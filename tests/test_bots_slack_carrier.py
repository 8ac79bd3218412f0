"""What is promised reaches Slack: once, in its thread, in plain words if need be."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from intake.messages import Address, Outbound
from sandbox.slack import Message
from serving import AGENTS, ANA, SAM, a_mail
from slack_world import World, a_slack, at_work, furnished, world
from store import outbox, posts
from store.tables import Sending

pytestmark = pytest.mark.slow  # a whole desk each, and a message a second


def promised(
    desk: World,
    place: str,
    body: str = "Words.",
    ticket: int = 0,
    notice: str = "agent-follow-up",
    **fields,
) -> int:
    """Something owed in Slack; the row of the outbox."""

    def promise(work):
        now = datetime.now(UTC)
        about = work.ticket(ticket) if ticket else None
        outbound = Outbound(
            "slack",
            Address("", place),
            notice,
            "A subject",
            body,
            f"{now.timestamp()}@vendor.example",
            ticket_number=ticket,
            lane=place,
            **fields,
        )
        return work.promise(outbound, about, now)

    number = desk.write(promise)
    desk.service._wake()
    return number


def state_of(desk: World, number: int) -> Sending:
    return desk.read(lambda work: outbox.one(work, number)).state


def _if_waiting(state: Sending) -> Sending | None:
    return state if state is Sending.PENDING else None


async def a_card(desk: World):
    """A ticket with its card, and nothing under way."""
    await desk.mail(subject="Calls drop")
    card = await desk.card()
    await desk.settle()
    return card


def test_what_agents_are_told_of_a_ticket_stands_in_its_thread_and_belongs_to_it(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            card = await a_card(desk)
            number = promised(desk, "triage", ticket=1001)
            await desk.settle()
            said = desk.thread(card)[-1]
            place = f"{desk.slack.team.id}/{card.channel}"
            post = desk.read(lambda work: posts.post_at(work, "slack", place, said.ts))
            return "Words." in said.text, post.ticket, post.outbox == number, post.thread == card.ts

    assert (True, 1001, True, True) == asyncio.run(story())


def test_an_agent_is_told_in_a_direct_message(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            promised(desk, f"direct {desk.space.sam}")
            await desk.settle()
            return [one.text for one in desk.slack.dms(desk.space.sam)]

    assert ["Words." in text for text in asyncio.run(story())] == [True]


def test_nothing_that_we_post_is_unfurled_or_looked_through_for_names(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await a_card(desk)
            return [one.args for one in desk.slack.calls if one.method == "chat.postMessage"]

    args = asyncio.run(story())

    assert {(False, False)} == {(one["unfurl_links"], one["unfurl_media"]) for one in args}
    assert not any({"link_names", "parse"} & set(one) for one in args)


def test_long_words_are_several_messages_and_very_long_ones_a_file(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            card = await a_card(desk)
            before = len(desk.thread(card))
            promised(desk, "triage", "Many words. " * 400, ticket=1001)
            await desk.settle()
            several = len(desk.thread(card)) - before
            promised(desk, "triage", "Many more words. " * 1000, ticket=1001)
            await desk.settle()
            return several, [file.name for one in desk.thread(card) for file in one.files]

    several, files = asyncio.run(story())

    assert several == 2
    assert len(files) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        {"drop": True},
        {"answer_then_die": True},
        {"answer_then_die": True, "times": 2},
        {"status": 502},
        {"status": 429, "retry_after": 1, "times": 2},
        {"error": "ratelimited", "retry_after": 1},
    ],
    ids=["cut", "died", "died twice", "502", "429", "ratelimited"],
)
def test_whatever_befalls_a_message_it_is_there_once(tmp_path, trouble):
    async def story():
        async with world(tmp_path) as desk:
            card = await a_card(desk)
            desk.slack.fail("chat.postMessage", **trouble)
            number = promised(desk, "triage", "Only once.", ticket=1001)
            await desk.settle()
            there = [one for one in desk.thread(card) if "Only once." in one.text]
            return len(there), state_of(desk, number)

    assert (1, Sending.SENT) == asyncio.run(story())


def test_a_worker_that_died_after_posting_posts_nothing_again(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                await a_card(desk)
                number = promised(desk, "triage", "Only once.", ticket=1001)
                await desk.settle()
                # as it was left by one that died between the post and its mark
                desk.write(lambda work: work.connection.execute(_claimed_again(number)))
                desk.service._wake()
                await desk.settle()
                return sum("Only once." in one.text for one in desk.thread(desk.cards()[0]))

    assert 1 == asyncio.run(run())


def _claimed_again(number: int):
    rows = outbox.outbox
    return (
        update(rows)
        .where(rows.c.id == number)
        .values(state=Sending.PENDING, attempts=1, next_at=datetime.now(UTC))
    )


def test_blocks_that_slack_does_not_take_are_said_in_plain_words(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            card = await a_card(desk)
            desk.slack.fail("chat.postMessage", error="invalid_blocks")
            promised(desk, "triage", "In plain words.", ticket=1001)
            await desk.settle()
            said = desk.thread(card)[-1]
            return "In plain words." in said.text, said.blocks

    assert (True, []) == asyncio.run(story())


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth", "account_inactive"])
def test_a_dead_token_keeps_everything_and_alerts_agents_once_by_mail(tmp_path, error):
    async def story():
        async with world(tmp_path) as desk:
            card = await a_card(desk)
            desk.slack.team.trouble = error
            first = promised(desk, "triage", "Waits.", ticket=1001)
            promised(desk, f"direct {desk.space.sam}", "Waits, too.")
            await desk.slack.wait_for(lambda: any("Trouble" in one for one in desk.mails_to(AGENTS)))
            waits = await desk.slack.wait_for(lambda: _if_waiting(state_of(desk, first)))
            desk.slack.team.trouble = ""
            await desk.chat.hands.speaking.tokens.try_again("")
            desk.service._wake()
            await desk.settle()
            alerts = [one for one in desk.mails_to(AGENTS) if "Trouble" in one]
            return waits, state_of(desk, first), len(alerts), "Waits." in desk.thread(card)[-1].text

    assert (Sending.PENDING, Sending.SENT, 1, True) == asyncio.run(story())


def test_a_triage_channel_that_is_gone_is_replaced_by_the_fallback_and_an_admin_hears_of_it(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_channel("fallback", private=True, members=[space.sam])
            settings = {"fallback_channel": f'"{other}"', "admins": f'["{SAM.address}"]'}
            async with at_work(tmp_path, space, **settings) as desk:
                await a_card(desk)
                await slack.archive(space.triage)
                await slack.wait_until_idle()
                await desk.mail(subject="After that")
                await slack.wait_for(lambda: desk.cards(other))
                await slack.wait_for(lambda: desk.mails_to(SAM.address))
                await slack.wait_for(lambda: slack.dms(space.sam))
                said = [one.text for one in slack.dms(space.sam)]
                return desk.cards(other)[0].text, desk.mails_to(SAM.address), desk.mails_to(AGENTS), said

    text, admins, agents, said = asyncio.run(run())

    assert "After that" in text
    assert (1, []) == (sum("archived" in one for one in admins), agents)
    assert (1, True) == (len(said), "Why: " in said[0] and "archived" in said[0])
    assert "/invite the app there; or name another channel. Until then C" in said[0]


async def _archived(slack, channel):
    await slack.archive(channel)


async def _thrown_out(slack, channel):
    await slack.leave(slack.team.bot_user, channel)


async def _brought_back(slack, channel):
    await slack.unarchive(channel)


async def _invited_again(slack, channel):
    await slack.join(slack.team.bot_user, channel)


@pytest.mark.parametrize(
    ("spoil", "mend"), [(_archived, _brought_back), (_thrown_out, _invited_again)], ids=["archive", "invite"]
)
def test_the_first_card_after_the_triage_channel_was_mended_goes_there(tmp_path, spoil, mend):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_channel("fallback", private=True, members=[space.sam])
            async with at_work(tmp_path, space, fallback_channel=f'"{other}"') as desk:
                await slack.wait_for(lambda: slack.sockets)
                await spoil(slack, space.triage)
                await slack.wait_until_idle()
                await desk.chat.hands.triage.look(space.triage, anew=True)
                await desk.mail(subject="While it was gone")
                await slack.wait_for(lambda: desk.cards(other))
                await desk.settle()
                await mend(slack, space.triage)
                await slack.wait_until_idle()
                await desk.settle()
                await desk.mail(subject="After that")
                await slack.wait_for(lambda: len(desk.cards() + desk.cards(other)) > 1)
                return [one.text.partition("After")[1] for one in desk.cards()]

    assert ["After"] == asyncio.run(run())


@pytest.mark.parametrize("word", ["not_in_channel", "is_archived", "channel_not_found"])
def test_a_channel_that_slack_lets_nobody_post_in_is_replaced_whatever_it_says_of_it(tmp_path, word):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_channel("fallback", private=True, members=[space.sam])
            settings = {"fallback_channel": f'"{other}"', "admins": f'["{SAM.address}"]'}
            async with at_work(tmp_path, space, **settings) as desk:
                slack.fail("chat.postMessage", error=word)
                await desk.mail(subject="Refused")
                await slack.wait_for(lambda: desk.cards(other))
                await slack.wait_for(lambda: desk.mails_to(SAM.address))
                return desk.cards(), desk.mails_to(SAM.address)

    there, told = asyncio.run(run())

    assert [] == there
    assert (1, True) == (len(told), word in told[0])


def test_what_waited_while_slack_was_not_there_goes_when_it_is_back_and_not_hours_later(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("bots.slack.tokens.WATCH_SECONDS", 0.3)

    async def story():
        async with world(tmp_path) as desk:
            await a_card(desk)
            desk.slack.fail("*", status=500, times=10_000)
            number = promised(desk, "triage", ticket=1001)
            await desk.slack.wait_for(lambda: desk.write(lambda work: put_off(work, number)))
            await asyncio.sleep(0.7)
            before = state_of(desk, number)
            desk.slack.mend()
            await desk.slack.wait_for(lambda: state_of(desk, number) is Sending.SENT)
            return before

    assert Sending.PENDING == asyncio.run(story())


def put_off(work, number: int) -> int:
    """As after five tries, once there was one that failed; whether it is."""
    rows, later = outbox.outbox, datetime.now(UTC) + timedelta(hours=4)
    tried = rows.c.id == number, rows.c.state == Sending.PENDING, rows.c.attempts > 0
    return work.connection.execute(update(rows).where(*tried).values(next_at=later)).rowcount


def a_mail_with(*files: str) -> EmailMessage:
    mail = a_mail(ANA, "With files")
    for name in files:
        mail.add_attachment(b"line 1\nline 2\n", "application", "octet-stream", filename=name)
    return mail


def test_files_of_an_answer_go_up_into_its_thread(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(a_mail_with("trace.log"))
            card = await desk.card()
            await desk.settle()
            before = len(files_below(desk, card))
            promised(desk, "triage", "See the file.", ticket=1001, attachments=((1, 0),))
            await desk.settle()
            return files_below(desk, card)[before:]

    assert [("trace.log", b"line 1\nline 2\n")] == asyncio.run(story())


def test_a_file_whose_answer_was_lost_is_there_once_and_counts_as_sent(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(a_mail_with("trace.log"))
            card = await desk.card()
            await desk.settle()
            before = len(files_below(desk, card))
            desk.slack.fail("files.completeUploadExternal", answer_then_die=True)
            for one in desk.thread(card):
                one.files.clear()  # as if the first had been deleted
            number = promised(desk, "triage", "See the file.", ticket=1001, attachments=((1, 0),))
            await desk.settle()
            return before, [name for name, _ in files_below(desk, card)], state_of(desk, number)

    assert (1, ["trace.log"], Sending.SENT) == asyncio.run(story())


def test_agents_see_a_customers_files_in_the_thread_and_read_what_was_left_out(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(a_mail_with("trace.log", "fix.exe"))
            card = await desk.card()
            await desk.settle()
            return files_below(desk, card), str([one.text for one in desk.thread(card)])

    files, said = asyncio.run(story())

    assert [("trace.log", b"line 1\nline 2\n")] == files
    assert "fix.exe is not shown here, because it is a program." in said


def test_a_file_that_is_not_kept_any_more_costs_agents_no_word_and_is_named(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await desk.mail(a_mail_with("trace.log"))
            card = await desk.card()
            await desk.settle()
            before = len(desk.thread(card))
            promised(desk, "triage", "See the files.", ticket=1001, attachments=((1, 0), (1, 7)))
            await desk.settle()
            words, *files = desk.thread(card)[before:]
            return words.text, str(words.blocks), [file.name for one in files for file in one.files]

    text, blocks, files = asyncio.run(story())

    assert ("See the files.", ["trace.log"]) == (text.split(maxsplit=1)[1], files)
    assert "a file: not kept any more" in blocks


def test_an_answer_whose_file_is_not_kept_any_more_is_not_said_in_part(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            await a_card(desk)
            desk.register()
            place = f"{desk.slack.team.id}/{desk.space.shared}"
            number = promised(desk, place, "See the file.", attachments=((1, 7),), notice="agent-answer")
            await desk.slack.wait_for(lambda: state_of(desk, number) is Sending.FAILED)
            return [one.text for one in desk.slack.channel(desk.space.shared)]

    assert [] == asyncio.run(story())


def test_files_of_a_protected_teams_ticket_are_in_no_other_channel(tmp_path):
    async def story():
        async with world(tmp_path) as desk:
            mail = a_mail_with("exploit.txt")
            mail.replace_header("Subject", "A vulnerability")
            await desk.mail(mail)
            await desk.card()
            await desk.settle()
            return [file.name for one in desk.slack.channel(desk.space.triage) for file in one.files]

    assert [] == asyncio.run(story())


def files_below(desk: World, card: Message) -> list[tuple[str, bytes]]:
    return [(file.name, file.content) for one in desk.thread(card) for file in one.files]
