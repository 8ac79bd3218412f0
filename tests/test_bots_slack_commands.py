"""/ticket does and shows what it says, to agents alone, each of what they may see."""

import re
import sqlite3
from contextlib import closing

import pytest

import slack_asks
from intake.errors import StoreUnavailable
from intake.tickets import Status
from store.exports import conversation

pytestmark = pytest.mark.slow

PROTECTED = "A vulnerability in the login"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with slack_asks.a_room(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def number(room):
    return room.ticket()


@pytest.fixture(scope="module")
def secret(room):
    """A ticket of a protected team that neither Sam nor Tim is in."""
    return room.ticket(PROTECTED)


def test_help_names_every_command(room):
    words = room.say("help")

    assert all(one in words for one in ("claim", "snooze", "find words|address", "settings"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("clame 12", 'did you mean "claim"? Write /ticket claim ID'),
        ("reopne 12", "Write /ticket reopen ID [reason]"),
        ("show it", "'it' names no ticket. Write /ticket show ID."),
        ("merge 12 into all", "'all' names no ticket."),
        ("status 12 opn", "'opn' is no status; did you mean \"open\"? Write /ticket status ID open|"),
        ("assign", "/ticket assign ID @agent|team:x"),
        ("priority 12", "/ticket severity ID name"),
        ("list nonsense", "No severity or list 'nonsense'"),
        ("list p2", "No severity or list 'p2'; known: breaching, mine"),
        ("list minee", 'did you mean "mine"?'),
        ("list urgnt", 'did you mean "urgent"?'),
        ("list mine hihg", 'did you mean "high"?'),  # which this policy does not have by name
        ("list tem:support", "No severity or list 'tem:support'; did you mean \"team:support\"?"),
        ("list standart", 'did you mean "standard"?'),
        ("list team:suport", "No team 'suport'; did you mean \"support\"?"),
        ("list team:nope", "No team 'nope'; known: security, support"),
        ("list org:Acne", "No organisation 'Acne'; did you mean \"Acme\"?"),
        ("show 99999", "I can't find VS-99999"),
        ("claim 99999", "I can't find VS-99999"),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_next_step(room, typed, said):
    words = room.say(typed)

    assert said in words
    assert re.search(r"Ref [0-9a-f]{8}", words)


@pytest.mark.parametrize("typed", ["list", "show 1001", "find calls", "help", "settings"])
def test_whoever_is_no_agent_reads_one_sentence(room, number, typed):
    words = room.say(typed, user=room.space.colleague, channel=room.space.shared)

    assert words.startswith("Only support staff can do this.")
    assert re.search(r"Ref [0-9a-f]{8}", words)
    assert "VS-" not in words


def test_a_ticket_is_claimed_given_away_and_let_go(room, number):
    def whose():
        assignee = room.now(number).assignee
        return assignee.name if assignee else ""

    said = [room.say(f"claim VS-{number}"), whose()]
    again = room.say(f"claim #{number}")
    said += [room.say(f"assign {number} <@{room.space.tim}|tim>"), whose()]
    taken = room.say(f"claim {number}")
    said += [room.say(f"assign {number} sam"), whose(), room.say(f"unclaim {number}"), whose()]

    assert f"VS-{number} is yours." in said[0]
    assert "already" in again
    assert "Tim Other has" in taken
    assert ["Sam Weaver", "Tim Other", "Sam Weaver", ""] == said[1::2]


def test_whoever_is_given_a_ticket_by_a_colleague_reads_so_directly(room):
    number = room.ticket("A gift")
    room.say(f"assign {number} <@{room.space.tim}>")
    (told,) = room.told(room.space.tim, f"Sam Weaver gave you VS-{number}")

    assert "Mute these messages" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("assign {0} <@{uma}>", "no agent of this desk"),
        ("assign {0} nobody-there", "No agent 'nobody-there'"),
        ("assign {0} team:voice", "No team 'voice'"),
        ("assign {0} nobdy", 'did you mean "nobody"?'),
        ("assign {0} Tim Othr", 'did you mean "tim other"?'),
        ("assign {0} team:Suport", 'did you mean "support"?'),
        ("priority {0} urgnt", "No severity 'urgnt'; did you mean \"urgent\"?"),
        ("priority {0} STANDRD", 'did you mean "standard"?'),
        ("severity {0} nromal", 'did you mean "normal"?'),
        ("severity {0} 17", "No severity '17'; known: standard, urgent"),
        ("snooze {0} tomorow", 'did you mean "tomorrow"?'),
        ("snooze {0} firday", 'did you mean "friday"?'),
        ("status {0} SOVLED", 'did you mean "solved"?'),
        ("severity {0} awful", "No severity 'awful'"),
        ("snooze {0} soon", "names no time"),
        ("snooze {0} 2020-01-01", "past"),
        ("merge {0} into {0}", "merged into itself"),
        ("status {0} open", "is open already"),
    ],
)
def test_a_command_that_is_refused_says_why(room, number, typed, said):
    words = room.say(typed.format(number, uma=room.space.colleague))

    assert said in words


def test_a_severity_is_set_by_its_rank_where_the_policy_has_none_of_that_name(room):
    number = room.ticket("No ring")
    said = room.say(f"severity {number} urgent"), room.say(f"priority {number} low")

    assert f"VS-{number} is standard now." in said[1]
    assert "standard" == room.now(number).severity


@pytest.mark.slow
def test_severity_status_close_and_reopen_change_the_ticket(room):
    number = room.ticket("No sound")
    typed = "priority {0} URGENT", "status {0} solved", "reopen {0}", "close {0} it was a cable"
    said = [room.say(one.format(number)) for one in typed]
    ticket = room.now(number)

    assert ("urgent", Status.CLOSED) == (ticket.severity, ticket.status)
    for word, words in zip(("urgent now", "solved now", "open again", "closed"), said, strict=True):
        assert f"VS-{number} is {word}" in words


@pytest.mark.slow
def test_a_note_is_on_the_ticket_and_in_its_thread_and_tells_whom_it_mentions(room, number):
    room.say(f"note {number} ask <@{room.space.tim}|tim> first <!channel>")
    thread = room.in_thread(number, "Sam Weaver left a note")
    (told,) = room.told(room.space.tim, "mentioned you in a note")

    assert "@Tim Other first" in thread
    assert "@Tim Other first" in told
    assert "<!channel>" not in str(room.world.thread(room.card(number))[-1].text)


def test_lists_and_find_show_what_may_be_seen(room, number, secret):
    listed, found = room.say("list"), room.say("find vulnerability")
    by_address = room.say("find ana@acme.example")

    assert f"VS-{number}" in listed
    assert f"VS-{secret}" not in listed
    assert f"VS-{secret}" not in found
    assert "none" in found
    assert f"VS-{number}" in by_address
    assert f"VS-{secret}" not in by_address


@pytest.mark.parametrize(
    "typed", ["show {}", "claim {}", "note {} hm", "close {}", "merge {} into 1001", "spam {}"]
)
def test_a_ticket_that_may_not_be_seen_is_like_one_that_is_not_there(room, number, secret, typed):
    there, absent = room.say(typed.format(secret)), room.say(typed.format(99998))

    assert there.replace(str(secret), "99998").partition(" Ref")[0] == absent.partition(" Ref")[0]


def test_show_is_the_card_with_a_link_to_its_thread(room, number):
    words = room.say(f"show {number}")

    assert "Calls drop" in words
    assert "Open thread" in words


@pytest.mark.slow
def test_two_tickets_become_one_or_are_linked(room):
    first, second, third = (room.ticket(one) for one in ("One", "Two", "Three"))
    said = room.say(f"merge VS-{first} into {second}"), room.say(f"link {second} {third}")

    assert second == room.now(first).merged_into
    assert f"goes on in VS-{second}" in said[0]
    assert "are linked" in said[1]


def test_me_says_who_somebody_is_and_switches_what_they_are_told(room, number):
    before = room.say("me")

    async def untick():
        message = room.slack.ephemerals(room.space.sam)[-1]
        boxes = [{"value": "digest"}]
        interaction = await room.slack.click(
            room.space.sam, room.space.triage, message.ts, "me.told", selected=[one["value"] for one in boxes]
        )
        await room.world.done(interaction)

    room.play(untick())
    sam = next(one for one in room.world.read(lambda work: work.agents()) if one.name == "Sam Weaver")
    chosen = {
        name: room.world.read(lambda work, name=name: work.preference(f"agent:{sam.id}", name))
        for name in ("direct", "digest")
    }

    assert "You are Sam Weaver" in before
    assert {"direct": "off", "digest": "on"} == chosen


def test_an_answer_that_takes_long_follows_the_acknowledgement(room, number, monkeypatch):
    monkeypatch.setattr("bots.slack.asks.answering.PATIENCE", 0.0)

    async def typed():
        interaction = await room.slack.command(room.space.sam, room.space.triage, "/ticket", "list")
        answer = await interaction.answered()
        await room.slack.wait_for(lambda: interaction.replies)
        return answer, interaction.replies[-1]

    acknowledged, reply = room.play(typed())

    assert {} == acknowledged
    assert "Open tickets" in str(reply)
    assert "ephemeral" == reply["response_type"]


def test_a_store_that_is_down_is_said_with_a_reference(room, number, monkeypatch):
    def broken(*_):
        raise StoreUnavailable("disk full")

    monkeypatch.setattr("bots.slack.asks.queued.queues.page", broken)
    words = room.say("list")

    assert "Saved nothing. Try again in a minute. Ref" in words
    assert "disk full" not in words


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("reply", "reminders are quiet until the customer writes."),
        ("2h", r"reminders are quiet until \w{3} \d\d \w{3} \d{4}, \d\d:\d\d Europe/Rome \(in 2 h\) or the"),
        ("3d", r"Europe/Rome \(in 3 d\) or the customer writes\."),
    ],
)
def test_a_snooze_says_until_which_moment(room, number, until, said):
    words = room.say(f"snooze {number} {until}")

    assert re.search(said, words)


def test_what_the_store_keeps_waiting_is_acknowledged_in_time_and_answered_when_it_is_kept(room, number):
    """Slack shows nobody what comes with a late acknowledgement."""
    file = room.world.config.parent / "desk.db"

    async def typed():
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as another:
            another.execute("begin immediate")
            interaction = await room.slack.command(
                room.space.sam, room.space.triage, "/ticket", f"note {number} waits"
            )
            answer = await interaction.answered()
            before = list(interaction.ephemerals)
            another.execute("rollback")
        await room.slack.wait_for(lambda: interaction.ephemerals)
        return answer, before, slack_asks.shown(interaction.ephemerals[-1])

    acknowledged, before, words = room.play(typed())

    assert ({}, []) == (acknowledged, before)
    assert "the note is kept" in words


def test_a_command_that_is_brought_twice_is_done_once(room):
    number = room.ticket()

    async def twice():
        interaction = await room.slack.command(
            room.space.sam, room.space.triage, "/ticket", f"note {number} once"
        )
        await room.world.done(interaction)
        return await room.world.chat._ask(interaction.payload)

    again = room.play(twice())
    said = room.world.read(lambda work: conversation(work, number))

    assert not again.body
    assert 1 == sum(one["text"] == "once" for one in said)
