"""What else happens to a crowd of customers in Slack: what agents and administrators may do to tickets.

Each act is tried whether or not it is allowed; what is refused has done nothing. `at` and `by` say where
and who, as in the crowd's own steps.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bots import acting, redaction
from bots.commands import acts
from bots.slack.acts.delivery import _by
from bots.slack.acts.ways import ways_for
from bots.slack.blocks import names
from bots.slack.registering import unregister
from intake.decisions import is_for_customers
from intake.errors import AlreadyDone, CommandRefused, ConfigError
from sandbox.slack import Impossible
from serving import SAM
from store import exports, outbox
from store.again import show_again

FIRMS = ("red", "green", "blue")
REFUSALS = (AlreadyDone, CommandRefused, ConfigError)
Act = Callable[[Any, int, int], Awaitable[None]]


async def survey(crowd: Any, at: int, by: int) -> None:
    """A ticket is closed with the question how it went, and everybody presses its buttons."""
    desk = crowd.desk
    for number in crowd.numbers()[at::3]:
        if crowd.ticket(number).status != "closed":
            with suppress(*REFUSALS):
                await asyncio.to_thread(acts.close, desk.wired, number, SAM.address, True)
    await desk.settle()
    for channel in crowd.channels:
        for message in desk.slack.channel(channel):
            if names.RATED_BAD in str(message.blocks):
                await _pressed(crowd, channel, message.ts, FIRMS[by])


async def _pressed(crowd: Any, channel: str, ts: str, firm: str) -> None:
    slack = crowd.desk.slack
    for user in (crowd.people[firm], crowd.liars[firm]):
        await (await slack.click(user, channel, ts, names.RATED_BAD)).answered()
        await slack.wait_for(crowd.desk.is_at_rest)
        for view in slack.views(user):
            await slack.submit(user, view["id"], {names.TEXT: f"Not at all, says MARK-{firm}."})


async def other_way(crowd: Any, at: int, by: int) -> None:
    """What was said is sent again by every other way that there is."""
    desk, now = crowd.desk, datetime.now(UTC)

    def sent(work: Any) -> None:
        for number in crowd.numbers()[at::2]:
            ticket = work.ticket(number)
            for promise in outbox.of_ticket(work, number):
                if is_for_customers(promise.outbound.notice):
                    for way in ways_for(work, desk.wired.setup, promise, ticket):
                        key = desk.wired.setup.addresses.message_id(number, now)
                        work.promise(_by(promise.outbound, way, key), ticket, now)

    desk.write(sent)


async def taken(crowd: Any, at: int, by: int) -> None:
    """An agent makes a ticket of what is said in a channel, for somebody of any organisation."""
    values = {"requester": f"person@{FIRMS[by]}.example", names.TELL: [names.TELL]}
    await _shortcut(crowd, at, names.SHORTCUT_FROM_MESSAGE, values)


async def added(crowd: Any, at: int, by: int) -> None:
    """An agent takes what is said in a channel onto a ticket, whosever it is."""
    for number in crowd.numbers()[by::3][:2]:
        await _shortcut(crowd, at, names.SHORTCUT_ADD, {names.TARGET: str(number)})


async def _shortcut(crowd: Any, at: int, name: str, values: Mapping[str, Any]) -> None:
    """Of what was just said there by one of ours, which is on no ticket yet."""
    slack, sam, channel = crowd.desk.slack, crowd.desk.space.sam, crowd.channel(at)
    said = await slack.say(sam, channel, crowd.thing(crowd.channels[channel]))
    await slack.wait_until_idle()
    interaction = await slack.shortcut(sam, name, channel=channel, ts=said)
    await interaction.answered()
    with suppress(TimeoutError):
        view = await slack.wait_for(lambda: _filled(slack.views(sam)))
        with suppress(Impossible):
            await slack.submit(sam, view["id"], values)
    for view in slack.views(sam):
        await slack.close_view(sam, view["id"])


def _filled(views: list[Any]) -> Any:
    return next((one for one in views if one["callback_id"] != names.VIEW_LOADING), None)


async def taken_away(crowd: Any, at: int, by: int) -> None:
    """A channel is nobody's any more, by the lines of the settings."""
    channel = crowd.channel(at)
    with suppress(CommandRefused):
        crowd.desk.write(lambda work: unregister(work, channel, SAM.address, datetime.now(UTC)))
        crowd.channels[channel] = "nobody"


async def redacted(crowd: Any, at: int, by: int) -> None:
    """Words that everybody says are taken out, so that all of a ticket's posts are shown again."""
    desk, now = crowd.desk, datetime.now(UTC)

    def done(work: Any) -> None:
        for number in crowd.numbers()[at::3]:
            found = redaction.sought(work, desk.wired.setup.policy, number, 0, "A thing")
            outcome = redaction.take_out(work, found, 0, SAM.address, now)
            show_again(work, outcome.redaction, lambda: desk.wired.setup.addresses.message_id(0, now), now)

    desk.write(done)


async def merged(crowd: Any, at: int, by: int) -> None:
    """A ticket is to go on in another one, of whichever customer and team, and is answered there."""
    known = crowd.numbers()
    pairs = [(one, two) for one in known[at::2] for two in known[by::3] if one != two][:4]
    for one, two in pairs:
        with suppress(*REFUSALS):
            await asyncio.to_thread(_merge, crowd.desk.wired, one, two)
            words = f"Words for MARK-{crowd.owner(two)}."
            await asyncio.to_thread(acts.say, crowd.desk.wired, two, words, SAM.address, False)


def _merge(wired: Any, one: int, two: int) -> None:
    def decide(work: Any, now: datetime) -> Any:
        pair = work.ticket(one), work.ticket(two)
        return acting.merge(work, wired.setup, work.agent(SAM.address), *pair, now)

    acts.acted(wired, SAM.address, decide)


async def protected(crowd: Any, at: int, by: int) -> None:
    """A ticket is for a team that keeps its words to itself."""
    for number in crowd.numbers()[at::3]:
        with suppress(*REFUSALS):
            await asyncio.to_thread(acts.change, crowd.desk.wired, number, "team", "security", SAM.address)


def kept_words(crowd: Any) -> dict[str, str]:
    """The words that only messages of protected tickets have, each with the ticket it is of."""

    def asked(work: Any) -> tuple[set[str], dict[str, str]]:
        others, theirs = set[str](), dict[str, str]()
        for one in exports.listed_tickets(work):
            for said in exports.conversation(work, one.number):
                words = crowd.numbered(said["text"])
                if crowd.desk.wired.setup.policy.is_protected(one.team):
                    theirs.update(dict.fromkeys(words, str(one.number)))
                else:
                    others.update(words)
        return others, theirs

    others, theirs = crowd.desk.read(asked)
    return {word: number for word, number in theirs.items() if word not in others}


MORE: Mapping[str, Act] = {
    one.__name__: one for one in (survey, other_way, taken, added, taken_away, redacted, merged, protected)
}
