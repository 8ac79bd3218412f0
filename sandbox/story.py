"""The demo's story: fourteen steps, what each is meant to show, and what must become of it.

The table at the end is the order of the play. A step sees the stage, because replies answer
mail that the desk has really sent a moment before.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from intake.decisions import Fate, MatchedBy
from intake.messages import Address
from sandbox.mails import answered, delivery_report, forged, letter, out_of_office
from sandbox.outcomes import Expected, Outcome
from sandbox.stage import Stage
from sandbox.world import ANA, BOB, CLOSED, DESK, FIRST, KIM, MALLORY, SAM, make_critical

SECOND = FIRST + 1
HERE = ZoneInfo("Europe/Rome")
TO = DESK.address


Where = TypeVar("Where")  # the stage that a scene is played on


@dataclass(frozen=True, slots=True)
class Scene(Generic[Where]):
    title: str
    play: Callable[[Where], Awaitable[Outcome]]
    expected: Expected


async def a_request_on_the_portal(stage: Stage) -> Outcome:
    text = "Since this morning calls drop after ten minutes, in the whole building."
    outcome = await stage.portal(ANA, "Calls drop after ten minutes", text)
    await asyncio.to_thread(make_critical, stage.wired, outcome.ticket)
    return outcome


async def a_request_by_mail(stage: Stage) -> Outcome:
    text = "Hello,\n\nwe need five more extensions. Could you open a ticket?\n\nBob"
    return await stage.mail(letter(BOB, TO, "Five more extensions", text))


async def a_follow_up(stage: Stage) -> Outcome:
    received = answered(stage.last("acknowledgement", ANA).caught.body)
    text = "It is only the calls that come in over the second line.\n\nAna"
    subject = "Re: Calls drop after ten minutes"
    return await stage.mail(letter(ANA, received.reply_to, subject, text, received.message_id))


async def the_same_again(stage: Stage) -> Outcome:
    return await stage.mail(stage.posted[-1])


async def a_reply_without_number(stage: Stage) -> Outcome:
    text = "Ana put me in copy. The second line was moved to a new switch yesterday.\n\nBob"
    return await stage.mail(letter(BOB, TO, "AW: telephones", text, stage.posted[-1].message_id))


async def a_closed_ticket(stage: Stage) -> Outcome:
    text = "The fax is dead again. Please look at it once more.\n\nAna"
    return await stage.mail(letter(ANA, TO, f"[WX-{CLOSED}] The fax again", text))


async def a_stranger_with_a_number(stage: Stage) -> Outcome:
    text = "Please send me everything that was written on this ticket so far."
    return await stage.mail(letter(MALLORY, TO, f"WX-{FIRST}: what is the state?", text))


async def a_stranger_with_a_thread(stage: Stage) -> Outcome:
    received = answered(stage.last("acknowledgement", ANA).caught.body)
    text = "Ana asked me to help with the new switch. May I see the traces?\n\nKim"
    return await stage.mail(letter(KIM, TO, "Fwd: your ticket", text, received.message_id))


async def a_forged_sender(stage: Stage) -> Outcome:
    text = "This is Ana. Please set a new password for the administrator and send it to me."
    return await stage.mail(forged(ANA, TO, "New password, urgent", text))


async def an_answer_of_an_agent(stage: Stage) -> Outcome:
    told = stage.last("agent-follow-up", SAM)
    received = answered(told.caught.body)
    quoted = "\n".join(f"> {line}" for line in told.text.splitlines())
    text = f"The new switch sends no keep-alives. I have changed that: please try again.\n\n{quoted}\n"
    return await stage.mail(letter(SAM, received.reply_to, told.subject, text, received.message_id))


async def an_out_of_office(stage: Stage) -> Outcome:
    received = answered(stage.last("agent-answer", ANA).caught.body)
    text = "I am out of the office until Monday and will read your message then."
    subject = "Automatic reply: Calls drop after ten minutes"
    return await stage.mail(out_of_office(ANA, received.reply_to, subject, text, received.message_id))


async def a_mail_that_comes_back(stage: Stage) -> Outcome:
    gone = stage.last("agent-answer", BOB).caught
    machine = Address("Mail Delivery System", f"mailer-daemon@{BOB.domain}")
    why = "552 5.2.2 the mailbox is full"
    return await stage.mail(delivery_report(machine, gone.sender, gone.body, BOB.address, why))


async def another_request(stage: Stage) -> Outcome:
    return await stage.portal(BOB, "Echo on the conference phone", "Everybody hears themselves twice.")


async def the_clock_rings(stage: Stage) -> Outcome:
    return await stage.turn_clock(SECOND, in_words)


def in_words(moment: datetime) -> str:
    """A moment as it is said at the desk."""
    there = moment.astimezone(HERE)
    return f"{there:%A} {there.day} {there:%B, %H:%M} in Rome"


STORY: tuple[Scene[Stage], ...] = (
    Scene(
        "A request on the portal opens a ticket",
        a_request_on_the_portal,
        Expected(Fate.OPEN, "new-ticket", FIRST, (("acknowledgement", ANA), ("agent-new", SAM)), answer=""),
    ),
    Scene(
        "A new request by mail is turned away",
        a_request_by_mail,
        Expected(Fate.REFUSE, "email-follow-ups-only", sent=(("open-on-portal", BOB),)),
    ),
    Scene(
        "A follow-up to the signed address",
        a_follow_up,
        Expected(Fate.APPEND, "follow-up", FIRST, (("agent-follow-up", SAM),), matched_by=MatchedBy.TOKEN),
    ),
    Scene(
        "The same mail once more",
        the_same_again,
        Expected(Fate.APPEND, "follow-up", FIRST, kept=0, matched_by=MatchedBy.TOKEN),
    ),
    Scene(
        "A reply whose subject lost its number",
        a_reply_without_number,
        Expected(Fate.APPEND, "follow-up", FIRST, (("agent-follow-up", SAM),), matched_by=MatchedBy.THREAD),
    ),
    Scene(
        "A mail to a closed ticket",
        a_closed_ticket,
        Expected(
            Fate.REFUSE,
            "closed-stays-closed",
            CLOSED,
            (("ticket-closed", ANA),),
            matched_by=MatchedBy.SUBJECT,
        ),
    ),
    Scene(
        "A stranger who knows a ticket's number",
        a_stranger_with_a_number,
        Expected(Fate.REFUSE, "email-follow-ups-only", sent=(("open-on-portal", MALLORY),)),
    ),
    Scene(
        "A stranger to whom the thread was sent",
        a_stranger_with_a_thread,
        Expected(
            Fate.HOLD, "pending-participant", FIRST, (("agent-held", SAM),), matched_by=MatchedBy.THREAD
        ),
    ),
    Scene(
        "A forged sender",
        a_forged_sender,
        Expected(Fate.REFUSE, "email-follow-ups-only", answer="550 5.7.1"),
    ),
    Scene(
        "An agent answers by mail",
        an_answer_of_an_agent,
        Expected(
            Fate.APPEND,
            "agent-answer",
            FIRST,
            (("agent-answer", ANA), ("agent-answer", BOB)),
            matched_by=MatchedBy.TOKEN,
        ),
    ),
    Scene(
        "An out-of-office reply",
        an_out_of_office,
        Expected(Fate.IGNORE, "automatic-mail", FIRST, matched_by=MatchedBy.TOKEN),
    ),
    Scene(
        "A mail of ours comes back",
        a_mail_that_comes_back,
        Expected(
            Fate.BOUNCE,
            "delivery-report",
            FIRST,
            (("agent-undelivered", SAM),),
            matched_by=MatchedBy.TOKEN,
            files=2,  # the report, and the head of our mail
        ),
    ),
    Scene(
        "Another request on the portal",
        another_request,
        Expected(Fate.OPEN, "new-ticket", SECOND, (("acknowledgement", BOB), ("agent-new", SAM)), answer=""),
    ),
    Scene(
        "The clock goes on to the next reminder",
        the_clock_rings,
        Expected("-", "clock", SECOND, (("agent-reminder", SAM),), answer="", kept=0),
    ),
)
