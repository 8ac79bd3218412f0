"""The frame of every modal: its title, its buttons, and what it is about.

What it is about travels as a hint in private_metadata, and is asked of the store again when it
comes back. A loading view goes up at once, because the trigger that opens one lives three seconds.
"""

from collections.abc import Iterable

from bots.slack.blocks import names
from bots.slack.blocks.elements import context, plain_section, rich_section, rich_text, said
from bots.slack.blocks.text import plain
from bots.slack.blocks.types import Json

LONGEST_TITLE = 24
MOST_BLOCKS = 100
NOTHING = names.Pressed()


def modal(
    callback: str,
    title: str,
    blocks: Iterable[Json],
    about: names.Pressed = NOTHING,
    submit: str = "",
    close: str = "Cancel",
) -> Json:
    """A modal view; without `submit` there is nothing to send."""
    made: Json = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, LONGEST_TITLE),
        "close": plain(close, LONGEST_TITLE),
        "blocks": list(blocks)[:MOST_BLOCKS],
        "private_metadata": names.value(about),
    }
    return made | ({"submit": plain(submit, LONGEST_TITLE)} if submit else {})


def loading(title: str) -> Json:
    """What stands there until the facts are read."""
    return modal(names.VIEW_LOADING, title, [rich_text(rich_section(said("One moment…", italic=True)))])


def message_view(title: str, text: str) -> Json:
    """A modal that only says something: an error, or that it is done."""
    return modal(names.VIEW_LOADING, title, [plain_section(text)], close="Close")


def ticket_line(reference: str, subject: str) -> Json:
    """Which ticket this is about, at the top of a modal."""
    return context(plain(f"{reference} · {subject}", 300))
