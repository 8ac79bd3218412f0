"""The second act's stage: the desk with both chats, and what people do in them.

An act returns when the desk has done what it does because of it, so that what is seen then is all
that came of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots.slack.blocks import names
from intake.errors import DeskbellError
from intake.messages import Address
from sandbox.chat_world import Chats
from sandbox.outcomes import Came, Outcome
from sandbox.slack import Message
from sandbox.stage import Stage
from sandbox.telegram.world import Message as Said
from sandbox.world import BOB, SAM
from store import cards, exports, people_lists
from store.work import SqlWork

CODE = re.compile(r"\b\d{6}\b")
SECONDS = 60.0
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
START = re.compile(r"https://t\.me/\w+\?start=(\S+)")
SENT = "sent by"  # what stands below an answer once it is out


@dataclass(slots=True)
class ChatStage:
    desk: Stage
    chats: Chats

    # Sam in Slack

    async def press(self, ticket: int, action: str, words: str) -> Outcome:
        """Sam presses a button on a card."""
        card = await self._card(ticket)
        click = await self.chats.slack.click(self.chats.sam, card.channel, card.ts, action)
        await click.answered(SECONDS)
        return await self.desk.act(_by_sam(f"presses [{words}] on the card"), ticket, _done_to(ticket))

    async def choose(self, ticket: int, action: str, choice: str) -> Outcome:
        """Sam chooses from a menu of a card."""
        card = await self._card(ticket)
        click = await self.chats.slack.click(self.chats.sam, card.channel, card.ts, action, selected=choice)
        await click.answered(SECONDS)
        return await self.desk.act(_by_sam(f"chooses [{choice}] on the card"), ticket, _done_to(ticket))

    async def answer(self, ticket: int, text: str) -> Outcome:
        """Sam fills in the form that the card's button opens."""
        slack, sam, card = self.chats.slack, self.chats.sam, await self._card(ticket)
        before = self._sent_below(card)
        click = await slack.click(sam, card.channel, card.ts, names.REPLY)
        await click.answered(SECONDS)
        view = await slack.wait_for(self._form, SECONDS)
        await slack.submit(sam, view["id"], {names.TEXT: text})
        await slack.wait_for(lambda: self._sent_below(card) > before, SECONDS)
        return await self.desk.message(_by_sam("answers through the card's Reply form", text))

    async def note(self, ticket: int, text: str) -> Outcome:
        """Sam writes below a card."""
        slack, card = self.chats.slack, await self._card(ticket)
        ts = await slack.say(self.chats.sam, card.channel, text, thread_ts=card.ts)
        note = next(one for one in slack.thread(card.channel, card.ts) if one.ts == ts)
        await slack.wait_for(lambda: note.reactions, SECONDS)
        return await self.desk.message(_by_sam("writes below the card", text))

    # Bob in Telegram

    async def says(self, text: str) -> Outcome:
        await self.chats.telegram.send(self.chats.bob, text)
        return await self.desk.message(_by_bob("writes", text))

    async def sends_photo(self, caption: str) -> Outcome:
        await self.chats.telegram.send(self.chats.bob, photo=PICTURE, caption=caption)
        return await self.desk.message(_by_bob("sends a photo, and below it", caption))

    async def opens_link(self, notice: str) -> Outcome:
        """Bob presses the link in the newest mail of a kind to him, and Start."""
        found = START.search(self.desk.last(notice, BOB).text)
        if found is None:
            raise DeskbellError(f"demo: no link to the chat in {notice} to {BOB.address}")
        await self.chats.telegram.send(self.chats.bob, f"/start {found[1]}")
        return await self.desk.message(_by_bob("opens the link in the mail to him, and presses", "Start"))

    async def taps(self, label: str) -> Outcome:
        """Bob presses a button that is about his account, of the newest message that has it."""
        telegram, bob = self.chats.telegram, self.chats.bob
        message, button = self._button(label)
        before = len(telegram.callback_answers)
        await telegram.click(bob, message.id, button)
        await telegram.wait_for(lambda: len(telegram.callback_answers) > before, SECONDS)
        return await self.desk.act(_by_bob(f"presses [{button}]"), 0, _done_to_bob)

    async def types_code(self) -> Outcome:
        """Bob types the code of the newest mail with one."""
        (code,) = CODE.findall(self.desk.last("chat-code", BOB).text)
        return await self.says(code)

    # Helpers

    async def _card(self, ticket: int) -> Message:
        card = await self.desk.read(lambda work: cards.card_of(work, ticket))
        posts = self.chats.slack.channel(self.chats.triage)
        found = next((one for one in posts if card and one.ts == card.external), None)
        if found is None:
            raise DeskbellError(f"demo: no card for ticket {ticket} in Slack")
        return found

    def _form(self) -> Any:
        """The form in front of Sam once it is filled."""
        views = self.chats.slack.views(self.chats.sam)
        return next((one for one in views[-1:] if names.TEXT in _block_ids(one)), None)

    def _sent_below(self, card: Message) -> int:
        below = self.chats.slack.thread(card.channel, card.ts)[1:]
        return sum(SENT in str(one.blocks) for one in below)

    def _button(self, label: str) -> tuple[Said, str]:
        messages = reversed(self.chats.telegram.chat(self.chats.bob))
        found = ((one, button.text) for one in messages for button in one.buttons)
        return next(pair for pair in found if pair[1].startswith(label))


def _block_ids(view: Any) -> set[str]:
    return {str(one.get("block_id", "")).partition(":")[0] for one in view["blocks"]}


def _done_to(ticket: int) -> Callable[[SqlWork], str]:
    def line(work: SqlWork) -> str:
        lines = exports.history_of(work, ticket)
        done = [one for one in lines if not one["what"].startswith("clock")][-1]  # clocks only follow
        return f"{done['what']}: {done['detail']}, by {done['actor']}."

    return line


def _done_to_bob(work: SqlWork) -> str:
    person = work.person(BOB.address)
    assert person
    return f"{people_lists.history_of_entry(work, f'person {person.id}')[0]['detail']}."


def _by_sam(what: str, text: str = "") -> Came:
    return _by(SAM, "in Slack", what, text)


def _by_bob(what: str, text: str = "") -> Came:
    return _by(BOB, "in Telegram", what, text)


def _by(person: Address, where: str, what: str, text: str) -> Came:
    return Came(person.name, f"{where} {what}", "", text)
