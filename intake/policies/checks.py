"""What is wrong with a policy: words that mean nothing, and rules that cannot be carried out.

A word means nothing when there is no such condition, severity, calendar, team, template or
placeholder. What is allowed but hardly meant is for `intake.policies.doubts`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from intake.conditions import as_words, mistakes_in
from intake.fillings import mistakes_in_text
from intake.policies.products import numbers_in, plain
from intake.policies.written import PolicyFile, RuleFile, SeverityFile
from intake.suggestions import did_you_mean
from intake.tickets import Status

STATUS_WORDS = ("unchanged", *(one.value for one in Status if one is not Status.CLOSED))
# What a rule cannot do with the ticket that it asks for, and what would be right.
CANNOT_BE = {
    "append": (("none",), 'there is no ticket to add to; then = "open" opens one'),
    "open": (("any", "open", "waiting"), 'it is on a ticket already; then = "append" adds to it'),
}


def mistakes_in_policy(file: PolicyFile, place: str, notices: Collection[str]) -> list[str]:
    """Everything that means nothing, with what would."""
    checks: tuple[Callable[[PolicyFile, str], Iterable[str]], ...] = (
        _in_names,
        _in_severities,
        _in_form,
        _in_products,
        _in_texts,
    )
    found = [mistake for check in checks for mistake in check(file, place)]
    for rule in file.rule:
        found += _in_rule(rule, file, f"{place}.rule {rule.name!r}", notices)
    return found


def _in_names(file: PolicyFile, place: str) -> Iterator[str]:
    severities = [one.name for one in file.severity]
    if file.reference.count("{number}") != 1 or file.reference.replace("{number}", "", 1).strip("{}") != (
        file.reference.replace("{number}", "", 1)
    ):
        yield f"{place}.reference: needs {{number}} once, such as WX-{{number}}, got {file.reference!r}"
    if file.default_severity not in severities:
        hint = did_you_mean(file.default_severity, severities)
        yield f"{place}.default_severity: no severity {file.default_severity!r}; {hint}"
    named = {"default_calendar": file.default_calendar, "maintenance.calendar": file.maintenance.calendar}
    for key, name in named.items():
        if name not in file.calendars and (name or key == "default_calendar"):
            yield f"{place}.{key}: no calendar {name!r}; {did_you_mean(name, file.calendars)}"
    tables = {
        "severity": severities,
        "rule": [one.name for one in file.rule],
        "team": [one.name for one in file.team],
        "product": [plain(name) for one in file.product for name in (one.name, *one.also)],
        "out_of_scope": [one.name for one in file.out_of_scope],
    }
    for table, names in tables.items():
        for name in sorted({one for one in names if names.count(one) > 1}):
            yield f"{place}.{table} {name!r}: the name is there twice; names must differ"


def _in_severities(file: PolicyFile, place: str) -> Iterator[str]:
    for one in file.severity:
        where = f"{place}.severity {one.name!r}"
        if not (one.first_response or one.next_response or one.resolution):
            yield f"{where}: has no target; give first_response, next_response or resolution"
        yield from _not_among(one, "tell_customer", one.tell_customer, where)
        yield from _not_among(one, "escalate", one.escalate, where)


def _not_among(severity: SeverityFile, key: str, steps: Iterable[str], where: str) -> Iterator[str]:
    for text in steps:
        if text not in severity.remind:
            yield f"{where}.{key}: {text!r} is not one of remind; {did_you_mean(text, severity.remind)}"


def _in_form(file: PolicyFile, place: str) -> Iterator[str]:
    form = file.form
    for name in form.required:
        if name in form.recommended:
            yield f"{place}.form: {name!r} is required and recommended; keep one"
    for name, field in form.fields.items():
        where = f"{place}.form.fields.{name}"
        if field.kind == "choice" and not field.choices:
            yield f'{where}: a choice needs choices, such as ["technical", "non-technical"]'
        if field.kind != "choice" and field.choices:
            yield f'{where}: choices belong to kind = "choice", got kind = "{field.kind}"'
        known = field.choices or tuple(one.name for one in file.severity)
        for choice in field.also:
            if choice not in known:
                yield f"{where}.also: {choice!r} is not one of the choices; {did_you_mean(choice, known)}"


def _in_products(file: PolicyFile, place: str) -> Iterator[str]:
    for one in file.product:
        where = f"{place}.product {one.name!r}"
        for release in one.release:
            if not numbers_in(release.version):
                yield f'{where}.release: {release.version!r} is no version; write one such as "3.1"'
        if one.credits and one.uptime is None:
            yield f"{where}.credits: need an uptime to be measured by; give uptime in per cent"
        yield from _unknown_team(one.team, file, f"{where}.team")
    for scope in file.out_of_scope:
        yield from _unknown_team(scope.team, file, f"{place}.out_of_scope {scope.name!r}.team")


def _unknown_team(team: str, file: PolicyFile, where: str) -> Iterator[str]:
    """Where a policy lists its teams, every team must be among them."""
    teams = [one.name for one in file.team]
    if team and teams and team not in teams:
        yield f"{where}: no team {team!r}; {did_you_mean(team, teams)}"


def _in_texts(file: PolicyFile, place: str) -> Iterator[str]:
    for rule in file.rule:
        for key in ("because", "remark", "warning"):
            yield from mistakes_in_text(getattr(rule, key), f"{place}.rule {rule.name!r}.{key}")
    for scope in file.out_of_scope:
        yield from mistakes_in_text(scope.says, f"{place}.out_of_scope {scope.name!r}.says")


def _in_rule(rule: RuleFile, file: PolicyFile, where: str, notices: Collection[str]) -> Iterator[str]:
    yield from mistakes_in(rule.when, f"{where}.when")
    yield from mistakes_in(rule.unless, f"{where}.unless")
    yield from _in_values(rule, file, where)
    yield from _in_settings(rule, file, where)
    yield from _in_then(rule, where)
    if not rule.because.strip():
        yield f"{where}.because: is empty; say which clause of your policy it is"
    does = (rule.then, rule.set, rule.notify, rule.escalate, rule.remark, rule.warning)
    if not any(does):
        yield f"{where}: does nothing; give then, set, notify, escalate, remark or warning"
    if rule.reply and rule.then is None:
        yield f"{where}.reply: is said by a rule with `then` only; give then, or a remark in place of reply"
    if rule.reply and rule.then in ("hold", "ignore"):
        yield f"{where}.reply: what is held or ignored is not answered; take reply away"
    if rule.reply and notices and rule.reply not in notices:
        yield f"{where}.reply: no template {rule.reply!r}; {did_you_mean(rule.reply, notices)}"
    if rule.reply.startswith("agent-"):
        yield f"{where}.reply: {rule.reply!r} is written for agents; name one for customers"


def _in_then(rule: RuleFile, where: str) -> Iterator[str]:
    statuses, why = CANNOT_BE.get(rule.then or "", ((), ""))
    for word in as_words(rule.when.get("ticket", ())):
        if word in statuses:
            yield f"{where}.then: {rule.then} with ticket = {word!r} cannot be; {why}"


def _in_values(rule: RuleFile, file: PolicyFile, where: str) -> Iterator[str]:
    """Conditions whose values are the policy's own words, and lists of no word at all."""
    known = {
        "severity": [one.name for one in file.severity],
        "team": [one.name for one in file.team],
        "kind": list(file.form.fields["kind"].choices) if "kind" in file.form.fields else [],
        "type": list(file.form.fields["type"].choices) if "type" in file.form.fields else [],
    }
    for key in ("when", "unless"):
        for name, wanted in getattr(rule, key).items():
            if wanted in ([], ""):
                yield f"{where}.{key}.{name}: is empty; name a word, or take it away"
            for word in as_words(wanted) if known.get(name) else ():
                if word not in known[name]:
                    yield (
                        f"{where}.{key}.{name}: {word!r} is not in the policy; "
                        f"{did_you_mean(word, known[name])}"
                    )


def _in_settings(rule: RuleFile, file: PolicyFile, where: str) -> Iterator[str]:
    severities = [one.name for one in file.severity]
    for name, value in rule.set.items():
        at = f"{where}.set.{name}"
        if name.startswith("severity") and value not in severities:
            yield f"{at}: no severity {value!r}; {did_you_mean(value, severities)}"
        if name == "status" and value not in STATUS_WORDS:
            yield f"{at}: {value!r} cannot be set by a rule; {did_you_mean(value, STATUS_WORDS)}"
        if name == "clocks" and value != "none":
            yield f'{at}: only "none" can be set, got {value!r}'
        if name == "team":
            yield from _unknown_team(value, file, at)
