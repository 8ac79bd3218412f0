"""The sandbox as tests and the demo hold it: start it, act as people, read what came, script faults.

    async with TelegramSandbox() as telegram:
        anna = telegram.add_user("Anna", language_code="de")
        await telegram.send(anna, "/start")                   # the bot at telegram.api_url gets it
        await telegram.wait_for(lambda: telegram.chat(anna)[1:])
        telegram.chat(anna)[-1].text                          # what the bot answered
        telegram.fail("sendMessage", retry_after=3)           # the next call gets 429

Acts return when the update waits for the bot, not when the bot has seen it: `wait_for` is for that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from sandbox.telegram import people
from sandbox.telegram.clock import eventually
from sandbox.telegram.control import control_routes
from sandbox.telegram.delivery import Line
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.files import Shelf
from sandbox.telegram.limits import Limits, Rates
from sandbox.telegram.markup import with_found
from sandbox.telegram.methods.settings import scope_name
from sandbox.telegram.polling import Polling
from sandbox.telegram.query import Upload
from sandbox.telegram.server import Call, Server
from sandbox.telegram.updates import Ack, UpdateQueue
from sandbox.telegram.webhook import Pace, Webhook
from sandbox.telegram.world import (
    Bot,
    CallbackAnswer,
    Chat,
    ChatKind,
    Message,
    Person,
    Standing,
    World,
    a_world,
)

TOKEN = "1000:sandbox-token-of-the-desk-AAAAAAAAA"
FIRST_PERSON = 5_000_001
Found = TypeVar("Found")
File = bytes | Upload


class TelegramSandbox:
    """A Bot API server on loopback, and the people who talk to its bots."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        rate_limits: bool = False,
        rates: Rates | None = None,
        callback_life: float = 150.0,
        pace: Pace | None = None,
    ) -> None:
        self.token = token
        self.world: World = a_world()
        self.world.callback_life = callback_life
        self._pace = pace or Pace()
        self._faults = Faults()
        limits = Limits(self.world.clock, (rates or Rates()) if rate_limits else None)
        self._server = Server(self.world, self._faults, limits, port=port)
        self.add_bot(token)

    async def start(self) -> None:
        """Listen; started again after a stop, on the same port and with all that was there."""
        for line in self._server.lines.values():
            line.polling.closing = False
            if line.webhook.address:
                line.webhook.set(line.webhook.address)
        await self._server.start(control_routes(self))

    async def stop(self) -> None:
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    # Who is there

    def add_bot(self, token: str, *, first_name: str = "Support", username: str = "") -> int:
        """Let one more token be known; the bot's id."""
        world, identity = self.world, int(token.partition(":")[0])
        name = username or f"sandbox_{identity}_bot"
        person = Person(identity, first_name, username=name, is_bot=True)
        queue = UpdateQueue(world.clock, world.bell)
        bot = Bot(token, person, queue, Shelf(world.clock, identity))
        polling = Polling(queue, world.clock, world.bell)
        webhook = Webhook(
            queue, world.clock, world.bell, lambda args: self._run_named(token, args), self._pace
        )
        for one in world.people:
            bot.chats[one] = _private(one)
        world.bots[token] = bot
        self._server.lines[token] = Line(bot, polling, webhook)
        return identity

    def add_user(
        self, first_name: str, *, last_name: str = "", username: str = "", language_code: str = "en"
    ) -> int:
        """A new person, who has not written to any bot yet; the id, which is that of the private chat too."""
        number = FIRST_PERSON + len(self.world.people)
        self.world.people[number] = Person(number, first_name, last_name, username, language_code)
        for bot in self.world.bots.values():
            bot.chats[number] = _private(number)
        return number

    def add_group(
        self, title: str, members: Sequence[int], *, supergroup: bool = False, bot: str = ""
    ) -> int:
        """A new group to which its first member has added the bot."""
        kind = ChatKind.SUPERGROUP if supergroup else ChatKind.GROUP
        return people.gather(self.world, self._bot(bot), title, list(members), kind)

    # What people do

    async def send(
        self,
        user: int,
        text: str = "",
        *,
        chat: int | None = None,
        reply_to: int = 0,
        photo: File | None = None,
        document: File | None = None,
        voice: File | None = None,
        video: File | None = None,
        sticker: bool = False,
        location: tuple[float, float] | None = None,
        contact: str | None = None,
        poll: bool = False,
        caption: str = "",
        media_group: str = "",
        entities: Iterable[Mapping[str, Any]] = (),
        bot: str = "",
    ) -> int:
        """Write to the bot, or send one file or thing; the number of the message."""
        to = self._bot(bot)
        words = caption or text
        given = [dict(one) for one in entities]
        fields: dict[str, Any] = {"text": words, "entities": with_found(words, given)}
        fields |= {"reply_to": reply_to, "media_group": media_group}
        files = {"photo": photo, "document": document, "voice": voice, "video": video}
        files["sticker"] = b"a sticker" if sticker else None
        for kind, file in files.items():
            if file is not None:
                fields |= people.attached(to, kind, file)
        for kind, thing in people.things(self.world.people[user], location, contact, poll).items():
            fields |= {"media": kind, "content": {kind: thing}}
        return people.say(self.world, to, user, user if chat is None else chat, fields)

    async def album(self, user: int, items: Sequence[File], caption: str = "", *, bot: str = "") -> list[int]:
        """Send pictures (bytes) or files (`Upload` with a name) as one album; the first has the caption."""
        group = str(13_000_000_000_000_000 + next(self.world.numbers))
        kinds = ["document" if isinstance(one, Upload) and one.name else "photo" for one in items]
        sent = []
        for place, (kind, one) in enumerate(zip(kinds, items, strict=True)):
            words = caption if place == 0 else ""
            named: dict[str, Any] = {kind: one}
            sent.append(await self.send(user, caption=words, media_group=group, bot=bot, **named))
        return sent

    async def edit(
        self, user: int, message_id: int, text: str, *, chat: int | None = None, bot: str = ""
    ) -> None:
        people.edit(self.world, self._bot(bot), user, user if chat is None else chat, message_id, text)

    async def delete(self, user: int, message_id: int, *, chat: int | None = None, bot: str = "") -> None:
        """Delete a message; a bot is never told of that."""
        people.delete(self._bot(bot), user if chat is None else chat, message_id)

    async def react(self, user: int, message_id: int, emoji: str = "👍", *, bot: str = "") -> None:
        """Put a reaction on a message, "" takes it away."""
        people.react(self.world, self._bot(bot), user, user, message_id, emoji)

    async def click(
        self,
        user: int,
        message_id: int,
        data_or_text: str,
        *,
        forged: bool = False,
        chat: int | None = None,
        bot: str = "",
    ) -> str:
        """Press a button that is on the message now; forged, any data on any message. The id of the click."""
        to, where = self._bot(bot), user if chat is None else chat
        data = data_or_text if forged else people.button_data(to.chats[where], message_id, data_or_text)
        return people.click(self.world, to, user, where, message_id, data)

    async def block(self, user: int, *, bot: str = "") -> None:
        self._stand(user, bot, Standing.BLOCKED)

    async def unblock(self, user: int, *, bot: str = "") -> None:
        self._stand(user, bot, Standing.MEMBER)

    async def deactivate(self, user: int) -> None:
        """Delete the account: the bots hear nothing of it until they write."""
        for bot in self.world.bots.values():
            bot.chats[user].standing = Standing.DEACTIVATED

    async def migrate(self, group: int, *, bot: str = "") -> int:
        """Make a group a supergroup; its new id."""
        to = self._bot(bot)
        return people.migrate(self.world, to, to.chats[group])

    async def kick(self, group: int, *, bot: str = "") -> None:
        """Throw the bot out of a group."""
        to = self._bot(bot)
        chat = to.chats[group]
        people.stand(self.world, to, chat, min(chat.members), Standing.KICKED)

    def push_raw(self, update: dict[str, Any], *, bot: str = "") -> None:
        """Let any update wait as it is, even one that no library can read."""
        self._bot(bot).updates.push_raw(update)

    # What came of it

    @property
    def calls(self) -> list[Call]:
        return self._server.calls

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def chat(self, chat: int, *, bot: str = "") -> list[Message]:
        """All messages of a chat in order, deleted ones too (see `deleted`)."""
        return [message for _, message in sorted(self._bot(bot).chats[chat].messages.items())]

    def waiting(self, *, bot: str = "") -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed."""
        return [one.body for one in self._bot(bot).updates.waiting()]

    def held(self, *, bot: str = "") -> bool:
        """Whether a bot asks for updates just now, and is held."""
        return self._server.lines[bot or self.token].polling.is_held

    def acks(self, *, bot: str = "") -> list[Ack]:
        """The updates that the bot has confirmed, by an offset or at its webhook, in that order."""
        return self._bot(bot).updates.acks

    @property
    def callback_answers(self) -> list[CallbackAnswer]:
        return [answer for bot in self.world.bots.values() for answer in bot.callback_answers]

    @property
    def actions(self) -> list[Call]:
        return [call for call in self.calls_of("sendChatAction") if call.status == 200]

    def commands(
        self, scope: str | Mapping[str, Any] = "default", language: str = "", *, bot: str = ""
    ) -> list[dict[str, str]]:
        """The commands set for just this scope and language."""
        named = {"type": scope} if isinstance(scope, str) else scope
        return self._bot(bot).commands.get((scope_name(named), language), [])

    async def wait_for(self, predicate: Callable[[], Found], seconds: float = 60.0) -> Found:
        """What the predicate says, as soon as that is not empty; TimeoutError after so many real seconds."""
        return await eventually(self.world.bell, predicate, seconds)

    # What goes wrong, and when

    def fail(
        self,
        method: str,
        *,
        chat: int = 0,
        status: int = 0,
        description: str = "",
        retry_after: int = 0,
        delay: float = 0.0,
        drop: bool = False,
        answer_then_die: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next calls of a method ("*": of any, "file": of a download) fail so."""
        self._faults.add(
            Fault(method, chat, status, description, retry_after, delay, drop, answer_then_die, times)
        )

    def mend(self) -> None:
        """Forget the faults that have not struck."""
        self._faults.clear()

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self.world.clock.advance(seconds)

    def _bot(self, token: str) -> Bot:
        return self.world.bots[token or self.token]

    def _stand(self, user: int, token: str, standing: Standing) -> None:
        bot = self._bot(token)
        people.stand(self.world, bot, bot.chats[user], user, standing)

    async def _run_named(self, token: str, args: dict[str, Any]) -> None:
        await self._server.run_named(self._server.lines[token], args)


def _private(person: int) -> Chat:
    return Chat(person, ChatKind.PRIVATE, standing=Standing.UNKNOWN)
