"""`deskbell config`: the example configuration, printed from the settings themselves."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bots.settings import DeskSettings, RelaySettings, SecretSettings, SmtpSettings, StoreSettings
from intake.errors import ConfigError

KEY_LETTERS = 32

SECTIONS: tuple[tuple[str, type[BaseModel], dict[str, str]], ...] = (
    (
        "desk",
        DeskSettings,
        {"name": '"Vendor support"', "address": '"support@vendor.example"', "policy": '"wildix"'},
    ),
    ("store", StoreSettings, {"url": '"sqlite:///desk.db"'}),
    ("secrets", SecretSettings, {"key": '{ file = "desk.key" }'}),
    ("relay", RelaySettings, {}),
    ("channel.mail", SmtpSettings, {"kind": '"smtp"'}),
)


def example() -> str:
    """A configuration that runs as it is, each setting with its sentence; optional ones are comments."""
    head = (
        "# Deskbell's configuration. What is commented out shows its default.\n"
        '# Paths are relative to this file. A secret is text, { file = "…" } or { env = "…" }.\n'
    )
    parts = ("\n".join(_section(*section)) for section in SECTIONS)
    return head + "".join(f"\n{part}\n" for part in parts)


def write_key(path: Path) -> None:
    """Make a new signing key that only its owner can read; an existing file is left alone."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_LETTERS) + "\n")
    except FileExistsError as error:
        raise ConfigError([f"{path}: is there already; move it away first, old replies need it"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error


def _section(name: str, model: type[BaseModel], given: dict[str, str]) -> Iterator[str]:
    yield f"[{name}]"
    for key, field in model.model_fields.items():
        text = given.get(key)
        line = f"{key} = {text}" if text else f"# {key} = {_written(field)}"
        yield f"{line:<48} # {field.description}" if field.description else line


def _written(field: FieldInfo) -> str:
    match field.default:
        case bool(value):
            return str(value).lower()
        case str(value):
            return f'"{value}"'
        case tuple():
            return "[]"
        case value:
            return str(value)
