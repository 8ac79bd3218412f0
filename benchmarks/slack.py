"""What Slack waits for: `python benchmarks/slack.py`, with the stand-in for Slack in this process.

`deskbell serve` is a process of its own, over a store with 1,000 open tickets. Measured are the time
from the moment a mail was accepted (its 250) to its card, beside that of a bare chat.postMessage by
slack_sdk in the same run; how soon a press is acknowledged and App Home drawn; and a storm of mails
under Slack's limit of one message a second in a channel. A mail without its card, a card too many or a
message too soon ends the run.
"""

import argparse
import asyncio
import smtplib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.progress import track
from rich.table import Table
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.systems import Server, Worlds, deskbell
from sandbox.slack import Message, SlackSandbox

TICKETS = 1000
MAILS = 20
STORM = 200
BETWEEN = 1.3  # seconds: an idle desk, whose channel is free again
APART = 1.0  # what Slack asks for, in seconds
AGENT = "sam@vendor.example"
SECTION = """
[channel.slack]
kind = "slack"
bot_token = "{bot}"
app_token = "{app}"
triage_channel = "{triage}"
api_url = "{api}"
"""


POLICY = """
title = "Vendor support"
default_severity = "standard"
default_calendar = "always"

[calendars.always]
timezone = "Europe/Rome"
hours = "24x7"

[[severity]]
name = "standard"
first_response = "4h"

[[rule]]
name = "help"
when = { ticket = "none" }
then = "open"
reply = "acknowledgement"
because = "Everybody is helped."
"""


@dataclass(slots=True)
class Scene:
    """The desk and its Slack."""

    slack: SlackSandbox
    server: Server
    sam: str
    triage: str

    def cards(self) -> list[Message]:
        """Those of new tickets, in the order of their posting."""
        return [one for one in self.slack.channel(self.triage) if not one.is_reply and one.bot_id]

    async def mail(self, subject: str) -> float:
        """Deliver a mail that opens a ticket; when it was accepted."""
        return await asyncio.to_thread(self._deliver, subject)

    def _deliver(self, subject: str) -> float:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "ana@acme.example", "support@vendor.example", subject
        mail["Message-ID"] = make_msgid(domain="acme.example")
        mail.set_content("They drop after ten minutes.")
        with smtplib.SMTP("127.0.0.1", self.server.port, "mta.example", timeout=30) as smtp:
            smtp.send_message(mail)
            return time.time()


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """A desk at work with Slack; both end with the block."""
    worlds = Worlds(folder, "")
    async with SlackSandbox(rate_limits=True, message_burst=1) as slack:
        sam = slack.add_user("Sam", email=AGENT)
        triage = slack.add_channel("triage", private=True, members=[sam])
        section = SECTION.format(
            bot=slack.team.bot_token, app=slack.team.app_token, triage=triage, api=slack.api_url
        )
        with worlds.sqlite(TICKETS) as (url, asked):
            (folder / "policy.toml").write_text(POLICY)
            policy = str(folder / "policy.toml")
            served = deskbell(url, asked, policy=policy, more=section, only="smtp,chats")
            server = await asyncio.to_thread(served.__enter__)
            try:
                await slack.wait_for(lambda: slack.sockets, 30)
                yield Scene(slack, server, sam, triage)
            finally:
                await asyncio.to_thread(served.__exit__, None, None, None)


async def bare_posts(here: Scene) -> list[float]:
    """Seconds that a message takes by itself."""
    channel = here.slack.add_channel("bare")
    client = AsyncWebClient(here.slack.team.bot_token, base_url=here.slack.api_url)
    took = []
    for place in range(MAILS):
        await asyncio.sleep(BETWEEN)
        started = time.perf_counter()
        await client.chat_postMessage(channel=channel, text=f"message {place}")
        took.append(time.perf_counter() - started)
    return took


async def accepted_to_card(here: Scene) -> list[float]:
    """Seconds from each mail's 250 to its card, one mail after another."""
    took = []
    for place in track(range(MAILS), "mails"):
        await asyncio.sleep(BETWEEN)
        accepted = await here.mail(f"Calls drop {place}")
        card = await _card(here, f"Calls drop {place}", 20)
        took.append(float(card.ts) - accepted)
    return took


async def presses(here: Scene) -> list[float]:
    """Seconds until a press of Claim was acknowledged."""
    took = []
    for card in here.cards():
        await asyncio.sleep(BETWEEN)
        started = time.perf_counter()
        press = await here.slack.click(here.sam, here.triage, card.ts, "ticket.claim")
        await press.answered()
        took.append(time.perf_counter() - started)
    return took


async def homes(here: Scene) -> tuple[list[float], int]:
    """Seconds until App Home was drawn, and how many blocks it has."""
    took, blocks = [], 0
    for _ in range(5):
        before = (here.slack.home(here.sam) or {}).get("hash")
        started = time.perf_counter()
        await here.slack.open_home(here.sam)
        view = await here.slack.wait_for(lambda before=before: _other(here, before), 20)
        took.append(time.perf_counter() - started)
        blocks = max(blocks, len(view["blocks"]))
        await asyncio.sleep(BETWEEN)
    return took, blocks


async def storm(here: Scene, size: int) -> tuple[float, float]:
    """Seconds until the last of so many mails had its card, and the least between two messages."""
    await here.slack.wait_until_idle(60)
    started = time.time()
    for place in range(size):
        await here.mail(f"Storm {place}.")
    first = await _card(here, f"Storm {size - 1}.", 60)
    for place in track(range(size), "cards of the storm"):
        await _card(here, f"Storm {place}.", 3 * size)
    after = sorted(float(one.ts) for one in here.cards())
    stormed = [one for one in here.cards() if "Storm" in one.text]
    if len(stormed) != size or float(first.ts) > started + 30:
        sys.exit(
            f"{len(stormed)} cards of {size} mails; the newest came {float(first.ts) - started:.0f} s late"
        )
    return after[-1] - started, min(later - one for one, later in pairwise(after))


async def _card(here: Scene, words: str, seconds: float) -> Message:
    def found() -> Message | None:
        return next((one for one in here.cards() if words in one.text), None)

    card: Message = await here.slack.wait_for(found, seconds)
    return card


def _other(here: Scene, before: str | None) -> dict[str, Any] | None:
    view = here.slack.home(here.sam)
    return view if view and view["hash"] != before else None


def _told(waits: list[float]) -> tuple[str, str]:
    return f"{1000 * median(waits):.0f}", f"{1000 * max(waits):.0f}"


async def measured(size: int, say: Callable[..., None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with scene(Path(folder)) as here:
            table = Table("what", "median, ms", "worst, ms")
            table.add_row("a bare chat.postMessage", *_told(await bare_posts(here)))
            table.add_row("mail accepted to card posted", *_told(await accepted_to_card(here)))
            table.add_row("press acknowledged", *_told(await presses(here)))
            drawn, blocks = await homes(here)
            table.add_row(f"App Home of {TICKETS:,} tickets, {blocks} blocks", *_told(drawn))
            say(table)
            lasted, least = await storm(here, size)
            say(f"{size} mails: all cards after {lasted:.0f} s, at least {least:.2f} s between two messages")
            if least < APART:
                sys.exit("two messages came too soon after one another")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--storm", type=int, default=STORM, help="how many mails come at once (%(default)s)")
    asyncio.run(measured(parser.parse_args().storm, Console().print))
