"""Chat accounts that people have linked: whose, how far each reaches, and when that ends.

An account is found by its medium and its own id (bot/user on Telegram). It ends by itself when what
it stands on is gone: the address that proved it is no longer its person's, the operator says
that the account is somebody else's, or it was silent for ninety days. Whatever begins or ends one
is on the history of its person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from intake.messages import Address
from store import outbox, people
from store.chat_tables import accounts, buttons, dialogues, drafts, grants
from store.chats import TICKETS, account_key, is_granted
from store.tables import identities
from store.types import address_key
from store.work import SqlWork

OWN = "own"  # reaches all tickets of its person
ORGANISATION = "organisation"  # and those of the organisation, where the policy shares them
IDLE = timedelta(days=90)
SEEN_AGAIN = timedelta(hours=1)  # being seen is written once in it
NOT_THEIRS = "the address that it was proved by is not theirs any more"
SOMEBODY_ELSES = "the account belongs to somebody else"
SILENT = f"nothing came from it for {IDLE.days} days"

__all__ = ["IDLE", "ORGANISATION", "OWN", "TICKETS", "Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """A linked account; `name` is its id within the medium: bot/user."""

    medium: str
    name: str
    person: int
    scope: str
    proved_by: str
    linked_at: datetime
    seen_at: datetime
    blocked_at: datetime | None = None

    @property
    def key(self) -> bytes:
        return account_key(self.medium, self.name)

    @property
    def number(self) -> str:
        """What messages from it name as their sender."""
        return self.name.partition("/")[2]


def account_at(work: SqlWork, medium: str, name: str) -> Account | None:
    """The account of that name that is linked, whether or not it should still be."""
    key = account_key(medium, name)
    query = select(*accounts.c).where(accounts.c.key == key, accounts.c.ended_at.is_(None))
    row = work.connection.execute(query).first()
    return _account(row) if row else None


def accounts_of(work: SqlWork, person: int) -> list[Account]:
    """Every account that a person has linked now."""
    query = select(*accounts.c).where(accounts.c.person == person, accounts.c.ended_at.is_(None))
    return [_account(row) for row in work.connection.execute(query.order_by(accounts.c.linked_at))]


def linked(work: SqlWork) -> list[Account]:
    """Every account that is linked now, by when."""
    query = select(*accounts.c).where(accounts.c.ended_at.is_(None)).order_by(accounts.c.linked_at)
    return [_account(row) for row in work.connection.execute(query)]


def reason_to_end(work: SqlWork, account: Account, now: datetime) -> str:
    """Why an account must not stay linked, "" where it may."""
    owners = work.known.owners
    if owners.of(address_key(account.proved_by)) != account.person:
        return NOT_THEIRS
    if owners.of(address_key(account.number)) != account.person:
        return SOMEBODY_ELSES
    return SILENT if now - account.seen_at > IDLE else ""


def link(
    work: SqlWork, medium: str, name: str, person: int, scope: str, proved_by: str, now: datetime
) -> bool:
    """Link an account; False where it is known as somebody else's."""
    bot, _, number = name.partition("/")
    if not people.link(work, person, number):
        return False
    values = {
        "medium": medium,
        "bot": bot,
        "account": number,
        "person": person,
        "scope": scope,
        "proved_by": proved_by,
        "linked_at": now,
        "seen_at": now,
        "ended_at": None,
        "ended_because": "",
        "blocked_at": None,
    }
    insert = insert_on_sqlite if work.connection.dialect.name == "sqlite" else insert_on_postgresql
    row = insert(accounts).values(key=account_key(medium, name), **values)
    work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
    _note(work, person, proved_by, f"linked {medium} account {name} by {proved_by}, for {scope}", now)
    return True


def grant(work: SqlWork, account: Account, number: int, now: datetime) -> None:
    """Let an account see a ticket, because its link was opened."""
    if is_granted(work, account.key, number):
        return
    work.connection.execute(grants.insert().values(key=account.key, ticket=number, at=now))
    work.note(number, now, account.proved_by, "chat", f"{account.medium} account {account.name} may see it")


def granted(work: SqlWork, account: Account) -> list[int]:
    """The tickets that the links of an account opened."""
    return list(work.connection.execute(select(grants.c.ticket).where(grants.c.key == account.key)).scalars())


def reach(work: SqlWork, account: Account, scope: str, actor: str, now: datetime) -> None:
    """Let an account reach further, or less far, from now on."""
    work.connection.execute(_one(account).values(scope=scope))
    _note(work, account.person, actor, f"{account.medium} account {account.name} reaches {scope}", now)


def end(work: SqlWork, account: Account, because: str, actor: str, now: datetime) -> None:
    """Unlink an account: what it could see and press is gone, what waits to be said there goes by mail."""
    work.flush()
    outbox.redirect(work, account.medium, account.name, _mailbox(work, account), now)
    work.connection.execute(_one(account).values(ended_at=now, ended_because=because))
    work.connection.execute(delete(grants).where(grants.c.key == account.key))
    for table in (dialogues, drafts, buttons):
        theirs = table.c.medium == account.medium, table.c.account == account.name
        work.connection.execute(delete(table).where(*theirs))
    if not _is_linked_elsewhere(work, account):
        named = identities.c.key == address_key(account.number), identities.c.person == account.person
        work.connection.execute(delete(identities).where(*named))
    work.refresh()
    said = f"unlinked {account.medium} account {account.name}: {because}"
    _note(work, account.person, actor, said, now)


def seen(work: SqlWork, account: Account, now: datetime) -> None:
    """Something came from an account, so that it is neither idle nor blocked."""
    if account.blocked_at is not None or now - account.seen_at > SEEN_AGAIN:
        work.connection.execute(_one(account).values(seen_at=now, blocked_at=None))


def silent_since(work: SqlWork, before: datetime) -> list[Account]:
    """Linked accounts from which nothing came since then."""
    query = select(*accounts.c).where(accounts.c.ended_at.is_(None), accounts.c.seen_at < before)
    return [_account(row) for row in work.connection.execute(query)]


def _mailbox(work: SqlWork, account: Account) -> Address:
    """Where the owner is written to instead: the address that proved it, if it is still theirs."""
    person = work.person_by_id(account.person)
    if person is None:
        return Address("", "")
    theirs = [one for one in person.emails if one.lower() == account.proved_by.lower()]
    return Address(person.name, (*theirs, *person.emails, "")[0])


def _one(account: Account) -> Any:
    return update(accounts).where(accounts.c.key == account.key)


def _is_linked_elsewhere(work: SqlWork, account: Account) -> bool:
    """The same account may have been linked through another bot."""
    others = select(accounts.c.key).where(
        accounts.c.medium == account.medium,
        accounts.c.account == account.number,
        accounts.c.person == account.person,
        accounts.c.ended_at.is_(None),
    )
    return work.connection.execute(others).first() is not None


def _note(work: SqlWork, person: int, actor: str, words: str, now: datetime) -> None:
    work.note(None, now, actor, f"person {person}", words)


def _account(row: Any) -> Account:
    return Account(
        row.medium,
        f"{row.bot}/{row.account}",
        row.person,
        row.scope,
        row.proved_by,
        row.linked_at,
        row.seen_at,
        row.blocked_at,
    )
