"""People in the Telegram sandbox: what they do becomes the update that the real server sends."""

import pytest

from telegram_stage import on_stage

GROUP = "group"


async def last(stage):
    """The newest update, without its number."""
    update = dict((await stage.updates(offset=-1))[0])
    del update["update_id"]
    return update


def statuses(update):
    change = update["my_chat_member"]
    return change["old_chat_member"]["status"], change["new_chat_member"]["status"]


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"text": "Hello"}, "text", "Hello"),
        ({"location": (46.0, 11.3)}, "location", {"latitude": 46.0, "longitude": 11.3}),
        ({"sticker": True}, "sticker", "👍"),
        ({"poll": True}, "poll", "Which one?"),
        ({"contact": "+390461"}, "contact", "+390461"),
    ],
)
def test_what_somebody_sends_comes_with_who_and_where(sent, field, value):
    async def scenario(stage):
        await stage.telegram.send(stage.anna, **sent)
        message = (await last(stage))["message"]
        content = message[field]
        inner = {"sticker": "emoji", "poll": "question", "contact": "phone_number"}
        who = message["from"]["first_name"], message["from"]["language_code"], message["chat"]["type"]
        return who, content[inner[field]] if field in inner else content

    assert (("Anna", "de", "private"), value) == on_stage(scenario)


def test_a_command_is_marked_as_one():
    async def scenario(stage):
        await stage.telegram.send(stage.anna, "/status 12")
        return (await last(stage))["message"]["entities"]

    assert [{"type": "bot_command", "offset": 0, "length": 7}] == on_stage(scenario)


def test_an_answer_carries_the_message_that_it_answers_but_not_what_that_answered():
    async def scenario(stage):
        first = (await stage.say("One")).result["message_id"]
        second = await stage.telegram.send(stage.anna, "Two", reply_to=first)
        await stage.telegram.send(stage.anna, "Three", reply_to=second)
        answered = (await last(stage))["message"]["reply_to_message"]
        return answered["text"], "reply_to_message" in answered

    assert ("Two", False) == on_stage(scenario)


def test_an_edit_comes_as_an_edited_message():
    async def scenario(stage):
        number = await stage.telegram.send(stage.anna, "helo")
        await stage.telegram.edit(stage.anna, number, "hello")
        edited = (await last(stage))["edited_message"]
        return edited["message_id"] == number, edited["text"], "edit_date" in edited

    assert (True, "hello", True) == on_stage(scenario)


def test_nobody_is_told_of_a_deletion():
    async def scenario(stage):
        await stage.telegram.delete(stage.anna, 1)
        return stage.telegram.chat(stage.anna)[0].deleted, len(stage.telegram.waiting())

    assert (True, 1) == on_stage(scenario)


KEYBOARD = '{"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Look", "url": "http://x.example"}]]}'


@pytest.mark.parametrize("found_by", ["y", "Yes"])
def test_a_click_comes_with_the_data_and_the_message(found_by):
    async def scenario(stage):
        asked = await stage.call("sendMessage", chat_id=stage.anna, text="?", reply_markup=KEYBOARD)
        number = await stage.telegram.click(stage.anna, asked.result["message_id"], found_by)
        query = (await last(stage))["callback_query"]
        return (
            query["id"] == number,
            query["data"],
            query["message"]["text"],
            query["from"]["id"] == stage.anna,
        )

    assert (True, "y", "?", True) == on_stage(scenario)


@pytest.mark.parametrize("wanted", ["No", "n", "Look"])  # a link is no click
def test_a_button_that_is_not_there_cannot_be_clicked(wanted):
    async def scenario(stage):
        asked = await stage.call("sendMessage", chat_id=stage.anna, text="?", reply_markup=KEYBOARD)
        await stage.telegram.click(stage.anna, asked.result["message_id"], wanted)

    with pytest.raises(LookupError, match=f"no button '{wanted}' to click; there is 'Yes', 'Look'"):
        on_stage(scenario)


def test_a_button_that_an_edit_took_away_can_be_forged_only():
    async def scenario(stage):
        asked = await stage.call("sendMessage", chat_id=stage.anna, text="?", reply_markup=KEYBOARD)
        number = asked.result["message_id"]
        await stage.call("editMessageText", chat_id=stage.anna, message_id=number, text="Done")
        with pytest.raises(LookupError):
            await stage.telegram.click(stage.anna, number, "y")
        await stage.telegram.click(stage.anna, number, "y", forged=True)
        return (await last(stage))["callback_query"]["data"]

    assert "y" == on_stage(scenario)


def test_a_click_under_a_deleted_message_knows_only_its_number():
    async def scenario(stage):
        asked = await stage.call("sendMessage", chat_id=stage.anna, text="?", reply_markup=KEYBOARD)
        number = asked.result["message_id"]
        await stage.call("deleteMessage", chat_id=stage.anna, message_id=number)
        await stage.telegram.click(stage.anna, number, "y", forged=True)
        message = (await last(stage))["callback_query"]["message"]
        return message["date"], message["message_id"] == number, "text" in message

    assert (0, True, False) == on_stage(scenario)


def test_a_bot_is_told_when_it_is_blocked_and_when_no_more():
    async def scenario(stage):
        await stage.telegram.block(stage.anna)
        blocked, refused = statuses(await last(stage)), await stage.say()
        await stage.telegram.unblock(stage.anna)
        return blocked, refused.status, refused.words, statuses(await last(stage)), (await stage.say()).status

    words = "Forbidden: bot was blocked by the user"
    assert (("member", "kicked"), 403, words, ("kicked", "member"), 200) == on_stage(scenario)


def test_who_has_blocked_the_bot_cannot_write_to_it():
    async def scenario(stage):
        await stage.telegram.block(stage.anna)
        await stage.telegram.send(stage.anna, "hello")

    with pytest.raises(ValueError, match="Anna has blocked the bot; unblock it first"):
        on_stage(scenario)


def test_a_deleted_account_is_noticed_by_writing_to_it_only():
    async def scenario(stage):
        await stage.telegram.deactivate(stage.anna)
        return len(stage.telegram.waiting()), (await stage.say()).words

    assert (1, "Forbidden: user is deactivated") == on_stage(scenario)


def test_a_bot_knows_nobody_who_has_not_written_to_it():
    async def scenario(stage):
        ben = stage.telegram.add_user("Ben")
        before = (await stage.call("sendMessage", chat_id=ben, text="Hi")).words
        await stage.telegram.send(ben, "/start")
        return before, (await stage.call("sendMessage", chat_id=ben, text="Hi")).status

    assert ("Bad Request: chat not found", 200) == on_stage(scenario)


def test_bots_share_no_chats_and_no_updates():
    async def scenario(stage):
        other = "2000:the-token-of-another-bot"
        stage.telegram.add_bot(other)
        await stage.telegram.send(stage.anna, "to the other", bot=other)
        ours = [one["message"]["text"] for one in stage.telegram.waiting()]
        theirs = [one.text for one in stage.telegram.chat(stage.anna, bot=other)]
        return ours, theirs

    assert (["/start"], ["to the other"]) == on_stage(scenario)


def test_a_group_tells_the_bot_that_it_was_added():
    async def scenario(stage):
        stage.telegram.add_group("Team", [stage.anna])
        changed, joined = stage.telegram.waiting()[1:]
        return (
            statuses(changed),
            joined["message"]["new_chat_members"][0]["id"],
            joined["message"]["chat"]["type"],
        )

    assert (("left", "member"), 1000, "group") == on_stage(scenario)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Hello all", False),
        ("/status", True),
        ("ask @sandbox_1000_bot", True),
        ("answer", True),  # to a message of the bot's
    ],
)
def test_in_a_group_a_bot_hears_only_what_is_for_it(text, heard):
    async def scenario(stage):
        group = stage.telegram.add_group("Team", [stage.anna])
        mine = (await stage.call("sendMessage", chat_id=group, text="I am here")).result["message_id"]
        before = len(stage.telegram.waiting())
        await stage.telegram.send(stage.anna, text, chat=group, reply_to=mine if text == "answer" else 0)
        return len(stage.telegram.waiting()) > before

    assert heard is on_stage(scenario)


@pytest.mark.parametrize(
    ("supergroup", "how", "status", "words"),
    [
        (False, "kick", 403, "Forbidden: bot was kicked from the group chat"),
        (True, "kick", 403, "Forbidden: bot was kicked from the supergroup chat"),
        (False, "leave", 403, "Forbidden: bot is not a member of the group chat"),
        (True, "leave", 403, "Forbidden: bot is not a member of the supergroup chat"),
        (False, "stay", 200, ""),
    ],
)
def test_a_bot_that_is_out_of_a_group_cannot_write_there(supergroup, how, status, words):
    async def scenario(stage):
        group = stage.telegram.add_group("Team", [stage.anna], supergroup=supergroup)
        if how == "kick":
            await stage.telegram.kick(group)
        if how == "leave":
            await stage.call("leaveChat", chat_id=group)
        answer = await stage.call("sendMessage", chat_id=group, text="Hi")
        return answer.status, answer.words

    assert (status, words) == on_stage(scenario)


def test_a_group_that_became_a_supergroup_says_where_it_is_now():
    async def scenario(stage):
        group = stage.telegram.add_group("Team", [stage.anna])
        new = await stage.telegram.migrate(group)
        told = [one.get("message", {}) for one in stage.telegram.waiting()[-2:]]
        refused = await stage.call("sendMessage", chat_id=group, text="Hi")
        moved = told[0]["migrate_to_chat_id"] == new, told[1]["migrate_from_chat_id"] == group
        there = (await stage.call("sendMessage", chat_id=new, text="Hi")).status
        return moved, refused.words, refused.body["parameters"] == {"migrate_to_chat_id": new}, there

    words = "Bad Request: group chat was upgraded to a supergroup chat"
    assert ((True, True), words, True, 200) == on_stage(scenario)


def test_no_app_sends_more_than_a_message_holds():
    async def scenario(stage):
        await stage.telegram.send(stage.anna, "x" * 4097)

    with pytest.raises(ValueError, match="no app sends more than 4096 characters"):
        on_stage(scenario)


def test_a_supergroup_counts_its_own_messages():
    async def scenario(stage):
        groups = [stage.telegram.add_group("Team", [stage.anna], supergroup=True) for _ in "ab"]
        sent = [(await stage.call("sendMessage", chat_id=group, text="Hi")).result for group in groups]
        return [one["message_id"] for one in sent]

    assert [2, 2] == on_stage(scenario)  # after the service message


def test_people_edit_only_what_they_have_written():
    async def scenario(stage):
        await stage.say()
        await stage.telegram.edit(stage.anna, 2, "changed")

    with pytest.raises(ValueError, match="people edit only what they have written"):
        on_stage(scenario)
