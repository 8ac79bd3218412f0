"""How it went: the buttons of the question, then a sentence about it for whoever wants to write one.

Only whoever was asked rates, by the account that is linked to them. The sentence may follow within ten
minutes, as long as it answers nothing else; what comes later is a message like any other.
"""

from datetime import datetime, timedelta

from bots.telegram.flows import adding
from bots.telegram.flows.keeping import Words, inbound_of, words_of
from bots.telegram.identity import ticket_seen
from bots.telegram.saying import MEDIUM
from bots.telegram.turn import Answered, Turn
from intake import handle
from intake.handle import Command
from intake.messages import Inbound
from intake.requests.rating import LONGEST_COMMENT, Rating
from intake.surveying import SURVEY
from intake.surveys import RULE, alone_in, answered
from intake.tickets import Score, Ticket
from intake.words import sender_words
from store import posts
from store.surveys import is_the_last_word

WRITES_WITHIN = timedelta(minutes=10)


def rate(turn: Turn, number: int, score: str) -> Answered:
    """[Good], [Bad]."""
    ticket = _asked(turn, number)
    if ticket is None:
        return adding.not_found(turn, number)
    survey = turn.work.survey(number)
    if survey and survey.score != score:  # whoever presses twice says it once
        inbound = inbound_of(turn, Words(turn.label(f"rated-{score}")), ticket=number)
        _keep(turn, ticket, inbound, Rating(Score(score)))
    turn.remember(doing="rate", ticket=number, score=score, rated_at=turn.now.isoformat())
    turn.show("chat-rated", {"asks": True}, ticket=ticket)
    return Answered(RULE, "They said how it went.", number)


def typed(turn: Turn) -> Answered | None:
    """The bare word in place of the button, right below the question or in reply to it; None for others."""
    if turn.files or not turn.heard.text.strip():
        return None
    last = (
        posts.post_at(turn.work, MEDIUM, turn.place, str(turn.heard.reply_to))
        if turn.heard.reply_to
        else posts.last_at(turn.work, MEDIUM, turn.place)
    )
    ticket = _asked(turn, last.ticket) if last and last.role == SURVEY else None
    asked = turn.work.survey(ticket.number) if ticket else None
    if ticket is None or asked is None or not is_the_last_word(turn.work, asked):
        return None
    said = alone_in(turn.heard.text, asked, ticket, turn.person)
    if said is None:
        return None
    turn.work.for_delivery(turn.waiting.id)
    _keep(turn, ticket, inbound_of(turn, words_of(turn), ticket=ticket.number), said)
    turn.remember(doing="rate", ticket=ticket.number, score=said.score, rated_at=turn.now.isoformat())
    turn.say("chat-rated", {"asks": True}, ticket=ticket)
    return Answered(RULE, "They said how it went.", ticket.number, is_kept=True)


def commented(turn: Turn) -> Answered:
    """The sentence about it, if this is one; a bare word below the next question is about that one."""
    number, score = int(turn.state.get("ticket", 0)), Score(turn.state["score"])
    is_late = turn.now - datetime.fromisoformat(turn.state["rated_at"]) > WRITES_WITHIN
    turn.remember(doing=None, ticket=None, score=None, rated_at=None)
    if next_one := typed(turn):
        return next_one
    ticket = _asked(turn, number)
    if ticket is None or is_late or turn.heard.reply_to or turn.files or not turn.heard.text.strip():
        return adding.free_text(turn)
    words = words_of(turn)
    turn.work.for_delivery(turn.waiting.id)
    comment = words.text[:LONGEST_COMMENT]
    _keep(turn, ticket, inbound_of(turn, words, ticket=number), Rating(score, comment))
    turn.say("chat-rated", ticket=ticket)
    return Answered(RULE, "They said how it went.", number, is_kept=True)


def _asked(turn: Turn, number: int) -> Ticket | None:
    """The ticket, if it is this account's person who was asked about it."""
    ticket, survey = ticket_seen(turn, number), turn.work.survey(number)
    is_theirs = survey is not None and turn.person is not None and survey.person == turn.person.id
    return ticket if is_theirs else None


def _keep(turn: Turn, ticket: Ticket, inbound: Inbound, rating: Rating) -> None:
    raw = None if turn.heard.button else turn.waiting.raw
    decision = answered(ticket, rating, sender_words(inbound), turn.setup.desk)
    command = Command(decision, inbound, turn.person, raw)
    handle.carry_out_in(turn.work, lambda _: command, turn.setup, turn.heard.account, turn.now)
