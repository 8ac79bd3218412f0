"""A plan of what a book of people changes in the store: made in memory, then written in a few strokes.

So a dry run tells the very differences that a real one makes, and twenty thousand people cost
some dozen statements. An organisation is known by its name, an
agent by their address, a person by any of their accounts: the first of an entry that is
somebody's says who is meant. An account that an entry names and somebody else has moves to the
entry's person, which is told; accounts that a person has besides stay theirs, behind those that
the book names. One person is never two entries': the second is somebody new.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, delete, select

from intake.people_changes import (
    Difference,
    account_of,
    agent_from,
    differences,
    in_front,
    organisation_from,
    person_from,
)
from intake.tickets import Agent, Organisation, Person
from store.driver import Row, insert_rows, update_rows
from store.lookups import CHUNK
from store.people_lists import accounts_of, listed_agents, listed_organisations
from store.rows import agent_row, identity_row, kind_of, person_row
from store.tables import agents, identities, organisation_domains, organisations, people
from store.types import address_key
from store.work import SqlWork

if TYPE_CHECKING:
    from intake.people import AgentEntry, OrganisationEntry, PersonEntry

UPDATE_ORGANISATION = organisations.update().where(organisations.c.id == bindparam("row_key"))
UPDATE_PERSON = people.update().where(people.c.id == bindparam("row_key"))
UPDATE_AGENT = agents.update().where(agents.c.id == bindparam("row_key"))


class Plan:
    """Who there will be; those who are new have a negative id until they are written."""

    def __init__(self, work: SqlWork, accounts: Iterable[str]) -> None:
        self._work = work
        self._new = count(-1, -1)
        self._organisations = {one.name: one for one in listed_organisations(work)}
        self._names: dict[int | None, str] = {one.id: one.name for one in self._organisations.values()}
        self._domains = {domain: one.id for one in self._organisations.values() for domain in one.domains}
        self._agents = {address_key(one.email): one for one in listed_agents(work)}
        keys = {account: address_key(account) for account in accounts}
        work.known.owners.fill(keys.values())
        found = ((one, work.known.owners.things[key]) for one, key in keys.items())
        self._owners = {account_of(account): owner for account, owner in found if owner}
        work.known.people.fill(self._owners.values())
        things = work.known.people.things
        self._people = {number: one for number in self._owners.values() if (one := things[number])}
        self._accounts = accounts_of(work, self._people)
        self._meant: set[int] = set()
        self._changed: dict[str, set[int]] = {"organisation": set(), "person": set(), "accounts": set()}
        self._lost: set[str] = set()
        self._changed_agents: list[Agent] = []

    def organisation(
        self, entry: "OrganisationEntry", before: Organisation | None = None
    ) -> list[Difference]:
        before = before or self._organisations.get(entry.name)
        after = organisation_from(entry, before)
        if before is None:
            after = replace(after, id=next(self._new))
        else:
            self._organisations.pop(before.name)
        told = [*differences("organisation", entry.name, before, after), *self._domains_taken(after)]
        self._domains.update(dict.fromkeys(after.domains, after.id))
        self._organisations[after.name] = after
        self._names[after.id] = after.name
        if told:
            self._changed["organisation"].add(after.id)
        return told

    def person(self, entry: "PersonEntry") -> list[Difference]:
        """The first account that is somebody's, whom no entry has meant yet, says who is meant."""
        owners = (self._owners.get(account_of(one), 0) for one in entry.accounts)
        number = next((one for one in owners if one and one not in self._meant), 0)
        before = self._people.get(number)
        if entry.organisation:
            firm: int | None = self._organisations[entry.organisation].id
        else:
            firm = (before and before.organisation_id) or self._firm_of(entry.email)
        known = self._accounts.get(number, [])
        accounts = known if _are_in_front(entry, known) else in_front(entry.accounts, known)
        return self._person(entry, number, before, firm, accounts)

    def amended(self, entry: "PersonEntry", before: Person) -> list[Difference]:
        firm = before.organisation_id
        if "organisation" in entry.model_fields_set:
            firm = self._organisations[entry.organisation].id if entry.organisation else None
        known = self._accounts.get(before.id, [])
        kept = [one for one in known if kind_of(one).value not in entry.model_fields_set]
        return self._person(entry, before.id, before, firm, in_front(entry.accounts, kept))

    def agent(self, entry: "AgentEntry", before: Agent | None = None) -> list[Difference]:
        before = before or self._agents.get(address_key(entry.email))
        after = agent_from(entry, before)
        told = list(differences("agent", entry.name, before, after))
        if told:
            self._changed_agents.append(after)
        return told

    def write(self) -> None:
        """Make it so; what the transaction has read before is read anew."""
        numbers = self._write_organisations()
        self._write_people(numbers)
        _write_agents(self._work, self._changed_agents)
        self._work.refresh()

    def _person(
        self,
        entry: "PersonEntry",
        number: int,
        before: Person | None,
        firm: int | None,
        accounts: list[str],
    ) -> list[Difference]:
        number = number or next(self._new)
        after = person_from(entry, before, firm)
        name = after.name or (accounts or [f"number {number}"])[0]
        known = self._accounts.get(number, [])
        if _by_kind(accounts) == _by_kind(known):
            accounts = known
        told = list(differences("person", name, before, after))
        if before and before.organisation_id != firm:
            told.append(
                Difference(
                    "person", name, "organisation", self._name(before.organisation_id), self._name(firm)
                )
            )
        told += self._accounts_taken(name, number, accounts)
        if before and accounts != known:
            told.append(Difference("person", name, "accounts", tuple(known), tuple(accounts)))
        self._people[number], self._accounts[number] = replace(after, id=number), accounts
        self._meant.add(number)
        if accounts != known:
            self._changed["accounts"].add(number)
        if told:
            self._changed["person"].add(number)
        return told

    def _domains_taken(self, after: Organisation) -> Iterator[Difference]:
        """A domain that another organisation has moves, and is that one's no longer."""
        for domain in after.domains:
            owner = self._domains.get(domain, after.id)
            if owner != after.id:
                loser = self._organisations[self._names[owner]]
                left = tuple(one for one in loser.domains if one != domain)
                self._organisations[loser.name] = replace(loser, domains=left)
                words = f"takes over the domain {domain} from {loser.name}"
                yield Difference("organisation", after.name, "domains", loser.name, after.name, words)

    def _accounts_taken(self, name: str, number: int, accounts: Sequence[str]) -> Iterator[Difference]:
        for account in accounts:
            owner = self._owners.get(account_of(account), number)
            if owner != number:
                left = [one for one in self._accounts[owner] if account_of(one) != account_of(account)]
                self._accounts[owner] = left
                self._lost.add(account)
                loser = self._people[owner].name or f"person {owner}"
                words = f"takes over {account} from {loser}" + ("" if left else ", who has no account left")
                yield Difference("person", name, "accounts", loser, name, words)

    def _name(self, organisation: int | None) -> str:
        return self._names.get(organisation, "")

    def _firm_of(self, emails: Iterable[str]) -> int | None:
        """The organisation whose domain an address is at, for a person without a named one."""
        domains = (email.rpartition("@")[2] for email in emails)
        return next((found for one in domains if (found := self._domains.get(one))), None)

    def _write_organisations(self) -> dict[int | None, int | None]:
        """The organisations that changed; every organisation's number as it is from now on."""
        connection, changed = self._work.connection, self._changed["organisation"]
        written = [one for one in self._organisations.values() if one.id in changed]
        if new := [_organisation_row(one) for one in written if one.id < 0]:
            insert_rows(connection, organisations, new)
        if old := [_organisation_row(one) | {"row_key": one.id} for one in written if one.id > 0]:
            update_rows(connection, UPDATE_ORGANISATION, organisations, old)
        known = {
            row.name: row.id for row in connection.execute(select(organisations.c.name, organisations.c.id))
        }
        numbers: dict[int | None, int | None] = {None: None}
        numbers |= {one.id: known[one.name] for one in self._organisations.values()}
        rows = [
            {"domain": domain, "organisation": numbers[one.id], "position": position}
            for one in written
            for position, domain in enumerate(one.domains)
        ]
        _delete(self._work, organisation_domains, "organisation", [numbers[one.id] for one in written])
        _delete(self._work, organisation_domains, "domain", [row["domain"] for row in rows])
        if rows:
            insert_rows(connection, organisation_domains, rows)
        return numbers

    def _write_people(self, organisations_: dict[int | None, int | None]) -> None:
        changed = sorted(self._changed["person"], reverse=True)
        numbers = {one: self._work.buffer.key_for(people) if one < 0 else one for one in changed}
        rows = {
            one: person_row(self._people[one])
            | {"id": numbers[one], "organisation": organisations_[self._people[one].organisation_id]}
            for one in changed
        }
        if new := [row for one, row in rows.items() if one < 0]:
            insert_rows(self._work.connection, people, new)
        if old := [row | {"row_key": one} for one, row in rows.items() if one > 0]:
            update_rows(self._work.connection, UPDATE_PERSON, people, sorted(old, key=lambda row: row["id"]))
        self._write_accounts(numbers)

    def _write_accounts(self, numbers: dict[int, int]) -> None:
        changed = [one for one in numbers if one in self._changed["accounts"]]
        _delete(self._work, identities, "person", [one for one in changed if one > 0])
        _delete(self._work, identities, "key", sorted(map(address_key, self._lost)))
        rows = [
            identity_row(account, numbers[one], position)
            for one in changed
            for position, account in enumerate(self._accounts[one])
        ]
        if rows:
            insert_rows(self._work.connection, identities, sorted(rows, key=lambda row: row["key"]))


def _are_in_front(entry: "PersonEntry", known: Sequence[str]) -> bool:
    """Whether the accounts of each kind begin with those that the entry names, in their order."""
    said = [account_of(one) for one in entry.accounts]
    for kind in {kind_of(one) for one in entry.accounts}:
        named = [one for one in said if kind_of(one) is kind]
        have = [account_of(one) for one in known if kind_of(one) is kind]
        if have[: len(named)] != named:
            return False
    return True


def _by_kind(accounts: Iterable[str]) -> list[str]:
    return sorted(accounts, key=kind_of)


def _organisation_row(organisation: Organisation) -> Row:
    skipped = ("id", "domains")
    return {
        name: getattr(organisation, name) for name in organisation.__dataclass_fields__ if name not in skipped
    }


def _write_agents(work: SqlWork, changed: Sequence[Agent]) -> None:
    if new := [agent_row(one) for one in changed if not one.id]:
        insert_rows(work.connection, agents, new)
    if old := [agent_row(one) | {"row_key": one.id} for one in changed if one.id]:
        update_rows(work.connection, UPDATE_AGENT, agents, old)


def _delete(work: SqlWork, table: Table[Any], column: str, values: Iterable[Any]) -> None:
    rest = iter(values)
    while portion := list(islice(rest, CHUNK)):
        work.connection.execute(delete(table).where(table.c[column].in_(portion)))
