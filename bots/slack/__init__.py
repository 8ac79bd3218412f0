"""Slack: where agents live, and the shared channels in which customers write.

What comes is kept before it is acknowledged (`hearing`), by Socket Mode or signed HTTP; what is kept is
decided by a worker (`events`, `customers`, and `acts` for what agents do, through `dispatch`). What is
owed goes out by `carrier` and `cards`, in turn and once (`speaking`). What it looks like is `blocks`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.chat import Chat
    from bots.chat.desk import ChatDesk
    from bots.settings import SlackSettings


def chat_of(name: str, settings: "SlackSettings", desk: "ChatDesk") -> "Chat":
    """The channel of one section of the configuration; Slack's libraries are loaded here."""
    from bots.slack.channel import SlackChat

    return SlackChat(name, settings, desk)
