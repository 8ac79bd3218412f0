"""What is read of a ticket for one channel: everything, or nothing that anybody wrote."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attack_world import ANA, World
from bots.slack.blocks import card, card_facts, details_facts, modals, reads, row_of, thread_messages
from bots.slack.blocks.lists import show
from bots.slack.blocks.thread import direct_messages
from intake import commands
from intake.decisions import SetField
from intake.policies.written import TeamFile
from intake.tickets import Agent, ClockKind
from slack_shown import check, check_shown, words_in
from store.story import story
from store.tables import agents

TEAM = "security"
SECRETS = ("SQL injection in login", "The exploit is attached", "ana@acme.example", "Acme")


@pytest.fixture(scope="module")
def world():
    world = World(has_triage=True, protected_channels=(TEAM,))
    teams = (TeamFile(name=TEAM, protected=True), TeamFile(name="billing"))
    file = world.setup.policy.file.model_copy(update={"team": teams})
    world.setup = replace(world.setup, policy=replace(world.setup.policy, file=file))
    world.number = world.opens(ANA, SECRETS[0], "Ana", SECRETS[1]).ticket
    with world.store.begin() as work:
        ids = {"Sam": "U0SAM", "Tim": "U0TIM"}
        for name, slack in ids.items():
            change = agents.update().where(agents.c.name == name)
            work.connection.execute(change.values(slack=slack, team=TEAM if name == "Sam" else ""))
    return world


def facts_for(world, channel_team, **changes):
    with world.store.begin() as work:
        ticket = work.ticket(world.number)
        for name, value in changes.items():
            ticket = work.write(SetField(name, value), ticket, "sam", world.now)
        return card_facts(work, ticket, world.setup, world.now, channel_team=channel_team)


def test_a_card_knows_who_asked_for_what_and_when_it_is_due(world):
    facts = facts_for(world, "", team="")

    assert (world.number, SECRETS[0], SECRETS[1], ANA, "Acme", "") == (
        facts.number,
        facts.subject,
        facts.words,
        facts.address,
        facts.organisation,
        facts.withheld_for,
    )
    assert facts.dues
    assert tuple(world.setup.policy.severities) == facts.severities


@pytest.mark.parametrize("channel_team", ["", "billing"])
def test_nothing_of_a_protected_teams_ticket_is_shown_in_another_channel(world, channel_team):
    facts = facts_for(world, channel_team, team=TEAM)
    outbounds = [one.outbound for one in world.promises()]
    drawn = [card(facts), show(facts), *(one for each in outbounds for one in thread_messages(each, facts))]
    drawn += [one for each in outbounds for one in direct_messages(each, facts)]
    for message in drawn:
        check(message)
    entry = modals.Entry(world.now, ANA, "wrote", SECRETS[1])
    views = [
        form(facts) for form in (modals.snooze, modals.close, modals.merge, modals.escalate, modals.redact)
    ]
    views.append(modals.details(modals.DetailsFacts(facts, (entry,), addresses=(ANA,))))
    said = words_in([views, *([one.text, one.blocks] for one in drawn)])

    assert ([], TEAM) == ([secret for secret in SECRETS if secret in said], facts.withheld_for)


def test_the_teams_own_channel_reads_everything(world):
    said = words_in(card(facts_for(world, TEAM, team=TEAM)).blocks)

    assert [] == [secret for secret in SECRETS if secret not in said]


def test_a_ticket_of_a_team_rings_that_team_and_any_other_rings_everybody(world):
    assert (("U0SAM",), ("U0SAM", "U0TIM")) == (
        facts_for(world, TEAM, team=TEAM).on_duty,
        facts_for(world, "", team="").on_duty,
    )


def test_only_whoever_works_now_is_on_duty(world):
    with world.store.begin() as work:
        nights = agents.update().where(agents.c.name == "Tim")
        work.connection.execute(nights.values(hours={"mon-fri": ["20:00-22:00"]}, timezone="Europe/Rome"))

    assert ("U0SAM",) == facts_for(world, "", team="").on_duty


AGENT = Agent(9, "Zoe", "zoe@vendor.example")


@pytest.mark.parametrize(
    ("team", "agent", "expected"),
    [
        ("", AGENT, True),
        (TEAM, AGENT, False),
        (TEAM, replace(AGENT, team="billing"), False),
        (TEAM, replace(AGENT, team=TEAM), True),
        (TEAM, replace(AGENT, manager=True), True),
        ("billing", AGENT, True),  # no protected team
    ],
)
def test_a_list_shows_a_protected_teams_subjects_to_those_who_may_read_them(world, team, agent, expected):
    facts_for(world, "", team=team)
    with world.store.reading() as work:
        row = row_of(work.ticket(world.number), agent, world.setup.policy)

    assert (expected, expected) == (row.subject == SECRETS[0], row.organisation == "Acme")


def test_whoever_has_a_protected_teams_ticket_reads_it(world):
    facts_for(world, "", team=TEAM, assignee="tim@vendor.example")
    with world.store.reading() as work:
        ticket = work.ticket(world.number)
    shown = reads(ticket.assignee, ticket, world.setup.policy)
    facts_for(world, "", assignee="")

    assert shown


def test_the_story_of_a_ticket_has_what_was_said_sent_and_done_the_newest_first(world):
    facts_for(world, "", team="")
    with world.store.reading() as work:
        facts = details_facts(work, work.ticket(world.number), world.setup, world.now)
    check_shown(modals.details(facts))
    said = next(one for one in facts.entries if one.words)

    assert sorted((one.at for one in facts.entries), reverse=True) == [one.at for one in facts.entries]
    assert (SECRETS[1], "open") == (said.words, said.fate)
    assert said.because
    assert any(one.state for one in facts.entries)
    assert any("team" in one.what for one in facts.entries)


def test_the_story_names_moments_and_promises_in_words(world):
    with world.store.begin() as work:
        line = "24h wall, due 2026-11-23 08:30:52.715455+00:00"
        work.note(world.number, world.now + timedelta(days=1), "sam", "clock first_response started", line)
        work.note(world.number, world.now + timedelta(days=1), "sam", "status", "open -> waiting")
    with world.store.reading() as work:
        facts = details_facts(work, work.ticket(world.number), world.setup, world.now)

    assert {"first response started: 24h wall, due 2026-11-23 08:30 UTC", "status: open → waiting"} == {
        one.what for one in facts.entries[:2]
    }


def test_the_pages_of_a_story_hold_everything_once(world):
    with world.store.reading() as work:
        ticket = work.ticket(world.number)
        first = details_facts(work, ticket, world.setup, world.now)
        pages = [
            details_facts(work, ticket, world.setup, world.now, page=page)
            for page in range(1, first.pages + 1)
        ]
        count = story(work, world.number, 1, 1000)[1]

    assert count == sum(len(one.entries) for one in pages)


def test_the_story_of_a_protected_teams_ticket_is_not_even_read_for_another_channel(world):
    facts_for(world, "", team=TEAM)
    with world.store.reading() as work:
        facts = details_facts(work, work.ticket(world.number), world.setup, world.now)

    assert ((), ()) == (facts.entries, facts.addresses)


def test_what_is_kept_is_owed_no_more(world):
    world.number, before = world.opens(ANA, "Other").ticket, world.number
    owed = {one.kind for one in facts_for(world, "").dues}
    with world.store.begin() as work:
        ticket = work.ticket(world.number)
        for change in commands.answer(ticket, "Sam", "Yes.", world.now + timedelta(minutes=1)).changes:
            ticket = work.write(change, ticket, "sam", world.now)
    left = {one.kind for one in facts_for(world, "").dues}
    world.number = before

    assert {ClockKind.FIRST_RESPONSE} == owed - left
