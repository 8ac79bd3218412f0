"""Files that people wrote, read as text; what is wrong with one is a ConfigError that names it."""

from pathlib import Path

from intake.errors import ConfigError

LONGEST = 50_000_000  # characters of people, settings or rules; what has more is some other file


def text_of(path: Path, place: str = "") -> str:
    """The text of a file in UTF-8."""
    where = f"{place}: {path}" if place else str(path)
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise ConfigError([f"{where}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{where}: is not UTF-8; save it as that"]) from error
    if len(text) > LONGEST:
        raise ConfigError([f"{where}: has more than {LONGEST:,} characters; is it the right file?"])
    return text
