"""The book of people, in TOML and from a spreadsheet: what may be written, and every mistake at once."""

from datetime import date

import pytest

from intake.errors import ConfigError
from intake.people import AgentEntry, mistakes_in, read_book, unknown_calendars
from intake.people_csv import read_csv
from intake.tickets import Role


def organisation(lines):
    return read_book(f'[[organisation]]\nname = "Acme"\n{lines}\n', "p.toml").organisation[0]


def person(lines):
    return read_book(f'[[person]]\nname = "Ana"\n{lines}\n', "p.toml").person[0]


def agent(lines):
    return read_book(f'[[agent]]\nname = "Sam"\nemail = "sam@v.example"\n{lines}\n', "p.toml").agent[0]


def mistakes(read, *arguments):
    with pytest.raises(ConfigError) as caught:
        read(*arguments)
    return caught.value.mistakes


# What may be written


@pytest.mark.parametrize(
    ("written", "emails"),
    [
        ('["ana@acme.example", "a@b.example"]', ("ana@acme.example", "a@b.example")),
        ('"ana@acme.example"', ("ana@acme.example",)),
        ('"ana@acme.example; a@b.example c@d.example"', ("ana@acme.example", "a@b.example", "c@d.example")),
        ('"Ana@ACME.example."', ("Ana@acme.example",)),  # the local part is theirs
        ('"ana@bücher.example"', ("ana@xn--bcher-kva.example",)),
        ('"ana@BÜCHER.example"', ("ana@xn--bcher-kva.example",)),
        ('"ana+support@localhost"', ("ana+support@localhost",)),
        ('"o\'hara@acme.example"', ("o'hara@acme.example",)),
    ],
)
def test_addresses_are_a_list_or_one_text_and_canonical(written, emails):
    assert emails == person(f"email = {written}").email


@pytest.mark.parametrize(
    "wrong",
    [
        "ana",
        "ana@",
        "@acme.example",
        "ana@acme..example",
        "ana@.example",
        "ana@acme.example@x.example",
        "<ana@acme.example>",
        "ana@acme example.test",
        "a\\u0000na@acme.example",
        "ana@" + "x" * 250 + ".example",
    ],
)
def test_what_is_no_address_is_a_mistake_wherever_one_is_expected(wrong):
    assert "email" in mistakes(person, f'email = ["{wrong}"]')[0]
    assert "primary_contact: expected an address" in mistakes(organisation, f'primary_contact = "{wrong}"')[0]
    assert "account_manager: expected an address" in mistakes(organisation, f'account_manager = "{wrong}"')[0]


def test_an_organisation_says_what_it_has_bought():
    acme = organisation(
        'domains = "ACME.example, bücher.example"\nproducts = "PBX 1; Web, CRM"\n'
        'maintenance_until = "2027-01-31"\n'
        'technical_contact_seats = 3\nprimary_contact = "Ana@Acme.example"'
    )

    assert ("acme.example", "xn--bcher-kva.example") == acme.domains
    assert (("PBX 1", "Web, CRM"), date(2027, 1, 31), 3) == (
        acme.products,
        acme.maintenance_until,
        acme.technical_contact_seats,
    )
    assert "Ana@acme.example" == acme.primary_contact


def test_maintenance_may_be_said_to_have_no_end():
    acme = organisation('maintenance_until = ""')

    assert acme.maintenance_until is None
    assert "maintenance_until" in acme.model_fields_set


@pytest.mark.parametrize(
    ("hours", "read"),
    [
        ('{ mon-fri = ["09:00-17:00"] }', {"mon-fri": ["09:00-17:00"]}),
        ('"mon-fri 09:00-17:00"', {"mon-fri": ["09:00-17:00"]}),
        (
            '"mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-12:00"',
            {"mon-thu": ["09:00-12:30", "13:30-17:00"], "fri": ["09:00-12:00"]},
        ),
        ('"24x7"', {}),
        ('""', {}),
    ],
)
def test_an_agents_hours_are_a_table_as_a_calendars_or_words(hours, read):
    assert read == agent(f"hours = {hours}").hours


@pytest.mark.parametrize(
    ("read", "lines", "said"),
    [
        (agent, 'hours = "mon 9-17"', "p.toml.agent 'Sam'.hours: mon: '9-17' is no window"),
        (agent, 'hours = "mno 09:00-17:00"', "'mno' is no day; did you mean \"mon\"?"),
        (agent, "hours = { mon = [] }", "hours: never opens"),
        (agent, "hours = 9", "hours: expected hours"),
        (agent, 'timezone = "Europe/Rom"', 'did you mean "Europe/Rome"?'),
        (agent, 'manager = "yes"', "manager: expected true or false"),
        (agent, 'slack = "sam w"', "slack: expected the member's id"),
        (agent, 'slack = "1001"', "slack: expected the member's id"),  # that would be Telegram's
        (person, 'email = "a@b"\ntelegram = "@ana"', "telegram: expected the account's number"),
        (person, 'email = "a@b"\nrole = "admin"', 'did you mean "administrator"?'),
        (person, 'email = "a@b"\nrole = "technicl-contact"', 'did you mean "technical-contact"?'),
        (person, 'email = "a@b"\nrole = "boss"', "or end-user, got 'boss'"),
        (person, 'email = "a@b"\nseat = -1', "seat: expected at least 0"),
        (person, 'email = "a@b"\nseat = "1"', "seat: expected a whole number"),
        (person, "", "has no account; give email, telegram or slack"),
        (person, 'email = "a@b"\norganisation = "Acme"', "no organisation 'Acme'; none is known yet"),
        (organisation, "maintenance_until = 5", "expected a date such as 2026-12-24"),
        (organisation, "maintenance_until = 2026-01-01T00:00:00Z", "expected a date such as 2026-12-24"),
        (organisation, 'domains = ["acme example"]', "expected a domain"),
        (organisation, 'domain = "x"', 'did you mean "domains"?'),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(read, lines, said):
    assert said in "\n".join(mistakes(read, lines))


TWICE = """
[[organisation]]
name = "Acme"
domains = ["acme.example"]
[[organisation]]
name = "Acme"
domains = ["ACME.example"]
[[person]]
email = "ana@acme.example"
telegram = "1"
slack = "U1"
[[person]]
email = "Ana@acme.example"
telegram = "1"
slack = "u1"
organisation = "Acem"
[[agent]]
name = "Sam"
email = "sam@v.example"
[[agent]]
name = "Tim"
email = "SAM@V.example"
"""


def test_what_is_there_twice_or_nowhere_comes_all_at_once():
    said = mistakes(read_book, TWICE, "p")

    assert [
        "p.person 'Ana@acme.example'.organisation: no organisation 'Acem'; did you mean \"Acme\"?",
        "p.organisation: the name 'Acme' is there twice",
        "p.organisation: domain 'acme.example' is there twice",
        "p.person: address 'ana@acme.example' is there twice",
        "p.person: the Telegram account '1' is there twice",
        "p.person: the Slack account 'u1' is there twice",
        "p.agent: address 'sam@v.example' is there twice",
    ] == list(said)


def test_people_may_be_of_an_organisation_that_is_known_already():
    book = read_book('[[person]]\nemail = "a@b"\norganisation = "Acme"\n', "p", ["Acme"])

    assert "Acme" == book.person[0].organisation


def test_a_calendar_that_the_policy_lacks_is_told_where_the_policy_is_known():
    book = read_book('[[organisation]]\nname = "Acme"\ncalendar = "cte"\n', "p")
    said = ["p.organisation 'Acme'.calendar: no calendar 'cte'; did you mean \"cet\"?"]

    assert [] == mistakes_in(book, "p")
    assert said == mistakes_in(book, "p", calendars=["cet", "est"]) == unknown_calendars(book, "p", ["cet"])
    assert [] == unknown_calendars(book, "p", ["cte"])


# Spreadsheets


ANA = "name,organisation,role,email\nAna,Acme,administrator,ana@acme.example\n"


@pytest.mark.parametrize(
    "text",
    [
        ANA,
        "\ufeff" + ANA,
        ANA.replace(",", ";"),
        ANA.replace(",", "\t"),
        ANA.replace("\n", "\r\n"),
        ANA.replace("name,organisation,role,email", " Name , ORGANISATION,Role,Emails"),
        '"name","organisation","role","email"\n\n"Ana","Acme","administrator","ana@acme.example"\n,,,\n',
        "email,role,organisation,name\nana@acme.example,administrator,Acme,Ana",
        ANA.replace("email\n", "email,\n").replace(".example\n", ".example,\n"),  # a separator too many
    ],
)
def test_a_spreadsheet_is_read_however_its_program_writes_it(text):
    book = read_csv(text, "p.csv")
    ana = book.person[0]

    assert (1, 0, 0) == (len(book.person), len(book.organisation), len(book.agent))
    assert ("Ana", "Acme", Role.ADMINISTRATOR, ("ana@acme.example",)) == (
        ana.name,
        ana.organisation,
        ana.role,
        ana.email,
    )


def test_a_cell_holds_several_values_and_every_kind_has_its_columns():
    firms = read_csv(
        "name,domains,products,seats,active,maintenance until\n"
        '"Acme, Inc.",acme.example acme.test,PBX 1; PBX 2,3,no,2027-01-31\n',
        "o.csv",
    )
    agents = read_csv(
        'name,email,hours,manager\nSam,sam@v.example,"mon 09:00-12:00; tue 09:00-10:00",1\n', "a"
    )
    acme, sam = firms.organisation[0], agents.agent[0]

    assert ("Acme, Inc.", ("acme.example", "acme.test"), ("PBX 1", "PBX 2"), 3, False) == (
        acme.name,
        acme.domains,
        acme.products,
        acme.technical_contact_seats,
        acme.active,
    )
    assert ({"mon": ["09:00-12:00"], "tue": ["09:00-10:00"]}, True) == (sam.hours, sam.manager)


def test_an_empty_cell_says_nothing():
    row = read_csv("name,organisation,role,email,seat\nAna,,,a@b.example,\n", "p.csv").person[0]

    assert {"name", "email"} == row.model_fields_set


@pytest.mark.parametrize("sign", "=+-@")
def test_a_cell_that_begins_like_a_formula_is_text(sign):
    row = read_csv(f'name,organisation,email\n"{sign}cmd|calc","{sign}1",a@b.example\n', "p.csv").person[0]

    assert (f"{sign}cmd|calc", f"{sign}1") == (row.name, row.organisation)


@pytest.mark.parametrize(
    ("kind", "filled"), [("people", (0, 1, 0)), ("agents", (0, 0, 1)), ("organisations", None)]
)
def test_a_kind_that_the_header_leaves_open_is_given(kind, filled):
    text = "name,email\nAna,a@b.example\n"
    said = mistakes(read_csv, text, "p.csv")

    assert said[0].endswith("may be those of people or agents; say which with --kind")
    if filled is None:
        assert "no column 'email' is known here" in mistakes(read_csv, text, "p.csv", kind)[0]
        return
    book = read_csv(text, "p.csv", kind)

    assert filled == (len(book.organisation), len(book.person), len(book.agent))


BEGINNINGS = (
    "people.csv line 2, role: expected ",
    "people.csv line 3, email[1]: expected an address",
    "people.csv line 3, seat: expected a whole number, got 'first'",
    "people.csv line 6: 'too' is in no column; put quotes around",
)


def test_every_mistake_of_a_spreadsheet_comes_at_once_with_its_line_and_column():
    text = (
        "name,organisation,role,email,seat\n"
        "Ana,Acme,admin,ana@acme.example,\n"
        '"Bob\nBrun",Acme,end-user,bob,first\n'
        "\n"
        "Eve,Acme,end-user,eve@acme.example,1,too,much\n"
    )
    said = mistakes(read_csv, text, "people.csv")

    assert len(BEGINNINGS) == len(said)
    assert all(one.startswith(begin) for one, begin in zip(said, BEGINNINGS, strict=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "p.csv: is empty"),
        ("\n\n", "p.csv: is empty"),
        ("name,rol,email,seat\n", "p.csv line 1: no column 'rol' is known here; did you mean \"role\"?"),
        ("name,role,Role,email\n", "p.csv line 1: the column 'role' is there twice"),
        ('name,role,email\nAna,"end-user,a@b.example\n', "p.csv line 2: is not readable as CSV"),
        ("name,role,email\n" + "x" * 200_000 + ",,\n", "p.csv line 2: is not readable as CSV"),
        ("name,email,team,active\nSam,s@v.example,x,maybe\n", "line 2, active: expected true or false"),
    ],
)
def test_a_spreadsheet_that_cannot_be_read_says_why(text, said):
    assert said in mistakes(read_csv, text, "p.csv")[0]


@pytest.mark.parametrize(("written", "means"), [("yes", True), ("TRUE", True), ("0", False), ("No", False)])
def test_yes_and_no_are_written_as_people_write_them(written, means):
    row = read_csv(f"name,email,manager\nSam,s@v.example,{written}\n", "a.csv").agent[0]

    assert isinstance(row, AgentEntry)
    assert means is row.manager
