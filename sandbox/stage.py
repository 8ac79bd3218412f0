"""The demo's stage: the running desk, the relay that catches its mail, and what became of a step.

What is shown is what the desk itself wrote down: the message's fate, rule and reason come
from its store, and a mail counts as sent when the relay has caught it. The desk works in real
time; only the clocks are turned forward, and the mail that they promise is not left to wait
for a time that is still to come.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiosmtplib import SMTP, SMTPResponseException

from bots.serve import Service
from bots.wiring import Wired
from intake.decisions import MatchedBy
from intake.errors import DeskbellError
from intake.messages import Address, Assurance
from intake.tickets import ClockKind
from sandbox.mails import Letter, read
from sandbox.outcomes import Came, Outcome, Sent, Shown
from sandbox.relay import CatchingRelay, CaughtMail
from sandbox.screens import Sight, Watch
from sandbox.world import OUR_MTA, ask_on_the_portal
from store import cards, clocks, exports, inbox, outbox, undoable
from store.tables import Sending
from store.work import SqlWork

PATIENCE = 60.0  # seconds that the desk has to send what it promised
UNDER_WAY = frozenset({Sending.PENDING, Sending.CLAIMED})
RINGING = ("agent-reminder", "agent-breach", "reminder-customer", "breach-customer")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Told:
    """What went out by mail, and what is seen in chats."""

    mails: tuple[Sent, ...]
    chats: tuple[Shown, ...]


class Stage:
    """A desk at work; every step ends when all that it promised has arrived at the relay."""

    def __init__(
        self, wired: Wired, service: Service, relay: CatchingRelay, watch: Watch | None = None
    ) -> None:
        self.wired = wired
        self.sent: list[Sent] = []  # by all steps so far
        self.posted: list[Letter] = []  # to the desk, by all steps so far
        self._service = service
        self._relay = relay
        self._watch = watch or Watch()
        self._before = 0  # the number of the last message

    async def again(self, wired: Wired, service: Service, watch: Watch) -> "Stage":
        """The same desk after it was stopped and begun again, with more to watch."""
        stage = Stage(wired, service, self._relay, watch)
        stage.sent, stage.posted = self.sent, self.posted
        await stage.settled()
        stage._before = await stage.read(_newest)
        watch.news()
        return stage

    async def mail(self, letter: Letter) -> Outcome:
        """Deliver a mail by SMTP, as the desk's own mail server would."""
        self.posted.append(letter)
        host, port = self._service.addresses["mail"]
        answer = await _deliver(host, port, letter)
        number = _number_in(answer) or await self.read(_newest)
        author = f"{letter.author.name} <{letter.author.address}>"
        came = Came(author, f"to {letter.recipient}", letter.subject, letter.text, answer, number)
        return await self._outcome(came)

    async def portal(self, sender: Address, subject: str, text: str) -> Outcome:
        """Somebody who is signed in to the portal asks for help."""
        receipt = await asyncio.to_thread(ask_on_the_portal, self.wired, sender, subject, text)
        author = f"{sender.name} <{sender.address}>"
        return await self._outcome(Came(author, "on the portal", subject, text, message=receipt.message))

    async def turn_clock(self, ticket: int, in_words: Callable[[datetime], str], moments: int = 1) -> Outcome:
        """Turn the clocks forward over the next moments that matter on a ticket."""
        for _ in range(moments):
            clock = await self.read(lambda work: _first_response(work, ticket))
            if clock is None or clock.next_at is None:
                raise DeskbellError(f"demo: no clock runs on ticket {ticket}")
            await self._service.ticker.tick(clock.next_at)
            await asyncio.to_thread(self._bring_forward)
        told = await self._told_now(ringing=True)
        event = (await self.read(lambda work: clocks.events_of(work, ticket)))[-1]
        what = "Reminder of" if event["event"] == "reminded" else "Late is"
        because = f"{what} the {clock.kind.replace('_', ' ')} ({event['reason']})."
        return Outcome(
            Came("the clock is turned forward to", in_words(clock.next_at), "", ""),
            "-",
            "clock",
            because,
            ticket,
            0,
            told.mails,
            shown=told.chats,
        )

    async def message(self, came: Came) -> Outcome:
        """What became of a message that somebody has written in a chat."""
        await self.settled()
        return await self._outcome(replace(came, message=await self.read(_newest)))

    async def act(self, came: Came, ticket: int, history: Callable[[SqlWork], str]) -> Outcome:
        """What became of a button that somebody has pressed; `history` is the line that tells of it."""
        await self.settled()
        because = await self.read(history)
        kept = await self._kept()
        told = await self._told_now(ringing=False)
        return Outcome(came, "-", "button", because, ticket, kept, told.mails, shown=told.chats)

    async def settled(self) -> None:
        """Return once all that was done is decided, and all that was promised has arrived."""
        await self._settled()

    def last(self, notice: str, recipient: Address) -> Sent:
        """The newest mail of a kind that somebody has got."""
        found = (one for one in reversed(self.sent) if one.notice == notice)
        mail = next((one for one in found if one.recipient.address == recipient.address), None)
        if mail is None:
            raise DeskbellError(f"demo: {recipient.address} has got no {notice}")
        return mail

    async def _outcome(self, came: Came) -> Outcome:
        told = await self._told_now(ringing=False)
        record = await self.read(lambda work: exports.message_record(work, came.message))
        kept = await self._kept()
        assert record
        return Outcome(
            came,
            record["fate"],
            record["rule"],
            record["because"],
            record["ticket"],
            kept,
            told.mails,
            MatchedBy(record["matched_by"]),
            Assurance(record["assurance"]),
            tuple(one["saw"] for one in record["trace"] if _is_set_aside(one)),
            told.chats,
            tuple(one["filename"] for one in record["attachments"]),
        )

    async def _kept(self) -> int:
        """How many messages the desk has more than after the last step."""
        newest = await self.read(_newest)
        kept, self._before = newest - self._before, newest
        return kept

    async def _told_now(self, *, ringing: bool) -> "Told":
        """What went out because of this step; a clock that rings meanwhile belongs to no message."""
        promises = await self._settled()
        known = {one.caught.body for one in self.sent}
        caught = {_id(one): one for one in self._relay.mails if one.body not in known}
        new = [_sent(one, caught[one.outbound.message_id]) for one in promises if _is_in(one, caught)]
        self.sent += new
        posts = {post: one.outbound.notice for one in promises for post in _posts(one)}
        seen = [_shown(sight, posts) for sight in self._watch.news()]
        return Told(
            tuple(one for one in new if ringing or one.notice not in RINGING),
            tuple(one for one in seen if ringing or one.notice not in RINGING),
        )

    async def _settled(self) -> Sequence[outbox.Promise]:
        """The outbox, once nothing in it is under way, in the order of its promises."""
        await self._watch.settle()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if (promises := await self.read(_at_rest)) is not None:
                return promises[::-1]
            await asyncio.sleep(0.02)
        raise DeskbellError(f"demo: what was promised is not sent within {PATIENCE:g} seconds")

    def _bring_forward(self) -> None:
        with self.wired.store.begin() as work:
            now = datetime.now(UTC)
            for one in outbox.listed(work, Sending.PENDING):
                outbox.retry(work, one.id, now)
            cards.hasten(work, now)

    async def read(self, question: Callable[[SqlWork], Answer]) -> Answer:
        def asked() -> Answer:
            with self.wired.store.reading() as work:
                return question(work)

        return await asyncio.to_thread(asked)


async def _deliver(host: str, port: int, letter: Letter) -> str:
    """One SMTP session; what the desk answered to the mail."""
    async with SMTP(
        hostname=host, port=port, local_hostname=OUR_MTA, start_tls=False, timeout=PATIENCE
    ) as smtp:
        try:
            await smtp.mail(letter.sender)
            await smtp.rcpt(letter.recipient)
            said = await smtp.data(letter.body)
        except SMTPResponseException as error:
            return f"{error.code} {' '.join(error.message.split())}"
        return f"{said.code} {said.message}"


def _number_in(answer: str) -> int:
    """The number of a message in `250 2.0.0 12 kept`, 0 in any other answer."""
    words = answer.split()
    return int(words[2]) if words[0] == "250" and len(words) > 2 and words[2].isdigit() else 0


def _is_set_aside(step: dict[str, Any]) -> bool:
    return step["name"].startswith("evidence") and not step["holds"]


def _newest(work: SqlWork) -> int:
    return next((int(row["id"]) for row in exports.listed_messages(work, limit=1)), 0)


def _at_rest(work: SqlWork) -> Sequence[outbox.Promise] | None:
    """The outbox when nothing waits, in it or elsewhere; None before that.

    All of it is asked at one moment: what is decided between two looks would be promised after the first.
    """
    promises = outbox.listed(work)
    is_sent = not any(one.state in UNDER_WAY for one in promises)
    return promises if is_sent and _is_idle(work) else None


def _is_idle(work: SqlWork) -> bool:
    """Whether nothing waits to be decided, drawn, or said once it cannot be undone any more."""
    waits = inbox.next_due(work) or cards.next_due(work)
    return waits is None and not undoable.due(work, datetime.now(UTC))


def _posts(promise: outbox.Promise) -> list[str]:
    """The messages of a chat that a promise became."""
    return promise.answer.split() if promise.outbound.channel != "email" else []


def _shown(sight: Sight, posts: dict[str, str]) -> Shown:
    return Shown(sight.name or posts.get(sight.post, "message"), sight.reader, sight.text)


def _first_response(work: SqlWork, number: int) -> Any:
    ticket = work.ticket(number)
    return ticket.clock(ClockKind.FIRST_RESPONSE) if ticket else None


def _id(mail: CaughtMail) -> str:
    return str(read(mail.body)["Message-ID"]).strip().strip("<>")


def _is_in(promise: outbox.Promise, caught: dict[str, CaughtMail]) -> bool:
    return promise.state is Sending.SENT and promise.outbound.message_id in caught


def _sent(promise: outbox.Promise, caught: CaughtMail) -> Sent:
    mail = read(caught.body)
    plain = mail.get_body(("plain",))
    text = plain.get_content() if plain else ""
    outbound = promise.outbound
    return Sent(outbound.notice, outbound.recipient, str(mail["Subject"]), text, caught)
