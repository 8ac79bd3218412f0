"""A desk and a Slack for tests: the sandbox, a furnished workspace, the whole service beside it in one loop.

Mail comes in by real SMTP, Slack by real sockets, and what the desk sends by mail is caught. The people
of the workspace: Sam and Tim are agents in the triage channel, Ana and Bob are customers of Acme
in a workspace of their own, Eve is somebody else's.
"""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import servers
from bots.serve import Service
from bots.slack.asks import answering
from bots.slack.pace import Pace
from bots.wiring import Wired, wire
from sandbox.relay import CatchingRelay, relay_in_thread
from sandbox.slack import Interaction, Message, SlackSandbox, Team
from serving import ANA, OUR_MTA, SAM, TIM, a_mail, read, write_config
from store import cards, chat_places, inbox, outbox
from store.chat_places import ChatPlace, PlaceKind
from store.tables import Sending
from store.work import SqlWork

LONG_WORDS = "They drop again. " * 50  # more than a card shows: the rest stands below it
UNDER_WAY = (Sending.PENDING, Sending.CLAIMED)
Answer = TypeVar("Answer")

PEOPLE = """\
[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[person]]
name = "Ana Rossi"
email = ["ana@acme.example"]
organisation = "Acme"

[[person]]
name = "Bob Brun"
email = ["bob@acme.example"]
organisation = "Acme"

[[agent]]
name = "Sam Weaver"
email = "sam@vendor.example"
slack = "{sam}"

[[agent]]
name = "Tim Other"
email = "tim@vendor.example"
"""


POLICY = """\
title = "Vendor support"
reference = "VS-{number}"
default_severity = "standard"
default_calendar = "always"
follow_ups = "organisation"

[calendars.always]
timezone = "Europe/Rome"
hours = "24x7"

[[severity]]
name = "urgent"
first_response = "1h"

[[severity]]
name = "standard"
first_response = "4h"

[[team]]
name = "support"

[[team]]
name = "security"
protected = true

[[rule]]
name = "security"
when = { subject_has = ["vulnerability"], ticket = "none" }
then = "open"
set = { team = "security" }
reply = "acknowledgement"
because = "Reports of weaknesses are for the security team."

[[rule]]
name = "follow-up"
when = { ticket = ["open", "waiting", "solved"] }
then = "append"
because = "A follow-up is taken."

[[rule]]
name = "help"
when = { ticket = "none" }
then = "open"
reply = "acknowledgement"
because = "Everybody is helped."
"""


@dataclass(slots=True)
class Workspace:
    """The sandbox with the people of these tests in it."""

    slack: SlackSandbox
    sam: str
    tim: str
    colleague: str  # of the vendor's, and no agent
    triage: str
    acme: Team
    ana: str
    eve: str
    shared: str  # the channel that is shared with Acme

    def settings(self, **more: str) -> str:
        """The section of the configuration."""
        lines = {
            "bot_token": f'"{self.slack.team.bot_token}"',
            "app_token": f'"{self.slack.team.app_token}"',
            "triage_channel": f'"{self.triage}"',
            "api_url": f'"{self.slack.api_url}"',
        } | more
        return "\n".join(
            ["[channel.slack]", 'kind = "slack"', *(f"{a} = {b}" for a, b in lines.items() if b)]
        )


def furnished(slack: SlackSandbox) -> Workspace:
    sam, tim = slack.add_user("Sam", email=SAM.address), slack.add_user("Tim", email=TIM.address)
    colleague = slack.add_user("Uma", email="uma@vendor.example")
    triage = slack.add_channel("triage", private=True, members=[sam, tim])
    acme = slack.add_team("Acme")
    ana = slack.add_user("Ana Rossi", email=ANA.address, team=acme)
    eve = slack.add_user("Eve", email="eve@elsewhere.example", team=acme)
    shared = slack.add_channel("acme", members=[sam, tim, colleague, ana, eve], shared_with=[acme])
    return Workspace(slack, sam, tim, colleague, triage, acme, ana, eve, shared)


@dataclass(slots=True)
class World:
    """A desk that serves in this very loop; `wired` is its store, which a test may read."""

    space: Workspace
    slack: SlackSandbox
    wired: Wired
    service: Service
    relay: CatchingRelay
    port: int
    config: Path
    _read: set[str] = field(default_factory=set)

    async def mail(self, mail: EmailMessage | None = None, **fields: Any) -> str:
        """Deliver a mail by SMTP; what the desk answered."""
        body = mail or a_mail(ANA, **fields)
        return await asyncio.to_thread(self._post, body)

    def read(self, question: Callable[[SqlWork], Answer]) -> Answer:
        with self.wired.store.reading() as work:
            return question(work)

    def write(self, act: Callable[[SqlWork], Answer]) -> Answer:
        with self.wired.store.begin() as work:
            return act(work)

    @property
    def chat(self) -> Any:
        assert self.service.chats
        return self.service.chats.chat("slack")

    def cards(self, channel: str = "") -> list[Message]:
        """The triage cards as they stand, in the order of their posting."""
        found = self.slack.channel(channel or self.space.triage)
        return [one for one in found if not one.is_reply and not one.is_deleted and one.bot_id]

    def thread(self, card: Message) -> list[Message]:
        """What stands below a card."""
        return self.slack.thread(card.channel, card.ts)[1:]

    async def card(self, seconds: float = 30.0) -> Message:
        """The first card, once it is there."""
        await self.slack.wait_for(self.cards, seconds)
        return self.cards()[0]

    async def done(self, asked: Interaction) -> None:
        """Return once it is done, too: what takes long is acknowledged before it is."""
        await asked.answered()
        await self.slack.wait_for(self.is_at_rest)

    async def settle(self, seconds: float = 60.0) -> None:
        """Return once nothing is under way, in either box or among the cards."""
        await self.slack.wait_until_idle(seconds)
        await self.slack.wait_for(lambda: self.is_idle() and self.is_at_rest(), seconds)

    def is_at_rest(self) -> bool:
        """Whether nothing that was heard is still being done: much is said after the commit."""
        if not self.service:  # it is at work in another process
            return True
        chats, chat = self.service.chats, self.chat
        assert chats
        heard = [part.inbox._under_way for part in chats._parts]
        asked = chat._socket._asked if chat._socket else ()
        return not any((*heard, asked, chat._dispatch._late, answering._under_way))

    def is_idle(self) -> bool:
        def idle(work: SqlWork) -> bool:
            sending = any(outbox.listed(work, state) for state in UNDER_WAY)
            return not sending and inbox.next_due(work) is None and cards.next_due(work) is None

        return self.read(idle)

    def register(self, channel: str = "", team: str = "") -> None:
        """What `deskbell slack channels add` does."""

        def registered(work: SqlWork) -> None:
            acme = work.organisation_of("acme.example")
            assert acme
            place = f"{team or self.slack.team.id}/{channel or self.space.shared}"
            one = ChatPlace("slack", place, PlaceKind.CUSTOMERS, "acme", acme.id, registered_by="sam")
            chat_places.register(work, one, datetime.now(UTC))

        self.write(registered)

    def mails_to(self, address: str) -> list[str]:
        """The subjects of the mails that somebody got."""
        return [str(read(one.body)["Subject"]) for one in self.relay.mails if address in one.recipients]

    def _post(self, mail: EmailMessage) -> str:
        with smtplib.SMTP("127.0.0.1", self.port, OUR_MTA, timeout=30) as smtp:
            smtp.ehlo()
            smtp.mail(str(mail["From"]).rpartition("<")[2].strip("<>"))
            smtp.rcpt("support@vendor.example")
            code, words = smtp.data(mail.as_bytes())
        return f"{code} {words.decode()}"


def a_slack(**wishes: Any) -> SlackSandbox:
    """A Slack in which people wait for longer than three seconds: a machine that stalls fails no test."""
    return SlackSandbox(**({"patience": 30.0} | wishes))


@asynccontextmanager
async def world(
    folder: Path, slack: SlackSandbox | None = None, more: str = "", desk: str = "", **settings: str
) -> AsyncIterator[World]:
    """A desk with Slack at work; both end with the block. `settings` are further lines of its section."""
    async with _given(slack) as sandbox, at_work(folder, furnished(sandbox), more, desk, **settings) as found:
        yield found


@asynccontextmanager
async def at_work(
    folder: Path, space: Workspace, more: str = "", desk: str = "", people: str = "", **settings: str
) -> AsyncIterator[World]:
    """A desk for a workspace that is there already; again in the same folder it is the same desk.

    `people` are further lines of its address book.
    """
    port = servers.free_port()
    with relay_in_thread() as relay:
        channel = f"{space.settings(**settings)}\n{more}"
        lines = {"desk": desk} if desk else {}
        config = write_config(folder, relay.port, port, channel=channel, policy="policy.toml", **lines)
        (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
        (folder / "people.toml").write_text(PEOPLE.format(sam=space.sam) + people, encoding="utf-8")
        wired = wire(config)
        service = Service(wired)
        await service.start()
        try:
            yield World(space, space.slack, wired, service, relay, port, config)
        finally:
            await service.stop()
            wired.store.close()


@asynccontextmanager
async def held_back(pace: Pace, channel: str) -> AsyncIterator[None]:
    """Nothing takes its turn in a channel meanwhile; then whoever waits does at once."""
    queue = pace._queue(channel)
    queue.rest(600)
    try:
        yield
    finally:
        await go_on(pace, channel)


async def go_on(pace: Pace, channel: str) -> None:
    """The rest that a channel has is over."""
    queue = pace._queue(channel)
    queue._free_at = 0.0
    async with queue._changed:
        queue._changed.notify_all()


@asynccontextmanager
async def _given(slack: SlackSandbox | None) -> AsyncIterator[SlackSandbox]:
    if slack is not None:
        yield slack
        return
    async with a_slack() as made:
        yield made
