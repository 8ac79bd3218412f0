"""What a row of the catalogue of notices says about one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One notice: what it is for, what it needs, and how its mail behaves.

    `answers`: goes to whoever wrote, so nothing they chose is repeated unless they proved who they are.
    `by_person`: a person's own words, so not marked as automatic mail.
    `to_ticket`: a reply to it belongs to the ticket, so it carries a signed reply address.
    `purpose`: what that address is good for in a mail to a customer.
    `folder`: where its templates lie below the language, "" for beside each other.
    """

    name: str
    means: str
    needs: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    answers: bool = False
    by_person: bool = False
    to_ticket: bool = True
    purpose: str = "reply"
    folder: str = ""
