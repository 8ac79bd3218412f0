"""The sandbox's Web API: what each method refuses, and with which of Slack's words."""

import json

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.methods.catalogue import CATALOGUE
from slack_room import BUTTON, CARD, Room, played, refusal

pytestmark = pytest.mark.slow

GONE = "1700000000.000001"
META = {"event_type": "deskbell", "event_payload": {"outbox": 7}}
TRIGGER = {"trigger_id": "1.2.3", "view": {"type": "modal", "title": {"type": "plain_text", "text": "x"}}}
VIEW = TRIGGER["view"] | {"blocks": []}


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "hidden", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "public", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "archived", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "triage"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "triage", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "triage", "blocks": "{"}, "invalid_blocks_format"),
        (
            "chat.postMessage",
            {"channel": "triage", "text": "x", "thread_ts": GONE},
            "cannot_reply_to_message",
        ),
        (
            "chat.postMessage",
            {"channel": "triage", "text": "x", "metadata": {"event_type": "x"}},
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            {"channel": "triage", "text": "x", "metadata": META | {"event_payload": {"x": "y" * 8000}}},
            "metadata_too_large",
        ),
        (
            "chat.postMessage",
            {"channel": "triage", "text": "x", "thread_ts": "joined"},
            "cannot_reply_to_message",
        ),
        (
            "chat.postMessage",
            {"channel": "triage", "text": "x", "thread_ts": "reply"},
            "cannot_reply_to_message",
        ),
        ("chat.postMessage", {"channel": "triage", "text": "x", "thread_ts": "hers"}, "ok"),
        ("chat.postMessage", {"channel": "gone", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "ana", "text": "x"}, "ok"),  # a person's id: direct messages
        ("chat.postMessage", {"channel": "#triage", "text": "x"}, "ok"),
        ("chat.update", {"channel": "triage", "ts": GONE, "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "triage", "ts": "hers", "text": "x"}, "cant_update_message"),
        ("chat.update", {"channel": "triage", "ts": "card", "text": "x" * 4000}, "ok"),
        ("chat.update", {"channel": "triage", "ts": "card", "text": "x" * 4001}, "msg_too_long"),
        ("chat.update", {"channel": "triage", "ts": "card"}, "no_text"),
        ("chat.update", {"channel": "triage", "ts": "rich", "blocks": CARD}, "block_mismatch"),
        ("chat.delete", {"channel": "triage", "ts": "hers"}, "cant_delete_message"),
        ("chat.delete", {"channel": "triage", "ts": GONE}, "message_not_found"),
        ("chat.postEphemeral", {"channel": "triage", "user": "bob", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": "triage", "user": "ana", "text": "x"}, "ok"),
        ("chat.getPermalink", {"channel": "triage", "message_ts": GONE}, "message_not_found"),
        ("chat.unfurl", {"channel": "triage", "ts": "card", "unfurls": {}}, "cannot_parse_attachment"),
        ("conversations.info", {"channel": "hidden"}, "channel_not_found"),
        ("conversations.info", {"channel": "#triage"}, "channel_not_found"),  # its id, not its name
        ("conversations.info", {"channel": "public"}, "ok"),
        ("conversations.members", {"channel": "triage", "limit": 0}, "ok"),  # 0 is Slack's own default
        ("conversations.members", {"channel": "triage", "limit": 1001}, "invalid_limit"),
        ("conversations.members", {"channel": "triage", "cursor": "nonsense"}, "invalid_cursor"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.history", {"channel": "public"}, "not_in_channel"),
        ("conversations.replies", {"channel": "triage", "ts": GONE}, "thread_not_found"),
        ("conversations.open", {"users": "U404"}, "user_not_found"),
        ("conversations.open", {"users": "gone"}, "user_disabled"),
        ("conversations.open", {"users": "ana"}, "ok"),
        ("conversations.join", {"channel": "public"}, "missing_scope"),
        ("users.info", {"user": "U404"}, "user_not_found"),
        ("users.info", {"user": "outsider"}, "user_not_visible"),
        ("users.info", {}, "invalid_arguments"),
        ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
        ("users.lookupByEmail", {"email": "gone@vendor.example"}, "users_not_found"),
        ("users.lookupByEmail", {"email": "ANA@vendor.example"}, "ok"),
        ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
        ("reactions.add", {"channel": "triage", "timestamp": "hers", "name": "no such"}, "invalid_name"),
        ("reactions.add", {"channel": "triage", "timestamp": GONE, "name": "eyes"}, "message_not_found"),
        ("reactions.add", {"channel": "triage", "timestamp": "card", "name": "eyes"}, "already_reacted"),
        ("reactions.remove", {"channel": "triage", "timestamp": "card", "name": "lock"}, "no_reaction"),
        ("views.open", {"trigger_id": "1.2.3", "view": VIEW}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "1.2.3", "view": TRIGGER["view"]}, "invalid_arguments"),
        ("views.push", {"trigger_id": "1.2.3", "view": VIEW}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V404", "view": VIEW}, "not_found"),
        ("views.publish", {"user_id": "ana", "view": VIEW}, "invalid_arguments"),  # a modal is no Home tab
        (
            "views.publish",
            {"user_id": "ana", "view": {"type": "home", "blocks": []}, "hash": "x"},
            "hash_conflict",
        ),
        ("files.getUploadURLExternal", {"filename": "a.txt", "length": 0}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": [{"id": "F404"}]}, "file_not_found"),
        ("files.info", {"file": "F404"}, "file_not_found"),
        ("team.info", {}, "missing_scope"),
        ("bookmarks.list", {"channel_id": "triage"}, "unknown_method"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
    ],
)
def test_slack_refuses_in_its_own_words(method, args, error):
    async def scenario(room: Room):
        slack, other = room.slack, room.slack.add_team("Acme")
        known = {
            "triage": room.triage,
            "ana": room.ana,
            "bob": slack.add_user("bob"),
            "gone": slack.add_user("gone", email="gone@vendor.example", deleted=True),
            "outsider": slack.add_user("outsider", team=other),
            "hidden": slack.add_channel("hidden", private=True, bot=False),
            "public": slack.add_channel("public", bot=False),
            "archived": slack.add_channel("archived"),
            "hers": await slack.say(room.ana, room.triage, "hers"),
            "card": await room.card(),
        }
        known["reply"] = await slack.say(room.ana, room.triage, "reply", thread_ts=known["hers"])
        await slack.archive(known["archived"])
        await slack.join(slack.add_user("eve"), room.triage)
        known["joined"] = slack.channel(room.triage)[-1].ts
        await room.client.reactions_add(channel=room.triage, timestamp=known["card"], name="eyes")
        rich = await room.client.chat_postMessage(
            channel=room.triage, blocks=[{"type": "rich_text", "elements": []}], text="rich"
        )
        known["rich"] = rich["ts"]
        meant = {
            name: known.get(value, value) if isinstance(value, str) else value for name, value in args.items()
        }
        return await refusal(room.client.api_call(method, json=meant))

    assert error == played(scenario)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-nobody", "invalid_auth"),
        ("xapp-1-A0DESKBELL-1-sandbox", "not_allowed_token_type"),
        ("revoked", "token_revoked"),
        ("uninstalled", "account_inactive"),
        ("xoxb-sandbox-T0VENDOR", "ok"),
    ],
)
def test_a_token_must_be_there_known_alive_and_of_the_kind(token, error):
    async def scenario(room: Room):
        revoked = room.slack.add_team("Revoked", installed=True)
        uninstalled = room.slack.add_team("Uninstalled", installed=True)
        await room.slack.revoke_tokens(revoked)
        await room.slack.uninstall(uninstalled)
        known = {"revoked": revoked.bot_token, "uninstalled": uninstalled.bot_token}
        client = AsyncWebClient(known.get(token, token), base_url=room.slack.api_url)
        return await refusal(client.auth_test())

    assert error == played(scenario)


@pytest.mark.parametrize(
    ("method", "args", "scope"),
    [
        ("chat.postMessage", {"text": "x"}, "chat:write"),
        ("conversations.info", {}, "groups:read"),
        ("conversations.history", {}, "groups:history"),
        ("reactions.get", {"timestamp": GONE}, "reactions:read"),
        ("files.info", {"file": "F1"}, "files:read"),
        ("usergroups.list", {}, "usergroups:read"),
        ("users.lookupByEmail", {"email": "x@y.example"}, "users:read.email"),
    ],
)
def test_a_method_without_its_scope_says_which_it_needs(method, args, scope):
    async def scenario(room: Room):
        room.slack.team.scopes.discard(scope)
        answer = await raw(room, method, {"channel": room.triage, **args})
        return answer["error"], scope in answer["needed"].split(","), scope in answer["provided"].split(",")

    assert ("missing_scope", True, False) == played(scenario)


async def raw(room: Room, method: str, body: dict[str, object]) -> dict[str, object]:
    """A call without any library's help."""
    headers = {"Authorization": f"Bearer {room.slack.team.bot_token}"}
    async with (
        aiohttp.ClientSession(room.slack.api_url, headers=headers) as session,
        session.post(method, json=body) as answer,
    ):
        return await answer.json()


@pytest.mark.parametrize("encoding", ["query", "form", "json", "json in a form", "token in the form"])
def test_arguments_come_in_any_of_slacks_encodings(encoding):
    async def scenario(room: Room):
        args = {"channel": room.triage, "text": "words"}
        headers = {"Authorization": f"Bearer {room.slack.team.bot_token}"}
        ways = {
            "query": {"params": args},
            "form": {"data": args},
            "json": {"json": args},
            "json in a form": {"data": args | {"blocks": json.dumps(CARD), "metadata": json.dumps(META)}},
            "token in the form": {"data": args | {"token": room.slack.team.bot_token}},
        }
        if encoding == "token in the form":
            headers = {}
        url = f"{room.slack.api_url}chat.postMessage"
        async with aiohttp.ClientSession() as session:
            answer = await session.post(url, headers=headers, **ways[encoding])
            told = await answer.json()
        [posted] = room.slack.channel(room.triage)
        return told["ok"], posted.text, bool(posted.blocks)

    assert (True, "words", encoding == "json in a form") == played(scenario)


def test_a_get_takes_its_arguments_from_the_query():
    async def scenario(room: Room):
        info = await room.client.conversations_info(channel=room.triage)
        return [info["channel"][name] for name in ("name", "is_private", "is_member", "is_ext_shared")]

    assert ["triage", True, True, False] == played(scenario)


def test_refused_blocks_are_pointed_at():
    async def scenario(room: Room):
        blocks = [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}]
        answer = await raw(room, "chat.postMessage", {"channel": room.triage, "blocks": blocks})
        return answer["error"], answer["response_metadata"]["messages"]

    words = "[ERROR] must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"
    assert ("invalid_blocks", [words]) == played(scenario)


def test_metadata_comes_back_only_to_who_asks_for_it():
    async def scenario(room: Room):
        ts = await room.card(metadata=META)
        await room.client.chat_postMessage(channel=room.triage, text="x", thread_ts=ts, metadata=META)
        asked = await room.client.conversations_replies(channel=room.triage, ts=ts, include_all_metadata=True)
        plain = await room.client.conversations_history(channel=room.triage)
        return [one.get("metadata") for one in asked["messages"] + plain["messages"]]

    assert [META, META, None] == played(scenario)


def test_a_post_of_more_than_forty_thousand_characters_is_cut_with_a_warning():
    async def scenario(room: Room):
        told = await raw(room, "chat.postMessage", {"channel": room.triage, "text": "x" * 40_001})
        return told["warning"], len(room.slack.channel(room.triage)[0].text)

    assert ("message_truncated", 40_000) == played(scenario)


@pytest.mark.parametrize(
    ("change", "text", "blocks", "edited"),
    [
        ({"text": "new"}, "new", 0, True),  # text alone takes the blocks away
        ({"blocks": [*CARD, {"type": "divider"}], "text": "new"}, "new", 2, False),
        ({"blocks": [], "text": "new"}, "new", 0, True),
        ({"metadata": META, "text": "new", "blocks": CARD}, "new", 1, False),
    ],
)
def test_an_update_keeps_what_it_does_not_say(change, text, blocks, edited):
    async def scenario(room: Room):
        ts = await room.card(metadata={"event_type": "x", "event_payload": {}})
        await raw(room, "chat.update", {"channel": room.triage, "ts": ts, **change})
        [card] = room.slack.channel(room.triage)
        return card.text, len(card.blocks), bool(card.edited), card.metadata["event_type"]

    kept = change.get("metadata", {"event_type": "x"})["event_type"]
    assert (text, blocks, edited, kept) == played(scenario)


def test_lists_come_by_the_page():
    async def scenario(room: Room):
        for one in range(5):
            room.slack.add_user(f"user {one}")
        names, cursor = [], ""
        while True:
            page = await room.client.users_list(limit=3, cursor=cursor)
            names.append([one["name"] for one in page["members"]])
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                return names

    assert [["deskbell", "ana", "user 0"], ["user 1", "user 2", "user 3"], ["user 4"]] == played(scenario)


def test_history_is_newest_first_without_replies_and_within_its_bounds():
    async def scenario(room: Room):
        stamps = [await room.slack.say(room.ana, room.triage, f"{one}") for one in range(4)]
        await room.slack.say(room.ana, room.triage, "reply", thread_ts=stamps[0])
        history = room.client.conversations_history
        whole = await history(channel=room.triage)
        part = await history(channel=room.triage, oldest=stamps[1], latest=stamps[3])
        with_ends = await history(channel=room.triage, oldest=stamps[1], latest=stamps[3], inclusive=True)
        return ["".join(one["text"] for one in some["messages"]) for some in (whole, part, with_ends)]

    assert ["3210", "2", "321"] == played(scenario)


def test_a_parent_tells_of_its_thread():
    async def scenario(room: Room):
        ts = await room.card()
        for words in ("one", "two"):
            await room.slack.say(room.ana, room.triage, words, thread_ts=ts)
        thread = await room.client.conversations_replies(channel=room.triage, ts=ts)
        first, *rest = thread["messages"]
        told = (
            first["reply_count"],
            first["reply_users"] == [room.ana],
            first["latest_reply"] == rest[1]["ts"],
        )
        return (*told, [one["parent_user_id"] for one in rest])

    assert (2, True, True, ["U0BOT", "U0BOT"]) == played(scenario)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ({}, (False, False, False, False, False)),
        ({"restricted": True}, (True, False, False, False, False)),
        ({"ultra_restricted": True}, (True, True, False, False, False)),
        ({"stranger": True}, (False, False, True, False, False)),
        ({"bot": True}, (False, False, False, True, False)),
        ({"deleted": True}, (False, False, False, False, True)),
    ],
)
def test_a_person_is_told_with_what_they_are(member, expected):
    async def scenario(room: Room):
        user = (await room.client.users_info(user=room.slack.add_user("eve", **member)))["user"]
        fields = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
        return tuple(user.get(name, False) for name in fields)

    assert expected == played(scenario)


def test_an_address_is_told_only_with_the_scope_for_it():
    async def scenario(room: Room):
        with_it = (await room.client.users_info(user=room.ana))["user"]["profile"].get("email")
        room.slack.team.scopes.discard("users:read.email")
        return with_it, (await room.client.users_info(user=room.ana))["user"]["profile"].get("email")

    assert ("ana@vendor.example", None) == played(scenario)


def test_the_members_of_a_group_are_listed():
    async def scenario(room: Room):
        group = room.slack.add_usergroup("support", [room.ana])
        users = (await room.client.usergroups_users_list(usergroup=group))["users"]
        listed = (await room.client.usergroups_list(include_users=True))["usergroups"]
        return users == [room.ana], [(one["handle"], one["users"] == users) for one in listed]

    assert (True, [("support", True)]) == played(scenario)


@pytest.mark.parametrize("trouble", ["drop", "answer_then_die"])
def test_a_connection_dies_before_or_after_the_work_is_done(trouble):
    async def scenario(room: Room):
        room.slack.fail("chat.postMessage", **{trouble: True})
        client = AsyncWebClient(room.slack.team.bot_token, base_url=room.slack.api_url, retry_handlers=[])
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=room.triage, text="x")
        return len(room.slack.channel(room.triage))

    assert {"drop": 0, "answer_then_die": 1}[trouble] == played(scenario)


def test_a_fault_for_one_channel_waits_for_a_call_to_it():
    async def scenario(room: Room):
        other = room.slack.add_channel("other")
        room.slack.fail("chat.postMessage", error="is_archived", only={"channel": other})
        posts = [room.client.chat_postMessage(channel=one, text="x") for one in (room.triage, other, other)]
        return [await refusal(one) for one in posts]

    assert ["ok", "is_archived", "ok"] == played(scenario)


def test_faults_are_met_as_often_as_asked_for_and_calls_are_kept():
    async def scenario(room: Room):
        room.slack.fail("chat.postMessage", error="internal_error", times=2)
        room.slack.fail("chat.postMessage", status=429, retry_after=7)
        answers = [
            await refusal(room.client.chat_postMessage(channel=room.triage, text="x")) for _ in range(4)
        ]
        calls = [(one.status, one.error) for one in room.slack.calls]
        return answers, calls

    words = ["internal_error", "internal_error", "ratelimited", "ok"]
    kept = [(200, "internal_error"), (200, "internal_error"), (429, "ratelimited"), (200, "")]
    assert (words, kept) == played(scenario)


def test_a_channel_takes_a_burst_and_then_one_message_a_second():
    async def scenario(room: Room):
        async def post(channel: str) -> str:
            return await refusal(room.client.chat_postMessage(channel=channel, text="x"))

        other = room.slack.add_channel("other")
        burst = [await post(room.triage) for _ in range(4)]
        elsewhere = await post(other)
        room.slack.advance(1)
        return burst, elsewhere, [await post(room.triage), await post(room.triage)]

    got = played(scenario, rate_limits=True, message_burst=3)
    assert (["ok", "ok", "ok", "ratelimited"], "ok", ["ok", "ratelimited"]) == got


def test_a_method_has_its_calls_a_minute_and_says_when_to_come_again():
    async def scenario(room: Room):
        list_them = room.client.conversations_list
        answers = [await refusal(list_them()) for _ in range(21)]
        url, token = f"{room.slack.api_url}conversations.list", room.slack.team.bot_token
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            wait = (await session.get(url)).headers["Retry-After"]
        room.slack.advance(int(wait))
        return answers.count("ok"), answers[-1], wait, await refusal(list_them())

    assert (20, "ratelimited", "3", "ok") == played(scenario, rate_limits=True)


ODD = (0, -1, True, "", "x", "1.5", [], ["x"], {}, {"id": []}, {"type": []}, [[]], [{"id": 1}], "{", "[1")
NAMES = [
    "channel",
    "channels",
    "channel_id",
    "user",
    "users",
    "user_id",
    "ts",
    "timestamp",
    "message_ts",
    "thread_ts",
    "text",
    "blocks",
    "attachments",
    "metadata",
    "view",
    "view_id",
    "trigger_id",
    "hash",
    "name",
    "limit",
    "cursor",
    "oldest",
    "latest",
    "types",
    "email",
    "usergroup",
    "files",
    "file",
    "filename",
    "length",
    "unfurls",
    "external_id",
    "team",
]


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(CATALOGUE))
def test_odd_arguments_are_refused_and_never_break_a_method(method):
    async def scenario(room: Room):
        usual = {"channel": room.triage, "ts": await room.card(), "user": room.ana, "text": "x"}
        usual |= {"user_id": room.ana, "view": {"type": "home", "blocks": []}, "filename": "a", "length": 1}
        headers = {"Authorization": f"Bearer {room.slack.team.bot_token}"}
        broken = []
        async with aiohttp.ClientSession(room.slack.api_url, headers=headers) as session:
            for name in NAMES:
                for value in ODD:
                    async with session.post(method, json=usual | {name: value}) as answer:
                        if answer.status != 200 or "ok" not in await answer.json():
                            broken.append((name, value))
        return broken

    assert [] == played(scenario)


def test_blocks_come_back_with_ids_and_defaults():
    async def scenario(room: Room):
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}, "accessory": BUTTON}
        sent = [section | {"accessory": {name: BUTTON[name] for name in ("type", "text")}}]
        posted = await raw(room, "chat.postMessage", {"channel": room.triage, "blocks": sent})
        [block] = posted["message"]["blocks"]
        button = block["accessory"]
        text = posted["message"]["text"]
        return bool(block["block_id"]), bool(button["action_id"]), block["text"]["verbatim"], text

    assert (True, True, False, "This content can't be displayed.") == played(scenario)


def test_another_bots_messages_are_known_by_their_bot_id():
    async def scenario(room: Room):
        robot = room.slack.add_user("robot", bot=True)
        await room.slack.join(robot, room.triage)
        await room.slack.say(robot, room.triage, "beep")
        [said, _] = (await room.client.conversations_history(channel=room.triage))["messages"]
        return said["bot_id"] not in ("", room.slack.team.bot_id), said["bot_profile"]["name"]

    assert (True, "robot") == played(scenario)
