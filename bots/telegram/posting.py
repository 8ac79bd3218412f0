"""One promise as the calls that post it: text in parts with the buttons on the last, then its files.

Pictures go as pictures and everything else as documents, several of a sort as an album. A file that
Telegram does not take is named in the text, with the place where it is to be had.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bots.telegram.api import Refused
from intake.messages import File, Outbound
from replies.telegram_html import Part, parts
from replies.telegram_lines import line

MIB = 1024 * 1024
LARGEST_FILE = 50 * MIB
LARGEST_PHOTO = 10 * MIB
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
ALBUM = 10
MAY_STAY = ("message is not modified",)
UNPARSABLE = ("can't parse entities", "can't find end tag", "unsupported start tag")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Answer = TypeVar("Answer")
Call = Callable[[], Awaitable[Answer]]
Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Step:
    """One call, how many messages it makes, and the same without markup where there is any."""

    call: Call[Ids]
    messages: int = 1
    plain: Call[Ids] | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    bot: Bot
    outbound: Outbound

    @property
    def chat(self) -> int:
        return chat_in(self.outbound.recipient.address)

    @property
    def reaction(self) -> str:
        return str(self._extra.get("react", ""))

    @property
    def edited(self) -> int:
        return _number(self._extra.get("edit"))

    @property
    def answered(self) -> int:
        """The message that these words answer, 0 for none."""
        return _number(self._extra.get("reply_to"))

    @property
    def leaves(self) -> bool:
        return self._extra.get("leave") is True

    def steps(self, files: Sequence[File], elsewhere: str) -> list[Step]:
        """Every call in its order."""
        fitting = [one for one in files if len(one.data) <= LARGEST_FILE]
        language = self.outbound.language
        lost = [line(language, "large", one.name, elsewhere) for one in files if one not in fitting]
        texts = self._texts(lost)
        return [
            *(self._text(part, part is texts[-1], is_first=part is texts[0]) for part in texts),
            *self.albums(fitting),
        ]

    async def react(self) -> None:
        await self.bot.set_message_reaction(self.chat, self.answered, self.reaction)

    async def leave(self) -> None:
        await self.bot.leave_chat(self.chat)

    async def edit(self) -> None:
        """Put the words in the place of those of an earlier message; what does not fit makes it a new one."""
        texts = self._texts(())
        if len(texts) != 1:
            raise Refused("the words do not fit into one message")
        await self._edit(texts[0], self.edited, self._keyboard)

    def edits(self, messages: Ids) -> list[Call[None]]:
        """The calls that put the words in the place of those of earlier messages, as far as both go."""
        texts = self._texts(())
        return [
            partial(self._edit, part, number, self._keyboard if part is texts[-1] else None)
            for part, number in zip(texts, messages, strict=False)
        ]

    async def _edit(self, part: Part, message: int, markup: InlineKeyboardMarkup | None) -> None:
        try:
            await self._edit_as(part.html, ParseMode.HTML, message, markup)
        except BadRequest as error:
            if not any(words in str(error).lower() for words in UNPARSABLE):
                raise
            await self._edit_as(part.plain, None, message, markup)

    async def _edit_as(
        self, text: str, mode: str | None, message: int, markup: InlineKeyboardMarkup | None
    ) -> None:
        await self.bot.edit_message_text(
            text,
            self.chat,
            message,
            parse_mode=mode,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
        )

    @property
    def _extra(self) -> Mapping[str, object]:
        return self.outbound.extra

    @property
    def _keyboard(self) -> InlineKeyboardMarkup | None:
        rows: Any = self._extra.get("keyboard") or ()
        made = [
            [
                InlineKeyboardButton(one["text"], url=one.get("url"), callback_data=one.get("data"))
                for one in row
            ]
            for row in rows
        ]
        return InlineKeyboardMarkup(made) if made else None

    def _texts(self, more: Sequence[str]) -> tuple[Part, ...]:
        body = "\n\n".join((self.outbound.body, *more))
        return parts(body) or parts(self.outbound.subject or "…")

    def _text(self, part: Part, is_last: bool, *, is_first: bool) -> Step:
        """Only the first part answers somebody's message, only the last one has the buttons."""

        def call(text: str, mode: str | None) -> Call[Ids]:
            async def post() -> Ids:
                sent = await self.bot.send_message(
                    self.chat,
                    text,
                    parse_mode=mode,
                    reply_markup=self._keyboard if is_last else None,
                    reply_parameters=self._answering if is_first else None,
                    link_preview_options=NO_PREVIEW,
                )
                return (sent.message_id,)

            return post

        return Step(call(part.html, ParseMode.HTML), plain=call(part.plain, None))

    @property
    def _answering(self) -> ReplyParameters | None:
        if not self.answered:
            return None
        return ReplyParameters(self.answered, allow_sending_without_reply=True)

    def albums(self, files: Sequence[File]) -> list[Step]:
        pictures = [one for one in files if is_picture(one)]
        documents = [one for one in files if one not in pictures]
        sorts = ((pictures, self._photos), (documents, self._documents))
        return [
            Step(album(some), len(some))
            for sort, album in sorts
            for some in (sort[start : start + ALBUM] for start in range(0, len(sort), ALBUM))
        ]

    def _photos(self, files: Sequence[File]) -> Call[Ids]:
        """A picture that Telegram does not like (too long, too thin) goes as a document."""

        async def post() -> Ids:
            try:
                if len(files) == 1:
                    return _ids(await self.bot.send_photo(self.chat, _file(files[0])))
                return _ids(
                    *await self.bot.send_media_group(
                        self.chat, [InputMediaPhoto(_file(one)) for one in files]
                    )
                )
            except BadRequest as error:
                if not is_about_pictures(str(error)):
                    raise
            return await self._documents(files)()

        return post

    def _documents(self, files: Sequence[File]) -> Call[Ids]:
        async def post() -> Ids:
            if len(files) == 1:
                return _ids(await self.bot.send_document(self.chat, _file(files[0])))
            album = [InputMediaDocument(_file(one)) for one in files]
            return _ids(*await self.bot.send_media_group(self.chat, album))

        return post


def chat_in(place: str) -> int:
    """The chat of a place, bot/chat."""
    return int(place.partition("/")[2])


def is_picture(file: File) -> bool:
    return file.content_type in PICTURES and len(file.data) <= LARGEST_PHOTO


def is_about_pictures(said: str) -> bool:
    return "photo" in said.lower() or "image" in said.lower()


def _file(file: File) -> InputFile:
    return InputFile(file.data, filename=file.name, attach=True)


def _ids(*messages: Message) -> Ids:
    return tuple(one.message_id for one in messages)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
