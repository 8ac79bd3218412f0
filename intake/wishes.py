"""What a message asks for in plain words, besides what it is about: the values of condition `asks`.

Each is read from the new words only, never from quoted ones, and answers with the words that it
saw, so that a rule can be explained. They are looked for once a message, and only when a rule asks.
"""

import re
from collections.abc import Callable, Mapping

from intake.facts import Facts
from intake.requests.closing import is_close_request
from intake.requests.escalation import escalation_in
from intake.requests.thanks import is_thanks_only
from intake.requests.urgency import first_line, service_down_in, severities_asked

ANSWERED = re.compile(r"\s*(?:re|aw|antw|sv|fwd?|wg|res|rif|r)(?:\[\d{1,3}\])?\s*:", re.IGNORECASE)


def wish_in(facts: Facts, name: str) -> str:
    """The words by which a message asks for something in WISHES, "" where it does not."""
    if name not in facts.wishes:
        facts.wishes[name] = WISHES[name](facts)
    return facts.wishes[name]


def written_to(facts: Facts) -> str:
    """Which of the desk's addresses a mail was for."""
    inbound, escalation = facts.inbound, facts.context.desk.escalation_address.lower()
    written = (*(one.address for one in (*inbound.to, *inbound.cc)), *inbound.envelope.recipients)
    return "escalation" if escalation and escalation in map(str.lower, written) else "desk"


def _escalation(facts: Facts) -> str:
    """Said in the new words, or by writing to the address that is for it."""
    if written_to(facts) == "escalation":
        return facts.context.desk.escalation_address
    return escalation_in(f"{_own_subject(facts)}\n\n{facts.inbound.reply}")


def _own_subject(facts: Facts) -> str:
    """The subject of an answer is somebody's earlier words, and a page's subject is the ticket's."""
    subject = facts.inbound.subject
    return "" if ANSWERED.match(subject) or facts.inbound.channel != "email" else subject


def _urgency(facts: Facts) -> str:
    """A severity above the policy's default, in subject or first line; or a service is said to be down."""
    names, field = list(facts.policy.severities), facts.policy.file.form.fields.get("severity")
    above = names[: names.index(facts.policy.file.default_severity)]
    above += [other for name in above for other in (field.also.get(name, ()) if field else ())]
    subject, first = facts.inbound.subject, first_line(facts.inbound.reply or facts.inbound.text)
    return ", ".join(severities_asked(subject, first, above)) or service_down_in(subject, first)


def _closing(facts: Facts) -> str:
    return is_close_request(facts.inbound.reply)


def _nothing(facts: Facts) -> str:
    """Mere thanks; files that come with it are more than that."""
    return "" if facts.inbound.attachments else is_thanks_only(facts.inbound.reply)


WISHES: Mapping[str, Callable[[Facts], str]] = {
    "escalation": _escalation,
    "urgency": _urgency,
    "closing": _closing,
    "nothing": _nothing,
}
