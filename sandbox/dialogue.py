"""The demo in words: each step as a short dialogue, and at the end a table of fates.

A line is its text and what it is, so that colours are chosen at one place and a pipe gets
the text alone. Lines are at most 80 columns wide; a stranger's words lose whatever could
play tricks on a terminal.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from bots.console import safe
from intake.decisions import MatchedBy
from intake.messages import Assurance
from sandbox.outcomes import Came, Outcome, Sent, Shown

WIDTH = 80
INDENT = " " * 8
MOST_LINES = 4  # of what somebody wrote
MOST_PARAGRAPHS = 2
SIGNS_FIT = WIDTH - 4  # in chats, whose signs take two columns each
MOST_SHOWN = 10  # lines of what stands in a chat
TITLE_WIDTH = 38
MATCHED = {
    MatchedBy.TOKEN: "the signed address that it was sent to",
    MatchedBy.THREAD: "the mail that it answers",
    MatchedBy.SUBJECT: "the number in its subject",
    MatchedBy.TEXT: "the number in its first words",
}
PROVEN = {
    Assurance.TOKEN: "The sender is proven by the signed address that was made for them.",
    Assurance.ALIGNED: "The sender is proven by their mail domain.",
    Assurance.LINKED: "The sender is proven by their account, which they have linked.",
    Assurance.NONE: "The sender is not proven.",
}
NOTE = "agent-note"  # the rule that keeps an agent's words among agents
TOKEN = re.compile(r"\+[a-z2-7]{30,40}@")
RULE = re.compile(r"-{3,}$")
GREETING = re.compile(r"(Hello|Dear|Hi)\b.{0,60},$")


class Part(StrEnum):
    """What a line is."""

    TITLE = "title"
    IN = "in"
    FATE = "fate"
    OUT = "out"
    WORDS = "words"
    WRONG = "wrong"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    part: Part = Part.WORDS


def told(number: int, title: str, outcome: Outcome, wrong: Iterable[str]) -> Iterator[Line]:
    """One step as a dialogue: what came in, its fate and why, what went out."""
    yield Line("")
    yield Line(f"{number:>2}. {title}", Part.TITLE)
    yield from _heard(outcome.came)
    yield from _said("fate:", _fate(outcome), Part.FATE)
    for remark in _remarks(outcome):
        yield from _said("", remark, Part.WORDS)
    sent = [line for one in outcome.sent for line in _went_out(one)]
    sent += [line for one in outcome.shown for line in _appeared(one)]
    yield from sent or _said("out:", "nothing", Part.OUT)
    for difference in wrong:
        yield from _said("WRONG:", difference, Part.WRONG)


def table(rows: Sequence[tuple[str, Outcome, bool]]) -> Iterator[Line]:
    """Every step with its fate, the rule that decided and the ticket."""
    yield Line("")
    yield Line("The fates", Part.TITLE)
    yield Line(_row("", "what came", "fate", "rule", "ticket"), Part.HEAD)
    for number, (title, outcome, is_right) in enumerate(rows, 1):
        ticket = f"WX-{outcome.ticket}" if outcome.ticket else "-"
        row = _row(str(number), title, outcome.fate, outcome.rule, ticket if is_right else "WRONG")
        yield Line(row, Part.WORDS if is_right else Part.WRONG)


def shortened(address: str) -> str:
    """A signed address, its token cut short.

    >>> shortened("support+abcdefghijklmnopqrstuvwxyz234567abcd@vendor.example")
    'support+abcdef…@vendor.example'
    """
    return TOKEN.sub(lambda found: found[0][:7] + "…@", address)


def _heard(came: Came) -> Iterator[Line]:
    yield from _said("in:", f"{came.author} {shortened(came.to)}", Part.IN)
    if came.text and not came.subject:
        yield from (line for words in came.text.splitlines() for line in _spoken(words))
    if came.subject:
        lines = (line for line in came.text.splitlines() if not line.startswith(">"))
        yield from _quoted(came.subject, "\n".join(lines))
    if came.answer:
        yield from _said("smtp:", came.answer, Part.OUT)


def _spoken(words: str) -> Iterator[Line]:
    yield from map(Line, _wrapped(f"{INDENT}  ", words))


def _remarks(outcome: Outcome) -> Iterator[str]:
    """How the ticket was found and the sender proven, and that a mail came again."""
    if outcome.ticket and outcome.matched_by in MATCHED:
        yield f"The ticket was found by {MATCHED[outcome.matched_by]}."
    if outcome.set_aside:
        yield f"What names a ticket that is not theirs counts for nothing: {', '.join(outcome.set_aside)}."
    if outcome.came.answer or outcome.assurance is Assurance.LINKED:
        yield PROVEN[outcome.assurance]
    if names := [one for one in outcome.files if one]:
        yield f"Kept with it: {', '.join(names)}."
    if outcome.rule == NOTE:
        yield "It is a note: agents read it, and nobody else."
    if outcome.came.answer and not outcome.kept:
        yield "It came before: the first receipt again, and nothing is kept twice."


def _fate(outcome: Outcome) -> str:
    ticket = f", ticket WX-{outcome.ticket}" if outcome.ticket else ""
    if outcome.fate != "-":
        return f"{outcome.fate}{ticket}: rule {outcome.rule} — {outcome.because}"
    if outcome.rule == "clock":
        return f"a clock rings{ticket}: rule clock — {outcome.because}"
    return f"a button{ticket}: {outcome.because}"


def _went_out(sent: Sent) -> Iterator[Line]:
    to = sent.recipient
    yield from _said("out:", f"to {to.name} <{to.address}>", Part.OUT)
    yield from _quoted(sent.subject, sent.text)


def _appeared(shown: Shown) -> Iterator[Line]:
    """Something in a chat, its lines as they stand there."""
    yield from _said("out:", f"{shown.reader.name} shows", Part.OUT)
    lines = [line for words in shown.text.splitlines() for line in _wrapped(f"{INDENT}  ", words, SIGNS_FIT)]
    if len(lines) > MOST_SHOWN:
        lines = [*lines[:MOST_SHOWN], f"{INDENT}  …"]
    yield from map(Line, lines)


def _quoted(subject: str, text: str) -> Iterator[Line]:
    """The subject, and the first lines of the text below it."""
    yield from _said("", f"“{safe(subject)}”", Part.WORDS)
    paragraphs = islice(_paragraphs(text), MOST_PARAGRAPHS)
    lines = [line for indent, words in paragraphs for line in _wrapped(indent, words)]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"{INDENT}  …"]
    yield from map(Line, lines)


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """What somebody says, a paragraph each and how it is set in: no greeting, no lists, no signature."""
    for block in text.replace("\r", "").split("\n\n"):
        words = " ".join(" ".join(line.lstrip("> ") for line in block.splitlines()).split())
        if RULE.match(words):
            return
        if words and not words.startswith("- ") and not GREETING.match(words):
            yield INDENT + ("  > " if block.lstrip().startswith(">") else "  "), words


def _wrapped(indent: str, words: str, width: int = WIDTH) -> list[str]:
    return textwrap.wrap(safe(words), width, initial_indent=indent, subsequent_indent=indent)


def _said(label: str, text: str, part: Part) -> Iterator[Line]:
    first = f"{label:>7} ".rjust(len(INDENT))
    wrapped = textwrap.wrap(safe(text), WIDTH, initial_indent=first, subsequent_indent=INDENT)
    yield from (Line(line, part) for line in wrapped)


def _row(number: str, title: str, fate: str, rule: str, ticket: str) -> str:
    return f"{number:>2}  {title:<{TITLE_WIDTH}} {fate:<7} {rule:<21} {ticket}"
