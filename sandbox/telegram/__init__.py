"""A local stand-in for Telegram's Bot API, with the people who talk to the bot.

`TelegramSandbox` speaks the real wire protocol on loopback: long polling and webhooks, files both ways,
keyboards, edits, limits and the real server's words when it refuses.
"""

from sandbox.telegram.limits import Rates
from sandbox.telegram.query import Upload
from sandbox.telegram.sandbox import TelegramSandbox
from sandbox.telegram.server import Call
from sandbox.telegram.updates import Ack
from sandbox.telegram.webhook import Pace
from sandbox.telegram.world import Button, CallbackAnswer, Message

__all__ = ["Ack", "Button", "Call", "CallbackAnswer", "Message", "Pace", "Rates", "TelegramSandbox", "Upload"]
