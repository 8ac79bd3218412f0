"""What a follow-up costs the store, in groups of 16, with few and with many tickets behind it.

Run as `python benchmarks/store_follow_ups.py [URL] [TICKETS …]`; without a URL a new
SQLite file in a temporary folder is used. CPU is this process's own.
"""

import base64
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from intake.decisions import Decision, Fate, Step
from intake.messages import Address, Assurance, Inbound, Outbound, Raw
from intake.tickets import ClockKind, Role, Status
from store.desk import SqlStore, open_store
from store.rows import identity_row
from store.tables import (
    clocks,
    identities,
    organisation_domains,
    organisations,
    people,
    thread_keys,
    tickets,
)
from store.types import digest

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
GROUP = 16
GROUPS = 60
PEOPLE_AN_ORGANISATION = 10
TRACE = tuple(Step(f"step-{number}", number == 3, "what it saw there") for number in range(12))


def fill(store: SqlStore, count: int) -> None:
    """Put that many tickets into an empty store, each with a requester, a clock and a thread key."""
    with store.writing() as connection:
        firms = range(1, count // PEOPLE_AN_ORGANISATION + 2)
        connection.execute(organisations.insert(), [_organisation(number) for number in firms])
        connection.execute(
            organisation_domains.insert(),
            [{"domain": f"firm{number}.example", "organisation": number, "position": 0} for number in firms],
        )
        every = range(1, count + 1)
        connection.execute(people.insert(), [_person(number) for number in every])
        connection.execute(identities.insert(), [identity_row(_email(number), number, 0) for number in every])
        connection.execute(tickets.insert(), [_ticket(number) for number in every])
        connection.execute(clocks.insert(), [_clock(number) for number in every])
        connection.execute(
            thread_keys.insert(),
            [{"key": digest(f"first.{number}@firm.example"), "ticket": number} for number in every],
        )


def follow_ups(store: SqlStore, count: int, groups: int) -> float:
    """CPU milliseconds for one follow-up of so many groups."""
    bodies = [base64.b64encode(os.urandom(3000)) + b" plain words again" * 600 for _ in range(GROUP)]
    start = time.process_time()
    for group in range(groups):
        one_group(store, [((group * GROUP + each) * 7919) % count + 1 for each in range(GROUP)], bodies)
    return (time.process_time() - start) * 1000 / (groups * GROUP)


def one_group(store: SqlStore, numbers: list[int], bodies: list[bytes]) -> None:
    mails = [_follow_up(number) for number in numbers]
    with store.begin() as work:
        work.look_ahead(
            [mail.identity for mail in mails],
            [mail.sender.address for mail in mails if mail.sender],
            [mail.in_reply_to for mail in mails],
            (),
        )
        for mail, body in zip(mails, bodies, strict=True):
            assert mail.sender
            assert work.receipt_for(mail.identity) is None
            number = work.tickets_of([mail.in_reply_to])[mail.in_reply_to]
            ticket = work.ticket(number)
            person = work.person(mail.sender.address)
            assert ticket
            assert person == ticket.requester
            decision = Decision(
                Fate.APPEND,
                "follow-up",
                "It belongs to the ticket.",
                assurance=Assurance.ALIGNED,
                trace=TRACE,
            )
            raw = Raw("email", "mail", mail.identity.encode() + body, NOW)
            work.keep(raw, mail, decision, ticket, NOW)
            work.promise(_answer(number, mail.sender, mail.identity), ticket, NOW)


def _follow_up(number: int) -> Inbound:
    unique = os.urandom(32).hex()
    return Inbound(
        "email",
        unique,
        NOW,
        Address(f"Person {number}", _email(number)),
        message_id=f"{unique}@firm.example",
        in_reply_to=f"first.{number}@firm.example",
        references=(f"first.{number}@firm.example",),
        subject=f"Re: Subject {number}",
        text="All the words of the mail, quoted ones too. " * 40,
        reply="What was newly written. " * 20,
    )


def _answer(number: int, recipient: Address, unique: str) -> Outbound:
    return Outbound(
        "email",
        recipient,
        "added",
        f"Re: Subject {number}",
        "Your words were added to the ticket. " * 20,
        f"out.{unique}@desk.example",
        ticket_number=number,
    )


def _email(number: int) -> str:
    return f"person{number}@firm{number // PEOPLE_AN_ORGANISATION + 1}.example"


def _organisation(number: int) -> dict[str, object]:
    words = dict.fromkeys(
        ("calendar", "plan", "timezone", "language", "primary_contact", "account_manager"), ""
    )
    return words | {
        "id": number,
        "name": f"Firm {number}",
        "active": True,
        "products": [],
        "technical_contact_seats": 1,
    }


def _person(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"Person {number}",
        "organisation": number // PEOPLE_AN_ORGANISATION + 1,
        "role": Role.END_USER,
        "language": "",
        "timezone": "",
    }


def _ticket(number: int) -> dict[str, object]:
    return {
        "number": number,
        "subject": f"Subject {number}",
        "status": Status.OPEN,
        "severity": "standard",
        "requester": number,
        "organisation": number // PEOPLE_AN_ORGANISATION + 1,
        "channel": "portal",
        "opened_at": NOW,
        "team": "",
        "product": "",
        "release": "",
        "last_activity_at": NOW,
        "version": 1,
        "predecessor": 0,
        "last_message_id": "",
        "references": [],
        "fields": {},
    }


def _clock(number: int) -> dict[str, object]:
    return {
        "id": number,
        "ticket": number,
        "kind": ClockKind.RESOLUTION,
        "target": "4h",
        "started_at": NOW,
        "due_at": NOW + timedelta(hours=4, seconds=number),
        "next_at": NOW + timedelta(hours=2),
        "next_step": "50%",
        "pauses": [],
    }


def main() -> None:
    url, *sizes = sys.argv[1:] or [""]
    for size in map(int, sizes or ("1000", "10000", "100000")):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(url or f"sqlite:///{folder}/desk.db")
            fill(store, size)
            follow_ups(store, size, 5)  # statements are compiled once
            times = sorted(follow_ups(store, size, GROUPS) for _ in range(3))
            print(f"{size:>7} tickets: {times[1]:.3f} ms CPU a follow-up ({times[0]:.3f} to {times[-1]:.3f})")
            store.close()


if __name__ == "__main__":
    main()
