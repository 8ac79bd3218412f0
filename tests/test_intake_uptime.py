"""Uptime of a service in a month: what counts as down, what is credited, and that nothing is rounded up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from intake.errors import ConfigError
from intake.maintenance import Announced
from intake.policies.written import CreditFile, ProductFile
from intake.uptime import Outage, is_claim, month_before, month_in, seconds, uptime_of

ROME = ZoneInfo("Europe/Rome")
LATER = datetime(2027, 1, 1, tzinfo=UTC)
OCTOBER = month_in("2026-10", ROME)
VPS = ProductFile(
    name="VPS",
    uptime=99.99,
    credits=(CreditFile(below=99.99, credit=10), CreditFile(below=99.0, credit=25)),
)


def at(day, hour=0, minute=0, second=0):
    return datetime(2026, 10, day, hour, minute, second, tzinfo=UTC)


def out(begins, ends, service="VPS"):
    return Outage(1, service, begins, ends, "down", "sam@vendor.example", begins)


def window(begins, ends, emergency=False, services=("VPS",), cancelled=None):
    return Announced(1, services, begins, ends, emergency, "x", at(1), "sam@vendor.example", cancelled)


def down_of(outages, windows=(), now=LATER, month=OCTOBER):
    return uptime_of(VPS, month, outages, windows, now).down


@pytest.mark.parametrize(
    ("name", "zone", "hours"),
    [
        ("2026-10", "Europe/Rome", 31 * 24 + 1),  # the clock goes back
        ("2026-03", "Europe/Rome", 31 * 24 - 1),
        ("2026-02", "Europe/Rome", 28 * 24),
        ("2028-02", "Europe/Rome", 29 * 24),
        ("2026-12", "Europe/Rome", 31 * 24),
        ("2026-10", "America/Sao_Paulo", 31 * 24),
        ("2026-04", "Australia/Lord_Howe", 30 * 24 + 0.5),
    ],
)
def test_a_month_is_as_long_as_it_is_there(name, zone, hours):
    assert timedelta(hours=hours) == month_in(name, ZoneInfo(zone)).length


@pytest.mark.parametrize("written", ["2026-13", "2026-00", "2026-1", "October", "", "9999-12", "2026-10-01"])
def test_what_is_no_month_is_said_to_be_none(written):
    with pytest.raises(ConfigError, match=r"--month: .* is no month; write it as 2026-10"):
        month_in(written, ROME)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "2026-10"),
        (datetime(2026, 10, 31, 22, tzinfo=UTC), "2026-09"),
    ],
)
def test_the_last_whole_month_is_that_of_the_zone(now, name):
    assert name == month_before(now, ROME)


@pytest.mark.parametrize(
    ("outages", "hours"),
    [
        ([], 0),
        ([out(at(5), at(5, 2))], 2),
        ([out(at(5), at(5, 2)), out(at(5, 1), at(5, 3))], 3),  # what overlaps counts once
        ([out(at(5), at(5, 4)), out(at(5, 1), at(5, 2))], 4),
        ([out(at(5), at(5, 2)), out(at(5, 2), at(5, 3))], 3),
        ([out(at(5), at(5, 2)), out(at(6), at(6, 2))], 4),
        ([out(at(5), at(5, 2), "IaaS")], 0),
        ([out(datetime(2026, 9, 30, 20, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))], 2),  # Rome is at +2
        ([out(at(31, 22), datetime(2026, 11, 1, 5, tzinfo=UTC))], 1),  # and at +1 in the end
        ([out(datetime(2026, 9, 1, tzinfo=UTC), None)], 31 * 24 + 1),
        ([out(datetime(2026, 11, 2, tzinfo=UTC), None)], 0),
    ],
)
def test_what_counts_as_down(outages, hours):
    assert timedelta(hours=hours) == down_of(outages)


def test_an_outage_that_goes_on_counts_until_now():
    assert timedelta(hours=3) == down_of([out(at(5), None)], now=at(5, 3))


def test_an_end_that_is_still_to_come_counts_until_now():
    assert timedelta(hours=1) == down_of([out(at(5), at(5, 3))], now=at(5, 1))


@pytest.mark.parametrize(
    ("windows", "minutes"),
    [
        ([window(at(5, 0), at(5, 1))], 60),
        ([window(at(5, 0), at(5, 2))], 0),
        ([window(at(4), at(6))], 0),
        (
            [window(at(5, 0), at(5, 1)), window(at(5, 0, 30), at(5, 1, 30))],
            30,
        ),  # once, however often announced
        ([window(at(5, 0), at(5, 1), emergency=True)], 120),
        ([window(at(5, 0), at(5, 1), services=())], 60),
        ([window(at(5, 0), at(5, 1), services=("IaaS",))], 120),
        ([window(at(5, 0), at(5, 2), cancelled=at(4))], 120),
        (
            [window(at(5, 0), at(5, 2), cancelled=at(5, 0, 30))],
            90,
        ),  # ended early: it was announced until then
        ([window(at(7), at(8))], 120),
    ],
)
def test_downtime_in_announced_maintenance_is_left_out_and_an_emergencys_is_not(windows, minutes):
    found = uptime_of(VPS, OCTOBER, [out(at(5), at(5, 2))], windows, LATER)

    assert timedelta(minutes=minutes) == found.down
    assert timedelta(hours=2) == found.down + found.left_out


@pytest.mark.parametrize(
    ("down_s", "per_cent", "is_kept", "credit"),
    [
        (0, "100.0000", True, 0),
        (1, "99.9999", True, 0),
        (268, "99.9900", True, 0),  # October in Rome has 2,682,000 seconds, of which 268.2 may be lost
        (269, "99.9899", False, 10),  # 99.98997: cut off, for rounding would write the guarantee
        (26820, "99.0000", False, 10),
        (26821, "98.9999", False, 25),
        (2682000, "0.0000", False, 25),
    ],
)
def test_the_per_cent_is_cut_off_and_decides_the_credit(down_s, per_cent, is_kept, credit):
    ends = OCTOBER.begins + timedelta(seconds=down_s)
    found = uptime_of(VPS, OCTOBER, [out(OCTOBER.begins, ends)], (), LATER)

    assert (per_cent, is_kept, credit) == (found.per_cent, found.is_kept, found.credit)


def test_the_longest_allowed_downtime_keeps_the_guarantee_and_a_microsecond_more_does_not():
    allowed = uptime_of(VPS, OCTOBER, (), (), LATER).allowed
    least_more = allowed + timedelta(microseconds=1)
    verdicts = [
        uptime_of(VPS, OCTOBER, [out(at(5), at(5) + down)], (), LATER).is_kept
        for down in (allowed, least_more)
    ]

    assert timedelta(seconds=268.2) == allowed
    assert [True, False] == verdicts


def test_a_guarantee_with_more_digits_is_written_with_as_many():
    precise = VPS.model_copy(update={"uptime": 99.99999})
    found = uptime_of(precise, OCTOBER, [out(at(5), at(5) + timedelta(seconds=1))], (), LATER)

    assert (Decimal("99.99999"), "99.99996") == (found.guarantee, found.per_cent)
    assert not found.is_kept


@pytest.mark.parametrize(
    ("fields", "claims"),
    [
        ({"kind": "sla-claim"}, True),
        ({"kind": "SLA claim"}, True),
        ({"kind": "question"}, False),
        ({"about": "sla-claim"}, False),
        ({}, False),
    ],
)
def test_a_claim_is_a_kind_of_request(fields, claims):
    assert claims == is_claim(fields)


def test_seconds_are_whole_where_they_are():
    assert (90, 0.5) == (seconds(timedelta(seconds=90)), seconds(timedelta(milliseconds=500)))
