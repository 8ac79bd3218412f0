"""What `people accounts`, `unlink` and `reach` do: the chat accounts that people have linked.

Only the account's own person links one, by a link or a code; agents may look, end it, or let it see
the tickets of the whole organisation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bots.commands.people_found import agent_named, found
from bots.wiring import Wired
from intake.errors import CommandRefused
from intake.suggestions import did_you_mean
from intake.tickets import Person
from store import accounts
from store.accounts import Account
from store.engine import retrying
from store.work import SqlWork

REACHES = (accounts.OWN, accounts.ORGANISATION)


def rows(work: SqlWork, named: str) -> Iterator[Mapping[str, Any]]:
    """The linked accounts of somebody, or of everybody."""
    listed = _of(work, named) if named else accounts.linked(work)
    for one in listed:
        person = work.person_by_id(one.person)
        yield {
            "account": f"{one.medium} {one.name}",
            "person": (person.name or person.address.address) if person else "",
            "address": one.proved_by,
            "reach": one.scope,
            "linked": one.linked_at,
            "seen": one.seen_at,
            "blocked": one.blocked_at,
        }


def unlink(wired: Wired, named: str, by: str) -> str:
    """End every account of somebody, or the one that is named; what waits to be said there goes by mail."""
    now = datetime.now(UTC)

    def attempt() -> str:
        with wired.store.begin() as work:
            actor, ended = agent_named(work, by), _of(work, named)
            for one in ended:
                accounts.end(work, one, f"ended by {actor}", actor, now)
            return f"{named}: unlinked {', '.join(f'{one.medium} {one.name}' for one in ended)}"

    return retrying(attempt)


def reach(wired: Wired, named: str, scope: str, by: str) -> str:
    """Let the accounts of somebody see their own tickets only, or the organisation's too."""
    if scope not in REACHES:
        raise CommandRefused(f"no reach {scope!r}; {did_you_mean(scope, REACHES)}")
    now = datetime.now(UTC)

    def attempt() -> str:
        with wired.store.begin() as work:
            actor, theirs = agent_named(work, by), _of(work, named)
            if any(one.scope == accounts.TICKETS for one in theirs):
                raise CommandRefused(f"{named} opened a link only; they prove their address with /link first")
            for one in theirs:
                accounts.reach(work, one, scope, actor, now)
            return f"{named}: reaches {scope}"

    return retrying(attempt)


def _of(work: SqlWork, named: str) -> list[Account]:
    """The account of that name, or all of the person's."""
    by_name = [one for one in accounts.linked(work) if named in (one.name, f"{one.medium} {one.name}")]
    if by_name:
        return by_name
    thing = found(work, named)
    theirs = accounts.accounts_of(work, thing.id) if isinstance(thing, Person) else []
    if not theirs:
        raise CommandRefused(
            f"{named} has linked no chat account; `deskbell people accounts` shows those there are"
        )
    return theirs
