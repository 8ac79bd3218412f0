"""A whole desk for tests: `deskbell serve` as its operators start it, and a relay that catches its mail.

A test posts bytes by real SMTP and reads what came of it from outside: the answer in the session,
the message's record in the store, and every mail that the desk sent. `Desk.mail` returns when all
that was promised because of the mail has arrived at the relay.
"""

import email
import secrets
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from pathlib import Path
from typing import Any, TypeVar

import servers
from bots.commands import acts
from bots.wiring import Wired, wire
from intake.messages import Address
from intake.tickets import Ticket
from sandbox.relay import CatchingRelay, CaughtMail, relay_in_thread
from store import exports, outbox
from store.tables import Sending
from store.work import SqlWork

DESKBELL = Path(sys.executable).with_name("deskbell")
UNFOLDED = SMTP.clone(max_line_length=998)
OUR_MTA = "mx.vendor.example"
DESK = "support@vendor.example"
AGENTS = "agents@vendor.example"
PORTAL = "https://portal.vendor.example"
ANA = Address("Ana Rossi", "ana@acme.example")
BOB = Address("Bob Brun", "bob@acme.example")
EVE = Address("Eve", "eve@elsewhere.example")
SAM = Address("Sam Weaver", "sam@vendor.example")
TIM = Address("Tim Other", "tim@vendor.example")
TICKETS_AT_ONCE = 20
UNDER_WAY = (Sending.PENDING, Sending.CLAIMED)
PATIENCE = 60.0
Answer = TypeVar("Answer")

PEOPLE = f"""\
[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[person]]
name = "{ANA.name}"
email = ["{ANA.address}"]
organisation = "Acme"

[[person]]
name = "{BOB.name}"
email = ["{BOB.address}"]
organisation = "Acme"

[[agent]]
name = "{SAM.name}"
email = "{SAM.address}"

[[agent]]
name = "{TIM.name}"
email = "{TIM.address}"
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that the desk sent: which notice it words, to whom, and the mail as it was caught."""

    notice: str
    to: str
    caught: CaughtMail

    @property
    def mail(self) -> EmailMessage:
        return read(self.caught.body)

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mail: the session's answer, the message's record, the mails that went out."""

    answer: str
    record: dict[str, Any]
    sent: tuple[Sent, ...]

    @property
    def notices(self) -> set[tuple[str, str]]:
        return {(one.notice, one.to) for one in self.sent}

    def to(self, address: str) -> Sent:
        return next(one for one in self.sent if one.to == address)


@dataclass(slots=True)
class Desk:
    """A desk that serves; `wired` is a second hand in its store, as the command line has one."""

    folder: Path
    port: int
    relay: CatchingRelay
    wired: Wired
    process: subprocess.Popen[bytes]
    _seen: set[str] = field(default_factory=set)
    _ready: list[int] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def log(self) -> str:
        return (self.folder / "serve.log").read_text(errors="replace")

    def read(self, question: Callable[[SqlWork], Answer]) -> Answer:
        with self.wired.store.reading() as work:
            return question(work)

    def ticket(self, number: int) -> Ticket:
        ticket = self.read(lambda work: work.ticket(number))
        assert ticket
        return ticket

    def a_ticket(self) -> int:
        """A new ticket of Ana's, acknowledged; many are made at once, since the outbox sleeps in between."""
        if not self._ready:
            self._ready = [self.open_ticket() for _ in range(TICKETS_AT_ONCE)]
            self.settle()
        return self._ready.pop()

    def open_ticket(self, requester: Address = ANA, severity: str = "") -> int:
        """A call is logged, as `deskbell ticket open` does it."""
        said = acts.log_call(
            self.wired, requester.address, "Calls drop", "They do.", "phone", severity, {}, SAM.address
        )
        assert isinstance(said["ticket"], int)
        return said["ticket"]

    def change(self, number: int, name: str, value: str) -> str:
        """What `deskbell ticket set` does."""
        return acts.change(self.wired, number, name, value, SAM.address)

    def letter_to(self, number: int, reader: Address) -> Sent:
        """The newest mail about a ticket that a reader got."""
        self.settle()
        wanted = [
            (one.outbound.notice, one.outbound.message_id)
            for one in self.read(outbox.listed)
            if one.outbound.ticket_number == number and one.outbound.recipient.address == reader.address
        ]
        notice, message_id = wanted[0]
        caught = next(one for one in self.relay.mails if message_id.encode() in one.body)
        return Sent(notice, reader.address, caught)

    def mail(self, mail: EmailMessage | bytes, to: str = DESK, sender: str | None = None) -> Outcome:
        """Deliver a mail and wait until everything that it led to has gone out."""
        self.settle()
        before = self.read(newest_message)
        answer = self.post(mail, to, sender)
        newest = self.read(newest_message)
        return Outcome(answer, self.record(newest) if newest != before else {}, self.settle())

    def heavy_mail(self, mail: EmailMessage) -> Outcome:
        """Deliver a mail that is decided after it was acknowledged."""
        self.settle()
        before = self.read(newest_message)
        answer = self.post(mail)
        servers.wait_until(lambda: self.read(newest_message) > before, "the heavy mail is decided")
        return Outcome(answer, self.record(self.read(newest_message)), self.settle())

    def record(self, message: int) -> dict[str, Any]:
        """All that `deskbell messages show` knows of a message."""
        return self.read(lambda work: exports.message_record(work, message)) or {}

    def post(self, mail: EmailMessage | bytes, to: str = DESK, sender: str | None = None) -> str:
        """One SMTP session; what the desk answered to the last command."""
        body = mail if isinstance(mail, bytes) else mail.as_bytes()
        author = "eve@elsewhere.example" if isinstance(mail, bytes) else str(mail["From"])
        with smtplib.SMTP("127.0.0.1", self.port, OUR_MTA, timeout=PATIENCE) as smtp:
            smtp.ehlo()
            smtp.mail(email.utils.parseaddr(author)[1] if sender is None else sender)
            code, words = smtp.rcpt(to)
            if code == 250:
                code, words = smtp.data(body)
        return f"{code} {' '.join(words.decode().split())}"

    def settle(self) -> tuple[Sent, ...]:
        """Wait until nothing in the outbox is under way; the mails that arrived since the last time."""
        servers.wait_until(lambda: not self.is_sending(), "the outbox is empty", PATIENCE)
        new = {message_id(one.body): one for one in list(self.relay.mails)}
        new = {name: one for name, one in new.items() if name not in self._seen}
        promises = {one.outbound.message_id: one for one in self.read(outbox.listed)}  # after the mails
        self._seen |= set(new)
        return tuple(
            Sent(promises[name].outbound.notice, one.recipients[0], one) for name, one in new.items()
        )

    def is_sending(self) -> bool:
        return any(self.read(lambda work, state=state: outbox.listed(work, state)) for state in UNDER_WAY)

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """A command of this desk."""
        return deskbell("--config", self.config, *arguments)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


def deskbell(
    *arguments: str | Path, cwd: Path | None = None, **kept: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed."""
    words = [str(DESKBELL), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=cwd, **kept)


def newest_message(work: SqlWork) -> int:
    return next((int(row["id"]) for row in exports.listed_messages(work, limit=1)), 0)


def read(body: bytes) -> EmailMessage:
    return email.message_from_bytes(body, _class=EmailMessage, policy=SMTP)


def message_id(body: bytes) -> str:
    return str(read(body)["Message-ID"]).strip().strip("<>")


# Mail


def passed(domain: str, server: str = OUR_MTA) -> str:
    return f"{server}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"


def a_mail(
    author: Address,
    subject: str = "Calls drop",
    text: str = "They drop again.",
    proven: bool = True,
    answers: str = "",
    **headers: str,
) -> EmailMessage:
    """A person's mail; `proven` by our own mail server's header. `headers` with _ for -."""
    mail = EmailMessage(policy=UNFOLDED)
    if proven:
        mail["Authentication-Results"] = passed(author.domain)
    mail["From"] = formataddr((author.name, author.address))
    mail["To"] = DESK
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=author.domain)
    if answers:
        mail["In-Reply-To"] = f"<{answers.strip('<>')}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def a_report(original: bytes, recipient: str, returned: str = "") -> bytes:
    """A delivery report (RFC 3464) about a mail of the desk; `returned` replaces its Message-ID."""
    head = f"Message-ID: <{returned or message_id(original)}>\nSubject: whatever"
    lines = f"""\
From: Mail Delivery System <mailer-daemon@acme.example>
To: {DESK}
Subject: Undelivered mail returned to sender
Date: {format_datetime(datetime.now(UTC))}
Message-ID: {make_msgid(domain="acme.example")}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

It could not be delivered.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
--part
Content-Type: text/rfc822-headers

{head}
--part--
"""
    return lines.replace("\n", "\r\n").encode()


# The desk


def write_config(folder: Path, relay: int, port: int, **sections: str) -> Path:
    """A configuration; a keyword argument is further lines of that section (`store` replaces it)."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "desk.key"
    if not key.exists():
        key.write_text(secrets.token_hex(32))
        (folder / "people.toml").write_text(PEOPLE, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(
        f"""\
[desk]
name = "Vendor support"
address = "{sections.get("address", DESK)}"
policy = "{sections.get("policy", "wildix")}"
portal_url = "{PORTAL}"
people = "people.toml"
agents_address = "{sections.get("agents", AGENTS)}"
{sections.get("desk", "notices_an_hour = 1000")}

[store]
url = "{sections.get("store", "sqlite:///desk.db")}"

[secrets]
key = {{ file = "desk.key" }}

[relay]
host = "127.0.0.1"
port = {relay}

[channel.mail]
kind = "smtp"
listen = "{sections.get("listen", f"127.0.0.1:{port}")}"
trust_authentication_results = "{OUR_MTA}"
{sections.get("channel", "")}
""",
        encoding="utf-8",
    )
    return path


@contextmanager
def serving(folder: Path, **sections: str) -> Iterator[Desk]:
    """A desk at work, with a relay; both end with the block."""
    port = servers.free_port()
    with relay_in_thread() as relay:
        config = write_config(folder, relay.port, port, **sections)
        with started(config, port, relay) as desk:
            yield desk


@contextmanager
def started(config: Path, port: int, relay: CatchingRelay, *options: str) -> Iterator[Desk]:
    """`deskbell serve` under a configuration, once it listens."""
    log = config.parent / "serve.log"
    before = log.stat().st_size if log.exists() else 0  # an earlier desk has said that it serves, too
    with servers.running([DESKBELL, "serve", "--config", config, *options], log) as process:
        servers.wait_until(
            lambda: process.poll() is not None or b"serving" in log.read_bytes()[before:],
            "deskbell serves",
            120,
        )
        assert process.poll() is None, log.read_text()
        wired = wire(config)
        try:
            yield Desk(config.parent, port, relay, wired, process)
        finally:
            wired.store.close()
