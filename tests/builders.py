"""Things with good defaults: a test mentions only what it is about."""

from datetime import UTC, datetime

from intake.messages import Address, Inbound
from intake.tickets import Desk, Organisation, Person, Role, Status, Ticket

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ACME = Organisation(1, "Acme", ("acme.example",), calendar="cet")
ANA = Person(7, "Ana", ("ana@acme.example",), 1, Role.TECHNICAL_CONTACT)
EVE = Person(9, "Eve", ("eve@evil.example",))


def a_desk(**changes):
    given = {"name": "Support", "address": "support@vendor.example", "mark": "d1"}
    return Desk(**(given | changes))


def an_inbound(headers=None, sender="ana@acme.example", **changes):
    values = {name: (value,) if isinstance(value, str) else value for name, value in (headers or {}).items()}
    given = {
        "channel": "email",
        "identity": "0" * 64,
        "received_at": TUESDAY,
        "sender": Address("", sender) if sender else None,
        "headers": values,
    }
    return Inbound(**(given | changes))


def a_ticket(**changes):
    given = {
        "id": 1042,
        "number": 1042,
        "subject": "Calls drop",
        "status": Status.OPEN,
        "severity": "standard",
        "requester": ANA,
        "channel": "portal",
        "opened_at": TUESDAY,
        "organisation": ACME,
    }
    return Ticket(**(given | changes))
