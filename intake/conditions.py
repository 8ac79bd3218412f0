"""The words of `when` and `unless`: each a named question about one message.

A condition is a function of the value that the policy wrote and of the facts; it answers
whether it holds. To add one: write the function, add its row to CONDITIONS with the values
it takes, and a row to the table in README.md (a test holds the two together).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.context import Context
from intake.evidence import first_lines
from intake.messages import Assurance, Inbound
from intake.suggestions import did_you_mean
from intake.tickets import Role, Status

CHANNELS = ("email", "telegram", "slack", "portal", "api", "phone", "facebook")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a condition may look at."""

    inbound: Inbound
    context: Context
    now: datetime
    is_in_hours: bool  # of the ticket's or the organisation's calendar


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` are the words that may be written; None: any text, bool: true or false."""

    holds: Callable[[object, Facts], bool]
    saw: Callable[[Facts], str]
    values: Collection[str] | type[bool] | None
    means: str


def _one_of(saw: Callable[[Facts], str]) -> Callable[[object, Facts], bool]:
    return lambda wanted, facts: saw(facts) in as_words(wanted)


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


def _severity(facts: Facts) -> str:
    return facts.context.ticket.severity if facts.context.ticket else ""


def _role(facts: Facts) -> str:
    return facts.context.person.role.value if facts.context.person else ""


def _plan(facts: Facts) -> str:
    return facts.context.organisation.plan if facts.context.organisation else ""


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
    "plan": Condition(_one_of(_plan), _plan, None, "the plan of the sender's organisation"),
    "severity": Condition(_one_of(_severity), _severity, None, "the severity of the ticket"),
    "type": Condition(_one_of(_field("type")), _field("type"), None, "the form's type of request"),
    "product": Condition(_one_of(_field("product")), _field("product"), None, "the form's product"),
    "subject_has": Condition(_contains(_subject), _subject, None, "words in the subject, in any case"),
    "text_has": Condition(
        _contains(_first_lines), _first_lines, None, "words in the first lines of the new text"
    ),
    "attachments": Condition(_flag(_attachments), _yes_no(_attachments), bool, "whether files came with it"),
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
