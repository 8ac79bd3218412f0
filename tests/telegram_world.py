"""A desk that serves on Telegram, a sandbox for its bot, and a relay for its mail, all in one loop.

    def test_…(tmp_path):
        async def scenario(world):
            await world.telegram.send(world.anna, "Hello")
            await world.until(lambda: world.bot_said(world.anna))

        in_world(tmp_path, scenario)

The flows are the desk's own (`bots.telegram.flows`) unless a test brings its own, as the tests of the
mechanics do with `Echo`: they are about what comes before and after the flows.
"""

import asyncio
import secrets
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import select

from bots.chat.desk import ChatDesk
from bots.serve import Service
from bots.telegram.heard import Heard, HeardKind
from bots.telegram.pace import Pace
from bots.telegram.saying import Button, button_of, say
from bots.wiring import Wired, wire
from intake.decisions import Decision, Fate
from intake.messages import Address, Attachment, Inbound, Outbound
from intake.people import read_book
from sandbox.relay import CatchingRelay
from sandbox.telegram import Message, TelegramSandbox
from sandbox.telegram.world import Standing
from serving import ANA, BOB, PEOPLE
from store import accounts, people
from store.desk import open_store
from store.tables import Delivery, Sending, inbox, messages, outbox
from store.work import SqlWork

Answer = TypeVar("Answer")
BOT = "1000"
PARTS = ("chats", "outbox")
UNDER_WAY = (Sending.PENDING, Sending.CLAIMED)
WAITS = (Delivery.PENDING, Delivery.CLAIMED)
MEDIUM = "telegram"
FLOWS = "bots.telegram.flows"


@dataclass
class Echo:
    """Flows that keep every message and say back what they heard; "ask" is answered with a button."""

    heard: list[Heard] = field(default_factory=list)
    files: list[tuple[str, ...]] = field(default_factory=list)
    keyboards: Mapping[str, Any] = field(default_factory=dict)
    COMMANDS: tuple[Any, ...] = ()
    hook: Callable[[Heard], None] | None = None
    Limits: Any = dict

    def take(self, work, heard, waiting, files, setup, now, limits=None) -> str:  # type: ignore[no-untyped-def]
        self.heard.append(heard)
        self.files.append(tuple(one.name for one in files))
        if self.hook:
            self.hook(heard)
        keep(work, heard, waiting, files, now)
        if heard.kind is HeardKind.BUTTON:
            pressed = button_of(work, heard.button, heard.account, now)
            return f"{pressed.action} {pressed.ticket}" if pressed else "expired"
        buttons = [[Button("Press me", "pressed", body={"n": 1})]] if heard.text == "ask" else ()
        words = a_promise(heard.place, f"You said: {heard.text}" if heard.text else "Something")
        say(work, setup, heard.place, heard.account, words, buttons, now=now)
        return ""

    def keyboard_for(self, work, outbound, setup, now) -> Any:  # type: ignore[no-untyped-def]
        return self.keyboards.get(outbound.notice, ())


def keep(work, heard, waiting, files, now) -> None:  # type: ignore[no-untyped-def]
    """The message with its files, as something that was answered."""
    work.for_delivery(waiting.id)
    for one in files:
        work.keep_file(one, now)
    inbound = Inbound(
        MEDIUM,
        f"{heard.bot} {heard.update_id}",
        waiting.raw.received_at,
        sender=Address(heard.name, str(heard.user)),
        text=heard.text,
        reply=heard.text,
        attachments=tuple(Attachment(one.name, one.content_type, len(one.data), "", False) for one in files),
        place=heard.place,
    )
    work.keep(waiting.raw, inbound, Decision(Fate.ANSWER, "echo", "said back"), None, now)


def a_promise(place: str, body: str, notice: str = "echo", **fields: Any) -> Outbound:
    made = f"{secrets.token_hex(8)}@vendor.example"
    return Outbound(MEDIUM, Address("", place), notice, "Echo", body, made, lane=place, **fields)


@dataclass
class World:
    telegram: TelegramSandbox
    relay: CatchingRelay
    wired: Wired
    service: Service
    flows: Any
    anna: int
    bob: int

    def place(self, chat: int) -> str:
        return f"{BOT}/{chat}"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def read(self, question: Callable[[SqlWork], Answer]) -> Answer:
        with self.wired.store.reading() as work:
            return question(work)

    def write(self, act: Callable[[SqlWork], Answer]) -> Answer:
        """In the store past the service, as another process would, and then the service is woken."""
        with self.wired.store.begin() as work:
            answer = act(work)
        self.service._wake()
        return answer

    def link(self, chat: int, address: str = ANA.address) -> None:
        """The chat's account is linked to a person of the desk."""
        self.write(lambda work: link(work, self.place(chat), address))

    def promise(self, chat: int, body: str, notice: str = "echo", **fields: Any) -> int:
        words = a_promise(self.place(chat), body, notice, **fields)
        return self.write(lambda work: work.promise(words, None, datetime.now(UTC)))

    def bot_said(self, chat: int) -> list[Message]:
        """The bot's messages in a chat, in order."""
        return [one for one in self.telegram.chat(chat) if one.sender.is_bot]

    def said(self, chat: int) -> list[str]:
        return [one.text for one in self.bot_said(chat)]

    def outbox(self, promise: int) -> Any:
        return self.read(
            lambda work: work.connection.execute(select(outbox).where(outbox.c.id == promise)).first()
        )

    def kept(self) -> list[Any]:
        """Every message, the first one first."""
        return self.read(lambda work: list(work.connection.execute(select(messages).order_by(messages.c.id))))

    def deliveries(self) -> list[Any]:
        return self.read(lambda work: list(work.connection.execute(select(inbox).order_by(inbox.c.id))))

    def is_busy(self) -> bool:
        """Whether something waits to be decided or to be said."""
        return self.read(is_busy)

    async def until(self, condition: Callable[[], Answer], seconds: float = 120.0) -> Answer:
        """What the condition says, as soon as that is something."""
        async with asyncio.timeout(seconds):
            while not (found := condition()):  # noqa: ASYNC110  whatever may come true
                await asyncio.sleep(0.02)
        return found

    async def settled(self, seconds: float = 120.0) -> None:
        """Everything that Telegram had for us is fetched and decided, everything owed is said."""
        await self.until(lambda: not self.telegram.waiting() and not self.is_busy(), seconds)


def is_busy(work: SqlWork) -> bool:
    undecided = select(inbox.c.id).where(inbox.c.state.in_(WAITS))
    return owes(work) or bool(work.connection.execute(undecided.limit(1)).first())


def owes(work: SqlWork) -> bool:
    """Whether something promised is not said yet."""
    owed = select(outbox.c.id).where(outbox.c.state.in_(UNDER_WAY))
    return bool(work.connection.execute(owed.limit(1)).first())


def link(work: SqlWork, place: str, address: str) -> None:
    person = work.person(address)
    assert person
    assert accounts.link(work, MEDIUM, place, person.id, accounts.OWN, address, datetime.now(UTC))


def write_config(folder: Path, api_url: str, relay: int, **settings: str) -> Path:
    """A desk with Telegram alone; keywords are lines of its sections `desk` and `telegram`."""
    key = folder / "desk.key"
    if not key.exists():
        key.write_text(secrets.token_hex(32))
        (folder / "people.toml").write_text(PEOPLE, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(
        f"""\
[desk]
name = "Vendor support"
address = "support@vendor.example"
policy = "{settings.get("policy", "wildix")}"
agents_address = "agents@vendor.example"
{settings.get("desk", "")}

[store]
url = "{settings.get("store", f"sqlite:///{folder}/desk.db")}"

[secrets]
key = {{ file = "desk.key" }}

[relay]
host = "127.0.0.1"
port = {relay}

[channel.telegram]
kind = "telegram"
token = "{settings.get("token", TelegramSandbox().token)}"
api_url = "{api_url}"
{settings.get("telegram", "")}
""",
        encoding="utf-8",
    )
    return path


def migrated(folder: Path) -> Path:
    """A database with nothing in it but its tables and our people, made once for a run."""
    path = folder / "telegram.db"
    if not path.exists():
        store = open_store(f"sqlite:///{path}")
        with store.begin() as work:
            people.import_people(work, read_book(PEOPLE, "people.toml"))
        store.close()
    return path


@contextmanager
def flowing(flows: Any) -> Iterator[None]:
    """The desk's dialogues are these for a while."""
    if flows is None:
        yield
        return
    there = sys.modules.get(FLOWS)
    sys.modules[FLOWS] = flows
    try:
        yield
    finally:
        sys.modules.pop(FLOWS)
        if there is not None:
            sys.modules[FLOWS] = there


def patient() -> AbstractContextManager[object]:
    """Bots wait long for an answer: a late one would be taken for lost, and the words said twice."""
    return patch.multiple("bots.telegram.api", CONNECT_SECONDS=60.0, ANSWER_SECONDS=60.0)


def in_world(
    folder: Path,
    scenario: Callable[[World], Awaitable[Answer]],
    flows: Any = None,
    sandbox: Mapping[str, Any] | None = None,
    each_chat: float = 0.0,
    **settings: str,
) -> Answer:
    """Run a scenario in a world of its own: Anna and Bob have pressed Start, and nobody is linked.

    `each_chat` is the seconds between two messages in one chat, which only some tests have time for.
    """

    async def run() -> Answer:
        async with TelegramSandbox(**(sandbox or {})) as telegram, CatchingRelay() as relay:
            config = write_config(folder, telegram.api_url, relay.port, **settings)
            if "store" not in settings and not (folder / "desk.db").exists():
                shutil.copy(migrated(folder.parent), folder / "desk.db")
            wired = wire(config)
            anna = telegram.add_user("Anna", language_code="de")
            bob = telegram.add_user("Bob")
            for one in (anna, bob):
                telegram.world.bots[telegram.token].chats[one].standing = Standing.MEMBER
            with flowing(flows), patch("bots.telegram.channel.Pace", lambda: Pace(each_chat)), patient():
                service = Service(wired, PARTS)
            await service.start()
            try:
                return await scenario(World(telegram, relay, wired, service, flows, anna, bob))
            finally:
                await service.stop()
                wired.store.close()

    return asyncio.run(run())


__all__ = ["ANA", "BOB", "ChatDesk", "Echo", "World", "a_promise", "in_world", "write_config"]
