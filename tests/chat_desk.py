"""A desk with a bot, without Telegram: what an update says goes straight into the flows and the store.

    desk = a_chat_desk()
    desk.linked(1, "ana@acme.example")
    desk.say(1, "/status")
    assert "…" in desk.said(1)[-1]

What each account was told is what was promised to it, in order; its buttons are pressed by their labels.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bots.telegram.flows import Limits, take
from bots.telegram.heard import Heard, HeardKind
from bots.wiring import load_policy, set_up
from intake import commands
from intake.decisions import Decision, OpenTicket
from intake.handle import Command, Setup, Work, carry_out, ring
from intake.messages import Address, Assurance, File, Inbound, Raw
from intake.people import read_book
from intake.tickets import Desk, Status, Ticket
from intake.tokens import Keys
from replies.plain import as_text
from store import accounts, inbox, people
from store.desk import SqlStore, open_store
from store.tables import Sending, messages, outbox
from store.writes import person_for

TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)  # ten o'clock in Rome
BOT = "1000"
KEY = Keys(b"0123456789abcdef0123456789abcdef")
SAM = "sam@vendor.example"
LIMITS = Limits()
PEOPLE = f"""
[[organisation]]
name = "Acme"
domains = ["acme.example"]
products = ["PBX-1", "PBX-2"]

[[organisation]]
name = "Liberty"
domains = ["liberty.example"]

[[person]]
name = "Ana"
organisation = "Acme"
role = "technical-contact"
email = ["ana@acme.example"]

[[person]]
name = "Bob"
organisation = "Acme"
email = ["bob@acme.example"]

[[person]]
name = "Ada"
organisation = "Acme"
role = "administrator"
email = ["ada@acme.example"]

[[person]]
name = "Lee"
organisation = "Liberty"
role = "account-holder"
email = ["lee@liberty.example"]

[[agent]]
name = "Sam"
email = "{SAM}"
"""


@dataclass
class ChatDesk:
    store: SqlStore
    setup: Setup
    now: datetime = TUESDAY
    limits: Limits = LIMITS
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(100))

    # What people do

    def say(self, user: int, text: str = "", *, files: tuple[File, ...] = (), **fields: Any) -> int:
        """A message of somebody's; its id in the chat."""
        number = next(self._ids)
        command, _, argument = text[1:].partition(" ") if text.startswith("/") else ("", "", "")
        self._take(user, HeardKind.MESSAGE, files, message_id=number, text=text, command=command,
                   argument=argument.strip(), **fields)  # fmt: skip
        return number

    def edit(self, user: int, message_id: int, text: str) -> None:
        self._take(user, HeardKind.EDIT, (), message_id=message_id, text=text)

    def press(self, user: int, label: str, *, of: int | None = None) -> str:
        """Press the newest button of that label that `of` (or the user) was shown; the toast."""
        return self.press_data(user, self.data(of or user, label))

    def press_data(self, user: int, data: str) -> str:
        number = next(self._ids)
        return self._take(user, HeardKind.BUTTON, (), message_id=1, button=data, callback_id=f"c{number}")

    def linked(self, user: int, address: str, scope: str = accounts.OWN) -> None:
        with self.store.begin() as work:
            person = work.person(address)
            assert person
            assert accounts.link(work, "telegram", place(user), person.id, scope, address, self.now)

    def opened(self, address: str, subject: str = "Calls drop", **fields: Any) -> int:
        """A ticket of theirs that began elsewhere."""
        with self.store.begin() as work:
            person = person_for(work, Address("", address), None, "test", self.now)
            opening = OpenTicket(subject, "standard", "portal", person, person.organisation_id, **fields)
            ticket = work.write(opening, None, "test", self.now)
            assert ticket
            return ticket.number

    def act(self, decide: Any, number: int, said: str = "") -> None:
        """An agent's command: `decide(ticket)` is its decision, `said` what they wrote."""

        def command(work: Work) -> Command:
            ticket = work.ticket(number)
            assert ticket
            decision: Decision = decide(ticket)
            return Command(decision, self._spoken(said) if said else None)

        carry_out(command, self.store, self.setup, SAM, self.now)

    def set_status(self, number: int, status: Status) -> None:
        """An agent's."""
        self.act(lambda one: commands.set_status(one, status, self.setup.policy, "", self.now), number)

    def answer(self, number: int, text: str) -> None:
        """An agent's public answer."""
        self.act(lambda one: commands.answer(one, "Sam", text, self.now), number, text)

    def note(self, number: int, text: str) -> None:
        self.act(lambda one: commands.note(one, "Sam"), number, text)

    def ring(self, number: int) -> None:
        """The clocks of a ticket are looked at now."""
        ring((number,), self.store, self.setup, self.now)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # What can be seen

    def said(self, user: int) -> list[str]:
        """What an account was told, in plain words."""
        return [as_text(row.body).strip() for row in self.promises(user)]

    def last(self, user: int) -> str:
        return self.said(user)[-1]

    def notices(self, user: int) -> list[str]:
        return [row.notice for row in self.promises(user)]

    def promises(self, user: int) -> list[Any]:
        dropped = outbox.c.state != Sending.DROPPED
        return self._rows(select(*outbox.c).where(outbox.c.recipient == place(user), dropped))

    def mails(self, address: str) -> list[Any]:
        return self._rows(select(*outbox.c).where(outbox.c.recipient == address))

    def labels(self, user: int) -> list[str]:
        """The buttons beneath the newest words."""
        return [one["text"] for row in self.promises(user)[-1].extra.get("keyboard", ()) for one in row]

    def data(self, user: int, label: str) -> str:
        for promise in reversed(self.promises(user)):
            for row in promise.extra.get("keyboard", ()):
                for one in row:
                    if one["text"].startswith(label):
                        return str(one["data"])
        raise AssertionError(f"no button {label!r}; {self.said(user)[-3:]}")

    def kept(self) -> list[Any]:
        """Every message, the first one first."""
        return self._rows(select(*messages.c))

    def fates(self) -> list[tuple[str, str]]:
        return [(row.fate.value, row.rule) for row in self.kept()]

    def ticket(self, number: int) -> Ticket:
        with self.store.reading() as work:
            found = work.ticket(number)
        assert found
        return found

    def token(self, number: int, address: str) -> str:
        """What a mail to somebody about a ticket links to."""
        with self.store.reading() as work:
            person = work.person(address)
        assert person
        return self.setup.addresses.start_token(number, person.id, self.now)

    def ask(self, question: Any) -> Any:
        with self.store.reading() as work:
            return question(work)

    def write(self, act: Any) -> Any:
        with self.store.begin() as work:
            return act(work)

    def _rows(self, query: Any) -> list[Any]:
        with self.store.looking() as connection:
            return list(connection.execute(query.order_by("id")))

    def _take(self, user: int, kind: HeardKind, files: tuple[File, ...], **fields: Any) -> str:
        number = next(self._ids)
        heard = Heard(number, BOT, user, user, kind, self.now, name=f"User {user}", **fields)
        raw = Raw("telegram", "bot", f"update {number} {heard.text}".encode(), self.now, lane=place(user))
        with self.store.begin() as work:
            inbox.keep_pending(work, raw, str(number))
        with self.store.begin() as work:
            (waiting,) = inbox.claim(work, "test", self.now, timedelta(minutes=2), 1, source="bot")
            toast = take(work, heard, waiting, files, self.setup, self.now, self.limits)
        with self.store.reading() as work:
            assert inbox.next_due(work) is None, "the delivery was not settled"
        return toast

    def _spoken(self, text: str) -> Inbound:
        number = next(self._ids)
        sender = Address("Sam", SAM)
        return Inbound(
            "api", f"said {number}", self.now, sender, text=text, reply=text, assurance=Assurance.SIGNED_IN
        )


def place(user: int) -> str:
    return f"{BOT}/{user}"


@contextmanager
def chat_desk(
    policy: str = "wildix", book: str = PEOPLE, url: str = "sqlite://", **desk: Any
) -> Iterator[ChatDesk]:
    """A desk of that policy and those people, in memory."""
    given = {
        "name": "Vendor support",
        "address": "support@vendor.example",
        "mark": "d1",
        "chats": ("telegram",),
        "portal_url": "https://portal.vendor.example",
        "telegram_bot": "AcmeBot",
        "timezone": "Europe/Rome",
    }
    store = open_store(url)
    with store.begin() as work:
        people.import_people(work, read_book(book, "people.toml"))
    try:
        yield ChatDesk(store, set_up(Desk(**(given | desk)), load_policy(policy), KEY))
    finally:
        store.close()


def limited(desk: ChatDesk, **limits: int) -> ChatDesk:
    return replace(desk, limits=replace(LIMITS, **limits))
