"""What somebody chooses: what they are told here and when, in which language, and where answers go."""

from bots.telegram.flows.adding import not_found
from bots.telegram.saying import Button
from bots.telegram.turn import Answered, Turn
from intake.promising import ANSWERED_ON, QUIET_HOURS, REMINDERS
from intake.quiet import hours_in
from replies.chat_labels import LANGUAGES
from store.chats import choose

NIGHT = "22-7"
# What a button chooses: the choice's name, and its value.
CHOICES = {
    "changes": (REMINDERS, "changes"),
    "waiting": (REMINDERS, "waiting"),
    "off": (REMINDERS, "off"),
    "answers-here": (ANSWERED_ON, ""),
    "answers-by-email": (ANSWERED_ON, "email"),
    "quiet": (QUIET_HOURS, NIGHT),
    "never-quiet": (QUIET_HOURS, ""),
}
ROWS = (("changes", "off"), ("waiting",), ("answers-here", "answers-by-email"), ("quiet", "never-quiet"))


def reminders(turn: Turn) -> Answered:
    """/reminders, with quiet hours such as 23-6 or without."""
    if hours := hours_in(turn.heard.argument):
        _choose(turn, QUIET_HOURS, f"{hours[0]}-{hours[1]}")
    return _reminders(turn)


def chosen(turn: Turn, name: str) -> Answered:
    """A button of /reminders."""
    if name in CHOICES:
        _choose(turn, *CHOICES[name])
    return _reminders(turn)


def languages(turn: Turn) -> Answered:
    """/language, with a language or without."""
    wanted = turn.heard.argument.strip().lower()
    named = next((code for code, name in LANGUAGES.items() if wanted in (code, name.lower())), "")
    if named:
        return speak(turn, named)
    rows = [[Button(name, "speak", body={"language": code})] for code, name in LANGUAGES.items()]
    turn.say("chat-language", {"chosen": ""}, rows)
    return Answered("asked-for-language", "They want to speak another language.")


def speak(turn: Turn, language: str) -> Answered:
    if language in LANGUAGES:
        turn.speak(language)
    turn.show("chat-language", {"chosen": LANGUAGES[turn.language]})
    return Answered("language", f"They speak {turn.language} here.")


def _choose(turn: Turn, name: str, value: str) -> None:
    if turn.person:
        choose(turn.work, f"person:{turn.person.id}", name, value, turn.now)


def _reminders(turn: Turn) -> Answered:
    if turn.person is None:
        return not_found(turn, 0)
    owner = f"person:{turn.person.id}"
    hours = hours_in(turn.work.preference(owner, QUIET_HOURS))
    facts = {
        "reminders": turn.work.preference(owner, REMINDERS),
        "by_email": turn.work.preference(owner, ANSWERED_ON) == "email",
        "quiet_from": f"{hours[0]:02}:00" if hours else "",
        "quiet_to": f"{hours[1]:02}:00" if hours else "",
    }
    turn.show(
        "chat-reminders", facts, [[turn.button(one, "choose", name=one) for one in row] for row in ROWS]
    )
    return Answered("reminders", "They looked at, or chose, what they are told.")
