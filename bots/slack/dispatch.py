"""Bolt, with our hands on what it would lose: who may use it, who is authorised, what counts as done.

Payloads reach Bolt after they are kept (events) or before they are acknowledged (what a person waits
for). The tokens are ours, from our own tables: where one cannot be had, the dispatch fails and the
event is tried again, instead of being dropped with an apology. An error of a listener comes out of
`dispatch` as it is. Listeners are in tables, and run after the same three checks (`listening`).
"""

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bots.slack import coming
from bots.slack.apologies import answer_to, follow, say_so
from bots.slack.customers import ticket_of
from bots.slack.listening import Act, Acting, Call, Hands, Json, Kind, Listener, refuse
from bots.slack.payloads import interaction_of, is_ephemeral, is_workspace, own_team, where, who
from bots.slack.workspaces import MEDIUM
from store import inbox, posts, seen
from store.inbox import Waiting
from store.work import SqlWork

WAITING, FAULT, TEAM = "deskbell_waiting", "deskbell_fault", "deskbell_team"
OK = 200
LAST_TRY = 4
PATIENCE = 2.4  # of the three seconds that Slack waits; what is acknowledged later is shown to nobody
Heard = Callable[[Waiting, str, Json, Json], Awaitable[None]]  # workspace, the event, the whole payload
log = structlog.get_logger()


class Undispatched(Exception):
    """Bolt did not let the payload through to a listener."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back with the acknowledgement of something a person waits for."""

    status: int
    body: Any


class Dispatch:
    """`events` is what the channel itself hears, by the event's type, before any listener of agents."""

    def __init__(self, hands: Hands, events: Mapping[str, Heard], listeners: Iterable[Listener]) -> None:
        self._hands = hands
        self._listeners = tuple(listeners)
        self._late: set[asyncio.Task[None]] = set()
        self.app = app_of(hands)
        for kind in (Kind.ACTION, Kind.VIEW, Kind.CLOSED, Kind.SHORTCUT, Kind.COMMAND, Kind.OPTIONS):
            for one in self._of(kind):
                _register(self.app, one)(self._asked(one))
        for name, heard in events.items():
            self.app.event(name)(self._heard(heard))
        for one in self._of(Kind.EVENT):
            self.app.event(one.name)(self._noticed(one))
        self.app.event(re.compile(".*"))(_nothing)  # or what nobody listens to would be brought again
        self.app.action(re.compile(".*"))(_acknowledged)  # links are buttons, too

    async def event(self, waiting: Waiting, payload: Json) -> None:
        """Have an event heard, and its delivery settled; raises what went wrong."""
        await self._run(payload, waiting)
        await self._hands.desk.write(lambda work: _settled(work, waiting.id))

    async def ask(self, payload: Json) -> Answered:
        """Have something done that a person waits for; where that takes too long, the answer follows."""
        task = asyncio.create_task(self._asked_of_us(payload))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE if payload.get("response_url") else None)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if done:
            return task.result()
        rest = asyncio.create_task(self._follow(payload, task))
        self._late.add(rest)
        rest.add_done_callback(self._late.discard)
        return Answered(OK, "")

    async def drain(self, seconds: float = 2.0) -> None:
        """Let the answers come that are late; what is later still is not said."""
        if not self._late:
            return
        _, too_late = await asyncio.wait(self._late, timeout=seconds)
        for task in too_late:
            task.cancel()
        await asyncio.gather(*too_late, return_exceptions=True)

    async def message(self, waiting: Waiting, team: str, event: Json, body: Json) -> None:
        """Something was written, changed or deleted in a triage channel."""
        subtype = str(event.get("subtype") or "")
        listener = next((one for one in self._of(Kind.MESSAGE) if one.is_named(subtype)), None)
        if listener is not None:
            workspace = await self._hands.speaking.workspaces.of(team)
            call = Call(body, event, _silent, _silent, workspace.client, self._hands)
            await self._checked(listener, await self._acting(body, event, waiting), call)

    # Helpers

    async def _asked_of_us(self, payload: Json) -> Answered:
        """What goes back; where it fails, whoever asked is told that."""
        try:
            response = await self._run(payload, None)
        except Exception:
            ref = secrets.token_hex(4)
            log.exception("what an agent asked for failed", ref=ref)
            await say_so(payload, ref, self._hands.speaking.workspaces.session)
            return Answered(OK, answer_to(payload, ref))
        return Answered(response.status, _read(response.body))

    async def _follow(self, payload: Json, task: "asyncio.Task[Answered]") -> None:
        said = (await task).body
        if isinstance(said, dict) and said.get("text"):
            await follow(payload, said, self._hands.speaking.workspaces.session)

    def _of(self, kind: Kind) -> list[Listener]:
        return [one for one in self._listeners if one.kind is kind]

    async def _run(self, payload: Json, waiting: Waiting | None) -> BoltResponse:
        known = {WAITING: waiting, TEAM: own_team(payload)}
        request = AsyncBoltRequest(mode="socket_mode", body=payload, context=known)
        response = await self.app.async_dispatch(request)
        if fault := request.context.get(FAULT):
            raise fault
        if waiting is not None and response.status != OK:
            raise Undispatched(f"Bolt answers {response.status}")
        return response

    def _heard(self, heard: Heard) -> Callable[..., Awaitable[None]]:
        async def run(body: Json, event: Json, context: Mapping[str, Any]) -> None:
            await heard(context[WAITING], _team_in(context), event, body)

        return run

    def _noticed(self, listener: Listener) -> Callable[..., Awaitable[None]]:
        async def run(body: Json, event: Json, client: Any, context: Mapping[str, Any]) -> None:
            call = Call(body, event, _silent, _silent, client, self._hands)
            await self._checked(listener, await self._acting(body, event, context[WAITING]), call)

        return run

    def _asked(self, listener: Listener) -> Callable[..., Awaitable[None]]:
        async def run(body: Json, payload: Json, ack: Any, respond: Any, client: Any) -> None:
            call = Call(body, payload, ack, respond, client, self._hands)
            if listener.kind is not Kind.OPTIONS and not await self._is_first(body):
                await ack()
                return
            await self._checked(listener, await self._acting(body, payload, None), call)

        return run

    async def _is_first(self, body: Json) -> bool:
        key, now = interaction_of(body), datetime.now(UTC)
        return await self._hands.desk.write(lambda work: seen.is_first(work, MEDIUM, key, now))

    async def _checked(self, listener: Listener, acting: Acting, call: Call) -> None:
        """Only an agent gets to a listener that is not for all; never in a channel that others can read."""
        is_shared = bool(call.body.get("is_ext_shared_channel"))
        if (acting.agent is None or is_shared) and not listener.is_for_all:
            act: Act = listener.otherwise or refuse
            await act(acting, call)
            return
        await listener.act(acting, call)

    async def _acting(self, body: Json, payload: Json, waiting: Waiting | None) -> Acting:
        user, team = who(body, payload)
        channel, ts, thread = where(body, payload)
        agent = await self._hands.staff.agent(team, user)
        found = await self._found(body, own_team(body, team), (channel, ts, thread), waiting)
        post = found.post
        return Acting(
            agent,
            user,
            team,
            channel,
            ts,
            thread,
            found.ticket,
            post.role if post else "",
            post.message if post else 0,
            str(body.get("trigger_id") or ""),
            waiting.id if waiting else 0,
            waiting is not None and waiting.attempts >= LAST_TRY,
        )

    async def _found(
        self, body: Json, team: str, at: tuple[str, str, str], waiting: Waiting | None
    ) -> coming.Found:
        """What stands there, by what we posted; what is shown to one person alone is in no table."""
        channel, ts, thread = at
        place, desk = f"{team}/{channel}", self._hands.desk

        def find(work: SqlWork) -> coming.Found:
            post = posts.post_at(work, MEDIUM, place, ts) if ts else None
            above = posts.post_at(work, MEDIUM, place, thread) if thread else None
            return coming.Found(post, ticket_of(work, post) or ticket_of(work, above))

        found = await desk.read(find)
        is_known = bool(found.post or found.ticket)
        if is_known or not ts or is_ephemeral(body) or not await self._hands.triage.is_triage(team, channel):
            return found
        again = coming.found_by_press if waiting is None else coming.found_by_event
        return await again(desk, find, thread or ts)


def _read(body: Any) -> Any:
    """What Bolt made JSON of is told as what it says, or Slack would take it for words."""
    return json.loads(body) if isinstance(body, str) and body.startswith("{") else body


def app_of(hands: Hands) -> AsyncApp:
    """A Bolt app that authorises by our own tables and processes before it answers."""
    workspaces = hands.speaking.workspaces

    async def authorize(context: Mapping[str, Any], enterprise_id: str | None) -> AuthorizeResult:
        one = await workspaces.of(_team_in(context))
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=one.team,
            bot_user_id=one.bot_user,
            bot_id=one.bot_id,
            bot_token=one.client.token,
        )

    app = AsyncApp(
        client=workspaces.client(),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # done on the raw body, before anything is read
        ignoring_self_events_enabled=False,  # done before anything is kept
    )

    async def failed(error: Exception, context: Any) -> None:
        context[FAULT] = error

    app.error(failed)
    return app


def _team_in(context: Mapping[str, Any]) -> str:
    """The workspace by Bolt's reading; by ours where that finds none, or an organisation."""
    named = context.get("team_id")
    return str(named if is_workspace(named) else context[TEAM])


def _register(app: AsyncApp, listener: Listener) -> Callable[..., Any]:
    name: Any = listener.name
    match listener.kind:
        case Kind.ACTION:
            return app.action(name)
        case Kind.VIEW:
            return app.view(name)
        case Kind.CLOSED:
            return app.view_closed(name)
        case Kind.SHORTCUT:
            return app.shortcut(name)
        case Kind.COMMAND:
            return app.command(name)
        case Kind.OPTIONS:
            return app.options(name)
        case Kind.EVENT | Kind.MESSAGE:
            return app.event(name)


def _settled(work: SqlWork, delivery: int) -> None:
    """Whoever heard it may have settled it; what became no message is kept no longer.

    No redaction would find the words in it: what an edit said before, or what our own people say elsewhere.
    """
    if inbox.is_waiting(work, delivery):
        inbox.settle(work, delivery)
    if inbox.message_of(work, delivery) is None:
        inbox.forget_bytes_of(work, delivery, datetime.now(UTC))


async def _nothing(body: Json) -> None:
    """An event that is nothing to us."""


async def _acknowledged(ack: Callable[[], Awaitable[Any]]) -> None:
    await ack()


async def _silent(**said: object) -> None:
    """An event has nobody to answer to."""
