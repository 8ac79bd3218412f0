"""What an update says: read from the payload as Telegram sends it, refused where it makes no sense."""

import json
from datetime import UTC, datetime

import pytest

from bots.telegram.api import bot_of, failure_of
from bots.telegram.heard import HeardKind, heard_in
from bots.telegram.pace import Pace
from bots.telegram.updates import lane_of
from intake.errors import ConfigError, TemporaryFailure, UnreadableMessage
from intake.messages import Raw

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TOKEN = "1000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
BOT = bot_of(TOKEN, "http://127.0.0.1:1")
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Berg", "language_code": "de"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Anna"}
GROUP = {"id": -5, "type": "group", "title": "Acme"}


def message(chat=None, **fields):
    return {"message_id": 3, "date": 1_790_000_000, "chat": chat or PRIVATE, "from": ANNA, **fields}


def heard(**update):
    return heard_in(Raw("telegram", "telegram", json.dumps({"update_id": 9, **update}).encode(), NOW), BOT)


COMMANDS = (
    ("/status", "status", ""),
    ("/Status@desk_bot  T-1042 ", "status", "T-1042"),
    ("/start abc_DEF-123", "start", "abc_DEF-123"),
    ("/new\nmore\nlines", "new", "more\nlines"),
    ("please /status", "", ""),
    ("/", "", ""),
    ("/päth", "", ""),
)


@pytest.mark.parametrize(("text", "command", "argument"), COMMANDS)
def test_a_command_stands_at_the_beginning(text, command, argument):
    one = heard(message=message(text=text))

    assert (command, argument) == (one.command, one.argument)


SIZES = [
    {"file_id": f, "file_unique_id": f, "width": w, "height": w, "file_size": w}
    for f, w in (("s", 9), ("l", 90))
]
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 5}
KINDS = (
    ({"message": message(text="Hello")}, HeardKind.MESSAGE),
    ({"edited_message": message(text="Hello", edit_date=1_790_000_009)}, HeardKind.EDIT),
    ({"message": message(GROUP, text="Hello")}, HeardKind.GROUP),
    ({"edited_message": message(GROUP, text="Hello")}, HeardKind.GROUP),
    ({"message": message(pinned_message=message(text="Hello"))}, HeardKind.OTHER),
    ({"message": message(sticker={**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False,
                                  "is_video": False})}, HeardKind.MESSAGE),
    ({"callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "v:x", "message": message()}},
     HeardKind.BUTTON),
    ({"callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "v:x"}}, HeardKind.OTHER),
    ({"channel_post": message({"id": -7, "type": "channel", "title": "x"}, text="x")}, HeardKind.OTHER),
    ({"poll_answer": {"poll_id": "1", "option_ids": [0], "user": ANNA, "option_persistent_ids": []}},
     HeardKind.OTHER),
)  # fmt: skip


@pytest.mark.parametrize(("update", "kind"), KINDS, ids=range(len(KINDS)))
def test_an_update_is_of_one_kind(update, kind):
    assert kind is heard(**update).kind


FILES = (
    ({"photo": SIZES}, ("l", "photo.jpg", "image/jpeg", 90, "photo")),  # the largest
    ({"document": {**FILE, "file_name": "a.log", "mime_type": "text/plain"}},
     ("f", "a.log", "text/plain", 5, "document")),
    ({"document": FILE}, ("f", "file", "application/octet-stream", 5, "document")),
    ({"voice": {**FILE, "duration": 1}}, ("f", "voice.ogg", "audio/ogg", 5, "voice")),
    ({"video_note": {**FILE, "duration": 1, "length": 1}}, ("f", "video.mp4", "video/mp4", 5, "video")),
)  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), FILES, ids=range(len(FILES)))
def test_a_file_is_offered_with_what_telegram_says_of_it(fields, expected):
    (one,) = heard(message=message(caption="See", **fields)).files

    assert expected == (one.file_id, one.name, one.content_type, one.size, one.kind)


def test_who_and_where_are_the_accounts_own_numbers():
    one = heard(message=message(text="Hello", reply_to_message=message(text="Before")))

    assert ("1000/7", "1000/7", "Anna Berg", "de", 3) == (
        one.place,
        one.account,
        one.name,
        one.language,
        one.reply_to,
    )


NONSENSE = (
    b"", b"[]", b"null", b"7", b'"x"', b"{}", b"\xff\xfe", b"[" * 5000, b'{"update_id": "x"}',
    b'{"update_id": 1, "message": 7}', b'{"update_id": 1, "message": {"message_id": {}}}',
)  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_what_makes_no_sense_is_unreadable_and_nothing_worse(body):
    with pytest.raises(UnreadableMessage):
        heard_in(Raw("telegram", "telegram", body, NOW), BOT)


LANES = (
    ({"message": message()}, "7"),
    ({"edited_message": message(GROUP)}, "-5"),
    ({"callback_query": {"message": message()}}, "7"),
    ({"my_chat_member": {"chat": PRIVATE}}, "7"),
    ({"message": []}, ""),
    ([], ""),
    (None, ""),
)


@pytest.mark.parametrize(("update", "lane"), LANES, ids=range(len(LANES)))
def test_a_chat_is_a_lane(update, lane):
    assert lane == lane_of(update)


@pytest.mark.parametrize("token", ["", "abc", "123", "123:a b", "x1:abcdef", "1000:"])
def test_what_cannot_be_a_token_is_said_before_anything_begins(token):
    with pytest.raises(ConfigError, match=r"channel\.telegram\.token"):
        bot_of(token, "http://127.0.0.1:1")


def test_no_error_of_ours_has_the_token_in_it():
    from telegram.error import NetworkError

    assert TOKEN not in str(failure_of(NetworkError(f"https://api.telegram.org/bot{TOKEN}/getMe")))


def test_a_long_pause_is_not_waited_for_in_place():
    import asyncio

    pace = Pace()
    pace.pause(3600)

    with pytest.raises(TemporaryFailure) as error:
        asyncio.run(pace.turn(7))

    assert 3500 < error.value.retry_after.total_seconds() <= 3600
