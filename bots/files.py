"""Files that people wrote, read as text; what is wrong with one is a ConfigError that names it."""

from pathlib import Path

from intake.errors import ConfigError


def text_of(path: Path, place: str = "") -> str:
    """The text of a file in UTF-8."""
    where = f"{place}: {path}" if place else str(path)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{where}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{where}: is not UTF-8; save it as that"]) from error
