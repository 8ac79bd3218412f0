"""Surveys: what whoever was asked answers, which is kept and shown to colleagues.

An answer counts from whoever was asked, by the address, the button or the account that shows it. It
opens nothing again and starts no clock; the latest counts, the history and the messages have them all.
What is no rating is a message like any other. Colleagues read each answer in the ticket's thread, and
whoever has the ticket is called for a bad one; where agents have no channel they get mail for those alone.
Whom we ask is in `intake.surveying`.
"""

from intake.context import Context
from intake.decisions import Audience, Decision, Fate, KeepRating, Notice
from intake.messages import Inbound
from intake.requests.rating import Rating, rating_alone, rating_in
from intake.tickets import Desk, Person, Score, Status, Survey, Ticket
from intake.words import sender_words

RATED = "agent-rated"
RULE = "survey-answer"


def rated(inbound: Inbound, context: Context) -> Decision | None:
    """What a mail to the address of a survey answers; None where it is none, or rates nothing."""
    if context.survey is None or context.ticket is None:
        return None
    rating = rating_in(inbound.reply, inbound.subject)
    return answered(context.ticket, rating, sender_words(inbound), context.desk) if rating else None


def alone_in(text: str, survey: Survey | None, ticket: Ticket, person: Person | None) -> Rating | None:
    """What a chat's message rates that answers the question directly: one of the words, of whoever was asked.

    Anything longer is a follow-up; and so is everything once the ticket goes on.
    """
    is_theirs = survey is not None and person is not None and survey.person == person.id
    return rating_alone(text) if is_theirs and ticket.status is Status.CLOSED else None


def answered(ticket: Ticket, rating: Rating, sender: str, desk: Desk) -> Decision:
    """Keep a rating of whoever was asked, and let colleagues read it."""
    is_bad = rating.score is Score.BAD
    facts = {"sender": sender, "score": rating.score.value, "text": rating.comment}
    told = Notice(RATED, Audience.ASSIGNEE if is_bad else Audience.AGENTS, facts, "auto-generated")
    return Decision(
        Fate.ANSWER,
        RULE,
        f"They were asked how it went, and say: {rating.score}.",
        ticket=ticket,
        changes=(KeepRating(rating.score, rating.comment),),
        notices=(told,) if is_bad or desk.has_triage else (),
    )
