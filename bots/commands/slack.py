"""`deskbell slack`: the app's manifest, the workspaces it is in, the channels shared with customers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bots.console import config_file, errors_told, open_desk, show

if TYPE_CHECKING:
    from bots.settings import SlackSettings
    from bots.wiring import Wired
    from store.work import SqlWork

app = typer.Typer(help="Set up Slack: the app, its workspaces, channels of customers.", no_args_is_help=True)
channels = typer.Typer(help="Look at and change the channels of customers.", no_args_is_help=True)
app.add_typer(channels, name="channels")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Place = Annotated[str, typer.Argument(help="The channel's id, C0123; TEAM/C0123 in another workspace.")]


@app.command()
def manifest(
    url: Annotated[
        str, typer.Option("--url", help="Where signed HTTP reaches the desk; empty: Socket Mode.")
    ] = "",
) -> None:
    """Print the app's manifest, for "Create an app from a manifest"; needs no configuration."""
    from bots.slack.manifest import manifest as made

    with errors_told():
        typer.echo(json.dumps(made(_desk_name(), url), indent=2, ensure_ascii=False))


def _desk_name() -> str:
    """The desk's name where there is a configuration: the app comes before its tokens are in one."""
    from bots.settings import read_settings
    from intake.errors import ConfigError

    try:
        file = config_file()
    except ConfigError:
        return "the desk"
    return read_settings(file).desk.name


@app.command()
def install(
    token: Annotated[
        str, typer.Option("--token", help="The bot's token; - reads it from standard input.")
    ] = "",
    code: Annotated[str, typer.Option("--code", help="The code that Slack gave for consent.")] = "",
    redirect: Annotated[str, typer.Option("--redirect", help="The redirect URL that it was given for.")] = "",
) -> None:
    """Install the app in one more workspace, by a token or by a code."""
    import asyncio

    from bots.settings import secret, signing_key
    from bots.slack.installing import installation
    from intake.errors import ConfigError
    from store import installations

    with open_desk() as wired:
        if bool(token) == bool(code):
            raise ConfigError(["give --token, or --code"])
        name, settings = _settings(wired)
        given = typer.get_text_stream("stdin").read().strip() if token == "-" else token
        key = signing_key(wired.settings.secrets.key, "secrets.key", wired.folder)
        place = f"channel.{name}.client_secret"
        client_secret = secret(settings.client_secret, place, wired.folder).decode() if code else ""
        one = asyncio.run(
            installation(settings, key, token=given, code=code, secret=client_secret, redirect=redirect)
        )
        with wired.store.begin() as work:
            installations.install(work, one)
        typer.echo(f"installed in {one.name or one.team} ({one.team})")


@app.command()
def workspaces(as_json: Json = False) -> None:
    """List the workspaces that the app was installed in."""
    from store import installations

    with open_desk() as wired:
        with wired.store.reading() as work:
            found = installations.installed(work, "slack")
        rows = [{"team": one.team, "name": one.name, "installed_at": one.installed_at} for one in found]
        show(rows, ("team", "name", "installed_at"), as_json, "Installed by this command: nowhere.")


@channels.command(name="list")
def listed(as_json: Json = False) -> None:
    """List every channel that means something to the desk, and what is wrong with it."""
    from store import chat_places

    with open_desk() as wired, wired.store.reading() as work:
        rows = []
        for one in chat_places.listed(work, "slack"):
            organisation = work.organisation(one.organisation) if one.organisation else None
            rows.append(
                {
                    "channel": one.place,
                    "kind": one.kind.value,
                    "organisation": organisation.name if organisation else "",
                    "workspace": one.workspace,
                    "name": one.name,
                    "wrong": one.broken,
                }
            )
        show(
            rows,
            ("channel", "kind", "organisation", "workspace", "name", "wrong"),
            as_json,
            "No channel is known.",
        )


@channels.command()
def add(
    channel: Place,
    organisation: Annotated[str, typer.Option("--organisation", help="Whose channel it is, by name.")],
    workspace: Annotated[
        str,
        typer.Option("--workspace", metavar="T…", help="Theirs, where it is shared with several workspaces."),
    ] = "",
) -> None:
    """Register a shared channel to one organisation: what its people write there becomes tickets."""
    from datetime import UTC, datetime

    from bots.slack.asks.chosen import chosen_settings
    from bots.slack.places import check_speaks, checked_place
    from bots.slack.registering import register
    from store.chat_places import ChatPlace, PlaceKind

    with open_desk() as wired:
        name, settings = _settings(wired)
        with wired.store.reading() as work:
            number = _organisation(work, organisation)
            settings = chosen_settings(work, settings)
        found = checked_place(name, settings, wired, channel)
        check_speaks(found, workspace)
        place, called = found.place, found.name
        one = ChatPlace("slack", place, PlaceKind.CUSTOMERS, called, number, workspace, "command line")
        with wired.store.begin() as work:
            register(work, one, datetime.now(UTC))
        typer.echo(f"{place} #{called} is {organisation}'s; what they write there becomes tickets")
        if len(found.others) > 1 and not workspace:
            others = ", ".join(found.others)
            typer.echo(
                f"It is shared with {others}: nobody there counts as theirs until --workspace names one"
            )


@channels.command()
def remove(channel: Place) -> None:
    """Forget a channel of customers: it is heard no more, its tickets are answered by mail."""
    from datetime import UTC, datetime

    from bots.slack.registering import unregister

    with open_desk() as wired:
        with wired.store.begin() as work:
            words = unregister(work, channel, "command line", datetime.now(UTC))
        typer.echo(words)


def _settings(wired: Wired) -> tuple[str, SlackSettings]:
    from bots.settings import SlackSettings
    from intake.errors import ConfigError

    for name, one in wired.settings.channel.items():
        if isinstance(one, SlackSettings):
            return name, one
    raise ConfigError(['channel: no Slack is configured; add a section with kind = "slack"'])


def _organisation(work: SqlWork, named: str) -> int:
    from intake.errors import CommandRefused
    from intake.suggestions import did_you_mean
    from store.people_lists import listed_organisations

    known = {one.name: one.id for one in listed_organisations(work) if one.active}
    if named not in known:
        raise CommandRefused(f"no organisation {named!r}; {did_you_mean(named, known)}")
    return known[named]
