"""How it went: the buttons of the question, then a sentence about it for whoever wants to write one.

Only whoever was asked rates, by the account that is linked to them. The sentence may follow within ten
minutes, as long as it answers nothing else; what comes later is a message like any other.
"""

from datetime import datetime, timedelta

from bots.telegram.flows import adding
from bots.telegram.flows.keeping import Words, inbound_of, words_of
from bots.telegram.identity import ticket_seen
from bots.telegram.turn import Answered, Turn
from intake import handle
from intake.handle import Command
from intake.messages import Inbound
from intake.requests.rating import LONGEST_COMMENT, Rating
from intake.surveys import RULE, answered
from intake.tickets import Score, Ticket
from intake.words import sender_words

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


def commented(turn: Turn) -> Answered:
    """The sentence about it, if this is one."""
    number, score = int(turn.state.get("ticket", 0)), Score(turn.state["score"])
    is_late = turn.now - datetime.fromisoformat(turn.state["rated_at"]) > WRITES_WITHIN
    turn.remember(doing=None, ticket=None, score=None, rated_at=None)
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
