"""`deskbell check`: everything that can be looked over before mail is at stake."""

import asyncio
import importlib.metadata
import time
from collections.abc import Iterator
from pathlib import Path

import typer

from bots.commands.probe import Finding, forged_mail
from bots.relays import relays_of
from bots.setting_values import secret, signing_key
from bots.settings import ImapSettings, SlackSettings, SmtpSettings
from bots.wiring import Wired, check_templates, people_of, wire
from intake.errors import DeskbellError
from intake.suggestions import did_you_mean
from store.people import listed_agents

CONNECT_SECONDS = 5.0
LOOKUP_SECONDS = 5.0
LOCAL = ("127.", "[::1]", "localhost:", "unix:")
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
    sound = True
    for is_fault, text in (*_findings(wired), *(forged_mail(wired) if by_mail else ())):
        sound = sound and not is_fault
        typer.echo(f"{'MEND' if is_fault else 'note':<8} {text}")
    wired.store.close()
    return sound


def _findings(wired: Wired) -> Iterator[Finding]:
    yield from ((False, f"policy: {warning}") for warning in wired.setup.policy.warnings)
    yield from _people(wired)
    yield from _relay(wired)
    yield from _signature(wired)
    yield from _channels(wired)
    yield from _slack(wired)
    if _is_installed("intake"):
        yield True, "the package `intake` (a data library) is installed too; its name collides: uninstall it"


def _people(wired: Wired) -> Iterator[Finding]:
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


def _relay(wired: Wired) -> Iterator[Finding]:
    relay = wired.settings.relay
    quick = {"timeout": min(relay.timeout, CONNECT_SECONDS)}
    servers = tuple(one.model_copy(update=quick) for one in relay.fallback)
    hasty = relay.model_copy(update={**quick, "fallback": servers})
    try:
        wrong = asyncio.run(relays_of(hasty, wired.folder).unavailable())
    except DeskbellError as error:
        yield True, str(error)
    else:
        for name, trouble in wrong.items():
            yield True, f"relay {name}: no answer ({trouble}); is it running?"


def _signature(wired: Wired) -> Iterator[Finding]:
    """Whether the DNS holds the key that we sign with, for a signature nobody can verify does harm."""
    dkim = wired.settings.relay.dkim
    if dkim is None:
        return
    from bots.authentication.checker import resolver_of
    from bots.authentication.dmarc import is_aligned
    from bots.authentication.resolver import LookupFailed, Lookups
    from bots.dkim_signing import read_key

    if not is_aligned(dkim.domain, wired.desk.domain, strict=False):
        yield True, f"relay.dkim.domain {dkim.domain} does not speak for {wired.desk.address}"
    dns, name = wired.settings.dns, f"{dkim.selector}._domainkey.{dkim.domain}"
    try:
        record = read_key(secret(dkim.key, "relay.dkim.key", wired.folder)).record
        zone_file = str(wired.folder / dns.zone_file) if dns.zone_file else ""
        resolver = resolver_of(dns.nameserver, zone_file)
        texts = Lookups(resolver, time.monotonic() + LOOKUP_SECONDS).texts(name)
    except LookupFailed as error:
        yield False, f"relay.dkim: the DNS does not answer: {error}"
    except DeskbellError as error:
        yield True, str(error)
    else:
        if not any(record.rpartition("p=")[2].encode() in b"".join(text.split()) for text in texts):
            yield True, f'relay.dkim: the DNS has no such key; publish {name} TXT "{record}"'


def _channels(wired: Wired) -> Iterator[Finding]:
    if not wired.settings.channel:
        yield True, "no [channel.…] is configured: no mail comes in"
    for name, channel in wired.settings.mail_channels.items():
        yield from _proofs(f"channel.{name}", channel)
        if isinstance(channel, SmtpSettings) and channel.tls_key and not channel.tls_cert:
            yield True, f"channel.{name}.tls_key is set without tls_cert"


def _slack(wired: Wired) -> Iterator[Finding]:
    """The tokens, the scopes and the channels of Slack, where one is configured."""
    for name, channel in wired.settings.channel.items():
        if not isinstance(channel, SlackSettings):
            continue
        try:
            from bots.slack.check import findings
            from bots.slack.workspaces import installed_token
        except ModuleNotFoundError as error:
            yield True, f"channel.{name}: slack needs {error.name}; install 'deskbell[slack]'"
            continue
        key = signing_key(wired.settings.secrets.key, "secrets.key", wired.folder)
        yield from findings(f"channel.{name}", channel, wired.folder, installed_token(wired.store, key))


def _proofs(place: str, channel: SmtpSettings | ImapSettings) -> Iterator[Finding]:
    """What a channel can know about who wrote, and from whom it has that."""
    trusted = f"{place}.trust_authentication_results"
    if channel.trust_authentication_results:
        if isinstance(channel, SmtpSettings) and not channel.listen.startswith(LOCAL):
            yield False, f"{place}.listen {channel.listen}: {OPEN_DOOR}"
        if channel.check_authentication:
            yield False, f"{place}.check_authentication is not used while {trusted} is set"
    elif not channel.check_authentication:
        yield (
            False,
            f"{trusted} is empty: only a signed address proves a sender; agents cannot answer by mail",
        )
        if isinstance(channel, SmtpSettings) and channel.check_spf:
            yield True, f"{place}.check_spf does nothing without check_authentication"


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
