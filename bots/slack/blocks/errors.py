"""What somebody reads when a thing cannot be done: one sentence, the next step, and a reference.

The reference is what an operator finds in the log. A ticket that is not there and one that may
not be seen get the same words, and nothing here names a ticket's subject or people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bots.slack.blocks.elements import context, rich_section, rich_text, said
from bots.slack.blocks.lists import command_names, usage_of
from bots.slack.blocks.text import fallback, plain
from bots.slack.blocks.times import span
from bots.slack.blocks.types import Json, Message
from intake.suggestions import closest, did_you_mean

PRESS_AGAIN = "Press the button again."
TYPE_AGAIN = "Type the command again."
CHOOSE_AGAIN = "Choose it in the menu again."


@dataclass(frozen=True, slots=True)
class Fault:
    """One refusal: what could not be done, and what would help; `ref` finds it in the log."""

    sentence: str
    step: str = ""
    ref: str = ""

    @property
    def words(self) -> str:
        return " ".join(filter(None, (self.sentence, self.step)))


def refusal(fault: Fault, acts: tuple[Json, ...] = ()) -> Message:
    """To whoever asked, alone."""
    ref = f"Ref {fault.ref}" if fault.ref else ""
    foot = (context(plain(ref)),) if ref else ()
    shown = rich_text(rich_section(said(fault.words)))
    return Message(fallback(" ".join(filter(None, (fault.words, ref)))), (shown, *foot, *acts))


def ended_since(what: str, by: str, at: datetime, now: datetime) -> str:
    """To whoever answers a ticket that somebody ended while they wrote; they may all the same."""
    return f"{by} {what} this {span(now - at)} ago: send it again if the customer is to read it all the same"


def not_staff(ref: str = "") -> Fault:
    return Fault("Only support staff can do this.", "Ask an administrator of Deskbell to add you.", ref)


def channel_shared(ref: str = "") -> Fault:
    """To an agent in a triage channel that others can read by now: their words and acts are not taken."""
    step = "Take the others out of it; an administrator has been told."
    return Fault("Others can read this channel now, so nothing is taken from it.", step, ref)


def not_found(wanted: str, ref: str = "") -> Fault:
    """The same for a ticket that is not there and for one that may not be seen."""
    return Fault(f"I can't find {wanted[:40]}.", "/ticket find looks for words and addresses.", ref)


def stale(what: str, by: str, at: datetime, now: datetime, ref: str = "") -> Fault:
    """Somebody was quicker: "Bob claimed this 2 min ago"."""
    return Fault(f"{by} {what} this {span(now - at)} ago.", "The card is up to date again.", ref)


def bad_command(typed: str, ref: str = "", why: str = "") -> Fault:
    """What is wrong with what was typed, the closest command, and how it is written."""
    if typed in command_names():
        return Fault(_ended(why or f"{typed} wants more than that"), f"Write {usage_of(typed)}.", ref)
    near = closest(typed, command_names())
    step = f"Write {usage_of(near)}, or see /ticket help." if near else "See /ticket help."
    return Fault(_ended(f"There is no {typed[:40]!r}; {did_you_mean(typed, command_names())}"), step, ref)


def expired(again: str, ref: str = "") -> Fault:
    """To whoever waited for a form for too long; what they do next depends on how they asked for it."""
    return Fault("That took too long.", again, ref)


def store_down(ref: str) -> Fault:
    return Fault("Saved nothing.", "Try again in a minute.", ref)


def left_out(defects: Iterable[str], ref: str = "") -> Fault:
    """Files in a thread that could not be taken, in the words for why."""
    sentence = " ".join(f"{one[:1].upper()}{one[1:]}." for one in defects)
    return Fault(sentence, "Split it, or write a link to where it lies.", ref)


def refused_command(because: str, ref: str = "") -> Fault:
    """What the core says of a command that it refuses, such as one that the policy does not know."""
    return Fault(_ended(because[:1].upper() + because[1:]), "", ref)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def already_sent(reference: str) -> Fault:
    """To whoever edits an answer that is out."""
    step = "Write again if they should know more."
    return Fault(f"{reference}: already sent, the customer has the first text.", step)


def on_its_way() -> Fault:
    """To whoever edits an answer in the seconds in which it can be undone."""
    return Fault("Your answer goes out as it was first written.", "Press Undo to change it.")


def withdrawn() -> Fault:
    """To whoever deletes `!reply …` before they said whether to send it."""
    return Fault("Your message is deleted, so this answer is not sent.")


def goes_out_deleted() -> Fault:
    """To whoever deletes `!reply …` in the seconds in which it can be undone."""
    return Fault("Your answer goes out all the same.", "Press Undo to take it back.")


def stays_a_note() -> Fault:
    """To whoever turns a note into `!reply …`."""
    return Fault("An edit sends nothing: this stays a note.", "Write !reply in a message of its own.")


def in_no_thread() -> Fault:
    """To whoever writes an answer above the threads, where it is about no ticket."""
    return Fault("Nothing is sent: this is no ticket's thread.", "Write it below the ticket's card.")
