"""Reminders that come late: each reason in words, in every language, to agents and to customers."""

from datetime import UTC, datetime

import pytest

from builders import a_desk, a_ticket
from intake.decisions import Audience, Notice, Recipient
from intake.messages import Address
from intake.tickets import Clock, ClockKind
from intake.tokens import Addresses, Keys
from replies.wording import Wording

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)
NIGHT = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
FACTS = {"due": NOW, "step": "50%", "was_due": NIGHT, "who": "Ana"}
FOR_AGENTS = ("agent-reminder", "agent-breach", "agent-call-back")
FOR_CUSTOMERS = ("reminder-customer", "breach-customer")
REASONS = {
    ("en", "snoozed"): "because its reminders were snoozed",
    ("en", "hours"): "because it was outside business hours",
    ("en", "duty"): "because the assignee was off duty",
    ("en", "down"): "because Deskbell was not at work",
    ("de", "snoozed"): "denn die Erinnerungen waren stumm gestellt",
    ("de", "hours"): "denn es war außerhalb der Geschäftszeit",
    ("de", "duty"): "denn wer das Ticket hat, war nicht im Dienst",
    ("de", "down"): "denn Deskbell lief nicht",
}
KINDS = {
    ("en", ClockKind.FIRST_RESPONSE): "first response",
    ("en", ClockKind.NEXT_RESPONSE): "answer to the last message",
    ("en", ClockKind.RESOLUTION): "resolution",
    ("en", ClockKind.CALL_BACK): "promised call",
    ("de", ClockKind.FIRST_RESPONSE): "die erste Antwort",
    ("de", ClockKind.NEXT_RESPONSE): "Antwort auf die letzte Nachricht",
    ("de", ClockKind.RESOLUTION): "die Lösung",
    ("de", ClockKind.CALL_BACK): "der zugesagte Anruf",
}


def said(name: str, language: str, kind: ClockKind = ClockKind.RESOLUTION, reason: str = "") -> str:
    """The words of a notice, on one line."""
    desk = a_desk()
    wording = Wording(desk, Addresses(desk, Keys(b"a key that is long enough for a test")), "WX-{number}")
    facts = {**FACTS, "clock": kind.value, "late_because": reason}
    ticket = a_ticket(clocks=(Clock(1, kind, "4h", NIGHT, NOW),))
    to = Recipient(Address("Sam", "sam@vendor.example"), language, "UTC", 3, name.startswith("agent-"))
    notice = Notice(name, Audience.AGENTS, facts)
    return " ".join(wording.word(notice, to, ticket, None, NOW).body.split())


@pytest.mark.parametrize("name", FOR_AGENTS)
@pytest.mark.parametrize(("language", "reason"), REASONS)
def test_agents_are_told_why_a_reminder_comes_late(name, language, reason):
    assert REASONS[language, reason] in said(name, language, reason=reason)


@pytest.mark.parametrize("name", FOR_CUSTOMERS)
@pytest.mark.parametrize(
    ("language", "reason", "words"),
    [
        ("en", "hours", "that was outside our business hours"),
        ("en", "snoozed", "we could not write to you then"),  # why is not for them to hear
        ("en", "down", "we could not write to you then"),
        ("de", "hours", "das war außerhalb unserer Geschäftszeit"),
        ("de", "snoozed", "da konnten wir Ihnen nicht schreiben"),
        ("de", "down", "da konnten wir Ihnen nicht schreiben"),
    ],
)
def test_customers_are_told_that_it_comes_late_and_no_more_of_why_than_concerns_them(
    name, language, reason, words
):
    assert words in said(name, language, reason=reason)


@pytest.mark.parametrize("name", FOR_AGENTS + FOR_CUSTOMERS)
def test_what_is_in_time_says_nothing_of_it(name):
    assert "22:30" not in said(name, "en")


@pytest.mark.parametrize(("language", "kind"), KINDS)
def test_each_kind_of_promise_has_its_words(language, kind):
    assert KINDS[language, kind] in said("agent-breach", language, kind)
