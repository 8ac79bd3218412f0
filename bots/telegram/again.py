"""Posts of the bot whose words were redacted: changed in place to what is kept now.

What the words need no longer is deleted, and so are the files of a promise that lost one: those that are
kept are put up anew, unless all of them stand there still. Telegram lets a bot change its own text
whenever it likes and delete for two days; what it refuses is told in the ticket's history, for a person
must look there. What people wrote themselves is theirs to delete.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Bot

from bots.chat.desk import ChatDesk
from bots.delivery import Claimed
from bots.telegram.api import Refused, Unreachable
from bots.telegram.posting import MAY_STAY, Posting
from intake.errors import PermanentFailure
from intake.messages import File, Outbound
from store import files, outbox, posts
from store.outbox import Promise
from store.posts import Post
from store.telegram_posts import MEDIUM, record_posted
from store.work import SqlWork

GONE = ("message to edit not found", "message to delete not found")
Once = Callable[[int, Callable[[], Awaitable[Any]]], Awaitable[Any]]
log = structlog.get_logger()


class Again:
    """`once` calls Telegram in a chat's turn; `dressed` gives words their buttons."""

    def __init__(
        self, bot: Bot, desk: ChatDesk, once: Once, dressed: Callable[[Outbound], Awaitable[Outbound]]
    ) -> None:
        self._bot = bot
        self._desk = desk
        self._once = once
        self._dressed = dressed

    async def carry(self, promise: Claimed) -> str:
        """Bring the posts of the promises that it names, at its place, up to date."""
        place, extra = promise.outbound.recipient.address, promise.outbound.extra
        ticket, changed, lost = extra.get("ticket"), extra.get("again"), extra.get("files")
        numbers = [one for one in changed if isinstance(one, int)] if isinstance(changed, list) else []
        gone = lost if isinstance(lost, list) else []
        found = await self._desk.read(lambda work: _posted(work, place, numbers))
        refused = [why for one, there in found for why in await self._bring(one, there, gone)]
        if refused:
            await self._desk.write(lambda work: _told(work, ticket, place, refused))
        return ""

    async def _bring(self, promise: Promise, there: Sequence[Post], gone: Collection[object]) -> list[str]:
        """Change the text, and the files where one of them was taken out; what Telegram refused."""
        posting = Posting(self._bot, await self._dressed(promise.outbound))
        number = max(1, len(there) - len(promise.outbound.attachments))
        refused = await self._edit(posting, there[:number])
        if not any([*one] in gone for one in promise.outbound.attachments):
            return refused
        stays = [why for one in there[number:] for why in await self._delete(posting.chat, one)]
        if stays and len(stays) == len(there[number:]):  # they are all there still
            return [*refused, *stays]
        return [*refused, *stays, *await self._put_up(promise, posting)]

    async def _edit(self, posting: Posting, there: Sequence[Post]) -> list[str]:
        refused = []
        calls = posting.edits([int(one.external) for one in there])
        for post, call in zip(there, calls, strict=False):
            if why := await self._tried(posting.chat, call):
                refused += await self._delete(posting.chat, post) and [why]
        for post in there[len(calls) :]:
            refused += await self._delete(posting.chat, post)
        return refused

    async def _delete(self, chat: int, post: Post) -> list[str]:
        why = await self._tried(chat, lambda: self._bot.delete_message(chat, int(post.external)))
        return [why] if why else []

    async def _tried(self, chat: int, call: Callable[[], Awaitable[Any]]) -> str:
        """Why it cannot be done, "" where it is, or need not be."""
        try:
            await self._once(chat, call)
        except (Refused, Unreachable) as error:
            said = str(error)
            is_done = any(words in said.lower() for words in (*MAY_STAY, *GONE))
            return "" if is_done else said
        return ""

    async def _put_up(self, promise: Promise, posting: Posting) -> list[str]:
        kept = await self._desk.read(lambda work: _kept_files(work, promise.outbound))
        place, now = promise.outbound.recipient.address, datetime.now(UTC)
        refused = []
        for step in posting.albums(kept):
            try:
                ids = await self._once(posting.chat, step.call)
            except (Refused, Unreachable) as error:
                refused.append(str(error))
                continue
            await self._desk.write(
                lambda work, ids=ids: record_posted(work, promise.id, promise.outbound, place, ids, now)  # type: ignore[misc]
            )
        return refused


def _posted(work: SqlWork, place: str, numbers: Sequence[int]) -> list[tuple[Promise, list[Post]]]:
    """The promises with what stands of them at the place, in the order of their posting."""
    found: dict[int, list[Post]] = {}
    for post in posts.posts_of_promises(work, numbers, MEDIUM):
        if post.place == place:
            found.setdefault(post.outbox, []).append(post)
    ordered = {key: sorted(there, key=lambda one: int(one.external)) for key, there in found.items()}
    return [(promise, there) for key, there in ordered.items() if (promise := outbox.one(work, key))]


def _kept_files(work: SqlWork, outbound: Outbound) -> list[File]:
    kept = []
    for message, position in outbound.attachments:
        try:
            kept.append(files.file_of(work, message, position))
        except PermanentFailure:
            continue  # it was what was taken out
    return kept


def _told(work: SqlWork, ticket: object, place: str, refused: Sequence[str]) -> None:
    number = ticket if isinstance(ticket, int) and ticket else None
    many = f"{len(refused)} message{'s' * (len(refused) != 1)}"
    detail = f"{many} of ours in Telegram chat {place} could not be changed: {refused[0]}"
    log.warning("what was redacted stands in Telegram still", ticket=number, messages=len(refused))
    work.note(number, datetime.now(UTC), MEDIUM, "redacted", detail)
