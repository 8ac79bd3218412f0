"""Who changed a ticket last, in words for whoever pressed an old button."""

import pytest
from sqlalchemy import insert

import stores
from intake.tickets import Agent
from store.changed import last_change
from store.rows import agent_row
from store.tables import agents
from stores import NOON, open_a_ticket

pytestmark = pytest.mark.slow

SAM = Agent(1, "Sam", "sam@vendor.example")


@pytest.fixture(params=stores.DATABASES)
def store(request, tmp_path):
    yield from stores.opened(request, tmp_path)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], ("Somebody", "changed")),
        ([("sam@vendor.example", "assignee", "sam@vendor.example")], ("Sam", "claimed")),
        ([("sam@vendor.example", "assignee", "tim@vendor.example")], ("Sam", "assigned")),
        ([("sam@vendor.example", "assignee", "")], ("Sam", "gave up")),
        ([("clock", "status", "open -> closed")], ("clock", "changed the status of")),
        # what shows nothing on a card is no change of it
        ([(SAM.email, "severity", "a"), (SAM.email, "reminded", "")], ("Sam", "changed the severity of")),
    ],
)
def test_the_last_change_is_told_with_who_made_it(store, lines, told):
    with store.begin() as work:
        work.connection.execute(insert(agents), [{"id": 1, **agent_row(SAM)}])
        number = open_a_ticket(work).number
        for actor, what, detail in lines:
            work.note(number, NOON, actor, what, detail)
    with store.reading() as work:
        changed = last_change(work, number)

    assert told == (changed.by, changed.what)
