"""What a rule may look at: one message, what is known about it, and the policy it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake.context import Context
from intake.messages import Inbound
from intake.policies.products import Standing, product_named, standing
from intake.tickets import Organisation

if TYPE_CHECKING:
    from intake.policies.written import ProductFile
    from intake.policy import Policy


@dataclass(frozen=True, slots=True)
class Facts:
    """`severity` is the ticket's, or the one that a new ticket would get by the rules so far."""

    inbound: Inbound
    context: Context
    policy: Policy
    now: datetime
    is_in_hours: bool  # of the ticket's or the organisation's calendar
    severity: str = ""
    wishes: dict[str, str] = field(default_factory=dict, compare=False)  # what `intake.wishes` has seen

    @property
    def organisation(self) -> Organisation | None:
        """Whose ticket it is, or would be."""
        return self.context.ticket.organisation if self.context.ticket else self.context.organisation

    @property
    def today(self) -> date:
        """The date on the wall of the calendar that counts here."""
        return self.now.astimezone(self.policy.calendar_of(self.organisation).zone).date()

    @property
    def today_there(self) -> date:
        """The date where the organisation is, if it has said so: its maintenance ends by that."""
        zone = self.organisation.timezone if self.organisation else ""
        return self.now.astimezone(ZoneInfo(zone)).date() if zone else self.today

    @property
    def product(self) -> ProductFile | None:
        """The product of the form, or the only one whose versions the policy knows."""
        products = self.policy.file.product
        named = product_named(str(self.inbound.fields.get("product", "")), products)
        with_releases = [one for one in products if one.release]
        return named or (with_releases[0] if len(with_releases) == 1 else None)

    @property
    def version(self) -> Standing:
        return standing(str(self.inbound.fields.get("version", "")), self.product, self.today)
