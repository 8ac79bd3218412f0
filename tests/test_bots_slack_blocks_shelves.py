"""Which tickets lie on which shelf, and which page of it is shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import World
from bots.slack.blocks import home_facts, open_tickets
from bots.slack.blocks.home import home
from builders import TUESDAY, a_ticket
from intake.policies.written import TeamFile
from intake.tickets import Agent, Clock, ClockKind, Status
from slack_shown import check_shown

SAM = Agent(1, "Sam", "sam@vendor.example")
TIM = Agent(2, "Tim", "tim@vendor.example")


@pytest.fixture(scope="module")
def setup():
    return World().setup


def a_clock(minutes, **changes):
    due = TUESDAY + timedelta(minutes=minutes)
    return Clock(1, ClockKind.RESOLUTION, "4h", TUESDAY, due, **changes)


@pytest.mark.parametrize(
    ("ticket", "shelves"),
    [
        (a_ticket(), {"unassigned"}),
        (a_ticket(assignee=SAM), {"mine"}),
        (a_ticket(assignee=TIM), set()),
        (a_ticket(assignee=SAM, clocks=(a_clock(60),)), {"mine", "due"}),
        (a_ticket(assignee=SAM, clocks=(a_clock(61),)), {"mine"}),
        (a_ticket(assignee=TIM, clocks=(a_clock(-90),)), {"due"}),  # late is due, too
        (a_ticket(assignee=TIM, clocks=(a_clock(5, met_at=TUESDAY),)), set()),
        (a_ticket(assignee=TIM, clocks=(a_clock(5, paused_at=TUESDAY),)), set()),
        (a_ticket(clocks=(a_clock(900, snoozed_until=TUESDAY + timedelta(1)),)), {"unassigned", "snoozed"}),
        (a_ticket(clocks=(a_clock(900, snoozed_until=TUESDAY - timedelta(1)),)), {"unassigned"}),
    ],
)
def test_a_ticket_lies_on_every_shelf_that_it_belongs_to(setup, ticket, shelves):
    facts = home_facts([ticket], SAM, setup, TUESDAY)

    assert shelves == {name for name, count in facts.counts.items() if count}


@pytest.mark.parametrize(
    ("page", "first", "rows", "shown"),
    [(1, 1, 10, 1), (3, 21, 5, 3), (9, 21, 5, 3), (0, 1, 10, 1), (-4, 1, 10, 1)],
)
def test_a_page_that_is_not_there_is_the_nearest(setup, page, first, rows, shown):
    tickets = [a_ticket(number=number, assignee=SAM) for number in range(1, 26)]
    (shelf,) = home_facts(tickets, SAM, setup, TUESDAY, page=page).shelves

    assert (first, rows, shown, 25) == (shelf.rows[0].number, len(shelf.rows), shelf.page, shelf.count)


def test_what_an_agent_may_not_read_lies_there_without_its_words(setup):
    file = setup.policy.file.model_copy(update={"team": (TeamFile(name="security", protected=True),)})
    guarded = replace(setup, policy=replace(setup.policy, file=file))
    ticket = a_ticket(subject="The exploit", team="security")
    (shelf,) = home_facts([ticket], SAM, guarded, TUESDAY, chosen="unassigned").shelves

    assert ("a request for team security", "") == (shelf.rows[0].subject, shelf.rows[0].organisation)


def test_a_thousand_open_tickets_of_a_desk_are_one_view(setup):
    tickets = [a_ticket(number=number, subject="x" * 300) for number in range(1001, 2001)]
    facts = home_facts(
        tickets, SAM, setup, TUESDAY, chosen="all", link=lambda number: f"https://s.example/{number}"
    )
    check_shown(home(facts))

    assert 1000 == facts.counts["unassigned"]


def test_whatever_wants_work_is_found_and_nothing_else():
    world = World()
    with world.store.begin() as work:
        work.save(replace(work.ticket(1002), status=Status.SOLVED), world.now)
    with world.store.reading() as work:
        found = open_tickets(work, world.setup, world.now)

    assert [1001] == [one.number for one in found]
