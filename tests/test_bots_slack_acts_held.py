"""Held messages and words that did not arrive: what an agent does about them below their notices."""

import asyncio
from collections.abc import Iterator

import pytest

from bots.slack.blocks import names
from intake.messages import Address
from sandbox.slack import Interaction, Message
from serving import ANA, EVE, SAM, a_mail
from slack_acting import Case, Here, working
from store.work import SqlWork

pytestmark = pytest.mark.slow  # a whole desk and a Slack; the quick ones are with the card and the thread


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk")) as found:
        yield found


async def a_stranger(here: Here, case: Case, sender: Address = EVE, text: str = "Let me in.") -> Message:
    """Eve answers a mail of the ticket that was Ana's; the notice of what she wrote."""
    await here.world.settle()
    ours = next(one for one in reversed(here.world.relay.mails) if f"VS-{case.number}".encode() in one.body)
    from serving import message_id

    await here.world.mail(a_mail(sender, "Re: Calls drop", text, answers=message_id(ours.body)))
    notice: Message = await here.world.slack.wait_for(
        lambda: next((one for one in case.thread if names.REFUSE in str(one.blocks)), None)
    )
    await here.world.settle()  # its place is written down, too
    return notice


async def press(here: Here, notice: Message, action: str, user: str = "") -> Interaction:
    space = here.world.space
    click = await here.world.slack.click(user or space.sam, notice.channel, notice.ts, action)
    await here.world.done(click)
    return click


def fates(case: Case) -> list[str]:
    from store.exports import listed_messages

    told = case.world.read(listed_messages)
    return [one["fate"] for one in told if one["from"] == EVE.address][:1]


@pytest.mark.parametrize(
    ("action", "fate", "admitted"),
    [(names.ADMIT, "append", True), (names.RELEASE, "append", False), (names.DROP, "ignore", False)],
)
def test_an_agent_says_what_becomes_of_a_strangers_words(
    here: Here, action: str, fate: str, admitted: bool
) -> None:
    async def steps() -> tuple[list[str], bool, str]:
        case = await here.ticket()
        notice = await a_stranger(here, case)
        click = await press(here, notice, action)
        people = [one.emails for one in case.now.participants]
        return fates(case), (EVE.address,) in people, click.ephemerals[0].text if click.ephemerals else ""

    became, is_in, told = here.run(steps)

    assert ([fate], admitted) == (became, is_in)
    assert told


def settled(here: Here, notice: Message) -> str:
    """What stands in the place of a notice's buttons, "" while it has them."""
    (shown,) = (one for one in here.world.slack.channel(notice.channel) if one.ts == notice.ts)
    if any(block["type"] == "actions" for block in shown.blocks):
        return ""
    return str(shown.blocks[-1]["elements"][0]["text"])


@pytest.mark.parametrize(
    ("action", "says", "line"),
    [
        (names.ADMIT, "✅ Admitted onto VS-{0} by Sam Weaver", "Sam Weaver admitted eve@elsewhere.example"),
        (
            names.RELEASE,
            "✅ Put onto VS-{0} by Sam Weaver, its sender not admitted",
            "they were not admitted",
        ),
        (names.DROP, "🗑️ Dropped by Sam Weaver", "they are not answered"),
    ],
)
def test_a_notice_that_was_decided_says_so_instead_of_asking_and_the_thread_says_it_too(
    here: Here, action: str, says: str, line: str
) -> None:
    async def steps() -> tuple[str, str, list[str]]:
        case = await here.ticket()
        notice = await a_stranger(here, case)
        await press(here, notice, action)
        shown = await here.world.slack.wait_for(lambda: settled(here, notice))
        await here.world.settle()
        return shown, says.format(case.number), [one.text for one in case.thread if line in one.text]

    shown, expected, lines = here.run(steps)

    assert (expected, 1) == (shown, len(lines))


@pytest.mark.parametrize("text", ["Let me in.", "Let me in, please. " * 250])
def test_no_message_of_a_notice_says_that_it_waits_once_it_is_decided(here: Here, text: str) -> None:
    async def steps() -> tuple[list[bool], list[bool]]:
        case = await here.ticket()
        notice = await a_stranger(here, case, text=text)
        asked = ["waits for you" in shown_of(one) for one in case.thread]
        await press(here, notice, names.DROP)
        await here.world.slack.wait_for(
            lambda: any("Was held: a message from" in one.text for one in case.thread)
        )
        await here.world.settle()
        return asked, ["waits for you" in shown_of(one) for one in case.thread]

    before, after = here.run(steps)

    assert (True, False) == (any(before), any(after))


def shown_of(message: Message) -> str:
    return f"{message.text} {message.blocks}"


def test_a_decision_from_the_shell_redraws_the_notice_as_one_by_a_button_does(here: Here) -> None:
    from bots.commands import acts
    from serving import SAM

    async def steps() -> tuple[str, list[str]]:
        case = await here.ticket()
        notice = await a_stranger(here, case)
        message = names.pressed_in(notice.blocks[-1]["elements"][0]["value"]).message
        await asyncio.to_thread(acts.refuse, here.world.wired, message, "We do not know you.", SAM.address)
        shown = await here.world.slack.wait_for(lambda: settled(here, notice))
        await here.world.settle()
        return shown, [one.text for one in case.thread if "They are told so by mail" in one.text]

    shown, lines = here.run(steps)

    assert "🚫 Refused by Sam Weaver: We do not know you." == shown
    assert [True] == ["We do not know you." in one for one in lines]


def test_a_notice_that_is_decided_before_it_is_posted_comes_without_buttons(here: Here) -> None:
    async def steps() -> tuple[list[str], list[str]]:
        case = await here.ticket()
        await here.world.settle()
        before = {one.ts for one in case.thread}
        here.world.write(lambda work: _held_and_dropped(here, case, work))
        here.world.chat.hands.desk.wake()
        await here.world.settle()
        new = [one for one in case.thread if one.ts not in before]
        return [block["type"] for one in new for block in one.blocks], [one.text for one in new]

    blocks, texts = here.run(steps)

    assert "actions" not in blocks
    assert (0, 1) == tuple(sum(words in one for one in texts) for words in ("waits for you", "Was held:"))


def _held_and_dropped(here: Here, case: Case, work: SqlWork) -> None:
    from datetime import UTC, datetime

    from bots import deciding
    from intake.decisions import Audience, Notice
    from intake.promising import promise
    from intake.readers import all_agents

    setup, now = here.world.chat.hands.desk.setup, datetime.now(UTC)
    message = a_held_message(work, case.number, "email", EVE.address, "")
    notice = Notice("agent-held", Audience.AGENTS, {"reason": "why", "message": message}, "auto-generated")
    for agent in all_agents(work, setup.desk):
        promise(work, notice, agent, work.ticket(case.number), None, message, setup, now)
    work.flush()
    deciding.drop(work, setup, None, message, now)


def a_held_message(work: SqlWork, number: int, channel: str, sender: str, place: str) -> int:
    import secrets
    from datetime import UTC, datetime

    from intake.decisions import Decision, Fate
    from intake.messages import Address, Inbound

    now = datetime.now(UTC)
    inbound = Inbound(channel, secrets.token_hex(32), now, Address("", sender), text="Hi.", place=place)
    ticket = work.ticket(number)
    message = work.keep(None, inbound, Decision(Fate.HOLD, "x", "why", ticket=ticket), ticket, now)
    work.flush()
    return message


@pytest.mark.parametrize(
    ("channel", "where", "told"),
    [
        ("slack", "{team}/{shared}", "They are told so in Slack, where they wrote"),
        (
            "telegram",
            "1000/77",
            "Nothing reaches them, so they were not told",
        ),  # a channel that is closed now
    ],
)
def test_a_refusal_goes_where_its_sender_wrote_and_never_to_a_chats_id_by_mail(
    here: Here, channel: str, where: str, told: str
) -> None:
    from bots.commands import acts
    from serving import SAM

    space = here.world.space

    async def steps() -> tuple[list[str], list[str], bool]:
        case = await here.ticket()
        here.world.register()
        place = where.format(team=here.world.slack.team.id, shared=space.shared)
        before = len(here.world.slack.channel(space.shared))
        message = here.world.write(lambda work: a_held_message(work, case.number, channel, "U0EVE", place))
        await asyncio.to_thread(acts.refuse, here.world.wired, message, "Not here.", SAM.address)
        await here.world.settle()
        said = [one.text for one in here.world.slack.channel(space.shared)[before:]]
        lines = [one.text for one in case.thread if told in one.text]
        return [one for one in said if "Not here." in one], lines, bool(here.world.mails_to("U0EVE"))

    said, lines, is_mailed = here.run(steps)

    assert (int(channel == "slack"), 1, False) == (len(said), len(lines), is_mailed)


def test_the_second_to_decide_reads_that_it_is_done(here: Here) -> None:
    async def steps() -> str:
        case, space = await here.ticket(), here.world.space
        notice = await a_stranger(here, case)
        kept = list(notice.blocks)
        await press(here, notice, names.DROP)
        await here.world.settle()
        notice.blocks[:] = kept  # as Tim saw it, who presses at the same time
        late = await press(here, notice, names.ADMIT, space.tim)
        return late.ephemerals[0].text

    assert "Somebody has decided about that message already." in here.run(steps)


def test_a_refusal_tells_the_sender_why_in_the_agents_words(here: Here) -> None:
    async def steps() -> tuple[list[str], bytes]:
        case = await here.ticket()
        notice = await a_stranger(here, case)
        await press(here, notice, names.REFUSE)
        await case.submit(await case.shown(), {names.REASON: "We do not know you."})
        await here.world.settle()
        theirs = [one for one in here.world.relay.mails if EVE.address in one.recipients]
        return fates(case), theirs[-1].body if theirs else b""

    became, body = here.run(steps)

    assert ["refuse"] == became
    assert b"We do not know you." in body


def test_a_held_message_is_put_onto_another_ticket(here: Here) -> None:
    async def steps() -> list[str]:
        case, other = await here.ticket(), await here.ticket()
        notice = await a_stranger(here, case)
        await press(here, notice, names.ADD_TO)
        await case.submit(await case.shown(), {names.TARGET: str(other.number)})
        return [one["text"].strip() for one in other.said() if one["direction"] == "in"]

    assert "Let me in." in here.run(steps)


def test_an_agents_own_mail_is_put_onto_no_ticket_and_slack_says_what_to_do_there(here: Here) -> None:
    """A button that was posted before says it, too."""

    async def steps() -> tuple[list[str], str]:
        notice = await a_stranger(here, await here.ticket(), SAM)
        buttons = [one for block in notice.blocks if block["type"] == "actions" for one in block["elements"]]
        offered = [one["action_id"] for one in buttons]
        buttons[0]["action_id"] = names.RELEASE
        click = await press(here, notice, names.RELEASE)
        return offered, click.ephemerals[0].text

    offered, said = here.run(steps)

    assert [names.REFUSE, names.DROP] == offered
    assert "/ticket reply ID" in said
    assert "deskbell" not in said


def test_a_button_that_names_another_message_than_its_notice_does_nothing(here: Here) -> None:
    async def steps() -> tuple[str, list[str]]:
        case = await here.ticket()
        notice = await a_stranger(here, case)
        for block in notice.blocks:
            for element in block.get("elements", ()):
                if element.get("action_id") == names.DROP:
                    element["value"] = names.value(names.Pressed(ticket=case.number, message=1))
        click = await press(here, notice, names.DROP)
        return click.ephemerals[0].text, fates(case)

    told, became = here.run(steps)

    assert told.startswith("I can't find that message.")
    assert ["hold"] == became


def test_words_that_failed_are_sent_again(here: Here) -> None:
    async def steps() -> int:
        case = await here.ticket()
        notice, before = await undelivered(here, case)
        await press(here, notice, names.RETRY)
        await here.world.settle()
        return len(here.world.mails_to(ANA.address)) - before

    assert 1 == here.run(steps)


def test_a_notice_whose_words_are_sent_again_says_who_did_it_and_asks_no_more(here: Here) -> None:
    async def steps() -> str:
        case = await here.ticket()
        notice, _ = await undelivered(here, case)
        await press(here, notice, names.RETRY)
        await here.world.slack.wait_for(lambda: names.RETRY not in str(notice.blocks))
        return str(notice.blocks)

    shown = here.run(steps)

    assert "Sam Weaver had it sent again" in shown
    assert names.OTHER_WAY not in shown


def test_whoever_presses_retry_second_reads_who_did_it_before_and_what_became_of_it(here: Here) -> None:
    async def steps() -> tuple[list[str], int]:
        case = await here.ticket()
        notice, before = await undelivered(here, case)
        kept = list(notice.blocks)
        await press(here, notice, names.RETRY)
        await here.world.slack.wait_for(lambda: len(here.world.mails_to(ANA.address)) > before)
        await here.world.settle()
        told = []
        for action in (names.RETRY, names.OTHER_WAY):
            notice.blocks[:] = kept  # as somebody saw it who presses at the same time
            click = await press(here, notice, action, here.world.space.tim)
            told += [one.text for one in click.ephemerals]
        form = str(await case.shown(here.world.space.tim))
        return [*told, form], len(here.world.mails_to(ANA.address)) - before

    (told, form), sent = here.run(steps)

    assert told.startswith("Sam Weaver had it sent again less than a minute ago; it went out ")
    assert "Sam Weaver had it sent again" in form
    assert 1 == sent


async def undelivered(here: Here, case: Case) -> tuple[Message, int]:
    """An answer that the desk could not hand over, and its notice in the thread."""
    from datetime import UTC, datetime

    from intake.decisions import Audience, Notice
    from intake.promising import promise
    from intake.readers import all_agents
    from store import outbox
    from store.work import SqlWork

    await here.world.settle()
    setup = here.world.chat.hands.desk.setup
    before = len(here.world.mails_to(ANA.address))

    def failed(work: SqlWork) -> None:
        now = datetime.now(UTC)
        mails = [one for one in outbox.listed(work) if one.outbound.ticket_number == case.number]
        row = next(one for one in mails if one.outbound.recipient.address == ANA.address)
        from sqlalchemy import update

        from store.tables import Sending
        from store.tables import outbox as table

        work.connection.execute(update(table).where(table.c.id == row.id).values(state=Sending.FAILED))
        facts = {"address": ANA.address, "reason": "550 no", "text": "", "promise": row.id}
        notice = Notice("agent-gave-up", Audience.AGENTS, facts, "auto-generated")
        for agent in all_agents(work, setup.desk):
            promise(work, notice, agent, work.ticket(case.number), None, 0, setup, now)

    here.world.write(failed)
    here.world.chat.hands.desk.wake()
    notice = await here.world.slack.wait_for(
        lambda: next((one for one in case.thread if names.RETRY in str(one.blocks)), None)
    )
    await here.world.settle()
    return notice, before


def test_words_that_failed_go_another_way(here: Here) -> None:
    async def steps() -> list[str]:
        case = await here.ticket()
        here.world.write(_another_address)
        notice, _ = await undelivered(here, case)
        await press(here, notice, names.OTHER_WAY)
        view = await case.shown()
        await case.submit(view, {names.ADDRESS: "ana.rossi@acme.example"})
        await here.world.settle()
        return here.world.mails_to("ana.rossi@acme.example")

    assert 1 == len(here.run(steps))


def _another_address(work: object) -> None:
    from sqlalchemy import insert, select

    from store.tables import IdentityKind, identities, people
    from store.types import address_key
    from store.work import SqlWork

    assert isinstance(work, SqlWork)
    ana = work.connection.execute(select(people.c.id).where(people.c.name == ANA.name)).scalar_one()
    new = "ana.rossi@acme.example"
    values = {"key": address_key(new), "kind": IdentityKind.EMAIL, "value": new, "person": ana, "position": 1}
    work.connection.execute(insert(identities).values(values))
