"""Small modals that ask for one thing: whose it is, until when it rests, how it ends, where it belongs."""

from dataclasses import dataclass

from bots.slack.blocks import names
from bots.slack.blocks.elements import context, field, line_input, option, select, text_input
from bots.slack.blocks.modals.frame import modal, ticket_line
from bots.slack.blocks.modals.reply import choice
from bots.slack.blocks.text import plain
from bots.slack.blocks.types import CardFacts, Json

NOBODY = "nobody"
SNOOZES = (
    ("2h", "For two hours"),
    ("tomorrow", "Until tomorrow, 9:00"),
    ("monday", "Until Monday, 9:00"),
    ("reply", "Until the customer writes"),
    ("moment", "Until the moment below"),
)
JOINS = (
    ("link", "Link the two, both stay"),
    ("into", "Merge this ticket into that one"),
    ("from", "Merge that ticket into this one"),
)
ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class AssignFacts:
    """Who could have a ticket: agents by address and name, with what is said of each; teams by name."""

    ticket: CardFacts
    agents: tuple[tuple[str, str, str], ...]
    teams: tuple[str, ...] = ()
    agent: str = ""  # the address of whoever has it


def assign(facts: AssignFacts) -> Json:
    known = [option(name or address, address, told) for address, name, told in facts.agents]
    people = [option("Nobody", NOBODY), *known]
    blocks = [
        _about(facts.ticket),
        field("Agent", select("Agent", names.AGENT, people, facts.agent or NOBODY)),
    ]
    if facts.teams:
        teams = [option("No team", NOBODY), *(option(one, one) for one in facts.teams)]
        menu = select("Team", names.TEAM, teams, facts.ticket.team or NOBODY)
        blocks.append(field("Team", menu))
    return modal(names.VIEW_ASSIGN, "Assign", blocks, _target(facts.ticket), "Assign")


def snooze(facts: CardFacts) -> Json:
    """Until when reminders keep quiet; a promise that is broken meanwhile is told all the same."""
    moment = {"type": "datetimepicker", "action_id": names.MOMENT}
    blocks = [
        _about(facts),
        field("Quiet", choice(names.UNTIL, SNOOZES, SNOOZES[0][0])),
        field("Moment", moment, optional=True, hint="In your own time zone."),
        context(plain("Times are not moved: a promise that is broken meanwhile is told all the same.", 300)),
    ]
    return modal(names.VIEW_SNOOZE, "Snooze", blocks, _target(facts), "Snooze")


def close(
    facts: CardFacts, why_not: str = "", words: tuple[str, str] = ("", ""), *, asks: bool = False
) -> Json:
    """How it ends; `why_not` says why the customer cannot be asked how it went, `asks` ticks that box.

    `words` are the last ones and the resolution, where they were written before.
    """
    last, resolution = words
    empty, hint = "Left empty, they read only that it is closed.", "For colleagues: what it was, what helped."
    kept = text_input(names.RESOLUTION, resolution, hint, most=1000)
    blocks = [
        _about(facts),
        field("Last words to the customer", text_input(names.TEXT, last, empty), optional=True),
        field("Resolution", kept, optional=True),
        _survey(why_not, asks=asks),
    ]
    return modal(names.VIEW_CLOSE, "Close the ticket", blocks, _target(facts), "Close it")


def _survey(why_not: str, *, asks: bool) -> Json:
    if why_not:
        return context(plain(f"They cannot be asked how it went: {why_not}.", 300))
    offered = [option("Ask the customer how it went", names.SURVEY)]
    box: Json = {"type": "checkboxes", "action_id": names.SURVEY, "options": offered}
    return field("Survey", box | ({"initial_options": offered} if asks else {}), optional=True)


def merge(facts: CardFacts, other: str = "") -> Json:
    """Linking and merging: which other ticket, and which of the two goes on."""
    which = line_input(names.TARGET, other, placeholder="Its reference or number", most=40)
    blocks = [
        _about(facts),
        field("Other ticket", which),
        field("What is to be done", choice(names.SURVIVOR, JOINS, "link")),
        context(plain("Merging closes one of them; its messages are read on the other.", 300)),
    ]
    return modal(names.VIEW_MERGE, "Link or merge", blocks, _target(facts), "Go on")


def escalate(facts: CardFacts) -> Json:
    why = text_input(names.REASON, placeholder="Managers read this.", most=1000)
    blocks = [_about(facts), field("Why", why)]
    return modal(names.VIEW_ESCALATE, "Escalate", blocks, _target(facts), "Escalate")


def out_of_scope(facts: CardFacts, reasons: tuple[tuple[str, str], ...]) -> Json:
    """The policy's own reasons, each with what the customer is told; the clocks stop."""
    offered = [option(name, name, says) for name, says in reasons]
    if not offered:
        words = "The policy lists nothing that is out of scope."
        return modal(names.VIEW_LOADING, "Out of scope", [context(plain(words, 300))], close="Close")
    blocks = [
        _about(facts),
        field("Reason", select("Reason", names.REASON, offered)),
        field("Words of your own besides", text_input(names.TEXT), optional=True),
    ]
    return modal(names.VIEW_OUT_OF_SCOPE, "Out of scope", blocks, _target(facts), "Tell them")


def redact(facts: CardFacts) -> Json:
    """Take a secret out of everything that was stored; it cannot be put back."""
    how = (("found", "Whatever looks like a secret"), ("text", "The text below"))
    secret = line_input(names.SECRET, placeholder="The secret itself", most=1000)
    blocks = [
        _about(facts),
        field("Take out", choice(names.CONFIRMED, how, "found")),
        field("Text", secret, optional=True),
        context(plain("It goes out of messages, files and notices, and cannot be put back.", 300)),
    ]
    return modal(names.VIEW_REDACT, "Redact", blocks, _target(facts), "Redact")


def refuse(message: int, sender: str, way: str = "They read this.") -> Json:
    """Turning a held message away, in words that its sender reads; `way` says how."""
    why = text_input(names.REASON, placeholder=way, most=1000)
    blocks = [context(plain(f"From {sender}", 300)), field("Why", why)]
    return modal(names.VIEW_REFUSE, "Refuse the message", blocks, names.Pressed(message=message), "Refuse")


def add_to(message: int, sender: str) -> Json:
    """Putting a held message, or one from a channel, onto a ticket."""
    admits = {
        "type": "checkboxes",
        "action_id": names.CONFIRMED,
        "options": [option("Its sender joins the ticket and reads what follows", ADMIT)],
    }
    blocks = [
        context(plain(f"From {sender}", 300)),
        field("Ticket", line_input(names.TARGET, most=40)),
        field("Sender", admits, optional=True),
    ]
    return modal(names.VIEW_ADD_TO, "Add to a ticket", blocks, names.Pressed(message=message), "Add")


def other_way(promise: int, ways: tuple[tuple[str, str], ...], tried: str) -> Json:
    """How else to say what did not arrive: other addresses and chats of the same person."""
    so_far = context(plain(f"Tried: {tried}", 600))
    if not ways:
        words = context(plain("No other way to them is known.", 300))
        return modal(names.VIEW_LOADING, "Use another way", [so_far, words], close="Close")
    menu = select("Way", names.ADDRESS, [option(words, value) for value, words in ways])
    blocks = [so_far, field("Send it by", menu)]
    return modal(names.VIEW_OTHER_WAY, "Use another way", blocks, names.Pressed(promise=promise), "Send")


def _about(facts: CardFacts) -> Json:
    subject = facts.subject if not facts.withheld_for else f"for team {facts.withheld_for}"
    return ticket_line(facts.reference, subject)


def _target(facts: CardFacts) -> names.Pressed:
    return names.Pressed(ticket=facts.number, version=facts.version)
