"""What agents write below a card: notes, their edits and deletions, and `!reply`."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bots.slack.blocks import names
from intake.tickets import Status
from sandbox.slack import Message
from sandbox.slack.shapes import message_json
from serving import ANA, read
from slack_acting import Case, Here, working
from store import edits
from store.chat_tables import drafts
from store.work import SqlWork

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with working(tmp_path_factory.mktemp("desk"), undo_seconds="1") as found:
        yield found


def notes(case: Case) -> list[str]:
    return [one["text"] for one in case.said() if not one["public"] and one["direction"] == "in"]


def mails_about(case: Case) -> int:
    """What went out before may be another case's, whose seconds are over only now."""
    return sum(f"VS-{case.number}" in one for one in case.world.mails_to(ANA.address))


@pytest.mark.slow
def test_plain_words_in_a_thread_are_a_note_and_get_a_lock(here: Here) -> None:
    async def steps() -> tuple[list[str], list[str], Status]:
        case = await here.ticket()
        await here.world.settle()
        mails = len(here.world.relay.mails)
        ts = await case.say("It is their *router* &amp; not ours")
        message = next(one for one in case.thread if one.ts == ts)
        await here.world.slack.wait_for(lambda: message.reactions)
        await here.world.settle()
        assert len(here.world.relay.mails) == mails  # no customer hears of it
        return notes(case), list(message.reactions), case.now.status

    said, signs, status = here.run(steps)

    assert ["It is their *router* & not ours"] == said
    assert ["lock"] == signs
    assert Status.OPEN is status


@pytest.mark.slow
def test_words_above_the_threads_are_nobodys_business(here: Here) -> None:
    async def steps() -> int:
        case = await here.ticket()
        before = here.world.read(lambda work: len(_messages(work)))
        await here.world.slack.say(here.world.space.sam, case.card.channel, "Lunch?")
        await case.decided()
        return here.world.read(lambda work: len(_messages(work))) - before

    assert 0 == here.run(steps)


@pytest.mark.slow
def test_whoever_answers_above_the_threads_reads_that_it_reaches_nobody(here: Here) -> None:
    async def steps() -> str:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        await slack.say(sam, case.card.channel, "!reply Please restart the box.")
        await case.decided()
        return str([one.text for one in slack.ephemerals(sam, case.card.channel)])

    assert "Nothing is sent" in here.run(steps)


@pytest.mark.slow
def test_words_of_who_is_no_agent_are_no_note_and_they_are_told(here: Here) -> None:
    async def steps() -> tuple[list[str], list[str]]:
        case = await here.ticket()
        here.world.slack.channel(case.card.channel)
        await here.world.slack.join(here.world.space.colleague, case.card.channel)
        gus = here.world.slack.add_user("Gus", email=ANA.address)
        await here.world.slack.join(gus, case.card.channel)
        await case.say("I am nobody", gus)
        return notes(case), [one.text.partition(".")[0] for one in case.whispers(gus)]

    assert ([], ["Only support staff can do this"]) == here.run(steps)


def test_an_edited_note_says_the_new_words_and_keeps_the_old_ones(here: Here) -> None:
    async def steps() -> tuple[list[str], list[str]]:
        case = await here.ticket()
        ts = await case.say("It is theirs")
        await here.world.slack.edit(here.world.space.sam, case.card.channel, ts, "It is ours")
        await case.decided()
        return notes(case), _before(case)

    assert (["It is ours"], ["It is theirs"]) == here.run(steps)


@pytest.mark.slow
def test_a_deleted_note_is_hidden_and_the_history_keeps_it(here: Here) -> None:
    async def steps() -> tuple[list[str], list[str]]:
        case = await here.ticket()
        ts = await case.say("Oops")
        await here.world.slack.delete(here.world.space.sam, case.card.channel, ts)
        await case.decided()
        return notes(case), _before(case)

    assert ([""], ["Oops"]) == here.run(steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "told"),
    [
        (
            ("tool.exe", b"MZ a program"),
            ["No answer can take this along, because customers are sent no programs"],
        ),
        (("trace.log", b"one line"), []),
    ],
)
def test_whoever_puts_a_program_into_the_thread_hears_at_once_that_it_goes_out_with_no_answer(
    here: Here, file: tuple[str, bytes], told: list[str]
) -> None:
    async def steps() -> tuple[list[str], int]:
        case = await here.ticket()
        await case.say("See there.", files=[file])
        await here.world.settle()
        return [one.text.partition(":")[0] for one in case.whispers()], len(notes(case))

    assert (told, 1) == here.run(steps)


def test_files_in_a_thread_are_kept_as_internal(here: Here) -> None:
    async def steps() -> list[str]:
        from store.notes import recent_files

        case = await here.ticket()
        await case.say("The log", files=[("trace.log", b"one line")])
        return here.world.read(
            lambda work: [one.attachment.filename for one in recent_files(work, case.number)]
        )

    assert ["trace.log"] == here.run(steps)


@pytest.mark.slow
def test_whoever_puts_a_file_into_a_thread_reads_why_it_is_not_taken(here: Here) -> None:
    async def steps() -> tuple[str, list[str]]:
        case = await here.ticket()
        await case.say("The log.", files=[("trace.log", b"x" * 21 * 1024 * 1024)])
        await here.world.slack.wait_for(case.whispers)
        return case.whispers()[-1].text, notes(case)

    told, said = here.run(steps)

    assert "The file trace.log was left out: it is larger than 20 MiB. Split it, or write a link" in told
    assert "trace.log was left out" in said[0]


@pytest.mark.slow
def test_a_preview_waits_as_long_as_slack_asks_and_is_shown(here: Here) -> None:
    async def steps() -> list[str]:
        case = await here.ticket()
        here.world.slack.fail("chat.postEphemeral", status=429, retry_after=2)
        await case.say("!reply Please restart the box.")
        await here.world.slack.wait_for(case.whispers)
        return [str(one.blocks) for one in case.whispers()]

    (preview,) = here.run(steps)

    assert "Please restart the box." in preview


@pytest.mark.slow
def test_a_preview_that_was_lost_on_its_way_is_shown_again_and_kept_once(here: Here) -> None:
    """It waits in the inbox until it was shown, so a kill in between shows it again, too."""

    async def steps() -> tuple[str, int]:
        case = await here.ticket()
        here.world.slack.fail("chat.postEphemeral", status=500)
        await case.say("!reply Please restart the box.")
        (preview,) = await here.world.slack.wait_for(case.whispers)
        kept = select(func.count()).select_from(drafts).where(drafts.c.ticket == case.number)
        return str(preview.blocks), here.world.read(lambda work: work.connection.execute(kept).scalar() or 0)

    preview, kept = here.run(steps)

    assert "Please restart the box." in preview
    assert 1 == kept


@pytest.mark.slow
def test_a_preview_that_slack_refuses_is_not_tried_for_ever(here: Here) -> None:
    async def steps() -> list[Message]:
        case = await here.ticket()
        here.world.slack.fail("chat.postEphemeral", error="user_not_in_channel")
        await case.say("!reply Please restart the box.")
        await here.world.settle()
        return case.whispers()

    assert [] == here.run(steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "mails", "told"),
    [(names.SEND, 1, "goes out in 1 second"), (names.CANCEL, 0, "nothing is sent")],
)
def test_a_previewed_answer_is_said_only_if_its_author_says_so(
    here: Here, action: str, mails: int, told: str
) -> None:
    async def steps() -> tuple[int, str, str]:
        case = await here.ticket()
        await here.world.settle()
        before = len(here.world.relay.mails)
        await case.say("!reply Please restart the box.")
        await here.world.slack.wait_for(case.whispers)
        (preview,) = case.whispers()
        shown = str(preview.blocks)
        click = await case.press(preview, action)
        await here.world.slack.wait_for(lambda: len(here.world.relay.mails) - before >= mails)
        await here.world.settle()
        return len(here.world.relay.mails) - before, shown, str(click.replies)

    sent, shown, said = here.run(steps)

    assert mails == sent
    assert ANA.address in shown
    assert told in said


@pytest.mark.slow
def test_a_previewed_answer_can_be_undone_like_any_other(here: Here) -> None:
    async def steps() -> tuple[int, int, str]:
        case, slack = await here.ticket(), here.world.slack
        await here.world.settle()
        before = len(here.world.relay.mails)
        await case.say("!reply Please restart the box.")
        await slack.wait_for(case.whispers)
        with here.time_to_undo():
            for action in (names.SEND, names.UNDO):
                click = await case.press(case.whispers()[-1], action)
        left = case.let_time_pass()
        await here.world.settle()
        return left, len(here.world.relay.mails) - before, str(click.replies)

    left, sent, told = here.run(steps)

    assert (0, 0) == (left, sent)
    assert "taken back" in told
    assert "Please restart the box." in told


@pytest.mark.slow
def test_a_previewed_answer_keeps_its_file_when_it_is_edited(here: Here) -> None:
    async def steps() -> tuple[str, str, list[str]]:
        case, slack = await here.ticket(), here.world.slack
        await here.world.settle()
        before = len(here.world.relay.mails)
        await case.say("!reply See there.", files=[("fix.txt", b"restart it\n")])
        (preview,) = await slack.wait_for(case.whispers)
        await case.press(preview, names.EDIT)
        view = await case.shown()
        await case.submit(view, {names.TEXT: "See the file."})
        await slack.wait_for(lambda: len(here.world.relay.mails) > before)
        mail = read(here.world.relay.mails[before].body)
        return str(preview.blocks), str(view), [one.get_filename() for one in mail.iter_attachments()]

    preview, view, files = here.run(steps)

    assert ["fix.txt"] == files
    assert "with fix.txt" in preview
    assert "with fix.txt" in view


def plain_of(mail: bytes) -> str:
    body = read(mail).get_body(("plain",))
    return str(body.get_content())


@pytest.mark.slow
def test_words_that_a_form_cannot_hold_are_shown_and_sent_but_not_edited(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        await case.say("!reply " + "All of this. " * 1100)
        (preview,) = await slack.wait_for(case.whispers)
        return str(preview.blocks)

    shown = here.run(steps)

    assert ([True, False, True], True) == (
        [one in shown for one in (names.SEND, names.EDIT, names.CANCEL)],
        "press Cancel and write it" in shown,
    )


@pytest.mark.slow
def test_a_long_previewed_answer_is_edited_in_several_fields_and_sent_whole(here: Here) -> None:
    async def steps() -> tuple[list[str], str]:
        case, slack = await here.ticket(), here.world.slack
        await here.world.settle()
        before = len(here.world.relay.mails)
        await case.say("!reply " + "\n\n".join("All of this. " * 150 for _ in range(3)))
        (preview,) = await slack.wait_for(case.whispers)
        await case.press(preview, names.EDIT)
        view = await case.shown()
        await case.submit(view, {f"{names.TEXT}.2:paragraph": "In the middle."})
        await slack.wait_for(lambda: len(here.world.relay.mails) > before)
        fields = [one["element"]["action_id"] for one in view["blocks"] if "Answer" in str(one.get("label"))]
        return fields, " ".join(plain_of(here.world.relay.mails[before].body).split())

    fields, mail = here.run(steps)

    assert ["text", "text.2", "text.3"] == fields
    assert f"{'All of this. ' * 150}In the middle. {'All of this. ' * 150}".strip() in mail


@pytest.mark.slow
def test_a_note_that_comes_as_two_events_is_one_note(here: Here) -> None:
    async def steps() -> tuple[list[str], int]:
        case, slack = await here.ticket(), here.world.slack
        ts = await case.say("It is their router.")
        told = message_json(slack.world, next(one for one in case.thread if one.ts == ts))
        beside = {"channel": case.card.channel, "channel_type": "group", "event_ts": ts}
        slack.world.announce(slack.team, told | beside, False)
        await case.decided()
        await case.say("And not ours.")
        return notes(case), sum("Held" in one.text for one in here.world.cards())

    assert (["It is their router.", "And not ours."], 0) == here.run(steps)


@pytest.mark.slow
def test_whoever_edits_an_answer_that_is_out_reads_that_it_was_read(here: Here) -> None:
    async def steps() -> str:
        case, slack = await here.ticket(), here.world.slack
        ts = await case.say("!reply Please restart the box.")
        (preview,) = await slack.wait_for(case.whispers)
        await case.press(preview, names.SEND)
        await slack.wait_for(lambda: case.now.status is Status.WAITING)
        await slack.edit(here.world.space.sam, case.card.channel, ts, "!reply Never mind.")
        await case.decided()
        await slack.wait_for(lambda: "already sent" in case.whispers()[-1].text)
        return case.whispers()[-1].text

    assert "the customer has the first text" in here.run(steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edited", "sent_first", "told", "kept"),
    [
        ("!Reply Please restart the box.", "not kept any more", "Please restart the box.", []),
        ("It is the box.", "not kept any more", "", ["It is the box."]),  # a note is all it is now
    ],
)
def test_an_answer_that_was_edited_before_it_was_sent_is_not_sent_as_it_was(
    here: Here, edited: str, sent_first: str, told: str, kept: list[str]
) -> None:
    async def steps() -> tuple[str, str, list[str], int]:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        await here.world.settle()
        before = len(here.world.relay.mails)
        ts = await case.say("!reply Please restrat the box.")
        (first,) = await slack.wait_for(case.whispers)
        await slack.edit(sam, case.card.channel, ts, edited)
        await case.decided()
        shown = str([one.blocks for one in case.whispers() if one.ts != first.ts])
        click = await case.press(first, names.SEND)
        await here.world.settle()
        return str(click.replies), shown, notes(case), len(here.world.relay.mails) - before

    replies, shown, found, mails = here.run(steps)

    assert sent_first in replies
    assert told in shown
    assert (kept, 0) == (found, mails)


@pytest.mark.slow
def test_whoever_edits_an_answer_that_can_still_be_undone_reads_that_the_first_words_go(here: Here) -> None:
    async def steps() -> str:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        ts = await case.say("!reply Please restart the box.")
        (preview,) = await slack.wait_for(case.whispers)
        await case.press(preview, names.SEND)
        await slack.edit(sam, case.card.channel, ts, "!reply Never mind.")
        await case.decided()
        return case.whispers()[-1].text

    told = here.run(steps)

    assert any(words in told for words in ("Press Undo", "already sent"))  # whichever comes first


@pytest.mark.slow
@pytest.mark.parametrize("action", [names.SEND, names.EDIT, names.CANCEL])
def test_an_answer_whose_message_was_deleted_before_it_was_sent_is_not_sent(here: Here, action: str) -> None:
    async def steps() -> tuple[str, str, int]:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        await here.world.settle()
        before = mails_about(case)
        ts = await case.say("!reply Please restart the box.")
        (preview,) = await slack.wait_for(case.whispers)
        await slack.delete(sam, case.card.channel, ts)
        await case.decided()
        told = case.whispers()[-1].text
        click = await case.press(preview, action)
        heard = str(click.replies) if action != names.EDIT else str(await case.shown())
        left = case.let_time_pass()
        await here.world.settle()
        return told, heard, left + mails_about(case) - before

    told, heard, sent = here.run(steps)

    assert "not sent" in told
    assert "not kept any more" in heard
    assert 0 == sent


@pytest.mark.slow
def test_whoever_deletes_an_answer_that_can_still_be_undone_reads_that_it_goes_out(here: Here) -> None:
    async def steps() -> tuple[str, int]:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        ts = await case.say("!reply Please restart the box.")
        (preview,) = await slack.wait_for(case.whispers)
        with here.time_to_undo():
            await case.press(preview, names.SEND)
            await slack.delete(sam, case.card.channel, ts)
            await case.decided()
        return case.whispers()[-1].text, case.let_time_pass()

    told, waited = here.run(steps)

    assert "Press Undo" in told
    assert 1 == waited


@pytest.mark.slow
def test_an_answer_that_was_sent_from_its_preview_is_not_sent_again_from_the_form(here: Here) -> None:
    async def steps() -> tuple[str, int]:
        case, slack = await here.ticket(), here.world.slack
        await case.say("!reply See there.", files=[("fix.txt", b"restart it\n")])
        (preview,) = await slack.wait_for(case.whispers)
        with here.time_to_undo():
            await case.press(preview, names.EDIT)
            view = await case.shown()
            await case.press(preview, names.SEND)
            said = await case.submit(view, {names.TEXT: "See the file."})
        return str(said), case.let_time_pass()

    told, waited = here.run(steps)

    assert "sent or taken back meanwhile" in told
    assert 1 == waited


@pytest.mark.slow
def test_a_note_that_is_edited_into_an_answer_stays_a_note_and_says_so(here: Here) -> None:
    async def steps() -> tuple[list[str], str]:
        case, slack, sam = await here.ticket(), here.world.slack, here.world.space.sam
        ts = await case.say("Please restart the box.")
        await slack.edit(sam, case.card.channel, ts, "!reply Please restart the box.")
        await case.decided()
        return notes(case), case.whispers()[-1].text

    found, told = here.run(steps)

    assert ["!reply Please restart the box."] == found
    assert "stays a note" in told


def _messages(work: SqlWork) -> list[object]:
    from store.exports import listed_messages

    return list(listed_messages(work))


def _before(case: Case) -> list[str]:
    def read(work: SqlWork) -> list[str]:
        from store.exports import listed_messages

        (note, *_) = (one for one in listed_messages(work, ticket=case.number) if one["rule"] == "agent-note")
        return [words for _, _, words in edits.versions_of(work, note["id"])]

    return case.world.read(read)


@pytest.mark.slow
def test_an_agent_who_is_mentioned_in_a_note_reads_it_at_once(here: Here) -> None:
    async def steps() -> bool:
        case, slack, tim = await here.ticket(), here.world.slack, here.world.space.tim
        await case.say(f"<@{tim}> could you look?")
        await slack.wait_for(lambda: "could you look?" in str([one.blocks for one in slack.dms(tim)]))
        return True

    assert here.run(steps)
