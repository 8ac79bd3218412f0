"""Placeholders of a policy's texts: `{maintenance_until}`, `{administrators}`, … and what fills them.

`because`, `remark` and `warning` of a rule may hold them. A remark or warning in which one is empty
is not said at all; in a `because`, which is always said, it becomes "…".
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from intake.entitlement import seat_holders
from intake.facts import Facts
from intake.suggestions import did_you_mean
from intake.tickets import Person, Role

PLACEHOLDER = re.compile(r"\{(\w*)\}")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def filled(text: str, facts: Facts) -> str:
    """The text with every placeholder filled."""
    return PLACEHOLDER.sub(lambda found: FILLINGS[found[1]](facts) or "…", text)


def said(text: str, facts: Facts) -> str:
    """The same, or "" where something that it would say is not there."""
    names = PLACEHOLDER.findall(text)
    return filled(text, facts) if all(FILLINGS[name](facts) for name in names) else ""


def mistakes_in_text(text: str, place: str) -> list[str]:
    """Placeholders that there are not."""
    return [
        f"{place}: no placeholder {{{name}}}; {did_you_mean(name, FILLINGS)}"
        for name in PLACEHOLDER.findall(text)
        if name not in FILLINGS
    ]


def day_in_words(day: date | None) -> str:
    """
    >>> day_in_words(date(2027, 1, 31))
    '31 January 2027'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""


def _names(people: list[Person]) -> str:
    return ", ".join(one.name or one.address.address for one in people)


def _administrators(facts: Facts) -> str:
    """Who may open tickets for the organisation."""
    people = facts.context.colleagues
    for role in (Role.ADMINISTRATOR, Role.ACCOUNT_HOLDER, Role.TECHNICAL_CONTACT):
        if found := [one for one in people if one.role is role]:
            return _names(found)
    return "your system administrator"


def _seat_holders(facts: Facts) -> str:
    organisation = facts.context.organisation
    holders = seat_holders(facts.context.colleagues, organisation) if organisation else ()
    return _names(list(holders))


def _ticket(facts: Facts) -> str:
    return facts.policy.reference_of(facts.context.ticket) if facts.context.ticket else ""


def _environment(facts: Facts) -> str:
    """Platform and database, as far as the form names them."""
    fields = facts.inbound.fields
    return ", ".join(str(fields[name]) for name in ("platform", "database") if name in fields)


def _maintenance_until(facts: Facts) -> str:
    return day_in_words(facts.organisation.maintenance_until if facts.organisation else None)


FILLINGS: Mapping[str, Callable[[Facts], str]] = {
    "administrators": _administrators,
    "seat_holders": _seat_holders,
    "maintenance_until": _maintenance_until,
    "version": lambda facts: str(facts.inbound.fields.get("version", "")),
    "version_ends": lambda facts: day_in_words(facts.version.ends),
    "product": lambda facts: str(facts.inbound.fields.get("product", "")),
    "platform": lambda facts: str(facts.inbound.fields.get("platform", "")),
    "database": lambda facts: str(facts.inbound.fields.get("database", "")),
    "environment": _environment,
    "severity": lambda facts: facts.severity,
    "ticket": _ticket,
    "organisation": lambda facts: facts.organisation.name if facts.organisation else "",
    "portal": lambda facts: facts.context.desk.portal_url,
    "phone": lambda facts: facts.context.desk.phone,
    "emergency_phone": lambda facts: facts.context.desk.emergency_phone,
    "escalation_address": lambda facts: facts.context.desk.escalation_address,
    "knowledge_base": lambda facts: facts.policy.file.links.knowledge_base,
    "renewal": lambda facts: facts.policy.file.links.renewal,
    "feature_requests": lambda facts: facts.policy.file.links.feature_requests,
    "security": lambda facts: facts.policy.file.links.security,
    "status_page": lambda facts: facts.policy.file.links.status_page,
}
