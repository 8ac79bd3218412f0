"""Lines in colours for a terminal; anything else gets the bare text."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text


def show(lines: Iterable[tuple[str, str]], width: int) -> None:
    """Print lines as they come, each a text and its style ("bold red", "" for none)."""
    console = Console(width=width, highlight=False)
    for text, style in lines:
        words = _sayable(text, console.encoding)
        if console.is_terminal:
            console.print(Text(words, style))
        else:
            console.file.write(words + "\n")


def _sayable(text: str, encoding: str) -> str:
    """What the other side has no letter for becomes a question mark; it must not end the command."""
    return text.encode(encoding, "replace").decode(encoding)
