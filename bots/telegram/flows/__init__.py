"""What a customer may ask of the bot, and what becomes of each thing that they send.

`take` is the one entrance: an update, within its transaction, becomes a command, a button, an
edit, or words. Whoever is not linked is told how to link, and nothing else. Each message that came ends
with a fate of its own; what the policy has a say in is decided by the policy (`keeping`).
"""

from dataclasses import replace
from datetime import datetime

from bots.telegram.flows import commands, edits, linking
from bots.telegram.flows.beneath import keyboard_for
from bots.telegram.flows.keeping import keep_answered
from bots.telegram.heard import Heard, HeardKind
from bots.telegram.identity import known
from bots.telegram.introducing import CommandList
from bots.telegram.saying import MEDIUM, button_of
from bots.telegram.turn import ANY_LANGUAGE, USUAL, Answered, Limits, Turn
from intake.handle import Setup
from intake.messages import File
from replies.chat_labels import LANGUAGES
from replies.chat_labels import commands as listed
from store import inbox
from store.inbox import Waiting
from store.work import SqlWork

__all__ = ["COMMANDS", "Limits", "keyboard_for", "take"]
COMMANDS = tuple(
    CommandList(
        scope, "" if language == ANY_LANGUAGE else language, tuple(listed(language, strangers=strangers))
    )
    for language in LANGUAGES
    for scope, strangers in (("default", True), ("private", False))
)
NOTHING_SAID = (HeardKind.OTHER, HeardKind.GROUP, HeardKind.MEMBER)
FLOOD_SECONDS = 60
SECRET = "(a one-time code or link)"  # kept in place of the words


def take(
    work: SqlWork,
    heard: Heard,
    waiting: Waiting,
    files: tuple[File, ...],
    setup: Setup,
    now: datetime,
    limits: Limits = USUAL,
) -> str:
    """Decide what was heard and settle its delivery; what the button that was pressed shows, or ""."""
    turn = Turn(work, heard, waiting, files, setup, now, limits)
    if heard.kind in NOTHING_SAID or heard.chat != heard.user:
        inbox.settle(work, waiting.id)
        return ""
    account, person, ended = known(turn)
    turn = replace(turn, account=account, person=person)
    answered = _answered(turn, ended)
    _settle(turn, answered)
    return answered.toast


def _answered(turn: Turn, ended: str) -> Answered:
    if turn.account is None:
        if not _may_still_ask(turn):
            return Answered("stranger-budget", "Nothing more of this account is answered within the hour.")
        if ended:
            turn.say("chat-unlinked", {"by_itself": True})
        return _of_a_stranger(turn)
    turn.settle_language()
    return _of_a_customer(_counted(turn))


def _of_a_stranger(turn: Turn) -> Answered:
    match turn.heard.kind:
        case HeardKind.BUTTON:
            return _pressed(turn)
        case HeardKind.MESSAGE:
            return commands.of_a_stranger(turn)
        case _:
            return linking.welcome(turn)


def _of_a_customer(turn: Turn) -> Answered:
    match turn.heard.kind:
        case HeardKind.BUTTON:
            return _pressed(turn)
        case HeardKind.EDIT:
            return edits.edited(turn)
        case _:
            return commands.of_a_customer(turn)


def _pressed(turn: Turn) -> Answered:
    """A button does what it was made for, if it was made for this account and is not too old."""
    pressed = button_of(turn.work, turn.heard.button, turn.heard.account, turn.now)
    if pressed is None:
        return commands.expired(turn)
    return commands.press(turn, pressed)


def _settle(turn: Turn, answered: Answered) -> None:
    """Every message is kept with its fate; a button's press leaves none."""
    if turn.heard.kind is HeardKind.BUTTON:
        inbox.settle(turn.work, turn.waiting.id)
    elif not answered.is_kept:
        _keep(turn, answered)


def _keep(turn: Turn, answered: Answered) -> None:
    is_secret = answered.is_secret or linking.is_token(turn.heard)
    text = SECRET if is_secret else turn.heard.text
    keep_answered(turn, answered.rule, answered.because, answered.ticket, text)
    if is_secret:
        inbox.forget_bytes_of(turn.work, turn.waiting.id, turn.now)


def _may_still_ask(turn: Turn) -> bool:
    """An account that nobody has linked has a small budget of answers an hour."""
    purse = f"stranger {MEDIUM} {turn.heard.account}"
    spent = turn.work.spent(purse, turn.now)
    turn.work.spend(purse, turn.now)
    return spent.count < turn.limits.stranger_an_hour


def _counted(turn: Turn) -> Turn:
    """The turn, with whether it is one of a flood: that is said once, and then read in silence."""
    if turn.heard.kind is not HeardKind.MESSAGE:
        return turn
    since = turn.state.get("minute", "")
    goes_on = bool(since) and (turn.now - datetime.fromisoformat(since)).total_seconds() < FLOOD_SECONDS
    count = (turn.state.get("in_minute", 0) if goes_on else 0) + 1
    turn.remember(minute=since if goes_on else turn.now.isoformat(), in_minute=count)
    if count == turn.limits.flood_a_minute + 1:
        turn.say("chat-flood")
    return replace(turn, is_flood=count > turn.limits.flood_a_minute)
