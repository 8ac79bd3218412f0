"""New tickets from Slack: by an agent's own words, from a message, or of a call that came in.

The requester's address is asked for, because the policy decides by it. The customer is told only
where the agent says so, and of a call always, as the policy has it.
"""

from dataclasses import dataclass

from bots.slack.blocks import names
from bots.slack.blocks.elements import context, field, line_input, option, select, text_input
from bots.slack.blocks.modals.frame import modal
from bots.slack.blocks.text import plain
from bots.slack.blocks.types import Json

ORIGINS = (("phone", "By telephone"), ("facebook", "On Facebook"), ("portal", "On the portal"))
TELL = "tell"


MOST_FIELDS = 12


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the policy's form; without choices it is a line of text."""

    name: str
    asks: str
    choices: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class NewFacts:
    """What is filled in already, and what there is to choose from; `origin` comes back as it is."""

    severities: tuple[str, ...]
    severity: str = ""
    products: tuple[str, ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()  # id and name; none: the address says it
    requester: str = ""
    subject: str = ""
    text: str = ""
    source: str = ""  # where it was said, in words: "from a message by @Eve in #sales"
    message: int = 0
    fields: tuple[FormField, ...] = ()
    origin: str = ""


def new_ticket(facts: NewFacts) -> Json:
    """The modal of "New ticket" and of "Create ticket from message"."""
    tell = {
        "type": "checkboxes",
        "action_id": names.TELL,
        "options": [option("Tell the customer that the ticket is there", TELL)],
    }
    blocks = [*_asked(facts), field("Acknowledgement", tell, optional=True)]
    about = names.Pressed(message=facts.message, word=facts.origin)
    return modal(names.VIEW_NEW, "New ticket", blocks, about, "Open")


def log_call(facts: NewFacts) -> Json:
    """The modal that writes down what somebody said on the telephone."""
    origins = [option(words, value) for value, words in ORIGINS]
    origin = select("Where", names.CHANNEL, origins, ORIGINS[0][0])
    number = line_input(names.PHONE, placeholder="+39 …", most=60)
    blocks = [
        field("How they reached us", origin),
        *_asked(facts),
        field("Number to call back", number, optional=True),
    ]
    return modal(names.VIEW_LOG_CALL, "Log a call", blocks, submit="Log it")


def _asked(facts: NewFacts) -> list[Json]:
    address: Json = {"type": "email_text_input", "action_id": names.REQUESTER}
    address |= {"initial_value": facts.requester[:320]} if facts.requester else {}
    blocks = [context(plain(facts.source, 300))] if facts.source else []
    blocks.append(field("Requester's address", address))
    if facts.organisations:
        known = [option(name, one) for one, name in facts.organisations]
        menu = select("By the address", names.ORGANISATION, known)
        blocks.append(field("Organisation", menu, optional=True))
    blocks.append(field("Subject", line_input(names.SUBJECT, facts.subject)))
    blocks.append(field("What they need", text_input(names.TEXT, facts.text)))
    if facts.products:
        offered = [option(one, one) for one in facts.products]
        blocks.append(field("Product", select("Product", names.PRODUCT, offered), optional=True))
    known = [option(one, one) for one in facts.severities]
    blocks.append(field("Severity", select("Severity", names.SEVERITY_OF_NEW, known, facts.severity)))
    return [*blocks, *map(_field, facts.fields[:MOST_FIELDS])]


def _field(one: FormField) -> Json:
    action = f"{names.FIELD}{one.name}"[:255]
    offered = [option(choice, choice) for choice in one.choices]
    element = select(one.asks, action, offered) if offered else line_input(action)
    return field(one.asks, element, optional=not one.is_required)


def add_message(origin: str, source: str) -> Json:
    """Putting what somebody said in Slack onto a ticket, as a note to colleagues."""
    blocks = [
        context(plain(source, 300)),
        field("Ticket", line_input(names.TARGET, most=40)),
        context(plain("It becomes a note, which only colleagues read.", 300)),
    ]
    about = names.Pressed(word=origin)
    return modal(names.VIEW_ADD_MESSAGE, "Add to a ticket", blocks, about, "Add")
