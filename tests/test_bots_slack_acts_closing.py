"""Closing with last words: they can be undone as an answer can, and the ticket waits with them.

The seconds of this desk are so many that nothing goes out by itself; a test says when they are over.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bots.slack.blocks import names
from intake.tickets import Status
from sandbox.slack import Interaction
from serving import ANA, a_mail, message_id
from slack_acting import Case, Here, working
from store import undoable
from store.chat_tables import drafts
from store.work import SqlWork

pytestmark = pytest.mark.slow  # a whole desk and a Slack


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk"), desk="notices_an_hour = 1000", undo_seconds="60") as found:
        yield found


async def form(case: Case) -> dict[str, object]:
    """The form that closes the ticket."""
    await case.world.settle()
    await case.click(names.MORE, selected=names.DETAILS)
    sam, slack = case.world.space.sam, case.world.slack
    details = await case.shown()
    await slack.act_in_view(sam, str(details["id"]), names.CLOSE)
    await slack.wait_for(lambda: "Last words" in str(slack.views(sam)))
    return await case.shown()


async def closing(case: Case, **more: object) -> None:
    """Write last words into the form and close the ticket with it."""
    words = {names.TEXT: "Glad it works.", names.RESOLUTION: "A loose cable."}
    await case.submit(await form(case), words | more)


async def press(case: Case, action: str) -> Interaction:
    """Press a button of what Sam was told alone."""
    offer = await case.world.slack.wait_for(
        lambda: next((one for one in case.whispers() if action in str(one.blocks)), None)
    )
    return await case.press(offer, action)


def seconds_are_over(here: Here) -> None:
    def hasten(work: SqlWork) -> None:
        waiting = select(drafts.c.id).where(drafts.c.kind == undoable.CLOSING)
        for number in work.connection.execute(waiting).scalars():
            undoable.postpone(work, number, datetime.now(UTC))

    here.world.write(hasten)


def last_words(case: Case) -> int:
    """How many mails about this ticket hold them; those about others may still be on their way."""
    reference = f"VS-{case.number}".encode()
    return sum(reference in one.body and b"Glad it works." in one.body for one in case.world.relay.mails)


def test_a_close_with_last_words_waits_as_a_whole_and_then_goes_out(here: Here) -> None:
    async def steps() -> tuple[tuple[Status, int], tuple[Status, int], list[str]]:
        case = await here.ticket()
        await closing(case)
        waits = case.now.status, last_words(case)
        seconds_are_over(here)
        await here.world.slack.wait_for(lambda: last_words(case))
        noted = [one["text"] for one in case.said() if one["direction"] == "in" and not one["public"]]
        return waits, (case.now.status, last_words(case)), noted

    waits, done, noted = here.run(steps)

    assert ((Status.OPEN, 0), (Status.CLOSED, 1)) == (waits, done)
    assert ["A loose cable."] == noted


def test_an_undone_close_leaves_the_ticket_as_it_was_and_the_words_in_the_form(here: Here) -> None:
    async def steps() -> tuple[int, Status, str, str]:
        case = await here.ticket()
        await closing(case)
        click = await press(case, names.UNDO_CLOSE)
        told = str(click.replies)
        await press(case, names.CLOSE_AGAIN)
        form = str(await case.shown())
        seconds_are_over(here)
        await here.world.settle()
        return last_words(case), case.now.status, told, form

    sent, status, told, form = here.run(steps)

    assert (0, Status.OPEN) == (sent, status)
    assert "taken back" in told
    assert ["Glad it works.", "A loose cable."] == [
        one for one in ("Glad it works.", "A loose cable.") if f"'initial_value': '{one}'" in form
    ]


def test_what_is_closed_by_then_is_not_undone(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        await closing(case)
        seconds_are_over(here)
        await here.world.slack.wait_for(lambda: case.now.status is Status.CLOSED)
        return str((await press(case, names.UNDO_CLOSE)).replies)

    assert "open it again with Reopen" in here.run(steps)


def test_a_ticket_that_changed_in_those_seconds_is_not_closed_and_the_words_come_back(here: Here) -> None:
    async def steps() -> tuple[int, Status, str]:
        case = await here.ticket()
        await closing(case)
        ours = next(one for one in here.world.relay.mails if f"VS-{case.number}".encode() in one.body)
        await here.world.mail(a_mail(ANA, "Re: Calls drop", "Not yet!", answers=message_id(ours.body)))
        seconds_are_over(here)
        await here.world.slack.wait_for(lambda: any("not closed" in one.text for one in case.whispers()))
        return last_words(case), case.now.status, str(case.whispers()[-1].blocks)

    sent, status, told = here.run(steps)

    assert (0, Status.OPEN) == (sent, status)
    assert "Glad it works." in told


def test_a_close_without_last_words_waits_for_nothing(here: Here) -> None:
    async def steps() -> Status:
        case = await here.ticket()
        await closing(case, **{names.TEXT: ""})
        return case.now.status

    assert Status.CLOSED is here.run(steps)


def waiting(case: Case) -> int:
    """How many closes of a ticket wait."""
    mine = drafts.c.kind == undoable.CLOSING, drafts.c.ticket == case.number
    found = select(func.count()).select_from(drafts).where(*mine)
    return case.world.read(lambda work: int(work.connection.execute(found).scalar_one()))


def test_a_form_that_is_sent_again_is_one_close_and_one_undo_takes_it_back(here: Here) -> None:
    async def steps() -> tuple[list[str], int]:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        view = await form(case)
        await slack.submit_in_vain(sam, str(view["id"]), {names.TEXT: "Glad it works, I hope."})
        await case.submit(view, {names.TEXT: "Glad it works, I know."})
        due = datetime.now(UTC) + timedelta(hours=1)
        waits = here.world.read(lambda work: undoable.due(work, due))
        bodies = [one.body for one in waits if one.ticket == case.number]
        await slack.wait_for(lambda: len([one for one in case.whispers() if "Undo" in str(one.blocks)]) > 1)
        offer = [one for one in case.whispers() if "Undo" in str(one.blocks)][-1]
        await case.press(offer, names.UNDO_CLOSE)
        return [one["text"] for one in bodies], waiting(case)

    assert (["Glad it works, I know."], 0) == here.run(steps)
