"""Any message that could come, and a small world in memory for each preset to receive it in.

Each message is received by the lines of `serve` and then undone, so that the next one finds the
world as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from hypothesis import strategies as st

from bots.rehearsal import build_world
from bots.wiring import load_policy, template_names
from builders import an_inbound
from intake.decisions import Receipt
from intake.handle import Letter, Setup, receive
from intake.messages import (
    LOGGED,
    Address,
    Assurance,
    Attachment,
    Inbound,
    Outbound,
    Report,
    ReportedRecipient,
)
from intake.scenarios import read_scenario
from intake.tickets import Ticket
from store import outbox
from store.desk import SqlStore
from store.work import SqlWork

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
CHOSEN = "Zyxwvq"  # nothing of ours says it: where it is read, the sender's words are
WORLD = """
policy = "any"
now = 2026-03-10T13:00:00Z

[desk]
agents_address = "agents@vendor.example"
phone = "+1 555 0100"
emergency_phone = "+1 555 0199"

[[organisation]]
name = "Acme"
domains = ["acme.example"]
plan = "enterprise"
account_manager = "mia@vendor.example"
maintenance_until = 2027-01-31

[[organisation]]
name = "Borges"
domains = ["borges.example"]
plan = "standard"
maintenance_until = 2027-01-31

[[organisation]]
name = "Gone"
domains = ["gone.example"]
active = false
maintenance_until = 2020-01-31

[[person]]
name = "Ana"
organisation = "Acme"
role = "administrator"
email = ["ana@acme.example"]
telegram = "1001"

[[person]]
name = "Uli"
organisation = "Acme"
role = "end-user"
email = ["uli@acme.example"]

[[person]]
name = "Caio"
organisation = "Borges"
role = "technical-contact"
email = ["caio@borges.example"]
telegram = "1002"

[[person]]
name = "Gil"
organisation = "Gone"
role = "account-holder"
email = ["gil@gone.example"]
telegram = "1003"

[[agent]]
name = "Sam"
email = "sam@vendor.example"
slack = "U100"

[[ticket]]
number = 1001
requester = "ana@acme.example"
participants = ["pia@partner.example"]
sent_ids = ["r1@vendor.example"]
opened = 2026-03-10T12:50:00Z

[[ticket]]
number = 1002
requester = "ana@acme.example"
status = "waiting"
breached = ["first_response"]
sent_ids = ["r2@vendor.example"]
opened = 2026-03-09T12:50:00Z

[[ticket]]
number = 1003
requester = "ana@acme.example"
status = "solved"
sent_ids = ["r3@vendor.example"]
opened = 2026-03-09T12:50:00Z

[[ticket]]
number = 1004
requester = "ana@acme.example"
status = "closed"
sent_ids = ["r4@vendor.example"]
opened = 2026-03-09T12:50:00Z

[[ticket]]
number = 1005
requester = "caio@borges.example"
sent_ids = ["r5@vendor.example"]
opened = 2026-03-09T12:50:00Z

[[ticket]]
number = 1006
requester = "gil@gone.example"
sent_ids = ["r6@vendor.example"]
opened = 2026-03-09T12:50:00Z
"""
NUMBERS = (1001, 1002, 1003, 1004, 1005, 1006)
ACMES = frozenset({"ana@acme.example", "uli@acme.example", "new@acme.example", "1001"})
ON_IT = {
    **dict.fromkeys(NUMBERS[:4], ACMES),  # where colleagues may follow up, as they may in every preset
    1001: ACMES | {"pia@partner.example"},
    1005: frozenset({"caio@borges.example", "1002"}),
    1006: frozenset({"gil@gone.example", "1003"}),
}
AGENTS = frozenset({"sam@vendor.example"})  # who sign in where customers do, on any ticket's page
SENDERS = [
    *sorted(set().union(*ON_IT.values())),
    *("eve@evil.example", "sam@vendor.example", "U100", "9999", "", "ANA@ACME.EXAMPLE", "a b"),
]
WORDS = [
    *("WX-1001", "[ISY-1002]", "INT-1003", "ticket 1004", "#1005", "case 1006", "#9", "INT-99999999999"),
    *("P1", "prio 2", "level-1", "critical", "The server is down.", "Nichts geht mehr", "urgent"),
    *("Please escalate.", "Bitte nicht eskalieren", "escalation", "Thanks!", "Close it", "/close"),
    *(
        "\n",
        "> ",
        "-- \n",
        "{maintenance_until}",
        "{{ ticket }}",
        "{0}",
        "password: hunter2",
        "\x00",
        "\ud800",
    ),
]

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
said = st.lists(st.sampled_from(WORDS) | st.text(max_size=30), max_size=4).map(" ".join)
names = (
    *("subject", "message", "type", "product", "severity", "version", "kind", "production"),
    *("platform", "database", "previous", "attachments", "wms_version", "error"),
)
good = {
    "type": "technical", "kind": "bug-report", "product": "PBX", "severity": "p1", "production": False,
    "version": "3.1.2", "platform": "CentOS 7", "database": "MySQL", "previous": 1004,
}  # fmt: skip
fields = st.dictionaries(st.sampled_from(names) | st.text(max_size=8), json, max_size=6) | st.just(good)
report = Report((ReportedRecipient("ana@acme.example", "5.1.1", "failed"),), "r1@vendor.example")
mailboxes = ("support@vendor.example", "escalation@vendor.example", "x@else.example")
messages = st.builds(
    dict,
    channel=st.sampled_from(("email", "email", "telegram", "slack", "portal", "api", "phone", "facebook")),
    sender=st.sampled_from([*SENDERS, None]),
    sender_count=st.sampled_from((*[1] * 12, 0, 2)),
    to=st.lists(st.sampled_from([Address("", one) for one in mailboxes]), max_size=2).map(tuple),
    subject=said,
    text=said,
    in_reply_to=st.sampled_from(["", "", "r9@x", *(f"r{n}@vendor.example" for n in range(1, 7))]),
    automatic=st.sampled_from((*[""] * 12, "Auto-Submitted: auto-replied")),
    bulk=st.sampled_from((*[""] * 12, "List-Id")),
    report=st.sampled_from((*[None] * 12, report)),
    assurance=st.sampled_from((Assurance.ALIGNED, Assurance.SIGNED_IN, Assurance.LINKED, Assurance.NONE)),
    severity=st.sampled_from(("", "", "p1", "critical", "nonsense")),
    ticket_number=st.sampled_from((0, 0, *NUMBERS, 9999, -1, 10**30)),
    fields=fields,
    attachments=st.sampled_from(((), (Attachment("a.txt", "text/plain", 3, "", inline=False),))),
)

a_person = {"automatic": "", "bulk": "", "report": None, "sender_count": 1}
mail_in_a_thread = st.fixed_dictionaries(
    {
        "channel": st.just("email"),
        "in_reply_to": st.sampled_from([f"r{n}@vendor.example" for n in range(1, 7)]),
        "assurance": st.sampled_from((Assurance.NONE, Assurance.ALIGNED)),
        "ticket_number": st.just(0),
    }
)
on_its_page = st.fixed_dictionaries({"ticket_number": st.sampled_from(NUMBERS)})
follow_ups = st.builds(
    lambda message, way, sender: message | a_person | way | {"sender": sender},
    messages,
    mail_in_a_thread | on_its_page,
    st.sampled_from(SENDERS),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: its receipt, what was promised to anybody, and the tickets afterwards."""

    receipt: Receipt
    promised: tuple[Outbound, ...]
    tickets: tuple[Ticket | None, ...]
    next_ticket: Ticket | None


class Undone:
    """A store that remembers nothing: what a transaction wrote is looked at and then rolled back."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.promised: tuple[Outbound, ...] = ()
        self.tickets: tuple[Ticket | None, ...] = ()
        self.next_ticket: Ticket | None = None

    @contextmanager
    def begin(self) -> Iterator[SqlWork]:
        with self._store.reading() as work:
            yield work
            work.flush()
            self.promised = tuple(one.outbound for one in outbox.listed(work))
            self.tickets = tuple(map(work.ticket, NUMBERS))
            self.next_ticket = work.ticket(NUMBERS[-1] + 1)


@cache
def world(preset: str) -> tuple[Undone, Setup]:
    policy = load_policy(preset, template_names())
    store, setup = build_world(read_scenario(WORLD, preset), policy, NOW)
    undone = Undone(store)
    with undone.begin():
        pass  # the tickets as they stand
    return undone, setup


def before(preset: str) -> tuple[Ticket | None, ...]:
    undone, _ = world(preset)
    with undone.begin():
        pass
    return undone.tickets


def inbound_of(message: dict) -> Inbound:
    inbound = an_inbound(**message, reply=message["text"], received_at=NOW)
    return replace(inbound, identity=sha256(repr(message).encode(errors="replace")).hexdigest())


def received(preset: str, inbound: Inbound, now: datetime = NOW) -> Outcome:
    store, setup = world(preset)
    letter = Letter(None, replace(inbound, received_at=now))
    receipt = receive([letter], store, setup, now)[0]
    return Outcome(receipt, store.promised, store.tickets, store.next_ticket)


def proves_nothing(inbound: Inbound) -> bool:
    return inbound.assurance is Assurance.NONE and inbound.channel not in LOGGED
