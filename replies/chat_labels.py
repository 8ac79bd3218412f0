"""The words on the buttons of a chat, and of its list of commands, by language."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": "Yes",
        "no": "No",
        "send": "Send",
        "cancel": "Cancel",
        "reply": "Reply",
        "add-file": "Add file",
        "history": "History",
        "updates-on": "Updates on",
        "updates-off": "Updates off",
        "close": "Close",
        "reopen": "Reopen",
        "back": "Back",
        "solved": "Solved",
        "not-solved": "Not solved",
        "more": "More",
        "older": "Older",
        "newer": "Newer",
        "closed-ones": "Closed ones",
        "open-ones": "Open ones",
        "new-ticket": "New ticket",
        "my-tickets": "My tickets",
        "add-to": "Add to {reference}",
        "skip": "Skip",
        "changes": "Status changes",
        "waiting": "Only when you wait for me",
        "off": "Off",
        "answers-here": "Answers here",
        "answers-by-email": "Answers by email",
        "quiet": "Quiet from 22 to 7",
        "never-quiet": "No quiet hours",
        "rated-good": "👍 Good",
        "rated-bad": "👎 Bad",
        "rate-title": "Thank you",
        "rate-asks": "One sentence about it, if you like",
    },
    "de": {
        "yes": "Ja",
        "no": "Nein",
        "send": "Absenden",
        "cancel": "Abbrechen",
        "reply": "Antworten",
        "add-file": "Datei anhängen",
        "history": "Verlauf",
        "updates-on": "Meldungen an",
        "updates-off": "Meldungen aus",
        "close": "Schließen",
        "reopen": "Wieder öffnen",
        "back": "Zurück",
        "solved": "Gelöst",
        "not-solved": "Nicht gelöst",
        "more": "Mehr",
        "older": "Ältere",
        "newer": "Neuere",
        "closed-ones": "Geschlossene",
        "open-ones": "Offene",
        "new-ticket": "Neues Ticket",
        "my-tickets": "Meine Tickets",
        "add-to": "Zu {reference}",
        "skip": "Überspringen",
        "changes": "Statuswechsel",
        "waiting": "Nur wenn Sie auf mich warten",
        "off": "Aus",
        "answers-here": "Antworten hier",
        "answers-by-email": "Antworten per E-Mail",
        "quiet": "Ruhe von 22 bis 7",
        "never-quiet": "Keine Ruhezeit",
        "rated-good": "👍 Gut",
        "rated-bad": "👎 Schlecht",
        "rate-title": "Vielen Dank",
        "rate-asks": "Ein Satz dazu, wenn Sie mögen",
    },
}

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "start": "Begin",
        "help": "What I can do",
        "status": "How far your tickets are",
        "ticket": "One ticket by its number",
        "new": "Open a ticket",
        "close": "Close a ticket",
        "reminders": "What you are told, and when",
        "language": "Speak another language",
        "link": "Connect your address",
        "unlink": "Disconnect this account",
        "privacy": "What is kept about you",
        "cancel": "Stop what you have begun",
    },
    "de": {
        "start": "Anfangen",
        "help": "Was ich kann",
        "status": "Wie weit Ihre Tickets sind",
        "ticket": "Ein Ticket nach seiner Nummer",
        "new": "Ein Ticket öffnen",
        "close": "Ein Ticket schließen",
        "reminders": "Was Sie hören, und wann",
        "language": "Eine andere Sprache",
        "link": "Ihre Adresse verbinden",
        "unlink": "Dieses Konto trennen",
        "privacy": "Was über Sie gespeichert wird",
        "cancel": "Begonnenes abbrechen",
    },
}
FOR_STRANGERS = ("start", "help")


def label(name: str, language: str) -> str:
    """A button's words."""
    return LABELS.get(language, LABELS["en"])[name]


def commands(language: str, *, strangers: bool = False) -> list[tuple[str, str]]:
    """The list of commands that a chat offers: all of a private chat's, or those for anywhere."""
    words = COMMANDS.get(language, COMMANDS["en"])
    return [(name, said) for name, said in words.items() if not strangers or name in FOR_STRANGERS]
