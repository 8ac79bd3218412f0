"""What `announce` does: look a window over, tell whom it concerns, keep it.

Everything is worded before the store is written to, so that many mails hold up nobody; then the
announcement and all its mails are kept in one transaction. It is a person's act: no budget counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.commands.acts import known_agent
from bots.commands.promised import moment_in
from bots.console import in_words
from bots.progress import advancing
from bots.wiring import Wired
from intake.calendars.amounts import length_in_words
from intake.decisions import Audience, Notice, Recipient
from intake.errors import CommandRefused, ConfigError
from intake.maintenance import (
    Announced,
    Told,
    earliest_start,
    mistakes_in,
    outside_low_traffic,
    service_named,
    told_of,
)
from intake.messages import Outbound
from intake.tickets import Organisation, Person
from replies.plain import as_text
from store import announcements
from store.engine import retrying
from store.people_lists import listed_organisations, listed_people
from store.work import SqlWork

Everybody = list[tuple[Organisation, tuple[Person, ...]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A window that may be announced, whom it reaches, and what is odd about it."""

    window: Announced
    told: Told
    warnings: tuple[str, ...] = ()

    @property
    def services(self) -> str:
        return ", ".join(self.window.services) or "all services"


def planned(
    wired: Wired, starts: str, ends: str, services: Sequence[str], text: str, by: str, *, emergency: bool
) -> Plan:
    """The plan of a window; every mistake in it is told at once, and then what the policy forbids."""
    now, policy = datetime.now(UTC), wired.setup.policy
    begins, until, named = _read(wired, starts, ends, services, text, now, emergency=emergency)
    earliest = earliest_start(now, policy)
    if begins < earliest and not emergency:
        raise CommandRefused(
            f"the policy asks for {policy.file.maintenance.notice_hours} hours of notice: the earliest "
            f"beginning is {in_words(earliest, wired.desk.timezone)}; what cannot wait is --emergency"
        )
    with wired.store.reading() as work:
        agent = known_agent(work, by)
        window = Announced(0, named, begins, until, emergency, text.strip(), now, agent.email)
        others = announcements.current(work.connection, now)
        told = told_of(named, everybody(work), policy)
    _refuse_the_same(window, others)
    doubts = _doubts(window, told, earliest)
    return Plan(window, told, (*doubts, *_warnings(wired, window, others)))


def announced(wired: Wired, plan: Plan) -> dict[str, object]:
    """Keep the announcement with its mails; what was done."""
    notice = Notice("maintenance", Audience.SENDER, facts_of(wired, plan.window), "auto-generated")
    mails = worded(wired, notice, plan.told.recipients, plan.window.announced_at)

    def attempt() -> int:
        with wired.store.begin() as work:
            _refuse_the_same(plan.window, announcements.current(work.connection, plan.window.announced_at))
            number = announcements.add(work.connection, plan.window)
            promise(work, mails, plan.window.announced_at)
            detail = f"announced {number}: {plan.services}"
            work.note(
                None, plan.window.announced_at, plan.window.announced_by, f"maintenance {number}", detail
            )
            return number

    return {"announcement": retrying(attempt)} | _outcome(plan)


def rehearsed(wired: Wired, plan: Plan, as_json: bool) -> dict[str, object]:
    """What would be done, with the words of one mail a language."""
    notice = Notice("maintenance", Audience.SENDER, facts_of(wired, plan.window), "auto-generated")
    mails = worded(wired, notice, plan.told.recipients, plan.window.announced_at)
    samples = {one.language: f"Subject: {one.subject}\n\n{as_text(one.body)}" for one in reversed(mails)}
    told: list[object] = [_reader(one, as_json) for one in plan.told.recipients]
    words = {f"mail_{language}": text for language, text in sorted(samples.items())}
    return {"announcement": "none yet: a dry run"} | _outcome(plan) | {"recipients": told} | words


def _read(
    wired: Wired,
    starts: str,
    ends: str,
    services: Sequence[str],
    text: str,
    now: datetime,
    *,
    emergency: bool,
) -> tuple[datetime, datetime, tuple[str, ...]]:
    """What was written, each thing by itself, and every mistake in it together."""
    wrong: list[str] = []
    moments = [
        _moment(written, place, wired, wrong) for written, place in ((starts, "--from"), (ends, "--to"))
    ]
    named = [service_named(one, wired.setup.policy.file.product, wrong) for one in services]
    if not text.strip():
        wrong.append("--text: is empty; say what is done")
    begins, until = moments
    if begins and until:
        wrong += mistakes_in(begins, until, now, emergency=emergency)
    if wrong or begins is None or until is None:
        raise ConfigError(wrong)
    return begins, until, tuple(dict.fromkeys(named))


def _moment(written: str, place: str, wired: Wired, wrong: list[str]) -> datetime | None:
    try:
        return moment_in(written, place, wired.desk.timezone)
    except ConfigError as error:
        wrong += error.mistakes
    return None


def _doubts(window: Announced, told: Told, earliest: datetime) -> Iterator[str]:
    """What is hardly meant."""
    if window.emergency and window.starts_at >= earliest:
        yield "it keeps the policy's notice, so it need not be an emergency, which counts as downtime"
    if not told.recipients:
        yield "no organisation that has it can be told, so nobody gets a mail"


def _warnings(wired: Wired, window: Announced, others: Iterable[Announced]) -> Iterator[str]:
    outside = int(outside_low_traffic(window.starts_at, window.ends_at, wired.setup.policy).total_seconds())
    if outside:
        whole = int((window.ends_at - window.starts_at).total_seconds())
        yield (
            f"{length_in_words(outside)} of {length_in_words(whole)} lie outside the policy's "
            "low-traffic hours"
        )
    for one in others:
        meet = one.starts_at < window.ends_at and window.starts_at < one.ends_at
        if meet and (not one.services or not window.services or set(one.services) & set(window.services)):
            yield f"it overlaps announcement {one.id} ({', '.join(one.services) or 'all services'})"


def _refuse_the_same(window: Announced, others: Iterable[Announced]) -> None:
    """A command that is given twice must not write to everybody twice."""
    for one in others:
        same = (one.starts_at, one.ends_at) == (window.starts_at, window.ends_at)
        if same and set(one.services) == set(window.services):
            raise CommandRefused(f"this window is announced already, as {one.id}; cancel that one first")


def facts_of(wired: Wired, window: Announced) -> dict[str, object]:
    return {
        "services": window.services,
        "starts": window.starts_at,
        "ends": window.ends_at,
        "text": window.text,
        "emergency": window.emergency,
        "status_page": wired.setup.policy.file.links.status_page,
    }


def worded(wired: Wired, notice: Notice, readers: Sequence[Recipient], now: datetime) -> list[Outbound]:
    word = wired.setup.wording.word
    return [word(notice, to, None, None, now) for to in advancing(readers, len(readers), "mails")]


def promise(work: SqlWork, mails: Iterable[Outbound], now: datetime) -> None:
    for mail in mails:
        work.promise(mail, None, now)


def _outcome(plan: Plan) -> dict[str, object]:
    return {
        "kind": "emergency" if plan.window.emergency else "maintenance",
        "services": plan.services,
        "from": plan.window.starts_at,
        "to": plan.window.ends_at,
        "people_told": len(plan.told.recipients),
        "organisations": plan.told.organisations,
        "not_reached": list(plan.told.not_reached),
        "without_products": list(plan.told.without_products),
    }


def _reader(to: Recipient, as_json: bool) -> object:
    if as_json:
        return {"name": to.address.name, "address": to.address.address, "language": to.language}
    return f"{to.address.name} <{to.address.address}>" if to.address.name else to.address.address


def everybody(work: SqlWork) -> Everybody:
    """Every organisation with its people, in two queries however many there are."""
    people: dict[int, list[Person]] = {}
    for one in listed_people(work):
        people.setdefault(one.organisation_id or 0, []).append(one)
    return [(firm, tuple(people.get(firm.id, ()))) for firm in listed_organisations(work)]
