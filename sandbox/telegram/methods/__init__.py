"""The methods of the Bot API that the sandbox knows, by their names.

A method takes the world, the bot that calls and the query, and returns what `result` says, or raises
a refusal. Names are read without regard to capitals, as at Telegram.
"""

from sandbox.telegram.methods.changing import CHANGING
from sandbox.telegram.methods.queries import QUERIES
from sandbox.telegram.methods.sending import SENDING
from sandbox.telegram.methods.settings import SETTINGS
from sandbox.telegram.methods.shapes import Method

EVERY: dict[str, Method] = SENDING | CHANGING | QUERIES | SETTINGS
METHODS = {name.lower(): (name, method) for name, method in EVERY.items()}
COUNTED = frozenset(SENDING) - {"sendChatAction"}  # those that the limits are about
