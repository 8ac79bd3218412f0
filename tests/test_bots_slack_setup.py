"""Setting Slack up: what `check` finds and what mends it, the manifest, workspaces, channels."""

import asyncio
import json
import os
import subprocess

import pytest

from bots.commands.findings import Level
from bots.settings import SlackSettings
from bots.slack import tokens
from bots.slack.check import findings
from sandbox.slack.oauth import CLIENT_ID, CLIENT_SECRET
from serving import AGENTS, DESKBELL, deskbell, write_config
from slack_world import PEOPLE, POLICY, a_slack, at_work, furnished
from store import inbox, installations
from store.exports import conversation

pytestmark = pytest.mark.slow  # commands as they are installed


def _settings(space, **changes) -> SlackSettings:
    given = {
        "kind": "slack",
        "bot_token": space.slack.team.bot_token,
        "app_token": space.slack.team.app_token,
        "triage_channel": space.triage,
        "api_url": space.slack.api_url,
    }
    return SlackSettings(**(given | changes))


def _sound(space) -> dict:
    return {}


def _bad_token(space) -> dict:
    return {"bot_token": "xoxb-wrong"}


def _person(space) -> dict:
    return {"bot_token": "xoxp-1"}


def _bad_app_token(space) -> dict:
    return {"app_token": "xapp-wrong"}


def _no_scope(space) -> dict:
    space.slack.team.scopes -= {"users:read"}
    return {}


def _public(space) -> dict:
    space.slack.world.channel(space.triage).is_private = False
    return {}


def _guest(space) -> dict:
    space.slack.world.channel(space.triage).members.append(space.slack.add_user("Guest", restricted=True))
    return {}


def _not_in(space) -> dict:
    return {"fallback_channel": space.slack.add_channel("elsewhere", private=True, bot=False)}


def _away(space) -> dict:
    return {"api_url": "http://127.0.0.1:1/api/"}


def _no_group(space) -> dict:
    space.slack.add_usergroup("helpers", [space.colleague])
    return {"agents_group": "helprs"}


def _none(space) -> dict:
    return {"bot_token": ""}


def _for_all(space) -> dict:
    space.slack.team.enterprise, space.slack.team.is_org_wide = "E0VENDOR", True
    return {}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_sound, ""),
        (_bad_token, "invalid_auth; install the app again"),
        (_person, "begins with xoxb-"),
        (_bad_app_token, "app-level token with connections:write"),
        (_no_scope, "lacks the scopes users:read; take over the manifest"),
        (_public, "it is not private"),
        (_guest, "Guest is a guest or from outside"),
        (_not_in, "channel_not_found; /invite the app there"),
        (_away, "is this machine on the network?"),
        (_no_group, 'did you mean "helpers"?'),
        (_none, "run `deskbell slack install`"),
        (_for_all, "installed for a whole organisation (Enterprise Grid)"),
    ],
)
def test_check_names_what_is_wrong_and_what_mends_it(tmp_path, spoil, words):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            settings = _settings(space, **spoil(space))
            return await asyncio.to_thread(findings, "channel.slack", settings, tmp_path)

    faults = [one.text for one in asyncio.run(run()) if one.level is Level.MEND]

    assert any(words in one for one in faults) if words else faults == []


def _desk(folder, space, **settings) -> list[str]:
    channel = space.settings(**settings)
    config = write_config(folder, 1, 1, channel=channel, policy="policy.toml")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "people.toml").write_text(PEOPLE.format(sam=space.sam), encoding="utf-8")
    return ["--config", str(config)]


async def _run(*words: str):
    return await asyncio.to_thread(deskbell, *words)


def test_the_commands_install_a_workspace_and_register_a_channel(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            desk = _desk(tmp_path, space, bot_token="", client_id='"1.2"', client_secret='"a secret"')
            await _run(*desk, "people", "import", str(tmp_path / "people.toml"))
            steps = [
                ("slack", "install", "--token", slack.team.bot_token),
                ("slack", "workspaces", "--json"),
                ("slack", "channels", "add", space.shared, "--organisation", "Acme"),
                ("slack", "channels", "add", space.triage, "--organisation", "Acme"),
                ("slack", "channels", "add", space.shared, "--organisation", "Acne"),
                ("slack", "channels", "add", "#acme", "--organisation", "Acme"),
                ("slack", "channels", "list", "--json"),
                ("slack", "channels", "remove", space.shared),
                ("slack", "manifest"),
            ]
            return space, [await _run(*desk, *one) for one in steps], (tmp_path / "desk.db").read_bytes()

    space, done, database = asyncio.run(run())
    listed = json.loads(done[6].stdout)

    assert [0, 0, 0, 1, 1, 1, 0, 0, 0] == [one.returncode for one in done]
    assert (f"T0VENDOR/{space.shared}", "Acme") == (listed["channel"], listed["organisation"])
    assert "Acme" in done[4].stderr
    assert b"xoxb-" not in database
    assert "give its id" in done[5].stderr
    assert "#acme is forgotten. What is written there is heard no more" in done[7].stdout
    assert "oauth_config" in json.loads(done[8].stdout)


@pytest.mark.parametrize("by", ["--token", "--code"])
def test_an_installation_for_a_whole_organisation_is_refused_with_what_mends_it(tmp_path, by):
    async def run():
        async with a_slack() as slack:
            other = slack.add_team("Second")
            other.enterprise, other.is_org_wide, other.is_installed = "E0SECOND", True, True
            app = {"client_id": f'"{CLIENT_ID}"', "client_secret": f'"{CLIENT_SECRET}"'}
            desk = _desk(tmp_path, furnished(slack), **app)
            given = other.bot_token if by == "--token" else slack.consent(other)
            done = await _run(*desk, "slack", "install", by, given)
            return done, await _run(*desk, "slack", "workspaces")

    done, known = asyncio.run(run())

    assert (1, True) == (done.returncode, "install it in the workspace itself" in done.stderr)
    assert "E0SECOND" not in known.stdout


@pytest.mark.parametrize("is_org_wide", [False, True])
def test_what_is_heard_in_an_organisation_is_taken_though_it_is_named_where_the_workspace_was(
    tmp_path, is_org_wide
):
    """Also of an app that was approved for all of it meanwhile: its events name no workspace as theirs."""

    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            async with at_work(tmp_path, space) as desk:
                desk.register()
                await desk.mail(subject="Calls drop")
                card = await desk.card()
                await desk.settle()
                slack.team.enterprise, slack.team.is_org_wide = "E0VENDOR", is_org_wide
                await slack.say(space.sam, card.channel, "I know them.", thread_ts=card.ts)
                await slack.say(space.ana, space.shared, "It rings no more.")
                await desk.settle()
                notes = desk.read(lambda work: conversation(work, 1001))
                second = desk.read(lambda work: conversation(work, 1002))
                return [one["text"] for one in notes][-1:], [one["text"] for one in second][:1]

    assert (["I know them."], ["It rings no more."]) == asyncio.run(run())


def test_the_manifest_is_printed_before_anything_is_configured(tmp_path):
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DESKBELL", "XDG"))}
    done = subprocess.run(
        [DESKBELL, "slack", "manifest", "--url", "https://desk.vendor.example"],
        cwd=tmp_path,
        env=bare | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert ("", False) == (done.stderr, json.loads(done.stdout)["settings"]["socket_mode_enabled"])


def test_a_code_is_exchanged_for_a_token_of_that_workspace(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Second")
            code = slack.consent(other)
            desk = _desk(tmp_path, space, client_id=f'"{CLIENT_ID}"', client_secret=f'"{CLIENT_SECRET}"')
            return await _run(*desk, "slack", "install", "--code", code)

    done = asyncio.run(run())

    assert (0, True) == (done.returncode, "installed in Second" in done.stdout)


@pytest.mark.parametrize(
    ("code", "settings", "words"),
    [
        ("made up", {}, "invalid_code; a code is good once"),
        ("old", {}, "code_expired; a code is good for ten minutes"),
        ("", {"client_secret": '"wrong"'}, 'bad_client_secret; client_secret is that of "Basic Information"'),
    ],
)
def test_a_code_that_is_not_taken_is_refused_with_what_mends_it(tmp_path, code, settings, words):
    app = {"client_id": f'"{CLIENT_ID}"', "client_secret": f'"{CLIENT_SECRET}"'}

    async def run():
        async with a_slack() as slack:
            desk = _desk(tmp_path, furnished(slack), **app | settings)
            given = slack.consent(slack.team)
            if code == "old":
                slack.world.clock.advance(601)
            return await _run(*desk, "slack", "install", "--code", code if code == "made up" else given)

    done = asyncio.run(run())

    assert (1, True) == (done.returncode, words in done.stderr)


def test_several_workspaces_are_heard_and_an_uninstalled_one_is_ended(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Second", installed=True)
            ana = slack.add_user("Ana Rossi", email="ana@acme.example", team=space.acme)
            shared = slack.add_channel("second", members=[ana], shared_with=[space.acme], team=other)
            desk = _desk(tmp_path, space)
            await _run(*desk, "slack", "install", "--token", other.bot_token)
            async with at_work(tmp_path, space) as desk:
                desk.register(shared, other.id)
                await slack.say(ana, shared, "Calls drop.")
                await desk.settle()
                told = [one.text for one in slack.channel(shared) if one.bot_id]
                await slack.uninstall(other)
                await desk.settle()
                alarms = [one for one in desk.mails_to(AGENTS) if "Trouble" in one]
                ended = desk.read(lambda work: installations.installation_in(work, "slack", other.id))
                return told, alarms, ended, other.id

    told, alarms, ended, other = asyncio.run(run())

    assert "VS-1001" in told[0]
    assert [f"Trouble with slack: Slack takes the token for workspace {other} no more"] == alarms
    assert ("app_uninstalled", b"") == (ended.ended_because, ended.sealed)


def test_no_other_workspace_takes_the_place_of_the_agents_own_while_the_app_is_out_of_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(tokens, "WATCH_SECONDS", 0.2)

    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Second", installed=True)
            desk = _desk(tmp_path, space, bot_token="")
            for token in (slack.team.bot_token, other.bot_token):
                await _run(*desk, "slack", "install", "--token", token)
            async with at_work(tmp_path, space, bot_token="") as desk:
                await slack.uninstall()
                await slack.wait_for(lambda: "Trouble" in str(desk.mails_to(AGENTS)), 60)
                await slack.wait_until_idle()
                await slack.wait_for(lambda: desk.read(inbox.next_due) is None, 60)  # both events are decided
                before = len(slack.calls)
                await desk.mail(subject="While it is out")
                code = slack.consent(slack.team)
                app = {"client_id": f'"{CLIENT_ID}"', "client_secret": f'"{CLIENT_SECRET}"'}
                again = _desk(tmp_path, space, bot_token="", **app)
                await _run(*again, "slack", "install", "--code", code)
                card = await desk.card(90)
                strange = {one.method for one in slack.calls[before:] if one.token == other.bot_token}
                return card.text, strange, [one for one in desk.mails_to(AGENTS) if "Trouble" in one]

    card, strange, alarms = asyncio.run(run())

    assert "While it is out" in card
    assert (set(), 1) == (strange, len(alarms))


@pytest.mark.parametrize(
    ("is_shared", "writer", "tickets"),
    [
        (False, "caio", 1),  # the customer's own workspace, with nobody else in the channel
        (True, "caio", 1),  # and shared with ours
        (False, "guest", 1),  # who is known by the address
        (True, "sam", 0),
    ],
)
def test_in_a_customers_own_workspace_its_members_are_customers(tmp_path, is_shared, writer, tickets):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Acme at home", installed=True)
            caio = slack.add_user("Caio", email="caio@acme.example", team=other)
            guest = slack.add_user("Guest", email="guest@acme.example", team=other, restricted=True)
            people = {"caio": caio, "guest": guest, "sam": space.sam}
            with_us = [slack.team] if is_shared else []
            channel = slack.add_channel("help", members=people.values(), shared_with=with_us, team=other)
            await _run(*_desk(tmp_path, space), "slack", "install", "--token", other.bot_token)
            async with at_work(tmp_path, space) as desk:
                desk.register(channel, other.id)
                await slack.say(people[writer], channel, "Calls drop.")
                await desk.settle()
                return len([one for one in desk.cards() if "Calls drop." in one.text])

    assert tickets == asyncio.run(run())


def test_members_of_a_second_workspace_of_ours_are_no_customers_where_it_is_shared_with_one(tmp_path):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            other = slack.add_team("Second", installed=True)
            uli = slack.add_user("Uli", email="uli@vendor.example", team=other)
            channel = slack.add_channel(
                "acme", members=[uli, space.ana], shared_with=[space.acme], team=other
            )
            await _run(*_desk(tmp_path, space), "slack", "install", "--token", other.bot_token)
            async with at_work(tmp_path, space) as desk:
                desk.register(channel, other.id)
                await slack.say(uli, channel, "Good morning.")
                await slack.say(space.ana, channel, "Calls drop.")
                await desk.settle()
                return [one.text.partition("\n")[0] for one in desk.cards()]

    (card,) = asyncio.run(run())

    assert "Calls drop." in card


@pytest.mark.parametrize(
    ("named", "code", "words"),
    [
        ("acme", 0, "what they write there becomes tickets"),
        ("", 0, "nobody there counts as theirs until --workspace names one"),
        ("elsewhere", 1, "is not in #both, which is shared with"),
    ],
)
def test_of_several_workspaces_the_one_that_speaks_for_the_customer_is_named(tmp_path, named, code, words):
    async def run():
        async with a_slack() as slack:
            space = furnished(slack)
            teams = {"acme": space.acme.id, "elsewhere": slack.add_team("Elsewhere").id, "": ""}
            both = slack.add_channel("both", shared_with=[space.acme, slack.add_team("Third")])
            more = ("--workspace", teams[named]) if named else ()
            async with at_work(tmp_path, space) as desk:
                add = "slack", "channels", "add", both, "--organisation", "Acme", *more
                done = await _run("--config", str(desk.config), *add)
                return done.returncode, f"{done.stdout}{done.stderr}"

    got, said = asyncio.run(run())

    assert (code, True) == (got, words in said)
