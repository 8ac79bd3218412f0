"""Files both ways: what people send can be fetched by the bot, what the bot sends stays known by its id.

A file has an id that only this bot can use, and one that is the same for the same bytes. To fetch it,
`getFile` makes a path that works for an hour; what is over 20 MB cannot be fetched at all.
"""

from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from sandbox.telegram.clock import Clock
from sandbox.telegram.query import Upload
from sandbox.telegram.refusals import bad_request

MEGABYTE = 1 << 20
LARGEST_DOWNLOAD = 20 * MEGABYTE
LARGEST_UPLOAD = 50 * MEGABYTE
LARGEST_PHOTO = 10 * MEGABYTE
PATH_LIFE = 3600.0
FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "sticker": "stickers"}
ENDINGS = {"photo": ".jpg", "video": ".mp4", "voice": ".oga", "sticker": ".webp"}
MIMES = {"video": "video/mp4", "voice": "audio/ogg", "document": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Kept:
    id: str
    unique_id: str
    kind: str
    upload: Upload

    def named(self) -> dict[str, Any]:
        """The three fields that every file has in the Bot API."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.upload.length}


class Shelf:
    """The files that one bot has seen."""

    def __init__(self, clock: Clock, owner: int) -> None:
        self._clock, self._owner = clock, owner
        self._files: dict[str, Kept] = {}
        self._paths: dict[str, tuple[str, float]] = {}  # path -> file id, until when
        self._numbers = count(1)

    def keep(self, kind: str, upload: Upload) -> Kept:
        number = next(self._numbers)
        digest = sha256(upload.content + str(upload.size).encode()).hexdigest()[:16]
        kept = Kept(f"{kind.capitalize()}-{self._owner}-{number}-{digest}", f"AQAD{digest}", kind, upload)
        self._files[kept.id] = kept
        return kept

    def find(self, file_id: str) -> Kept | None:
        return self._files.get(file_id)

    def file(self, file_id: str) -> dict[str, Any]:
        """What `getFile` answers: the file with a path for the next hour."""
        kept = self._files.get(file_id)
        if kept is None:
            raise bad_request("invalid file_id")
        if kept.upload.length > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        path = f"{FOLDERS.get(kept.kind, 'documents')}/file_{len(self._paths)}{_ending(kept)}"
        self._paths[path] = (file_id, self._clock.now() + PATH_LIFE)
        return kept.named() | {"file_path": path}

    def fetch(self, path: str) -> bytes | None:
        """The bytes behind a path, None once it is over or never was."""
        file_id, until = self._paths.get(path, ("", 0.0))
        return self._files[file_id].upload.content if until > self._clock.now() else None


def content_of(shelf: Shelf, kind: str, upload: Upload) -> dict[str, Any]:
    """A message's own field for a file, as the Bot API describes its kind."""
    if kind == "photo":
        return {"photo": _sizes(shelf, upload)}
    kept = shelf.keep(kind, upload)
    return {kind: kept.named() | _about(kind, upload)}


def known_content(shelf: Shelf, kind: str, kept: Kept) -> dict[str, Any]:
    """The same for a file that is sent again by its id."""
    return content_of(shelf, kind, kept.upload)


def _sizes(shelf: Shelf, upload: Upload) -> list[dict[str, Any]]:
    """A picture comes in sizes, the smallest first; only the last has all of its bytes."""
    small = shelf.keep("photo", Upload(b"a thumbnail of " + sha256(upload.content).digest()))
    whole = shelf.keep("photo", upload)
    return [
        small.named() | {"width": 90, "height": 60},
        whole.named() | {"width": 1280, "height": 853},
    ]


def _about(kind: str, upload: Upload) -> dict[str, Any]:
    mime = upload.mime or MIMES.get(kind, "")
    about: dict[str, Any] = {"mime_type": mime} if mime else {}
    match kind:
        case "document":
            return about | {"file_name": upload.name or "file"}
        case "voice":
            return about | {"duration": 3}
        case "video":
            return about | {"duration": 5, "width": 640, "height": 360}
        case "sticker":
            dimensions = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
            return dimensions | {"type": "regular", "emoji": "👍"}
    return about


def _ending(kept: Kept) -> str:
    _, dot, ending = kept.upload.name.rpartition(".")
    return ENDINGS.get(kept.kind) or (f".{ending}" if dot and ending.isalnum() else "")
