"""What `people seat` does: a technical contact's place goes to a colleague, and those concerned are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bots.commands.people_found import accounts, found_organisation
from bots.commands.people_pages import called
from bots.wiring import Wired
from intake import entitlement
from intake.apply import apply
from intake.context import Context
from intake.decisions import Audience, Decision, Fate, Notice
from intake.errors import CommandRefused
from intake.suggestions import did_you_mean
from intake.tickets import Agent, Organisation, Person, Role
from store import people
from store.engine import retrying
from store.work import SqlWork


def hand_over(wired: Wired, firm: str, giver: str, taker: str, by: str) -> str:
    """Hand a technical contact's seat to a colleague; both and the administrators are told by mail."""
    now = datetime.now(UTC)

    def attempt() -> str:
        with wired.store.begin() as work:
            organisation = found_organisation(work, firm)
            actor = _actor(work, organisation, by)
            colleagues = work.people_of(organisation.id)
            pair = [_colleague(colleagues, organisation, one) for one in (giver, taker)]
            if why_not := entitlement.why_not_hand_over(colleagues, organisation, *pair):
                raise CommandRefused(why_not)
            people.save_people(work, entitlement.hand_over(colleagues, *pair))
            words = f"{called(pair[0])} handed their seat to {called(pair[1])}"
            work.note(None, now, _address_of(actor), f"organisation {organisation.id}", words)
            for one in pair:
                work.note(None, now, _address_of(actor), f"person {one.id}", words)
            _tell(work, wired, organisation, pair, actor, now)
            return f"{organisation.name}: {words}"

    return retrying(attempt)


def _tell(
    work: SqlWork,
    wired: Wired,
    organisation: Organisation,
    pair: Sequence[Person],
    actor: Person | Agent,
    now: datetime,
) -> None:
    """The taker has been given a seat, the giver's was taken; administrators read who gave it to whom."""
    giver, taker = pair
    facts = {
        "organisation": organisation.name,
        "giver": called(giver),
        "taker": called(taker),
        "by": actor.name or _address_of(actor),
    }
    others = [one for one in work.people_of(organisation.id) if one.role is Role.ADMINISTRATOR]
    readers = [(taker, "seat-given", True), (giver, "seat-taken", True)]
    readers += [(one, "seat-given", False) for one in others if one.id not in (giver.id, taker.id)]
    for reader, name, yours in readers:
        notice = Notice(name, Audience.SENDER, facts | {"yours": yours}, "auto-generated")
        decision = Decision(Fate.ANSWER, "command", "a seat was handed over", notices=(notice,))
        context = Context(wired.desk, person=reader, organisation=organisation)
        apply(work, None, None, decision, context, wired.setup, _address_of(actor), now)


def _address_of(actor: Person | Agent) -> str:
    return actor.email if isinstance(actor, Agent) else actor.address.address


def _actor(work: SqlWork, organisation: Organisation, by: str) -> Person | Agent:
    """Who hands a seat over; somebody who may."""
    actor = work.agent(by) or work.person(by)
    if actor and entitlement.may_hand_over(actor, organisation):
        return actor
    colleagues = work.people_of(organisation.id)
    may = [called(one) for one in colleagues if entitlement.may_hand_over(one, organisation)]
    raise CommandRefused(
        f"{by} is neither an agent nor an administrator of {organisation.name}; "
        + (f"its administrators: {', '.join(may)}" if may else "it has no administrator, so ask an agent")
    )


def _colleague(colleagues: Sequence[Person], organisation: Organisation, named: str) -> Person:
    person = next((one for one in colleagues if named.strip().casefold() in accounts(one)), None)
    if person is None:
        known = [one for each in colleagues for one in each.emails]
        hint = did_you_mean(named, known) if known else "it has no people"
        raise CommandRefused(f"nobody of {organisation.name} has the address {named!r}; {hint}")
    return person
