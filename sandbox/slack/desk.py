"""What people do with the app's own surfaces: buttons, commands, shortcuts, modals, the Home tab.

Each act makes an interaction and goes out once; whatever the app answers in its acknowledgement
is carried out here, as Slack does: a command's answer is shown, a submitted modal is closed,
replaced, pushed upon or marked with errors.
"""

from typing import Any

from sandbox.slack.blocks import check_blocks
from sandbox.slack.courier import Courier, Parcel
from sandbox.slack.elements import check_suggestions
from sandbox.slack.forms import check_errors, filled, offering, state_of
from sandbox.slack.modals import Modals
from sandbox.slack.naming import named_blocks
from sandbox.slack.pressing import pressed
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
            "state": {"values": state_of(message.blocks, action)},
        }
        if not message.ephemeral_to:
            payload["message"] = message_json(self._world, message)
        return self._sent(interaction, "interactive", payload)

    def command(self, team: Team, user: str, channel: Channel, command: str, text: str) -> Interaction:
        """Type a slash command."""
        interaction = self._triggers.addressed(team, user, channel.id)
        payload: Json = {
            "token": "verification-token",
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": _channel_name(channel),
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
        action = pressed(offering(view), action_id, value, selected)
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

    async def suggest(self, view: View, action_id: str, typed: str) -> list[Json]:
        """Type into an external select of a modal or Home tab; what the app offers."""
        team = self._world.teams[view.team]
        action = pressed(view.body["blocks"], action_id, None, None)
        if "external_select" not in action["type"]:
            raise Impossible(f"{action_id}: a {action['type']} asks for no suggestions")
        interaction = Interaction(view.user, "", "")
        payload = self._payload("block_suggestion", team, interaction) | {
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(view, team),
            "action_id": action_id,
            "block_id": action["block_id"],
            "value": typed,
        }
        self._sent(interaction, "interactive", payload)
        view.suggested[action_id] = check_suggestions(await interaction.answered())
        return view.suggested[action_id]

    async def submit(self, view: View, values: Json) -> Json:
        """Press a modal's submit button; the acknowledgement's body, already carried out."""
        body = await self.submit_in_vain(view, values)
        self._obey(self._world.teams[view.team], view, body)
        return body

    async def submit_in_vain(self, view: View, values: Json) -> Json:
        """The same, and the acknowledgement is lost on its way back: the form stays as it is."""
        team = self._world.teams[view.team]
        if not view.body.get("submit"):
            raise Impossible("this modal has no submit button")
        view.values = filled(view, values)
        interaction = self._triggers.new(team, view.user, view=view)
        payload = self._payload("view_submission", team, interaction)
        payload |= {"view": view_json(view, team), "response_urls": []}
        self._sent(interaction, "interactive", payload)
        return await interaction.answered()

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
                check_errors(view, body.get("errors"))
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
        return {"id": identity, "name": _channel_name(self._world.channels[identity])}


def _channel_name(channel: Channel) -> str:
    """A name as interactions tell it: those of private channels are kept from the app."""
    return "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name


def _message_container(message: Message) -> Json:
    told: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    told["is_ephemeral"] = bool(message.ephemeral_to)
    return told | ({"thread_ts": message.thread_ts} if message.is_reply else {})
