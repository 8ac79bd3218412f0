"""The world in the Bot API's own form: what stands in updates and in answers."""

from typing import Any

from sandbox.telegram.world import Bot, Chat, ChatKind, Message, Person, World


def person_payload(person: Person) -> dict[str, Any]:
    fields = {"id": person.id, "is_bot": person.is_bot, "first_name": person.first_name}
    return fields | _given(person, "last_name", "username", "language_code")


def chat_payload(world: World, chat: Chat) -> dict[str, Any]:
    if chat.kind is not ChatKind.PRIVATE:
        return {"id": chat.id, "type": str(chat.kind), "title": chat.title}
    person = world.people[chat.id]
    named = {"id": chat.id, "type": "private", "first_name": person.first_name}
    return named | _given(person, "last_name", "username")


def message_payload(world: World, bot: Bot, message: Message, answered: bool = True) -> dict[str, Any]:
    """A message with the one that it answers; that one comes without what it answers itself."""
    chat = bot.chats[message.chat]
    payload: dict[str, Any] = {
        "message_id": message.id,
        "from": person_payload(message.sender),
        "chat": chat_payload(world, chat),
        "date": message.date,
    }
    payload |= _words(message) | message.content | _particulars(message)
    earlier = chat.messages.get(message.reply_to)
    if answered and earlier and not earlier.deleted:
        payload["reply_to_message"] = message_payload(world, bot, earlier, answered=False)
    return payload


def member_payload(person: Person, status: str) -> dict[str, Any]:
    """How somebody stands in a chat; who is banned is so for ever."""
    banned = {"until_date": 0} if status == "kicked" else {}
    return {"user": person_payload(person), "status": status} | banned


def _particulars(message: Message) -> dict[str, Any]:
    """What only some messages have."""
    rows = message.markup.get("inline_keyboard")
    said = {
        "edit_date": message.edited_at,
        "media_group_id": message.media_group,
        "reply_markup": {"inline_keyboard": rows} if rows else {},
        "link_preview_options": {} if message.link_preview else {"is_disabled": True},
    }
    return {name: value for name, value in said.items() if value}


def _words(message: Message) -> dict[str, Any]:
    text, entities = ("caption", "caption_entities") if message.media else ("text", "entities")
    words: dict[str, Any] = {text: message.text} if message.text else {}
    return words | ({entities: list(message.entities)} if message.text and message.entities else {})


def _given(person: Person, *names: str) -> dict[str, Any]:
    return {name: getattr(person, name) for name in names if getattr(person, name)}
