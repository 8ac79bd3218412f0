"""The tables of the chats: what was posted where, who is who there, and what waits for a choice.

A chat knows a ticket only by what we posted: `posts` ties a place and a message of the medium
to it. Secrets (the tokens of links, of buttons, codes) are here as digests only, and the tokens
of an installation are encrypted with the desk's key.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    TypedColumns,
    text,
)

from store.side_tables import metadata
from store.types import Json, Moment, Words

__all__ = [
    "accounts",
    "buttons",
    "cards",
    "codes",
    "dialogues",
    "drafts",
    "grants",
    "installations",
    "links",
    "metadata",
    "places",
    "posts",
    "preferences",
    "seen",
]

IS_WANTED = text("wanted_at IS NOT NULL")
IS_DUE = text("due_at IS NOT NULL")


class PostColumns(TypedColumns):
    """One message of a chat that belongs to a ticket: ours, or one that we took in."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of medium, place and external
    medium: Named[str] = Column(Words)  # slack, telegram
    place: Named[str] = Column(Words)  # Slack: team/channel; Telegram: bot/chat
    external: Named[str] = Column(Words)  # the medium's own id of the message: ts, message_id
    thread: Named[str] = Column(Words)  # the id of the message that it answers, "" for none
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"), index=True)
    message: Named[int | None] = Column(Integer)  # of messages, where it was taken in
    outbox: Named[int | None] = Column(Integer)  # of the outbox, where we said it
    role: Named[str] = Column(Words)  # card, customer, note, answer, status, list, …
    at: Named[datetime] = Column(Moment)


posts = Table("posts", metadata, PostColumns)


class CardColumns(TypedColumns):
    """The triage card of a ticket, and whether what it shows is out of date."""

    ticket: Named[int] = Column(ForeignKey("tickets.number"), primary_key=True, autoincrement=False)
    place: Named[str] = Column(Words)  # team/channel, "" until it is posted
    external: Named[str] = Column(Words)
    shown: Named[str] = Column(Words)  # digest of what it shows
    wanted_at: Named[datetime | None] = Column(Moment)  # when to draw it again; None: up to date
    wishes: Named[int] = Column(Integer)  # how often it was out of date: whoever draws it sees another
    claimed_by: Named[str] = Column(Words)
    attempts: Named[int] = Column(Integer)
    error: Named[str] = Column(Words)


cards = Table("cards", metadata, CardColumns)
Index("ix_cards_wanted", cards.c.wanted_at, sqlite_where=IS_WANTED, postgresql_where=IS_WANTED)


class DraftColumns(TypedColumns):
    """Words that wait: for a choice of their author, or for the seconds in which they can be undone."""

    id: Named[int] = Column(Integer, primary_key=True)
    medium: Named[str] = Column(Words)
    account: Named[str] = Column(Words)  # whose words
    place: Named[str] = Column(Words)
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"))
    kind: Named[str] = Column(Words)
    body: Named[Any] = Column(Json, nullable=False)
    created_at: Named[datetime] = Column(Moment)
    due_at: Named[datetime | None] = Column(Moment)  # when it is carried out by itself
    expires_at: Named[datetime] = Column(Moment)


drafts = Table("drafts", metadata, DraftColumns)
Index("ix_drafts_due", drafts.c.due_at, sqlite_where=IS_DUE, postgresql_where=IS_DUE)
Index("ix_drafts_account", drafts.c.medium, drafts.c.account)


class DialogueColumns(TypedColumns):
    """Where somebody stands in a dialogue with a bot."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of medium, bot and account
    medium: Named[str] = Column(Words)
    account: Named[str] = Column(Words)
    state: Named[Any] = Column(Json, nullable=False)
    updated_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)


dialogues = Table("dialogues", metadata, DialogueColumns)


class ButtonColumns(TypedColumns):
    """What a button does, and whose it is."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of the button's token
    medium: Named[str] = Column(Words)
    account: Named[str] = Column(Words)
    place: Named[str] = Column(Words)
    action: Named[str] = Column(Words)
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"))
    body: Named[Any] = Column(Json, nullable=False)
    expires_at: Named[datetime] = Column(Moment, index=True)


buttons = Table("buttons", metadata, ButtonColumns)


class LinkColumns(TypedColumns):
    """A one-time link that opens one ticket to whoever holds it, if they say that it is theirs."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of the link's token
    medium: Named[str] = Column(Words)
    person: Named[int] = Column(ForeignKey("people.id"))
    address: Named[str] = Column(Words)  # where it was sent
    ticket: Named[int | None] = Column(ForeignKey("tickets.number"))
    created_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    used_at: Named[datetime | None] = Column(Moment)
    used_by: Named[str] = Column(Words)


links = Table("links", metadata, LinkColumns)


class CodeColumns(TypedColumns):
    """A one-time code that was asked for, whether or not the address is known."""

    id: Named[int] = Column(Integer, primary_key=True)
    medium: Named[str] = Column(Words)
    account: Named[str] = Column(Words)
    address_key: Named[bytes] = Column(LargeBinary, index=True)
    address: Named[str] = Column(Words)
    person: Named[int | None] = Column(ForeignKey("people.id"))
    code: Named[bytes] = Column(LargeBinary)  # a keyed digest
    sent_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    tries: Named[int] = Column(Integer)
    used_at: Named[datetime | None] = Column(Moment)


codes = Table("codes", metadata, CodeColumns)
Index("ix_codes_account", codes.c.medium, codes.c.account, codes.c.sent_at)


class AccountColumns(TypedColumns):
    """A chat account that somebody linked: whose, how far it reaches, until when."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of medium, bot and account
    medium: Named[str] = Column(Words)
    bot: Named[str] = Column(Words)
    account: Named[str] = Column(Words)
    person: Named[int] = Column(ForeignKey("people.id"), index=True)
    scope: Named[str] = Column(Words)  # tickets (those of the grants), own, organisation
    proved_by: Named[str] = Column(Words)  # the address that the proof went to
    linked_at: Named[datetime] = Column(Moment)
    seen_at: Named[datetime] = Column(Moment)
    ended_at: Named[datetime | None] = Column(Moment)
    ended_because: Named[str] = Column(Words)
    blocked_at: Named[datetime | None] = Column(Moment)  # nothing can be said to it since


accounts = Table("accounts", metadata, AccountColumns)


class GrantColumns(TypedColumns):
    """A ticket that an account may see, because its link was opened."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # of the account
    ticket: Named[int] = Column(ForeignKey("tickets.number"), primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(Moment)


grants = Table("grants", metadata, GrantColumns)


class InstallationColumns(TypedColumns):
    """A workspace that the app is installed in."""

    medium: Named[str] = Column(Words, primary_key=True)
    team: Named[str] = Column(Words, primary_key=True)
    name: Named[str] = Column(Words)
    bot_user: Named[str] = Column(Words)
    sealed: Named[bytes] = Column(LargeBinary)  # its tokens, encrypted with the desk's key
    installed_at: Named[datetime] = Column(Moment)
    ended_at: Named[datetime | None] = Column(Moment)
    ended_because: Named[str] = Column(Words)


installations = Table("installations", metadata, InstallationColumns)


class PlaceColumns(TypedColumns):
    """A channel of a chat that means something to the desk."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)  # digest of medium and place
    medium: Named[str] = Column(Words)
    place: Named[str] = Column(Words)
    kind: Named[str] = Column(Words)  # triage, customers
    name: Named[str] = Column(Words)
    organisation: Named[int | None] = Column(ForeignKey("organisations.id"))  # of customers
    team: Named[str] = Column(Words)  # of customers: the workspace that speaks for them, where one is named
    registered_by: Named[str] = Column(Words)
    registered_at: Named[datetime] = Column(Moment)
    broken: Named[str] = Column(Words)  # why nothing is posted there, "" while all is well


places = Table("places", metadata, PlaceColumns)


class PreferenceColumns(TypedColumns):
    """What somebody chose: an agent, a person, an account."""

    owner: Named[str] = Column(Words, primary_key=True)  # agent:3, person:7, telegram:1001
    name: Named[str] = Column(Words, primary_key=True)
    value: Named[str] = Column(Words)
    at: Named[datetime] = Column(Moment)


preferences = Table("preferences", metadata, PreferenceColumns)


class SeenColumns(TypedColumns):
    """An interaction that was taken, so that the same one again does nothing."""

    key: Named[bytes] = Column(LargeBinary, primary_key=True)
    at: Named[datetime] = Column(Moment, index=True)
    is_done: Named[bool] = Column(Boolean)


seen = Table("seen", metadata, SeenColumns)
