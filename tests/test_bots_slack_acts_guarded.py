"""What stands between a press and a ticket: the store that is down, the same press twice, protected teams."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bots.slack.blocks import names
from slack_acting import Here, working

pytestmark = pytest.mark.slow  # a whole desk and a Slack; the quick ones are with the card and the thread


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk")) as found:
        yield found


@contextmanager
def without_tickets(database: Path) -> Iterator[None]:
    """The store fails: nothing of a ticket can be read or written."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as another:
        another.execute("PRAGMA legacy_alter_table=ON")  # what refers to the table goes on doing so
        another.execute("ALTER TABLE tickets RENAME TO away")
        try:
            yield
        finally:
            another.execute("ALTER TABLE away RENAME TO tickets")


@pytest.mark.parametrize("how", ["button", "form"])
def test_while_the_store_is_down_nothing_says_that_it_is_done(here: Here, how: str) -> None:
    async def steps() -> tuple[str, object]:
        case, sam, slack = await here.ticket(), here.world.space.sam, here.world.slack
        await here.world.settle()
        view = await case.form(names.MORE, selected=names.ASSIGN) if how == "form" else {}
        with without_tickets(here.world.config.parent / "desk.db"):
            if how == "form":
                told = str(await slack.submit(sam, view["id"], {names.AGENT: "tim@vendor.example"}))
            else:
                click = await case.click(names.CLAIM)
                told = click.ephemerals[0].text
        return told, case.now.assignee

    told, assignee = here.run(steps)

    assert "Saved nothing. Try again in a minute." in told
    assert "Ref " in told
    assert assignee is None


def test_the_same_press_delivered_twice_is_done_once(here: Here) -> None:
    async def steps() -> int:
        case = await here.ticket()
        click = await case.click(names.STATUS, selected="solved")
        version = case.now.version
        await here.world.chat._ask(click.payload)
        await here.world.settle()
        return case.now.version - version

    assert 0 == here.run(steps)


def test_who_may_not_read_a_protected_team_acts_on_nothing_of_it_and_reads_nothing(here: Here) -> None:
    async def steps() -> tuple[str, list[str], int]:
        case = await here.ticket("A vulnerability", text="The password is 1234.")
        await here.world.settle()
        told = []
        for action, how in ((names.CLAIM, {}), (names.MORE, {"selected": names.DETAILS})):
            click = await case.click(action, **how)
            await here.world.slack.wait_for(lambda click=click: click.ephemerals or click.views)
            told.append(click.ephemerals[0].text if click.ephemerals else str(await case.shown()))
        version = case.now.version
        await case.say("A note of mine")
        shown = str([one.blocks for one in (case.card, *case.thread)])
        assert case.now.assignee is None
        return shown, told, case.now.version - version

    shown, told, moved = here.run(steps)

    assert "1234" not in shown + str(told)
    assert "vulnerability" not in shown + str(told)
    assert all("I can't find" in one for one in told)
    assert 0 == moved
