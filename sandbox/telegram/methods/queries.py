"""Methods that ask, and those that answer a click: who am I, what is this chat, where is that file."""

from typing import Any

from sandbox.telegram.methods.shapes import Method, known_chat, open_chat
from sandbox.telegram.payloads import chat_payload, member_payload, person_payload
from sandbox.telegram.query import Query
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.world import Bot, CallbackAnswer, ChatKind, Standing, World

LONGEST_ANSWER = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
STATUSES = {Standing.KICKED: "kicked", Standing.LEFT: "left", Standing.BLOCKED: "kicked"}


def whoami(world: World, bot: Bot, query: Query) -> Any:
    return person_payload(bot.self) | ABILITIES


def chat_told(world: World, bot: Bot, query: Query) -> Any:
    """A chat in full, with the fields that libraries insist on."""
    chat = known_chat(bot, query)
    if chat.kind is not ChatKind.PRIVATE and chat.standing is not Standing.MEMBER:
        open_chat(bot, query)  # says why not
    kinds = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    gifts = dict.fromkeys(kinds, False)
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return chat_payload(world, chat) | full


def member_told(world: World, bot: Bot, query: Query) -> Any:
    chat = open_chat(bot, query)
    number = query.integer("user_id")
    if number == bot.id:
        return member_payload(bot.self, STATUSES.get(chat.standing, "member"))
    if number not in world.people:
        raise bad_request("user not found")
    inside = number in chat.members or number == chat.id
    return member_payload(world.people[number], "member" if inside else "left")


def file_told(world: World, bot: Bot, query: Query) -> Any:
    return bot.shelf.file(query.text("file_id"))


def answer_callback_query(world: World, bot: Bot, query: Query) -> Any:
    """A click is answered once, and not too late."""
    name, text = query.text("callback_query_id"), query.text("text")
    click = bot.callbacks.get(name)
    if click is None or click.answered or world.clock.now() > click.at + world.callback_life:
        raise bad_request(TOO_OLD)
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    click.answered = True
    bot.callback_answers.append(CallbackAnswer(name, text, query.flag("show_alert")))
    return True


def leave_chat(world: World, bot: Bot, query: Query) -> Any:
    chat = open_chat(bot, query)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    chat.standing = Standing.LEFT
    return True


QUERIES: dict[str, Method] = {
    "getMe": whoami,
    "getChat": chat_told,
    "getChatMember": member_told,
    "getFile": file_told,
    "answerCallbackQuery": answer_callback_query,
    "leaveChat": leave_chat,
}
