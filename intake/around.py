"""What else is on around a ticket, for whoever takes it: the customer's other tickets, for one, and whether
one of them says the same.

The service's own troubles come with it: what is out right now, what maintenance is announced, and
for a claim of a credit the outages that it may be about.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from intake.alike import twin_of
from intake.context import Context
from intake.maintenance import Announced
from intake.messages import Inbound
from intake.policies.products import product_named
from intake.tickets import Status, Ticket
from intake.uptime import Outage, is_claim
from intake.work import Setup, Work

CLAIMED = timedelta(days=62)  # a claim is about this month or the last, whichever days they have
MOST = 10


def lines_around(work: Work, ticket: Ticket | None, setup: Setup, now: datetime) -> tuple[str, ...]:
    """A line each about a ticket, in words for agents."""
    if ticket is None:
        return ()
    return (*_other_tickets(work, ticket), *lines_of_service(work, ticket, setup, now))


def lines_of_service(work: Work, ticket: Ticket, setup: Setup, now: datetime) -> tuple[str, ...]:
    """What is up with the service that a ticket is about; nothing for one that is closed."""
    if ticket.status is Status.CLOSED:
        return ()
    product = product_named(ticket.product, setup.policy.file.product)
    service, zone = product.name if product else ticket.product, ZoneInfo(setup.desk.timezone)
    since = min(now, ticket.opened_at) - CLAIMED if is_claim(ticket.fields) else now
    outages = work.outages(service, since) if service else ()
    return (
        *(_outage(one, zone, now) for one in outages[-MOST:]),
        *(_maintenance(one, zone, now) for one in work.announced(service, now)[:MOST]),
    )


def twin(work: Work, ticket: Ticket | None, setup: Setup, now: datetime) -> int:
    """The number of the ticket that a new one may be the same as, 0 for none."""
    if ticket is None:
        return 0
    protected = frozenset(one.name for one in setup.policy.file.team if one.protected)
    return twin_of(ticket, work.latest_of(ticket), protected, now)


def twin_words(number: int, setup: Setup) -> tuple[str, ...]:
    """The same in words for agents."""
    return (f"it may be the same as {setup.policy.file.reference.format(number=number)}",) if number else ()


def _other_tickets(work: Work, ticket: Ticket) -> Iterator[str]:
    if ticket.organisation is None:
        return
    if count := work.open_tickets_of(ticket.organisation.id, besides=ticket.number):
        yield f"{ticket.organisation.name} has {count} other ticket{'s' if count != 1 else ''} open"


def _outage(one: Outage, zone: ZoneInfo, now: datetime) -> str:
    begins = _moment(one.started_at, zone)
    if one.is_open(now):
        return f"{one.service} is out since {begins} (outage {one.id}): {one.what}"
    ends = _moment(one.ended_at, zone) if one.ended_at else ""
    return f"{one.service} was out {begins} to {ends} (outage {one.id}): {one.what}"


def _maintenance(one: Announced, zone: ZoneInfo, now: datetime) -> str:
    what = "emergency maintenance" if one.emergency else "maintenance"
    which = ", ".join(one.services) or "all services"
    when = f"{_moment(one.starts_at, zone)} to {_moment(one.ends_at, zone)}"
    return f"{what} of {which} {one.state(now)}, {when} (announcement {one.id})"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y, %H:%M %Z}"


def domain_warnings(work: Work, inbound: Inbound | None, context: Context) -> tuple[str, ...]:
    """A warning when a stranger's domain would be taken for that of an organisation."""
    if inbound is None or inbound.sender is None or context.person or context.agent:
        return ()
    from intake.lookalikes import lookalike_of  # 40 ms that only strangers are worth

    known = lookalike_of(inbound.sender.domain, work.domains())
    return (f"The sender's domain looks like {known}, which is a customer's.",) if known else ()
