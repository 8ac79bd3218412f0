"""What somebody typed behind `/ticket`, read: a command with its parts, or what was wrong with it.

Any text at all reads as one or the other. A ticket is named by its reference or its number
(`WX-12`, `#12`, `12`), whatever stands before the number: the number alone counts, and whether the
asker may see that ticket is asked later. Slack writes people as `<@U123|name>`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from intake.suggestions import did_you_mean
from intake.tickets import Status

TICKET = re.compile(r"(?:[^\W\d_]{0,10}[-#]|[^\W\d_]{1,4})?([0-9]{1,15})[.,:;]?")
PERSON = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")
FILTER = re.compile(r'(?:(team|org|organisation):)?(?:["“”]([^"“”]*)["“”]|(\S+))')
MAILTO = re.compile(r"<mailto:([^|>]+)(?:\|[^>]*)?>")
QUEUES = ("mine", "unassigned", "open", "breaching", "snoozed")
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """A command; what it does not take is left empty."""

    name: str
    ticket: int = 0
    other: int = 0  # a second ticket
    text: str = ""  # a reason, a note, what is looked for, until when, the name of a severity
    user: str = ""  # Slack's id of whom it is given to
    team: str = ""
    organisation: str = ""
    queue: str = ""  # one of QUEUES


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be read; `name` is the command that was meant where one was, else the word.

    `why` says what of it is wrong, "" where there is too little.
    """

    name: str
    why: str = field(default="", compare=False)


Reader = Callable[[Asked, str], Asked | Wrong]


def read(text: str) -> Asked | Wrong:
    """The command in what was typed; nothing typed asks for help."""
    words = text[:LONGEST].strip()
    first, rest = [*words.split(maxsplit=1), "", ""][:2] if words else ("help", "")
    name = first.lower()
    name = ALIASES.get(name, name)
    reader = READERS.get(name)
    return reader(Asked(name), rest.strip()) if reader else Wrong(first)


def ticket_in(word: str) -> int:
    """The number of the ticket that a word names, 0 where it names none.

    >>> ticket_in("WX-1042"), ticket_in("#7"), ticket_in("12"), ticket_in("soon")
    (1042, 7, 12, 0)
    """
    found = TICKET.fullmatch(word)
    return int(found.group(1)) if found else 0


def _nothing(asked: Asked, rest: str) -> Asked | Wrong:
    return replace(asked, text=rest)


def _one(asked: Asked, rest: str) -> Asked | Wrong:
    """A ticket, and words behind it if there are any."""
    word, more = [*rest.split(maxsplit=1), "", ""][:2]
    number = ticket_in(word)
    return replace(asked, ticket=number, text=more.strip()) if number else _no_ticket(asked, word)


def _no_ticket(asked: Asked, word: str) -> Wrong:
    return Wrong(asked.name, f"{word[:40]!r} names no ticket" if word else "")


def _one_with_words(asked: Asked, rest: str) -> Asked | Wrong:
    found = _one(asked, rest)
    return found if isinstance(found, Asked) and found.text else Wrong(asked.name)


def _status(asked: Asked, rest: str) -> Asked | Wrong:
    found = _one_with_words(asked, rest)
    if isinstance(found, Wrong):
        return found
    wanted = STATUSES.get(found.text.lower(), found.text.lower())
    if wanted in list(Status):
        return replace(found, text=wanted)
    return Wrong(
        asked.name, f"{found.text[:40]!r} is no status; {did_you_mean(wanted, [*Status, *STATUSES])}"
    )


def _two(asked: Asked, rest: str) -> Asked | Wrong:
    """Two tickets, with or without a word between them: `12 into 13`."""
    words = [word for word in rest.split() if word.lower() not in ("into", "to", "with", "and")]
    numbers = [ticket_in(word) for word in words]
    if not all(numbers):
        return _no_ticket(asked, words[numbers.index(0)])
    return replace(asked, ticket=numbers[0], other=numbers[1]) if len(numbers) == 2 else Wrong(asked.name)


def _given(asked: Asked, rest: str) -> Asked | Wrong:
    """A ticket and whose it is to be: somebody, a team, or nobody."""
    found = _one_with_words(asked, rest)
    if isinstance(found, Wrong):
        return found
    if person := PERSON.fullmatch(found.text):
        return replace(found, user=person.group(1), text="")
    if team := re.fullmatch(r"team:\s*(\S.*)", found.text):
        return replace(found, team=team.group(1).strip('"“” '), text="")
    whom = MAILTO.sub(r"\1", found.text).removeprefix("@")
    return replace(found, text=whom) if whom else Wrong(asked.name)


def _list(asked: Asked, rest: str) -> Asked | Wrong:
    """Which tickets: a queue, a team, an organisation, a severity, in any order; open ones else."""
    severity: list[str] = []
    for kind, quoted, bare in FILTER.findall(rest):
        word = (quoted or bare).strip()
        if kind == "team":
            asked = replace(asked, team=word)
        elif kind:
            asked = replace(asked, organisation=word)
        elif word.lower() in QUEUES and not asked.queue:
            asked = replace(asked, queue=word.lower())
        else:
            severity.append(word)
    return replace(asked, queue=asked.queue or "open", text=" ".join(severity))


def _find(asked: Asked, rest: str) -> Asked | Wrong:
    wanted = MAILTO.sub(r"\1", rest).strip()
    return replace(asked, text=wanted) if wanted else Wrong(asked.name)


ALIASES = {"priority": "severity", "search": "find", "?": "help"}
STATUSES = {"pending": Status.WAITING.value, "resolved": Status.SOLVED.value}
READERS: dict[str, Reader] = {
    "help": _nothing,
    "new": _nothing,
    "list": _list,
    "show": _one,
    "claim": _one,
    "unclaim": _one,
    "assign": _given,
    "severity": _one_with_words,
    "status": _status,
    "snooze": _one_with_words,
    "close": _one,
    "reopen": _one,
    "note": _one_with_words,
    "reply": _one,
    "merge": _two,
    "link": _two,
    "spam": _one,
    "find": _find,
    "me": _nothing,
    "settings": _nothing,
}
