"""Customers stay apart: whatever happens in whatever order, no organisation reads another's words.

Ten customers of three organisations link and unlink the same few Telegram accounts, open tickets, write,
press each other's buttons, change their addresses; agents answer, move and merge tickets. Each word
that belongs to an organisation bears its mark.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from chat_desk import SAM, ChatDesk, chat_desk, place
from intake import joining
from intake.errors import CommandRefused
from intake.handle import Command, carry_out
from intake.lookup import goes_on_in
from intake.people import PersonEntry
from store import accounts, people
from store.tables import Sending, outbox, tickets

FIRMS = ("red", "green", "blue")
CUSTOMERS = [(f"person{number}@{FIRMS[number % 3]}.example", FIRMS[number % 3]) for number in range(10)]
USERS = (1, 2, 3, 4)
BOOK = "".join(
    f'[[organisation]]\nname = "{firm}"\ndomains = ["{firm}.example"]\nproducts = ["PBX"]\n' for firm in FIRMS
) + "".join(
    f'[[person]]\nname = "Person of {firm}"\nemail = ["{address}"]\n'
    f'organisation = "{firm}"\nrole = "{"administrator" if number < 3 else "technical-contact"}"\n'
    for number, (address, firm) in enumerate(CUSTOMERS)
) + '[[agent]]\nname = "Sam"\nemail = "sam@vendor.example"\n'  # fmt: skip
FRESH = count(1)
ACTIONS = ("link", "swap", "follow", "unlink", "open", "new", "write", "look", "steal", "answer", "move")
ACTIONS += ("merge", "change_address", "wait", "swap", "answer", "merge")  # these three more often


@dataclass
class Crowd:
    desk: ChatDesk

    def link(self, user, customer):
        if self.account(user) is None:
            address = self.address_of(customer)
            if address:
                self.desk.linked(user, address)

    def follow(self, user, customer):
        """Open a link to some ticket, and say yes."""
        address, numbers = self.address_of(customer), self.numbers()
        if address and numbers:
            self.desk.say(user, f"/start {self.desk.token(numbers[customer % len(numbers)], address)}")
            self.press(user, user, "Yes")

    def unlink(self, user, customer):
        self.desk.say(user, "/unlink")

    def swap(self, user, customer):
        """The account is somebody else's from now on."""
        self.unlink(user, customer)
        self.link(user, customer)

    def open(self, user, customer):
        if address := self.address_of(customer):
            self.desk.opened(address, f"about MARK-{CUSTOMERS[customer][1]}")

    def new(self, user, customer):
        firm = self.firm_of(user)
        if firm:
            for words in (f"/new a thing of MARK-{firm}", "technical", "PBX"):
                self.desk.say(user, words)
            self.press(user, user, "Send")

    def write(self, user, customer):
        firm = self.firm_of(user)
        self.desk.say(user, f"more of MARK-{firm}" if firm else "hello")
        self.press(user, user, "Add to")

    def look(self, user, customer):
        for number in (1001 + customer, 1001 + 2 * customer):
            self.desk.say(user, f"/ticket {number}")
        self.desk.say(user, "/status")

    def steal(self, user, customer):
        """Press a button that another account was shown."""
        for label in ("Add to", "History", "WX-", "Yes", "Reply"):
            self.press(user, USERS[customer % len(USERS)], label)

    def answer(self, user, customer):
        for number in self.numbers():
            ticket = self.desk.ticket(number)
            self.desk.answer(number, f"an answer for MARK-{ticket.organisation.name}")

    def move(self, user, customer):
        """A ticket goes to a colleague."""
        numbers = self.numbers()
        if not numbers:
            return
        with self.desk.store.begin() as work:
            ticket = work.ticket(numbers[customer % len(numbers)])
            colleagues = work.people_of(ticket.organisation.id)
            work.save(replace(ticket, requester=colleagues[user % len(colleagues)]), self.desk.now)

    def merge(self, user, customer):
        """Sam lets any ticket go on in any other; what must not be merged is refused."""
        numbers = self.numbers()
        one, other = (numbers[place % len(numbers)] for place in (customer, customer + user))

        def decide(work):
            pair = work.ticket(one), work.ticket(other)
            meant = partial(goes_on_in, work)
            return Command(joining.merge(*pair, self.desk.setup.policy, "Sam", self.desk.now, meant))

        with suppress(CommandRefused):
            carry_out(decide, self.desk.store, self.desk.setup, SAM, self.desk.now)

    def change_address(self, user, customer):
        with self.desk.store.begin() as work:
            person = work.person_by_id(customer + 1)
            new = f"new{next(FRESH)}@{CUSTOMERS[customer][1]}.example"
            people.amend_person(work, person, PersonEntry(email=(new,)))

    def wait(self, user, customer):
        self.desk.later(days=customer * 10)

    def press(self, user, of, label):
        try:
            data = self.desk.data(of, label)
        except AssertionError:
            return
        self.desk.press_data(user, data)

    def account(self, user):
        return self.desk.ask(lambda work: accounts.account_at(work, "telegram", place(user)))

    def firm_of(self, user):
        account = self.account(user)
        return CUSTOMERS[account.person - 1][1] if account else ""

    def address_of(self, customer):
        person = self.desk.ask(lambda work: work.person_by_id(customer + 1))
        return person.emails[0]

    def numbers(self):
        query = select(tickets.c.number)
        return self.desk.ask(lambda work: list(work.connection.execute(query).scalars()))

    def leaks(self):
        """Words of an organisation that are promised to an account or a mailbox of another."""
        query = select(*outbox.c).where(outbox.c.state != Sending.DROPPED, outbox.c.recipient != SAM)
        rows = self.desk.ask(lambda work: list(work.connection.execute(query)))
        return [found for row in rows if (found := self.leak(row))]

    def leak(self, row):
        reader = row.recipient
        theirs = self.firm_of(int(reader.split("/")[1])) if row.channel == "telegram" else firm_at(reader)
        shown = f"{row.subject} {row.body} {row.extra}"
        return [(row.notice, reader, one) for one in FIRMS if one != theirs and f"MARK-{one}" in shown]


def firm_at(address):
    return address.partition("@")[2].partition(".")[0]


STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.sampled_from(USERS), st.integers(0, len(CUSTOMERS) - 1)),
    min_size=15,
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_organisation_ever_reads_the_words_of_another(steps):
    with chat_desk(book=BOOK) as desk:
        crowd = Crowd(desk)
        for customer, user in enumerate(USERS):
            crowd.open(user, customer)
            crowd.link(user, customer)
            crowd.write(user, customer)
        for act, user, customer in steps:
            getattr(crowd, act)(user, customer)

            assert [] == crowd.leaks(), (act, user, customer)
