"""Methods that change a message: edit its words or its keyboard, delete it, put a reaction on it.

A bot edits its own messages only, and an edit says all anew: one without a keyboard takes the keyboard
away. An edit that changes nothing is refused, which bots must take for done.
"""

from dataclasses import replace
from typing import Any

from sandbox.telegram.keyboards import markup_of
from sandbox.telegram.methods.sending import caption_of, text_of
from sandbox.telegram.methods.shapes import Method, message_in, open_chat
from sandbox.telegram.payloads import message_payload
from sandbox.telegram.query import Query
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.world import Bot, Chat, Message, World

TWO_DAYS = 2 * 86400
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_REACTIONS = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 "
    "😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_REACTIONS.split())


def edit_message_text(world: World, bot: Bot, query: Query) -> Any:
    fields = text_of(query) | {"markup": markup_of(query)}
    chat, message = _own(bot, query)
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _edited(world, bot, chat, message, fields)


def edit_message_caption(world: World, bot: Bot, query: Query) -> Any:
    entities = query.objects("caption_entities", "caption entities")
    fields = caption_of(query.text("caption"), query.text("parse_mode"), entities)
    fields |= {"markup": markup_of(query)}
    chat, message = _own(bot, query)
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return _edited(world, bot, chat, message, fields)


def edit_message_reply_markup(world: World, bot: Bot, query: Query) -> Any:
    markup = markup_of(query)
    chat, message = _own(bot, query)
    return _edited(world, bot, chat, message, {"markup": markup})


def delete_message(world: World, bot: Bot, query: Query) -> Any:
    chat = open_chat(bot, query)
    message = message_in(chat, query, "delete")
    if world.date() - message.date > TWO_DAYS:
        raise bad_request("message can't be deleted")
    chat.messages[message.id] = replace(message, deleted=True)
    return True


def set_message_reaction(world: World, bot: Bot, query: Query) -> Any:
    chat = open_chat(bot, query)
    message = message_in(chat, query, "react")
    chosen = query.objects("reaction", "reaction types") or []
    emojis = tuple(str(one.get("emoji", "")) for one in chosen)
    if len(emojis) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not REACTIONS.issuperset(emojis):
        raise bad_request("REACTION_INVALID")
    chat.messages[message.id] = replace(message, reactions=emojis)
    return True


def _own(bot: Bot, query: Query) -> tuple[Chat, Message]:
    """A message of the bot's own that can be edited."""
    chat = open_chat(bot, query)
    message = message_in(chat, query, "edit")
    other_keyboard = message.markup and "inline_keyboard" not in message.markup
    if message.sender.id != bot.id or other_keyboard:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(world: World, bot: Bot, chat: Chat, message: Message, fields: dict[str, Any]) -> Any:
    changed = replace(message, **fields)
    if _seen(changed) == _seen(message):
        raise bad_request(NOT_MODIFIED)
    changed = replace(changed, edited_at=world.date())
    chat.messages[message.id] = changed
    return message_payload(world, bot, changed)


def _seen(message: Message) -> tuple[Any, ...]:
    """All of a message that an edit can change."""
    return message.text, message.entities, message.markup, message.link_preview


CHANGING: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "setMessageReaction": set_message_reaction,
}
