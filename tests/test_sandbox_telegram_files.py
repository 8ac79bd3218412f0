"""Files both ways: sizes, ids, paths that end, albums."""

import json

import pytest

from sandbox.telegram import Upload
from telegram_stage import on_stage

MEGABYTE = 1 << 20
TOO_BIG = (
    "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"
)
JPEG = b"\xff\xd8\xff" + b"picture" * 9


async def fetched(stage, file_id):
    path = (await stage.call("getFile", file_id=file_id)).result["file_path"]
    answer = await stage.http.get(f"{stage.telegram.api_url}/file/bot{stage.telegram.token}/{path}")
    return answer.content if answer.is_success else answer.status_code


@pytest.mark.parametrize(
    ("kind", "given", "name", "mime"),
    [
        ("document", Upload(b"log", "trace.log", "text/plain"), "trace.log", "text/plain"),
        ("document", b"log", "file", "application/octet-stream"),
        ("voice", b"ogg", None, "audio/ogg"),
        ("video", b"mp4", None, "video/mp4"),
    ],
)
def test_a_file_that_somebody_sends_can_be_fetched(kind, given, name, mime):
    async def scenario(stage):
        await stage.telegram.send(stage.anna, caption="look", **{kind: given})
        message = (await stage.updates(offset=-1))[0]["message"]
        file = message[kind]
        content = await fetched(stage, file["file_id"])
        return message["caption"], file.get("file_name"), file["mime_type"], content

    content = given.content if isinstance(given, Upload) else given
    assert ("look", name, mime, content) == on_stage(scenario)


def test_a_picture_comes_in_sizes_and_only_the_last_is_whole():
    async def scenario(stage):
        await stage.telegram.send(stage.anna, photo=JPEG)
        sizes = (await stage.updates(offset=-1))[0]["message"]["photo"]
        return [await fetched(stage, size["file_id"]) == JPEG for size in sizes]

    assert [False, True] == on_stage(scenario)


@pytest.mark.parametrize(
    ("size", "words"),
    [(20 * MEGABYTE, ""), (20 * MEGABYTE + 1, "Bad Request: file is too big")],
)
def test_a_file_over_20_megabytes_cannot_be_fetched(size, words):
    async def scenario(stage):
        await stage.telegram.send(stage.anna, document=Upload(b"start of it", size=size))
        file = (await stage.updates(offset=-1))[0]["message"]["document"]
        return file["file_size"], (await stage.call("getFile", file_id=file["file_id"])).words

    assert (size, words) == on_stage(scenario)


def test_a_path_works_for_an_hour():
    async def scenario(stage):
        await stage.telegram.send(stage.anna, document=b"log")
        file = (await stage.updates(offset=-1))[0]["message"]["document"]
        path = (await stage.call("getFile", file_id=file["file_id"])).result["file_path"]
        url = f"{stage.telegram.api_url}/file/bot{stage.telegram.token}/{path}"
        statuses = []
        for later in (3590, 20):
            stage.telegram.advance(later)
            statuses.append((await stage.http.get(url)).status_code)
        return statuses, await fetched(stage, file["file_id"])

    assert ([200, 404], b"log") == on_stage(scenario)


def test_the_same_bytes_have_one_unique_id_and_each_bot_its_own_file_ids():
    async def scenario(stage):
        other = "2000:the-token-of-another-bot"
        stage.telegram.add_bot(other)
        await stage.telegram.send(stage.anna, document=b"log")
        await stage.telegram.send(stage.anna, document=b"log", bot=other)
        ours = stage.telegram.waiting()[-1]["message"]["document"]
        theirs = stage.telegram.waiting(bot=other)[-1]["message"]["document"]
        refused = (await stage.call("getFile", file_id=theirs["file_id"])).words
        return ours["file_unique_id"] == theirs["file_unique_id"], refused

    assert (True, "Bad Request: invalid file_id") == on_stage(scenario)


def test_what_the_bot_has_uploaded_it_can_send_again_by_its_id():
    async def scenario(stage):
        files = {"document": ("a.txt", b"hello")}
        first = (await stage.call("sendDocument", files=files, chat_id=stage.anna)).result["document"]
        again = await stage.call("sendDocument", chat_id=stage.anna, document=first["file_id"])
        name = again.result["document"]["file_name"]
        return name, await fetched(stage, again.result["document"]["file_id"])

    assert ("a.txt", b"hello") == on_stage(scenario)


@pytest.mark.parametrize(
    ("method", "kind", "size", "status", "words"),
    [
        ("sendPhoto", "photo", 1, 200, ""),
        ("sendPhoto", "photo", 0, 400, "Bad Request: file must be non-empty"),
        (
            "sendPhoto",
            "photo",
            10 * MEGABYTE + 1,
            400,
            TOO_BIG,
        ),
        ("sendDocument", "document", 10 * MEGABYTE + 1, 200, ""),
    ],
)
def test_uploads_have_limits(method, kind, size, status, words):
    async def scenario(stage):
        answer = await stage.call(method, files={kind: ("a.jpg", b"x" * size)}, chat_id=stage.anna)
        return answer.status, answer.words

    assert (status, words) == on_stage(scenario)


@pytest.mark.slow
def test_more_than_50_megabytes_are_too_large():
    async def scenario(stage):
        statuses = []
        for size in (50 * MEGABYTE, 50 * MEGABYTE + 2 * 65536):
            files = {"document": ("a.bin", b"x" * size)}
            statuses.append((await stage.call("sendDocument", files=files, chat_id=stage.anna)).status)
        return statuses

    assert [200, 413] == on_stage(scenario)


def media(*kinds):
    return json.dumps([{"type": kind, "media": f"attach://f{place}"} for place, kind in enumerate(kinds)])


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["photo"], "Bad Request: too few messages to send as an album"),
        (["photo", "photo"], ""),
        (["photo", "video"], ""),
        (["document"] * 10, ""),
        (["photo"] * 11, "Bad Request: too many messages to send as an album"),
        (["photo", "document"], "Bad Request: document can't be mixed with other media types"),
    ],
)
def test_an_album_has_two_to_ten_files_of_kinds_that_go_together(kinds, words):
    async def scenario(stage):
        files = {f"f{place}": (f"{place}.jpg", b"x") for place in range(len(kinds))}
        answer = await stage.call("sendMediaGroup", files=files, chat_id=stage.anna, media=media(*kinds))
        sent = stage.telegram.chat(stage.anna)[1:]
        groups = {one.media_group for one in sent}
        return answer.words, [one.media for one in sent], len(groups)

    assert (words, [] if words else kinds, 0 if words else 1) == on_stage(scenario)


def test_an_album_that_somebody_sends_comes_as_separate_updates_of_one_group():
    async def scenario(stage):
        await stage.telegram.album(stage.anna, [JPEG, JPEG, Upload(b"log", "trace.log")], "three things")
        messages = [one["message"] for one in (await stage.updates())[1:]]
        kinds = ["photo" if "photo" in one else "document" for one in messages]
        return (
            kinds,
            len({one["media_group_id"] for one in messages}),
            [one.get("caption") for one in messages],
        )

    expected = (["photo", "photo", "document"], 1, ["three things", None, None])
    assert expected == on_stage(scenario)
