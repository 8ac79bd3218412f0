"""What agents are told around a new ticket: outages, maintenance, and what a claim is about."""

from datetime import timedelta

import pytest

from attack_world import KEYS
from bots.wiring import set_up
from builders import TUESDAY, a_desk, a_ticket
from intake.around import lines_around, lines_of_service
from intake.maintenance import Announced
from intake.policy import preset_text, read_policy
from intake.tickets import Status
from intake.uptime import Outage
from store import announcements, outages
from store.desk import open_store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = read_policy(preset_text("intesys"), "intesys")
SETUP = set_up(a_desk(timezone="Europe/Rome"), POLICY, KEYS)
SAM = "sam@vendor.example"


@pytest.fixture
def store():
    store = open_store("sqlite://")
    yield store
    store.close()


def out(store, starts, ends=None, service="VPS Cloud Servers"):
    end = TUESDAY + ends if ends is not None else None
    with store.begin() as work:
        outages.add(work.connection, service, TUESDAY + starts, end, "Storage.", SAM, TUESDAY)


def announce(store, starts, ends, services=("VPS Cloud Servers",), emergency=False):
    window = Announced(0, services, TUESDAY + starts, TUESDAY + ends, emergency, "x", TUESDAY, SAM)
    with store.begin() as work:
        announcements.add(work.connection, window)


def around(store, **changes):
    ticket = a_ticket(product="vps", **changes)
    with store.reading() as work:
        return list(lines_around(work, ticket, SETUP, TUESDAY))


def test_nothing_is_said_where_nothing_is_on(store):
    assert [] == around(store)


def test_an_outage_of_the_tickets_service_is_told_in_the_desks_zone(store):
    out(store, -HOUR)
    out(store, -HOUR, service="IaaS")

    assert ["VPS Cloud Servers is out since Tue 10 Mar 2026, 09:00 CET (outage 1): Storage."] == around(store)


def test_an_outage_that_is_over_is_told_for_a_claim_only(store):
    out(store, -30 * DAY, -30 * DAY + HOUR)
    out(store, -90 * DAY, -90 * DAY + HOUR)  # neither this month nor the last
    claimed = around(store, fields={"kind": "sla-claim"})
    span = "Sun 08 Feb 2026, 10:00 CET to Sun 08 Feb 2026, 11:00 CET"

    assert [] == around(store)
    assert [f"VPS Cloud Servers was out {span} (outage 1): Storage."] == claimed


@pytest.mark.parametrize(
    ("starts", "ends", "services", "emergency", "told"),
    [
        (HOUR, 2 * HOUR, ("VPS Cloud Servers",), False, "maintenance of VPS Cloud Servers coming"),
        (-HOUR, 2 * HOUR, (), True, "emergency maintenance of all services running"),
        (-2 * HOUR, -HOUR, ("VPS Cloud Servers",), False, None),
        (HOUR, 2 * HOUR, ("IaaS",), False, None),
    ],
)
def test_maintenance_of_the_tickets_service_is_told(store, starts, ends, services, emergency, told):
    announce(store, starts, ends, services, emergency)

    assert ([told] if told else []) == [line.partition(",")[0] for line in around(store)]


def test_a_ticket_without_a_product_hears_of_what_concerns_all(store):
    announce(store, HOUR, 2 * HOUR, ())
    announce(store, HOUR, 2 * HOUR)
    with store.reading() as work:
        found = lines_of_service(work, a_ticket(), SETUP, TUESDAY)

    assert ["maintenance of all services coming"] == [line.partition(",")[0] for line in found]


def test_a_closed_ticket_hears_of_nothing(store):
    out(store, -HOUR)
    with store.reading() as work:
        assert () == lines_of_service(work, a_ticket(product="vps", status=Status.CLOSED), SETUP, TUESDAY)


def test_there_is_nothing_around_no_ticket(store):
    with store.reading() as work:
        assert () == lines_around(work, None, SETUP, TUESDAY)


def test_an_outage_is_on_until_its_end():
    outage = Outage(1, "VPS", TUESDAY, TUESDAY + HOUR, "x", SAM, TUESDAY)
    told = [outage.is_open(TUESDAY + hours * HOUR) for hours in (-1, 0, 0.5, 1)]

    assert [False, True, True, False] == told
