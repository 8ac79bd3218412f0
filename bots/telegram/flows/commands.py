"""Which flow answers what: the commands, the buttons, and words without either, as tables."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bots.telegram.flows import adding, choices, linking, opening, rating, tickets
from bots.telegram.flows.keeping import Words, attachment_of
from bots.telegram.heard import Missed
from bots.telegram.identity import number_in, reach
from bots.telegram.saying import Pressed
from bots.telegram.turn import Answered, Turn
from intake.files import is_program
from intake.tokens import Start
from store import customers
from store.customers import GOING_ON

FILES_NAMED = 5


def of_a_stranger(turn: Turn) -> Answered:
    """A message of an account that nobody has linked."""
    command = turn.heard.command
    if command in FOR_STRANGERS:
        turn.remember(doing=None)
        return FOR_STRANGERS[command](turn)
    return _linking(turn) or linking.welcome(turn)


def of_a_customer(turn: Turn) -> Answered:
    """A message of a linked account."""
    if command := COMMANDS.get(turn.heard.command):
        return command(turn)
    if turn.heard.command:
        return _help(turn)
    if turn.heard.refused:
        turn.say("chat-cannot-pass-on", {"files": []})
        return Answered("cannot-be-passed-on", f"A {turn.heard.refused} cannot be passed on.")
    turn = _without_programs(turn)
    if turn.heard.missed:
        missed = [{"name": name, "why": why} for name, why in turn.heard.missed[:FILES_NAMED]]
        turn.say("chat-cannot-pass-on", {"files": missed})
    return _linking(turn) or DOING.get(turn.state.get("doing", ""), _words)(turn)


def _words(turn: Turn) -> Answered:
    """A bare "good" or "bad" right below the question how it went answers that."""
    return rating.typed(turn) or adding.free_text(turn)


def _without_programs(turn: Turn) -> Turn:
    """What a machine would run when it is opened is not taken, and said to be missed."""
    endings = turn.setup.desk.refused_files
    refused = [one for one in turn.files if is_program(attachment_of(one), endings)]
    if not refused:
        return turn
    missed = (*turn.heard.missed, *((one.name, Missed.KIND) for one in refused))
    kept = tuple(one for one in turn.files if one not in refused)
    return replace(turn, files=kept, heard=replace(turn.heard, missed=missed))


def press(turn: Turn, pressed: Pressed) -> Answered:
    """What a button does; whether its ticket may still be seen is asked by whatever it does."""
    act = BUTTONS.get(pressed.action)
    is_for_all = pressed.action in ("connect", "decline", "speak")
    if act is None or (turn.account is None and not is_for_all):
        return expired(turn)
    return act(replace(turn, is_in_place=not pressed.body.get("stays")), pressed)


def expired(turn: Turn) -> Answered:
    """A button that is too old, or was never theirs."""
    if turn.account is None:
        return linking.welcome(turn)
    turn.say("chat-expired")
    return tickets.listed(turn)


def _linking(turn: Turn) -> Answered | None:
    """Words while an address or a code is waited for."""
    doing = turn.state.get("doing")
    if doing == "address":
        return linking.address_given(turn, turn.heard.text)
    if doing != "code":
        return None
    if linking.is_code(turn.heard.text):
        return linking.code_given(turn, turn.heard.text)
    return None if turn.account else linking.address_given(turn, turn.heard.text)


def _help(turn: Turn) -> Answered:
    turn.say("chat-help")
    return Answered("helped", "They asked what the bot can do.")


def _privacy(turn: Turn) -> Answered:
    turn.say("chat-privacy")
    return Answered("privacy", "They asked what is kept about them.")


def _start(turn: Turn) -> Answered:
    return linking.start(turn) if turn.heard.argument else _help(turn)


def _new(turn: Turn) -> Answered:
    return opening.begin(turn, Words(turn.heard.argument, (), (turn.heard.message_id,)))


def _close(turn: Turn) -> Answered:
    if turn.heard.argument:
        return adding.close(turn, number_in(turn, turn.heard.argument))
    found = customers.tickets_within(turn.work, reach(turn), GOING_ON, 2)
    return adding.close(turn, found[0][0]) if len(found) == 1 else tickets.listed(turn)


def _connect(turn: Turn, pressed: Pressed) -> Answered:
    body = pressed.body
    start = Start(pressed.ticket, int(str(body["person"])), datetime.fromisoformat(str(body["until"])))
    return linking.connect(turn, str(body["key"]), start)


def _open(turn: Turn, pressed: Pressed) -> Answered:
    """[New ticket] for a draft."""
    words = adding.taken(turn, _number(pressed, "draft"))
    return opening.begin(turn, words) if words else expired(turn)


def _number(pressed: Pressed, name: str) -> int:
    return int(str(pressed.body.get(name, 0)))


def _word(pressed: Pressed, name: str) -> str:
    return str(pressed.body.get(name, ""))


FOR_STRANGERS: Mapping[str, Callable[[Turn], Answered]] = {
    "start": linking.start,
    "help": linking.welcome,
    "link": linking.ask_address,
    "language": choices.languages,
    "privacy": _privacy,
    "cancel": opening.cancel,
}
COMMANDS: Mapping[str, Callable[[Turn], Answered]] = {
    "start": _start,
    "help": _help,
    "status": tickets.asked,
    "ticket": tickets.asked,
    "new": _new,
    "close": _close,
    "reminders": choices.reminders,
    "language": choices.languages,
    "link": linking.ask_address,
    "unlink": linking.unlink,
    "privacy": _privacy,
    "cancel": opening.cancel,
}
DOING: Mapping[str, Callable[[Turn], Answered]] = {
    "write": adding.written,
    "new": opening.answered,
    "rate": rating.commented,
}
BUTTONS: Mapping[str, Callable[[Turn, Pressed], Answered]] = {
    "connect": _connect,
    "decline": lambda turn, pressed: linking.decline(turn),
    "list": lambda turn, pressed: tickets.listed(
        turn, over=bool(pressed.body.get("over")), page=_number(pressed, "page")
    ),
    "view": lambda turn, pressed: tickets.view(turn, pressed.ticket),
    "history": lambda turn, pressed: tickets.history(turn, pressed.ticket, _number(pressed, "page")),
    "updates": lambda turn, pressed: tickets.set_updates(turn, pressed.ticket, _word(pressed, "to")),
    "reply": lambda turn, pressed: adding.write(turn, pressed.ticket, "words"),
    "add-file": lambda turn, pressed: adding.write(turn, pressed.ticket, "file"),
    "not-solved": lambda turn, pressed: adding.write(turn, pressed.ticket, "trouble"),
    "reopen": lambda turn, pressed: adding.write(turn, pressed.ticket, "trouble"),
    "close": lambda turn, pressed: adding.close(turn, pressed.ticket),
    "add": lambda turn, pressed: adding.chosen_for_draft(turn, pressed.ticket, _number(pressed, "draft")),
    "rate": lambda turn, pressed: rating.rate(turn, pressed.ticket, _word(pressed, "score")),
    "drop": lambda turn, pressed: adding.dropped(turn, _number(pressed, "draft")),
    "open": _open,
    "open-after": lambda turn, pressed: opening.begin(turn, Words(), pressed.ticket),
    "fill": lambda turn, pressed: opening.fill(turn, _word(pressed, "name"), _word(pressed, "value")),
    "send": lambda turn, pressed: opening.send(turn),
    "cancel": lambda turn, pressed: opening.cancel(turn),
    "choose": lambda turn, pressed: choices.chosen(turn, _word(pressed, "name")),
    "speak": lambda turn, pressed: choices.speak(turn, _word(pressed, "language")),
}
