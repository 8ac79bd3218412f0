"""Files that come in: fetched from Slack's own hosts only, with a limit, and looked at before they are kept.

The token goes to no other host, redirects included. A page of HTML where something else was
promised, or another page, is Slack's way to say that we may not have the file. What cannot be had
is left out, and the message says so; what might be had a little later makes the whole message wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import aiohttp

from bots.slack.calls import Json, Lost, Refused, SlackFailure
from bots.slack.speaking import Speaking
from bots.sniffing import is_page_instead, sniffed
from intake.files import LeftOut
from intake.mail.attachments import safe_name
from intake.messages import ALONE, Attachment, File

HOSTS = ("files.slack.com", "slack-files.com")
OK = 200
CHUNK = 64 * 1024
MIB = 1024 * 1024


class NotFetched(Exception):
    """A file that cannot be had, in words."""


class TooLarge(NotFetched):
    """A file that is larger than a customer's may be."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files of a message in their order, and what had to be left out."""

    files: tuple[File, ...] = ()
    defects: tuple[str, ...] = ()
    missed: tuple[LeftOut, ...] = ()  # the same for whoever sent them

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(
            Attachment(one.name, one.content_type, len(one.data), sha256(one.data).hexdigest(), False, ALONE)
            for one in self.files
        )


class Downloads:
    """`api_url` names the one further host that files may come from: that of a stand-in."""

    def __init__(self, speaking: Speaking, api_url: str, most_mib: int) -> None:
        self._speaking = speaking
        self._origin = urlsplit(api_url)
        self._most = most_mib * MIB

    async def fetch(self, team: str, files: Iterable[Json], *, is_last_try: bool) -> Fetched:
        """Every file that can be had; raises a SlackFailure for one that may be there later."""
        found: list[File] = []
        defects: list[str] = []
        missed: list[LeftOut] = []
        for one in files:
            told = one
            try:
                told = await self._told(team, one)
                found.append(await self._one(team, told))
            except (NotFetched, SlackFailure) as error:
                if isinstance(error, SlackFailure) and not is_last_try:
                    raise
                defects.append(f"the file {name_in(told)} was left out: {error}")
                missed.append(LeftOut(name_in(told), "large" if isinstance(error, TooLarge) else "gone"))
        return Fetched(tuple(found), tuple(defects), tuple(missed))

    async def _one(self, team: str, told: Json) -> File:
        if int(told.get("size") or 0) > self._most:
            raise TooLarge(f"it is larger than {self._most // MIB} MiB")
        promised = str(told.get("mimetype") or "")
        data = await self._bytes(team, str(told.get("url_private_download") or told.get("url_private") or ""))
        size = int(told.get("size") or 0)
        if is_page_instead(promised if size in (0, len(data)) else "", data):  # it may be another page
            raise NotFetched("a page came in its place")
        return sniffed(name_in(told), promised, data)

    async def _told(self, team: str, told: Json) -> Json:
        """What is known of a file; in a shared channel the event itself says next to nothing."""
        if told.get("file_access") != "check_file_info" and told.get("url_private"):
            return told
        try:
            said = await self._speaking.ask(team, lambda client: client.files_info(file=str(told.get("id"))))
        except Refused as error:
            raise NotFetched(error.error) from error
        found: Json = said["file"]
        return found

    async def _bytes(self, team: str, url: str) -> bytes:
        if not self._is_slacks(url):
            raise NotFetched("it does not lie with Slack")
        workspaces = self._speaking.workspaces
        token = (await workspaces.of(team)).client.token
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with workspaces.session.get(url, headers=headers, allow_redirects=False) as response:
                return await self._read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Lost(type(error).__name__) from error

    def _is_slacks(self, url: str) -> bool:
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == (self._origin.scheme, self._origin.netloc):
            return True
        return parts.scheme == "https" and parts.netloc in HOSTS

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status >= 500:
            raise Lost(f"HTTP {response.status}")
        if response.status != OK:
            raise NotFetched(f"HTTP {response.status}")
        data = bytearray()
        async for piece in response.content.iter_chunked(CHUNK):
            data += piece
            if len(data) > self._most:
                raise TooLarge(f"it is larger than {self._most // MIB} MiB")
        return bytes(data)


def name_in(told: Json) -> str:
    return safe_name(str(told.get("name") or "")) or "file"
