"""Customers in shared channels: what they write is a message like any other, under the same policy.

Only a channel that an administrator registered to one organisation is heard. There a message of
somebody from outside is a ticket, or goes onto the one whose thread it is in; a message of our own
people in a ticket's thread is a public answer, which stands there already. As whose words one counts is
said in `said`. A question for the status is answered in the thread, and opens nothing: whoever writes
unproven reads how they can be known, and nothing of any ticket.
"""

from dataclasses import replace
from datetime import UTC, datetime

from bots.chat.desk import ChatDesk
from bots.slack.asked import status_of
from bots.slack.calls import Json
from bots.slack.downloads import Downloads
from bots.slack.neighbours import Neighbours
from bots.slack.people import People, email_of, name_of
from bots.slack.rating import keep_rating, rating_here
from bots.slack.reading import people_in, plain_text
from bots.slack.said import Said, inbound_of
from bots.slack.staff import Staff
from bots.slack.told import answered_in_place, tell_left_out, told_of_edit
from bots.slack.unreachable import opened
from bots.slack.workspaces import MEDIUM, Workspaces
from intake import handle
from intake.decisions import Decision, Fate
from intake.handle import Letter, Setup
from intake.messages import Assurance, Inbound
from intake.requests.standing import status_asked
from intake.tickets import Ticket
from store import edits, inbox, posts
from store.chat_places import ChatPlace
from store.chats import is_of_customer
from store.inbox import Waiting
from store.posts import Post
from store.work import SqlWork

ANSWERS_AN_HOUR = 20
SLACKBOT = "USLACKBOT"  # which Slack does not call a bot
LAST_TRY = 4  # after the fifth a message is held; its words matter more than a file
BEGINNING = "thread"  # the first message of a thread that we know of by what stands below it alone
HEARD = frozenset({"", "file_share", "thread_broadcast", "me_message"})


class Customers:
    """`hear` settles what was written in a registered channel, whatever it is."""

    def __init__(
        self,
        desk: ChatDesk,
        workspaces: Workspaces,
        people: People,
        neighbours: Neighbours,
        staff: Staff,
        downloads: Downloads,
    ) -> None:
        self._desk = desk
        self._neighbours = neighbours
        self._workspaces = workspaces
        self._people = people
        self._staff = staff
        self._downloads = downloads

    async def hear(self, waiting: Waiting, team: str, event: Json, place: ChatPlace) -> None:
        subtype = str(event.get("subtype") or "")
        if subtype in ("message_changed", "message_deleted"):
            await self._changed(waiting, event, place)
        elif subtype in HEARD and event.get("user"):
            await self._said(waiting, team, event, place)
        else:
            await self._desk.write(lambda work: inbox.settle(work, waiting.id))

    async def _said(self, waiting: Waiting, team: str, event: Json, place: ChatPlace) -> None:
        said = await self._read(waiting, team, event, place)
        setup = self._desk.setup
        await self._desk.write(
            lambda work: _take(work, said, setup) if said else inbox.settle(work, waiting.id)
        )

    async def _read(self, waiting: Waiting, team: str, event: Json, place: ChatPlace) -> Said | None:
        """What was said and by whom; None for a machine's words."""
        user, wire = str(event["user"]), str(event.get("text") or "")
        one = await self._people.one(team, user)
        if one.get("is_bot") or user in (SLACKBOT, (await self._workspaces.of(team)).bot_user):
            return None
        names = {other: name_of(await self._people.one(team, other)) for other in people_in(wire)[:10]}
        files = await self._downloads.fetch(
            team, event.get("files") or (), is_last_try=waiting.attempts >= LAST_TRY
        )
        channel = str(event["channel"])
        is_ours = await self._neighbours.is_ours(team, channel, one)  # a guest of ours is a customer
        is_believed = await self._neighbours.is_believed(team, channel, one, place.workspace)
        return Said(
            place,
            waiting.raw,
            waiting.id,
            place.place,
            str(event["ts"]),
            str(event.get("thread_ts") or event["ts"]),
            user,
            plain_text(wire, names).strip(),
            plain_text(wire, dict.fromkeys(names, "")).strip(),
            name_of(one) or user,
            email_of(one) if is_ours or is_believed else "",
            is_ours,
            await self._neighbours.is_theirs(team, channel, one, place.workspace),
            await self._staff.agent(str(one["team_id"]), user) if is_ours else None,
            files,
        )

    async def _changed(self, waiting: Waiting, event: Json, place: ChatPlace) -> None:
        """An edit or a deletion of what we took in; anything else of the kind is nothing to us."""
        is_edit = event["subtype"] == "message_changed"
        message = event.get("message") or {}
        is_tombstone = message.get("subtype") == "tombstone"
        ts = str(message.get("ts") if is_edit else event.get("deleted_ts") or "")
        text = plain_text(str(message.get("text") or "")).strip() if is_edit and not is_tombstone else ""
        setup, now = self._desk.setup, datetime.now(UTC)
        is_taken_back = is_tombstone or not is_edit

        def revised(work: SqlWork) -> None:
            inbox.settle(work, waiting.id)
            post = posts.post_at(work, MEDIUM, place.place, ts)
            if post is None or not post.message or (not text and not is_taken_back):
                return
            actor = str((event.get("previous_message") or {}).get("user") or message.get("user") or "slack")
            if is_taken_back:
                edit = edits.take_back(work, post.message, actor, now)
            else:
                edit = edits.edit(work, post.message, text, actor, now)
            if edit:
                told_of_edit(work, edit, text, setup, now)

        await self._desk.write(revised)


def _take(work: SqlWork, said: Said, setup: Setup) -> None:
    """Settle a message in one transaction: for the policy, an answer of ours, or a question."""
    known = posts.post_at(work, MEDIUM, said.channel, said.ts)
    if known and known.role != BEGINNING:  # an agent put it on a ticket before we were told
        inbox.settle(work, said.delivery)
        return
    now = datetime.now(UTC)
    ticket = _ticket_here(work, said)
    inbound = inbound_of(work, said, ticket, setup)
    if said.is_ours:
        _of_ours(work, said, inbound, ticket, setup, now)
        return
    if said.is_theirs or inbound.assurance is Assurance.LINKED:  # a reseller's words show nothing
        opened(work, said.place.place, now)
    asked = None if said.files.files else status_asked(said.question, setup.policy.pattern)
    if asked is not None:
        work.for_delivery(said.delivery)
        answer = Decision(Fate.ANSWER, "status-asked", "They asked how their tickets stand.")
        message = work.keep(said.raw, inbound, answer, None, now)
        if _may_still_ask(work, said, now):
            status_of(work, inbound, asked, ticket, said.place, setup, now)
            tell_left_out(work, inbound, said.files.missed, 0, message, setup, now)
        _record(work, said, message, 0, "question")
        return
    rating = None if said.files.missed else rating_here(work, inbound, ticket, said.channel, said.root)
    if ticket and rating:
        work.for_delivery(said.delivery)
        at = f"{said.channel}/{said.ts}"
        message = keep_rating(work, said.raw, inbound, ticket, rating, at, setup, now)
        _record(work, said, message, ticket.number, "rating")
        return
    letter = Letter(
        said.raw, inbound, delivery=said.delivery, files=said.files.files, refuse_in_session=False
    )
    receipt = handle.receive_in(work, letter, setup, now)
    if receipt.fate in handle.TAKEN and not receipt.duplicate:
        tell_left_out(work, inbound, said.files.missed, receipt.ticket, receipt.message, setup, now)
    _record(work, said, receipt.message, receipt.ticket, "customer")


def _may_still_ask(work: SqlWork, said: Said, now: datetime) -> bool:
    """A question costs nothing to ask, and each answer is read by a whole channel."""
    purse = f"status {MEDIUM} {said.user}"
    spent = work.spent(purse, now)
    work.spend(purse, now)
    return spent.count < ANSWERS_AN_HOUR


def _ticket_here(work: SqlWork, said: Said) -> Ticket | None:
    """The ticket of the thread; none where the channel was another customer's then."""
    number = ticket_of(work, posts.post_at(work, MEDIUM, said.channel, said.root))
    ticket = work.ticket(number) if number else None
    return ticket if is_of_customer(ticket, said.place.organisation) else None


def _of_ours(
    work: SqlWork, said: Said, inbound: Inbound, ticket: Ticket | None, setup: Setup, now: datetime
) -> None:
    """Our own people's words in a ticket's thread are public; elsewhere they are no business of the desk."""
    if ticket is None:
        inbox.settle(work, said.delivery)
        return
    work.for_delivery(said.delivery)
    message = answered_in_place(
        work, said.raw, inbound, ticket, said.agent, said.files.files, said.ts, setup, now
    )
    _record(work, said, message, ticket.number, "answer")


def _record(work: SqlWork, said: Said, message: int, ticket: int, role: str) -> None:
    """What an answer in the thread will belong to."""
    now = datetime.now(UTC)
    post = Post(MEDIUM, said.channel, said.ts, role, now, ticket, said.root, message)
    posts.record(work, post)
    if said.root != said.ts and posts.post_at(work, MEDIUM, said.channel, said.root) is None:
        posts.record(work, replace(post, external=said.root, role=BEGINNING, message=0))


def ticket_of(work: SqlWork, post: Post | None) -> int:
    """The ticket that a post belongs to by now: what was held may have been released."""
    if post is None:
        return 0
    return post.ticket or (posts.ticket_of_message(work, post.message) if post.message else 0)
