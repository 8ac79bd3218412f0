"""Announcements and outages in the store, on either database, and what a transaction tells of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import stores
from intake.maintenance import Announced
from store import announcements, outages
from store.desk import SqlStore
from stores import NOON, an_outbound, open_a_ticket

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
SAM = "sam@vendor.example"


@pytest.fixture(params=stores.DATABASES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    yield from stores.opened(request, tmp_path)


def window(starts=1, ends=2, services=("VPS",), emergency=False):
    return Announced(
        0, services, NOON + starts * HOUR, NOON + ends * HOUR, emergency, "Söme\ntext", NOON, SAM
    )


def announce(desk, *windows):
    with desk.begin() as work:
        return [announcements.add(work.connection, one) for one in windows]


def test_an_announcement_is_read_as_it_was_kept(desk):
    (number,) = announce(desk, window(services=("VPS", "Email Hosting"), emergency=True))
    with desk.reading() as work:
        found = announcements.one(work.connection, number)

    kept = window(services=("VPS", "Email Hosting"), emergency=True)
    assert (number, kept.services, kept.starts_at, kept.ends_at, True, kept.text, NOON, SAM, None) == (
        found.id,
        found.services,
        found.starts_at,
        found.ends_at,
        found.emergency,
        found.text,
        found.announced_at,
        found.announced_by,
        found.cancelled_at,
    )


@pytest.mark.parametrize("number", [0, 7, 2**40])
def test_what_is_not_there_is_none(desk, number):
    with desk.reading() as work:
        assert (None, None) == (
            announcements.one(work.connection, number),
            outages.one(work.connection, number),
        )


def test_current_are_those_to_come_and_running_the_next_first(desk):
    later, running, over, gone = announce(desk, window(5, 6), window(-1, 1), window(-2, 0), window(3, 4))
    with desk.begin() as work:
        done = [announcements.cancel(work.connection, gone, NOON) for _ in range(2)]
    with desk.reading() as work:
        current, all_of_them, live = (
            [one.id for one in found]
            for found in (
                announcements.current(work.connection, NOON),
                announcements.listed(work.connection),
                announcements.not_over(work.connection, NOON),
            )
        )

    assert [True, False] == done
    assert [running, later] == current
    assert [later, gone, running, over] == all_of_them
    assert [running, gone, later] == live


def test_the_windows_of_a_span_are_those_that_took_place_in_it(desk):
    inside, before, touching, early, ended = announce(
        desk, window(1, 2), window(-2, -1), window(-1, 0), window(1, 2), window(1, 3)
    )
    with desk.begin() as work:
        announcements.cancel(work.connection, early, NOON)  # before it began
        announcements.cancel(work.connection, ended, NOON + 2 * HOUR)
    with desk.reading() as work:
        found = {one.id for one in announcements.between(work.connection, NOON, NOON + 4 * HOUR)}

    assert {inside, ended} == found
    assert before not in found
    assert touching not in found


def test_who_was_told_is_who_was_promised_a_mail_with_it(desk):
    with desk.begin() as work:
        number = announcements.add(work.connection, window())
        work.promise(an_outbound("1@v", notice="maintenance", language="de"), None, NOON)
        work.promise(an_outbound("2@v", notice="acknowledgement"), None, NOON)
        work.promise(an_outbound("3@v", notice="maintenance"), None, NOON + timedelta(microseconds=1))
    with desk.reading() as work:
        told = announcements.told(work.connection, announcements.one(work.connection, number))

    assert [("ana@acme.example", "Ana", "de")] == [tuple(row) for row in told]


def test_a_transaction_tells_of_the_maintenance_of_a_service(desk):
    vps, everything, _ = announce(desk, window(1, 2), window(2, 3, ()), window(3, 4, ("Email Hosting",)))
    with desk.reading() as work:
        found = [[one.id for one in work.announced(service, NOON)] for service in ("VPS", "", "IaaS")]

    assert [[vps, everything], [everything], [everything]] == found


def test_an_outage_is_recorded_ended_and_dropped(desk):
    with desk.begin() as work:
        number = outages.add(work.connection, "VPS", NOON, None, "Gone.", SAM, NOON + HOUR)
        other = outages.add(work.connection, "IaaS", NOON - HOUR, NOON, "Gone.", SAM, NOON + HOUR)
        outages.end(work.connection, number, NOON + 2 * HOUR)
    with desk.begin() as work:
        ended = outages.one(work.connection, number)
        outages.drop(work.connection, other)
    with desk.reading() as work:
        left = outages.listed(work.connection)

    assert ("VPS", NOON, NOON + 2 * HOUR, "Gone.", SAM, NOON + HOUR) == (
        ended.service,
        ended.started_at,
        ended.ended_at,
        ended.what,
        ended.recorded_by,
        ended.recorded_at,
    )
    assert [number] == [one.id for one in left]


@pytest.mark.parametrize(
    ("starts", "ends", "is_between", "is_since"),
    [
        (0, 1, True, True),
        (-2, 0, False, False),  # it was over when the span began
        (-2, 1, True, True),
        (-2, None, True, True),
        (4, 5, False, True),
        (3, None, True, True),
    ],
)
def test_the_outages_of_a_span_are_those_that_reach_into_it(desk, starts, ends, is_between, is_since):
    with desk.begin() as work:
        end = NOON + ends * HOUR if ends is not None else None
        outages.add(work.connection, "VPS", NOON + starts * HOUR, end, "Gone.", SAM, NOON)
    with desk.reading() as work:
        between = outages.between(work.connection, NOON, NOON + 4 * HOUR)
        since = work.outages("VPS", NOON)
        elsewhere = work.outages("IaaS", NOON)

    assert (is_between, is_since, ()) == (bool(between), bool(since), elsewhere)


def test_claims_are_tickets_of_that_kind_since_then(desk):
    claim, question, other = {"kind": "sla-claim"}, {"kind": "question"}, {"about": "a claim"}
    with desk.begin() as work:
        numbers = [open_a_ticket(work, fields=one, product="VPS").number for one in (claim, question, other)]
    with desk.reading() as work:
        found = list(outages.claims_since(work.connection, NOON))
        later = list(outages.claims_since(work.connection, NOON + HOUR))

    assert [(numbers[0], None, "VPS")] == found
    assert [] == later
