"""`deskbell config`: the example configuration, printed from the settings themselves."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bots.settings import (
    DeskSettings,
    ImapSettings,
    OauthSettings,
    SecretSettings,
    SlackSettings,
    SmtpSettings,
    StoreSettings,
    TelegramSettings,
)
from bots.settings_of_mail import DkimSettings, DnsSettings, FallbackSettings, RelaySettings
from intake.errors import ConfigError

KEY_LETTERS = 32
OWN_SECTIONS = ("dkim", "fallback", "oauth")  # tables inside another
ONLY_IF_WANTED = (
    "relay.dkim",
    "[relay.fallback]",
    "channel.mailbox",
    "channel.mailbox.oauth",
    "channel.slack",
    "channel.telegram",
)

SECTIONS: tuple[tuple[str, type[BaseModel], dict[str, str]], ...] = (
    (
        "desk",
        DeskSettings,
        {"name": '"Vendor support"', "address": '"support@vendor.example"', "policy": '"wildix"'},
    ),
    ("store", StoreSettings, {"url": '"sqlite:///desk.db"'}),
    ("secrets", SecretSettings, {"key": '{ file = "desk.key" }'}),
    ("relay", RelaySettings, {}),
    (
        "relay.dkim",
        DkimSettings,
        {"domain": '"vendor.example"', "selector": '"deskbell1"', "key": '{ file = "dkim.pem" }'},
    ),
    ("[relay.fallback]", FallbackSettings, {"host": '"mx2.vendor.example"'}),
    ("dns", DnsSettings, {}),
    ("channel.mail", SmtpSettings, {"kind": '"smtp"'}),
    (
        "channel.mailbox",
        ImapSettings,
        {
            "kind": '"imap"',
            "host": '"imap.vendor.example"',
            "username": '"support@vendor.example"',
            "password": '{ env = "MAILBOX_PASSWORD" }',
        },
    ),
    (
        "channel.mailbox.oauth",
        OauthSettings,
        {"token_url": '"https://oauth2.googleapis.com/token"'},
    ),
    (
        "channel.slack",
        SlackSettings,
        {
            "kind": '"slack"',
            "bot_token": '{ env = "SLACK_BOT_TOKEN" }',
            "app_token": '{ env = "SLACK_APP_TOKEN" }',
            "triage_channel": '"C0123"',
        },
    ),
    (
        "channel.telegram",
        TelegramSettings,
        {"kind": '"telegram"', "token": '{ env = "TELEGRAM_TOKEN" }'},
    ),
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
    mark = "#" if name in ONLY_IF_WANTED else ""
    hidden = mark or "# "
    yield f"{mark}[{name}]"
    for key, field in model.model_fields.items():
        if key in OWN_SECTIONS:
            continue
        text = given.get(key)
        line = f"{mark}{key} = {text}" if text else f"{hidden}{key} = {_written(field)}"
        yield f"{line:<47}  # {field.description}" if field.description else line


def _written(field: FieldInfo) -> str:
    match field.default:
        case bool(value):
            return str(value).lower()
        case str(value):
            return f'"{value}"'
        case tuple() as several:
            return json.dumps(several, ensure_ascii=False)
        case value:
            return str(value)
