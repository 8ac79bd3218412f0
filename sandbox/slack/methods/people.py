"""auth.*, users.*, usergroups.*, team.*, oauth.*: who is who, and who installed us."""

import base64
import binascii

from sandbox.slack.methods.call import Call, Method, page
from sandbox.slack.refusals import Refused
from sandbox.slack.shapes import user_json, usergroup_json
from sandbox.slack.things import Json, Usergroup


def auth_test(call: Call) -> Json:
    team = call.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.world.users[team.bot_user].name,
        "team_id": team.enterprise if team.is_org_wide else team.id,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
        "is_enterprise_install": team.is_org_wide,
    } | ({"enterprise_id": team.enterprise} if team.enterprise else {})


def user_info(call: Call) -> Json:
    user = call.world.visible_user(call.team, call.text("user"))
    return {"user": user_json(user, with_email=_with_email(call))}


def user_list(call: Call) -> Json:
    found = [
        user_json(one, with_email=_with_email(call))
        for one in call.world.users.values()
        if one.team == call.team.id
    ]
    return page(call, "members", found) | {"cache_ts": call.world.now()}


def look_up_by_email(call: Call) -> Json:
    wanted = call.text("email").casefold()
    for user in call.world.users.values():
        is_ours = user.team == call.team.id and not user.deleted
        if is_ours and wanted and user.email.casefold() == wanted:
            return {"user": user_json(user, with_email=True)}
    raise Refused("users_not_found")


def usergroup_list(call: Call) -> Json:
    with_users = call.flag("include_users")
    groups = [one for one in call.world.usergroups.values() if one.team == call.team.id]
    return {"usergroups": [usergroup_json(one, with_users=with_users) for one in groups]}


def usergroup_users(call: Call) -> Json:
    return {"users": list(_usergroup(call).users)}


def team_info(call: Call) -> Json:
    team = call.team
    asked = call.text("team")
    if asked and asked != team.id:
        raise Refused("team_not_found")
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}}


def credentials(args: Json, authorization: str) -> tuple[str, str]:
    """Client id and secret, as arguments or as Basic authorization."""
    if not authorization.startswith("Basic "):
        return str(args.get("client_id", "")), str(args.get("client_secret", ""))
    try:
        name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused("invalid_client_id") from error
    return name, secret


def _with_email(call: Call) -> bool:
    return "users:read.email" in call.team.scopes


def _usergroup(call: Call) -> Usergroup:
    group = call.world.usergroups.get(call.text("usergroup"))
    if group is None or group.team != call.team.id:
        raise Refused("no_such_subteam")
    return group


METHODS = (
    Method("auth.test", auth_test, (), 0),
    Method("users.info", user_info, ("users:read",), 4, ("user",)),
    Method("users.list", user_list, ("users:read",), 2),
    Method("users.lookupByEmail", look_up_by_email, ("users:read.email",), 3, ("email",)),
    Method("usergroups.list", usergroup_list, ("usergroups:read",), 2),
    Method("usergroups.users.list", usergroup_users, ("usergroups:read",), 2, ("usergroup",)),
    Method("team.info", team_info, ("team:read",), 3),
)
