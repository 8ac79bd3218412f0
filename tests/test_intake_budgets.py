"""Budgets: what one sender may cause in an hour, and what we say by ourselves, over a real store."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import AGENTS, ANA, BOB, EVE, SAM, World, mail
from bots.wiring import load_policy
from builders import TUESDAY, an_inbound
from intake import budgets, commands
from intake.budgets import Budgets, Spent, flood_of, is_counted
from intake.decisions import Audience, Decision, Fate, Notice
from intake.messages import Assurance
from intake.tickets import Status
from store import outbox
from store.tables import Sending

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
POLICY = load_policy("wildix")
TOLD = (Notice("refused", Audience.SENDER),)


@pytest.mark.parametrize(
    ("fate", "notices", "channel", "counts"),
    [
        (Fate.APPEND, (), "email", True),
        (Fate.HOLD, (), "email", True),
        (Fate.REFUSE, TOLD, "email", True),
        (Fate.REFUSE, (), "email", False),  # in the session: it costs nothing
        (Fate.IGNORE, (), "email", False),
        (Fate.BOUNCE, TOLD, "email", False),
        (Fate.OPEN, (), "telegram", True),
        (Fate.OPEN, (), "phone", False),  # an agent writes it down
        (Fate.OPEN, (), "api", False),
    ],
)
def test_a_message_counts_when_it_costs_work_or_somebody_a_mail(fate, notices, channel, counts):
    decision = Decision(fate, "a-rule", "It says so.", notices=notices)

    assert counts is is_counted(an_inbound(channel=channel), decision)


@pytest.mark.parametrize(
    ("count", "follows_up", "limit"),
    [(1, False, None), (2, False, 2), (2, True, None), (5, True, 5), (9, False, 2)],
)
def test_a_proven_follow_up_has_a_budget_of_its_own(count, follows_up, limit):
    flood = flood_of(Spent(TUESDAY, count), Budgets(sender=2, follow_ups=5), follows_up=follows_up)

    assert limit == (flood and flood.limit)


def test_a_forger_spends_nothing_of_whom_they_name():
    proven = {budgets.of_sender("Ana@Acme.example", one) for one in (Assurance.ALIGNED, Assurance.TOKEN)}

    assert {budgets.of_sender(ANA, Assurance.ALIGNED)} == proven
    assert budgets.of_sender(ANA, Assurance.NONE) not in proven


# The whole way


@pytest.fixture
def world():
    """An hour after its two tickets were opened."""
    world = World()
    world.now += HOUR
    return world


def may(world, **changes):
    world.setup = replace(world.setup, budget=1000, budgets=Budgets(**changes))


def follow_ups(world, count, sender=ANA, **options):
    return Counter(
        world.gets(mail(sender, "WX-1001", text=f"{number} {world.now}", **options)).rule
        for number in range(count)
    )


def test_what_is_more_than_a_sender_may_cause_is_kept_held_and_told_once(world):
    may(world, follow_ups=3)
    rules = follow_ups(world, 6)

    assert {"follow-up": 3, "flood": 3} == rules
    assert 3 == world.promised().count(("agent-follow-up", AGENTS))
    assert 1 == world.promised().count(("agent-held", AGENTS))
    assert "More than 3 messages" in world.last("agent-held").body


def test_when_the_hour_has_passed_the_sender_is_heard_again(world):
    may(world, follow_ups=2)
    first = follow_ups(world, 3)
    world.now += HOUR
    second = follow_ups(world, 3)

    assert {"follow-up": 2, "flood": 1} == first == second
    assert 2 == world.promised().count(("agent-held", AGENTS))


def test_a_flood_in_one_transaction_is_seen_too(world):
    may(world, follow_ups=3)
    receipts = world.group(*(mail(ANA, "WX-1001", text=f"{number}") for number in range(6)))

    assert {"follow-up": 3, "flood": 3} == Counter(one.rule for one in receipts)


def test_a_flood_in_somebodys_name_does_not_silence_them(world):
    may(world, sender=2, follow_ups=2)
    forged = follow_ups(world, 5, result="none")
    true = follow_ups(world, 1)

    assert {"unproven-sender": 2, "flood": 3} == forged
    assert {"follow-up": 1} == true


def test_a_proven_agent_knows_no_limit(world):
    may(world, sender=1, follow_ups=1)
    address = world.agents_address_of()
    rules = [world.gets(mail(f"Sam <{SAM}>", "Re: it", f"Answer {one}."), address).rule for one in range(3)]

    assert ["agent-answer"] * 3 == rules


def test_one_ticket_gets_no_more_automatic_mail_than_its_budget(world):
    may(world, ticket=2)
    for status in (Status.SOLVED, Status.OPEN) * 4:
        world.command(lambda ticket, to=status: commands.set_status(ticket, to, POLICY, "x", TUESDAY))

    assert 2 == world.promised().count(("status-changed", ANA))


def opens(world, count):
    for number in range(count):
        world.opens(ANA, f"Help {number}")


def states(world, notice="acknowledgement"):
    return Counter(one.state for one in world.promises() if one.outbound.notice == notice)


def released(world, most):
    with world.store.begin() as work:
        return outbox.release(work, world.now, most)


def test_more_automatic_mail_than_the_desk_may_send_is_held_and_agents_are_alarmed_once(world):
    may(world, overall=3)
    opens(world, 6)
    held = next(one for one in world.promises() if one.state is Sending.HELD)

    assert {Sending.PENDING: 2 + 3, Sending.HELD: 3} == states(world)
    assert 1 == world.promised().count(("agent-alarm", AGENTS))
    assert ("budget", "more than 3 automatic mails within an hour") == (held.held_for, held.error)
    assert world.now + HOUR == held.next_at


def test_while_automatic_mail_is_held_agents_are_told_of_everything_and_their_answers_go_out(world):
    may(world, overall=1)
    opens(world, 3)
    world.command(lambda ticket: commands.answer(ticket, "Sam", "Please restart it.", world.now))

    assert {Sending.PENDING: 2 + 3} == states(world, "agent-new")
    assert {Sending.PENDING: 1} == states(world, "agent-answer")


def test_what_was_held_goes_out_when_its_hour_has_passed_as_much_as_the_next_has_room_for(world):
    may(world, overall=2)
    opens(world, 7)
    counts = [released(world, 2)]
    for _ in range(4):
        world.now += HOUR
        counts.append(released(world, 2))

    assert [0, 2, 2, 1, 0] == counts
    assert {Sending.PENDING: 2 + 7} == states(world)


def test_the_breaker_closes_by_itself(world):
    may(world, overall=2)
    opens(world, 3)
    world.now += HOUR
    opens(world, 2)

    assert {Sending.PENDING: 2 + 2 + 2, Sending.HELD: 1} == states(world)


def test_an_acknowledgement_that_was_held_for_more_than_a_day_is_dropped(world):
    may(world, overall=1)
    opens(world, 2)
    world.now += timedelta(days=2)
    released(world, 1)

    assert {Sending.PENDING: 2 + 1, Sending.DROPPED: 1} == states(world)


def test_two_writers_spend_of_one_budget_without_losing_anything(world):
    """Both read before either wrote; the database adds."""
    for _ in range(3):
        with world.store.begin() as work:
            work.spend("x", world.now)
            work.spend("x", world.now)
    with world.store.reading() as work:
        assert 6 == work.spent("x", world.now).count
        assert 0 == work.spent("x", world.now + HOUR).count
        assert 0 == work.spent("y", world.now).count


def test_strangers_addresses_are_not_written_to_more_often_than_their_budget(world):
    world.setup = replace(world.setup, budget=2)
    for number in range(6):
        world.gets(mail(EVE, f"New {number}"))
        world.gets(mail(BOB, f"New {number}"))
    sent = Counter(to for notice, to in world.promised() if not notice.startswith("agent-"))

    assert sent[BOB] <= 2
    assert sent[EVE] <= 3  # with the acknowledgement of the ticket that she has
