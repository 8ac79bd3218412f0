"""Policies as they are listed, shown and checked: what `deskbell policy` prints of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bots.console import CONFIG, config_file
from bots.files import text_of
from bots.settings import Settings, read_settings
from bots.wiring import load_policy, people_of, template_names
from intake.conditions import as_words
from intake.errors import ConfigError
from intake.policies.written import RuleFile
from intake.policy import Policy, preset_names, preset_text

LISTED = ("name", "title", "rules", "severities", "calendars", "digest")
RULES = ("rule", "when", "unless", "then", "because")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found; `policy` is None where there are mistakes."""

    named: str
    policy: Policy | None
    mistakes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def in_a_word(self) -> str:
        number = len(self.warnings)
        return f"no mistakes, {number} warning{'s' * (number > 1)}" if number else "sound"

    def as_record(self) -> dict[str, object]:
        found = self.policy
        return {
            "policy": self.named,
            "sound": found is not None,
            "title": found.file.title if found else "",
            "digest": found.digest if found else "",
            "rules": len(found.rules) if found else 0,
            "severities": len(found.severities) if found else 0,
            "mistakes": list(self.mistakes),
            "warnings": list(self.warnings),
        }


def presets() -> Iterator[Mapping[str, object]]:
    """Every policy that ships, a record each."""
    for name in preset_names():
        policy = load_policy(name)
        yield {
            "name": name,
            "title": policy.file.title,
            "rules": len(policy.rules),
            "severities": list(policy.severities),
            "calendars": list(policy.calendars),
            "digest": policy.digest[:12],
        }


def policy_text(named: str) -> str:
    """The text of a preset or of a policy file."""
    return text_of(Path(named), "policy") if is_path(named) else preset_text(named)


def rules_of(policy: Policy) -> Iterator[Mapping[str, object]]:
    """A record for each rule, in words."""
    for rule in policy.rules:
        yield {
            "rule": rule.name,
            "when": _asked(rule.when) or "always",
            "unless": _asked(rule.unless),
            "then": "; ".join(_effects(rule)),
            "because": rule.because,
        }


def check(named: str | None) -> Findings:
    """Look over a policy, or the configuration's own, beside the templates and people of the desk, if any."""
    settings = _settings() if named else read_settings(config_file())
    named = named or (settings.desk.policy if settings else "")
    try:
        policy = load_policy(named, template_names(settings.desk.templates if settings else ""))
    except ConfigError as error:
        return Findings(named, None, error.mistakes)
    return Findings(named, policy, (), (*policy.warnings, *_misspelt(policy, named, settings)))


def is_path(named: str) -> bool:
    return named.endswith(".toml") or "/" in named


def _settings() -> Settings | None:
    """The configuration, if there is one; one that was not asked for may be wrong."""
    try:
        return read_settings(config_file())
    except ConfigError:
        if CONFIG["file"]:
            raise
        return None


def _misspelt(policy: Policy, named: str, settings: Settings | None) -> Iterator[str]:
    """Organisations that the people file has by nearly the same name."""
    book = people_of(settings) if settings else None
    known = {one.name.casefold(): one.name for one in book.organisation} if book else {}
    for rule in policy.rules:
        for key, conditions in (("when", rule.when), ("unless", rule.unless)):
            for word in as_words(conditions.get("organisation_is", ())):
                near = get_close_matches(word.casefold(), known, n=1, cutoff=0.7)
                if near and word.casefold() not in known:
                    yield (
                        f"{named}.rule {rule.name!r}.{key}.organisation_is: no organisation {word!r} "
                        f'in the people file; did you mean "{known[near[0]]}"?'
                    )


def _asked(conditions: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {_words(wanted)}" for name, wanted in conditions.items())


def _words(wanted: object) -> str:
    return str(wanted).lower() if isinstance(wanted, bool) else " or ".join(as_words(wanted))


def _effects(rule: RuleFile) -> Iterator[str]:
    if rule.then:
        yield rule.then
    if rule.reply:
        yield f"reply {rule.reply}"
    yield from (f"{name} = {value}" for name, value in rule.set.items())
    if rule.notify:
        yield f"tell {' and '.join(rule.notify)}"
    if rule.escalate:
        yield "escalate"
    yield from (f'{kind} "{text}"' for kind in ("remark", "warning") if (text := getattr(rule, kind)))
