"""The ids in what we post, which come back with what somebody does there.

What a button carries is only a hint: the ticket and the version that its card showed. Whoever
hears it asks the store what was really posted there, so a value that was tampered with reads
as nothing.
"""

import json
from dataclasses import dataclass

LONGEST_VALUE = 2000
LONGEST_OPTION = 150

# Buttons and menus, by what they do.
CLAIM = "ticket.claim"
UNCLAIM = "ticket.unclaim"
REPLY = "ticket.reply"
SEVERITY = "ticket.severity"
STATUS = "ticket.status"
MORE = "ticket.more"
REOPEN = "ticket.reopen"
DETAILS = "ticket.details"
ASSIGN = "ticket.assign"
SNOOZE = "ticket.snooze"
MERGE = "ticket.merge"
SPAM = "ticket.spam"
CLOSE = "ticket.close"
ESCALATE = "ticket.escalate"
OUT_OF_SCOPE = "ticket.out-of-scope"
REDACT = "ticket.redact"
LOG_CALL = "ticket.log-call"
CALLED = "ticket.called"
OPEN_THREAD = "ticket.thread"  # a link; Slack tells of the click all the same

ADMIT = "held.admit"
RELEASE = "held.release"
REFUSE = "held.refuse"
DROP = "held.drop"
ADD_TO = "held.add-to"

RETRY = "delivery.retry"
OTHER_WAY = "delivery.other-way"
RETRY_ANSWER = "delivery.retry-answer"  # what is not in the outbox yet

SEND = "reply.send"
EDIT = "reply.edit"
CANCEL = "reply.cancel"
UNDO = "reply.undo"
UNDO_CLOSE = "close.undo"
CLOSE_AGAIN = "close.again"
SOLVE_ANYWAY = "ticket.solve-anyway"

RATED_GOOD = "rated.good"
RATED_BAD = "rated.bad"

ME_TOLD = "me.told"

DETAILS_PAGE = "details.page"

MUTE = "me.mute"

HOME_FILTER = "home.filter"
HOME_PAGE = "home.page"
HOME_ROW = "home.row"
HOME_NEW = "home.new"
HOME_REFRESH = "home.refresh"

# Views, by what their submission means.
VIEW_LOADING = "view.loading"
VIEW_REPLY = "view.reply"
VIEW_NEW = "view.new"
VIEW_ADD_MESSAGE = "view.add-message"
VIEW_ASSIGN = "view.assign"
VIEW_SNOOZE = "view.snooze"
VIEW_CLOSE = "view.close"
VIEW_RATED = "view.rated"
VIEW_MERGE = "view.merge"
VIEW_DETAILS = "view.details"
VIEW_OUT_OF_SCOPE = "view.out-of-scope"
VIEW_ESCALATE = "view.escalate"
VIEW_LOG_CALL = "view.log-call"
VIEW_REDACT = "view.redact"
VIEW_REFUSE = "view.refuse"
VIEW_ADD_TO = "view.add-to"
VIEW_OTHER_WAY = "view.other-way"
VIEW_SETTINGS = "view.settings"
VIEW_HOME = "view.home"

# Shortcuts, by their callback id in the manifest.
SHORTCUT_NEW = "shortcut.new"
SHORTCUT_FROM_MESSAGE = "shortcut.from-message"
SHORTCUT_ADD = "shortcut.add-message"
SHORTCUT_REPLY = "shortcut.reply"

# Inputs: block_id and action_id are the same.
TEXT = "text"
CANNED = "canned"
FILES = "files"
AND_THEN = "and-then"
REQUESTER = "requester"
ORGANISATION = "organisation"
SUBJECT = "subject"
SEVERITY_OF_NEW = "severity"
TELL = "tell"
PHONE = "phone"
AGENT = "agent"
TEAM = "team"
UNTIL = "until"
MOMENT = "moment"
RESOLUTION = "resolution"
SURVEY = "survey"
TARGET = "target"
SURVIVOR = "survivor"
REASON = "reason"
SECRET = "secret"
CONFIRMED = "confirmed"
ADDRESS = "address"
EMOJI = "emoji"
CHANNEL = "channel"
PRODUCT = "product"
TRIAGE_CHANNEL = "triage-channel"
GROUP = "group"
REMOVE = "remove"
FIELD = "field."  # before the name of a field of the policy's form

# How the bot reacts to what it has taken: the only words that some things need.
TAKEN = "eyes"
DONE = "white_check_mark"

NUMBERS = ("ticket", "version", "message", "promise", "draft")
SHELVES = ("mine", "unassigned", "due", "snoozed", "found")


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button says of itself; `word` is what only that button knows."""

    ticket: int = 0
    version: int = 0
    message: int = 0
    promise: int = 0
    draft: int = 0
    word: str = ""


def value(pressed: Pressed) -> str:
    """What a button carries, without what is not said."""
    said = {name: one for name in Pressed.__slots__ if (one := getattr(pressed, name))}
    return json.dumps(said, separators=(",", ":"))[:LONGEST_VALUE]


def pressed_in(text: str) -> Pressed:
    """What such a value says; nothing where it is not one of ours."""
    said = _table_in(text)
    ticket, version, message, promise, draft = (_number(said.get(name)) for name in NUMBERS)
    word = said.get("word")
    return Pressed(ticket, version, message, promise, draft, word if isinstance(word, str) else "")


def of_card(block: str, number: int, version: int) -> str:
    """A block's id with the ticket and version that it shows: a new one at each change, or Slack keeps
    showing what somebody chose in a menu before."""
    return f"{block}:{number}:{version}"


def card_of(block_id: str) -> Pressed:
    """The ticket and version in such an id."""
    _, *said = block_id.split(":")
    if len(said) != 2 or not all(one.isascii() and one.isdigit() and len(one) < 16 for one in said):
        return Pressed()
    return Pressed(ticket=int(said[0]), version=int(said[1]))


def _table_in(text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _number(said: object) -> int:
    return said if type(said) is int and 0 <= said < 2**53 else 0
