"""What became of a step of the demo, what should have, and where the two differ.

Nothing here is taken on trust: an outcome is what the store wrote down and the relay caught.
"""

from dataclasses import dataclass

from intake.decisions import MatchedBy
from intake.messages import Address, Assurance
from sandbox.relay import CaughtMail


@dataclass(frozen=True, slots=True)
class Came:
    """What came in: who wrote where, and what the other side was told; `message` is its number."""

    author: str
    to: str
    subject: str
    text: str
    answer: str = ""
    message: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that went out: the notice that it words, and the mail as it was caught."""

    notice: str
    recipient: Address
    subject: str
    text: str
    caught: CaughtMail


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody sees in a chat that was not there before, or stood there otherwise."""

    notice: str  # "card" for a triage card, "sign" for an emoji of ours
    reader: Address
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step; `kept` counts the messages that the desk has more than before."""

    came: Came
    fate: str
    rule: str
    because: str
    ticket: int
    kept: int
    sent: tuple[Sent, ...]
    matched_by: MatchedBy = MatchedBy.NONE
    assurance: Assurance = Assurance.NONE
    set_aside: tuple[str, ...] = ()  # evidence that counted for nothing
    shown: tuple[Shown, ...] = ()  # in chats
    files: tuple[str, ...] = ()  # that came with it and are kept


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to become of a step; `sent` names each notice and its reader, `kept` new messages."""

    fate: str
    rule: str
    ticket: int = 0
    sent: tuple[tuple[str, Address], ...] = ()
    answer: str = "250 2.0.0"
    kept: int = 1
    files: int = 0
    matched_by: MatchedBy = MatchedBy.NONE


def differences(expected: Expected, outcome: Outcome) -> list[str]:
    """Everything that did not become what it should, in words."""
    names = [(one.notice, one.recipient.address) for one in outcome.sent]
    names += [(one.notice, one.reader.address) for one in outcome.shown]
    wanted = [(notice, reader.address) for notice, reader in expected.sent]
    pairs = (
        ("fate", expected.fate, outcome.fate),
        ("rule", expected.rule, outcome.rule),
        ("ticket", expected.ticket, outcome.ticket),
        ("matched by", expected.matched_by, outcome.matched_by),
        ("messages kept", expected.kept, outcome.kept),
        ("files kept", expected.files, len(outcome.files)),
        ("told", sorted(wanted), sorted(names)),
        ("answer", expected.answer, outcome.came.answer[: len(expected.answer)]),
    )
    return [f"{what}: expected {_shown(want)}, got {_shown(got)}" for what, want, got in pairs if want != got]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{notice} to {address}" for notice, address in value) or "none"
    return str(value) or "none"
