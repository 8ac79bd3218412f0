"""What is owed is posted: in parts, with buttons and files, in order, and by mail where a chat is shut."""

import json
import time

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bots.telegram.saying import Button, react, say
from intake.messages import File
from serving import ANA
from store import posts
from store.chat_tables import accounts
from store.tables import Sending, outbox
from telegram_world import Echo, a_promise, in_world

pytestmark = pytest.mark.slow

A_PARAGRAPH = "Words and words. " * 60 + "\n\n"


def sent(world, promise):
    return lambda: world.outbox(promise).state == Sending.SENT


def texts(world, chat):
    return [one.text for one in world.bot_said(chat) if not one.deleted]


def test_markup_is_shown_and_nothing_previewed(tmp_path):
    async def scenario(world):
        await world.until(sent(world, world.promise(world.anna, "**Bold** \\<b\\> & <https://x.example>")))
        (message,) = world.bot_said(world.anna)
        kinds = [one["type"] for one in message.entities]
        return message.text, kinds[0], message.link_preview

    assert ("Bold <b> & https://x.example", "bold", False) == in_world(tmp_path, scenario, Echo())


def test_a_long_text_is_cut_at_paragraphs_and_its_buttons_are_on_the_last_part(tmp_path):
    async def scenario(world):
        def promise(work):
            words = a_promise(world.place(world.anna), A_PARAGRAPH * 9)
            rows = [[Button("Reply", "reply", body={"n": 1}), Button("Site", url="https://x.example")]]
            place = world.place(world.anna)
            return say(work, world.wired.setup, place, place, words, rows, now=world.now())

        number = world.write(promise)
        await world.until(sent(world, number))
        said = world.bot_said(world.anna)
        found = [world.read(lambda work, one=one: posted(work, world, one)) for one in said]
        return [(len(one.text) <= 4096, len(one.keyboard or ())) for one in said], {
            one.outbox for one in found
        }

    parts, promises = in_world(tmp_path, scenario, Echo())

    assert [(True, 0), (True, 0), (True, 1)] == parts
    assert {1} == promises


def posted(work, world, message):
    return posts.post_at(work, "telegram", world.place(world.anna), str(message.id))


def test_what_cannot_be_parsed_is_sent_again_as_plain_text(tmp_path):
    async def scenario(world):
        said = "Bad Request: can't parse entities: unsupported start tag"
        world.telegram.fail("sendMessage", status=400, description=said)
        await world.until(sent(world, world.promise(world.anna, "**Bold** & <https://x.example>")))
        return texts(world, world.anna), [call.args.get("parse_mode") for call in posts_of(world)]

    assert (["Bold & https://x.example"], ["HTML", None]) == in_world(tmp_path, scenario, Echo())


def posts_of(world):
    return world.telegram.calls_of("sendMessage")


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"status": 502}, {"retry_after": 1}, {"status": 429, "retry_after": 1}]
)
def test_a_fault_that_passes_costs_a_moment(tmp_path, fault, monkeypatch):
    monkeypatch.setattr("bots.telegram.carrier.QUICK_WAITS", (0.05, 0.05))

    async def scenario(world):
        world.telegram.fail("sendMessage", **fault)
        await world.until(sent(world, world.promise(world.anna, "Hello")))
        return texts(world, world.anna)

    assert ["Hello"] == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_what_telegram_asks_us_to_wait_for_holds_every_chat(tmp_path):
    async def scenario(world):
        world.telegram.fail("sendMessage", retry_after=1)
        world.promise(world.anna, "first")
        await world.until(lambda: world.service.chats.chat("telegram").pace._paused_until)  # it is heard
        await world.until(sent(world, world.promise(world.bob, "second")))
        refused, *after = posts_of(world)
        return min(one.at for one in after) - refused.at

    assert 1.0 <= in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_an_answer_that_never_came_is_sent_again_with_what_is_left(tmp_path, monkeypatch):
    """The first part is recorded and not repeated; of the second nobody knows, so it comes twice."""
    monkeypatch.setattr("bots.telegram.carrier.QUICK_WAITS", (0.05,))

    async def scenario(world):
        world.telegram.fail("sendMessage", delay=0.01)  # the first part only takes a moment
        world.telegram.fail("sendMessage", answer_then_die=True)
        await world.until(sent(world, world.promise(world.anna, A_PARAGRAPH * 5)))
        return [len(text) for text in texts(world, world.anna)]

    first, second, *again = in_world(tmp_path, scenario, Echo())

    assert [second] == again
    assert first > second


@pytest.mark.slow
def test_an_edit_takes_the_place_of_the_words_and_one_that_changes_nothing_is_no_fault(tmp_path):
    async def scenario(world):
        await world.until(sent(world, world.promise(world.anna, "Old")))
        (message,) = world.bot_said(world.anna)
        for body in ("New", "New"):
            await world.until(sent(world, world.promise(world.anna, body, extra={"edit": message.id})))
        return texts(world, world.anna)

    assert ["New"] == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_what_cannot_be_edited_any_more_is_said_anew(tmp_path):
    async def scenario(world):
        await world.until(sent(world, world.promise(world.anna, "New", extra={"edit": 4711})))
        return texts(world, world.anna)

    assert ["New"] == in_world(tmp_path, scenario, Echo())


@pytest.mark.slow
def test_a_reaction_is_put_on_the_message(tmp_path):
    async def scenario(world):
        hers = await world.telegram.send(world.anna, "Thanks")

        def promise(work):
            return react(work, world.wired.setup, world.place(world.anna), hers, "👍", now=world.now())

        await world.until(sent(world, world.write(promise)))
        return next(one.reactions for one in world.telegram.chat(world.anna) if one.id == hers)

    assert "👍" in json.dumps(in_world(tmp_path, scenario, Echo()), default=str, ensure_ascii=False)


PORTAL = 'portal_url = "https://portal.vendor.example"'
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 64


@pytest.mark.slow
def test_files_go_after_the_text_pictures_as_an_album_and_the_rest_as_documents(tmp_path):
    names = [("a.png", "image/png"), ("b.png", "image/png"), ("log.txt", "text/plain")]

    async def scenario(world):
        def files(_):
            return tuple(File(name, kind, PICTURE + name.encode()) for name, kind in names)

        number = with_files(world, files, "Here they are")
        await world.until(sent(world, number))
        return [(one.media, bool(one.media_group)) for one in world.bot_said(world.anna)]

    assert [("", False), ("photo", True), ("photo", True), ("document", False)] == in_world(
        tmp_path, scenario, Echo()
    )


def with_files(world, files, body):
    """A promise with files that are not read from a message."""
    carrier = world.service.chats.chat("telegram").carrier

    async def read(outbound):
        return files(outbound)

    carrier._files = read
    return world.promise(world.anna, body)


def test_a_file_that_telegram_does_not_take_is_named_with_the_place_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("bots.telegram.posting.LARGEST_FILE", 100)

    async def scenario(world):
        number = with_files(world, lambda _: (File("big_one.bin", "x/y", b"x" * 101),), "See the file.")
        await world.until(sent(world, number))
        return texts(world, world.anna)

    said = in_world(tmp_path, scenario, Echo(), desk=PORTAL)

    assert [
        "See the file.\n\nThe file big_one.bin is too large for Telegram. You can have it from https://portal.vendor.example."
    ] == said


# Whoever takes nothing


def shut(world, chat):
    return {"block": world.telegram.block, "deactivate": world.telegram.deactivate}[chat]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["block", "deactivate"])
def test_who_shut_us_out_gets_the_words_by_mail_and_agents_hear_of_it_once(tmp_path, way):
    async def scenario(world):
        world.link(world.anna)
        await shut(world, way)(world.anna)
        first, second = (world.promise(world.anna, f"Your answer {n}") for n in (1, 2))
        await world.until(lambda: world.outbox(second).state == Sending.FAILED)
        await world.settled()
        rows = world.read(lambda work: list(work.connection.execute(select(outbox))))
        blocked = world.read(lambda work: work.connection.execute(select(accounts.c.blocked_at)).scalar())
        mails = [one.body.strip() for one in rows if one.recipient == ANA.address]
        told = [one for one in rows if one.notice == "agent-chat-blocked"]
        sent = {one["outbox"] for one in logs if one["event"] == "sent"}
        return mails, len(told), world.outbox(first).state, bool(blocked), {first, second} & sent

    with capture_logs() as logs:
        seen = in_world(tmp_path, scenario, Echo())

    assert (["Your answer 1", "Your answer 2"], 1, Sending.FAILED, True, set()) == seen


@pytest.mark.slow
def test_what_belongs_to_a_dialogue_is_not_mailed(tmp_path):
    async def scenario(world):
        world.link(world.anna)
        await world.telegram.block(world.anna)
        number = world.promise(world.anna, "Which ticket?", extra={"dialogue": True})
        await world.until(lambda: world.outbox(number).state == Sending.FAILED)
        return world.read(
            lambda work: work.connection.execute(select(outbox).where(outbox.c.channel == "email")).all()
        )

    mailed = in_world(tmp_path, scenario, Echo())

    assert {"agent-chat-blocked"} == {one.notice for one in mailed}


@pytest.mark.slow
def test_who_writes_again_is_reached_again(tmp_path):
    async def scenario(world):
        world.link(world.anna)
        await world.telegram.block(world.anna)
        await world.until(lambda: world.read(blocked))
        await world.telegram.unblock(world.anna)
        await world.until(lambda: not world.read(blocked))
        await world.until(sent(world, world.promise(world.anna, "Hello again")))
        return texts(world, world.anna)

    assert ["Hello again"] == in_world(tmp_path, scenario, Echo())


def blocked(work):
    return work.connection.execute(select(accounts.c.blocked_at)).scalar()


# Pace


@pytest.mark.slow
def test_a_chat_gets_a_message_a_second_and_others_do_not_wait_for_it(tmp_path):
    async def scenario(world):
        numbers = [world.promise(world.anna, f"a{n}") for n in range(4)]
        began = time.monotonic()
        world.promise(world.bob, "b")
        await world.until(sent(world, numbers[-1]))
        took = time.monotonic() - began
        said = [call.args["text"] for call in posts_of(world)]
        refused = [call for call in posts_of(world) if call.status == 429]
        return texts(world, world.anna), said.index("b") < said.index("a3"), took > 2.9, refused

    sandbox = {"rate_limits": True}

    assert (["a0", "a1", "a2", "a3"], True, True, []) == in_world(
        tmp_path, scenario, Echo(), sandbox, each_chat=1.0
    )


@pytest.mark.slow
def test_all_chats_together_get_thirty_messages_a_second_and_none_is_dropped(tmp_path):
    async def scenario(world):
        people = [world.telegram.add_user(f"P{n}") for n in range(90)]
        for one in people:
            await world.telegram.unblock(one)
        await world.settled(180)
        began = time.monotonic()
        for one in people:
            world.promise(one, "Maintenance tonight")
        await world.settled(180)
        took = time.monotonic() - began
        return {tuple(texts(world, one)) for one in people}, took > 2.9

    assert ({("Maintenance tonight",)}, True) == in_world(
        tmp_path, scenario, Echo(), {"rate_limits": True}, each_chat=1.0
    )
