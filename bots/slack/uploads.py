"""Files that go out: put up in Slack's three steps, into a thread or a direct message.

A file that a machine would run is not sent, whoever attached it, and neither is one that weighs
too much. A file bears no metadata; where it may be there already, the thread is looked through
for one of the same name and size that the bot posted.
"""

import asyncio
from collections.abc import Sequence

from bots.slack.calls import Json, Lost, Refused
from bots.slack.looking import Where
from bots.slack.pace import ANSWER
from bots.slack.speaking import Speaking
from intake.errors import PermanentFailure, TemporaryFailure
from intake.files import objection_to
from intake.messages import ALONE, Attachment, File
from intake.tickets import Desk

UPLOAD_SECONDS = 120.0
SHOWN_SECONDS = 1.0  # until a file that is complete stands in its thread


class Uploads:
    def __init__(self, speaking: Speaking, desk: Desk) -> None:
        self._speaking = speaking
        self._desk = desk

    async def share(self, where: Where, files: Sequence[File], *, may_be_there: bool) -> None:
        """Put files up at a place; PermanentFailure where one of them must not go out."""
        check(files, self._desk)
        there = await self._there(where) if may_be_there else set()
        for file in files:
            if (file.name, len(file.data)) not in there and file.data:
                await self._share(where, file)

    async def _there(self, where: Where) -> set[tuple[str, int]]:
        bot = (await self._speaking.workspaces.of(where.team)).bot_user
        return {one.known for one in await self._speaking.looking.files_at(where, bot)}

    async def _share(self, where: Where, file: File) -> None:
        name, size = file.name or "file", len(file.data)
        begun = await self._speaking.said(
            where.team, lambda client: client.files_getUploadURLExternal(filename=name, length=size)
        )
        await self._put(where, begun, file)
        await self._speaking.pace.turn(where.channel, (ANSWER, 0))
        try:
            await self._complete(where, str(begun["file_id"]), name)
        except PermanentFailure as error:
            if not (isinstance(error.__cause__, Refused) and error.__cause__.error == "file_not_found"):
                raise
            await asyncio.sleep(SHOWN_SECONDS)
            if (name, size) not in await self._there(where):  # as it is where an answer was lost
                raise TemporaryFailure(str(error)) from error  # it may show up a moment later

    async def _complete(self, where: Where, file: str, name: str) -> None:
        listed: list[dict[str, str | None]] = [{"id": file, "title": name}]
        await self._speaking.said(
            where.team,
            lambda client: client.files_completeUploadExternal(
                files=listed, channel_id=where.channel, thread_ts=where.thread or None
            ),
        )

    async def _put(self, where: Where, begun: Json, file: File) -> None:
        """The bytes go to an address that is good for them alone; our token does not."""
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await self._speaking.put(str(begun["upload_url"]), file.data)
        except (Lost, TimeoutError) as error:
            raise TemporaryFailure(f"Slack: a file did not go up: {error}") from error


def check(files: Sequence[File], desk: Desk) -> None:
    """PermanentFailure where these files must not go out."""
    known = [Attachment(one.name, one.content_type, len(one.data), "", False, ALONE) for one in files]
    if objection := objection_to(known, desk):
        raise PermanentFailure(objection[1])
