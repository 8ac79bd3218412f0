"""What people do with the app's own surfaces: buttons, commands, shortcuts, modals, the Home tab.

Each act makes an interaction and goes out once; whatever the app answers in its acknowledgement
is carried out here, as Slack does: a command's answer is shown, a submitted modal is closed,
replaced, pushed upon or marked with errors.
"""

from typing import Any

from sandbox.slack.blocks import check_blocks
from sandbox.slack.courier import Courier, Parcel
from sandbox.slack.modals import Modals, named_blocks
from sandbox.slack.pressing import chosen, elements_in, pressed
from sandbox.slack.refusals import Impossible
from sandbox.slack.shapes import message_json, view_json
from sandbox.slack.things import Channel, Json, Message, Team, View
from sandbox.slack.triggers import Address, Interaction, Triggers
from sandbox.slack.world import World


class Desk:
    def __init__(self, world: World, triggers: Triggers, modals: Modals, courier: Courier) -> None:
        self._world = world
        self._triggers = triggers
        self._modals = modals
        self._courier = courier

    def click(
        self, team: Team, user: str, message: Message, action_id: str, value: str | None, selected: Any
    ) -> Interaction:
        """Press an element of a message."""
        action = pressed(message.blocks, action_id, value, selected) | {"action_ts": self._world.new_ts()}
        interaction = self._triggers.addressed(team, user, message.channel, message)
        payload = self._payload("block_actions", team, interaction) | {
            "container": _message_container(message),
            "channel": self._channel(message.channel),
            "actions": [action],
            "response_url": interaction.response_url,
            "state": {"values": {}},
        }
        if not message.ephemeral_to:
            payload["message"] = message_json(self._world, message)
        return self._sent(interaction, "interactive", payload)

    def command(self, team: Team, user: str, channel: Channel, command: str, text: str) -> Interaction:
        """Type a slash command."""
        interaction = self._triggers.addressed(team, user, channel.id)
        name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
        payload: Json = {
            "token": "verification-token",
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": name,
            "user_id": user,
            "user_name": self._world.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": team.app_id,
            "is_enterprise_install": "false",
            "response_url": interaction.response_url,
            "trigger_id": interaction.trigger_id,
        }
        return self._sent(interaction, "slash_commands", payload)

    def shortcut(self, team: Team, user: str, callback_id: str) -> Interaction:
        """Choose a global shortcut."""
        interaction = self._triggers.new(team, user)
        payload = self._payload("shortcut", team, interaction)
        payload |= {"callback_id": callback_id, "action_ts": self._world.new_ts()}
        return self._sent(interaction, "interactive", payload)

    def message_shortcut(self, team: Team, user: str, callback_id: str, message: Message) -> Interaction:
        """Choose a shortcut from a message's menu."""
        interaction = self._triggers.addressed(team, user, message.channel, message)
        payload = self._payload("message_action", team, interaction) | {
            "callback_id": callback_id,
            "action_ts": self._world.new_ts(),
            "message_ts": message.ts,
            "channel": self._channel(message.channel),
            "response_url": interaction.response_url,
            "message": message_json(self._world, message),
        }
        return self._sent(interaction, "interactive", payload)

    def act_in_view(self, view: View, action_id: str, value: str | None, selected: Any) -> Interaction:
        """Press an element of a modal or of the Home tab; what was chosen stays in its state."""
        team = self._world.teams[view.team]
        action = pressed(view.body["blocks"], action_id, value, selected)
        if action["type"] != "button":
            entry = {key: told for key, told in action.items() if key not in ("action_id", "block_id")}
            view.values.setdefault(action["block_id"], {})[action_id] = entry
        interaction = self._triggers.new(team, view.user, view=None if view.is_home else view)
        payload = self._payload("block_actions", team, interaction) | {
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(view, team),
            "actions": [action | {"action_ts": self._world.new_ts()}],
        }
        return self._sent(interaction, "interactive", payload)

    async def submit(self, view: View, values: Json) -> Json:
        """Press a modal's submit button; the acknowledgement's body, already carried out."""
        team = self._world.teams[view.team]
        if not view.body.get("submit"):
            raise Impossible("this modal has no submit button")
        view.values = _filled(view, values)
        interaction = self._triggers.new(team, view.user, view=view)
        payload = self._payload("view_submission", team, interaction)
        payload |= {"view": view_json(view, team), "response_urls": []}
        self._sent(interaction, "interactive", payload)
        body = await interaction.answered()
        self._obey(team, view, body)
        return body

    def close(self, view: View, *, whole_stack: bool = False) -> None:
        """Dismiss a modal; the app hears of it if it asked to."""
        team = self._world.teams[view.team]
        self._modals.close(view, whole_stack=whole_stack)
        if view.body.get("notify_on_close"):
            interaction = Interaction(view.user, "", "")
            payload = self._payload("view_closed", team, interaction)
            payload |= {"view": view_json(view, team), "is_cleared": whole_stack}
            self._sent(interaction, "interactive", payload)

    def answered_by_url(self, address: Address, body: Json) -> None:
        """Carry out a post to a response URL."""
        if body.get("blocks"):
            check_blocks(body["blocks"])
        address.interaction.replies.append(body)
        origin = address.origin
        if body.get("delete_original") and origin:
            origin.is_deleted = True
        elif body.get("replace_original") and origin:
            origin.text = str(body.get("text", ""))
            origin.blocks = named_blocks(body.get("blocks") or [])
        else:
            self._say(address.team, address.interaction, body, address.thread_ts)

    def _sent(self, interaction: Interaction, kind: str, payload: Json) -> Interaction:
        interaction.payload = payload
        self._courier.start(self._settle(interaction, Parcel(kind, payload)))
        return interaction

    async def _settle(self, interaction: Interaction, parcel: Parcel) -> None:
        carried = await self._courier.ask(parcel)
        if carried.is_acked:
            interaction.ack = carried.body
            if parcel.kind == "slash_commands" and (carried.body.get("text") or carried.body.get("blocks")):
                self._say(self._world.teams[parcel.payload["team_id"]], interaction, carried.body, "")
        else:
            interaction.failure = "operation_timeout" if carried.reason == "timeout" else carried.reason
        interaction.settled.set()

    def _obey(self, team: Team, view: View, body: Json) -> None:
        match body.get("response_action"):
            case None:
                self._modals.close(view, whole_stack=False)
            case "clear":
                self._modals.close(view, whole_stack=True)
            case "update":
                self._modals.update(view, body["view"])
            case "push":
                self._modals.pushed_by_ack(team, view, body["view"])
            case "errors":
                _check_errors(view, body.get("errors"))
            case other:
                raise Impossible(f"response_action: {other!r} is none; known: clear, errors, push, update")

    def _say(self, team: Team, interaction: Interaction, body: Json, thread_ts: str) -> None:
        """Show what the app answered: to one person, or to all in the channel."""
        message = Message(
            interaction.channel,
            self._world.new_ts(),
            team.bot_user,
            text=str(body.get("text", "")),
            team=team.id,
            thread_ts=str(body.get("thread_ts") or thread_ts),
            blocks=named_blocks(body.get("blocks") or []),
            bot_id=team.bot_id,
            app_id=team.app_id,
        )
        if body.get("response_type") == "in_channel":
            self._world.post(message)
            return
        message.ephemeral_to = interaction.user
        interaction.ephemerals.append(message)
        self._world.ephemerals.append(message)

    def _payload(self, kind: str, team: Team, interaction: Interaction) -> Json:
        user = self._world.users[interaction.user]
        told = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team}
        return {
            "type": kind,
            "team": {"id": team.id, "domain": team.domain},
            "user": told,
            "api_app_id": team.app_id,
            "token": "verification-token",
            "trigger_id": interaction.trigger_id,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel(self, identity: str) -> Json:
        channel = self._world.channels[identity]
        return {"id": identity, "name": "directmessage" if channel.is_im else channel.name}


def _message_container(message: Message) -> Json:
    told: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    told["is_ephemeral"] = bool(message.ephemeral_to)
    return told | ({"thread_ts": message.thread_ts} if message.is_reply else {})


def _filled(view: View, values: Json) -> Json:
    """The state of a modal when it is submitted; the client insists on what is not optional."""
    state: Json = {}
    known = {block["block_id"] for block in view.body["blocks"]}
    if strange := sorted(set(values) - known):
        raise Impossible(f"no block {', '.join(strange)}; there are {', '.join(sorted(known))}")
    for block, element in elements_in(view.body["blocks"]):
        name, action_id = block["block_id"], element["action_id"]
        if element["type"] in ("button", "overflow"):
            continue
        entry = _entry(view, element, name, values.get(name))
        if block["type"] == "input" and not block.get("optional") and not _has_value(entry):
            raise Impossible(f"{name}: fill in this field")
        state.setdefault(name, {})[action_id] = entry
    return state


def _entry(view: View, element: Json, name: str, given: Any) -> Json:
    """One element's value: given now, chosen before, or what it began with."""
    action_id = element["action_id"]
    if isinstance(given, dict) and action_id in given:
        given = given[action_id]
    elif isinstance(given, dict):
        given = None
    if given is not None:
        return {"type": element["type"], **chosen(element, given)}
    before: Json | None = view.values.get(name, {}).get(action_id)
    return before or {"type": element["type"], **_initial(element)}


def _initial(element: Json) -> Json:
    empty = chosen(element, None)
    begun = {key: told for key, told in element.items() if key.startswith("initial_")}
    return {key: next(iter(begun.values()), value) for key, value in empty.items()}


def _has_value(entry: Json) -> bool:
    return any(value for key, value in entry.items() if key != "type")


def _check_errors(view: View, errors: Any) -> None:
    """Errors belong to input blocks that are there; others Slack does not show."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Impossible(f"errors: {errors!r}; input blocks are {', '.join(sorted(inputs))}")
