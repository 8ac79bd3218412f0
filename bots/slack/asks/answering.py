"""How an agent is answered, alone: what was done, or why not; and in time, however long it takes.

Nothing is called done before it is committed. What Slack would not wait for is acknowledged first, and the
answer follows. Whatever goes wrong is one sentence with the next step; what is our own fault has a
reference that is in the log, and the words of an error go nowhere else.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import structlog

from bots.slack.acts.answering import fault_of, whisper
from bots.slack.blocks import Message
from bots.slack.blocks.errors import Fault, refusal
from bots.slack.calls import Json, SlackFailure
from bots.slack.listening import Acting, Call
from intake.errors import CommandRefused, ConfigError, StoreUnavailable, TemporaryFailure

FAULT_STEP = "Try again; if that is no better, give an administrator the reference."
PATIENCE = 2.0  # of the three seconds that Slack waits
Answers = Callable[[Acting, Call], Awaitable[Message | None]]
log = structlog.get_logger()
_under_way: set[asyncio.Task[None]] = set()  # kept, or they would be collected half-way


def shown(message: Message) -> Json:
    """A message as an answer that only whoever asked sees."""
    said = {"text": message.text, "blocks": list(message.blocks)}
    return {**said, "response_type": "ephemeral"}


async def answered(acting: Acting, call: Call, answers: Answers) -> None:
    """Acknowledge with the answer; where that takes too long, at once, and the answer follows."""
    task = asyncio.ensure_future(explained(acting, call, answers))
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        await call.ack()  # goes out when this listener ends, so the rest is done beside it
        rest = asyncio.ensure_future(_later(acting, call, task))
        _under_way.add(rest)
        rest.add_done_callback(_under_way.discard)
        return
    message = task.result()
    if message is not None and call.body.get("command"):
        await call.ack(**shown(message))
        return
    await call.ack()
    if message is not None:
        await told(acting, call, message)


async def _later(acting: Acting, call: Call, task: "asyncio.Task[Message | None]") -> None:
    if message := await task:
        try:
            await told(acting, call, message)
        except Exception as error:  # noqa: BLE001  whoever asked sees nothing, and asks again
            log.warning("an answer came too late", error=type(error).__name__)


async def explained(acting: Acting, call: Call, answers: Answers) -> Message | None:
    """The answer, or what is said of an error instead of it."""
    try:
        return await answers(acting, call)
    except Exception as error:  # noqa: BLE001  every error is somebody's answer
        return said_of(error)


async def told(acting: Acting, call: Call, message: Message) -> None:
    """Say something to whoever acts, alone, where they are; in App Home, in direct messages."""
    if call.body.get("response_url"):
        await call.respond(**shown(message), replace_original=False)
        return
    if acting.channel:
        await whisper(acting, call, message)
        return
    where = await call.hands.speaking.direct(acting.team, acting.user)
    words: Json = {"channel": where.channel, "text": message.text, "blocks": list(message.blocks)}
    words |= {"unfurl_links": False, "unfurl_media": False}
    ask = call.hands.speaking.ask
    await ask(where.team, lambda client: client.api_call("chat.postMessage", json=words))


def said_of(error: Exception) -> Message:
    """What an agent reads of an error."""
    return refusal(_fault(error))


def _fault(error: Exception) -> Fault:
    match error:
        case CommandRefused() | ConfigError() | StoreUnavailable() | SlackFailure():
            return fault_of(error)
        case TemporaryFailure():
            return Fault("Slack did not answer in time.", "Try again in a minute.", _logged(error))
        case _:
            return Fault("That went wrong, which is a fault of Deskbell.", FAULT_STEP, _logged(error))


def _logged(error: Exception) -> str:
    ref = secrets.token_hex(4)
    log.error("an agent's wish could not be met", ref=ref, exc_info=error)
    return ref
