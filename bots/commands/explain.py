"""`deskbell explain`: what would happen because of a mail, and why; nothing is written."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import typer

from bots.console import open_desk, safe, show_one
from bots.door import letter_from
from bots.rehearsal import build_world, load_scenario, policy_named
from bots.wiring import ReadOnly, load_policy, set_up_again
from intake.decisions import Decision
from intake.errors import ConfigError
from intake.handle import Letter, Setup, Store, explain
from intake.messages import Envelope, Raw


def explain_file(path: Path, scenario: Path | None, policy: str | None, as_json: bool) -> None:
    """Print the decision on a mail, in the world of a scenario or of the configured desk."""
    if not path.is_file():
        raise ConfigError([f"{path}: is no file"])
    if scenario is not None:
        decision = _in_scenario(path.read_bytes(), scenario, policy)
    else:
        decision = _at_the_desk(path.read_bytes(), policy)
    if as_json:
        show_one(as_contract(decision), as_json=True)
    else:
        typer.echo(in_words(decision))


def in_words(decision: Decision) -> str:
    """The decision for a person: what becomes of the mail, then the whole way there."""
    contract = as_contract(decision)
    head = [f"{name}: {contract[name] or '-'}" for name in contract if name != "trace"]
    steps = [f"  {'yes' if step.holds else 'no ':<3}  {step.name}: {step.saw}" for step in decision.trace]
    return "\n".join(safe(line) for line in (*head, "how:", *steps))


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


def _in_scenario(body: bytes, scenario: Path, policy: str | None) -> Decision:
    world = load_scenario(scenario)
    rules = load_policy(policy or policy_named(world, scenario))
    store, setup = build_world(world, rules, world.now)
    try:
        return _explained(body, store, setup, world.now, "")
    finally:
        store.close()


def _at_the_desk(body: bytes, policy: str | None) -> Decision:
    with open_desk() as wired:
        setup = set_up_again(wired.setup, load_policy(policy), "") if policy else wired.setup
        trusted = [channel.trust_authentication_results for channel in wired.settings.channel.values()]
        pinned = next((one for one in trusted if one), "")
        return _explained(body, ReadOnly(wired.store), setup, datetime.now(UTC), pinned)


def _explained(body: bytes, store: Store, setup: Setup, now: datetime, pinned: str) -> Decision:
    letter = letter_from(Raw("email", "file", body, now, Envelope()), pinned)
    return explain(Letter(None, letter.inbound, letter.unreadable), store, setup, now)
