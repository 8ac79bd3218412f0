"""The small parts of the Slack channel: signatures, seals, what a file is, what was written, whose it is."""

import hashlib
import hmac

import pytest

from bots.slack.hearing import is_our_own, lane_of
from bots.slack.http_mode import payload_in
from bots.slack.manifest import SCOPES, manifest
from bots.slack.payloads import interaction_of, own_team, where, who
from bots.slack.people import is_of
from bots.slack.reading import people_in, plain_text
from bots.slack.sealing import Seal
from bots.slack.signatures import is_signed
from intake.errors import ConfigError
from sandbox.slack.things import EVENTS as SLACKS_EVENTS
from sandbox.slack.things import SCOPES as SLACKS_SCOPES

NOW = 1_795_000_000.0
BODY = b'{"type":"event_callback"}'


def signed(body: bytes = BODY, secret: bytes = b"secret", stamp: str = "1795000000") -> dict[str, str]:
    digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


@pytest.mark.parametrize(
    ("headers", "is_good"),
    [
        (signed(), True),
        (signed(secret=b"the older one"), True),  # while a secret is changed
        (signed(secret=b"another"), False),
        (signed(body=b"{}"), False),
        (signed(stamp="1794999700"), True),  # 300 s old
        (signed(stamp="1794999699"), False),
        (signed(stamp="1795000301"), False),
        (signed(stamp="soon"), False),
        (signed(stamp="-1795000000"), False),
        (signed(stamp="٣"), False),
        ({}, False),
        (signed() | {"X-Slack-Signature": "v0=é"}, False),
        (signed(secret=b""), False),  # an empty secret signs nothing
    ],
)
def test_a_request_is_slacks_if_a_secret_signed_this_body_not_long_ago(headers, is_good):
    assert is_good == is_signed(headers, BODY, (b"secret", b"the older one", b""), NOW)


def test_tokens_are_sealed_with_the_desks_key_for_their_workspace():
    sealed = Seal(b"k" * 32).sealed("T1", {"bot": "xoxb-1"})

    assert b"xoxb" not in sealed
    assert {"bot": "xoxb-1"} == Seal(b"k" * 32).opened("T1", sealed)


@pytest.mark.parametrize(("key", "team"), [(b"another key of this desk", "T1"), (b"k" * 32, "T2")])
def test_neither_another_key_nor_another_workspace_opens_a_seal(key, team):
    sealed = Seal(b"k" * 32).sealed("T1", {"bot": "xoxb-1"})

    with pytest.raises(ConfigError, match="install"):
        Seal(key).opened(team, sealed)


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;!here&amp;gt;", "&lt;!here&gt;"),  # once, not twice
        ("<https://a.example/x>", "https://a.example/x"),
        ("<http://a.example|a.example>", "http://a.example"),
        ("<https://evil.example|bank.example>", "bank.example (https://evil.example)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<@U1> and <@U2|tim> in <#C1|general>", "@Ana and @tim in #general"),
        ("<!here> <!subteam^S1|@team> <!channel>", "@here @team @channel"),
        ("a <b and c> d", "a b and c d"),  # never on the wire: what is typed comes escaped
    ],
)
def test_what_somebody_wrote_is_kept_as_they_saw_it(wire, words):
    assert words == plain_text(wire, {"U1": "Ana"})


def test_whoever_is_mentioned_is_known_once():
    assert ("U1", "U2") == people_in("<@U1> <@U2|tim> <@U1> <!here>")


OURS = {"authorizations": [{"user_id": "U0BOT"}]}


@pytest.mark.parametrize(
    ("event", "is_ours"),
    [
        ({"type": "message", "user": "U0BOT"}, True),
        ({"type": "message", "user": "U1"}, False),
        ({"type": "message", "subtype": "message_changed", "message": {"user": "U0BOT"}}, True),
        ({"type": "message", "subtype": "message_deleted", "previous_message": {"user": "U0BOT"}}, True),
        ({"type": "message", "subtype": "message_changed", "message": {"user": "U1"}}, False),
        ({"type": "reaction_added", "user": "U0BOT"}, False),
    ],
)
def test_what_our_own_bot_posted_is_not_kept(event, is_ours):
    assert is_ours == is_our_own(OURS | {"event": event})


@pytest.mark.parametrize(
    ("event", "lane"),
    [
        ({"channel": "C1", "ts": "1.1"}, "C1/1.1"),
        ({"channel": "C1", "ts": "1.2", "thread_ts": "1.1"}, "C1/1.1"),
        ({"channel": "C1", "ts": "9.9", "message": {"ts": "1.2", "thread_ts": "1.1"}}, "C1/1.1"),
        ({"channel": "C1", "ts": "9.9", "previous_message": {"ts": "1.1"}}, "C1/1.1"),
        ({"item": {"channel": "C1", "ts": "1.1"}}, "C1/1.1"),
        ({"user": {"id": "U1"}}, ""),
    ],
)
def test_what_happens_in_a_thread_is_decided_in_its_order(event, lane):
    assert lane == lane_of(event)


CLICK = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T0"},
    "channel": {"id": "C1"},
    "message": {"ts": "1.1", "thread_ts": "1.0"},
    "container": {"message_ts": "1.1"},
    "trigger_id": "t1",
    "actions": [{"action_ts": "7.7"}],
}
COMMAND = {"command": "/ticket", "user_id": "U1", "team_id": "T0", "channel_id": "C1", "trigger_id": "t2"}
EVENT = {"type": "event_callback", "team_id": "T0", "event": {}}


@pytest.mark.parametrize(
    ("body", "payload", "expected"),
    [
        (CLICK, CLICK["actions"], (("U1", "T1"), ("C1", "1.1", "1.0"))),
        (COMMAND, COMMAND, (("U1", "T0"), ("C1", "", ""))),
        (
            EVENT | {"event": {"x": 1}},
            {"user": "U1", "channel": "C1", "ts": "1.1"},
            (("U1", "T0"), ("C1", "1.1", "")),
        ),
        (
            EVENT | {"event": {"x": 1}},
            {"user": "U1", "item": {"channel": "C1", "ts": "1.1"}},
            (("U1", "T0"), ("C1", "1.1", "")),
        ),
        (
            EVENT | {"event": {"x": 1}},
            {"channel": "C1", "ts": "9.9", "message": {"user": "U1", "ts": "1.1", "thread_ts": "1.0"}},
            (("U1", "T0"), ("C1", "1.1", "1.0")),
        ),
        (
            {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T0"}},
            {},
            (("U1", "T0"), ("", "", "")),
        ),
    ],
)
def test_who_acts_and_where_is_read_from_the_payload(body, payload, expected):
    payload = {} if isinstance(payload, list) else payload

    assert expected == (who(body, payload), where(body, payload))


def heard_by(team: str | None, enterprise: str | None = "E1") -> dict[str, object]:
    return {"authorizations": [{"team_id": team, "enterprise_id": enterprise}]}


@pytest.mark.parametrize(
    ("body", "team"),
    [
        (
            heard_by("T1", None) | {"context_team_id": "T1", "team_id": "T2"},
            "T1",
        ),  # theirs, in a shared channel
        (heard_by("T1") | {"context_team_id": "E1", "team_id": "E2"}, "T1"),
        (heard_by(None) | {"context_team_id": "E1", "team_id": "T1"}, "T1"),
        (heard_by("E1") | {"context_team_id": "T1", "team_id": "T2"}, "T1"),
        ({"team": {"id": "T1"}}, "T1"),
        ({"team": None, "user": {"id": "W1", "team_id": "T1"}}, ""),
        (heard_by(None) | {"context_team_id": "E1", "team_id": None}, ""),
    ],
)
def test_the_workspace_that_heard_something_is_never_an_organisation(body, team):
    assert team == own_team(body)


@pytest.mark.parametrize(
    ("event", "team"),
    [
        ({"user": "W1", "user_team": "E1"}, "T1"),  # our own organisation's: one of our workspace
        ({"user": "W1", "user_team": "E2"}, "E2"),  # somebody else's stay theirs
        ({"user": "W1", "user_team": "T2"}, "T2"),
        ({"user": "W1"}, "T1"),
    ],
)
def test_who_writes_in_our_own_organisation_is_of_the_workspace_that_heard_it(event, team):
    body = heard_by("T1") | {"team_id": "T1", "event": event}

    assert ("W1", team) == who(body, event)


def test_an_interaction_is_the_same_one_by_its_kind_its_user_and_its_moment():
    others = [CLICK | {"actions": [{"action_ts": "7.8"}]}, CLICK | {"user": {"id": "U2"}}, COMMAND]

    assert interaction_of(CLICK) == interaction_of(dict(CLICK))
    assert interaction_of(CLICK) not in map(interaction_of, others)


@pytest.mark.parametrize(
    ("user", "is_member"),
    [
        ({"team_id": "T1"}, True),
        ({"team_id": "T2"}, False),
        ({"team_id": "T1", "is_restricted": True}, False),
        ({"team_id": "T1", "is_ultra_restricted": True}, False),
        ({"team_id": "T1", "is_stranger": True}, False),
        ({"team_id": "T1", "is_bot": True}, False),
        ({"team_id": "T1", "deleted": True}, False),
        ({}, False),
    ],
)
def test_only_a_full_member_of_the_workspace_is_one_of_it(user, is_member):
    assert is_member == is_of(user, "T1")


@pytest.mark.parametrize(
    ("body", "kind", "payload"),
    [
        (b'{"type":"x"}', "application/json", {"type": "x"}),
        (b"payload=%7B%22type%22%3A%22x%22%7D", "application/x-www-form-urlencoded", {"type": "x"}),
        (b"command=%2Fticket&text=", "application/x-www-form-urlencoded", {"command": "/ticket", "text": ""}),
    ],
)
def test_a_request_is_json_or_a_form(body, kind, payload):
    assert payload == payload_in(body, kind)


@pytest.mark.parametrize("body", [b"[]", b"{", b"payload=%5B%5D"])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(ValueError, match=r".+"):
        payload_in(body, "application/json" if b"=" not in body else "application/x-www-form-urlencoded")


UNUSED = {"links:read", "links:write", "link_shared"}  # links to tickets are not unfurled


def test_the_manifest_asks_for_exactly_what_is_used():
    made = manifest("Vendor support")

    assert (SLACKS_SCOPES - UNUSED, sorted(set(SLACKS_EVENTS) - UNUSED)) == (
        frozenset(made["oauth_config"]["scopes"]["bot"]),
        made["settings"]["event_subscriptions"]["bot_events"],
    )
    assert all(SCOPES.values())


def test_with_an_address_the_manifest_is_for_signed_http():
    made = manifest("Vendor support", "https://desk.example/")
    asked = {made["settings"][one]["request_url"] for one in ("event_subscriptions", "interactivity")}

    assert {"https://desk.example/slack/events"} == asked | {made["features"]["slash_commands"][0]["url"]}
    assert not made["settings"]["socket_mode_enabled"]
