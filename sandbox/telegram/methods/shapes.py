"""What all methods have in common: the chat that is meant, the message that is meant."""

from collections.abc import Callable
from typing import Any

from sandbox.telegram.query import Query
from sandbox.telegram.refusals import bad_request, forbidden
from sandbox.telegram.world import Bot, Chat, ChatKind, Message, Standing, World

Method = Callable[[World, Bot, Query], Any]
GROUPS = {ChatKind.GROUP: "group", ChatKind.SUPERGROUP: "supergroup", ChatKind.PRIVATE: "private"}


def known_chat(bot: Bot, query: Query) -> Chat:
    """The chat that `chat_id` names; nobody who has not written to the bot is known to it."""
    if not query.has("chat_id"):
        raise bad_request("chat_id is empty")
    chat = bot.chats.get(query.integer("chat_id"))
    if chat is None or chat.standing is Standing.UNKNOWN:
        raise bad_request("chat not found")
    return chat


def open_chat(bot: Bot, query: Query) -> Chat:
    """A chat in which the bot may write now."""
    chat = known_chat(bot, query)
    if chat.migrated_to:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to=chat.migrated_to)
    match chat.standing:
        case Standing.BLOCKED:
            raise forbidden("bot was blocked by the user")
        case Standing.DEACTIVATED:
            raise forbidden("user is deactivated")
        case Standing.KICKED:
            raise forbidden(f"bot was kicked from the {GROUPS[chat.kind]} chat")
        case Standing.LEFT:
            raise forbidden(f"bot is not a member of the {GROUPS[chat.kind]} chat")
    return chat


def message_in(chat: Chat, query: Query, purpose: str) -> Message:
    """The message that `message_id` names, if it is still there."""
    if not query.integer("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(query.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message
