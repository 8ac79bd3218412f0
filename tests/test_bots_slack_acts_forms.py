"""Forms of a ticket: what each writes, and what stands in it when it cannot be done."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bots.slack.blocks import names
from intake.tickets import Status, Ticket
from serving import ANA, TIM
from slack_acting import Case, Here, working

pytestmark = pytest.mark.slow  # a whole desk and a Slack; the quick ones are with the card and the thread


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk"), undo_seconds="0") as found:
        yield found


def mails(here: Here) -> int:
    return len(here.world.mails_to(ANA.address))


async def more(case: Case, choice: str) -> dict[str, object]:
    """A form from the menu on the card."""
    return await case.form(names.MORE, selected=choice)


async def seldom(case: Case, button: str) -> dict[str, object]:
    """A form from a button of Details, on top of it."""
    view = await more(case, names.DETAILS)
    sam = case.world.space.sam
    await case.world.slack.act_in_view(sam, str(view["id"]), button)
    await case.world.slack.wait_for(lambda: len(case.world.slack.views(sam)) > 1)
    return await case.shown()


def test_a_ticket_is_given_to_an_agent_and_a_team(here: Here) -> None:
    async def steps() -> Ticket:
        case = await here.ticket()
        view = await more(case, names.ASSIGN)
        await case.submit(view, {names.AGENT: TIM.address, names.TEAM: "support"})
        return case.now

    ticket = here.run(steps)

    assert (TIM.address, "support") == (ticket.assignee and ticket.assignee.email, ticket.team)


@pytest.mark.parametrize(
    ("until", "least", "most"),
    [
        ("2h", timedelta(hours=1, minutes=59), timedelta(hours=2)),
        ("tomorrow", timedelta(hours=8), timedelta(hours=34)),
        ("monday", timedelta(hours=8), timedelta(days=7, hours=10)),
        ("reply", timedelta(days=29), timedelta(days=30)),
    ],
)
def test_a_snoozed_ticket_keeps_quiet_until_then(
    here: Here, until: str, least: timedelta, most: timedelta
) -> None:
    async def steps() -> datetime | None:
        case = await here.ticket()
        await case.submit(await more(case, names.SNOOZE), {names.UNTIL: until})
        return max((one.snoozed_until for one in case.now.clocks if one.snoozed_until), default=None)

    now = datetime.now(UTC)
    snoozed = here.run(steps)

    assert snoozed
    assert least <= snoozed - now <= most + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2h", "Europe/Rome (in 2 h) or the customer writes."),
        ("reply", "reminders are quiet until the customer writes."),
    ],
)
def test_whoever_snoozes_by_the_form_reads_until_when(here: Here, until: str, said: str) -> None:
    async def steps() -> str:
        case = await here.ticket()
        return str(await case.submit(await more(case, names.SNOOZE), {names.UNTIL: until}))

    assert said in here.run(steps)


@pytest.mark.parametrize(
    ("untils", "shown"),
    [
        (("reply",), "💤 until the customer writes"),
        (("2h",), "💤 until <!date^"),
        (("reply", "2h"), "💤 until <!date^"),
        (("2h", "reply"), "💤 until the customer writes"),
    ],
)
def test_the_card_says_until_when_its_reminders_are_quiet_as_it_was_chosen(
    here: Here, untils: tuple[str, ...], shown: str
) -> None:
    async def steps() -> bool:
        case = await here.ticket()
        for until in untils:
            await case.submit(await more(case, names.SNOOZE), {names.UNTIL: until})
            for view in here.world.slack.views(here.world.space.sam):
                await here.world.slack.close_view(here.world.space.sam, view["id"])
        return bool(await here.world.slack.wait_for(lambda: shown in str(case.card.blocks)))

    assert here.run(steps)


def test_a_moment_that_was_not_picked_is_asked_for_at_its_field(here: Here) -> None:
    async def steps() -> dict[str, object]:
        case = await here.ticket()
        return await case.submit(await more(case, names.SNOOZE), {names.UNTIL: "moment"})

    said = here.run(steps)

    assert "errors" == said["response_action"]
    assert names.UNTIL in str(said["errors"])


def test_a_ticket_is_closed_with_last_words_and_a_note(here: Here) -> None:
    async def steps() -> tuple[Status, list[str], bool, bool]:
        case = await here.ticket()
        await here.world.settle()
        view = await seldom(case, names.CLOSE)
        await case.submit(view, {names.TEXT: "Glad it works.", names.RESOLUTION: "A loose cable."})
        await here.world.settle()
        noted = [one["text"] for one in case.said() if one["direction"] == "in" and not one["public"]]
        is_shown = "A loose cable." in str([one.text for one in case.thread])
        return case.now.status, noted, b"Glad it works." in here.world.relay.mails[-1].body, is_shown

    assert (Status.CLOSED, ["A loose cable."], True, True) == here.run(steps)


def test_a_ticket_that_may_be_another_is_merged_from_its_own_thread(here: Here) -> None:
    async def steps() -> tuple[str, int, int]:
        first = await here.ticket(subject="The fax is silent")
        second = await here.ticket(subject="Fax is silent")
        hint = await here.world.slack.wait_for(
            lambda: next((one for one in second.thread if names.MERGE in str(one.blocks)), None)
        )
        await second.press(hint, names.MERGE)
        await second.submit(await second.shown(), {names.SURVIVOR: "into"})
        return hint.text, second.now.merged_into, first.number

    said, into, first = here.run(steps)

    assert f"it may be the same as VS-{first}" in said
    assert first == into


def test_last_words_stand_in_the_thread_with_what_became_of_them(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        await here.world.settle()
        await case.submit(await seldom(case, names.CLOSE), {names.TEXT: "Glad it works."})
        sent: str = await here.world.slack.wait_for(
            lambda: next((str(one.blocks) for one in case.thread if "sent by email" in str(one.blocks)), "")
        )
        return sent

    line = here.run(steps)

    assert ["Public reply", "Sam Weaver", "Glad it works."] == [
        one for one in ("Public reply", "Sam Weaver", "Glad it works.") if one in line
    ]


def test_the_thread_says_in_which_ticket_a_merged_one_goes_on(here: Here) -> None:
    async def steps() -> tuple[str, int]:
        case, other = await here.ticket(), await here.ticket()
        view = await more(case, names.MERGE)
        await case.submit(view, {names.TARGET: f"VS-{other.number}", names.SURVIVOR: "into"})
        await here.world.settle()
        return str([one.text for one in case.thread]), other.number

    said, number = here.run(steps)

    assert f"it goes on in VS-{number}" in said


@pytest.mark.parametrize(("how", "first", "second"), [("into", 2, 0), ("from", 0, 1), ("link", 0, 0)])
def test_two_tickets_are_merged_or_linked(here: Here, how: str, first: int, second: int) -> None:
    async def steps() -> tuple[int, int, int, list[int]]:
        case, other = await here.ticket(), await here.ticket()
        view = await more(case, names.MERGE)
        await case.submit(view, {names.TARGET: f"VS-{other.number}", names.SURVIVOR: how})
        of = {case.number: 1, other.number: 2, 0: 0}
        return of[case.now.merged_into], of[other.now.merged_into], case.now.predecessor, [other.number]

    into, other_into, predecessor, others = here.run(steps)

    assert (first, second) == (into, other_into)
    assert ("link" == how) is (predecessor in others)


@pytest.mark.parametrize("named", ["VS-999999", "nonsense"])
def test_a_ticket_that_is_not_there_is_refused_at_its_field(here: Here, named: str) -> None:
    async def steps() -> dict[str, object]:
        case = await here.ticket()
        return await case.submit(await more(case, names.MERGE), {names.TARGET: named})

    assert f"I can't find {named}" in str(here.run(steps)["errors"])


def test_a_form_that_was_open_while_the_ticket_changed_says_who_was_quicker(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        view = await more(case, names.ASSIGN)
        await here.world.settle()
        await case.click(names.STATUS, here.world.space.tim, selected="waiting")
        said = await case.submit(view, {names.AGENT: TIM.address})
        return str(said)

    said = here.run(steps)

    assert "changed the status of this" in said
    assert "Tim Other" in said


def test_an_escalation_reaches_the_managers_with_its_reason(here: Here) -> None:
    async def steps() -> tuple[bool, str]:
        case = await here.ticket()
        view = await seldom(case, names.ESCALATE)
        await case.submit(view, {names.REASON: "They are down since noon."})
        await here.world.settle()
        return case.now.escalated_at is not None, str([one.blocks for one in case.thread])

    escalated, thread = here.run(steps)

    assert escalated
    assert "They are down since noon." in thread


def test_a_call_of_the_requester_goes_onto_the_ticket(here: Here) -> None:
    async def steps() -> list[tuple[str, str]]:
        case = await here.ticket()
        view = await seldom(case, names.LOG_CALL)
        await case.submit(view, {names.SUBJECT: "Called", names.TEXT: "Still down, she says."})
        return [(one["channel"], one["text"]) for one in case.said() if one["direction"] == "in"]

    assert ("phone", "Still down, she says.") in here.run(steps)


def test_details_tell_the_story_with_its_reasons(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        await case.click(names.CLAIM)
        return str(await more(case, names.DETAILS))

    shown = here.run(steps)

    assert "They drop again." in shown
    assert "Everybody is helped." in shown
    assert "assignee: sam@vendor.example" in shown


def test_details_are_turned_page_by_page(here: Here) -> None:
    async def steps() -> tuple[str, str]:
        case, sam = await here.ticket(), here.world.space.sam
        for number in range(9):
            await case.say(f"Note {number}")
        view = await more(case, names.DETAILS)
        first = str(view)
        await here.world.slack.act_in_view(sam, str(view["id"]), f"{names.DETAILS_PAGE}.older")
        await here.world.slack.wait_for(lambda: "Page 2" in str(here.world.slack.views(sam)[-1]))
        return first, str(here.world.slack.views(sam)[-1])

    first, second = here.run(steps)

    assert "Note 8" in first
    assert "They drop again." not in first
    assert "They drop again." in second


def test_whoever_is_told_of_a_secret_in_slack_has_the_button_that_takes_it_out(here: Here) -> None:
    async def steps() -> tuple[str, str, str]:
        case = await here.ticket(text="My password: hunter2hunter2")
        notice = await here.world.slack.wait_for(
            lambda: next((one for one in case.thread if names.REDACT in str(one.blocks)), None)
        )
        await case.press(notice, names.REDACT)
        view = await case.shown()
        await case.submit(view, {})
        await here.world.slack.wait_for(
            lambda: "taken out" in str(here.world.slack.views(here.world.space.sam)[-1:])
        )
        return notice.text, view["callback_id"], str(case.said())

    told, form, said = here.run(steps)

    assert ("It seems to hold a secret" in told, "deskbell" in told) == (True, False)
    assert names.VIEW_REDACT == form
    assert "hunter2" not in said


def test_a_found_secret_is_taken_out_and_never_shown(here: Here) -> None:
    secret = "xoxb-1234567890-abcdefghijklmnop"

    async def steps() -> tuple[str, str]:
        case, sam = await here.ticket(text=f"My token is {secret}"), here.world.space.sam
        view = await seldom(case, names.REDACT)
        await case.submit(view, {})
        await here.world.slack.wait_for(lambda: "taken out" in str(here.world.slack.views(sam)[-1:]))
        return str(here.world.slack.views(sam)[-1]), str(case.said())

    shown, said = here.run(steps)

    assert secret not in shown + said
    assert "message" in shown


@pytest.mark.parametrize("secret", ["Tr0ub4dor-3", "Tr0ub4d-10"])  # one is as long as its mark
def test_what_was_redacted_stands_in_slack_no_more_but_where_people_wrote_it(here: Here, secret: str) -> None:
    words = f"My token is {secret}. " + "And so on. " * 1200  # so that the whole is a file, too

    async def steps() -> tuple[list[str], list[bool], bool]:
        case, slack = await here.ticket(text=words), here.world.slack
        await here.world.settle()
        (before,) = (one for message in case.thread for one in message.files)
        await case.say(f"Is it {secret}?")
        view = await seldom(case, names.REDACT)
        await case.submit(view, {names.CONFIRMED: "text", names.SECRET: secret})
        await slack.wait_for(lambda: before.deleted)
        await here.world.settle()
        shown = [case.card, *case.thread]
        files = [one for message in shown for one in message.files if not one.deleted]
        holds = [secret.encode() in (one.content or b"") for one in files]
        ours = [one for one in shown if one.bot_id and secret in one.text + str(one.blocks)]
        theirs = any(secret in one.text for one in shown if not one.bot_id)
        return [one.text for one in ours], holds, theirs

    assert ([], [False], True) == here.run(steps)


def test_what_became_of_an_answer_is_said_after_a_redaction_too(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        view = await case.form(names.REPLY)
        await case.submit(view, {names.TEXT: "Your password is Tr0ub4dor-4."})
        line = await slack.wait_for(
            lambda: next((one for one in case.thread if "sent by email" in str(one.blocks)), None)
        )
        await case.submit(await seldom(case, names.REDACT), {names.CONFIRMED: "text", names.SECRET: "dor-4"})
        await slack.wait_for(lambda: "dor-4" not in str(line.blocks))
        return str(line.blocks)

    shown = here.run(steps)

    assert "Your password is Tr0ub4" in shown
    assert "sent by email" in shown


@pytest.mark.parametrize("method", ["views.open", "views.update"])
def test_a_form_that_slack_asks_a_second_for_comes_a_second_later(here: Here, method: str) -> None:
    async def steps() -> str:
        case = await here.ticket()
        here.world.slack.fail(method, status=429, retry_after=1)
        return str((await more(case, names.SNOOZE))["callback_id"])

    assert names.VIEW_SNOOZE == here.run(steps)


@pytest.mark.parametrize("trouble", [{"status": 503}, {"drop": True}, {"error": "internal_error"}])
def test_a_form_is_filled_though_slack_fails_once(here: Here, trouble: dict[str, object]) -> None:
    async def steps() -> str:
        case = await here.ticket()
        here.world.slack.fail("views.update", **trouble)
        return str((await more(case, names.SNOOZE))["callback_id"])

    assert names.VIEW_SNOOZE == here.run(steps)
