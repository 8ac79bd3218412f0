"""What people do: write, send files, edit, click, block the bot, add it to a group.

Each act changes the world and becomes the update that the real server would send. A person can do only
what an app lets them: a button must be on the message at that moment, a bot that is blocked cannot be
written to. What an app would not let them do must be said to be forged.
"""

from dataclasses import replace
from typing import Any

from sandbox.telegram.files import content_of
from sandbox.telegram.markup import with_found
from sandbox.telegram.methods.sending import LONGEST_CAPTION, LONGEST_TEXT
from sandbox.telegram.payloads import chat_payload, member_payload, message_payload, person_payload
from sandbox.telegram.query import Upload
from sandbox.telegram.world import Bot, Callback, Chat, ChatKind, Message, Person, Standing, World

CLICK_LIFE = 150.0  # seconds that an unfetched click waits for the bot
SUPERGROUP = -1_000_000_000_000
POLL = {
    "id": "6000000000000001",
    "question": "Which one?",
    "options": [
        {"persistent_id": "1", "text": "This", "voter_count": 0},
        {"persistent_id": "2", "text": "That", "voter_count": 0},
    ],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}
SHUT = {
    Standing.BLOCKED: "has blocked the bot; unblock it first",
    Standing.DEACTIVATED: "is deactivated",
}


def say(world: World, bot: Bot, person: int, chat_id: int, fields: dict[str, Any]) -> int:
    """Put a person's message into a chat and let the bot hear of it; its number."""
    chat = bot.chats[chat_id]
    if chat.standing in SHUT:
        raise ValueError(f"{world.people[person].first_name} {SHUT[chat.standing]}")
    if chat.standing is Standing.UNKNOWN:
        chat.standing = Standing.MEMBER
    limit = LONGEST_CAPTION if fields.get("media") else LONGEST_TEXT
    if len(fields.get("text", "")) > limit:
        raise ValueError(f"no app sends more than {limit} characters in one message")
    message = Message(bot.next_number(chat), chat.id, world.people[person], world.date(), **fields)
    chat.messages[message.id] = message
    if _is_heard(bot, chat, message):
        push_message(world, bot, message)
    return message.id


def push_message(world: World, bot: Bot, message: Message, kind: str = "message") -> None:
    bot.updates.push(kind, message_payload(world, bot, message), f"chat {message.chat}")


def edit(world: World, bot: Bot, person: int, chat_id: int, number: int, text: str) -> None:
    chat = bot.chats[chat_id]
    if chat.messages[number].sender.id != person:
        raise ValueError("people edit only what they have written")
    edited = replace(chat.messages[number], text=text, entities=with_found(text, []), edited_at=world.date())
    chat.messages[number] = edited
    if _is_heard(bot, chat, edited):
        push_message(world, bot, edited, "edited_message")


def react(world: World, bot: Bot, person: int, chat_id: int, number: int, emoji: str) -> None:
    chat = bot.chats[chat_id]
    old, new = chat.messages[number].reactions, ((emoji,) if emoji else ())
    chat.messages[number] = replace(chat.messages[number], reactions=new)
    told = {
        "chat": chat_payload(world, chat),
        "message_id": number,
        "user": person_payload(world.people[person]),
        "date": world.date(),
        "old_reaction": [{"type": "emoji", "emoji": one} for one in old],
        "new_reaction": [{"type": "emoji", "emoji": one} for one in new],
    }
    bot.updates.push("message_reaction", told, f"chat {chat_id}")


def click(world: World, bot: Bot, person: int, chat_id: int, number: int, data: str) -> str:
    """Press a button that holds these data, whether or not it is there; the id of the click."""
    chat = bot.chats[chat_id]
    name = str(next(world.numbers) + 4_000_000_000_000_000)
    bot.callbacks[name] = Callback(person, world.clock.now())
    told = {
        "id": name,
        "from": person_payload(world.people[person]),
        "chat_instance": str(chat_id * 7919 + bot.id),
        "data": data,
        "message": _clicked(world, bot, chat, number),
    }
    bot.updates.push("callback_query", told, f"clicks of {person}", CLICK_LIFE)
    return name


def button_data(chat: Chat, number: int, wanted: str) -> str:
    """The data of the button that is on the message now, found by its data or its text."""
    message = chat.messages[number]
    for button in () if message.deleted else message.buttons:
        if button.data and wanted in (button.data, button.text):
            return button.data
    there = ", ".join(repr(button.text) for button in message.buttons) or "none"
    raise LookupError(f"message {number} has no button {wanted!r} to click; there is {there}")


def stand(world: World, bot: Bot, chat: Chat, person: int, standing: Standing) -> None:
    """Let the bot stand differently with a chat and tell it, as `my_chat_member`."""
    old, chat.standing = chat.standing, standing
    told = {
        "chat": chat_payload(world, chat),
        "from": person_payload(world.people[person]),
        "date": world.date(),
        "old_chat_member": member_payload(bot.self, _status(old)),
        "new_chat_member": member_payload(bot.self, _status(standing)),
    }
    bot.updates.push("my_chat_member", told, f"standing in {chat.id}")


def gather(world: World, bot: Bot, title: str, members: list[int], kind: ChatKind) -> int:
    """Let the first of some people add the bot to a new group; the group's id."""
    number = next(world.numbers)
    identity = SUPERGROUP - number if kind is ChatKind.SUPERGROUP else -number
    chat = Chat(identity, kind, title, set(members), Standing.LEFT)
    bot.chats[chat.id] = chat
    stand(world, bot, chat, members[0], Standing.MEMBER)
    joined = {"new_chat_members": [person_payload(bot.self)]}
    serve(world, bot, chat, world.people[members[0]], joined)
    return chat.id


def migrate(world: World, bot: Bot, chat: Chat) -> int:
    """Make a group a supergroup with a new id, which both chats are told."""
    new = Chat(SUPERGROUP + chat.id, ChatKind.SUPERGROUP, chat.title, set(chat.members))
    bot.chats[new.id] = new
    owner = world.people[min(chat.members)]
    serve(world, bot, chat, owner, {"migrate_to_chat_id": new.id})
    serve(world, bot, new, owner, {"migrate_from_chat_id": chat.id})
    chat.migrated_to = new.id
    return new.id


def serve(world: World, bot: Bot, chat: Chat, person: Person, content: dict[str, Any]) -> None:
    """Put a service message into a chat, which the bot always hears of."""
    message = Message(
        bot.next_number(chat), chat.id, person, world.date(), content=content, media=next(iter(content))
    )
    chat.messages[message.id] = message
    push_message(world, bot, message)


def attached(bot: Bot, kind: str, given: bytes | Upload) -> dict[str, Any]:
    """The fields of a message with a file."""
    upload = given if isinstance(given, Upload) else Upload(given)
    return {"media": kind, "content": content_of(bot.shelf, kind, upload)}


def _is_heard(bot: Bot, chat: Chat, message: Message) -> bool:
    """In groups a bot hears commands, what names it, and answers to itself (privacy mode)."""
    if chat.kind is ChatKind.PRIVATE:
        return True
    if chat.standing is not Standing.MEMBER or chat.migrated_to:
        return False
    answered = chat.messages.get(message.reply_to)
    named = f"@{bot.self.username}" in message.text
    return message.text.startswith("/") or named or bool(answered and answered.sender.id == bot.id)


def _clicked(world: World, bot: Bot, chat: Chat, number: int) -> dict[str, Any]:
    """The message under the button; of one that is gone only its number is left."""
    message = chat.messages.get(number)
    if message is None or message.deleted:
        return {"chat": chat_payload(world, chat), "message_id": number, "date": 0}
    return message_payload(world, bot, message)


def _status(standing: Standing) -> str:
    kicked = (Standing.BLOCKED, Standing.KICKED)
    return "kicked" if standing in kicked else "left" if standing is Standing.LEFT else "member"


def delete(bot: Bot, chat_id: int, number: int) -> None:
    chat = bot.chats[chat_id]
    chat.messages[number] = replace(chat.messages[number], deleted=True)


def things(
    person: Person, location: tuple[float, float] | None, contact: str | None, poll: bool
) -> dict[str, Any]:
    """What can be sent that is neither words nor a file."""
    sent: dict[str, Any] = {}
    if location is not None:
        sent["location"] = {"latitude": location[0], "longitude": location[1]}
    if contact is not None:
        sent["contact"] = {"phone_number": contact, "first_name": person.first_name, "user_id": person.id}
    if poll:
        sent["poll"] = POLL
    return sent
