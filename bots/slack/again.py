"""Posts of a ticket whose words were redacted: changed in place to what is kept now.

A post that is not needed any more is deleted, and so is a file of ours that holds other bytes than
are kept, or may, for a mark can be as long as what it stands for; what is kept is put up anew. What
people wrote in Slack themselves is theirs to delete.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bots.chat.desk import ChatDesk
from bots.slack.acts.receipts import states
from bots.slack.blocks import Message
from bots.slack.blocks.elements import context
from bots.slack.blocks.text import mrkdwn
from bots.slack.looking import Where
from bots.slack.speaking import MessageGone, Speaking
from bots.slack.uploads import Uploads
from bots.slack.workspaces import MEDIUM
from intake.errors import PermanentFailure
from intake.messages import File
from intake.thread_lines import ANSWERED
from store import outbox, posts
from store.answered import answered
from store.outbox import Promise
from store.posts import Post
from store.work import SqlWork

BEHIND_SECONDS = 600.0  # in which the file of a message has followed it
Words = Callable[[Promise, str], Awaitable[tuple[Sequence[Message], Sequence[File]]]]
log = structlog.get_logger()


class Again:
    """`words` says what a promise looks like at a place (team/channel), with its files."""

    def __init__(self, desk: ChatDesk, speaking: Speaking, words: Words) -> None:
        self._desk = desk
        self._speaking = speaking
        self._words = words

    async def carry(self, ticket: int, extra: Mapping[str, object]) -> str:
        """Bring every post of the changed promises, and all our files in the threads, up to date."""
        changed, files = _listed(extra, "promises"), _listed(extra, "files")
        found = await self._desk.read(lambda work: _posted(work, ticket, changed))
        for promise, there in found:
            if promise.id in changed:
                await self._redraw(promise, there)
                await self._take_down_loose(promise, there[-1])
        for where in {_where(one) for _, there in found for one in there if one.thread}:
            here = [promise for promise, there in found if _where(there[0]) == where]
            stale = {one.id for one in here if one.id in changed or _has_any(one, files)}
            await self._refile(where, here, stale)
        return ""

    async def _redraw(self, promise: Promise, there: Sequence[Post]) -> None:
        messages, _ = await self._words(promise, there[0].place)
        messages = await self._desk.read(lambda work: _with_states(work, promise, messages))
        for post, message in zip(there, messages, strict=False):
            with suppress(MessageGone):
                await self._speaking.update(_where(post), post.external, message)
        for post in there[len(messages) :]:
            await self._delete(post, "chat.delete", {"channel": _where(post).channel, "ts": post.external})
        for part, message in enumerate(messages[len(there) :]):
            await self._post(promise, there[0], message, part)

    async def _post(self, promise: Promise, first: Post, message: Message, part: int) -> None:
        """A message more than before, remembered like the others: it may be changed again."""
        now = datetime.now(UTC)
        key = f"again {promise.id} {now} {part}"
        ts = await self._speaking.post(_where(first), message, key)
        await self._desk.write(lambda work: posts.record(work, replace(first, external=ts, at=now)))

    async def _take_down_loose(self, promise: Promise, last: Post) -> None:
        """The whole of long words outside a thread, where files of other tickets stand beside it."""
        where, begun = _where(last), float(last.external)
        if where.thread:
            return
        bot = (await self._speaking.workspaces.of(where.team)).bot_user
        for file in await self._speaking.looking.files_at(where, bot):
            is_behind = 0 <= float(file.ts) - begun <= BEHIND_SECONDS
            if is_behind and file.name == f"{promise.outbound.notice}.txt":
                await self._delete(where, "files.delete", {"file": file.id})

    async def _refile(self, where: Where, promises: Sequence[Promise], stale: Collection[int]) -> None:
        """Take down what is not kept, and what `stale` promises had; put up what is kept and not there."""
        wanted: list[File] = []
        kept, doubted = set[tuple[str, int]](), set[tuple[str, int]]()
        for one in promises:
            messages, files = await self._words(one, where.place)
            theirs = [*(message.file for message in messages if message.file), *files]
            wanted += theirs
            (doubted if one.id in stale else kept).update((file.name, len(file.data)) for file in theirs)
        bot = (await self._speaking.workspaces.of(where.team)).bot_user
        for file in await self._speaking.looking.files_at(where, bot):
            if file.known not in kept - doubted:
                await self._delete(where, "files.delete", {"file": file.id})
        await Uploads(self._speaking, self._desk.setup.desk).share(where, wanted, may_be_there=True)

    async def _delete(self, what: Post | Where, method: str, args: dict[str, str]) -> None:
        """What cannot be deleted is for an administrator of Slack."""
        team = what.place.partition("/")[0]
        try:
            await self._speaking.said(team, lambda client: client.api_call(method, json=args))
        except PermanentFailure as error:
            log.warning("what was redacted stands in Slack still", error=str(error), **args)


def _listed(extra: Mapping[str, object], name: str) -> list[object]:
    found = extra.get(name)
    return found if isinstance(found, list) else []


def _has_any(promise: Promise, files: Collection[object]) -> bool:
    """Whether one of these files, each a message and a place in it, goes with a promise."""
    return any([*one] in files for one in promise.outbound.attachments)


def _posted(work: SqlWork, ticket: int, changed: Collection[object]) -> list[tuple[Promise, list[Post]]]:
    """What was said in Slack about a ticket, or changed with it, each with its posts in their order."""
    found: dict[int, list[Post]] = {}
    numbers = [one for one in changed if isinstance(one, int)]
    loose = (one for one in posts.posts_of_promises(work, numbers, MEDIUM) if not one.ticket)
    for post in (*posts.posts_of(work, ticket, MEDIUM), *loose):
        if post.outbox:
            found.setdefault(post.outbox, []).append(post)
    return [(promise, there) for key, there in found.items() if (promise := outbox.one(work, key))]


def _with_states(work: SqlWork, promise: Promise, messages: Sequence[Message]) -> Sequence[Message]:
    """The line about an answer says what became of it, too."""
    if promise.outbound.notice != ANSWERED or not messages:
        return messages
    words = " ".join(states(one) for one in answered(work, [promise.id]))
    last = messages[-1]
    return [*messages[:-1], Message(last.text, (*last.blocks, context(mrkdwn(words))), last.file)]


def _where(post: Post) -> Where:
    team, _, channel = post.place.partition("/")
    return Where(team, channel, post.thread)
