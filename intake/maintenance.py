"""Maintenance that is announced: which windows may be, for which services, and who is told.

A window is announced the policy's notice hours ahead; one that cannot wait is an emergency, and
is called that. It belongs in the low-traffic hours. Per organisation one place is told: its
primary contact, else its administrators; nobody is told twice, however many organisations they
look after.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.calendars import elapsed
from intake.decisions import Recipient
from intake.messages import Address
from intake.policies.products import product_named
from intake.policies.written import ProductFile
from intake.policy import Policy
from intake.suggestions import did_you_mean
from intake.tickets import Organisation, Person, Role

LONGEST = timedelta(days=7)
LONGEST_AHEAD = timedelta(days=366)
EMERGENCY_BEGAN = timedelta(days=1)  # an emergency may have begun before anybody could announce it
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Announced:
    """A window that was announced; no services: all of them."""

    id: int
    services: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    emergency: bool
    text: str
    announced_at: datetime
    announced_by: str
    cancelled_at: datetime | None = None

    def concerns(self, service: str) -> bool:
        return not self.services or service in self.services

    def is_current(self, now: datetime) -> bool:
        """Coming or running, and not cancelled."""
        return self.cancelled_at is None and self.ends_at > now

    def state(self, now: datetime) -> str:
        if self.cancelled_at:
            return "cancelled"
        if self.ends_at <= now:
            return "over"
        return "running" if self.starts_at <= now else "coming"


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a window, and which organisations nobody can be told for."""

    recipients: tuple[Recipient, ...]
    organisations: int = 0
    not_reached: tuple[str, ...] = ()
    without_products: tuple[str, ...] = ()  # they list none, so nobody knows whether it concerns them


def service_named(name: str, products: Iterable[ProductFile], wrong: list[str]) -> str:
    """The product's own name for one of its names; what is no product is a mistake."""
    products = tuple(products)
    found = product_named(name, products)
    if found is None:
        names = [other for one in products for other in (one.name, *one.also)]
        hint = did_you_mean(name, names) if names else "the policy has no [[product]]"
        wrong.append(f"--service: no service {name!r}; {hint}")
        return name
    return found.name


def mistakes_in(starts: datetime, ends: datetime, now: datetime, *, emergency: bool) -> list[str]:
    """What makes no sense about a window, whatever the policy asks for."""
    earliest = now - EMERGENCY_BEGAN if emergency else now
    return [
        wrong
        for is_wrong, wrong in (
            (ends <= starts, "--to: lies not after --from; give the end of the window"),
            (ends > starts and ends <= now, "--to: is past; announce what is still to come"),
            (starts < earliest and ends > now, "--from: is past; give the beginning of the window"),
            (ends - starts > LONGEST, f"--to: the window is longer than {LONGEST.days} days; announce parts"),
            (starts - now > LONGEST_AHEAD, "--from: is more than a year ahead; is the year right?"),
        )
        if is_wrong
    ]


def earliest_start(now: datetime, policy: Policy) -> datetime:
    """The first whole minute that is the policy's notice ahead."""
    moment = now + timedelta(hours=policy.file.maintenance.notice_hours)
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def outside_low_traffic(starts: datetime, ends: datetime, policy: Policy) -> timedelta:
    """How much of a window lies outside the low-traffic hours; none where the policy names no hours."""
    if policy.low_traffic is None:
        return timedelta()
    return (ends - starts) - elapsed(policy.low_traffic, starts, ends)


def has_service(organisation: Organisation, service: str, products: Iterable[ProductFile]) -> bool:
    """Whether an organisation has a product, by whichever of its names."""
    products = tuple(products)
    named = (product_named(one, products) for one in organisation.products)
    return any(one.name == service for one in named if one)


def told_of(
    services: tuple[str, ...],
    organisations: Iterable[tuple[Organisation, tuple[Person, ...]]],
    policy: Policy,
) -> Told:
    """Who is told of maintenance of these services, each address once."""
    products = policy.file.product
    active = [(one, people) for one, people in organisations if one.active]
    meant = [
        (one, people)
        for one, people in active
        if not services or any(has_service(one, service, products) for service in services)
    ]
    found: dict[str, Recipient] = {}
    unreached: list[str] = []
    for organisation, people in meant:
        reached = list(_contacts(organisation, people, policy))
        for recipient in reached:
            found.setdefault(recipient.address.address.casefold(), recipient)
        if not reached:
            unreached.append(organisation.name)
    unsure = [one.name for one, _ in active if services and not one.products]
    return Told(tuple(found.values()), len(meant) - len(unreached), tuple(unreached), tuple(unsure))


def _contacts(organisation: Organisation, people: tuple[Person, ...], policy: Policy) -> Iterator[Recipient]:
    """The primary contact, who may be nobody that is known, else the administrators."""
    zone = organisation.timezone or str(policy.calendar_of(organisation).zone)
    contact = organisation.primary_contact
    if contact:
        known = next((one for one in people if contact.casefold() in map(str.casefold, one.emails)), None)
        meant = [(known, contact)]
    else:
        administrators = [one for one in people if one.role is Role.ADMINISTRATOR and one.emails]
        meant = [(one, one.emails[0]) for one in administrators]
    for person, address in meant:
        yield Recipient(
            Address(person.name if person else "", address),
            (person.language if person else "") or organisation.language,
            (person.timezone if person else "") or zone,
            person.id if person else 0,
        )
