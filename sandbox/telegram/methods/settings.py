"""Methods with which a bot says what it is: its commands, its name, its descriptions.

Commands belong to a scope and a language; what is asked for is exactly what was set, since choosing
among scopes is the work of people's apps.
"""

import re
from typing import Any

from sandbox.telegram.methods.shapes import Method
from sandbox.telegram.query import Query
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.world import Bot, World

MOST_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LONGEST_DESCRIPTION = 256
_SCOPES = (
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
)
SCOPES = frozenset(_SCOPES.split())
TEXTS = {  # method's noun -> the field, and how long it may be
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}


def scope_name(scope: Any) -> str:
    """A scope in one word that can be looked up: its kind, and the chat or person if it has one."""
    chosen = scope or {"type": "default"}
    if chosen.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    named = [str(chosen[key]) for key in ("chat_id", "user_id") if key in chosen]
    return " ".join([chosen["type"], *named])


def set_my_commands(world: World, bot: Bot, query: Query) -> Any:
    commands = query.objects("commands", "commands")
    if commands is None:
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    bot.commands[_place(query)] = [_checked(one) for one in commands]
    return True


def my_commands(world: World, bot: Bot, query: Query) -> Any:
    return bot.commands.get(_place(query), [])


def delete_my_commands(world: World, bot: Bot, query: Query) -> Any:
    bot.commands.pop(_place(query), None)
    return True


def _place(query: Query) -> tuple[str, str]:
    return scope_name(query.mapping("scope", "BotCommandScope")), query.text("language_code")


def _checked(command: Any) -> dict[str, str]:
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _setting(name: str, longest: int) -> Method:
    def set_text(world: World, bot: Bot, query: Query) -> Any:
        if len(query.text(name)) > longest:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        bot.texts[name, query.text("language_code")] = query.text(name)
        return True

    return set_text


def _telling(name: str) -> Method:
    def text(world: World, bot: Bot, query: Query) -> Any:
        default = bot.texts.get((name, ""), "")
        return {name: bot.texts.get((name, query.text("language_code")), default)}

    return text


SETTINGS: dict[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": my_commands,
    "deleteMyCommands": delete_my_commands,
    **{f"setMy{noun}": _setting(name, longest) for noun, (name, longest) in TEXTS.items()},
    **{f"getMy{noun}": _telling(name) for noun, (name, _) in TEXTS.items()},
}
