"""New tickets from Slack: by a form, from a message; and a message onto a ticket that is there."""

import asyncio

import pytest

import slack_asks
from bots.commands import acts
from bots.slack.blocks import names
from intake.people import read_book
from serving import SAM, TIM
from store import people, posts
from store.exports import conversation, history_of

pytestmark = pytest.mark.slow

OTHERS = '[[organisation]]\nname = "Globex"\ndomains = ["globex.example"]\n'
FILLED = {
    "requester": "bob@acme.example",
    "subject": "A lamp is dead",
    "text": "It does not glow.",
    "severity": "urgent",
}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk"), max_file_mib="1") as found:
        found.world.register()
        found.world.write(lambda work: people.import_people(work, read_book(OTHERS, "people.toml")))
        yield found


def form(room, callback, channel="", ts=""):
    """The form that a shortcut opens, filled with what there is to choose from."""

    def filled():
        views = room.slack.views(room.space.sam)
        return next((one for one in views if one["callback_id"] != names.VIEW_LOADING), None)

    async def chosen():
        interaction = await room.slack.shortcut(room.space.sam, callback, channel=channel, ts=ts)
        await interaction.answered()
        return await room.slack.wait_for(filled)

    return room.play(chosen())


def spoken(room, text, user="", **more):
    """What a colleague writes in the channel that is shared with Acme, once the desk has heard it."""
    said = room.play(room.slack.say(user or room.space.colleague, room.space.shared, text, **more))
    room.settle()
    return said


def submit(room, view, values):
    return room.play(room.slack.submit(room.space.sam, view["id"], values))


def close(room):
    for view in room.slack.views(room.space.sam):
        room.play(room.slack.close_view(room.space.sam, view["id"]))


def newest(room):
    return max(room.tickets(), key=lambda one: one.number)


def test_a_new_ticket_is_opened_and_its_requester_hears_nothing(room):
    answer = submit(room, form(room, names.SHORTCUT_NEW), FILLED)
    close(room)
    ticket = newest(room)
    room.settle()

    assert f"VS-{ticket.number} is open" in slack_asks.shown(answer["view"])
    assert ("A lamp is dead", "urgent", "Bob Brun") == (
        ticket.subject,
        ticket.severity,
        ticket.requester.name,
    )
    assert [] == room.world.mails_to("bob@acme.example")


def test_a_requester_is_told_where_the_agent_says_so(room):
    submit(room, form(room, names.SHORTCUT_NEW), FILLED | {"tell": ["tell"], "subject": "Two lamps"})
    close(room)
    room.settle()

    assert 1 == len(room.world.mails_to("bob@acme.example"))


@pytest.mark.parametrize(
    ("requester", "said"),
    [("sam@vendor.example", "agent"), ("support@vendor.example", "desk"), ("bob@acme", "")],
)
def test_what_is_no_customers_address_is_refused_at_its_field(room, requester, said):
    before = len(room.tickets())
    answer = submit(
        room, form(room, names.SHORTCUT_NEW), FILLED | {"requester": requester, "subject": requester}
    )
    close(room)

    if said:
        assert said in answer["errors"]["requester"]
        assert before == len(room.tickets())


def test_a_new_address_belongs_to_the_organisation_that_was_chosen(room):
    acme = room.world.read(lambda work: work.organisation_of("acme.example"))
    submit(
        room,
        form(room, names.SHORTCUT_NEW),
        FILLED | {"requester": "new@private.example", "organisation": str(acme.id)},
    )
    close(room)

    assert "Acme" == newest(room).organisation.name


def test_a_ticket_from_a_message_keeps_where_it_came_from_and_is_made_once(room):
    said = room.play(
        room.slack.say(
            room.space.colleague, room.space.shared, "Ana's phone is dead <!here>\nPlease help, 1 &lt; 2."
        )
    )
    view = form(room, names.SHORTCUT_FROM_MESSAGE, room.space.shared, said)
    prefilled = [one for one in view["blocks"] if one.get("block_id") == "subject"]
    submit(room, view, {"requester": "ana@acme.example"})
    close(room)
    ticket = newest(room)
    history = room.world.read(lambda work: history_of(work, ticket.number))
    post = room.world.read(
        lambda work: posts.post_at(work, "slack", f"{room.slack.team.id}/{room.space.shared}", said)
    )

    assert "Ana's phone is dead" in str(prefilled)
    assert "Please help, 1 < 2." in str(room.world.read(lambda work: conversation(work, ticket.number)))
    assert any("/archives/" in one["detail"] for one in history if one["what"] == "source")
    assert ticket.number == post.ticket


@pytest.mark.parametrize("who", ["colleague", "ana"])
def test_a_message_that_is_heard_after_it_was_made_a_ticket_is_on_it_once(room, who, monkeypatch):
    (part,) = room.world.service.chats._parts
    decide, is_time = part.inbox._decide, asyncio.Event()

    async def decide_late(waiting):
        await asyncio.wait_for(is_time.wait(), 60)
        await decide(waiting)

    monkeypatch.setattr(part.inbox, "_decide", decide_late)
    words = f"A late word of {who}."
    said = room.play(room.slack.say(getattr(room.space, who), room.space.shared, words))
    submit(
        room,
        form(room, names.SHORTCUT_FROM_MESSAGE, room.space.shared, said),
        {"requester": "ana@acme.example"},
    )
    close(room)
    is_time.set()
    room.settle()
    told = room.world.read(lambda work: conversation(work, newest(room).number))

    assert 1 == [one["text"] for one in told].count(words)
    assert 1 == [one.subject for one in room.tickets()].count(words)


def test_a_message_becomes_a_note_on_a_ticket(room):
    number = room.ticket()
    said = spoken(room, "I know that <https://phone.example|phone>.")
    view = form(room, names.SHORTCUT_ADD, room.space.shared, said)
    wrong = submit(room, view, {"target": "soon"})
    answer = submit(room, view, {"target": f"VS-{number}"})
    close(room)
    told = room.world.read(lambda work: conversation(work, number))

    assert "names no ticket" in wrong["errors"]["target"]
    assert "the note is kept" in slack_asks.shown(answer["view"])
    assert [False] == [
        one["public"] for one in told if "I know that phone (https://phone.example)." in one["text"]
    ]
    assert "Uma wrote in Slack" in str(told)


def test_a_form_that_is_sent_again_because_the_answer_was_lost_adds_its_message_once(room):
    number = room.ticket()
    view = form(room, names.SHORTCUT_ADD, room.space.shared, spoken(room, "Once is enough."))
    filled = {"target": f"VS-{number}"}
    room.play(room.slack.submit_in_vain(room.space.sam, view["id"], filled))
    again = submit(room, view, filled)
    close(room)
    told = room.world.read(lambda work: conversation(work, number))

    assert "on that ticket since a moment ago" in again["errors"]["target"]
    assert 1 == sum("Once is enough." in one["text"] for one in told if one["direction"] == "in")


FILES = [("../trace.txt", b"a line\n"), ("big.bin", b"x" * 1_100_000)]


def with_files(room, text):
    return spoken(room, text, files=FILES)


def files_on(room, number):
    told = room.world.read(lambda work: conversation(work, number))
    return [name for one in told for name in one.get("attachments", ())]


def globex(room):
    """A ticket of another customer's."""
    acts.log_call(
        room.world.wired, "zoe@globex.example", "Their own matter", "Theirs.", "phone", "", {}, SAM.address
    )
    return newest(room).number


def test_the_files_of_a_message_go_along_and_what_is_left_out_is_named(room):
    opened = submit(
        room,
        form(room, names.SHORTCUT_FROM_MESSAGE, room.space.shared, with_files(room, "See the trace.")),
        {"requester": "ana@acme.example"},
    )
    close(room)
    ticket = newest(room)
    view = form(room, names.SHORTCUT_ADD, room.space.shared, with_files(room, "And this one."))
    added = submit(room, view, {"target": f"VS-{ticket.number}"})
    close(room)
    history = room.world.read(lambda work: history_of(work, ticket.number))
    left_out = "the file big.bin was left out: it is larger than 1 MiB"

    assert ["trace.txt", "trace.txt"] == files_on(room, ticket.number)
    assert (True, True) == tuple(left_out in slack_asks.shown(one["view"]) for one in (opened, added))
    assert 2 == sum("/archives/" in one["detail"] for one in history if one["what"] == "source")
    assert "2 files of it go along" in slack_asks.shown(view)


def test_what_was_said_in_the_channel_of_one_customer_goes_onto_no_ticket_of_another(room):
    number = globex(room)
    said = spoken(room, "Acme's secret.")
    added = submit(room, form(room, names.SHORTCUT_ADD, room.space.shared, said), {"target": f"VS-{number}"})
    close(room)
    opened = submit(
        room,
        form(room, names.SHORTCUT_FROM_MESSAGE, room.space.shared, said),
        {"requester": "zoe@globex.example"},
    )
    close(room)
    told = room.world.read(lambda work: conversation(work, number))

    assert f"hat is Acme's, and VS-{number} is Globex's" in added["errors"]["target"]
    assert "nothing was taken over" in opened["errors"]["requester"]
    assert number == newest(room).number
    assert "Acme's secret" not in str(told)


def test_the_words_of_a_protected_ticket_go_onto_no_ticket_of_others(room):
    protected, other = room.ticket("A vulnerability in the login"), room.ticket("A dead lamp")
    card = room.card(protected)
    note = room.play(room.slack.say(room.space.sam, room.space.triage, "The hole.", thread_ts=card.ts))
    room.settle()
    told = []
    for whose in (TIM.address, SAM.address):  # whoever may not read it, and whoever may
        acts.change(room.world.wired, protected, "assignee", whose, SAM.address)
        view = form(room, names.SHORTCUT_ADD, room.space.triage, note)
        told.append(submit(room, view, {"target": f"VS-{other}"})["errors"]["target"])
        close(room)

    assert ("find that message" in told[0], "for team security only" in told[1]) == (True, True)
    assert "The hole." not in str(room.world.read(lambda work: conversation(work, other)))


def test_whoever_is_no_agent_reads_one_sentence_where_there_is_no_channel_to_say_it_in(room):
    async def chosen():
        interaction = await room.slack.shortcut(room.space.colleague, "shortcut.new")
        await interaction.answered()
        return await room.slack.wait_for(lambda: room.slack.views(room.space.colleague))

    (view,) = room.play(chosen())

    assert "Only support staff can do this." in slack_asks.shown(view)
    assert names.VIEW_LOADING == view["callback_id"]


def typed(words):
    return lambda slack, sam, card: slack.command(sam, card.channel, "/ticket", words)


@pytest.mark.parametrize(
    ("ask", "again"),
    [
        (typed("new"), "Type the command again."),
        (typed("reply 1001"), "Type the command again."),
        (
            lambda slack, sam, card: slack.click(sam, card.channel, card.ts, names.REPLY),
            "Press the button again.",
        ),
        (
            lambda slack, sam, card: slack.shortcut(
                sam, names.SHORTCUT_REPLY, channel=card.channel, ts=card.ts
            ),
            "Choose it in the menu again.",
        ),
    ],
)
@pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id"])
def test_whoever_waited_too_long_for_a_form_reads_how_to_ask_for_it_again(room, ask, again, error):
    if not room.tickets():
        room.ticket("No ring")
    close(room)
    card = room.card(1001)

    async def told():
        room.slack.fail("views.open", error=error)
        interaction = await ask(room.slack, room.space.sam, card)
        await interaction.answered()
        await room.slack.wait_for(lambda: interaction.ephemerals)
        return interaction.ephemerals[0].text

    assert f"That took too long. {again}" in room.play(told())
