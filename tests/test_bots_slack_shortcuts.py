"""New tickets from Slack: by a form, from a message; and a message onto a ticket that is there."""

import pytest

import slack_asks
from bots.slack.blocks import names
from store import posts
from store.exports import conversation, history_of

pytestmark = pytest.mark.slow

FILLED = {
    "requester": "bob@acme.example",
    "subject": "A lamp is dead",
    "text": "It does not glow.",
    "severity": "urgent",
}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk")) as found:
        found.world.register()
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


def spoken(room, text):
    """What a colleague writes in the channel that is shared with Acme."""
    return room.play(room.slack.say(room.space.colleague, room.space.shared, text))


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


def test_whoever_is_no_agent_reads_one_sentence_where_there_is_no_channel_to_say_it_in(room):
    async def chosen():
        interaction = await room.slack.shortcut(room.space.colleague, "shortcut.new")
        await interaction.answered()
        return await room.slack.wait_for(lambda: room.slack.views(room.space.colleague))

    (view,) = room.play(chosen())

    assert "Only support staff can do this." in slack_asks.shown(view)
    assert names.VIEW_LOADING == view["callback_id"]
