"""The configuration file: what may be set, what it means, what holds when it is left out.

The models below are the reference: each setting has a sentence and a default that is safe,
and `deskbell config` prints them as an example file. Mistakes come all at once. Paths are
relative to the file that names them; secrets may be text, `{ file = "…" }` or `{ env = "…" }`.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
)

from bots.files import text_of
from bots.setting_values import FromEnvironment as FromEnvironment
from bots.setting_values import FromFile as FromFile
from bots.setting_values import Port, Secret, Tls, is_loopback
from bots.setting_values import secret as secret
from bots.setting_values import signing_key as signing_key
from bots.settings_of_chat import SlackSettings as SlackSettings
from bots.settings_of_chat import TelegramSettings as TelegramSettings
from bots.settings_of_mail import DnsSettings
from bots.settings_of_mail import RelaySettings as RelaySettings
from intake.errors import ConfigError
from intake.mistakes import Whole, Written, YesNo, checked, read_toml
from intake.policy import preset_names
from intake.suggestions import did_you_mean

MOST_LOCAL_PART = 64
LARGEST_MIB = 40  # a file of 25 MiB, as the large providers take it, is 34 MiB in base64
TOKEN_LETTERS = 36


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or any(char.isspace() or char in "<>,;" for char in text):
        raise ValueError('expected an address such as "support@vendor.example"')
    return f"{local}@{domain.lower()}"


def _optional_address(text: str) -> str:
    return _address(text) if text else ""


def _ending(text: str) -> str:
    if not text.strip(" .") or "/" in text or "." in text.lstrip("."):
        raise ValueError('expected the ending of a file\'s name, such as "exe"')
    return text.strip(" .").lower()


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


def _kind(value: object) -> object:
    if value not in KINDS:
        raise ValueError(f"expected {' or '.join(map(repr, KINDS))}")
    return value


def _token_url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if rest and (scheme == "https" or (scheme == "http" and is_loopback(rest.partition(":")[0]))):
        return text
    raise ValueError('expected "https://…"')


def _after(text: str) -> str:
    word, colon, name = text.partition(":")
    if text in ("seen", "delete") or (colon and word in ("move", "flag") and name and name.isprintable()):
        return text
    raise ValueError('expected "seen", "delete", "move:Folder" or "flag:$Deskbell"')


MailAddress = Annotated[str, AfterValidator(_address)]
Ending = Annotated[str, AfterValidator(_ending)]
OptionalAddress = Annotated[str, AfterValidator(_optional_address)]


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
    phone: str = Field("", description="the support line of the business hours, if there is one")
    emergency_phone: str = Field("", description="the phone line outside business hours, if there is one")
    people: str = Field("", description="a file of organisations, people and agents, imported at start")
    language: str = Field("en", description="the language of notices to people of whom none is known")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "", description="the zone of agents' notices and lists; empty: that of the policy's default calendar"
    )
    templates: str = Field("", description="a folder of notices that come before those that ship")
    first_number: Whole = Field(1001, ge=1, description="the number of the first ticket")
    notices_an_hour: Whole = Field(20, ge=1, description="automatic mails that one address gets in an hour")
    ticket_notices_an_hour: Whole = Field(
        60, ge=1, description="automatic mails to customers on one ticket in an hour"
    )
    all_notices_an_hour: Whole = Field(
        1000, ge=1, description="automatic mails to customers in an hour; what is more is held meanwhile"
    )
    messages_an_hour: Whole = Field(
        500, ge=1, description="messages of one sender in an hour; what is more is held, unanswered"
    )
    follow_ups_an_hour: Whole = Field(
        10_000, ge=1, description="the same for proven people on their own tickets"
    )
    answer_files_mib: Whole = Field(
        20, ge=1, le=100, description="what the files with an agent's answer may weigh, in MiB"
    )
    refused_files: tuple[Ending, ...] = Field(
        (), description="endings of files that are not sent to customers; empty: programs and scripts"
    )


class StoreSettings(Written):
    url: Annotated[str, AfterValidator(_url)] = Field(description='"sqlite:///desk.db" or "postgresql://…"')
    keep_raw_days: Whole = Field(365, ge=1, description="how long the bytes of a mail are kept as they came")


class SecretSettings(Written):
    key: Secret = Field(description="signs addresses and Message-IDs; at least 16 bytes")
    old_keys: tuple[Secret, ...] = Field((), description="earlier keys that still verify")


class SmtpSettings(Written):
    kind: Annotated[Literal["smtp"], BeforeValidator(_kind)] = Field(description="mail that is brought to us")
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        "127.0.0.1:8025", description="host:port, or unix:/path"
    )
    protocol: Literal["smtp", "lmtp"] = Field("smtp", description="lmtp behind an MTA")
    refuse_in_session: YesNo = Field(True, description="say a refusal in the session; false behind a relay")
    tls_cert: str = Field("", description="with tls_key: STARTTLS is offered")
    tls_key: str = Field("", description="the key of tls_cert")
    trust_authentication_results: str = Field(
        "",
        description='the authserv-id that our MTA writes; "topmost" if it writes none; empty: trust none',
    )
    check_authentication: YesNo = Field(
        False, description="check DKIM and DMARC by ourselves, where no Authentication-Results are trusted"
    )
    check_spf: YesNo = Field(
        False, description="SPF too: only where senders connect to us, with no server of ours between"
    )
    max_message_mib: Whole = Field(LARGEST_MIB, ge=1, le=1024, description="larger mail is refused, in MiB")
    max_connections: Whole = Field(100, ge=1, description="at the same time")
    max_connections_per_address: Whole = Field(10, ge=1, description="at the same time from one address")


class OauthSettings(Written):
    """How a mailbox is entered without a password: Microsoft 365, Google."""

    mechanism: Literal["xoauth2", "oauthbearer"] = Field("xoauth2", description="xoauth2 or oauthbearer")
    token_url: Annotated[str, AfterValidator(_token_url)] = Field(
        description="where access tokens are handed out"
    )
    client_id: str = Field("", description="the application's id")
    client_secret: Secret = Field("", description="its secret; empty: a public client")
    refresh_token: Secret = Field(
        "",
        description="of the mailbox's owner, renewed where it is a file; empty: the application's own",
    )
    scope: str = Field("", description="what is asked for, such as https://outlook.office365.com/.default")
    service_account: str = Field("", description="the key file of a Google service account")


class ImapSettings(Written):
    """A mailbox that is read; every value the contract names, and what else may be set."""

    kind: Literal["imap"] = Field(description="a mailbox that we fetch mail from")
    host: str = Field(min_length=1, description="the IMAP server")
    port: Port = Field(993, description="its port; 143 with starttls")
    allow_plaintext: YesNo = Field(False, description="let tls be none beyond this machine")
    tls: Tls = Field("implicit", description="implicit, starttls, or none (to this machine only)")
    username: str = Field(min_length=1, description="whose mailbox it is")
    password: Secret = Field("", description="its password; empty with oauth")
    ca_file: str = Field("", description="certificates of a private authority; empty: the system's")
    oauth: OauthSettings | None = Field(None, description="tokens instead of a password")
    folders: tuple[str, ...] = Field(("INBOX",), min_length=1, description="the folders that are read")
    after: Annotated[str, AfterValidator(_after)] = Field(
        "seen", description='once a mail is kept: "seen", "move:Folder", "flag:$Deskbell" or "delete"'
    )
    first: Literal["unseen", "all", "none"] = Field(
        "unseen", description="what is taken of the mail that is there already: unseen, all or none"
    )
    poll_seconds: Whole = Field(
        30, ge=5, le=1700, description="seconds between two looks, for servers that do not call"
    )
    timeout_seconds: Whole = Field(30, ge=5, le=600, description="seconds that one answer may take")
    max_message_mib: Whole = Field(
        LARGEST_MIB, ge=1, le=1024, description="larger mail is held by its headers and left there, in MiB"
    )
    trust_authentication_results: str = Field(
        "",
        description='the authserv-id that our MTA writes; "topmost" if it writes none; empty: trust none',
    )
    check_authentication: YesNo = Field(
        False, description="check DKIM and DMARC by ourselves, where no Authentication-Results are trusted"
    )

    @field_validator("tls")
    @classmethod
    def _is_private(cls, tls: str, info: ValidationInfo) -> str:
        host, is_allowed = info.data.get("host", ""), info.data.get("allow_plaintext")
        if tls == "none" and not is_allowed and not is_loopback(host):
            raise ValueError("would send the password in clear; use implicit or starttls, or allow_plaintext")
        return tls


def _kind_of(table: object) -> str:
    """Which settings a channel's table has; what has no kind, or a wrong one, is told so by the first."""
    kind = table.get("kind") if isinstance(table, dict) else getattr(table, "kind", "")
    return KINDS.get(str(kind), SmtpSettings).__name__


KINDS: dict[str, type[SmtpSettings | ImapSettings | SlackSettings | TelegramSettings]] = {
    "smtp": SmtpSettings,
    "imap": ImapSettings,
    "slack": SlackSettings,
    "telegram": TelegramSettings,
}
ChannelSettings = Annotated[
    Annotated[SmtpSettings, Tag("SmtpSettings")]
    | Annotated[ImapSettings, Tag("ImapSettings")]
    | Annotated[SlackSettings, Tag("SlackSettings")]
    | Annotated[TelegramSettings, Tag("TelegramSettings")],
    Discriminator(_kind_of),
]


class Settings(Written):
    """A whole configuration file."""

    desk: DeskSettings
    store: StoreSettings
    secrets: SecretSettings
    relay: RelaySettings = RelaySettings()
    dns: DnsSettings = DnsSettings()
    channel: dict[str, ChannelSettings] = Field(default_factory=dict)

    @property
    def mail_channels(self) -> dict[str, SmtpSettings | ImapSettings]:
        """The channels that bring mail, by their names."""
        return {
            name: one for name, one in self.channel.items() if isinstance(one, SmtpSettings | ImapSettings)
        }


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
