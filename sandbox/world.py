"""The demo's world: a folder with a desk's configuration, the people, and how tickets come to be.

Everything is made up and lies in one folder, so that every other command works there
afterwards (`deskbell --config DIR/config.toml …`). The requests that open tickets come in as a
portal would bring them, through the same lines as any message.
"""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.wiring import Wired
from intake import commands, handle
from intake.clocks import clocks_of_a_new_ticket
from intake.decisions import Receipt
from intake.messages import Address, Assurance, Inbound
from intake.scenarios import TicketEntry
from intake.tickets import Status
from store.scenarios import load_ticket

DESK = Address("Vendor support", "support@vendor.example")
ANA = Address("Ana Rossi", "ana@acme.example")
BOB = Address("Bob Brun", "bob@acme.example")
SAM = Address("Sam Weaver", "sam@vendor.example")
KIM = Address("Kim Adler", "kim@adviser.example")
MALLORY = Address("Mallory Vane", "mallory@elsewhere.example")
OUR_MTA = "mx.vendor.example"
FIRST = 1042  # the number of the first ticket that the demo opens
CLOSED = 1000
MONTH = timedelta(days=30)

CONFIG = """\
# The desk that `deskbell demo` played with. Nobody listens at the relay's port any more.

[desk]
name = "{desk.name}"
address = "{desk.address}"
policy = "wildix"
portal_url = "https://portal.vendor.example"
emergency_phone = "+39 0461 555 0100"
people = "people.toml"
timezone = "Europe/Rome"
first_number = {first}

[store]
url = "sqlite:///desk.db"

[secrets]
key = {{ file = "desk.key" }}

[relay]
host = "127.0.0.1"
port = {relay}

[channel.mail]
kind = "smtp"
listen = "127.0.0.1:{port}"
trust_authentication_results = "{mta}"
"""

PEOPLE = """\
[[organisation]]
name = "Acme"
domains = ["acme.example"]
timezone = "Europe/Rome"

[[person]]
name = "{ana.name}"
email = ["{ana.address}"]
organisation = "Acme"
role = "technical-contact"

[[person]]
name = "{bob.name}"
email = ["{bob.address}"]
organisation = "Acme"

[[agent]]
name = "{sam.name}"
email = "{sam.address}"
"""


def furnish(folder: Path, relay: int) -> Path:
    """Put a desk's files into an empty folder; where its configuration is."""
    key = folder / "desk.key"
    key.touch(0o600)
    key.write_text(secrets.token_hex(32) + "\n", encoding="utf-8")
    people = PEOPLE.format(ana=ANA, bob=BOB, sam=SAM)
    (folder / "people.toml").write_text(people, encoding="utf-8")
    return write_config(folder, relay, 0)


def write_config(folder: Path, relay: int, port: int, chats: str = "") -> Path:
    """Write the configuration; port 0 is any that is free, `chats` are further sections."""
    path = folder / "config.toml"
    text = CONFIG.format(desk=DESK, first=FIRST, relay=relay, port=port, mta=OUR_MTA)
    path.write_text(text + chats, encoding="utf-8")
    return path


def load_closed_ticket(wired: Wired) -> None:
    """Ticket 1000 of last month, long closed."""
    now = datetime.now(UTC)
    policy = wired.setup.policy
    severity = policy.severity_of(policy.file.default_severity)
    entry = TicketEntry(
        number=CLOSED,
        subject="The fax of the second floor",
        status=Status.CLOSED,
        severity=severity.name,
        requester=ANA.address,
        opened=now - MONTH,
    )
    with wired.store.begin() as work:
        organisation = work.organisation_of(ANA.domain)
        running = clocks_of_a_new_ticket(severity, policy.calendar_of(organisation), now - MONTH)
        load_ticket(work, entry, running, now)


def ask_on_the_portal(wired: Wired, sender: Address, subject: str, text: str) -> Receipt:
    """Somebody who is signed in fills in the form."""
    asked = Inbound(
        channel="portal",
        identity=secrets.token_hex(32),
        received_at=datetime.now(UTC),
        sender=sender,
        subject=subject,
        text=text,
        reply=text,
        assurance=Assurance.SIGNED_IN,
        fields={"type": "technical", "product": "PBX", "wms_version": "6.05"},
    )
    (receipt,) = handle.receive([handle.Letter(None, asked)], wired.store, wired.setup, datetime.now(UTC))
    return receipt


def make_critical(wired: Wired, number: int) -> None:
    """Sam gives a ticket its severity, as `deskbell ticket severity` does."""
    now = datetime.now(UTC)

    def decide(work: handle.Work) -> handle.Command:
        ticket = work.ticket(number)
        assert ticket
        return handle.Command(commands.set_severity(ticket, "critical", wired.setup.policy, now))

    handle.carry_out(decide, wired.store, wired.setup, SAM.address, now)
