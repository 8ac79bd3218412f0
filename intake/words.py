"""A few facts in words, for agents to read: who wrote, and for which customer."""

from datetime import date

from intake.entitlement import maintenance_ended
from intake.fillings import day_in_words
from intake.messages import Inbound
from intake.secrets import secrets_in
from intake.tickets import Organisation, Person

CHATS = {"telegram": "Telegram", "slack": "Slack"}


def sender_words(inbound: Inbound) -> str:
    """Who wrote."""
    sender = inbound.sender
    if sender is None:
        return "nobody"
    where = CHATS.get(inbound.channel)
    if where:  # the number of an account says nothing to anybody
        return f"{sender.name or sender.address} ({where})"
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address


def account_words(organisation: Organisation | None, person: Person | None, today: date) -> tuple[str, ...]:
    """The customer's account in a few words: organisation, plan, maintenance, role."""
    if organisation is None:
        return ()
    words = [organisation.name]
    if organisation.plan:
        words.append(f"plan {organisation.plan}")
    if not organisation.active:
        words.append("not active")
    if organisation.maintenance_until:
        ended = maintenance_ended(organisation, today)
        words.append(
            f"maintenance {'ended' if ended else 'until'} {day_in_words(organisation.maintenance_until)}"
        )
    if person and person.organisation_id == organisation.id:
        words.append(f"{person.name or 'the sender'} is {person.role.replace('-', ' ')}")
    return tuple(words)


UNPROVEN = "Nothing proves that the named sender wrote it."


def secret_kinds(text: str) -> tuple[str, ...]:
    """What kinds of secrets a message seems to hold; each medium says in its own way what takes them out."""
    return tuple(dict.fromkeys(one.kind.replace("-", " ") for one in secrets_in(text)))


def reading_warnings(inbound: Inbound | None) -> tuple[str, ...]:
    """What could not be read as it stands, or says two things."""
    if inbound is None:
        return ()
    read = "This mail was read with care" if inbound.channel == "email" else "Not all of it came"
    return tuple(f"{read}: {defect}." for defect in inbound.defects)
