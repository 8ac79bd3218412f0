"""Everything that the sandbox knows: people, chats, messages, files and the bots themselves.

Each bot has its own view, as at Telegram: its own chats, message numbers, file ids and updates. A
message is a frozen value; an edit puts a new one in its place, so what a test has read stays as it was.
The methods (`methods`) and the people (`people`) change it, both through the functions here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from itertools import count
from typing import Any

from sandbox.telegram.clock import Bell, Clock
from sandbox.telegram.files import Shelf
from sandbox.telegram.updates import UpdateQueue


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Standing(StrEnum):
    """How the bot stands with a chat; all but MEMBER keep it from writing there."""

    UNKNOWN = "unknown"  # the person has never written to it
    MEMBER = "member"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    KICKED = "kicked"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A button as the person sees it; `data` is empty where it only writes its text or opens a link."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; of a picture or a file the text is its caption."""

    id: int
    chat: int
    sender: Person
    date: int
    text: str = ""
    source: str = ""  # what the bot sent, before it was read as HTML
    parse_mode: str = ""
    entities: tuple[dict[str, Any], ...] = ()
    markup: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)  # photo, document…, in the form of the Bot API
    media: str = ""  # the name of that, "" for text
    media_group: str = ""
    reply_to: int = 0
    edited_at: int = 0
    deleted: bool = False
    link_preview: bool = True
    reactions: tuple[str, ...] = ()

    @property
    def from_bot(self) -> bool:
        return self.sender.is_bot

    @property
    def edited(self) -> bool:
        return self.edited_at > 0

    @property
    def html(self) -> str:
        return self.source if self.parse_mode else escape(self.text, quote=False)

    @property
    def keyboard(self) -> tuple[tuple[Button, ...], ...]:
        """The rows of buttons, under the message or in place of the keyboard."""
        rows = self.markup.get("inline_keyboard") or self.markup.get("keyboard") or []
        return tuple(tuple(_button(one) for one in row) for row in rows)

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(one for row in self.keyboard for one in row)


def _button(one: Any) -> Button:
    if isinstance(one, str):
        return Button(one)
    return Button(one["text"], one.get("callback_data", ""), one.get("url", ""))


@dataclass(slots=True)
class Chat:
    id: int
    kind: ChatKind
    title: str = ""
    members: set[int] = field(default_factory=set)  # people, not bots
    standing: Standing = Standing.MEMBER
    migrated_to: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))  # a supergroup has its own


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    id: str
    text: str
    alert: bool


@dataclass(slots=True)
class Callback:
    """A click that waits for its answer."""

    person: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class Bot:
    """A bot with all that is its own; the webhook and the polling are in `delivery`."""

    token: str
    self: Person
    updates: UpdateQueue
    shelf: Shelf
    chats: dict[int, Chat] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    callback_answers: list[CallbackAnswer] = field(default_factory=list)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)  # (name or description, language)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def id(self) -> int:
        return self.self.id

    def next_number(self, chat: Chat) -> int:
        """A message's number: one row for all chats of a bot, but for supergroups."""
        return next(chat.numbers if chat.kind is ChatKind.SUPERGROUP else self.numbers)


@dataclass(slots=True)
class World:
    bell: Bell
    clock: Clock
    people: dict[int, Person] = field(default_factory=dict)
    bots: dict[str, Bot] = field(default_factory=dict)
    callback_life: float = 150.0  # seconds that a click can be answered
    numbers: Iterator[int] = field(default_factory=lambda: count(1))  # of clicks, albums, groups

    def date(self) -> int:
        return int(self.clock.now())


def a_world() -> World:
    bell = Bell()
    return World(bell, Clock(bell))
