"""`deskbell check`: everything that can be looked over before mail is at stake."""

import importlib.metadata
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import typer

from bots.commands import ways
from bots.commands.findings import Finding, Level, remark, sound, to_mend
from bots.commands.probe import forged_mail
from bots.setting_values import secret, signing_key
from bots.settings import ImapSettings, SlackSettings, SmtpSettings, TelegramSettings
from bots.wiring import Wired, check_templates, people_of, wire
from intake.errors import DeskbellError
from intake.suggestions import did_you_mean
from intake.tickets import Desk
from store.people import listed_agents

LOOKUP_SECONDS = 5.0
LOCAL = ("127.", "[::1]", "localhost:", "unix:")
UNPROVEN = "only a signed address proves a sender; agents cannot answer by mail"
OPEN_DOOR = "whoever reaches it can write the Authentication-Results we trust; let in only your mail server"


def check_desk(config: Path, *, by_mail: bool = False) -> bool:
    """Say of each part that it is sound, or what to mend; False when something must be mended.

    `by_mail` sends the running desk a forged mail through its relay besides, and waits for it.
    """
    wired = wire(config)
    check_templates(wired.settings)
    typer.echo(f"ok       configuration {config}")
    typer.echo(f"ok       store {wired.store.engine.url.render_as_string()}")
    typer.echo(f"ok       policy {wired.setup.policy.file.title}, templates")
    is_sound = True
    for finding in chain(_findings(wired), forged_mail(wired) if by_mail else ()):
        is_sound = is_sound and finding.level is not Level.MEND
        typer.echo(finding.line)
    wired.store.close()
    return is_sound


def _findings(wired: Wired) -> Iterator[Finding]:
    yield from (remark(f"policy: {warning}") for warning in wired.setup.policy.warnings)
    yield from _people(wired)
    yield from ways.relays(wired)
    yield from _signature(wired)
    yield from _proofs_of_channels(wired)
    yield from ways.channels(wired)
    yield from _telegram(wired)
    yield from _slack(wired)
    if _is_installed("intake"):
        yield to_mend(
            "the package `intake` (a data library) is installed too; its name collides: uninstall it"
        )


def _people(wired: Wired) -> Iterator[Finding]:
    listed = 0
    try:
        book = people_of(wired.settings)
    except DeskbellError as error:
        yield to_mend(str(error))
    else:
        listed = len(book.agent) if book else 0
        calendars = wired.setup.policy.calendars
        for one in book.organisation if book else ():
            if one.calendar and one.calendar not in calendars:
                hint = did_you_mean(one.calendar, calendars)
                yield to_mend(
                    f"organisation {one.name!r}: the policy has no calendar {one.calendar!r}; {hint}"
                )
    with wired.store.reading() as work:
        agents = listed or len(listed_agents(work))
    is_enrolled = any(
        isinstance(one, SlackSettings) and one.triage_channel and one.enrol_agents
        for one in wired.settings.channel.values()
    )
    yield from _readers(wired.desk, agents, "the agents in Slack, as they come" if is_enrolled else "")


def _readers(desk: Desk, agents: int, others: str) -> Iterator[Finding]:
    """Whether there is somebody who hears of anything; `others` are those who are put on the list yet."""
    told = f"told at {desk.agents_address}" if desk.agents_address else "each told at their own address"
    if agents:
        yield sound(f"people: {agents} {'agent' if agents == 1 else 'agents'}, {told}")
    if desk.agents_address and desk.is_ours(desk.agents_address):
        hint = "nobody reads there; name another, or none to write to each agent"
        yield to_mend(f"desk.agents_address {desk.agents_address} is the desk's own: {hint}")
    if not agents and others:
        yield sound(f"people: no agent is listed; {others}")
        return
    if not agents:
        yield remark("no agent is known: nobody can answer by mail; see `deskbell people import`")
    if not agents and not desk.agents_address:
        yield to_mend("desk.agents_address is empty and no agent is known: nobody would be told anything")


def _signature(wired: Wired) -> Iterator[Finding]:
    """Whether the DNS holds the key that we sign with, for a signature nobody can verify does harm."""
    dkim = wired.settings.relay.dkim
    if dkim is None:
        return
    from bots.authentication.checker import resolver_of
    from bots.authentication.dmarc import is_aligned
    from bots.authentication.resolver import LookupFailed, Lookups
    from bots.dkim_signing import in_strings, read_key

    if not is_aligned(dkim.domain, wired.desk.domain, strict=False):
        yield to_mend(f"relay.dkim.domain {dkim.domain} does not speak for {wired.desk.address}")
    dns, name = wired.settings.dns, f"{dkim.selector}._domainkey.{dkim.domain}"
    try:
        record = read_key(secret(dkim.key, "relay.dkim.key", wired.folder)).record
        zone_file = str(wired.folder / dns.zone_file) if dns.zone_file else ""
        resolver = resolver_of(dns.nameserver, zone_file)
        texts = Lookups(resolver, time.monotonic() + LOOKUP_SECONDS).texts(name)
    except LookupFailed as error:
        yield remark(f"relay.dkim: the DNS does not answer: {error}")
    except DeskbellError as error:
        yield to_mend(str(error))
    else:
        if any(record.rpartition("p=")[2].encode() in b"".join(text.split()) for text in texts):
            yield sound(f"relay.dkim: the DNS has our key at {name}")
        else:
            yield to_mend(f"relay.dkim: the DNS has no such key; publish {name} TXT {in_strings(record)}")


def _proofs_of_channels(wired: Wired) -> Iterator[Finding]:
    if not wired.settings.channel:
        yield to_mend("no [channel.…] is configured: no mail comes in")
    for name, channel in wired.settings.mail_channels.items():
        yield from _proofs(f"channel.{name}", channel)
        if isinstance(channel, SmtpSettings) and channel.tls_key and not channel.tls_cert:
            yield to_mend(f"channel.{name}.tls_key is set without tls_cert")


def _telegram(wired: Wired) -> Iterator[Finding]:
    """Whether each bot can be used; what that needs is loaded only where there is one."""
    for name, channel in wired.settings.channel.items():
        if not isinstance(channel, TelegramSettings):
            continue
        try:
            from bots.telegram.check import findings
        except ModuleNotFoundError as error:
            yield to_mend(f"channel.{name}: telegram needs {error.name}; install 'deskbell[telegram]'")
        else:
            yield from findings(name, channel, wired.folder)


def _slack(wired: Wired) -> Iterator[Finding]:
    """The tokens, the scopes and the channels of Slack, where one is configured."""
    for name, channel in wired.settings.channel.items():
        if not isinstance(channel, SlackSettings):
            continue
        try:
            from bots.slack.check import findings
            from bots.slack.workspaces import installed_token
        except ModuleNotFoundError as error:
            yield to_mend(f"channel.{name}: slack needs {error.name}; install 'deskbell[slack]'")
            continue
        key = signing_key(wired.settings.secrets.key, "secrets.key", wired.folder)
        yield from findings(f"channel.{name}", channel, wired.folder, installed_token(wired.store, key))


def _proofs(place: str, channel: SmtpSettings | ImapSettings) -> Iterator[Finding]:
    """What a channel can know about who wrote, and from whom it has that."""
    trusted = f"{place}.trust_authentication_results"
    if channel.trust_authentication_results:
        if isinstance(channel, SmtpSettings) and not channel.listen.startswith(LOCAL):
            yield remark(f"{place}.listen {channel.listen}: {OPEN_DOOR}")
        if channel.check_authentication:
            yield remark(f"{place}.check_authentication is not used while {trusted} is set")
    elif not channel.check_authentication:
        yield remark(f"{trusted} is empty: {UNPROVEN}")
        if isinstance(channel, SmtpSettings) and channel.check_spf:
            yield to_mend(f"{place}.check_spf does nothing without check_authentication")


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
