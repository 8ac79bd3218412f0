"""What a payload of Slack's says: who acts, where, and what makes an interaction the same one again.

Pure look-ups. Events, clicks, forms and commands each say it in places of their own, and none of them
is believed further than that: who somebody is for us, and which ticket is meant, is asked of the store.

In an organisation of Enterprise Grid some of those places name the organisation (E…) where a workspace is
looked for (T…), or nothing; then the others are asked.
"""

from bots.slack.calls import Json

ORGANISATION = "E"  # what the id of one begins with


def interaction_of(body: Json) -> str:
    """What makes an interaction the same one: its kind, who, and the moment or the trigger."""
    user, _ = who(body, body)
    actions = body.get("actions") or [{}]
    moment = actions[0].get("action_ts") or body.get("trigger_id") or body.get("action_ts") or ""
    if not moment:  # view_closed has neither
        view = body.get("view") or {}
        moment = f"{view.get('id')} {view.get('hash')}"
    return f"{body.get('type') or body.get('command')} {user} {moment}"


def who(body: Json, payload: Json) -> tuple[str, str]:
    """The one who acts, and the workspace that they are of: never what the message says."""
    user = body.get("user")
    if isinstance(user, dict):
        team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
        return str(user.get("id") or ""), str(team)
    if body.get("command"):
        return str(body.get("user_id") or ""), str(body.get("team_id") or "")
    author = (payload.get("message") or payload.get("previous_message") or {}).get("user")
    user_id = payload.get("user") or author or ""
    team = payload.get("user_team") or payload.get("source_team") or body.get("team_id") or ""
    if not team or team in _own_organisations(body):
        team = own_team(body)
    return str(user_id if isinstance(user_id, str) else user_id.get("id", "")), str(team)


def where(body: Json, payload: Json) -> tuple[str, str, str]:
    """Channel, message and thread of what was acted on, "" for what there is none of."""
    if body.get("command"):
        return str(body.get("channel_id") or ""), "", ""
    told = (
        payload.get("message") or payload.get("previous_message")
        if body.get("event")
        else body.get("message")
    )
    message = told or {}
    item = payload.get("item") or {}
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or item.get("channel") or payload.get("channel") or ""
    ts = message.get("ts") or item.get("ts") or container.get("message_ts") or payload.get("ts") or ""
    thread = message.get("thread_ts") or container.get("thread_ts") or payload.get("thread_ts") or ""
    return str(channel if isinstance(channel, str) else ""), str(ts), str(thread)


def is_ephemeral(body: Json) -> bool:
    """Whether somebody acts on what is shown to them alone."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def own_team(body: Json, team: str = "") -> str:
    """The workspace whose installation heard it: that is the one in which we posted; "" for none."""
    named = (
        *(one.get("team_id") for one in body.get("authorizations") or ()),
        body.get("context_team_id"),
        body.get("team_id"),
        (body.get("team") or {}).get("id"),
        team,
    )
    return next((str(one) for one in named if is_workspace(one)), "")


def is_workspace(team: object) -> bool:
    """Whether this names a workspace, and not nothing or a whole organisation."""
    return bool(team) and not str(team).startswith(ORGANISATION)


def _own_organisations(body: Json) -> set[object]:
    """The organisations that the workspaces are of whose installations heard it."""
    return {one.get("enterprise_id") for one in body.get("authorizations") or ()}
