"""`deskbell explain`: what would happen because of a mail, and why; nothing is written.

Who wrote it is found out as the desk's channels do it: by the Authentication-Results of the
server that they trust, else, where one checks by itself, by DKIM and DMARC. SPF is about a
connection, which a file has not.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from bots.authentication import Checks, checks_of
from bots.coloured import show
from bots.commands.consequences import NOT_ASKED, whole_way
from bots.console import CONFIG, config_file, errors_told, open_desk, safe, show_one
from bots.door import letter_from
from bots.rehearsal import build_world, load_scenario, policy_named
from bots.settings import Settings, read_settings
from bots.wiring import ReadOnly, load_policy, people_of, set_up_again, template_names
from intake.decisions import Decision, Step
from intake.errors import ConfigError
from intake.handle import Letter, Setup, Store, explain
from intake.messages import Envelope, Raw
from intake.people import Book
from intake.policy import Policy
from intake.scenarios import DeskEntry, Scenario


@dataclass(frozen=True, slots=True)
class Proofs:
    """By what a sender is believed: a mail server's word, or our own check."""

    pinned: str = ""
    checks: Checks | None = None


NO_PROOFS = Proofs()
FOLLOWS = ("change", "clock", "notice")  # steps that are not asked but done
DECIDES = "bold green"


def explain_file(path: Path, scenario: Path | None, policy: str | None, as_json: bool) -> None:
    """Print the decision on a mail, in the world of a scenario or of the configured desk."""
    if not path.is_file():
        raise ConfigError([f"{path}: is no file"])
    body = path.read_bytes()
    if scenario is not None:
        decision = _in_scenario(body, scenario, policy)
    elif policy is not None and not _is_configured():
        typer.echo("no configuration is found: nobody is known here, and no ticket", err=True)
        decision = _in_world(body, Scenario(policy=policy, now=datetime.now(UTC)), _policy(policy))
    elif settings := _without_database():
        typer.echo("the desk has no database yet: no ticket is known here", err=True)
        rules = _policy(policy or settings.desk.policy, settings.desk.templates)
        decision = _in_world(body, _world_of(settings), rules, proofs_of(settings, config_file().parent))
    else:
        decision = _at_the_desk(body, policy)
    if as_json:
        show_one(as_contract(decision), as_json=True)
    else:
        show(page(decision), shutil.get_terminal_size().columns)


def page(decision: Decision) -> Iterator[tuple[str, str]]:
    """The decision for a person, each line with its style: its fate first, then the whole way there."""
    contract = as_contract(decision)
    yield from ((safe(f"{name}: {contract[name] or '-'}"), "") for name in contract if name != "trace")
    asked = [one for one in decision.trace if not one.name.startswith(FOLLOWS)]
    done = [one for one in decision.trace if one.name.startswith(FOLLOWS)]
    yield "how:", "bold"
    yield from _rows(asked, decision.rule)
    if done:
        yield "what follows:", "bold"
        yield from _rows(done, decision.rule)


def as_contract(decision: Decision) -> dict[str, object]:
    """The decision in the words of the contract."""
    return {
        "fate": decision.fate.value,
        "rule": decision.rule,
        "because": decision.because,
        "reply": decision.reply,
        "ticket": decision.number,
        "matched_by": decision.matched_by.value,
        "assurance": decision.assurance.value,
        "trace": [asdict(step) for step in decision.trace],
    }


def _rows(steps: Sequence[Step], rule: str) -> Iterator[tuple[str, str]]:
    """A line a step in columns; what decided is marked, what did not hold is dim."""
    width = max(len(one.name) for one in steps)
    deciding = next((one for one in steps if one.holds and one.name.removeprefix("rule ") == rule), None)
    for one in steps:
        mark = "=>" if one is deciding else ""
        word = "yes" if one.holds else "-" if one.name == NOT_ASKED else "no"
        style = DECIDES if mark else "" if one.holds else "dim"
        yield safe(f"  {mark:<2} {word:<3}  {one.name:<{width}}  {one.saw}"), style


def _is_configured() -> bool:
    """Whether there is a configuration; one that is named must be there."""
    try:
        return bool(CONFIG["file"]) or config_file().is_file()
    except ConfigError:
        return False


def _without_database() -> Settings | None:
    """The settings of a desk that has never run: opening its store would make the file."""
    with errors_told():
        settings = read_settings(config_file())
    scheme, _, path = settings.store.url.partition(":///")
    return settings if scheme == "sqlite" and path and not Path(path).exists() else None


def _world_of(settings: Settings) -> Scenario:
    """What that desk knows before it begins: the people of its file."""
    book, desk = people_of(settings) or Book(), settings.desk
    return Scenario(
        policy=desk.policy,
        now=datetime.now(UTC),
        desk=DeskEntry(address=desk.address, portal_url=desk.portal_url, name=desk.name),
        organisation=book.organisation,
        person=book.person,
        agent=book.agent,
    )


def _in_scenario(body: bytes, scenario: Path, policy: str | None) -> Decision:
    world = load_scenario(scenario)
    return _in_world(body, world, _policy(policy or policy_named(world, scenario)))


def _policy(named: str, templates: str = "") -> Policy:
    return load_policy(named, template_names(templates))


def _in_world(body: bytes, world: Scenario, policy: Policy, proofs: Proofs = NO_PROOFS) -> Decision:
    store, setup = build_world(world, policy, world.now)
    try:
        return _explained(body, store, setup, world.now, proofs, str(setup.policy.calendar_of(None).zone))
    finally:
        store.close()


def _at_the_desk(body: bytes, policy: str | None) -> Decision:
    with open_desk() as wired:
        setup, templates = wired.setup, wired.settings.desk.templates
        if policy:
            setup = set_up_again(setup, _policy(policy, templates), templates)
        proofs = proofs_of(wired.settings, wired.folder)
        return _explained(body, ReadOnly(wired.store), setup, datetime.now(UTC), proofs, wired.desk.timezone)


def proofs_of(settings: Settings, folder: Path) -> Proofs:
    """What counts on the channels: the mail server that is trusted, else what we find ourselves."""
    channels = settings.mail_channels.values()
    names = (channel.trust_authentication_results for channel in channels)
    checks = (checks_of(channel, settings.dns, folder.resolve()) for channel in channels)
    own = next(filter(None, checks), None)
    return Proofs(next(filter(None, names), ""), own and replace(own, by_connection=False))


def _explained(body: bytes, store: Store, setup: Setup, now: datetime, proofs: Proofs, zone: str) -> Decision:
    checks = None if proofs.pinned else proofs.checks
    letter = letter_from(Raw("email", "file", body, now, Envelope()), proofs.pinned, checks)
    decision = explain(Letter(None, letter.inbound, letter.unreadable), store, setup, now)
    return replace(decision, trace=whole_way(decision, setup.policy, zone))
