"""What a look over the desk brings to light: a part that is sound, a remark, or something to mend."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"
    MEND = "MEND"


class Finding(NamedTuple):
    level: Level
    text: str

    @property
    def line(self) -> str:
        return f"{self.level.value:<8} {self.text}"


def sound(text: str) -> Finding:
    return Finding(Level.OK, text)


def remark(text: str) -> Finding:
    return Finding(Level.NOTE, text)


def to_mend(text: str) -> Finding:
    return Finding(Level.MEND, text)
