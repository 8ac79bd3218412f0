"""Views as Slack keeps them: the stack of modals in front of a person, and their Home tab.

A stack holds three views. Whoever updates with a hash is refused when the view has changed
since. What a person has filled in stays with the view and outlives an update of its blocks,
as long as block_id and action_id stay the same.
"""

import hashlib
import json

from sandbox.slack.naming import numbered
from sandbox.slack.refusals import Refused
from sandbox.slack.things import Json, Team, View
from sandbox.slack.triggers import Trigger, Triggers
from sandbox.slack.view_form import check_view
from sandbox.slack.world import World

MOST_PUSHED = 3


class Modals:
    def __init__(self, world: World, triggers: Triggers) -> None:
        self._world = world
        self._triggers = triggers

    def open(self, team: Team, trigger_id: str, body: Json) -> View:
        """Put a view before the person, over the modal that the trigger came from if it did."""
        check_view(body, "modal")
        trigger = self._triggers.use(team, trigger_id)
        return self._stack(team, trigger, body, over=trigger.view)

    def push(self, team: Team, trigger_id: str, body: Json) -> View:
        check_view(body, "modal")
        trigger = self._triggers.use(team, trigger_id)
        if trigger.view is None:
            raise Refused("invalid_trigger_id")
        return self._stack(team, trigger, body, over=trigger.view)

    def pushed_by_ack(self, team: Team, over: View, body: Json) -> View:
        """A view that the answer to a submission asks for."""
        check_view(body, "modal")
        return self._placed(team, over.user, body, over)

    def update(self, view: View, body: Json, known_hash: str = "") -> View:
        """Replace what a view shows; what was filled in stays where its block stays."""
        check_view(body, "home" if view.is_home else "modal")
        if known_hash and known_hash != view.hash:
            raise Refused("hash_conflict")
        view.body = numbered(body)
        view.hash = self._new_hash(body)
        view.values = _kept(view.values, view.body)
        return view

    def publish(self, team: Team, user: str, body: Json, known_hash: str = "") -> View:
        """Show a Home tab to one person."""
        check_view(body, "home")
        current = self._world.homes.get((team.id, user))
        if current:
            return self.update(current, body, known_hash)
        if known_hash:
            raise Refused("hash_conflict")
        identity = self._world.new_id("V")
        view = View(identity, team.id, user, numbered(body), self._new_hash(body), identity)
        self._world.homes[team.id, user] = view
        return view

    def close(self, view: View, *, whole_stack: bool) -> None:
        """Take a view away, with those above it or with all of them."""
        stack = self._world.modals.get(view.user, [])
        at = 0 if whole_stack else stack.index(view) if view in stack else len(stack)
        del stack[at:]

    def _stack(self, team: Team, trigger: Trigger, body: Json, over: View | None) -> View:
        view = self._placed(team, trigger.interaction.user, body, over)
        trigger.interaction.views.append(view)
        return view

    def _placed(self, team: Team, user: str, body: Json, over: View | None) -> View:
        stack = self._world.modals.setdefault(user, [])
        if over is None:
            stack.clear()
        elif len(stack) >= MOST_PUSHED:
            raise Refused("push_limit_reached")
        self._check_external_id(body)
        identity = self._world.new_id("V")
        root = stack[0].id if stack else identity
        previous = stack[-1].id if stack else ""
        view = View(identity, team.id, user, numbered(body), self._new_hash(body), root, previous)
        stack.append(view)
        return view

    def _check_external_id(self, body: Json) -> None:
        external = body.get("external_id")
        stacks = self._world.modals.values()
        if external and any(view.body.get("external_id") == external for one in stacks for view in one):
            raise Refused("duplicate_external_id")

    def _new_hash(self, body: Json) -> str:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self._world.new_ts()}.{digest}"


def _kept(values: Json, body: Json) -> Json:
    blocks = {block["block_id"] for block in body["blocks"]}
    return {block: actions for block, actions in values.items() if block in blocks}
