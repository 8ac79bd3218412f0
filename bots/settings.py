"""The configuration file: what may be set, what it means, what holds when it is left out.

The models below are the reference: each setting has a sentence and a default that is safe,
and `deskbell config` prints them as an example file. Mistakes come all at once. Paths are
relative to the file that names them; secrets may be text, `{ file = "…" }` or `{ env = "…" }`.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from bots.files import text_of
from intake.errors import ConfigError
from intake.mistakes import Number, Whole, Written, YesNo, checked, read_toml
from intake.policy import preset_names
from intake.suggestions import did_you_mean

KEY_BYTES = 16
MOST_LOCAL_PART = 64
TOKEN_LETTERS = 36


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or any(char.isspace() or char in "<>,;" for char in text):
        raise ValueError('expected an address such as "support@vendor.example"')
    return f"{local}@{domain.lower()}"


def _optional_address(text: str) -> str:
    return _address(text) if text else ""


def _reply_pattern(text: str) -> str:
    if not text:
        return ""
    if text.count("{token}") != 1 or "@" not in text or "{token}" not in text.rpartition("@")[0]:
        raise ValueError(
            'expected an address with {token} before the @, such as "support+{token}@vendor.example"'
        )
    if len(text.rpartition("@")[0].replace("{token}", "")) + TOKEN_LETTERS > MOST_LOCAL_PART:
        raise ValueError("too long: with its token the part before the @ has over 64 letters")
    return _address(text)


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise ValueError(f"no such time zone; {did_you_mean(text, available_timezones())[:200]}")
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if text.startswith("unix:/"):
        return text
    if not (host and colon and port.isdigit() and int(port) < 65536):
        raise ValueError('expected host:port such as "127.0.0.1:8025", or unix:/path')
    return text


def _policy(text: str) -> str:
    if "/" in text or text.endswith(".toml") or text in preset_names():
        return text
    raise ValueError(f"no such preset, nor the path of a .toml file; {did_you_mean(text, preset_names())}")


def _url(text: str) -> str:
    if text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        return text
    raise ValueError('expected "sqlite:///desk.db" or "postgresql://…"')


MailAddress = Annotated[str, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(_optional_address)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
Tls = Literal["none", "starttls", "implicit"]


class FromFile(Written):
    """A secret kept in a file; white space at its ends does not count."""

    file: str


class FromEnvironment(Written):
    env: str


Secret = str | FromFile | FromEnvironment


class DeskSettings(Written):
    name: str = Field(min_length=1, description="the desk's name, as customers read it")
    address: MailAddress = Field(description="what customers write to; reply addresses are made from it")
    policy: Annotated[str, AfterValidator(_policy)] = Field(
        description="a preset's name, or the path of a policy file"
    )
    aliases: tuple[MailAddress, ...] = Field((), description="further addresses of the desk")
    escalation_address: OptionalAddress = Field("", description="where customers may write to escalate")
    reply_address: Annotated[str, AfterValidator(_reply_pattern)] = Field(
        "", description="the form of signed addresses, for providers without +"
    )
    portal_url: str = Field("", description="where customers open tickets themselves")
    agents_address: OptionalAddress = Field("", description="where agents are told things; empty: each agent")
    emergency_phone: str = Field("", description="the phone line outside business hours, if there is one")
    people: str = Field("", description="a file of organisations, people and agents, imported at start")
    language: str = Field("en", description="the language of notices to people of whom none is known")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "", description="the zone of agents' notices and lists; empty: that of the policy's default calendar"
    )
    templates: str = Field("", description="a folder of notices that come before those that ship")
    first_number: Whole = Field(1001, ge=1, description="the number of the first ticket")
    notices_an_hour: Whole = Field(20, ge=1, description="automatic mails that one address gets in an hour")


class StoreSettings(Written):
    url: Annotated[str, AfterValidator(_url)] = Field(description='"sqlite:///desk.db" or "postgresql://…"')
    keep_raw_days: Whole = Field(365, ge=1, description="how long the bytes of a mail are kept as they came")


class SecretSettings(Written):
    key: Secret = Field(description="signs addresses and Message-IDs; at least 16 bytes")
    old_keys: tuple[Secret, ...] = Field((), description="earlier keys that still verify")


class RelaySettings(Written):
    host: str = Field("127.0.0.1", description="the mail server that takes what we send")
    port: Port = Field(25, description="its port")
    tls: Tls = Field("none", description="none, starttls or implicit")
    username: str = Field("", description="for AUTH; empty: none")
    password: Secret = Field("", description="its password")
    timeout: Number = Field(30, gt=0, le=600, description="seconds that one answer may take")


class SmtpSettings(Written):
    kind: Literal["smtp"]
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        "127.0.0.1:8025", description="host:port, or unix:/path"
    )
    protocol: Literal["smtp", "lmtp"] = Field("smtp", description="lmtp behind an MTA")
    refuse_in_session: YesNo = Field(True, description="say a refusal in the session; false behind a relay")
    tls_cert: str = Field("", description="with tls_key: STARTTLS is offered")
    tls_key: str = Field("", description="the key of tls_cert")
    trust_authentication_results: str = Field(
        "", description="the authserv-id that our own MTA writes; empty: trust none"
    )
    max_message_mib: Whole = Field(25, ge=1, le=1024, description="larger mail is refused, in MiB")
    max_connections: Whole = Field(100, ge=1, description="at the same time")
    max_connections_per_address: Whole = Field(10, ge=1, description="at the same time from one address")


class Settings(Written):
    """A whole configuration file."""

    desk: DeskSettings
    store: StoreSettings
    secrets: SecretSettings
    relay: RelaySettings = RelaySettings()
    channel: dict[str, SmtpSettings] = Field(default_factory=dict)


def find_config(given: str | None) -> Path:
    """The file to read: as given, $DESKBELL_CONFIG, ./config.toml, the user's folder, /etc/deskbell."""
    named = given or os.environ.get("DESKBELL_CONFIG")
    if named:
        return Path(named)
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = (Path("config.toml"), home / "deskbell" / "config.toml", Path("/etc/deskbell/config.toml"))
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        tried = ", ".join(map(str, places))
        raise ConfigError([f"--config: no configuration found (tried {tried}); `deskbell config` prints one"])
    return found


def read_settings(path: Path) -> Settings:
    """The settings in a file, with every path in it made absolute; ConfigError lists all mistakes."""
    table = read_toml(text_of(path), str(path))
    return checked(Settings, _absolute(table, path.parent.resolve()))


def secret(value: Secret, place: str, folder: Path) -> bytes:
    """The bytes of a secret, wherever it is kept."""
    match value:
        case FromEnvironment(env=name):
            found = os.environ.get(name, "").encode()
            wrong = f"{place}: the environment variable {name} is not set"
        case FromFile(file=name):
            found = _bytes_of(folder / name, place).strip()
            wrong = f"{place}: {name} is empty"
        case str():
            return value.encode()
    if not found:
        raise ConfigError([f"{wrong}; put the secret there"])
    return found


def signing_key(value: Secret, place: str, folder: Path) -> bytes:
    """A secret that is long enough to sign with."""
    key = secret(value, place, folder)
    if len(key) < KEY_BYTES:
        hint = "make one with `deskbell config --new-key desk.key`"
        raise ConfigError([f"{place}: has {len(key)} bytes, at least {KEY_BYTES} are needed; {hint}"])
    return key


def _bytes_of(path: Path, place: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = f"make one with `deskbell config --new-key {path}`"
        raise ConfigError([f"{place}: {path}: {error.strerror}; {hint}"]) from error


def _absolute(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make the paths that a file names relative to that file."""
    done = {name: dict(part) if isinstance(part, dict) else part for name, part in table.items()}
    desk, store = done.get("desk"), done.get("store")
    if isinstance(desk, dict):
        for name in ("people", "templates"):
            if isinstance(desk.get(name), str) and desk[name]:
                desk[name] = str(folder / desk[name])
        if isinstance(desk.get("policy"), str) and desk["policy"].endswith(".toml"):
            desk["policy"] = str(folder / desk["policy"])
    if isinstance(store, dict) and isinstance(store.get("url"), str):
        store["url"] = _absolute_url(store["url"], folder)
    secrets = done.get("secrets")
    if isinstance(secrets, dict) and isinstance(secrets.get("key"), dict) and "file" in secrets["key"]:
        secrets["key"] = {**secrets["key"], "file": str(folder / str(secrets["key"]["file"]))}
    return done


def _absolute_url(url: str, folder: Path) -> str:
    scheme, separator, path = url.partition(":///")
    if scheme != "sqlite" or not separator or not path or path.startswith(("/", ":memory:")):
        return url
    return f"sqlite:///{folder / path}"
