"""One turn of a dialogue: what was heard, from whom, and the hands to answer it with.

Everything that a flow reads or writes goes through the turn's one transaction, and everything that
it remembers is a row: the account, the state of the dialogue, drafts, buttons. So a restart in
the middle of anything goes on where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bots.telegram.heard import Heard
from bots.telegram.saying import MEDIUM, Button, say
from intake.decisions import Audience, Notice, Recipient
from intake.messages import Address, File
from intake.promising import LANGUAGE
from intake.tickets import Organisation, Person, Ticket
from intake.work import Setup
from replies.chat_labels import LANGUAGES, label
from replies.status_words import status_word
from store import dialogues
from store.accounts import Account
from store.chats import choose
from store.inbox import Waiting
from store.work import SqlWork

Keyboard = Sequence[Sequence[Button]]
REMEMBERED = timedelta(hours=24)
CHOSEN_FOR = timedelta(minutes=30)  # words without an address belong to the ticket that was chosen within it
ANY_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one account may cause: answers to a stranger in an hour, messages in a minute before a flood."""

    stranger_an_hour: int = 30
    codes_an_hour: int = 200  # to everybody together
    flood_a_minute: int = 20


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a turn came to; `toast` is shown on the button that was pressed."""

    rule: str
    because: str
    ticket: int = 0
    toast: str = ""
    is_kept: bool = False  # the message is kept already, with a fate of its own
    is_secret: bool = False  # its words are a code or a link, and are not kept


@dataclass(frozen=True, slots=True)
class Turn:
    """`account` and `person` are None while nobody has linked the account."""

    work: SqlWork
    heard: Heard
    waiting: Waiting
    files: tuple[File, ...]
    setup: Setup
    now: datetime
    limits: Limits = USUAL
    account: Account | None = None
    person: Person | None = None
    is_flood: bool = False
    is_in_place: bool = True  # whether a view may take the place of the message whose button was pressed
    _state: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Bot/chat, which in a private chat is bot/user."""
        return self.heard.place

    @property
    def language(self) -> str:
        """What they chose; else what their Telegram speaks; else what is known of them; else English."""
        chosen = self.work.preference(f"{MEDIUM}:{self.place}", LANGUAGE)
        theirs = self.person.language if self.person else ""
        named = chosen or self.heard.language or theirs
        bare = named.lower().replace("_", "-").partition("-")[0]
        return bare if bare in LANGUAGES else ANY_LANGUAGE

    @property
    def organisation(self) -> Organisation | None:
        number = self.person.organisation_id if self.person else None
        return self.work.organisation(number) if number else None

    @property
    def reader(self) -> Recipient:
        """Who hears what is said here, in their language and zone."""
        person, organisation = self.person, self.organisation
        zone = (person and person.timezone) or (organisation and organisation.timezone)
        zone = zone or str(self.setup.policy.calendar_of(organisation).zone)
        name = person.name if person else ""
        to = Address(name, self.place)
        return Recipient(to, self.language, zone, person.id if person else 0, channel=MEDIUM)

    def label(self, name: str) -> str:
        return label(name, self.language)

    def button(self, name: str, action: str, ticket: int = 0, /, **body: object) -> Button:
        """A button whose words are in the table of labels."""
        return Button(self.label(name), action, ticket, body)

    def say(
        self,
        notice: str,
        facts: Mapping[str, object] | None = None,
        keyboard: Keyboard = (),
        *,
        ticket: Ticket | None = None,
    ) -> None:
        """Promise the words of a notice here; they answer the message that was heard."""
        self._say(notice, facts or {}, keyboard, ticket, 0)

    def show(
        self,
        notice: str,
        facts: Mapping[str, object] | None = None,
        keyboard: Keyboard = (),
        *,
        ticket: Ticket | None = None,
    ) -> None:
        """The same in place of the message whose button was pressed, if one was."""
        edit = self.heard.message_id if self.heard.button and self.is_in_place else 0
        self._say(notice, facts or {}, keyboard, ticket, edit)

    def _say(
        self, notice: str, facts: Mapping[str, object], keyboard: Keyboard, ticket: Ticket | None, edit: int
    ) -> None:
        told = Notice(notice, Audience.SENDER, facts, "auto-replied")
        words = self.setup.wording.word(told, self.reader, ticket, None, self.now)
        say(
            self.work,
            self.setup,
            self.place,
            self.heard.account,
            words,
            keyboard,
            edit=edit,
            now=self.now,
        )

    def mail(
        self,
        notice: str,
        facts: Mapping[str, object],
        to: Address,
        ticket: Ticket | None = None,
        *,
        is_real: bool = True,
    ) -> None:
        """Promise words to a mailbox; they are worded, which takes its time, where they are not real too."""
        owner = self.work.person(to.address)
        zone = (owner and owner.timezone) or self.reader.timezone
        language = (owner.language if owner else "") or self.language
        reader = Recipient(to, language, zone, owner.id if owner else 0)
        told = Notice(notice, Audience.REQUESTER, facts, "auto-generated")
        words = self.setup.wording.word(told, reader, ticket, None, self.now)
        if is_real:
            self.work.promise(words, ticket, self.now)

    # What is remembered

    @property
    def state(self) -> dict[str, Any]:
        """Where the dialogue stands; what is changed in it is kept by `remember`."""
        if not self._state:
            self._state.update(dialogues.state_of(self.work, MEDIUM, self.heard.account, self.now))
        return self._state

    def remember(self, **changes: object) -> None:
        """Go on from here next time; a value of None forgets."""
        kept = {name: value for name, value in (self.state | changes).items() if value is not None}
        self._state.clear()
        self._state.update(kept)
        until = self.now + REMEMBERED
        dialogues.keep_state(self.work, MEDIUM, self.heard.account, kept, self.now, until)

    def choose_ticket(self, number: int) -> None:
        """What is written next without saying where belongs there, for a while."""
        self.remember(chosen=number, chosen_at=self.now.isoformat())

    @property
    def chosen(self) -> int:
        """The ticket that was chosen not long ago, 0 for none."""
        at = self.state.get("chosen_at")
        if not at or self.now - datetime.fromisoformat(at) > CHOSEN_FOR:
            return 0
        return int(self.state.get("chosen", 0))

    # Words

    def reference(self, number: int) -> str:
        return self.setup.policy.file.reference.format(number=number)

    def status(self, ticket: Ticket) -> str:
        return status_word(ticket, self.language)

    def settle_language(self) -> None:
        """What the desk says of its own accord is said in the language of the dialogue."""
        if self.heard.language and not self.work.preference(f"{MEDIUM}:{self.place}", LANGUAGE):
            self.speak(self.language)

    def speak(self, language: str) -> None:
        choose(self.work, f"{MEDIUM}:{self.place}", LANGUAGE, language, self.now)
