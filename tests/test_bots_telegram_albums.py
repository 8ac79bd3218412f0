"""Several files sent at once are one message; what is not taken is named, and costs the message nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bots.telegram.heard import Missed
from sandbox.telegram import Upload
from store.tables import Delivery, attachments, inbox
from telegram_world import Echo, in_world

pytestmark = pytest.mark.slow

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 64
PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"
MIB = 1024 * 1024


def names_of(world, message):
    query = select(attachments.c.filename, attachments.c.content_type).where(attachments.c.message == message)
    return [tuple(row) for row in world.read(lambda work: work.connection.execute(query).all())]


@pytest.mark.slow
def test_an_album_is_one_message_of_all_its_files(tmp_path):
    flows = Echo()

    async def scenario(world):
        world.link(world.anna)
        await world.telegram.album(world.anna, [PICTURE + bytes([n]) for n in range(3)], "Look at these")
        await world.telegram.send(world.anna, "and this")
        await world.until(lambda: len(world.kept()) == 2)
        await world.settled()
        became = {one.message for one in world.deliveries()}
        return [one.text for one in world.kept()], len(names_of(world, 1)), became

    assert (["Look at these", "and this"], 3, {1, 2}) == in_world(tmp_path, scenario, flows)
    assert [3, 0] == [len(one) for one in flows.files]
    assert 3 == len(flows.heard[0].album)


@pytest.mark.slow
def test_an_album_waits_for_what_comes_later_and_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setattr("bots.telegram.albums.REST", timedelta(minutes=30))

    async def scenario(world):
        world.link(world.anna)
        await world.telegram.send(world.anna, photo=PICTURE, caption="Two", media_group="g1")
        await world.until(lambda: is_put_off(world))
        await world.telegram.send(world.anna, photo=PICTURE, media_group="g1")
        await world.until(lambda: len(world.deliveries()) == 2)
        an_hour_passes(world, 1)
        await world.until(lambda: is_put_off(world))
        early = world.kept()
        an_hour_passes(world, 1, 2)
        await world.until(world.kept)
        await world.settled()
        return early, len(world.kept()), len(names_of(world, 1))

    assert ([], 1, 2) == in_world(tmp_path, scenario, Echo())


def is_put_off(world):
    """Whether the first item waits for more of its album."""
    first = world.deliveries()[0] if world.deliveries() else None
    return first and first.state == Delivery.PENDING and first.next_at > world.now() + timedelta(minutes=10)


def an_hour_passes(world, *deliveries):
    """For these; they are looked at again."""
    rows = [one for one in world.deliveries() if one.id in deliveries]

    def pass_(work):
        for one in rows:
            then = {"received_at": one.received_at - timedelta(hours=1), "next_at": world.now()}
            work.connection.execute(update(inbox).where(inbox.c.id == one.id).values(then))

    world.write(pass_)


def test_an_album_of_one_chat_does_not_hold_up_another(tmp_path, monkeypatch):
    monkeypatch.setattr("bots.telegram.albums.REST", timedelta(minutes=1))

    async def scenario(world):
        await world.telegram.album(world.anna, [PICTURE, PICTURE])
        await world.telegram.send(world.bob, "Hello")
        await world.until(world.kept)
        return world.kept()[0].text

    assert "Hello" == in_world(tmp_path, scenario, Echo())


# One file

SENT = (
    ({"photo": PICTURE}, [("photo.jpg", "image/png")], ()),  # by its bytes, whatever it is called
    ({"document": Upload(PICTURE, "../../etc/a\u202eb.png", "image/png")}, [("a_b.png", "image/png")], ()),
    ({"document": Upload(b"10:00 error", "server.log", "text/plain")}, [("server.log", "text/plain")], ()),
    ({"document": Upload(b"MZ\x90" + b"\0" * 80, "report.pdf", "application/pdf")},
     [("report.pdf.exe", "application/octet-stream")], ()),
    ({"document": Upload(PAGE, "report.pdf", "application/pdf")}, [], (Missed.GONE,)),  # a page instead
    ({"document": Upload(PAGE, "page.html", "text/html")}, [("page.html", "text/html")], ()),
    ({"document": Upload(b"x" * (MIB + 1), "big.bin")}, [], (Missed.LARGE,)),
    ({"document": Upload(b"x", "huge.bin", size=30 * MIB)}, [], (Missed.LARGE,)),  # Telegram hands out less
    ({"voice": b"OggS" + b"\0" * 60}, [("voice.ogg", "audio/ogg")], ()),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "taken", "missed"), SENT, ids=range(len(SENT)))
def test_a_file_is_what_its_bytes_say_under_a_safe_name(tmp_path, sent, taken, missed):
    flows = Echo()

    async def scenario(world):
        world.link(world.anna)
        await world.telegram.send(world.anna, caption="See", **sent)
        await world.until(world.kept)
        return names_of(world, 1)

    assert taken == in_world(tmp_path, scenario, flows, telegram="max_file_mib = 1")
    assert missed == tuple(why for _, why in flows.heard[0].missed)


def test_files_of_a_stranger_are_not_fetched(tmp_path):
    flows = Echo()

    async def scenario(world):
        await world.telegram.send(world.anna, photo=PICTURE)
        await world.until(world.kept)
        return world.telegram.calls_of("getFile")

    assert [] == in_world(tmp_path, scenario, flows)
    assert (("photo.jpg", Missed.STRANGER),) == flows.heard[0].missed


@pytest.mark.slow
def test_an_account_may_send_so_much_a_day(tmp_path):
    flows = Echo()

    async def scenario(world):
        world.link(world.anna)
        for number in range(3):
            await world.telegram.send(world.anna, document=Upload(b"x" * 400_000, f"{number}.txt"))
        await world.until(lambda: len(world.kept()) == 3)

    in_world(tmp_path, scenario, flows, telegram="files_a_day_mib = 1")

    assert [(), (), (("2.txt", Missed.BUDGET),)] == [one.missed for one in flows.heard]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "missed"),
    [
        ({"drop": True}, ()),  # tried again
        ({"status": 502}, ()),
        ({"status": 404}, (("photo.jpg", Missed.GONE),)),
        ({"status": 302}, (("photo.jpg", Missed.GONE),)),  # nobody is followed with the token in hand
    ],
)
def test_a_file_that_cannot_be_had_now_is_tried_again_and_one_that_is_gone_is_named(tmp_path, fault, missed):
    flows = Echo()

    async def scenario(world):
        world.link(world.anna)
        world.telegram.fail("file", **fault)
        await world.telegram.send(world.anna, photo=PICTURE)
        await world.until(world.kept)

    in_world(tmp_path, scenario, flows)

    assert missed == flows.heard[0].missed


@pytest.mark.slow
def test_the_last_try_goes_on_without_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("bots.chat.inbox.WAITS", (0.0,) * 5)
    flows = Echo()

    async def scenario(world):
        world.link(world.anna)
        world.telegram.fail("file", drop=True, times=50)
        await world.telegram.send(world.anna, photo=PICTURE, caption="Look")
        await world.until(world.kept)
        return world.kept()[0].text

    assert "Look" == in_world(tmp_path, scenario, flows)
    assert (("photo.jpg", Missed.GONE),) == replace(flows.heard[0]).missed
