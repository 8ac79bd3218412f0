"""The words of `when` and `unless`: each a named question about one message.

A condition is a function of the value that the policy wrote and of the facts; it answers
whether it holds. To add one: write the function, add its row to CONDITIONS with the values
it takes, and a row to the table in README.md (a test holds the two together).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from intake.entitlement import has_seat, maintenance_ended
from intake.evidence import first_lines
from intake.facts import Facts
from intake.messages import Assurance
from intake.policies.products import VersionState, plain
from intake.suggestions import did_you_mean
from intake.tickets import Role, Status
from intake.wishes import WISHES, wish_in, written_to

CHANNELS = ("email", "telegram", "slack", "portal", "api", "phone", "facebook")


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` are the words that may be written; None: any text, bool: true or false."""

    holds: Callable[[object, Facts], bool]
    saw: Callable[[Facts], str]
    values: Collection[str] | type[bool] | None
    means: str


def _one_of(saw: Callable[[Facts], str]) -> Callable[[object, Facts], bool]:
    return lambda wanted, facts: saw(facts).casefold() in map(str.casefold, as_words(wanted))


def _ticket(facts: Facts) -> str:
    return facts.context.ticket.status.value if facts.context.ticket else "none"


def _has_ticket(wanted: object, facts: Facts) -> bool:
    words = as_words(wanted)
    return _ticket(facts) in words or ("any" in words and facts.context.ticket is not None)


def _sender(facts: Facts) -> str:
    if facts.context.agent:
        return "agent"
    return "known" if facts.context.person else "unknown"


def _organisation(facts: Facts) -> str:
    organisation = facts.context.organisation
    if organisation is None:
        return "unknown"
    return "active" if organisation.active else "inactive"


def _organisation_name(facts: Facts) -> str:
    return facts.organisation.name if facts.organisation else ""


def _severity(facts: Facts) -> str:
    return facts.severity


def _is_breached(facts: Facts) -> bool:
    """A promise of the ticket was broken, whether the ticker has come by to write it down or not."""
    ticket = facts.context.ticket
    if ticket is None:
        return False
    late = (one for one in ticket.clocks if one.is_running and one.due_at and one.due_at <= facts.now)
    return bool(ticket.breached) or next(late, None) is not None


def _grace(facts: Facts) -> str:
    ticket = facts.context.ticket
    if ticket is None or ticket.solved_at is None:
        return "none"
    days = timedelta(days=facts.policy.file.lifecycle.reopen_within_days)
    return "within" if facts.now < ticket.solved_at + days else "over"


def _maintenance(facts: Facts) -> str:
    if facts.organisation is None:
        return "unknown"
    return "ended" if maintenance_ended(facts.organisation, facts.today_there) else "active"


def _seat(facts: Facts) -> str:
    """Whether a technical contact has one of the organisation's seats; others need none."""
    person, organisation = facts.context.person, facts.context.organisation
    if person is None or organisation is None or person.role is not Role.TECHNICAL_CONTACT:
        return "none"
    return "held" if has_seat(person, facts.context.colleagues, organisation) else "beyond"


def _version(facts: Facts) -> str:
    return facts.version.state.value


def _patched(facts: Facts) -> str:
    """Whether the version still gets patches; one that is newer than the table does."""
    version = facts.version
    if version.state is VersionState.UNKNOWN:
        return "unknown"
    is_patched = version.release.patched if version.release else version.state is VersionState.SUPPORTED
    return "yes" if is_patched else "no"


def _platform(facts: Facts) -> str:
    """What the table says about the platform and the database that the form names for the version."""
    release = facts.version.release
    answers = (
        [
            _listed(str(facts.inbound.fields.get(name, "")), known)
            for name, known in (("platform", release.platforms), ("database", release.databases))
        ]
        if release
        else []
    )
    return next((word for word in ("unsupported", "supported") if word in answers), "unknown")


def _listed(named: str, known: Collection[str]) -> str:
    """Said is enough: "CentOS 6.4" is on "CentOS"."""
    if not named or not known:
        return "unknown"
    words = f" {plain(named)} "
    return "supported" if any(f" {plain(one)} " in words for one in known) else "unsupported"


def _production(facts: Facts) -> str:
    match facts.inbound.fields.get("production"):
        case True:
            return "yes"
        case False:
            return "no"
    return "unknown"


def _team(facts: Facts) -> str:
    return facts.context.ticket.team if facts.context.ticket else ""


def _role(facts: Facts) -> str:
    return facts.context.person.role.value if facts.context.person else ""


def _plan(facts: Facts) -> str:
    return facts.organisation.plan if facts.organisation else ""


def _field(name: str) -> Callable[[Facts], str]:
    return lambda facts: str(facts.inbound.fields.get(name, ""))


def _contains(text: Callable[[Facts], str]) -> Callable[[object, Facts], bool]:
    return lambda wanted, facts: any(word.lower() in text(facts).lower() for word in as_words(wanted))


def _subject(facts: Facts) -> str:
    return facts.inbound.subject


def _first_lines(facts: Facts) -> str:
    return "\n".join(first_lines(facts.inbound.reply))


def _flag(answer: Callable[[Facts], bool]) -> Callable[[object, Facts], bool]:
    return lambda wanted, facts: answer(facts) is wanted


def _yes_no(answer: Callable[[Facts], bool]) -> Callable[[Facts], str]:
    return lambda facts: "yes" if answer(facts) else "no"


def _in_hours(facts: Facts) -> bool:
    return facts.is_in_hours


def _attachments(facts: Facts) -> bool:
    return bool(facts.inbound.attachments)


def _channel(facts: Facts) -> str:
    return facts.inbound.channel


def _assurance(facts: Facts) -> str:
    return facts.context.assurance.value


def _asked(wanted: object, facts: Facts) -> bool:
    return any(wish_in(facts, word) for word in as_words(wanted))


def _asked_words(facts: Facts) -> str:
    """What was found of what a rule has asked for so far; nobody looks for the rest."""
    found = (f'{word} ("{words}")' for word, words in facts.wishes.items() if words)
    return ", ".join(found) or "nothing in particular"


TICKETS = ("none", "any", *(status.value for status in Status))

CONDITIONS: Mapping[str, Condition] = {
    "channel": Condition(_one_of(_channel), _channel, CHANNELS, "the way the message came"),
    "ticket": Condition(_has_ticket, _ticket, TICKETS, "the status of the ticket it belongs to"),
    "sender": Condition(
        _one_of(_sender), _sender, ("agent", "known", "unknown"), "whether we know who wrote"
    ),
    "role": Condition(_one_of(_role), _role, tuple(Role), "the role of the person who wrote"),
    "assurance": Condition(_one_of(_assurance), _assurance, tuple(Assurance), "how sure we are who wrote"),
    "organisation": Condition(
        _one_of(_organisation), _organisation, ("active", "inactive", "unknown"), "the sender's organisation"
    ),
    "organisation_is": Condition(
        _one_of(_organisation_name), _organisation_name, None, "the name of the sender's organisation"
    ),
    "plan": Condition(_one_of(_plan), _plan, None, "the plan of the sender's organisation"),
    "severity": Condition(_one_of(_severity), _severity, None, "the severity of the ticket"),
    "type": Condition(_one_of(_field("type")), _field("type"), None, "the form's type of request"),
    "product": Condition(_one_of(_field("product")), _field("product"), None, "the form's product"),
    "subject_has": Condition(_contains(_subject), _subject, None, "words in the subject, in any case"),
    "text_has": Condition(
        _contains(_first_lines), _first_lines, None, "words in the first lines of the new text"
    ),
    "attachments": Condition(_flag(_attachments), _yes_no(_attachments), bool, "whether files came with it"),
    "kind": Condition(_one_of(_field("kind")), _field("kind"), None, "the form's kind of request"),
    "production": Condition(
        _one_of(_production),
        _production,
        ("yes", "no", "unknown"),
        "whether the form says it is in production",
    ),
    "version": Condition(
        _one_of(_version), _version, tuple(VersionState), "how the form's version stands today"
    ),
    "patched": Condition(
        _one_of(_patched), _patched, ("yes", "no", "unknown"), "whether that version still gets patches"
    ),
    "platform": Condition(
        _one_of(_platform),
        _platform,
        ("supported", "unsupported", "unknown"),
        "whether the form's platform and database are supported for that version",
    ),
    "maintenance": Condition(
        _one_of(_maintenance),
        _maintenance,
        ("active", "ended", "unknown"),
        "the software maintenance of the organisation",
    ),
    "seat": Condition(
        _one_of(_seat),
        _seat,
        ("held", "beyond", "none"),
        "whether a technical contact has one of their organisation's seats",
    ),
    "team": Condition(_one_of(_team), _team, None, "the team that has the ticket"),
    "breached": Condition(_flag(_is_breached), _yes_no(_is_breached), bool, "whether a promise is broken"),
    "grace": Condition(
        _one_of(_grace),
        _grace,
        ("within", "over", "none"),
        "whether a solved ticket is still within lifecycle.reopen_within_days",
    ),
    "written_to": Condition(
        _one_of(written_to), written_to, ("desk", "escalation"), "which address of the desk a mail is for"
    ),
    "asks": Condition(
        _asked,
        _asked_words,
        tuple(WISHES),
        "what the new words ask for; urgency: a severity above the default, or a service is down; "
        "nothing: mere thanks",
    ),
    "in_hours": Condition(_flag(_in_hours), _yes_no(_in_hours), bool, "whether it is business hours now"),
}


def as_words(wanted: object) -> tuple[str, ...]:
    """A value as it is written: one word or a list of them."""
    return tuple(map(str, wanted)) if isinstance(wanted, list | tuple) else (str(wanted),)


def mistakes_in(conditions: Mapping[str, object], place: str) -> list[str]:
    """Everything wrong with one `when` or `unless`."""
    found = []
    for name, wanted in conditions.items():
        condition = CONDITIONS.get(name)
        if condition is None:
            found.append(f"{place}.{name}: no such condition; {did_you_mean(name, CONDITIONS)}")
        else:
            found += _wrong_values(condition, wanted, f"{place}.{name}")
    return found


def _wrong_values(condition: Condition, wanted: object, place: str) -> list[str]:
    if condition.values is bool:
        return [] if isinstance(wanted, bool) else [f"{place}: expected true or false, got {wanted!r}"]
    if isinstance(wanted, dict | bool):
        return [f"{place}: expected a word or a list of words, got {wanted!r}"]
    if not isinstance(condition.values, Collection):
        return []
    known = [str(value) for value in condition.values]
    wrong = [word for word in as_words(wanted) if word not in known]
    return [f"{place}: {word!r} is not one of its values; {did_you_mean(word, known)}" for word in wrong]
