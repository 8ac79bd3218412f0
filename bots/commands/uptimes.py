"""What the outage commands and `report uptime` do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.commands.acts import AUTHOR, known_agent
from bots.commands.promised import moment_in
from bots.console import in_words
from bots.wiring import Wired
from intake.errors import CommandRefused, ConfigError
from intake.maintenance import has_service
from intake.policies.products import product_named
from intake.policies.written import ProductFile
from intake.suggestions import did_you_mean
from intake.tickets import Organisation
from intake.uptime import Outage, Uptime, guaranteed, month_before, month_in, seconds, uptime_of
from store import announcements, outages
from store.engine import retrying
from store.people_lists import listed_organisations
from store.work import SqlWork

NOTE = (
    "Maintenance that was announced in time counts as up; emergencies count as down. "
    "Per cents are cut off after four digits, never rounded."
)


@dataclass(frozen=True, slots=True)
class Credited:
    """An organisation that gets a credit, with the tickets in which it claims one."""

    organisation: str
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ServiceMonth:
    """A row of the report; `so_far` while the month is not over."""

    uptime: Uptime
    credited: tuple[Credited, ...]
    outages: tuple[int, ...]
    so_far: bool

    def as_record(self) -> dict[str, object]:
        one = self.uptime
        return {
            "service": one.service,
            "month": one.month.name,
            "minutes": seconds(one.month.length) // 60,
            "down_s": seconds(one.down),
            "left_out_s": seconds(one.left_out),
            "uptime": one.per_cent,
            "guarantee": str(one.guarantee),
            "kept": one.is_kept,
            "credit": one.credit,
            "so_far": self.so_far,
            "outages": list(self.outages),
            "organisations": [
                {"name": each.organisation, "claims": list(each.claims)} for each in self.credited
            ],
        }


def opened(wired: Wired, named: str, starts: str, ends: str, what: str, by: str) -> str:
    """Record an outage of a service."""
    now, zone = datetime.now(UTC), wired.desk.timezone
    service = _service(wired, named).name
    begins = moment_in(starts, "--from", zone)
    until = moment_in(ends, "--to", zone) if ends else None
    _check(begins, until, now, "--from", "--to")
    if not what.strip():
        raise ConfigError(["--what: is empty; say what was out, in words for customers"])

    def attempt() -> int:
        with wired.store.begin() as work:
            agent = known_agent(work, by)
            number = outages.add(work.connection, service, begins, until, what.strip(), agent.email, now)
            work.note(None, now, agent.email, f"outage {number}", f"{service} from {begins.isoformat()}")
            return number

    number = retrying(attempt)
    state = f"to {in_words(until, zone)}" if until else "and still is"
    return f"outage {number}: {service} out from {in_words(begins, zone)} {state}"


def closed(wired: Wired, number: int, at: str, by: str) -> str:
    """Give an outage its end."""
    now, zone = datetime.now(UTC), wired.desk.timezone
    moment = moment_in(at, "--at", zone)

    def attempt() -> Outage:
        with wired.store.begin() as work:
            actor, known = _actor(work, by), _known(work, number)
            _check(known.started_at, moment, now, "its beginning", "--at")
            outages.end(work.connection, number, moment)
            before = f", before: {known.ended_at.isoformat()}" if known.ended_at else ""
            work.note(None, now, actor, f"outage {number}", f"ended {moment.isoformat()}{before}")
            return known

    known = retrying(attempt)
    return f"outage {number}: {known.service} was there again {in_words(moment, zone)}"


def dropped(wired: Wired, number: int, by: str) -> str:
    """Take an outage back; the history has what it said."""
    now = datetime.now(UTC)

    def attempt() -> Outage:
        with wired.store.begin() as work:
            actor, known = _actor(work, by), _known(work, number)
            outages.drop(work.connection, number)
            ended = known.ended_at.isoformat() if known.ended_at else "open"
            words = f"dropped: {known.service}, {known.started_at.isoformat()} to {ended}: {known.what}"
            work.note(None, now, actor, f"outage {number}", words)
            return known

    return f"outage {number} of {retrying(attempt).service} is taken back"


def listed_outages(wired: Wired) -> list[dict[str, object]]:
    with wired.store.reading() as work:
        found = outages.listed(work.connection)
    return [
        {
            "id": one.id,
            "service": one.service,
            "from": one.started_at,
            "to": one.ended_at,
            "what": one.what,
            "by": one.recorded_by,
            "recorded": one.recorded_at,
        }
        for one in found
    ]


def months_uptime(wired: Wired, written: str) -> list[ServiceMonth]:
    """Each guaranteed service in a month; the last whole one where none is named."""
    now, policy = datetime.now(UTC), wired.setup.policy
    zone = policy.calendar_of(None).zone
    month = month_in(written or month_before(now, zone), zone)
    if month.begins > now:
        raise ConfigError([f"--month: {month.name} has not begun"])
    services = guaranteed(policy.file.product)
    if not services:
        raise CommandRefused("the policy guarantees no uptime: no [[product]] has `uptime`")
    with wired.store.reading() as work:
        out = outages.between(work.connection, month.begins, month.ends)
        windows = announcements.between(work.connection, month.begins, month.ends)
        claims = list(outages.claims_since(work.connection, month.begins))
        firms = [one for one in listed_organisations(work) if one.active]
    products = policy.file.product
    found = [uptime_of(one, month, out, windows, now) for one in services]
    return [
        ServiceMonth(
            one,
            tuple(_credited(one.service, firms, claims, products)) if one.credit else (),
            tuple(each.id for each in out if each.service == one.service),
            month.ends > now,
        )
        for one in found
    ]


def remarks(rows: Sequence[ServiceMonth]) -> list[str]:
    """What a reader of the report must know besides its rows."""
    month = rows[0].uptime.month
    so_far = [f"{month.name} is not over: what is shown is so far."] if rows[0].so_far else []
    return [f"The month is that of {month.zone}.", NOTE, *so_far]


def _credited(
    service: str,
    firms: Iterable[Organisation],
    claims: Sequence[tuple[int, int | None, str]],
    products: Sequence[ProductFile],
) -> Iterable[Credited]:
    for firm in firms:
        if has_service(firm, service, products):
            theirs = [
                number
                for number, owner, named in claims
                if owner == firm.id and (found := product_named(named, products)) and found.name == service
            ]
            yield Credited(firm.name, tuple(theirs))


def _service(wired: Wired, named: str) -> ProductFile:
    services = guaranteed(wired.setup.policy.file.product)
    found = product_named(named, services)
    if found is None:
        names = [other for one in services for other in (one.name, *one.also)]
        hint = did_you_mean(named, names) if names else "no [[product]] of the policy has `uptime`"
        raise ConfigError([f"--service: no service {named!r} with a guaranteed uptime; {hint}"])
    return found


def _check(begins: datetime, ends: datetime | None, now: datetime, first: str, last: str) -> None:
    wrong = [
        words
        for is_wrong, words in (
            (begins > now, f"{first}: lies in the future; an outage is recorded once it has begun"),
            (ends is not None and ends > now, f"{last}: lies in the future; give it when it is over"),
            (ends is not None and ends <= begins, f"{last}: lies not after {first}"),
        )
        if is_wrong
    ]
    if wrong:
        raise ConfigError(wrong)


def _known(work: SqlWork, number: int) -> Outage:
    known = outages.one(work.connection, number)
    if known is None:
        raise CommandRefused(f"there is no outage {number}; `deskbell outage list` shows those there are")
    return known


def _actor(work: SqlWork, by: str) -> str:
    return known_agent(work, by).email if by else AUTHOR
