"""The demo's second act: Sam in Slack, Bob in Telegram, Ana still by mail.

As in the first act a step is what people do and what must become of it; the table at the end is the order.
"""

from bots.slack.blocks import names
from intake.decisions import Fate, MatchedBy
from sandbox.chat_stage import ChatStage
from sandbox.chat_world import BOB_IN_TELEGRAM, TRIAGE
from sandbox.mails import answered, letter
from sandbox.outcomes import Expected, Outcome
from sandbox.story import SECOND, Scene, in_words
from sandbox.world import ANA, BOB, FIRST

THIRD = SECOND + 1
CARD = ("card", TRIAGE)
BUTTON, CLOCK = "button", "clock"


async def a_follow_up_in_slack(stage: ChatStage) -> Outcome:
    received = answered(stage.desk.last("agent-answer", ANA).caught.body)
    text = "Thank you! Outside calls are fine now. Only the fax line still drops.\n\nAna"
    subject = "Re: Calls drop after ten minutes"
    return await stage.desk.mail(letter(ANA, received.reply_to, subject, text, received.message_id))


async def a_claim(stage: ChatStage) -> Outcome:
    return await stage.press(FIRST, names.CLAIM, "Claim")


async def an_answer_from_slack(stage: ChatStage) -> Outcome:
    return await stage.answer(FIRST, "The fax line has keep-alives now, too. Does it hold?")


async def a_link(stage: ChatStage) -> Outcome:
    return await stage.opens_link("agent-answer")


async def a_yes(stage: ChatStage) -> Outcome:
    return await stage.taps("Yes")


async def a_status(stage: ChatStage) -> Outcome:
    return await stage.says("/status")


async def a_photo(stage: ChatStage) -> Outcome:
    return await stage.sends_photo(f"WX-{FIRST}: this is what the fax prints.")


async def a_note(stage: ChatStage) -> Outcome:
    return await stage.note(FIRST, "Their fax is nine years old. Sales should know.")


async def an_answer_to_telegram(stage: ChatStage) -> Outcome:
    return await stage.answer(FIRST, "Thank you, Bob: that is its old firmware. We update it tonight.")


async def an_address(stage: ChatStage) -> Outcome:
    return await stage.says(f"/link {BOB.address}")


async def a_code(stage: ChatStage) -> Outcome:
    return await stage.types_code()


async def a_third_request(stage: ChatStage) -> Outcome:
    return await stage.desk.portal(BOB, "Nobody can call us", "All lines are busy, since half an hour.")


async def a_severity(stage: ChatStage) -> Outcome:
    return await stage.choose(THIRD, names.SEVERITY, "critical")


async def a_question(stage: ChatStage) -> Outcome:
    return await stage.says(f"WX-{THIRD}: is anybody looking at it?")


async def the_clock(stage: ChatStage) -> Outcome:
    return await stage.desk.turn_clock(THIRD, in_words)


async def the_clock_until_it_is_late(stage: ChatStage) -> Outcome:
    return await stage.desk.turn_clock(THIRD, in_words, moments=2)


CHAT_STORY: tuple[Scene[ChatStage], ...] = (
    Scene(
        "A follow-up by mail is seen in Slack",
        a_follow_up_in_slack,
        Expected(
            Fate.APPEND,
            "follow-up",
            FIRST,
            (CARD, ("agent-follow-up", TRIAGE)),
            matched_by=MatchedBy.TOKEN,
        ),
    ),
    Scene(
        "Sam claims the ticket",
        a_claim,
        Expected("-", BUTTON, FIRST, (CARD, ("agent-changed", TRIAGE)), answer="", kept=0),
    ),
    Scene(
        "Sam answers through Slack's form",
        an_answer_from_slack,
        Expected(
            Fate.APPEND,
            "agent-answer",
            FIRST,
            (("agent-answer", ANA), ("agent-answer", BOB), CARD, ("agent-answered", TRIAGE)),
            answer="",
        ),
    ),
    Scene(
        "Bob follows a mail's link to Telegram",
        a_link,
        Expected(Fate.ANSWER, "asked-to-connect", sent=(("chat-connect", BOB_IN_TELEGRAM),), answer=""),
    ),
    Scene(
        "Bob says that it is he",
        a_yes,
        Expected(
            "-",
            BUTTON,
            sent=(("chat-linked", BOB), ("chat-connected", BOB_IN_TELEGRAM)),
            answer="",
            kept=0,
        ),
    ),
    Scene(
        "Bob asks how far it is",
        a_status,
        Expected(Fate.ANSWER, "shown", FIRST, (("chat-ticket", BOB_IN_TELEGRAM),), answer=""),
    ),
    Scene(
        "Bob adds a photo",
        a_photo,
        Expected(
            Fate.APPEND,
            "follow-up",
            FIRST,
            (
                CARD,
                ("agent-follow-up", TRIAGE),
                ("message", TRIAGE),  # the photo itself
                ("chat-added", BOB_IN_TELEGRAM),
            ),
            answer="",
            files=1,
        ),
    ),
    Scene(
        "Sam notes something for colleagues",
        a_note,
        Expected(Fate.APPEND, "agent-note", FIRST, (("sign", TRIAGE),), answer=""),
    ),
    Scene(
        "Sam answers, and Bob reads it there",
        an_answer_to_telegram,
        Expected(
            Fate.APPEND,
            "agent-answer",
            FIRST,
            (("agent-answer", ANA), ("agent-answer", BOB_IN_TELEGRAM), CARD, ("agent-answered", TRIAGE)),
            answer="",
        ),
    ),
    Scene(
        "Bob asks for all his tickets",
        an_address,
        Expected(
            Fate.ANSWER,
            "code-asked",
            sent=(("chat-code", BOB), ("chat-code-asked", BOB_IN_TELEGRAM)),
            answer="",
        ),
    ),
    Scene(
        "Bob types the code of that mail",
        a_code,
        Expected(
            Fate.ANSWER,
            "connected",
            sent=(("chat-linked", BOB), ("chat-connected", BOB_IN_TELEGRAM)),
            answer="",
        ),
    ),
    Scene(
        "Bob's next request shows in Slack",
        a_third_request,
        Expected(
            Fate.OPEN,
            "new-ticket",
            THIRD,
            (("acknowledgement", BOB), CARD),
            answer="",
        ),
    ),
    Scene(
        "Sam chooses a severity",
        a_severity,
        Expected("-", BUTTON, THIRD, (CARD, ("agent-changed", TRIAGE)), answer="", kept=0),
    ),
    Scene(
        "Bob asks about it in Telegram",
        a_question,
        Expected(
            Fate.APPEND,
            "follow-up",
            THIRD,
            (("agent-follow-up", TRIAGE), ("chat-added", BOB_IN_TELEGRAM)),
            answer="",
        ),
    ),
    Scene(
        "The clock goes on: Slack is reminded",
        the_clock,
        Expected("-", CLOCK, THIRD, (("agent-reminder", TRIAGE),), answer="", kept=0),
    ),
    Scene(
        "The clock goes on: Bob is told, too",
        the_clock_until_it_is_late,
        Expected(
            "-",
            CLOCK,
            THIRD,
            (("agent-reminder", TRIAGE), ("agent-breach", TRIAGE), ("breach-customer", BOB_IN_TELEGRAM)),
            answer="",
            kept=0,
        ),
    ),
)
