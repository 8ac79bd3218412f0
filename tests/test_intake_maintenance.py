"""Maintenance that is announced: when it may be, for what, and who is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.maintenance import (
    Announced,
    earliest_start,
    has_service,
    mistakes_in,
    outside_low_traffic,
    service_named,
    told_of,
)
from intake.policy import preset_text, read_policy
from intake.tickets import Organisation, Person, Role

POLICY = read_policy(preset_text("intesys"), "intesys")
PRODUCTS = POLICY.file.product
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA = Person(1, "Ana", ("ana@acme.example",), 1, Role.TECHNICAL_CONTACT, language="de")
BIA = Person(2, "Bia", ("bia@acme.example", "b@acme.example"), 1, Role.ADMINISTRATOR, timezone="Asia/Tokyo")
CLEO = Person(3, "Cleo", ("cleo@acme.example",), 1, Role.ADMINISTRATOR)
MUTE = Person(4, "Mute", (), 1, Role.ADMINISTRATOR, telegram="telegram:4")
ACME = Organisation(1, "Acme", products=("vps",), timezone="Europe/Rome", language="it")


def told(*organisations, services=()):
    return told_of(services, organisations, POLICY)


def addresses(*organisations, services=()):
    return [one.address.address for one in told(*organisations, services=services).recipients]


@pytest.mark.parametrize(
    ("starts", "ends", "emergency", "wrong"),
    [
        (100 * HOUR, 102 * HOUR, False, []),
        (-1 * HOUR, 2 * HOUR, True, []),  # an emergency may have begun
        (-2 * DAY, 2 * HOUR, True, ["--from: is past"]),
        (-1 * HOUR, 2 * HOUR, False, ["--from: is past"]),
        (-3 * HOUR, -2 * HOUR, False, ["--to: is past"]),
        (100 * HOUR, 100 * HOUR, False, ["--to: lies not after --from"]),
        (100 * HOUR, 99 * HOUR, False, ["--to: lies not after --from"]),
        (4 * DAY, 11 * DAY, False, []),
        (4 * DAY, 11 * DAY + timedelta(seconds=1), False, ["--to: the window is longer than 7 days"]),
        (400 * DAY, 401 * DAY, False, ["--from: is more than a year ahead"]),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_with_the_reason(starts, ends, emergency, wrong):
    found = mistakes_in(NOW + starts, NOW + ends, NOW, emergency=emergency)

    assert wrong == [one.partition(";")[0] for one in found]


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        (NOW, datetime(2026, 11, 23, 12, 1, tzinfo=UTC)),
        (NOW.replace(second=0), datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_earliest_beginning_is_a_whole_minute_72_hours_ahead(now, earliest):
    assert earliest == earliest_start(now, POLICY)


@pytest.mark.parametrize(
    ("starts", "hours", "outside"),
    [
        (datetime(2026, 11, 27, 1, tzinfo=UTC), 8, 0),  # 22:00 to 06:00 in São Paulo
        (datetime(2026, 11, 27, 0, tzinfo=UTC), 2, 1),
        (datetime(2026, 11, 27, 8, tzinfo=UTC), 3, 2),
        (datetime(2026, 11, 27, 12, tzinfo=UTC), 3, 3),
        (datetime(2026, 11, 27, 1, tzinfo=UTC), 24, 16),
    ],
)
def test_what_lies_outside_the_low_traffic_hours_is_counted(starts, hours, outside):
    assert outside * HOUR == outside_low_traffic(starts, starts + hours * HOUR, POLICY)


def test_a_policy_without_low_traffic_hours_warns_of_nothing():
    wildix = read_policy(preset_text("wildix"), "wildix")

    assert timedelta() == outside_low_traffic(NOW, NOW + DAY, wildix)


@pytest.mark.parametrize(
    ("named", "found", "wrong"),
    [
        ("VPS", "VPS Cloud Servers", []),
        ("mail-hosting", "Email Hosting", []),
        ("email hostin", "email hostin", ["no service 'email hostin'; did you mean \"Email Hosting\"?"]),
    ],
)
def test_a_service_goes_by_any_of_its_names(named, found, wrong):
    mistakes = []

    assert found == service_named(named, PRODUCTS, mistakes)
    assert [f"--service: {one}" for one in wrong] == mistakes


def test_a_policy_without_products_says_so():
    mistakes = []
    service_named("VPS", (), mistakes)

    assert ["--service: no service 'VPS'; the policy has no [[product]]"] == mistakes


@pytest.mark.parametrize(
    ("products", "has"), [(("vps",), True), (("IaaS", "VPS Cloud Server"), True), ((), False)]
)
def test_an_organisation_has_a_service_by_any_of_its_names(products, has):
    assert has == has_service(replace(ACME, products=products), "VPS Cloud Servers", PRODUCTS)


@pytest.mark.parametrize(
    ("contact", "people", "to"),
    [
        ("ana@acme.example", (ANA, BIA), ["ana@acme.example"]),
        ("Ana@ACME.example", (ANA, BIA), ["Ana@ACME.example"]),
        ("office@acme.example", (ANA, BIA), ["office@acme.example"]),  # nobody that is known
        ("", (ANA, BIA, CLEO), ["bia@acme.example", "cleo@acme.example"]),
        ("", (ANA, MUTE), []),
    ],
)
def test_the_primary_contact_is_told_else_the_administrators(contact, people, to):
    assert to == addresses((replace(ACME, primary_contact=contact), people))


def test_an_organisation_that_nobody_can_be_told_for_is_listed():
    found = told((ACME, (MUTE,)), (replace(ACME, id=2, name="Zeta"), (BIA,)))

    assert (1, ("Acme",)) == (found.organisations, found.not_reached)


@pytest.mark.parametrize(
    ("person", "contact", "language", "zone"),
    [
        (ANA, "ana@acme.example", "de", "Europe/Rome"),
        (BIA, "b@acme.example", "it", "Asia/Tokyo"),
        (BIA, "office@acme.example", "it", "Europe/Rome"),
    ],
)
def test_each_is_told_in_their_language_and_zone_else_their_organisations(person, contact, language, zone):
    (to,) = told((replace(ACME, primary_contact=contact), (person,))).recipients

    assert (language, zone) == (to.language, to.timezone)


def test_the_zone_of_the_calendar_is_the_last_resort():
    (to,) = told((replace(ACME, timezone="", primary_contact="x@y.example"), ())).recipients

    assert str(POLICY.calendar_of(ACME).zone) == to.timezone


@pytest.mark.parametrize(
    ("services", "names"),
    [
        ((), {"a", "b", "c"}),
        (("IaaS",), {"b"}),
        (("IaaS", "VPS Cloud Servers"), {"a", "b"}),
        (("Email Hosting",), set()),
    ],
)
def test_the_organisations_with_the_service_are_told_all_where_none_is_named(services, names):
    given = (("a", ("VPS",)), ("b", ("iaas",)), ("c", ()))
    firms = [
        (Organisation(place, name, products=products, primary_contact=f"{name}@x.example"), ())
        for place, (name, products) in enumerate(given)
    ]

    assert {f"{name}@x.example" for name in names} == set(addresses(*firms, services=services))
    assert (("c",) if services else ()) == told(*firms, services=services).without_products


def test_an_organisation_that_is_no_customer_any_more_is_not_told():
    assert [] == addresses((replace(ACME, active=False, primary_contact="x@y.example"), ()))


def test_who_looks_after_several_organisations_is_told_once():
    firms = [(Organisation(n, str(n), primary_contact="Agency@x.example"), ()) for n in (1, 2)]

    assert ["Agency@x.example"] == addresses(*firms)


@pytest.mark.parametrize(
    ("starts", "ends", "cancelled", "state"),
    [
        (HOUR, 2 * HOUR, None, "coming"),
        (timedelta(), HOUR, None, "running"),
        (-HOUR, timedelta(), None, "over"),
        (HOUR, 2 * HOUR, NOW, "cancelled"),
    ],
)
def test_a_window_is_coming_running_over_or_cancelled(starts, ends, cancelled, state):
    window = Announced(1, (), NOW + starts, NOW + ends, False, "x", NOW, "sam@vendor.example", cancelled)

    assert state == window.state(NOW)
    assert (state in ("coming", "running")) == window.is_current(NOW)
