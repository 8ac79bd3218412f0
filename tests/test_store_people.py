"""A book of people: brought in once, and again without a difference."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stores
from intake.people import Book, OrganisationEntry, PersonEntry, read_book
from intake.people_csv import read_csv
from intake.tickets import Role
from store import people
from store.desk import open_store
from store.people_lists import accounts_of
from stores import ANA, open_a_ticket

pytestmark = pytest.mark.slow

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
        return list(map(str, people.import_people(work, read_book(text, "people.toml"), **options)))


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
        ('"ana@home.example"', '"ana@new.example"', "person Ana: accounts "),
        ('telegram = "1001"', 'telegram = "1002"', "person Ana: accounts "),
        ('slack = "U100"', 'slack = ""', "agent Sam: slack 'U100' -> ''"),
        ('slack = "U100"', "active = false", "agent Sam: active yes -> no"),
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


TWO_FIRMS = """
[[organisation]]
name = "Acme"
domains = ["acme.example"]
[[organisation]]
name = "Beta"
domains = ["beta.example"]
"""
ANA_ALONE = '[[person]]\nname = "Ana"\nemail = ["ana@acme.example", "shared@home.example"]\ntelegram = "1"\n'
BOB_ALONE = '[[person]]\nname = "Bob"\nemail = ["bob@acme.example"]\n'


def test_what_an_entry_does_not_say_is_left_as_it_is(store):
    imported(store)
    told = imported(
        store,
        '[[organisation]]\nname = "Acme"\nplan = "gold"\n[[person]]\ntelegram = "1001"\nlanguage = "de"\n'
        '[[agent]]\nname = "Sam"\nemail = "sam@vendor.example"\nteam = "voice"\n',
    )
    with store.begin() as work:
        ana, sam, acme = work.person("1001"), work.agent("sam@vendor.example"), work.organisation(1)

    assert ["organisation Acme: plan '' -> 'gold'", "person Ana: language '' -> 'de'"] == told[:2]
    assert (("ana@acme.example", "ana@home.example"), Role.TECHNICAL_CONTACT, 1) == (
        ana.emails,
        ana.role,
        ana.organisation_id,
    )
    assert ("U100", "cet", ("acme.example", "acme.test")) == (sam.slack, acme.calendar, acme.domains)


@pytest.mark.parametrize(("dry", "owner"), [(True, "Ana"), (False, "Bob")])
def test_an_account_of_somebody_else_s_moves_and_that_is_told_beforehand_too(store, dry, owner):
    imported(store, TWO_FIRMS + ANA_ALONE + BOB_ALONE)
    told = imported(store, BOB_ALONE.replace('"]', '", "shared@home.example"]'), dry_run=dry)
    with store.begin() as work:
        found, ana = work.person("shared@home.example").name, work.person("1")

    assert [
        "person Bob: takes over shared@home.example from Ana",
        "person Bob: accounts bob@acme.example -> bob@acme.example, shared@home.example",
    ] == told
    assert owner == found
    assert dry is ("shared@home.example" in ana.emails)


def test_an_account_that_has_moved_stays_where_it_is(store):
    imported(store, TWO_FIRMS + ANA_ALONE + BOB_ALONE)
    first, second = (imported(store, BOB_ALONE.replace('"]', '", "shared@home.example"]')) for _ in range(2))

    assert (2, []) == (len(first), second)


def test_whoever_loses_their_last_account_is_named(store):
    imported(store, TWO_FIRMS + BOB_ALONE)
    told = imported(store, ANA_ALONE + BOB_ALONE)
    first = imported(store, '[[person]]\nname = "Eve"\nemail = ["ana@acme.example", "bob@acme.example"]\n')

    assert ["person Ana: added"] == told
    assert "person Eve: takes over bob@acme.example from Bob, who has no account left" in first


def test_one_person_never_becomes_two_entries_people(store):
    """Somebody was recorded with two addresses that a file gives to two people."""
    imported(store, TWO_FIRMS + ANA_ALONE)
    text = (
        TWO_FIRMS
        + '[[person]]\nname = "Ana"\nemail = ["ana@acme.example"]\n'
        + '[[person]]\nname = "Home"\nemail = ["shared@home.example"]\n'
    )
    first, second = imported(store, text), imported(store, text)
    with store.begin() as work:
        names = work.person("ana@acme.example").name, work.person("shared@home.example").name

    assert ["person Home: added", "person Home: takes over shared@home.example from Ana"] == first
    assert [] == second
    assert ("Ana", "Home") == names


def test_a_domain_moves_between_organisations_and_that_is_told(store):
    imported(store, TWO_FIRMS)
    text = '[[organisation]]\nname = "Beta"\ndomains = ["beta.example", "acme.example"]\n'
    text += '[[organisation]]\nname = "Acme"\nplan = "gold"\n'  # the loser is changed besides
    first, second = imported(store, text), imported(store, text)
    with store.begin() as work:
        acme, beta = work.organisation(1), work.organisation_of("acme.example")

    assert "organisation Beta: takes over the domain acme.example from Acme" in first
    assert ([], (), "gold", "Beta") == (second, acme.domains, acme.plan, beta.name)


def test_whoever_comes_to_another_organisation_leaves_their_seat_behind(store):
    ana = ANA_ALONE + 'role = "technical-contact"\nseat = 2\norganisation = "Acme"\n'
    imported(store, TWO_FIRMS + ana)
    told = imported(store, TWO_FIRMS + '[[person]]\ntelegram = "1"\norganisation = "Beta"\n')
    with store.begin() as work:
        moved, left = work.people_of(2), work.people_of(1)

    assert ["person Ana: seat 2 -> 0", "person Ana: organisation 'Acme' -> 'Beta'"] == told
    assert (["Ana"], 0, ()) == ([one.name for one in moved], moved[0].seat, left)


def test_an_agent_s_zone_hours_and_rank_are_kept(store):
    text = (
        '[[agent]]\nname = "Sam"\nemail = "sam@vendor.example"\ntimezone = "Europe/Rome"\nmanager = true\n'
        'hours = { mon-fri = ["09:00-17:00"] }\n'
    )
    imported(store, text)
    again = imported(store, text)
    told = imported(store, text.replace("17:00", "16:00"))
    with store.begin() as work:
        sam = work.agent("sam@vendor.example")

    assert ([], ["agent Sam: hours mon-fri 09:00-17:00 -> mon-fri 09:00-16:00"]) == (again, told)
    assert ("Europe/Rome", True, {"mon-fri": ["09:00-16:00"]}) == (sam.timezone, sam.manager, sam.hours)


def test_a_person_has_chat_accounts_of_both_kinds(store):
    text = '[[person]]\nname = "Ana"\nemail = "ana@acme.example"\ntelegram = "1"\nslack = "U7"\nseat = 1\n'
    imported(store, text + 'role = "technical-contact"\n')
    again = imported(store, text)
    with store.begin() as work:
        ana = work.person("U7")

    assert ([], "1", "U7", 1) == (again, ana.telegram, ana.slack, ana.seat)


ACCOUNTS = st.sampled_from(
    ["a@acme.example", "A@acme.example", "b@beta.example", "c@home.example", "d@home.example", "1", "2", "U1"]
)
FIRMS = ("", "Acme", "Beta")


@st.composite
def books(draw):
    """A few people with accounts from so few that they are somebody else's more often than not."""
    accounts = draw(st.lists(ACCOUNTS, max_size=7, unique_by=str.lower))
    entries = []
    for begin, end in pairwise(sorted({0, *draw(st.lists(st.integers(0, 7), max_size=3)), len(accounts)})):
        entry = {"name": draw(st.sampled_from("XYZ")), "organisation": draw(st.sampled_from(FIRMS))}
        mine = accounts[begin:end]
        entry["email"] = [one for one in mine if "@" in one]
        entry["telegram"] = next((one for one in mine if one.isdigit()), "")
        entry["slack"] = next((one for one in mine if one == "U1"), "")
        entry["role"] = draw(st.sampled_from(list(Role)))
        if entry["email"] or entry["telegram"] or entry["slack"]:
            entries.append(PersonEntry(**entry))
    firms = [OrganisationEntry(name=name, domains=f"{name.lower()}.example") for name in FIRMS[1:]]
    return Book(organisation=tuple(firms), person=tuple(entries))


@given(st.lists(books(), min_size=1, max_size=4))
@settings(max_examples=150)
def test_whatever_is_imported_in_whatever_order_is_there_then_and_told_before(sequence):
    store = open_store("sqlite://")
    for book in sequence:
        with store.begin() as work:
            before = {one for many in _accounts(work) for one in many}
            dry = people.import_people(work, book, dry_run=True)
            told = people.import_people(work, book)
            found = [work.person(entry.accounts[0]) for entry in book.person]
            after = _accounts(work)
            again = people.import_people(work, book)

        assert dry == told
        assert [] == again
        assert [entry.name for entry in book.person] == [one.name for one in found]
        assert len({one.id for one in found}) == len(found)
        # no account is lost or anybody's twice
        assert len([one for many in after for one in many]) == len({one for many in after for one in many})
        assert before <= {one for many in after for one in many}
    store.close()


def _accounts(work):
    everybody = [one.id for one in people.listed_people(work)]
    return [[one.lower() for one in many] for many in accounts_of(work, everybody).values()]


@pytest.mark.slow
def test_twenty_thousand_people_are_imported_in_well_under_a_minute(store):
    rows = (
        f"Person {n};Firm {n % 2000};p{n}@firm{n % 2000}.example s{n}@home.example" for n in range(20_000)
    )
    firms = read_csv(
        "name,plan\n" + "".join(f"Firm {n},gold\n" for n in range(2000)), "o.csv", "organisations"
    )
    book = read_csv("name;organisation;email\n" + "\n".join(rows), "p.csv")
    begun, steps = time.process_time(), []  # others use the machine too
    with store.begin() as work:
        people.import_people(work, firms)
        added = people.import_people(work, book, step=lambda: steps.append(1))
    with store.begin() as work:
        again = people.import_people(work, book)
    took = time.process_time() - begun

    assert (20_000, 20_000, []) == (len(added), len(steps), again)
    assert took < 30


def test_everybody_is_listed_by_name(store):
    imported(store)
    with store.reading() as work:
        listed = people.listed_organisations(work), people.listed_people(work), people.listed_agents(work)

    assert [["Acme"], ["Ana", "Bob"], ["Sam"]] == [[one.name for one in many] for many in listed]
