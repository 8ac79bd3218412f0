"""The bot that customers ask, on Telegram: `chat_of` makes the channel that `bots.chat.serving` runs."""

from functools import partial
from importlib import import_module

from bots.chat import Chat
from bots.chat.desk import ChatDesk
from bots.redacting import remember
from bots.setting_values import secret
from bots.settings_of_chat import TelegramSettings
from bots.telegram.api import bot_of

__all__ = ["chat_of"]


def chat_of(name: str, settings: TelegramSettings, desk: ChatDesk) -> Chat:
    """A configured bot, not yet begun; ConfigError where its token cannot be one."""
    from bots.telegram.channel import Flows, TelegramChat

    flows = import_module("bots.telegram.flows")
    place = f"channel.{name}"
    token = secret(settings.token, f"{place}.token", desk.folder).decode(errors="replace").strip()
    remember(token)
    limits = flows.Limits(stranger_an_hour=settings.stranger_messages_an_hour)
    does = Flows(partial(flows.take, limits=limits), flows.keyboard_for, flows.COMMANDS)
    return TelegramChat(name, settings, bot_of(token, settings.api_url, place), desk, does)
