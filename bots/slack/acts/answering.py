"""What somebody reads whose act was not done: one sentence, the next step, a reference; nobody else sees it.

Bolt answers Slack when a listener has ended, so that nothing is acknowledged before it is written.
To a button it is an ephemeral message, to a form an error at its field or a page in its place, to a
message in a thread an ephemeral one below it. Nothing says that a thing is done before it is written.
A ticket that is not there and one that may not be seen are answered alike. The reference is in the log.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bots.slack.acts.doing import NotFound, Stale, redraw
from bots.slack.blocks import Message, errors, modals
from bots.slack.blocks.errors import Fault
from bots.slack.calls import Json, Lost, Refused, SlackFailure, answer, patiently
from bots.slack.listening import Acting, Call
from bots.slack.payloads import is_ephemeral
from intake.errors import AlreadyDone, CommandRefused, ConfigError, StoreUnavailable

TITLE = "Not done"
LATE_TRIGGERS = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
SHORTCUTS = frozenset({"shortcut", "message_action"})
OPENING_REST = 1.0  # seconds; a trigger is good for three
SHOWING_REST = 20.0  # what is shown may be late, where it cannot be shown at another time
EXPECTED = (CommandRefused, ConfigError, StoreUnavailable, SlackFailure)
log = structlog.get_logger()


class TooLate(Refused):
    """Slack opens no form any more for what somebody did; `again` is what they do next."""

    def __init__(self, again: str, error: Refused) -> None:
        self.again = again
        super().__init__(error.error, error.answer)


@asynccontextmanager
async def answering(acting: Acting, call: Call) -> AsyncIterator[None]:
    """A button or a menu: acknowledged when it is done, or when it is known why it is not."""
    try:
        yield
    except AlreadyDone:
        await call.ack()
        await redraw(call, acting.ticket)
    except EXPECTED as error:
        await call.ack()
        await say(acting, call, errors.refusal(fault_of(error)))
        if isinstance(error, CommandRefused):
            await redraw(call, acting.ticket)
    else:
        await call.ack()


@dataclass(slots=True)
class Page:
    """What takes the place of a form when it is done, None: it closes; what is wrong is said at `field`."""

    field: str
    view: Json | None = None


@asynccontextmanager
async def submitting(acting: Acting, call: Call, field: str) -> AsyncIterator[Page]:
    """A form: it closes when it is done; what is wrong with what they wrote is said at that field."""
    page = Page(field)
    try:
        yield page
    except AlreadyDone:
        await call.ack(response_action="clear")
    except (NotFound, Stale, StoreUnavailable, SlackFailure) as error:
        view = modals.message_view(TITLE, _words(fault_of(error)))
        await call.ack(response_action="update", view=view)
        if isinstance(error, Stale):
            await redraw(call, acting.ticket)
    except (CommandRefused, ConfigError) as error:
        await call.ack(response_action="errors", errors={page.field: _words(fault_of(error))[:300]})
    else:
        if page.view:
            await call.ack(response_action="update", view=page.view)
        else:
            await call.ack(response_action="clear")


def fault_of(error: Exception) -> Fault:
    """What went wrong, in words for whoever asked."""
    ref = secrets.token_hex(4)
    log.info("an act was not done", ref=ref, error=type(error).__name__, reason=str(error)[:300])
    match error:
        case NotFound():
            return errors.not_found(str(error), ref)
        case Stale(changed=changed):
            now = datetime.now(UTC)
            return errors.stale(changed.what, changed.by, changed.at or now, now, ref)
        case StoreUnavailable():
            return errors.store_down(ref)
        case TooLate(again=again):
            return errors.expired(again, ref)
        case ConfigError(mistakes=mistakes):
            return errors.refused_command("; ".join(one.removeprefix("--from: ") for one in mistakes), ref)
    if isinstance(error, SlackFailure):
        return Fault("Slack could not be asked.", "Try again in a minute.", ref)
    return errors.refused_command(str(error), ref)


async def say(acting: Acting, call: Call, message: Message, *, instead: bool = False) -> None:
    """Words for whoever acted and nobody else; `instead` of the ephemeral message that they acted on."""
    shown: Json = {"text": message.text, "blocks": list(message.blocks)}
    try:
        if is_in_form(call):
            await open_view(acting, call, modals.message_view(TITLE, message.text))
        elif call.body.get("response_url"):
            replace = instead and is_ephemeral(call.body)
            at = {"thread_ts": thread_of(acting)} if thread_of(acting) else {}
            await call.respond(**shown, **at, response_type="ephemeral", replace_original=replace)
        elif acting.channel:
            await whisper(acting, call, message)
        else:
            await open_view(acting, call, modals.message_view(TITLE, message.text))
    except SlackFailure as error:
        log.info("an answer could not be shown", error=str(error))


async def whisper(acting: Acting, call: Call, message: Message) -> None:
    """An ephemeral message at the place where they wrote."""
    args: Json = {"channel": acting.channel, "user": acting.user, "text": message.text}
    args |= {"blocks": list(message.blocks)} | ({"thread_ts": thread_of(acting)} if thread_of(acting) else {})
    ask, team = call.hands.speaking.ask, acting.team
    await patiently(
        lambda: ask(team, lambda client: client.api_call("chat.postEphemeral", json=args)), SHOWING_REST
    )


def thread_of(acting: Acting) -> str:
    """The thread that an answer belongs into: that of the ticket's card."""
    return acting.thread or (acting.ts if acting.ticket else "")


async def open_view(acting: Acting, call: Call, view: Json) -> Json:
    """Open a modal with the trigger of this interaction, on top of the one it came from."""
    method = "views.push" if is_in_form(call) else "views.open"
    args = {"trigger_id": acting.trigger, "view": view}
    try:
        said = await patiently(lambda: answer(call.client.api_call(method, json=args)), OPENING_REST)
    except Refused as error:
        raise (TooLate(_again(call.body), error) if error.error in LATE_TRIGGERS else error) from error
    opened: Json = said["view"]
    return opened


def _again(body: Json) -> str:
    """What whoever asked for a form does once more, by how they asked."""
    if body.get("command"):
        return errors.TYPE_AGAIN
    return errors.CHOOSE_AGAIN if str(body.get("type")) in SHORTCUTS else errors.PRESS_AGAIN


def is_in_form(call: Call) -> bool:
    """Whether a modal is open where somebody acts; App Home is a view, and none."""
    return (call.body.get("view") or {}).get("type") == "modal"


async def update_view(call: Call, view_id: str, view: Json) -> None:
    """Once more where Slack did not answer: whoever waits looks at an empty form, and twice does no harm."""
    try:
        await _updated(call, view_id, view)
    except Lost:
        await _updated(call, view_id, view)


async def _updated(call: Call, view_id: str, view: Json) -> None:
    args = {"view_id": view_id, "view": view}
    await patiently(lambda: answer(call.client.api_call("views.update", json=args)), SHOWING_REST)


async def fill(acting: Acting, call: Call, title: str, made: Callable[[], Awaitable[Json]]) -> None:
    """Open a form at once, before its trigger is too old, and fill it when its facts are read."""
    opened = await open_view(acting, call, modals.loading(title))
    try:
        view = await made()
    except EXPECTED as error:
        view = modals.message_view(TITLE, _words(fault_of(error)))
    await update_view(call, str(opened["id"]), view)


def _words(fault: Fault) -> str:
    return " ".join(filter(None, (fault.words, f"Ref {fault.ref}" if fault.ref else "")))
