"""How it went, in a shared channel: two buttons for whoever was asked, then a sentence if they like.

Everybody in the channel sees the buttons, and only the one who was asked may use them: known by our own
records, by their Slack id or the address that Slack names, in the channel of their own organisation. What
the form carries is a hint, like every button's; the post is asked of the store again.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.slack.acts.answering import answering, open_view, submitting
from bots.slack.acts.forms import typed
from bots.slack.blocks import names
from bots.slack.blocks.customers import rated
from bots.slack.calls import Json, SlackFailure
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.neighbours import Neighbours
from bots.slack.people import email_of, name_of
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.errors import CommandRefused
from intake.handle import Command, Setup
from intake.messages import Address, Assurance, Inbound
from intake.requests.rating import Rating
from intake.surveying import SURVEY
from intake.surveys import answered
from intake.tickets import Person, Score, Ticket
from intake.words import sender_words
from store import chat_places, posts
from store.chats import is_of_customer
from store.work import SqlWork

NOT_ASKED = "only the person who was asked can answer this"


@dataclass(frozen=True, slots=True)
class Press:
    """Who says it, and below which post of ours; `moment` makes it said once."""

    team: str
    channel: str
    ts: str
    user: str
    name: str
    email: str
    moment: str

    @property
    def place(self) -> str:
        return f"{self.team}/{self.channel}"


async def rate(acting: Acting, call: Call) -> None:
    """[Good], [Bad]: kept at once; the form for a sentence comes then, and may be left alone."""
    score = Score(str(call.payload["action_id"]).rpartition(".")[2])
    async with answering(acting, call):
        press = await _press(acting, call, acting.channel, acting.ts)
        language = await _keep(call, press, Rating(score))
        about = names.Pressed(word=f"{score} {press.channel} {press.ts}")
        try:
            await open_view(acting, call, rated(language, about))
        except SlackFailure:
            return  # the rating is kept all the same


async def comment(acting: Acting, call: Call) -> None:
    """The sentence about it, in place of the rating without one."""
    view = call.body["view"]
    async with submitting(acting, call, names.TEXT):
        said = names.pressed_in(str(view.get("private_metadata") or "")).word.split()
        if len(said) != 3 or said[0] not in list(Score):
            raise CommandRefused(NOT_ASKED)
        if words := typed(view, names.TEXT):
            press = await _press(acting, call, said[1], said[2])
            await _keep(call, press, Rating(Score(said[0]), words))


async def _press(acting: Acting, call: Call, channel: str, ts: str) -> Press:
    """The workspace is the one that the app was heard in, not the one that they are of."""
    view = call.body.get("view") or {}
    team = str(view.get("app_installed_team_id") or (call.body.get("team") or {}).get("id") or acting.team)
    one: Json = await call.hands.people.one(team, acting.user)
    actions = call.body.get("actions") or [{}]
    moment = str(actions[0].get("action_ts") or view.get("id") or acting.trigger)
    place = await call.hands.desk.read(lambda work: chat_places.place_at(work, MEDIUM, f"{team}/{channel}"))
    named = place.workspace if place else ""
    is_believed = await Neighbours(call.hands.speaking).is_believed(team, channel, one, named)
    return Press(team, channel, ts, acting.user, name_of(one), email_of(one) if is_believed else "", moment)


async def _keep(call: Call, press: Press, rating: Rating) -> str:
    """Keep what they say; their language. Whoever presses twice says it once."""
    setup, now = call.hands.desk.setup, datetime.now(UTC)

    def act(work: SqlWork) -> str:
        ticket, person = _asked(work, press)
        survey = work.survey(ticket.number)
        if survey and (survey.score is not rating.score or rating.comment):
            _write(work, press, ticket, person, rating, setup, now)
        return person.language or setup.desk.language

    return await call.hands.desk.write(act)


def _asked(work: SqlWork, press: Press) -> tuple[Ticket, Person]:
    """The ticket and whoever was asked about it, if that is who pressed; else one refusal for all."""
    post = posts.post_at(work, MEDIUM, press.place, press.ts)
    ticket = work.ticket(post.ticket) if post and post.role == SURVEY else None
    known = chat_places.place_at(work, MEDIUM, press.place)
    person = work.person(press.user) or (work.person(press.email) if press.email else None)
    survey = work.survey(ticket.number) if ticket else None
    is_theirs = survey is not None and person is not None and survey.person == person.id
    if ticket is None or person is None or known is None or not is_theirs:
        raise CommandRefused(NOT_ASKED)
    if not is_of_customer(ticket, known.organisation):
        raise CommandRefused(NOT_ASKED)
    return ticket, person


def _write(
    work: SqlWork, press: Press, ticket: Ticket, person: Person, rating: Rating, setup: Setup, now: datetime
) -> None:
    text = rating.comment or rating.score.value
    said = f"{MEDIUM} survey {press.place} {press.ts} {press.user} {press.moment}"
    inbound = Inbound(
        channel=MEDIUM,
        identity=hashlib.sha256(said.encode()).hexdigest(),
        received_at=now,
        sender=Address(person.name or press.name, person.address.address or press.user),
        subject=ticket.subject,
        text=text,
        reply=text,
        assurance=Assurance.LINKED,
        ticket_number=ticket.number,
        place=press.place,
    )
    decision = answered(ticket, rating, sender_words(inbound), setup.desk)
    command = Command(decision, inbound, about=person)
    handle.carry_out_in(work, lambda _: command, setup, person.address.address or press.user, now)


LISTENERS = (
    Listener(Kind.ACTION, names.RATED_GOOD, rate, is_for_all=True),
    Listener(Kind.ACTION, names.RATED_BAD, rate, is_for_all=True),
    Listener(Kind.VIEW, names.VIEW_RATED, comment, is_for_all=True),
)
