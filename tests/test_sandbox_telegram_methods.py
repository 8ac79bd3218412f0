"""The Bot API's methods over the wire: the words of every refusal, the limits, the four ways to call."""

import json

import pytest

from telegram_stage import on_stage

pytestmark = pytest.mark.slow

ANNA = "Anna's chat"  # stands for its id in a table
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def keyboard(*rows):
    return json.dumps({"inline_keyboard": rows})


def button(data="x", text="Yes"):
    return {"text": text, "callback_data": data}


REFUSALS = [
    ("sendMessage", {"text": "hi"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 99, "text": "hi"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "hi"}, "chat not found"),
    ("sendMessage", {"chat_id": ANNA}, "message text is empty"),
    ("sendMessage", {"chat_id": ANNA, "text": " \n "}, "message text is empty"),
    ("sendMessage", {"chat_id": ANNA, "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ("sendMessage", {"chat_id": ANNA, "text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"chat_id": 99, "text": ""}, "message text is empty"),  # what is sent comes first
    ("sendMessage", {"chat_id": ANNA, "text": "x", "parse_mode": "Fancy"}, "unsupported parse_mode"),
    (
        "sendMessage",
        {"chat_id": ANNA, "text": "x", "reply_to_message_id": 9},
        "message to be replied not found",
    ),
    (
        "sendMessage",
        {"chat_id": ANNA, "text": "x", "reply_parameters": '{"message_id": 9}'},
        "message to be replied not found",
    ),
    (
        "sendMessage",
        {"chat_id": ANNA, "text": "x", "reply_markup": "{"},
        "can't parse reply keyboard markup JSON object",
    ),
    ("sendMessage", {"chat_id": ANNA, "text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
    ("sendPhoto", {"chat_id": ANNA}, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": ANNA, "photo": "AgADBogus"}, "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"chat_id": ANNA, "photo": "http://x.example/a"}, "failed to get HTTP URL content"),
    ("sendDocument", {"chat_id": ANNA, "document": "attach://gone"}, "there is no document in the request"),
    ("sendMediaGroup", {"chat_id": ANNA, "media": "[]"}, "too few messages to send as an album"),
    ("sendMediaGroup", {"chat_id": ANNA}, "too few messages to send as an album"),
    ("sendChatAction", {"chat_id": ANNA, "action": "dancing"}, "wrong parameter action in request"),
    ("editMessageText", {"chat_id": ANNA, "text": "x"}, "message identifier is not specified"),
    ("editMessageText", {"chat_id": ANNA, "message_id": 9, "text": "x"}, "message to edit not found"),
    (
        "editMessageText",
        {"chat_id": ANNA, "message_id": 1, "text": "x"},
        "message can't be edited",
    ),  # Anna's own
    ("editMessageText", {"chat_id": ANNA, "message_id": 2, "text": "Hello"}, NOT_MODIFIED),
    ("editMessageText", {"chat_id": ANNA, "message_id": 2, "text": ""}, "message text is empty"),
    ("editMessageCaption", {"chat_id": ANNA, "message_id": 2}, "there is no caption in the message to edit"),
    ("editMessageReplyMarkup", {"chat_id": ANNA, "message_id": 2}, NOT_MODIFIED),
    ("deleteMessage", {"chat_id": ANNA, "message_id": 9}, "message to delete not found"),
    ("setMessageReaction", {"chat_id": ANNA, "message_id": 9}, "message to react not found"),
    (
        "setMessageReaction",
        {"chat_id": ANNA, "message_id": 1, "reaction": '[{"emoji": "🦠"}]'},
        "REACTION_INVALID",
    ),
    ("answerCallbackQuery", {"callback_query_id": "77"}, TOO_OLD),
    ("getFile", {"file_id": "bogus"}, "invalid file_id"),
    ("getChat", {"chat_id": 99}, "chat not found"),
    ("setMyCommands", {"commands": '[{"command": "Help!", "description": "x"}]'}, "BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": '[{"command": "help", "description": ""}]'},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": json.dumps([{"command": f"c{n}", "description": "x"} for n in range(101)])},
        "BOT_COMMANDS_TOO_MUCH",
    ),
]


@pytest.mark.parametrize(("method", "args", "words"), REFUSALS)
def test_what_cannot_be_done_is_refused_with_the_real_servers_words(method, args, words):
    async def scenario(stage):
        await stage.say("Hello")  # message 2
        given = {name: stage.anna if value == ANNA else value for name, value in args.items()}
        return (await stage.call(method, **given)).body

    assert {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"} == on_stage(scenario)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/bot{token}/getMe", 200, ""),
        ("/bot{token}/GETME", 200, ""),
        ("/bot{token}/getNothing", 404, "Not Found: method not found"),
        ("/bot1000:another/getMe", 401, "Unauthorized"),
        ("/bot1000/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot0:abc/getMe", 401, "Unauthorized: invalid token specified"),
        ("/botanical/getMe", 401, "Unauthorized: invalid token specified"),
        ("/getMe", 404, "Not Found"),
        ("/", 404, "Not Found"),
        ("/file/bot{token}/photos/none.jpg", 404, "Not Found"),
    ],
)
def test_a_path_and_a_token_that_are_not_known_are_told_apart(path, status, words):
    async def scenario(stage):
        url = stage.telegram.api_url + path.format(token=stage.telegram.token)
        answer = await stage.http.get(url)
        return answer.status_code, answer.json().get("description", "")

    assert (status, words) == on_stage(scenario)


MARKUP = {"inline_keyboard": [[button()]]}


@pytest.mark.parametrize(
    "form",
    [
        lambda anna: {"params": {"chat_id": anna, "text": "Hi", "reply_markup": json.dumps(MARKUP)}},
        lambda anna: {"data": {"chat_id": anna, "text": "Hi", "reply_markup": json.dumps(MARKUP)}},
        lambda anna: {"json": {"chat_id": anna, "text": "Hi", "reply_markup": MARKUP}},
        lambda anna: {
            "data": {"chat_id": anna, "text": "Hi", "reply_markup": json.dumps(MARKUP)},
            "files": {"ignored": ("a.txt", b"x")},
        },
    ],
    ids=["query", "form", "json", "multipart"],
)
def test_a_method_can_be_called_in_four_ways(form):
    async def scenario(stage):
        url = f"{stage.telegram.api_url}/bot{stage.telegram.token}/sendMessage"
        await stage.http.post(url, **form(stage.anna))
        sent = stage.telegram.chat(stage.anna)[-1]
        return sent.text, sent.buttons[0].data, stage.telegram.calls[-1].args["reply_markup"]

    assert ("Hi", "x", MARKUP) == on_stage(scenario)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (keyboard([button("x" * 64)]), ""),
        (keyboard([button("é" * 32)]), ""),
        (keyboard([button("x" * 65)]), "BUTTON_DATA_INVALID"),
        (keyboard([button("é" * 33)]), "BUTTON_DATA_INVALID"),  # bytes, not characters
        (keyboard([button("")]), "BUTTON_DATA_INVALID"),
        (keyboard([{"text": "Yes"}]), "text buttons are unallowed in the inline keyboard"),
        (keyboard([button(text="")]), "can't parse inline keyboard button: Can't find field \"text\""),
        (keyboard([button() for _ in range(8)]), ""),
        (keyboard([button() for _ in range(9)]), "reply markup is too long"),
        (keyboard(*[[button() for _ in range(5)] for _ in range(20)]), ""),
        (keyboard(*[[button()] for _ in range(101)]), "reply markup is too long"),
        ('{"inline_keyboard": {}}', 'field "inline_keyboard" must be of type Array'),
        ('{"inline_keyboard": []}', ""),
        ('{"keyboard": [["Yes", {"text": "No"}]]}', ""),
        ('{"remove_keyboard": true}', ""),
    ],
)
def test_keyboards_are_held_against_their_limits(markup, words):
    async def scenario(stage):
        return (await stage.call("sendMessage", chat_id=stage.anna, text="?", reply_markup=markup)).words

    assert (f"Bad Request: {words}" if words else "") == on_stage(scenario)


@pytest.mark.parametrize(
    ("method", "field", "length", "words"),
    [
        ("sendMessage", "text", 4096, ""),
        ("sendMessage", "text", 4097, "Bad Request: message is too long"),
        ("sendPhoto", "caption", 1024, ""),
        ("sendPhoto", "caption", 1025, "Bad Request: message caption is too long"),
    ],
)
def test_the_length_counts_after_parsing(method, field, length, words):
    async def scenario(stage):
        args = {"chat_id": stage.anna, field: f"<b>{'&amp;' * length}</b>", "parse_mode": "HTML"}
        files = {"photo": ("a.jpg", b"jpeg")} if method == "sendPhoto" else None
        return (await stage.call(method, files=files, **args)).words

    assert words == on_stage(scenario)


def test_an_edit_says_all_anew_and_takes_away_the_keyboard_that_it_does_not_repeat():
    async def scenario(stage):
        sent = await stage.call(
            "sendMessage", chat_id=stage.anna, text="One", reply_markup=keyboard([button()])
        )
        where = {"chat_id": stage.anna, "message_id": sent.result["message_id"]}
        edited = await stage.call("editMessageText", **where, text="Two")
        message = stage.telegram.chat(stage.anna)[-1]
        return (
            edited.result["text"],
            "edit_date" in edited.result,
            message.text,
            message.edited,
            message.keyboard,
        )

    assert ("Two", True, "Two", True, ()) == on_stage(scenario)


def test_a_keyboard_can_be_exchanged_alone():
    async def scenario(stage):
        sent = await stage.call(
            "sendMessage", chat_id=stage.anna, text="One", reply_markup=keyboard([button()])
        )
        where = {"chat_id": stage.anna, "message_id": sent.result["message_id"]}
        await stage.call("editMessageReplyMarkup", **where, reply_markup=keyboard([button("new", "No")]))
        message = stage.telegram.chat(stage.anna)[-1]
        return message.text, [(one.text, one.data) for one in message.buttons]

    assert ("One", [("No", "new")]) == on_stage(scenario)


def test_a_message_with_a_keyboard_in_place_of_the_keys_cannot_be_edited():
    async def scenario(stage):
        rows = '{"keyboard": [["Yes"]]}'
        sent = await stage.call("sendMessage", chat_id=stage.anna, text="One", reply_markup=rows)
        where = {"chat_id": stage.anna, "message_id": sent.result["message_id"]}
        return (await stage.call("editMessageText", **where, text="Two")).words

    assert "Bad Request: message can't be edited" == on_stage(scenario)


@pytest.mark.parametrize(
    ("later", "words"), [(0, ""), (48 * 3600 + 9, "Bad Request: message can't be deleted")]
)
def test_a_message_can_be_deleted_for_two_days(later, words):
    async def scenario(stage):
        await stage.say()
        stage.telegram.advance(later)
        answer = await stage.call("deleteMessage", chat_id=stage.anna, message_id=2)
        return answer.words, stage.telegram.chat(stage.anna)[-1].deleted

    assert (words, not words) == on_stage(scenario)


def test_a_deleted_message_can_neither_be_edited_nor_answered():
    async def scenario(stage):
        await stage.say()
        await stage.call("deleteMessage", chat_id=stage.anna, message_id=2)
        edited = await stage.call("editMessageText", chat_id=stage.anna, message_id=2, text="x")
        answered = await stage.call("sendMessage", chat_id=stage.anna, text="x", reply_to_message_id=2)
        anyway = await stage.call(
            "sendMessage",
            chat_id=stage.anna,
            text="x",
            reply_parameters='{"message_id": 2, "allow_sending_without_reply": true}',
        )
        return edited.words, answered.words, anyway.status

    gone = ("Bad Request: message to edit not found", "Bad Request: message to be replied not found", 200)
    assert gone == on_stage(scenario)


def test_a_click_is_answered_once_and_not_too_late():
    async def scenario(stage):
        first = await stage.telegram.click(stage.anna, 1, "x", forged=True)
        second = await stage.telegram.click(stage.anna, 1, "x", forged=True)
        long = await stage.call("answerCallbackQuery", callback_query_id=first, text="x" * 201)
        got = [await stage.call("answerCallbackQuery", callback_query_id=first, text="x" * 200) for _ in "ab"]
        stage.telegram.advance(151)
        late = await stage.call("answerCallbackQuery", callback_query_id=second)
        return [one.words for one in (long, *got, late)], len(stage.telegram.callback_answers)

    too_old = f"Bad Request: {TOO_OLD}"
    assert (["Bad Request: MESSAGE_TOO_LONG", "", too_old, too_old], 1) == on_stage(scenario)


def test_reactions_are_put_on_and_taken_away():
    async def scenario(stage):
        where = {"chat_id": stage.anna, "message_id": 1}
        await stage.call("setMessageReaction", **where, reaction='[{"type": "emoji", "emoji": "👍"}]')
        on = stage.telegram.chat(stage.anna)[0].reactions
        await stage.call("setMessageReaction", **where, reaction="[]")
        return on, stage.telegram.chat(stage.anna)[0].reactions

    assert (("👍",), ()) == on_stage(scenario)


def test_commands_belong_to_a_scope_and_a_language():
    async def scenario(stage):
        private = '{"type": "all_private_chats"}'
        hilfe = '[{"command": "/hilfe", "description": "Hilfe"}]'
        await stage.call("setMyCommands", commands=hilfe, scope=private, language_code="de")
        elsewhere = (await stage.call("getMyCommands", scope=private)).result
        here = stage.telegram.commands("all_private_chats", "de")
        await stage.call("deleteMyCommands", scope=private, language_code="de")
        return elsewhere, here, stage.telegram.commands("all_private_chats", "de")

    assert ([], [{"command": "hilfe", "description": "Hilfe"}], []) == on_stage(scenario)


def test_descriptions_have_a_language_and_a_default():
    async def scenario(stage):
        await stage.call("setMyDescription", description="Ask us")
        await stage.call("setMyDescription", description="Frag uns", language_code="de")
        told = [await stage.call("getMyDescription", language_code=code) for code in ("de", "it", "")]
        return [one.result["description"] for one in told]

    assert ["Frag uns", "Ask us", "Ask us"] == on_stage(scenario)


def test_link_previews_can_be_off():
    async def scenario(stage):
        await stage.call(
            "sendMessage", chat_id=stage.anna, text="a", link_preview_options='{"is_disabled": true}'
        )
        await stage.say("b")
        return [one.link_preview for one in stage.telegram.chat(stage.anna)[1:]]

    assert [False, True] == on_stage(scenario)
