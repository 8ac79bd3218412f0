"""A conversation as an agent reads it at a terminal: who said it, and what was said besides."""

import pytest

from bots.commands.pages import ticket_page

BLANK = dict.fromkeys(
    ("requester", "organisation", "assignee", "team", "product", "version", "predecessor", "solved", "closed")
)
TICKET = {
    "subject": "Calls drop",
    "status": "open",
    "severity": "standard",
    "opened": "2026-03-10T09:00:00+00:00",
    "channel": "email",
    "participants": [],
    "clocks": [],
    "history": [],
    "survey": None,
} | BLANK
ANSWER = {"direction": "out", "public": True, "author": "Sam", "channel": "email", "at": TICKET["opened"]}
HEARD = {**ANSWER, "direction": "in", "author": "Ana Rossi", "text": "It rings."}
NOTICE = {**ANSWER, "public": False, "text": "It rings."}


@pytest.mark.parametrize(
    ("notices", "copies", "said"),
    [
        (0, 0, ""),
        (1, 0, "(1 notice to agents besides; --json shows it)"),
        (0, 1, "(1 copy of an answer besides; --json shows it)"),
        (2, 1, "(2 notices to agents and 1 copy of an answer besides; --json shows them)"),
        (1, 3, "(1 notice to agents and 3 copies of answers besides; --json shows them)"),
    ],
)
def test_what_was_said_besides_is_counted_in_words(notices, copies, said):
    spoken = [HEARD, *[{**ANSWER, "text": "It rings."}] * copies, *[NOTICE] * notices]
    page = list(ticket_page(TICKET | {"messages": spoken}, "VS-1", "UTC"))

    assert list(filter(None, [said])) == [line.strip() for line in page if "besides" in line]
