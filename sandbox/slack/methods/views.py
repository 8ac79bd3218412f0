"""views.*: modals and the Home tab."""

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.refusals import Refused
from sandbox.slack.shapes import view_json
from sandbox.slack.things import Json, View


def open_modal(call: Call) -> Json:
    return _told(call, call.modals.open(call.team, call.text("trigger_id"), call.args["view"]))


def push(call: Call) -> Json:
    return _told(call, call.modals.push(call.team, call.text("trigger_id"), call.args["view"]))


def update(call: Call) -> Json:
    view = call.world.find_view(call.text("view_id"), call.text("external_id"))
    if view.team != call.team.id:
        raise Refused("not_found")
    return _told(call, call.modals.update(view, call.args["view"], call.text("hash")))


def publish(call: Call) -> Json:
    user = call.world.visible_user(call.team, call.text("user_id"))
    view = call.modals.publish(call.team, user.id, call.args["view"], call.text("hash"))
    return _told(call, view)


def _told(call: Call, view: View) -> Json:
    return {"view": view_json(view, call.team)}


METHODS = (
    Method("views.open", open_modal, (), 4, ("trigger_id", "view")),
    Method("views.push", push, (), 4, ("trigger_id", "view")),
    Method("views.update", update, (), 4, ("view",)),
    Method("views.publish", publish, (), 4, ("user_id", "view")),
)
