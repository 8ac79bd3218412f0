"""Uptime: how long a service was down in a month, whether that kept its guarantee, and what is credited.

Outages that overlap count once, and only their part in the month; the month is the calendar's own,
so one with a clock change is an hour shorter or longer. Maintenance that was announced in time is
no downtime (our reading of the policies); an emergency is. Per cents are exact fractions until they
are written, and then cut off, never rounded: what missed its guarantee never looks as if it had kept it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from intake.calendars.openings import MICRO, Stretch, merged
from intake.calendars.zones import EPOCH
from intake.errors import ConfigError
from intake.maintenance import Announced
from intake.policies.products import plain
from intake.policies.written import ProductFile

CLAIM = "sla-claim"  # the kind of request, as the form has it
DIGITS = 4
TICK = timedelta(microseconds=1)
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a service was not there; without an end it still is not."""

    id: int
    service: str
    started_at: datetime
    ended_at: datetime | None
    what: str
    recorded_by: str
    recorded_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.started_at <= now and (self.ended_at is None or self.ended_at > now)


@dataclass(frozen=True, slots=True)
class Month:
    """A month on the wall of a zone."""

    name: str
    zone: ZoneInfo
    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True, slots=True)
class Uptime:
    """One service in one month; `left_out` is downtime during announced maintenance."""

    service: str
    month: Month
    down: timedelta
    left_out: timedelta
    guarantee: Decimal
    credit: float

    @property
    def share(self) -> Fraction:
        """The per cent of the month in which it was up."""
        return 100 - Fraction(100 * (self.down // TICK), self.month.length // TICK)

    @property
    def is_kept(self) -> bool:
        return self.share >= Fraction(self.guarantee)

    @property
    def allowed(self) -> timedelta:
        """The longest downtime that keeps the guarantee."""
        micro = (100 - Fraction(self.guarantee)) / 100 * (self.month.length // TICK)
        return int(micro) * TICK

    @property
    def per_cent(self) -> str:
        """The share with four digits, or as many as the guarantee has if those are more."""
        digits = max(DIGITS, -int(self.guarantee.as_tuple().exponent))
        return f"{Decimal(int(self.share * 10**digits)).scaleb(-digits):.{digits}f}"


def month_in(written: str, zone: ZoneInfo) -> Month:
    """A month such as "2026-10"; its first moment and the next month's, where that zone is."""
    found = MONTH.fullmatch(written.strip())
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if year not in YEARS:
        raise ConfigError([f"--month: {written!r} is no month; write it as 2026-10"])
    following = (year + month // 12, month % 12 + 1)
    begins, ends = (datetime(*first, 1, tzinfo=zone).astimezone(UTC) for first in ((year, month), following))
    return Month(f"{year:04}-{month:02}", zone, begins, ends)


def month_before(now: datetime, zone: ZoneInfo) -> str:
    """The name of the last whole month."""
    first = now.astimezone(zone).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def guaranteed(products: Iterable[ProductFile]) -> tuple[ProductFile, ...]:
    """The products with an uptime: the services."""
    return tuple(one for one in products if one.uptime is not None)


def uptime_of(
    service: ProductFile,
    month: Month,
    outages: Iterable[Outage],
    announced: Iterable[Announced],
    now: datetime,
) -> Uptime:
    """How a service did in a month, of which only what is past counts as down."""
    theirs = [one for one in outages if one.service == service.name]
    down = _clipped(((one.started_at, one.ended_at or now) for one in theirs), month, now)
    windows = _clipped(_windows(announced, service.name), month, now)
    left_out = sum(_overlap(one, other) for one in down for other in windows)
    whole = sum(ends - begins for begins, ends in down)
    # as a policy writes it: 99.99 is no binary fraction
    bare = Uptime(
        service.name, month, (whole - left_out) * TICK, left_out * TICK, Decimal(str(service.uptime)), 0
    )
    steps = (one.credit for one in service.credits if bare.share < Fraction(Decimal(str(one.below))))
    return Uptime(service.name, month, bare.down, bare.left_out, bare.guarantee, max(steps, default=0))


def is_claim(fields: Mapping[str, object]) -> bool:
    """Whether a ticket's form asks for a credit."""
    return plain(str(fields.get("kind", ""))) == plain(CLAIM)


def seconds(length: timedelta) -> int | float:
    """Whole seconds where they are whole."""
    micro = length // TICK
    return micro // MICRO if micro % MICRO == 0 else micro / MICRO


def _windows(announced: Iterable[Announced], service: str) -> Iterator[tuple[datetime, datetime]]:
    """The maintenance that is not held against a service; one that was cancelled, until then."""
    for one in announced:
        ends = min(one.ends_at, one.cancelled_at) if one.cancelled_at else one.ends_at
        if one.concerns(service) and not one.emergency and ends > one.starts_at:
            yield one.starts_at, ends


def _clipped(spans: Iterable[tuple[datetime, datetime]], month: Month, now: datetime) -> list[Stretch]:
    last = min(month.ends, max(now, month.begins))
    inside = ((max(begins, month.begins), min(ends, last)) for begins, ends in spans)
    return merged(((low - EPOCH) // TICK, (high - EPOCH) // TICK) for low, high in inside if low < high)


def _overlap(one: Stretch, other: Stretch) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
