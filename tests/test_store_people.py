"""A book of people: brought in once, and again without a difference."""

import pytest

import stores
from intake.people import read_book
from intake.tickets import Role
from store import people
from stores import ANA, open_a_ticket

BOOK = """
[[organisation]]
name = "Acme"
domains = ["acme.example", "acme.test"]
calendar = "cet"
products = ["PBX-1"]
maintenance_until = 2027-01-31

[[person]]
name = "Ana"
organisation = "Acme"
role = "technical-contact"
email = ["ana@acme.example", "ana@home.example"]
telegram = "1001"

[[person]]
name = "Bob"
email = ["bob@acme.test"]

[[agent]]
name = "Sam"
email = "sam@vendor.example"
slack = "U100"
"""


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


def imported(store, text=BOOK, **options):
    with store.begin() as work:
        return people.import_people(work, read_book(text, "people.toml"), **options)


def test_the_first_import_adds_everybody_and_the_second_changes_nothing(store):
    first, second = imported(store), imported(store)

    assert ["organisation Acme: added", "person Ana: added", "person Bob: added", "agent Sam: added"] == first
    assert second == []


def test_a_dry_run_tells_and_changes_nothing(store):
    told = imported(store, dry_run=True)

    assert len(told) == 4
    assert told == imported(store)


def test_everybody_is_found_by_what_they_write_from(store):
    imported(store)
    with store.begin() as work:
        ana, by_home = work.person("ANA@acme.example"), work.person("ana@home.example")
        by_chat, bob = work.person("1001"), work.person("bob@acme.test")
        sam, acme = work.agent("Sam@vendor.example"), work.organisation_of("ACME.test")

    assert ana == by_home == by_chat
    assert ("ana@acme.example", "ana@home.example") == ana.emails
    assert ("1001", Role.TECHNICAL_CONTACT) == (ana.telegram, ana.role)
    assert acme.id == bob.organisation_id  # by the domain, without being told
    assert (("acme.example", "acme.test"), ("PBX-1",), "cet") == (acme.domains, acme.products, acme.calendar)
    assert acme.maintenance_until.isoformat() == "2027-01-31"
    assert ("Sam", "U100") == (sam.name, sam.slack)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('calendar = "cet"', 'calendar = "est"', "organisation Acme: calendar 'cet' -> 'est'"),
        ('"acme.test"]', '"acme.org"]', "organisation Acme: domains "),
        ('role = "technical-contact"', 'role = "end-user"', "person Ana: role "),
        ('"ana@home.example"', '"ana@new.example"', "person Ana: accounts -> "),
        ('telegram = "1001"', 'telegram = "1002"', "person Ana: accounts -> "),
        ('slack = "U100"', "active = false", "agent Sam: slack 'U100' -> ''"),
    ],
)
def test_what_the_book_changes_is_told_and_changed(store, before, after, told):
    imported(store)
    first, second = (imported(store, BOOK.replace(before, after)) for _ in range(2))

    assert any(line.startswith(told) for line in first)
    assert [line for line in second if not line.startswith("person Bob")] == []


def test_a_person_who_was_recorded_from_a_mail_becomes_the_one_in_the_book(store):
    with store.begin() as work:
        ticket = open_a_ticket(work, requester=ANA)
    imported(store)
    with store.begin() as work:
        requester = work.ticket(ticket.number).requester

    assert Role.TECHNICAL_CONTACT is requester.role
    assert ticket.requester.id == requester.id


def test_an_agent_who_is_not_active_any_more_is_no_agent(store):
    imported(store, BOOK.replace('slack = "U100"', "active = false"))
    with store.begin() as work:
        assert work.agent("sam@vendor.example") is None
        assert work.agents() == ()
        assert ["Sam"] == [agent.name for agent in people.listed_agents(work)]


def test_a_linked_account_stays_with_whoever_linked_it_first(store):
    imported(store)
    with store.begin() as work:
        ana, bob = work.person("ana@acme.example").id, work.person("bob@acme.test").id
        answers = [
            people.link(work, bob, "2002"),
            people.link(work, bob, "2002"),
            people.link(work, ana, "2002"),
        ]
        found = work.person("2002").name
    imported(store, BOOK.replace('"Bob"', '"Robert"'))
    with store.begin() as work:
        after = work.person("2002").name

    assert [True, True, False] == answers
    assert ("Bob", "Robert") == (found, after)


def test_everybody_is_listed_by_name(store):
    imported(store)
    with store.reading() as work:
        listed = people.listed_organisations(work), people.listed_people(work), people.listed_agents(work)

    assert [["Acme"], ["Ana", "Bob"], ["Sam"]] == [[one.name for one in many] for many in listed]
