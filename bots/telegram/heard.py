"""What one update of Telegram says, read from the raw bytes that are in the inbox.

The library reads the update; from here on nobody needs it. An update that it cannot read is an
UnreadableMessage: it is held with the reason, and stops nothing. What did not happen in a
private chat is GROUP whatever it was, because the bot answers in private chats only.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from telegram import Bot, CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from intake.errors import UnreadableMessage
from intake.messages import Raw, clean

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
GONE = frozenset({ChatMemberStatus.BANNED, ChatMemberStatus.LEFT})
# What cannot be passed on, and the word for it; a venue comes with a location.
REFUSED = ("sticker", "location", "poll", "contact", "dice", "game", "story", "paid_media", "checklist")


class HeardKind(StrEnum):
    MESSAGE = "message"
    EDIT = "edit"
    BUTTON = "button"
    MEMBER = "member"  # the bot was blocked or unblocked in a private chat
    GROUP = "group"  # anything outside of a private chat
    OTHER = "other"  # nothing to be decided: a pinned message, a kind we never asked for


class Missed(StrEnum):
    """Why a file was not taken."""

    LARGE = "large"  # larger than the desk takes, or than Telegram hands out
    BUDGET = "budget"  # more than one account may send in a day
    STRANGER = "stranger"  # files are taken from linked accounts only
    KIND = "kind"  # a program, which nobody is to open
    GONE = "gone"  # Telegram does not hand it out (any more)


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that can be fetched; `size` is what Telegram says, 0 where it does not."""

    file_id: str
    unique_id: str
    name: str
    content_type: str
    size: int
    kind: str  # photo, document, voice, video, audio


@dataclass(frozen=True, slots=True)
class Heard:
    """One update, or the several of an album; `missed` are the names of files that were not taken, and why.

    `message_id` is the message that was written, was edited, or carries the button that was pressed.
    """

    update_id: int
    bot: str
    chat: int
    user: int
    kind: HeardKind
    at: datetime
    message_id: int = 0
    text: str = ""
    command: str = ""
    argument: str = ""
    reply_to: int = 0
    media_group: str = ""
    files: tuple[Offered, ...] = ()
    missed: tuple[tuple[str, Missed], ...] = ()
    refused: str = ""
    button: str = ""
    callback_id: str = ""
    language: str = ""
    name: str = ""
    is_blocked: bool | None = None  # None: the update does not say
    album: tuple[int, ...] = ()  # the ids of an album's messages, this one included

    @property
    def place(self) -> str:
        """Where it was said: bot/chat."""
        return f"{self.bot}/{self.chat}"

    @property
    def account(self) -> str:
        """Who said it: bot/user; in a private chat the same as the place."""
        return f"{self.bot}/{self.user}"


def heard_in(raw: Raw, bot: Bot) -> Heard:
    """What an update says; UnreadableMessage where it cannot be read."""
    update = update_in(raw.body, bot)
    identity = bot.token.partition(":")[0]
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query, identity, raw)
    if update.my_chat_member is not None:
        return _member(update.update_id, update.my_chat_member, identity)
    message = update.message or update.edited_message
    if message is None:
        return Heard(update.update_id, identity, 0, 0, HeardKind.OTHER, raw.received_at)
    kind = HeardKind.EDIT if update.edited_message else HeardKind.MESSAGE
    return _written(update.update_id, message, identity, kind)


def update_in(body: bytes, bot: Bot) -> Update:
    """The update as the library reads it."""
    try:
        update = Update.de_json(json.loads(body), bot)
    except Exception as error:
        raise UnreadableMessage(f"no update that can be read: {type(error).__name__}: {error}") from error
    if update is None or not isinstance(update.update_id, int):
        raise UnreadableMessage("no update that can be read: it has no update_id")
    return update


def _written(update_id: int, message: Message, bot: str, kind: HeardKind) -> Heard:
    text = clean(message.text or message.caption or "")
    command, argument = _command_in(text)
    files, refused = _files_of(message), _refused(message)
    is_private = message.chat.type == ChatType.PRIVATE
    says_nothing = not (text or files or refused)
    return Heard(
        update_id,
        bot,
        message.chat.id,
        message.from_user.id if message.from_user else 0,
        (HeardKind.OTHER if says_nothing else kind) if is_private else HeardKind.GROUP,
        message.edit_date if kind is HeardKind.EDIT and message.edit_date else message.date,
        message.message_id,
        text,
        command,
        argument,
        message.reply_to_message.message_id if message.reply_to_message else 0,
        message.media_group_id or "",
        files,
        refused=refused,
        **_person(message.from_user),
    )


def _pressed(update_id: int, query: CallbackQuery, bot: str, raw: Raw) -> Heard:
    where = query.message
    is_private = where is not None and where.chat.type == ChatType.PRIVATE
    kind = HeardKind.BUTTON if is_private else HeardKind.GROUP
    return Heard(
        update_id,
        bot,
        where.chat.id if where else 0,
        query.from_user.id,
        kind if where else HeardKind.OTHER,
        raw.received_at,
        where.message_id if where else 0,
        button=clean(query.data or ""),
        callback_id=query.id,
        **_person(query.from_user),
    )


def _member(update_id: int, change: ChatMemberUpdated, bot: str) -> Heard:
    is_private = change.chat.type == ChatType.PRIVATE
    kind = HeardKind.MEMBER if is_private else HeardKind.GROUP
    is_gone = change.new_chat_member.status in GONE
    about = _person(change.from_user)
    return Heard(
        update_id, bot, change.chat.id, change.from_user.id, kind, change.date, is_blocked=is_gone, **about
    )


def _person(user: User | None) -> Any:
    """Name and language, which prove nothing."""
    if user is None:
        return {}
    return {"name": clean(user.full_name), "language": user.language_code or ""}


def _command_in(text: str) -> tuple[str, str]:
    found = COMMAND.fullmatch(text.strip())
    return (found[1].lower(), (found[2] or "").strip()) if found else ("", "")


def _refused(message: Message) -> str:
    return next((name for name in REFUSED if getattr(message, name, None)), "")


# The largest of a photo's sizes is the last; an animation is a document too.
KINDS: tuple[tuple[str, str, Callable[[Message], Any]], ...] = (
    ("photo", "photo.jpg image/jpeg", lambda one: one.photo[-1] if one.photo else None),
    ("document", "file application/octet-stream", lambda one: one.document),
    ("voice", "voice.ogg audio/ogg", lambda one: one.voice),
    ("audio", "audio.mp3 audio/mpeg", lambda one: one.audio),
    ("video", "video.mp4 video/mp4", lambda one: one.video or one.video_note),
)


def _files_of(message: Message) -> tuple[Offered, ...]:
    found = ((kind, usual.split(), part(message)) for kind, usual, part in KINDS)
    return tuple(
        Offered(
            one.file_id,
            one.file_unique_id,
            getattr(one, "file_name", None) or name,
            getattr(one, "mime_type", None) or content_type,
            one.file_size or 0,
            kind,
        )
        for kind, (name, content_type), one in found
        if one is not None
    )
