"""The few lines that only a chat's carrier can know to say, in the languages that we ship."""

from collections.abc import Mapping

from replies.escaping import escaped, one_line

FALLBACK = "en"
LINES: Mapping[str, Mapping[str, str]] = {
    "en": {"large": "The file {name} is too large for Telegram. You can have it from {where}."},
    "de": {"large": "Die Datei {name} ist zu groß für Telegram. Sie bekommen sie bei {where}."},
}


def line(language: str, name: str, file: str, where: str) -> str:
    """A line as Markdown; what others chose is escaped."""
    words = LINES.get(language.lower()[:2], LINES[FALLBACK])[name]
    return words.format(name=escaped(one_line(file)), where=escaped(one_line(where)))
