"""Merging, linking, spam, escalation: what an agent does with two tickets, or with one that should not be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import ANA, BOB, EVE, World, mail
from intake import commands, joining
from intake.decisions import Fate
from intake.errors import CommandRefused
from intake.handle import Command, carry_out
from intake.lookup import goes_on_in
from intake.policies.written import TeamFile
from intake.tickets import ClockKind, Status
from replies.plain import as_text
from store import clocks
from store.exports import history_of
from store.tables import Sending

pytestmark = pytest.mark.slow

WORDS = ("it goes on in WX-1003", "WX-1001 goes on here")


@pytest.fixture
def world():
    """1001 is Ana's, 1002 Eve's, 1003 Ana's again."""
    world = World()
    world.opens(ANA, "Calls drop again")
    return world


def merge(world, number=1001, into=1003):
    def decide(work):
        pair = work.ticket(number), work.ticket(into)
        return Command(
            joining.merge(*pair, world.setup.policy, "Sam", world.now, lambda one: goes_on_in(work, one))
        )

    return carry_out(decide, world.store, world.setup, "sam", world.now)


def test_a_merged_ticket_is_closed_without_a_promise_and_its_requester_is_told_where_it_goes_on(world):
    merge(world)
    ticket = world.ticket(1001)

    assert (Status.CLOSED, 1003) == (ticket.status, ticket.merged_into)
    assert not any(clock.is_owed for clock in ticket.clocks)
    assert not any(clock.met_at for clock in ticket.clocks)
    assert ("merged", ANA) == world.promised()[-1]
    assert "WX-1003" in world.last("merged").body


@pytest.mark.parametrize("named", ["subject", "address", "thread"])
def test_whoever_follows_up_on_a_merged_ticket_is_heard_on_the_other(world, named):
    old = next(one.outbound for one in world.promises() if one.outbound.ticket_number == 1001)
    merge(world)
    ways = {
        "subject": lambda: world.gets(mail(subject="WX-1001")),
        "address": lambda: world.gets(mail(), world.last("merged").reply_to),
        "thread": lambda: world.gets(mail(In_Reply_To=f"<{old.message_id}>")),
    }
    receipt = ways[named]()

    assert (Fate.APPEND, 1003) == (receipt.fate, receipt.ticket)


def test_both_numbers_of_merged_tickets_mean_one(world):
    merge(world)

    assert ("append", "follow-up", 1003) == world.fate(mail(subject="WX-1001 and WX-1003"))


def test_the_people_of_a_merged_ticket_join_the_other(world):
    world.gets(mail(sender=BOB, subject="WX-1001"))
    world.gets(mail(sender=BOB, subject="WX-1001", text="More."))
    merge(world)

    assert BOB in [one.address.address for one in world.ticket(1003).participants]


def test_tickets_of_different_customers_are_never_merged(world):
    with pytest.raises(CommandRefused, match="different customers"):
        merge(world, 1002, 1001)

    assert EVE not in [one.address.address for one in world.ticket(1001).participants]


def test_what_a_protected_team_has_goes_on_in_no_other_teams_ticket(world):
    file = world.setup.policy.file
    teams = (*file.team, TeamFile(name="security", protected=True))
    policy = replace(world.setup.policy, file=file.model_copy(update={"team": teams}))
    protected, other = replace(world.ticket(1001), team="security"), world.ticket(1003)
    with pytest.raises(CommandRefused, match="for team security only"):
        joining.merge(protected, other, policy, "Sam", world.now)
    back = joining.merge(other, protected, policy, "Sam", world.now)

    assert "merged WX-1003 into WX-1001" in back.because


def test_a_circle_of_merges_cannot_be_made(world):
    merge(world, 1001, 1003)
    world.command(lambda ticket: commands.set_status(ticket, Status.OPEN, world.setup.policy, "x", world.now))
    with pytest.raises(CommandRefused, match="goes on in"):
        merge(world, 1003, 1001)


@pytest.mark.parametrize(
    ("number", "into", "words"),
    [(1001, 1001, "into itself"), (1003, 1001, "closed"), (1001, 1003, "already")],
)
def test_what_cannot_be_merged_is_said(world, number, into, words):
    merge(world)
    with pytest.raises(CommandRefused, match=words):
        merge(world, number, into)


def test_a_link_is_noted_on_both_and_shows_nobody_anything(world):
    def decide(work):
        return Command(joining.link(work.ticket(1001), work.ticket(1002), world.setup.policy, "Sam"))

    before = world.promised()
    carry_out(decide, world.store, world.setup, "sam", world.now)
    with world.store.reading() as work:
        noted = [[line["what"] for line in history_of(work, number)][-1] for number in (1001, 1002)]

    assert (["linked", "linked"], 1002, before) == (
        noted,
        world.ticket(1001).predecessor,
        world.promised(),
    )
    assert world.fate(mail(sender=EVE, subject="WX-1001"))[0] == "refuse"


def test_spam_is_closed_in_silence_and_nothing_that_waits_goes_out(world):
    world.command(lambda ticket: commands.spam(ticket, world.setup.policy, "Sam", world.now))
    theirs = [one for one in world.promises() if one.outbound.ticket_number == 1001]

    assert Status.CLOSED is world.ticket(1001).status
    assert {"acknowledgement": Sending.DROPPED, "agent-new": Sending.PENDING} == {
        one.outbound.notice: one.state for one in theirs
    }
    assert not any(clock.met_at for clock in world.ticket(1001).clocks)


def test_an_agent_escalates_once_and_the_managers_are_told(world):
    world.command(lambda ticket: commands.escalate(ticket, "Please help.", world.setup.policy, "Sam"))
    with pytest.raises(CommandRefused, match="already"):
        world.command(lambda ticket: commands.escalate(ticket, "Again.", world.setup.policy, "Sam"))

    assert world.ticket(1001).escalated_at == world.now
    assert "Please help." in world.last("agent-escalated").body


def test_a_follow_up_ends_a_snooze(world):
    world.command(lambda ticket: commands.snooze_until_reply(ticket, world.setup.policy, "Sam", world.now))
    asleep = world.ticket(1001).clock(ClockKind.FIRST_RESPONSE)
    world.now += timedelta(minutes=5)
    world.gets(mail(subject="WX-1001"))
    awake = world.ticket(1001).clock(ClockKind.FIRST_RESPONSE)
    with world.store.reading() as work:
        reasons = [one["reason"] for one in clocks.events_of(work, 1001)]

    assert asleep.snoozed_until > world.now >= awake.snoozed_until
    assert "a follow-up came" in reasons
    assert awake.next_at < asleep.next_at or awake.next_at <= awake.due_at


def test_both_threads_say_where_a_merged_ticket_goes_on():
    world = World(has_triage=True)
    world.opens(ANA, "Calls drop again")
    merge(world)
    told = [one.outbound for one in world.promises() if one.outbound.notice == "agent-changed"]

    assert {1001: "it goes on in WX-1003", 1003: "WX-1001 goes on here"} == {
        one.ticket_number: words for one in told for words in WORDS if words in as_text(one.body)
    }
