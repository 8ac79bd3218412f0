"""Who is meant on the command line: by a name, an address, an account or a domain; else who is near."""

from __future__ import annotations

from bots.commands.people_pages import called
from intake.errors import CommandRefused
from intake.suggestions import did_you_mean
from intake.tickets import Agent, Organisation, Person
from store import people
from store.work import SqlWork

Thing = Organisation | Person | Agent
AUTHOR = "an agent"


def found(work: SqlWork, named: str) -> Thing:
    """Whoever has this account, or else this name: an organisation before its people, who have accounts."""
    listed = _everybody(work)
    account = named.strip().casefold()
    by_account = [one for one in listed if account in accounts(one)]
    by_name = [one for one in listed if one.name.casefold() == account]
    meant = by_account or [one for one in by_name if isinstance(one, Organisation)] or by_name
    if len(meant) == 1:
        return meant[0]
    if meant:
        several = "; ".join(sorted(f"{kind_of(one)} {_called(one)}" for one in meant))
        raise CommandRefused(f"{named!r} is the name of several: {several}; give an address")
    known = {one.name for one in listed} | {word for one in listed for word in accounts(one)}
    hint = did_you_mean(named, known)
    more = hint if hint.startswith("did") else "`deskbell people list` shows those there are"
    raise CommandRefused(f"nobody is called {named!r}; {more}")


def found_organisation(work: SqlWork, named: str) -> Organisation:
    firms = {one.name.casefold(): one for one in people.listed_organisations(work)}
    if one := firms.get(named.strip().casefold()) or work.organisation_of(named):
        return one
    names = [one.name for one in firms.values()]
    hint = did_you_mean(named, names) if 0 < len(names) <= 20 else "see `deskbell people list`"
    raise CommandRefused(f"there is no organisation {named!r}; {hint}")


def agent_named(work: SqlWork, by: str) -> str:
    """The actor for the history: nobody in particular, or an agent there is."""
    if not by:
        return AUTHOR
    if agent := work.agent(by):
        return agent.email
    known = [one.email for one in work.agents()]
    raise CommandRefused(f"no agent {by!r}; {did_you_mean(by, known) if known else 'none is known'}")


def accounts(thing: Thing) -> set[str]:
    """What names a thing beyond its name, as it is compared."""
    match thing:
        case Organisation():
            return set(thing.domains)
        case Person():
            return {one.casefold() for one in (*thing.emails, thing.telegram, thing.slack) if one}
        case Agent():
            return {one.casefold() for one in (thing.email, thing.slack) if one}


def kind_of(thing: Thing) -> str:
    """What a thing is in a difference, on the history and in a list."""
    return type(thing).__name__.lower()


def _everybody(work: SqlWork) -> list[Thing]:
    return [*people.listed_organisations(work), *people.listed_people(work), *people.listed_agents(work)]


def _called(thing: Thing) -> str:
    match thing:
        case Organisation():
            return thing.name
        case Person():
            return called(thing)
        case Agent():
            return f"{thing.name} <{thing.email}>"
