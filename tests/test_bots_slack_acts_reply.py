"""Answers from the form: whom they reach, the seconds in which they can be undone, what the thread says."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bots.slack.acts.stuck import MOST_TRIES
from bots.slack.blocks import names
from intake.commands import Then
from intake.tickets import Status
from sandbox.slack import Message
from serving import ANA
from slack_acting import Case, Here, working
from store.chat_tables import drafts
from store.work import SqlWork

pytestmark = pytest.mark.slow  # a whole desk and a Slack; the quick ones are with the card and the thread


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("desk")
    answers = folder / "words" / "en" / "answers"
    answers.mkdir(parents=True)
    (answers / "restart.md").write_text(
        "# Restart\nDear {name}, restart it ({reference}).\n", encoding="utf-8"
    )
    with working(folder, desk='templates = "words"\nnotices_an_hour = 1000', undo_seconds="1") as found:
        yield found


async def replied(case: Case, **more: object) -> None:
    """Write an answer into the form and send it."""
    view = await case.form(names.REPLY)
    await case.submit(view, {names.TEXT: "Please restart the box."} | more)


def mails(here: Here, case: Case) -> int:
    """How many mails about this ticket Ana got; those about others may still be on their way."""
    return sum(f"VS-{case.number}]" in subject for subject in here.world.mails_to(ANA.address))


def test_the_form_says_whom_an_answer_reaches_and_how(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        return str(await case.form(names.REPLY))

    assert f"Goes by email to {ANA.name} &lt;{ANA.address}&gt;" in here.run(steps)


def test_an_answer_goes_out_after_its_seconds_and_the_thread_says_so(here: Here) -> None:
    async def steps() -> tuple[int, Status, str]:
        case = await here.ticket()
        await here.world.settle()
        before = mails(here, case)
        with here.time_to_undo():
            await replied(case)
        at_once = mails(here, case) - before
        case.let_time_pass()
        await here.world.slack.wait_for(lambda: mails(here, case) > before)
        await here.world.slack.wait_for(lambda: "sent by email" in str([one.blocks for one in case.thread]))
        return at_once, case.now.status, str([one.text for one in case.thread])

    at_once, status, thread = here.run(steps)

    assert (0, Status.WAITING) == (at_once, status)
    assert "Public reply by Sam Weaver" in thread


@pytest.mark.parametrize(("ended", "what"), [("close {0}", "closed"), ("merge {0} into {1}", "merged")])
def test_whoever_answers_what_was_ended_meanwhile_is_told_so_once(here: Here, ended: str, what: str) -> None:
    async def steps() -> tuple[list[dict[str, object]], int]:
        case, other, space = await here.ticket(), await here.ticket(), here.world.space
        view = await case.form(names.REPLY)
        words = ended.format(case.number, other.number)
        await here.world.done(await here.world.slack.command(space.tim, space.triage, "/ticket", words))
        await here.world.settle()
        before = mails(here, case)
        answers = [await case.submit(view, {names.TEXT: "Please restart the box."}) for _ in range(2)]
        await here.world.slack.wait_for(lambda: mails(here, case) > before)
        return answers, mails(here, case) - before

    answers, sent = here.run(steps)

    assert [names.TEXT] == list(answers[0]["errors"])
    assert f"Tim Other {what} this less than a minute ago: send it again" in str(answers[0]["errors"])
    assert "errors" not in answers[1]
    assert 1 == sent


def test_whoever_opens_the_form_of_a_closed_ticket_knows_that_it_is(here: Here) -> None:
    async def steps() -> tuple[str, dict[str, object]]:
        case, space = await here.ticket(), here.world.space
        for who, word in ((space.tim, "close"), (space.sam, "reply")):
            typed = f"{word} {case.number}"
            await here.world.done(await here.world.slack.command(who, space.triage, "/ticket", typed))
        view = await case.shown()
        return str(view), await case.submit(view, {names.TEXT: "One more thing."})

    form, answer = here.run(steps)

    assert "The ticket is closed." in form
    assert "errors" not in answer


def test_an_answer_that_is_undone_is_read_by_nobody(here: Here) -> None:
    async def steps() -> tuple[int, int, Status, str]:
        case, slack = await here.ticket(), here.world.slack
        await here.world.settle()
        before = mails(here, case)
        with here.time_to_undo():
            await replied(case)
        await slack.wait_for(case.whispers)
        click = await case.press(case.whispers()[0], names.UNDO)
        left = case.let_time_pass()
        await here.world.settle()
        return left, mails(here, case) - before, case.now.status, str(click.replies)

    left, sent, status, told = here.run(steps)

    assert (0, 0, Status.OPEN) == (left, sent, status)
    assert "taken back" in told
    assert "Please restart the box." in told


def test_what_is_out_cannot_be_undone(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        await replied(case)
        await slack.wait_for(lambda: case.now.status is Status.WAITING)
        click = await case.press(case.whispers()[0], names.UNDO)
        return str(click.replies)

    assert "It is out already" in here.run(steps)


@pytest.mark.parametrize(
    ("then", "status"),
    [("keep", Status.OPEN), ("waiting", Status.WAITING), ("solved", Status.SOLVED)],
)
def test_the_form_says_what_becomes_of_the_ticket(here: Here, then: str, status: Status) -> None:
    async def steps() -> Status:
        case = await here.ticket()
        await here.world.settle()
        before = mails(here, case)
        await replied(case, **{names.AND_THEN: then})
        await here.world.slack.wait_for(lambda: mails(here, case) > before)
        return case.now.status

    assert status is here.run(steps)


def test_a_ready_answer_fills_the_form(here: Here) -> None:
    async def steps() -> str:
        case, sam = await here.ticket(), here.world.space.sam
        view = await case.form(names.REPLY)
        await here.world.slack.act_in_view(sam, view["id"], names.CANNED, selected="restart")
        await here.world.slack.wait_for(lambda: "restart it" in str(here.world.slack.views(sam)[-1]))
        return str(here.world.slack.views(sam)[-1]).replace(str(case.number), "N")

    assert "Dear Ana Rossi, restart it (VS-N)." in here.run(steps)


def test_a_ready_answer_in_the_form_of_a_preview_still_says_which_file_goes_along(here: Here) -> None:
    async def steps() -> str:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        await case.say("!reply See there.", files=[("fix.txt", b"restart it\n")])
        (preview,) = await slack.wait_for(case.whispers)
        await case.press(preview, names.EDIT)
        view = await case.shown()
        await slack.act_in_view(sam, view["id"], names.CANNED, selected="restart")
        await slack.wait_for(lambda: "restart it (VS" in str(slack.views(sam)[-1]))
        return str(slack.views(sam)[-1])

    assert "with fix.txt" in here.run(steps)


def test_a_file_of_the_thread_goes_along_if_it_is_ticked(here: Here) -> None:
    async def steps() -> bool:
        case = await here.ticket()
        await here.world.settle()
        await case.say("The log", files=[("trace.log", b"one line of a log")])
        before = mails(here, case)
        view = await case.form(names.REPLY)
        box = next(one for one in view["blocks"] if one["block_id"] == names.FILES)
        value = box["element"]["options"][0]["value"]
        await case.submit(view, {names.TEXT: "See the log.", names.FILES: [value]})
        await here.world.slack.wait_for(lambda: mails(here, case) > before)
        theirs = [one.body for one in here.world.relay.mails if f"VS-{case.number}".encode() in one.body]
        return b"trace.log" in theirs[-1]

    assert here.run(steps)


def test_an_answer_that_cannot_be_said_any_more_goes_back_to_its_author(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        with here.time_to_undo():
            await replied(case)
        here.world.write(lambda work: _give_to_security(work, case.number))
        case.let_time_pass()
        await slack.wait_for(lambda: "not sent" in str(case.whispers()))
        return str(case.whispers()[-1].blocks)

    assert "Please restart the box." in here.run(steps)


def test_words_that_are_not_said_wait_for_their_author_while_slack_cannot_be_asked(here: Here) -> None:
    async def steps() -> tuple[str, int]:
        case, slack = await here.ticket(), here.world.slack
        with here.time_to_undo():
            await replied(case)
        here.world.write(lambda work: _give_to_security(work, case.number))
        slack.fail("chat.postEphemeral", error="internal_error")
        case.let_time_pass()
        await slack.wait_for(lambda: any(one.error == "internal_error" for one in slack.calls))
        assert case.let_time_pass() == 1  # the next try would be a minute later
        await slack.wait_for(lambda: "not sent" in str(case.whispers()))
        waits = select(drafts.c.id).where(drafts.c.ticket == case.number, drafts.c.due_at.is_not(None))
        await slack.wait_for(lambda: not here.world.read(lambda work: work.connection.execute(waits).first()))
        return str(case.whispers()[-1].blocks), sum("not sent" in one.text for one in case.whispers())

    words, times = here.run(steps)

    assert "Please restart the box." in words
    assert 1 == times


def test_words_from_before_there_was_a_card_come_back_below_it_and_stop_no_others(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        with here.time_to_undo():
            await replied(case)
        early = update(drafts).where(drafts.c.ticket == case.number).values(place="")
        here.world.write(lambda work: work.connection.execute(early))
        here.world.write(lambda work: _give_to_security(work, case.number))
        case.let_time_pass()
        await slack.wait_for(lambda: "not sent" in str(case.whispers()))
        return str(case.whispers()[-1].blocks)

    assert "Please restart the box." in here.run(steps)


def test_an_answer_that_a_fault_of_ours_keeps_back_is_tried_ever_later_and_then_shown_to_the_agents(
    here: Here,
) -> None:
    async def steps() -> tuple[list[timedelta], str, int, int]:
        case, slack = await here.ticket(), here.world.slack
        await here.world.settle()
        with here.time_to_undo():
            await replied(case)
        here.world.write(lambda work: _and_then(work, case.number, "a word that no version of ours wrote"))
        waits = []
        for tries in range(1, MOST_TRIES):
            case.let_time_pass()
            tried = await slack.wait_for(lambda tries=tries: _tried(here, case, tries))
            waits.append(tried)
        case.let_time_pass()
        notice = await slack.wait_for(lambda: _with_retry(case))
        said, before = shown(notice), mails(here, case)
        here.world.write(lambda work: _and_then(work, case.number, Then.WAITING))
        click = await slack.click(here.world.space.tim, notice.channel, notice.ts, names.RETRY_ANSWER)
        await click.answered()
        await slack.wait_for(lambda: mails(here, case) > before)
        await slack.wait_for(lambda: not _with_retry(case))
        await here.world.settle()
        return waits, said, before, mails(here, case)

    waits, said, before, after = here.run(steps)

    assert sorted(waits) == waits
    assert timedelta(minutes=30) < waits[-1]
    assert "Ana Rossi" in said
    assert "Sam Weaver wrote it, but a fault of Deskbell's own keeps it back (ValueError" in said
    assert "Please restart the box." in said
    assert 1 == after - before


def _and_then(work: SqlWork, number: int, then: str) -> None:
    row = work.connection.execute(select(drafts).where(drafts.c.ticket == number)).one()
    changed = update(drafts).where(drafts.c.id == row.id).values(body=row.body | {"then": then})
    work.connection.execute(changed)


def _tried(here: Here, case: Case, tries: int) -> timedelta | None:
    """How long the next try waits, once there were that many."""
    row = here.world.read(
        lambda work: work.connection.execute(select(drafts).where(drafts.c.ticket == case.number)).one()
    )
    return row.due_at - datetime.now(UTC) if row.body.get("tries") == tries else None


def _with_retry(case: Case) -> Message | None:
    return next((one for one in case.thread if names.RETRY_ANSWER in str(one.blocks)), None)


def shown(message: Message) -> str:
    return f"{message.text} {message.blocks}"


def _give_to_security(work: object, number: int) -> None:
    from store.tables import tickets
    from store.work import SqlWork

    assert isinstance(work, SqlWork)
    work.connection.execute(update(tickets).where(tickets.c.number == number).values(team="security"))


def test_a_file_that_customers_are_not_sent_is_said_at_the_files(here: Here) -> None:
    async def steps() -> tuple[list[str], int]:
        case = await here.ticket()
        await case.say("Here.", files=[("tool.exe", b"MZ a program")])
        await here.world.settle()
        view = await case.form(names.REPLY)
        before = mails(here, case)
        (value,) = re.findall(r"'value': '(\d+:\d+)'", str(view))
        told = await case.submit(view, {names.TEXT: "See there.", names.FILES: [value]})
        return list(told["errors"]), mails(here, case) - before

    assert ([names.FILES], 0) == here.run(steps)


def test_a_form_that_is_sent_again_because_the_answer_to_it_was_lost_says_its_words_once(here: Here) -> None:
    async def steps() -> tuple[int, str]:
        case, space = await here.ticket(), here.world.space
        await here.world.settle()
        before = mails(here, case)
        view = await case.form(names.REPLY)
        words = {names.TEXT: "Please restart the box, once."}
        await here.world.slack.submit_in_vain(space.sam, view["id"], words)
        again = await case.submit(view, words)
        await here.world.slack.wait_for(lambda: case.now.status is Status.WAITING)
        await here.world.settle()
        return mails(here, case) - before, str(again)

    sent, told = here.run(steps)

    assert 1 == sent
    assert "are sent once" in told
