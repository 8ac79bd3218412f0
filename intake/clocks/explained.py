"""Why a promise is due when it is due, step by step, in words that can be checked by hand.

It is told from the clock's events and counted under the present policy and calendar, in the zone
of whoever reads. The windows that are listed add up to the target exactly; where an earlier or a
later severity counts as well, the earlier outcome is the one that is shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.calendars import ALWAYS, Calendar, due, is_open, next_opening
from intake.calendars.amounts import Amount, Unit, length_in_words
from intake.calendars.holiday_names import holiday_names
from intake.clocks.counted import (
    DAY,
    DayCounted,
    Window,
    business_days_after,
    days_counted,
    windows_between,
)
from intake.clocks.replayed import ClockEvent
from intake.clocks.terms import legs_of
from intake.policy import Policy
from intake.tickets import Clock, ClockKind, Ticket

MOST_DAYS = 10  # that are listed one by one
HOURS = frozenset({Unit.BUSINESS_TIME, Unit.WALL_TIME})
ENDS = {"paused": "paused", "met": "kept", "stopped": "stopped"}


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one clock; `windows` are what was counted of the time until `due`."""

    kind: ClockKind
    due: datetime | None
    lines: tuple[str, ...]
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """One way to count: since when, for which severity, how much, and what comes out."""

    since: datetime
    severity: str
    amount: Amount
    due: datetime


def why(clock: Clock, events: Iterable[ClockEvent], ticket: Ticket, policy: Policy, zone: ZoneInfo) -> Why:
    """Explain one clock from its own events."""
    told = [one for one in events if one.kind is clock.kind]
    told = told[max((place for place, one in enumerate(told) if one.event == "started"), default=0) :]
    legs = _legs(clock, ticket, policy)
    if not legs:
        return Why(clock.kind, clock.due_at, (*_call(clock, zone), *_outcome(clock, told, None, zone)))
    found = min(legs, key=lambda leg: leg.due)
    calendar = policy.calendar_of(ticket.organisation)
    counted = ALWAYS if found.amount.unit is Unit.WALL_TIME else calendar
    lines = (
        _promise(clock, found, ticket, policy),
        _beginning(clock.started_at, counted, zone),
        *_severities(legs, told, zone),
        *_counting(found, counted, clock, zone),
        *_left_out(clock, told, counted, zone),
        *_closed_days(calendar if counted is calendar else None, found, zone),
        *_outcome(clock, told, found.due, zone),
    )
    windows = windows_between(counted, found.since, found.due, clock.pauses)
    return Why(clock.kind, clock.due_at, lines, tuple(windows))


def _legs(clock: Clock, ticket: Ticket, policy: Policy) -> list[Leg]:
    calendar = policy.calendar_of(ticket.organisation)
    return [
        Leg(since, name, amount, due(calendar, since, amount, clock.pauses))
        for since, name in legs_of(clock, ticket)
        if (amount := policy.severity_of(name).targets.get(clock.kind))
    ]


def _call(clock: Clock, zone: ZoneInfo) -> Iterator[str]:
    if clock.kind is ClockKind.CALL_BACK and clock.due_at:
        number = f" to {clock.target}" if clock.target else ""
        yield f"A call{number} was promised for {_moment(clock.due_at, zone)}."
    elif clock.due_at:
        yield f"The policy no longer has this target ({clock.target}); the time that was promised holds."


def _promise(clock: Clock, leg: Leg, ticket: Ticket, policy: Policy) -> str:
    what = clock.kind.value.replace("_", " ")
    calendar = policy.calendar_of(ticket.organisation)
    name = next(name for name, one in policy.calendars.items() if one is calendar)
    holidays = f", holidays {calendar.holidays}" if calendar.holidays else ""
    match leg.amount.unit:
        case Unit.WALL_TIME:
            amount = f"{length_in_words(leg.amount.count)} by the wall clock"
        case Unit.BUSINESS_TIME:
            amount = f"{length_in_words(leg.amount.count)} of the hours of {name} ({calendar.zone}{holidays})"
        case Unit.BUSINESS_DAYS | Unit.SAME_BUSINESS_DAY:
            amount = f"{leg.amount} by {name} ({calendar.zone}{holidays})"
    return f"Promised: {what} for {leg.severity}: {amount}."


def _beginning(start: datetime, counted: Calendar, zone: ZoneInfo) -> str:
    began = f"Started {_moment(start, zone)}"
    if is_open(counted, start):
        return f"{began}."
    return f"{began}, outside the hours; counted from {_moment(next_opening(counted, start), zone)}."


def _severities(legs: Sequence[Leg], told: Iterable[ClockEvent], zone: ZoneInfo) -> Iterator[str]:
    """Each change of severity by its rule."""
    raised = {leg.since: leg for leg in legs[1:]}
    for one in told:
        if not one.severity or one.event == "started":
            continue
        when = f"Severity {one.severity} since {_moment(one.at, zone)}"
        if leg := raised.get(one.at):
            before = min(other.due for other in legs[: legs.index(leg)])
            either = f"the earlier of {_moment(before, zone)} (before) and {_moment(leg.due, zone)}"
            yield f"{when}: raised, so {either} ({leg.amount} from the change)."
        elif one.severity == legs[0].severity:
            yield f"{when}: not raised, so counted from the start."
        else:
            yield f"{when}; it counts no more."


def _counting(leg: Leg, counted: Calendar, clock: Clock, zone: ZoneInfo) -> Iterator[str]:
    if leg.amount.unit in HOURS:
        yield from _days(days_counted(counted, leg.since, leg.due, clock.pauses, zone), zone)
        return
    ends = due(counted, leg.since, leg.amount)
    if leg.amount.unit is Unit.BUSINESS_DAYS:
        opened = next_opening(counted, leg.since)
        days = list(business_days_after(counted, opened, leg.amount.count))
        shown = [f"{number}: {_day(day)}" for number, day in enumerate(days, 1)]
        yield from shown[:MOST_DAYS]
        if len(shown) > MOST_DAYS:
            yield f"… {len(shown) - MOST_DAYS} more business days, up to {_day(days[-1])}"
        yield f"at the same time of day: {_moment(ends, zone)}"
    else:
        yield f"That business day ends {_moment(ends, zone)}."
    if leg.due > ends:
        yield "What the pauses took is added:"
        yield from _days(days_counted(counted, ends, leg.due, clock.pauses, zone), zone)


def _days(days: Sequence[DayCounted], zone: ZoneInfo) -> Iterator[str]:
    """A line a day; of many, the rest together."""
    for one in days[:MOST_DAYS]:
        windows = ", ".join(
            f"{_time(begins, zone)}-{_end(begins, ends, zone)}" for begins, ends in one.windows
        )
        yield f"{_day(one.day)} {windows}: {_length(one.length)}"
    rest = days[MOST_DAYS:]
    if rest:
        length = sum((one.length for one in rest), timedelta())
        yield f"… {len(rest)} more business days, up to {_day(rest[-1].day)}: {_length(length)}"


def _left_out(clock: Clock, told: Iterable[ClockEvent], counted: Calendar, zone: ZoneInfo) -> Iterator[str]:
    reasons = _reasons(told)
    for number, (begins, ends) in enumerate(clock.pauses):
        windows = windows_between(counted, begins, ends, ())
        lost = sum((high - low for low, high in windows), timedelta())
        why = reasons[number] if number < len(reasons) else ""
        span = f"{_moment(begins, zone)} to {_moment(ends, zone)}"
        yield f"Left out: {span}{f', {why}' if why else ''}: {_length(lost)}"


def _reasons(told: Iterable[ClockEvent]) -> list[str]:
    """Why each pause began."""
    found, began = [], ""
    for one in told:
        if one.event in ENDS:
            began = one.reason or ENDS[one.event]
        elif one.event == "resumed":
            found.append(began)
    return found


def _closed_days(calendar: Calendar | None, leg: Leg, zone: ZoneInfo) -> Iterator[str]:
    """Holidays and days with hours of their own between start and due, by name."""
    if calendar is None:
        return
    day, last = leg.since.astimezone(calendar.zone).date(), leg.due.astimezone(calendar.zone).date()
    while day <= last:
        if words := _closed(calendar, day):
            yield f"{_day(day)}: {words}"
        day += DAY


def _closed(calendar: Calendar, day: date) -> str:
    if day in calendar.dates:
        hours = ", ".join(str(window) for window in calendar.dates[day])
        return f"hours of its own, {hours}" if hours else "closed by the calendar"
    if not calendar.holidays or not calendar.week[day.weekday()]:
        return ""
    name = holiday_names(calendar.holidays, day.year).get(day)
    return f"not counted, {name}" if name else ""


def _outcome(
    clock: Clock, told: Iterable[ClockEvent], counted: datetime | None, zone: ZoneInfo
) -> Iterator[str]:
    for one in told:
        if one.event == "recomputed":
            yield f"Computed again {_moment(one.at, zone)} ({one.reason})."
        if one.event == "snoozed" and one.until:
            yield f"Reminders snoozed {one.reason} until {_moment(one.until, zone)}."
    if clock.due_at:
        yield f"Due {_moment(clock.due_at, zone)}."
    if clock.due_at and counted and counted != clock.due_at:
        yield f"By the present policy it is due {_moment(counted, zone)}; `deskbell sla recompute` sets that."
    if clock.paused_at and clock.is_owed:
        reason = next((one.reason for one in reversed(list(told)) if one.event == "paused"), "")
        yield f"It stands still since {_moment(clock.paused_at, zone)} ({reason}), and is due later by that."
    for words, moment in (
        ("Kept", clock.met_at),
        ("Given up", clock.stopped_at),
        ("Late since", clock.breached_at),
    ):
        if moment:
            yield f"{words} {_moment(moment, zone)}."


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    seconds = f"{local:%S}"
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}{'' if seconds == '00' else f':{seconds}'} {local:%Z}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _time(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if not local.second else f"{local:%H:%M:%S}"


def _end(begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """Midnight at the end of the same day is 24:00."""
    is_midnight = (
        _time(ends, zone) == "00:00" and ends.astimezone(zone).date() > begins.astimezone(zone).date()
    )
    return "24:00" if is_midnight else _time(ends, zone)


def _length(length: timedelta) -> str:
    """In hours, minutes and seconds: "4 h 30 min".

    >>> _length(timedelta(hours=4, minutes=30)), _length(timedelta(seconds=45)), _length(timedelta())
    ('4 h 30 min', '45 s', 'no time')
    """
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "no time"
