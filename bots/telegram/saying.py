"""What the bot says of its own accord in a chat: promised like everything else, with its buttons.

A button carries a random token and nothing else; what it does stands in our own table, for the
account that it was shown to. `extra` of the promise holds what only Telegram understands:

    keyboard   rows of {"text", "data" or "url"}
    edit       the message that these words replace, where it can still be edited
    reply_to   the message that they answer
    react      an emoji for the message `reply_to`, instead of words
    leave      true: leave the chat afterwards
    dialogue   true: part of a conversation that makes no sense in a mail
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from intake.handle import Setup
from intake.messages import Address, Outbound
from store.buttons import Pressed, keep_button, pressed_button
from store.work import SqlWork

__all__ = ["Button", "Pressed", "button_of", "keyboard_of", "react", "say"]
MEDIUM = "telegram"
MARK = "v:"  # before a button's token, to know it from what others may have put there
TOKEN_BYTES = 12  # 16 characters
LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Button:
    """One button; with `url` it opens a page and does nothing here."""

    label: str
    action: str = ""
    ticket: int = 0
    body: Mapping[str, object] = field(default_factory=dict)
    url: str = ""


def say(
    work: SqlWork,
    setup: Setup,
    place: str,
    account: str,
    words: Outbound,
    keyboard: Sequence[Sequence[Button]] = (),
    *,
    edit: int = 0,
    reply_to: int = 0,
    now: datetime,
) -> int:
    """Promise words at a place (bot/chat), with buttons for an account (bot/user); the promise's number."""
    extra: dict[str, object] = {"dialogue": True}
    if keyboard:
        extra["keyboard"] = keyboard_of(work, place, account, keyboard, now)
    extra |= {name: value for name, value in (("edit", edit), ("reply_to", reply_to)) if value}
    ticket = work.ticket(words.ticket_number) if words.ticket_number else None
    made = words.message_id or setup.addresses.message_id(words.ticket_number, now)
    there = replace(words, channel=MEDIUM, recipient=Address(words.recipient.name, place), message_id=made)
    return work.promise(replace(there, lane=place, extra=extra), ticket, now)


def react(
    work: SqlWork, setup: Setup, place: str, message_id: int, emoji: str, *, ticket: int = 0, now: datetime
) -> int:
    """Promise a reaction on somebody's message: the shortest receipt there is."""
    made = setup.addresses.message_id(ticket, now)
    extra = {"dialogue": True, "react": emoji, "reply_to": message_id}
    promised = Outbound(
        MEDIUM, Address("", place), "reaction", "", emoji, made, ticket_number=ticket, lane=place, extra=extra
    )
    return work.promise(promised, work.ticket(ticket) if ticket else None, now)


def keyboard_of(
    work: SqlWork, place: str, account: str, keyboard: Sequence[Sequence[Button]], now: datetime
) -> list[list[dict[str, str]]]:
    """The rows as they wait in the outbox; each button that does something gets a token of its own."""
    return [[_made(work, place, account, button, now) for button in row] for row in keyboard]


def button_of(work: SqlWork, data: str, account: str, now: datetime) -> Pressed | None:
    """What a button does that an account pressed; None where it is not theirs, unknown, or too old."""
    if not data.startswith(MARK):
        return None
    return pressed_button(work, MEDIUM, account, data.removeprefix(MARK), now)


def _made(work: SqlWork, place: str, account: str, button: Button, now: datetime) -> dict[str, str]:
    if button.url:
        return {"text": button.label, "url": button.url}
    token = secrets.token_urlsafe(TOKEN_BYTES)
    pressed = Pressed(button.action, button.ticket, button.body, place)
    keep_button(work, MEDIUM, account, token, pressed, now + LASTS)
    return {"text": button.label, "data": f"{MARK}{token}"}
