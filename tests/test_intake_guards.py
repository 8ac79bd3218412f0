"""Guards: the first row that catches a message settles its fate."""

import pytest

from builders import a_desk, an_inbound
from intake.guards import GUARDS, screen
from intake.messages import Report

REPORT = Report(())


@pytest.mark.parametrize(
    ("changes", "caught_by"),
    [
        ({}, None),
        ({"automatic": "Auto-Submitted: auto-replied"}, "automatic-mail"),
        ({"bulk": "List-Id"}, "bulk-mail"),
        ({"headers": {"x-deskbell": "d1"}, "automatic": "x"}, "our-own-mail"),  # order matters
        ({"headers": {"x-deskbell": "d2"}}, None),  # another desk is a correspondent like any other
        ({"headers": {"x-deskbell": ("d2", "d1")}}, "our-own-mail"),
        ({"report": REPORT, "automatic": "x", "sender": None, "sender_count": 0}, "delivery-report"),
        ({"sender_count": 2}, "no-single-sender"),
        ({"sender": None, "sender_count": 0}, "no-single-sender"),
        ({"sender": None, "sender_count": 0, "automatic": "x"}, "automatic-mail"),
        ({"sender": None, "channel": "telegram"}, None),
    ],
)
def test_the_first_guard_that_catches_a_message_names_it(changes, caught_by):
    guard = screen(an_inbound(**changes), a_desk(mark="d1"))

    assert caught_by == (guard and guard.name)


def test_every_guard_gives_its_reason():
    assert all(guard.because.endswith(".") for guard in GUARDS)
