"""reactions.*: emoji on messages."""

import re

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.refusals import Refused
from sandbox.slack.shapes import message_json
from sandbox.slack.things import Json, Message

NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
MOST_NAMES = 23  # different emoji on one message


def add(call: Call) -> Json:
    message, name = _message(call), _name(call)
    users = message.reactions.setdefault(name, [])
    if call.team.bot_user in users:
        raise Refused("already_reacted")
    if len(message.reactions) > MOST_NAMES:
        del message.reactions[name]
        raise Refused("too_many_emoji")
    users.append(call.team.bot_user)
    call.events.reaction(message, call.team.bot_user, name, removed=False)
    return {}


def remove(call: Call) -> Json:
    message, name = _message(call), _name(call)
    if call.team.bot_user not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    without(message, name, call.team.bot_user)
    call.events.reaction(message, call.team.bot_user, name, removed=True)
    return {}


def get(call: Call) -> Json:
    message = _message(call)
    told = message_json(call.world, message)
    return {"type": "message", "channel": message.channel, "message": told}


def without(message: Message, name: str, user: str) -> None:
    """Take one person's emoji off; the last one takes the emoji with it."""
    message.reactions[name].remove(user)
    if not message.reactions[name]:
        del message.reactions[name]


def _message(call: Call) -> Message:
    channel = call.world.own_channel(call.team, call.text("channel"))
    return call.world.message(channel, call.text("timestamp"))


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name")
    return name


METHODS = (
    Method("reactions.add", add, ("reactions:write",), 3, ("channel", "timestamp", "name")),
    Method("reactions.remove", remove, ("reactions:write",), 2, ("channel", "timestamp", "name")),
    Method("reactions.get", get, ("reactions:read",), 3, ("channel", "timestamp")),
)
