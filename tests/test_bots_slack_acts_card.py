"""Buttons and menus of a card: who may press them, what is written, and what they read who came too late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bots.commands import acts
from bots.slack.blocks import names
from intake.decisions import Audience, Notice
from intake.messages import Address
from intake.promising import promise
from intake.readers import triage
from intake.tickets import Status
from sandbox.slack import Message
from serving import ANA, SAM
from slack_acting import Case, Here, working
from store import outbox
from store.tables import Sending
from store.work import SqlWork

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk")) as found:
        yield found


def test_a_claim_is_written_before_it_is_acknowledged_and_then_shown(here: Here) -> None:
    async def steps() -> tuple[str, str]:
        case = await here.ticket()
        await case.click(names.CLAIM)
        assignee = case.now.assignee
        await here.world.settle()
        return assignee.email if assignee else "", str(case.card.blocks)

    email, shown = here.run(steps)

    assert SAM.address == email
    assert names.UNCLAIM in shown


@pytest.mark.slow
def test_who_presses_an_old_card_reads_who_was_quicker(here: Here) -> None:
    async def steps() -> tuple[str, str]:
        case = await here.ticket()
        old = [dict(one) for one in case.card.blocks]
        await case.click(names.CLAIM)
        await here.world.settle()
        case.card.blocks = old  # as it still stands on Tim's screen
        click = await case.click(names.CLAIM, here.world.space.tim)
        await here.world.slack.wait_for(lambda: click.ephemerals)
        return click.ephemerals[0].text, case.now.assignee.email if case.now.assignee else ""

    told, email = here.run(steps)

    assert told.startswith("Sam Weaver claimed this")
    assert SAM.address == email


@pytest.mark.slow
def test_what_is_so_already_is_no_mistake(here: Here) -> None:
    async def steps() -> tuple[list[object], int]:
        case = await here.ticket()
        old = [dict(one) for one in case.card.blocks]
        await case.click(names.CLAIM)
        await here.world.settle()
        case.card.blocks = old
        version = case.now.version
        click = await case.click(names.CLAIM)
        return list(click.ephemerals), case.now.version - version

    assert ([], 0) == here.run(steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "chosen", "held"),
    [
        (names.SEVERITY, "urgent", ("urgent", Status.OPEN)),
        (names.STATUS, "waiting", ("standard", Status.WAITING)),
        (names.STATUS, "solved", ("standard", Status.SOLVED)),
        (names.STATUS, "closed", ("standard", Status.CLOSED)),
        (names.MORE, names.SPAM, ("standard", Status.CLOSED)),
    ],
)
def test_a_menu_of_the_card_does_what_it_says(
    here: Here, action: str, chosen: str, held: tuple[str, Status]
) -> None:
    async def steps() -> tuple[str, Status]:
        case = await here.ticket()
        await case.click(action, selected=chosen)
        return case.now.severity, case.now.status

    assert held == here.run(steps)


@pytest.mark.slow
def test_a_closed_ticket_is_opened_again_from_its_card(here: Here) -> None:
    async def steps() -> Status:
        case = await here.ticket()
        await case.click(names.STATUS, selected="closed")
        await here.world.settle()
        await case.click(names.REOPEN)
        return case.now.status

    assert Status.OPEN is here.run(steps)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["customer", "guest"])
def test_who_is_no_agent_is_refused_and_reads_nothing_of_the_ticket(here: Here, who: str) -> None:
    async def steps() -> tuple[str, object]:
        case, slack, space = await here.ticket(), here.world.slack, here.world.space
        await here.world.settle()  # nothing looks at the channel's people while a guest is among them
        user = space.tim if who == "guest" else slack.add_user("Gus", email=ANA.address)
        if who == "guest":  # who was an agent until a moment ago
            await slack.change_user(user, is_restricted=True)
        else:
            await slack.join(user, space.triage)
        await case.decided()
        click = await case.click(names.CLAIM, user)
        await slack.wait_for(lambda: click.ephemerals)
        assignee = case.now.assignee
        await slack.change_user(user, is_restricted=False)
        await case.decided()
        await here.world.chat.hands.triage.look(space.triage, anew=True)  # or it would be in a minute
        return click.ephemerals[0].text, assignee

    told, assignee = here.run(steps)

    assert "Only support staff can do this." in told
    assert "Calls drop" not in told
    assert assignee is None


def test_a_button_that_names_another_ticket_than_was_posted_there_does_nothing(here: Here) -> None:
    async def steps() -> tuple[str, object, object]:
        foreign, case = await here.ticket("A secret matter"), await here.ticket()
        forged = names.value(names.Pressed(ticket=foreign.number, version=foreign.now.version))
        for block in case.card.blocks:
            for element in block.get("elements", ()):
                if element.get("action_id") == names.CLAIM:
                    element["value"] = forged
        click = await case.click(names.CLAIM)
        await here.world.slack.wait_for(lambda: click.ephemerals)
        return click.ephemerals[0].text, foreign.now.assignee, case.now.assignee

    told, foreign, assignee = here.run(steps)

    assert told.startswith("I can't find that ticket.")
    assert (None, None) == (foreign, assignee)
    assert "secret" not in told


@pytest.mark.slow
def test_of_two_who_press_at_once_one_has_it_and_the_other_reads_so(here: Here) -> None:
    async def steps() -> tuple[int, str]:
        case, space = await here.ticket(), here.world.space
        card, slack = case.card, here.world.slack
        clicks = [
            await slack.click(user, card.channel, card.ts, names.CLAIM) for user in (space.sam, space.tim)
        ]
        for one in clicks:
            await one.answered()
        await slack.wait_for(lambda: any(one.ephemerals for one in clicks))
        return sum(
            len(one.ephemerals) for one in clicks
        ), case.now.assignee.email if case.now.assignee else ""

    told, email = here.run(steps)

    assert 1 == told
    assert email


@pytest.mark.slow
def test_a_reminder_in_the_thread_can_be_claimed_and_snoozed(here: Here) -> None:
    async def steps() -> tuple[str, bool]:
        case = await here.ticket()
        await here.world.settle()
        reminder = await _reminded(here, case)
        await case.press(reminder, names.CLAIM)
        await here.world.settle()
        await case.press(reminder, names.SNOOZE)
        await case.submit(await case.shown(), {names.UNTIL: "2h"})
        assignee, clocks = case.now.assignee, case.now.clocks
        return assignee.email if assignee else "", any(one.snoozed_until for one in clocks)

    assert (SAM.address, True) == here.run(steps)


@pytest.mark.parametrize(("notice", "is_broadcast"), [("agent-breach", True), ("agent-reminder", False)])
def test_what_is_late_is_shown_in_the_channel_too_and_mentions_whoever_has_it(
    here: Here, notice: str, is_broadcast: bool
) -> None:
    async def steps() -> tuple[bool, bool]:
        case, sam = await here.ticket(), here.world.space.sam
        await case.click(names.CLAIM)
        await here.world.settle()
        told = await _reminded(here, case, notice)
        return told.broadcast, f"'user_id': '{sam}'" in str(told.blocks)

    assert (is_broadcast, True) == here.run(steps)


def test_a_reminder_that_waited_until_the_ticket_was_solved_is_not_said(here: Here) -> None:
    async def steps() -> tuple[list[str], list[Sending]]:
        case = await here.ticket()
        clock = case.now.clocks[0].kind.value
        acts.change(here.world.wired, case.number, "status", "solved", SAM.address)
        _promise(here, case, clock, "agent-reminder")
        _promise(here, case, clock, "agent-breach", f"direct {here.world.space.sam}")
        await here.world.settle()
        said = [*case.thread, *here.world.slack.dms(here.world.space.sam)]
        mine = here.world.read(lambda work: [one for one in outbox.listed(work) if _is_about(one, case)])
        states = {one.state for one in mine}
        return [one.text for one in said if names.SNOOZE in str(one.blocks)], [*states]

    assert ([], [Sending.SENT]) == here.run(steps)


async def _reminded(here: Here, case: Case, name: str = "agent-reminder") -> Message:
    """What is told of a ticket's first clock, as the ticker promises it."""
    _promise(here, case, case.now.clocks[0].kind.value, name)
    found: Message = await here.world.slack.wait_for(
        lambda: next((one for one in case.thread if names.SNOOZE in str(one.blocks)), None)
    )
    return found


def _promise(here: Here, case: Case, clock: str, name: str, place: str = "triage") -> None:
    setup = here.world.chat.hands.desk.setup

    def promised(work: SqlWork) -> None:
        now, ticket = datetime.now(UTC), case.now
        facts = {"clock": clock, "due": now + timedelta(minutes=10), "step": "75%"}
        notice = Notice(name, Audience.ASSIGNEE, facts, "auto-generated")
        to = replace(triage(setup.desk), address=Address("", place))
        promise(work, notice, to, ticket, None, 0, setup, now)

    here.world.write(promised)
    here.world.chat.hands.desk.wake()


def _is_about(promise: outbox.Promise, case: Case) -> bool:
    return promise.outbound.ticket_number == case.number
