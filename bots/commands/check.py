"""`deskbell check`: everything that can be looked over before mail is at stake."""

import asyncio
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import typer

from bots.wiring import Wired, check_templates, people_of, wire
from intake.errors import DeskbellError
from intake.suggestions import did_you_mean
from store.people import listed_agents

CONNECT_SECONDS = 5
LOCAL = ("127.", "[::1]", "localhost:", "unix:")
OPEN_DOOR = "whoever reaches it can write the Authentication-Results we trust; let in only your mail server"


def check_desk(config: Path) -> bool:
    """Say of each part that it is sound, or what to mend; False when something must be mended."""
    wired = wire(config)
    check_templates(wired.settings)
    typer.echo(f"ok       configuration {config}")
    typer.echo(f"ok       store {wired.store.engine.url.render_as_string()}")
    typer.echo(f"ok       policy {wired.setup.policy.file.title}, templates")
    sound = True
    for is_fault, text in _findings(wired):
        sound = sound and not is_fault
        typer.echo(f"{'MEND' if is_fault else 'note':<8} {text}")
    wired.store.close()
    return sound


def _findings(wired: Wired) -> Iterator[tuple[bool, str]]:
    yield from ((False, f"policy: {warning}") for warning in wired.setup.policy.warnings)
    yield from _people(wired)
    yield from _relay(wired)
    yield from _channels(wired)
    if _is_installed("intake"):
        yield True, "the package `intake` (a data library) is installed too; its name collides: uninstall it"


def _people(wired: Wired) -> Iterator[tuple[bool, str]]:
    listed = 0
    try:
        book = people_of(wired.settings)
    except DeskbellError as error:
        yield True, str(error)
    else:
        listed = len(book.agent) if book else 0
        calendars = wired.setup.policy.calendars
        for one in book.organisation if book else ():
            if one.calendar and one.calendar not in calendars:
                hint = did_you_mean(one.calendar, calendars)
                yield True, f"organisation {one.name!r}: the policy has no calendar {one.calendar!r}; {hint}"
    with wired.store.reading() as work:
        agents = listed or len(listed_agents(work))
    if not agents:
        yield False, "no agent is known: nobody can answer by mail; see `deskbell people import`"
    if not agents and not wired.desk.agents_address:
        yield True, "desk.agents_address is empty and no agent is known: nobody would be told anything"


def _relay(wired: Wired) -> Iterator[tuple[bool, str]]:
    relay = wired.settings.relay
    try:
        asyncio.run(_greeted(relay.host, relay.port, in_clear=relay.tls != "implicit"))
    except (OSError, TimeoutError) as error:
        yield True, f"relay {relay.host}:{relay.port}: no answer ({type(error).__name__}); is it running?"


async def _greeted(host: str, port: int, *, in_clear: bool) -> None:
    """Connect, hear the greeting where it is said in clear, and take leave (RFC 5321 §3.1, §3.8)."""
    async with asyncio.timeout(CONNECT_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            if in_clear:
                if not (await reader.readline()).startswith(b"220"):
                    raise ConnectionError("it does not greet as a mail server does")
                writer.write(b"QUIT\r\n")
                await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


def _channels(wired: Wired) -> Iterator[tuple[bool, str]]:
    if not wired.settings.channel:
        yield True, "no [channel.…] is configured: no mail comes in"
    for name, channel in wired.settings.channel.items():
        if not channel.trust_authentication_results:
            place = f"channel.{name}.trust_authentication_results"
            yield (
                False,
                f"{place} is empty: only a signed address proves a sender; agents cannot answer by mail",
            )
        elif not channel.listen.startswith(LOCAL):
            place = f"channel.{name}.listen {channel.listen}"
            yield False, f"{place}: {OPEN_DOOR}"
        if channel.tls_key and not channel.tls_cert:
            yield True, f"channel.{name}.tls_key is set without tls_cert"


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
