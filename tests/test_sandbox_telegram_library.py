"""The sandbox as python-telegram-bot sees it, unchanged: the test of how faithful it is."""

import asyncio

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update, error
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from sandbox.telegram import TelegramSandbox

YES = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])


def with_bot(scenario):
    """Run `scenario(telegram, bot, anna)`; Anna has pressed Start."""

    async def run():
        async with TelegramSandbox() as telegram:
            anna = telegram.add_user("Anna")
            await telegram.send(anna, "/start")
            requests = {"request": a_request(), "get_updates_request": a_request()}
            async with Bot(telegram.token, **addresses(telegram), **requests) as bot:
                return await scenario(telegram, bot, anna)

    return asyncio.run(run())


def a_request():
    """The library's own with more patience, without the certificates that plain HTTP has no use for."""
    patience = dict.fromkeys(("read_timeout", "write_timeout", "connect_timeout", "pool_timeout"), 30.0)
    return HTTPXRequest(httpx_kwargs={"verify": False}, **patience)


def addresses(telegram):
    return {
        "base_url": f"{telegram.api_url}/bot",
        "base_file_url": f"{telegram.api_url}/file/bot",
    }


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"retry_after": 3}, error.RetryAfter),
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, error.Forbidden),
        ({"status": 409, "description": "Conflict: terminated"}, error.Conflict),
        ({"status": 401}, error.InvalidToken),
        ({"status": 404}, error.InvalidToken),
        ({"status": 400, "description": "Bad Request: chat not found"}, error.BadRequest),
        ({"status": 502}, error.NetworkError),
        ({"drop": True}, error.NetworkError),
    ],
)
def test_faults_become_the_librarys_errors(fault, raised, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # otherwise it warns of its own future

    async def scenario(telegram, bot, anna):
        telegram.fail("sendMessage", **fault)
        with pytest.raises(raised) as caught:
            await bot.send_message(anna, "Hello")
        return type(caught.value)

    assert raised is with_bot(scenario)


def test_a_group_that_moved_becomes_an_error_with_its_new_id():
    async def scenario(telegram, bot, anna):
        group = telegram.add_group("Team", [anna])
        new = await telegram.migrate(group)
        with pytest.raises(error.ChatMigrated) as caught:
            await bot.send_message(group, "Hello")
        return new == caught.value.new_chat_id

    assert with_bot(scenario)


def test_what_the_bot_sends_is_in_the_chat_as_it_is_seen():
    async def scenario(telegram, bot, anna):
        await bot.send_message(anna, "<b>Hi</b> &amp; bye", parse_mode="HTML", reply_markup=YES)
        await bot.send_photo(anna, b"jpeg", caption="look")
        await bot.send_document(anna, b"log", filename="trace.log")
        await bot.send_voice(anna, b"ogg")
        await bot.send_video(anna, b"mp4")
        await bot.send_media_group(anna, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2", caption="two")])
        return [(one.media, one.text) for one in telegram.chat(anna)[1:]], telegram.chat(anna)[1].html

    single = [("", "Hi & bye"), ("photo", "look"), ("document", ""), ("voice", ""), ("video", "")]
    assert ([*single, ("photo", ""), ("photo", "two")], "<b>Hi</b> &amp; bye") == with_bot(scenario)


def test_the_bot_changes_what_it_has_sent():
    async def scenario(telegram, bot, anna):
        sent = await bot.send_message(anna, "One", reply_markup=YES)
        await sent.edit_text("Two", reply_markup=YES)
        await sent.edit_reply_markup(None)
        with pytest.raises(error.BadRequest, match="not modified"):
            await sent.edit_text("Two")
        await bot.set_message_reaction(anna, 1, "👍")
        await bot.send_chat_action(anna, "typing")
        await sent.delete()
        first, second = telegram.chat(anna)
        return first.reactions, second.text, second.deleted, len(telegram.actions)

    assert (("👍",), "Two", True, 1) == with_bot(scenario)


def test_the_library_reads_chats_commands_and_webhooks():
    async def scenario(telegram, bot, anna):
        await bot.set_my_commands([("help", "Help")])
        await bot.set_my_description("Ask us")
        chat = await bot.get_chat(anna)
        commands = [one.command for one in await bot.get_my_commands()]
        description = (await bot.get_my_description()).description
        await bot.set_webhook("http://127.0.0.1:9/x", secret_token="s")
        info = await bot.get_webhook_info()
        await bot.delete_webhook(drop_pending_updates=True)
        return chat.first_name, commands, description, info.url, len(telegram.waiting())

    assert ("Anna", ["help"], "Ask us", "http://127.0.0.1:9/x", 0) == with_bot(scenario)


def test_a_file_comes_down_as_it_went_up():
    async def scenario(telegram, bot, anna):
        await telegram.send(anna, photo=b"jpeg" * 9)
        update = (await bot.get_updates(offset=-1))[0]
        file = await update.message.photo[-1].get_file()
        return bytes(await file.download_as_bytearray())

    assert b"jpeg" * 9 == with_bot(scenario)


def test_every_kind_of_update_is_read_by_the_library():
    async def scenario(telegram, bot, anna):
        await bot.get_updates(
            offset=-1,
            allowed_updates=[
                "message",
                "edited_message",
                "callback_query",
                "my_chat_member",
                "message_reaction",
            ],
        )
        for thing in (
            {"photo": b"x"},
            {"document": b"x"},
            {"voice": b"x"},
            {"video": b"x"},
            {"sticker": True},
            {"location": (1.0, 2.0)},
            {"contact": "+39"},
            {"poll": True},
        ):
            await telegram.send(anna, **thing)
        await telegram.album(anna, [b"1", b"2"])
        await telegram.edit(anna, 1, "edited")
        await telegram.react(anna, 1)
        await telegram.click(anna, 1, "x", forged=True)
        await telegram.delete(anna, 1)
        await telegram.click(anna, 1, "x", forged=True)
        group = telegram.add_group("Team", [anna])
        await telegram.migrate(group)
        await telegram.kick(telegram.add_group("Team", [anna], supergroup=True))
        await telegram.block(anna)
        updates = await bot.get_updates(timeout=1)
        unread = [update for update in updates if not any(getattr(update, name) for name in update.ALL_TYPES)]
        return len(telegram.waiting()) == len(updates), unread

    assert (True, []) == with_bot(scenario)


def test_an_application_of_the_library_holds_a_conversation():
    async def start(update, context):
        await update.message.reply_text("Shall I?", reply_markup=YES)

    async def clicked(update, context):
        await update.callback_query.answer("thanks")
        await update.callback_query.edit_message_text("I shall")

    async def echo(update, context):
        await update.message.reply_text(update.message.text.upper())

    async def run():
        async with TelegramSandbox() as telegram:
            anna = telegram.add_user("Anna")
            builder = Application.builder().token(telegram.token)
            builder = builder.request(a_request()).get_updates_request(a_request())
            for name, value in addresses(telegram).items():
                builder = getattr(builder, name)(value)
            app = builder.build()
            app.add_handler(CommandHandler("start", start))
            app.add_handler(CallbackQueryHandler(clicked))
            app.add_handler(MessageHandler(filters.TEXT, echo))
            async with app:
                await app.start()
                await app.updater.start_polling(timeout=5, poll_interval=0)
                await telegram.send(anna, "/start")
                await telegram.wait_for(lambda: len(telegram.chat(anna)) == 2)
                await telegram.click(anna, 2, "Yes")
                await telegram.wait_for(lambda: telegram.chat(anna)[1].edited)
                await telegram.send(anna, "hello")
                await telegram.wait_for(lambda: len(telegram.chat(anna)) == 4)
                await telegram.stop()
                await app.updater.stop()
                await app.stop()
            answers = [answer.text for answer in telegram.callback_answers]
            return [one.text for one in telegram.chat(anna)], answers

    assert (["/start", "I shall", "hello", "HELLO"], ["thanks"]) == asyncio.run(run())


def test_an_update_that_the_library_cannot_read_blocks_all_that_wait_with_it():
    async def scenario(telegram, bot, anna):
        telegram.push_raw({"message": {"message_id": 1, "date": 0, "chat": {"unheard": "of"}}})
        with pytest.raises(TypeError):
            await bot.get_updates()
        raw = await bot.do_api_request("getUpdates", api_kwargs={"offset": -1})
        return raw[0]["message"]["chat"]

    with pytest.warns(PTBUserWarning, match="Please use 'Bot.getUpdates' instead"):
        chat = with_bot(scenario)

    assert {"unheard": "of"} == chat


def test_an_application_behind_a_webhook_answers_in_order():
    async def echo(update, context):
        await update.message.reply_text(update.message.text.upper())

    async def run():
        async with TelegramSandbox() as telegram:
            anna = telegram.add_user("Anna")
            builder = Application.builder().token(telegram.token).updater(None)
            builder = builder.request(a_request()).get_updates_request(a_request())
            for name, value in addresses(telegram).items():
                builder = getattr(builder, name)(value)
            app = builder.build()
            app.add_handler(MessageHandler(filters.TEXT, echo))

            async def hook(request):
                await app.process_update(Update.de_json(await request.json(), app.bot))
                return web.Response()

            server = web.Application()
            server.router.add_post("/hook", hook)
            runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            async with app:
                await app.bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
                for text in ("one", "two", "three"):
                    await telegram.send(anna, text)
                await telegram.wait_for(lambda: len(telegram.chat(anna)) == 6)
                await telegram.stop()
            await runner.cleanup()
            return [one.text for one in telegram.chat(anna) if one.from_bot]

    assert ["ONE", "TWO", "THREE"] == asyncio.run(run())
