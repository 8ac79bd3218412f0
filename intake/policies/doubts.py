"""What a policy may say but hardly means; nothing here stops it from being used.

Rules that can never fire, rules that do what cannot be done for some of the messages that reach
them, messages of which no rule speaks, and keys that have no effect or the wrong one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

from intake.calendars.amounts import Amount
from intake.policies.boxes import NO_TICKET, Box
from intake.policies.reach import Reach, reach_of
from intake.policies.written import LinksFile, PolicyFile, RuleFile
from intake.suggestions import did_you_mean
from intake.tickets import ClockKind

OWN_FIELDS = ("subject", "message", "attachments")  # filled by the message itself
GOES_ON: Box = {"ticket": frozenset({"open", "waiting"})}
UNPROVEN_MAIL: Box = {"channel": frozenset({"email"}), "assurance": frozenset({"none"})}
SCHEMES = ("http", "https", "mailto")
Targets = Mapping[str, Mapping[ClockKind, Amount]]  # of each severity, the worst first


def doubts_in(file: PolicyFile, place: str, targets: Targets) -> list[str]:
    """Everything that is hardly meant, each with its place."""
    checks: tuple[Callable[[PolicyFile], Iterable[str]], ...] = (
        _in_rules,
        _left_over,
        _in_severities,
        lambda file: _in_order(targets),
        _in_form,
        _in_lifecycle,
        lambda file: _in_links(file.links),
    )
    return [f"{place}.{doubt}" for check in checks for doubt in check(file)]


def _in_rules(file: PolicyFile) -> Iterator[str]:
    for position, rule in enumerate(file.rule):
        reach = reach_of(rule, file.rule[:position])
        if not reach.boxes:
            yield f"rule {rule.name!r}: can never fire; {reach.because}"
        else:
            yield from (f"rule {rule.name!r}: {doubt}" for doubt in _in_reach(rule, reach))


def _in_reach(rule: RuleFile, reach: Reach) -> Iterator[str]:
    if rule.then == "append" and reach.has({"ticket": NO_TICKET}):
        yield 'a message of no ticket gets to it and would be held; add ticket = "any" to when'
    if rule.then == "open" and reach.has(GOES_ON):
        yield 'a follow-up gets to it and would open a second ticket; add ticket = "none" to when'
    if "organisation_is" in rule.when and reach.has(UNPROVEN_MAIL):
        yield (
            "by email anybody can write an organisation's address into From; "
            'add assurance = ["token", "aligned"] to when'
        )


def _left_over(file: PolicyFile) -> Iterator[str]:
    """What gets past every rule is held, which a policy should say itself."""
    everything = RuleFile(name="all", then="hold", because="all")
    named = {name for rule in file.rule if rule.then for name in (*rule.when, *rule.unless)}
    for box in reach_of(everything, file.rule).boxes[:1]:
        asked = ", ".join(f"{name} is {_one_of(box[name])}" for name in sorted(named) if name in box)
        where = f" where {asked}" if asked else ""
        yield f"rule: no rule speaks of a message{where}; such are held; end with a rule for all the rest"


def _one_of(values: frozenset[str]) -> str:
    return min(values) or "empty"


def _in_severities(file: PolicyFile) -> Iterator[str]:
    for one in file.severity:
        if not one.remind:
            without = "chain says whom, but " if one.chain else ""
            yield f"severity {one.name!r}: {without}nobody is reminded of its targets; give remind"


def _in_order(targets: Targets) -> Iterator[str]:
    """The worst severity comes first, so none after it is promised an earlier answer in the same unit."""
    names = list(targets)
    for worse, better in pairwise(names):
        for kind in ClockKind:
            first, second = targets[worse].get(kind), targets[better].get(kind)
            if first and second and first.unit is second.unit and first.count > second.count:
                name = kind.value.replace("-", "_")
                yield (
                    f"severity {better!r}: its {name} ({second}) is sooner than that of {worse!r} "
                    f"({first}), which stands before it; the worst comes first"
                )


def _in_form(file: PolicyFile) -> Iterator[str]:
    for key in ("required", "recommended"):
        for name in getattr(file.form, key):
            if name not in OWN_FIELDS and name not in file.form.fields:
                hint = did_you_mean(name, (*OWN_FIELDS, *file.form.fields))
                yield f"form.{key}: {name!r} is not among form.fields; {hint}"


def _in_lifecycle(file: PolicyFile) -> Iterator[str]:
    reopens, closes = file.lifecycle.reopen_within_days, file.lifecycle.close_solved_after_days
    if 0 < closes < reopens:
        yield (
            f"lifecycle: tickets close after {closes} days, before the {reopens} days in which a follow-up "
            "may reopen them are over; let close_solved_after_days be as many or more"
        )


def _in_links(links: LinksFile) -> Iterator[str]:
    for name, link in links:
        parts = urlsplit(link)
        if link and (parts.scheme not in SCHEMES or not (parts.netloc or "@" in parts.path)):
            yield f"links.{name}: {link!r} is no address that can be followed; write https://… or mailto:…"
