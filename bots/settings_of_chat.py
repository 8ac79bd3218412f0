"""The settings of the chats: Slack, where agents live, and Telegram, where customers ask."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bots.setting_values import Secret, is_loopback
from intake.mistakes import Whole, Written

SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")


def _api_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "https" and parts.netloc:
        return text
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return text
    raise ValueError('expected "https://…"; plain http to this machine only')


def _channel(text: str) -> str:
    if text and not SLACK_CHANNEL.fullmatch(text):
        raise ValueError('expected a channel\'s id such as "C0123", from "View channel details"')
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if text and not (host and colon and port.isdigit() and int(port) < 65536):
        raise ValueError('expected host:port such as "127.0.0.1:8030"')
    return text


ApiUrl = Annotated[str, AfterValidator(_api_url)]
SlackChannel = Annotated[str, AfterValidator(_channel)]
Listen = Annotated[str, AfterValidator(_listen)]


class SlackSettings(Written):
    """Agents' workspace, and the shared channels in which customers write."""

    kind: Literal["slack"] = Field(description="the workspace in which agents work")
    bot_token: Secret = Field(
        "", description="the bot's token, xoxb-…; empty: those of `deskbell slack install`"
    )
    app_token: Secret = Field("", description="the app's token, xapp-…, for Socket Mode; empty with listen")
    triage_channel: SlackChannel = Field(
        "", description="where new tickets are posted: a private channel's id"
    )
    api_url: ApiUrl = Field("https://slack.com/api/", description="the Web API; another base for tests")
    teams: dict[str, SlackChannel] = Field({}, description="triage channels of teams, by the team's name")
    agents_group: str = Field(
        "", description="a user group whose members are agents, besides the triage channel's"
    )
    enrol_agents: bool = Field(
        True, description="who is in the channel or the group is an agent; false: only who is listed too"
    )
    admins: tuple[str, ...] = Field((), description="agents' addresses who may change settings in Slack")
    fallback_channel: SlackChannel = Field(
        "", description="where things are posted while a triage channel is gone"
    )
    listen: Listen = Field("", description="host:port for signed HTTP, instead of Socket Mode")
    signing_secrets: tuple[Secret, ...] = Field(
        (), description="for signed HTTP; several while one is changed"
    )
    client_id: str = Field("", description="of the app, where it is installed in several workspaces")
    client_secret: Secret = Field("", description="its secret")
    undo_seconds: Whole = Field(
        10, ge=0, le=60, description="how long an answer or last words can be taken back before they go"
    )
    max_file_mib: Whole = Field(20, ge=1, le=100, description="larger files are not taken, in MiB")

    @field_validator("listen")
    @classmethod
    def _is_one_way(cls, listen: str, info: ValidationInfo) -> str:
        if not listen and not info.data.get("app_token"):
            raise ValueError("give app_token for Socket Mode, or listen and signing_secrets for signed HTTP")
        return listen


class TelegramSettings(Written):
    """The bot that customers ask."""

    kind: Literal["telegram"] = Field(description="a bot that customers write to")
    token: Secret = Field(description="the bot's token, from @BotFather")
    api_url: ApiUrl = Field(
        "https://api.telegram.org", description="methods and files; another base for tests"
    )
    listen: Listen = Field("", description="host:port for a webhook, instead of polling")
    webhook_url: str = Field("", description="the https address at which Telegram reaches listen")
    max_file_mib: Whole = Field(20, ge=1, le=50, description="larger files are not taken, in MiB")
    files_a_day_mib: Whole = Field(
        200, ge=1, description="what the files of one person may weigh in a day, in MiB"
    )
    stranger_messages_an_hour: Whole = Field(
        30, ge=1, description="messages that an account which is not linked gets an answer to in an hour"
    )

    @field_validator("webhook_url")
    @classmethod
    def _is_whole(cls, url: str, info: ValidationInfo) -> str:
        if bool(url) != bool(info.data.get("listen")):
            raise ValueError("a webhook needs both listen and webhook_url")
        return url
