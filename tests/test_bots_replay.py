"""`deskbell policy replay`: what would fare otherwise under a changed policy, as things stood then."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import servers
from bots import wiring
from bots.cli import app
from bots.commands.replay import _of_the_desk, span_of
from bots.door import letter_from
from bots.keeping import Keeping
from bots.replay import World
from bots.wiring import Wired, load_policy, wire
from intake.decisions import AskSurvey, OpenTicket, SetStatus
from intake.handle import receive
from intake.messages import Envelope, Raw
from intake.policy import preset_text
from intake.tickets import Status
from serving import ANA, BOB, DESK, EVE, OUR_MTA, SAM, a_mail, serving, write_config
from store import people
from store.exports import listed_messages
from store.past import events
from store.replica import Replica

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
REFUSING = """\
[[rule]]
name = "email-follow-ups-only"
when = { channel = "email", ticket = "none" }
then = "refuse"
reply = "open-on-portal"
"""
OPENING = """\
[[rule]]
name = "strangers-stay-out"
when = { channel = "email", ticket = "none", sender = "unknown" }
then = "hold"
because = "We do not know them."

[[rule]]
name = "email-opens"
when = { channel = "email", ticket = "none" }
then = "open"
reply = "acknowledgement"
"""


def a_policy(folder: Path, name: str, *rules: tuple[str, str]) -> Path:
    text = preset_text("wildix")
    for old, new in rules:
        assert old in text
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Wired]:
    """A desk under a policy by which mail opens tickets."""
    folder = tmp_path / "desk"
    folder.mkdir()
    a_policy(folder, "opening.toml", (REFUSING, OPENING))
    wired = wire(write_config(folder, 9, 9, policy="opening.toml", channel="refuse_in_session = false"))
    Keeping(wired.store, wired.setup).import_people(people_of(wired))
    yield wired
    wired.store.close()


def people_of(wired):
    book = wiring.people_of(wired.settings)
    assert book
    return book


def arrives(wired, mail, hours, to=DESK):
    at = MONDAY + timedelta(hours=hours)
    raw = Raw("email", "mail", mail.as_bytes(), at, Envelope(mail["From"], (to,)))
    return receive([letter_from(raw, OUR_MTA)], wired.store, wired.setup, at)[0]


def mail(author, number, answers="", **fields):
    made = a_mail(author, answers=answers, **fields)
    made.replace_header("Message-ID", f"<m{number}@mail.example>")
    return made


def command(wired, number, status, hours):
    with wired.store.begin() as work:
        work.write(
            SetStatus(status, "Sam said so"), work.ticket(number), "Sam", MONDAY + timedelta(hours=hours)
        )


def a_call(wired, hours, author=BOB):
    """A ticket that no mail opened."""
    with wired.store.begin() as work:
        opening = OpenTicket("By phone", "standard", "phone", work.person(author.address), None)
        return work.write(opening, None, "Sam", MONDAY + timedelta(hours=hours)).number


def test_a_desk_without_messages_says_what_else_can_be_replayed(tmp_path):
    config = write_config(tmp_path, 9, 9)
    wire(config).store.close()
    done = CliRunner().invoke(app, ["--config", str(config), "policy", "replay", "--policy", "intesys"])

    assert "0 messages replayed, 0 would fare otherwise\n" == done.stdout
    assert "the desk has no message of that time; name a mailbox with old mail" in done.stderr


def a_busy_week(wired):
    """Mail of every sort, with an agent's commands between."""
    arrives(wired, mail(ANA, 1), 0)  # opens 1001
    arrives(wired, mail(EVE, 2), 1)  # a stranger: held
    arrives(wired, mail(ANA, 3, "m1@mail.example"), 2)
    call = a_call(wired, 3)
    arrives(wired, mail(BOB, 4, subject=f"[WX-{call}] about my call"), 4)
    command(wired, 1001, Status.CLOSED, 5)
    arrives(wired, mail(ANA, 5, "m1@mail.example"), 6)  # closed stays closed
    arrives(wired, mail(ANA, 6), 7)
    command(wired, call, Status.SOLVED, 8)
    arrives(wired, mail(BOB, 7, subject=f"Re: [WX-{call}]"), 9)  # opens it again
    arrives(wired, mail(EVE, 8, "m6@mail.example"), 10)  # knows a secret
    arrives(wired, mail(ANA, 9, "m6@mail.example", proven=False), 11)
    with wired.store.begin() as work:  # Eve is recorded, on a ticket of her own
        opening = OpenTicket("By phone", "standard", "phone", EVE, None)
        work.write(opening, None, "Sam", MONDAY + timedelta(hours=12))
    arrives(wired, mail(EVE, 10), 13)


def stored(wired):
    with wired.store.reading() as work:
        rows = listed_messages(work)
    return [(one["id"], one["fate"], one["rule"], one["ticket"]) for one in reversed(rows)]


def outcomes(wired, new, since="", until=""):
    return list(_of_the_desk(wired, wired.setup.policy, new, span_of(since, until, "UTC")))


def replayed(wired, *words):
    words = ["--config", str(wired.folder / "config.toml"), "policy", "replay", *map(str, words)]
    return CliRunner().invoke(app, words)


def changed(wired, *words):
    done = replayed(wired, *words, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_under_the_policy_that_was_in_force_every_message_fares_as_it_did(desk):
    a_busy_week(desk)
    told = [
        (one.stimulus.name, one.before.fate, one.before.rule, one.before.ticket)
        for one in outcomes(desk, desk.setup.policy)
    ]

    assert 10 == len(told)
    assert {"open", "hold", "append", "refuse"} == {fate for _, fate, _, _ in told}
    assert stored(desk) == told


def test_the_answer_to_a_survey_is_one_again(desk):
    arrives(desk, mail(ANA, 1), 0)
    with desk.store.begin() as work:
        ticket, at = work.ticket(1001), MONDAY + timedelta(hours=1)
        work.write(AskSurvey(ticket.requester.id, 0), ticket, "Sam", at)
    command(desk, 1001, Status.CLOSED, 1)
    to = desk.setup.addresses.reply_address("survey", 1001, ticket.requester.id, at)
    arrives(desk, mail(ANA, 2, text="Good"), 2, to)
    told = [(one.before.fate, one.before.rule) for one in outcomes(desk, desk.setup.policy)]

    assert ("answer", "survey-answer") == stored(desk)[-1][1:3] == told[-1]


def test_a_breach_is_known_to_what_comes_after_it(desk):
    arrives(desk, mail(ANA, 1), 0)
    now = MONDAY + timedelta(days=30)
    Keeping(desk.store, desk.setup).ring(1001, now)
    call = a_call(desk, 24 * 31)
    with desk.store.reading() as work:
        past = events(work, [])
        ticket = work.ticket(1001)
    world = World(desk, desk.setup.policy, Replica(desk.store, past))
    world.tell(past)

    with world.store.reading() as work:
        told = [work.ticket(number).breached for number in (1001, call)]
    world.close()

    assert ticket
    assert ticket.breached
    assert [ticket.breached, ()] == told


def test_the_same_policy_again_changes_nothing(desk):
    a_busy_week(desk)
    done = replayed(desk, "--policy", desk.folder / "opening.toml")

    assert (0, "10 messages replayed, 0 would fare otherwise") == (done.exit_code, done.stdout.strip())


def test_a_changed_message_says_who_what_and_why(desk):
    arrives(desk, mail(ANA, 1), 0)

    assert [
        {
            "message": 1,
            "from": ANA.address,
            "subject": "Calls drop",
            "at": "2026-03-09T09:00:00+00:00",
            "before": {"fate": "open", "rule": "email-opens", "ticket": 1001},
            "after": {"fate": "refuse", "rule": "email-follow-ups-only", "ticket": 0},
            "because": "Email is only for follow-up on an existing ticket; "
            "since June 2018 none is opened by email.",
        }
    ] == changed(desk, "--policy", "wildix")


def test_for_people_the_changes_come_with_a_summary(desk):
    for number in range(3):
        arrives(desk, mail(ANA, number), number)
    done = replayed(desk, "--policy", "wildix")

    assert "1001 -> refuse (email-follow-ups-only): Email is only for follow-up" in done.stdout
    assert "3 messages replayed, 3 would fare otherwise\nopen\trefuse\t3\n" in done.stdout


def test_what_a_message_leads_to_counts_for_those_that_follow(desk):
    arrives(desk, mail(ANA, 1), 0)
    arrives(desk, mail(ANA, 2, "m1@mail.example"), 1)

    assert [("open", "refuse"), ("append", "refuse")] == [
        (one["before"]["fate"], one["after"]["fate"]) for one in changed(desk, "--policy", "wildix")
    ]


def test_a_ticket_keeps_its_number_when_one_before_it_is_not_opened(desk, tmp_path):
    arrives(desk, mail(BOB, 1, subject="Please refuse me"), 0)
    arrives(desk, mail(ANA, 2), 1)
    arrives(desk, mail(ANA, 3, subject="[WX-1002] Calls drop"), 2)
    rule = '[[rule]]\nname = "asked-for"\nwhen = { subject_has = "refuse me" }\nthen = "refuse"\n'
    rule += 'because = "Asked for."\n\n'
    new = a_policy(tmp_path, "new.toml", (REFUSING, rule + OPENING))

    assert [1] == [one["message"] for one in changed(desk, "--policy", new)]


def test_a_ticket_that_only_the_new_policy_opens_takes_what_answers_it(desk, tmp_path):
    arrives(desk, mail(EVE, 1), 0)
    arrives(desk, mail(EVE, 2, "m1@mail.example"), 1)
    new = a_policy(tmp_path, "new.toml", (REFUSING, OPENING.replace('then = "hold"', 'then = "open"')))
    first, second = changed(desk, "--policy", new)

    assert ("open", "append") == (first["after"]["fate"], second["after"]["fate"])
    assert first["after"]["ticket"] == second["after"]["ticket"]


def test_who_wrote_for_the_first_time_was_a_stranger_then(desk, tmp_path):
    letters_in = OPENING.replace('sender = "unknown" }', 'sender = "unknown", subject_has = "nothing" }')
    open_to_all = load_policy(str(a_policy(tmp_path, "all.toml", (REFUSING, letters_in))))
    desk_of_all = wire_as(desk, open_to_all)
    arrives(desk_of_all, mail(EVE, 1), 0)
    arrives(desk_of_all, mail(EVE, 2), 1)
    told = outcomes(desk_of_all, load_policy(str(desk.folder / "opening.toml")))

    assert [("open", "hold"), ("open", "hold")] == [(one.before.fate, one.after.fate) for one in told]


def wire_as(wired, policy):
    return replace(wired, setup=replace(wired.setup, policy=policy))


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        ([], [1, 2, 3]),
        (["--since", "2026-03-10"], [2, 3]),
        (["--since", "2026-03-10T12:00+00:00"], [3]),
        (["--until", "2026-03-10"], [1, 2]),  # the whole of that day
        (["--since", "2026-03-10", "--until", "2026-03-10"], [2]),
    ],
)
def test_a_span_is_replayed_and_what_came_before_it_is_as_it_was(desk, words, messages):
    for number in (1, 2, 3):
        arrives(desk, mail(ANA, number), 24 * (number - 1))

    assert messages == [one["message"] for one in changed(desk, "--policy", "wildix", *words)]


def test_a_ticket_from_before_the_span_is_known_in_it(desk):
    arrives(desk, mail(ANA, 1), 0)
    arrives(desk, mail(ANA, 2, "m1@mail.example"), 24)

    assert [] == changed(desk, "--policy", "wildix", "--since", "2026-03-10")


def test_messages_whose_bytes_are_gone_are_counted_and_left_out(desk):
    arrives(desk, mail(ANA, 1), 0)
    arrives(desk, mail(ANA, 2, "m1@mail.example"), 24)
    Keeping(desk.store, desk.setup).purge(MONDAY + timedelta(days=10.5), 10)
    done = replayed(desk, "--policy", "wildix")

    assert "1 messages with bytes that are kept no longer are left out" in done.stderr
    assert "1 messages replayed, 0 would fare otherwise" in done.stdout


def rows(wired):
    """Everything that is in the database."""
    with sqlite3.connect(f"file:{wired.folder}/desk.db?mode=ro", uri=True) as connection:
        told = list(connection.iterdump())
    connection.close()
    return told


def test_a_replay_changes_nothing(desk, tmp_path):
    a_busy_week(desk)
    desk.store.close()
    before, in_bytes = rows(desk), (desk.folder / "desk.db").read_bytes()
    (tmp_path / "a.eml").write_bytes(mail(EVE, 99).as_bytes())

    assert changed(desk, "--policy", "wildix")
    assert changed(desk, "--policy", "wildix", tmp_path / "a.eml", "--proven")
    assert before == rows(desk)
    assert in_bytes == (desk.folder / "desk.db").read_bytes()


@pytest.mark.slow
def test_a_replay_beside_a_desk_that_serves_changes_nothing_there(tmp_path):
    with serving(tmp_path) as live:
        number = live.a_ticket()
        live.mail(a_mail(ANA, f"[WX-{number}] more"))
        before = rows(live.wired)
        done = live.run("policy", "replay", "--policy", "wildix")

        assert (0, "1 messages replayed, 0 would fare otherwise\n") == (done.returncode, done.stdout)
        assert before == rows(live.wired)


# Mailboxes


@pytest.fixture
def mails(tmp_path):
    folder = tmp_path / "mails"
    folder.mkdir()
    for number, made in enumerate(
        (mail(ANA, 1), mail(ANA, 2, "m1@mail.example"), mail(EVE, 3, proven=False))
    ):
        made.replace_header("Date", f"Mon, 9 Mar 2026 0{number}:00:00 +0000")
        (folder / f"{number}.eml").write_bytes(made.as_bytes())
    return folder


def test_in_a_mailbox_threads_grow_as_they_would_have(desk, mails):
    told = {Path(one["message"]).name: one for one in changed(desk, "--policy", "wildix", mails)}

    assert {"0.eml": "open", "1.eml": "append", "2.eml": "hold"} == {
        name: one["before"]["fate"] for name, one in told.items()
    }
    assert {"refuse"} == {one["after"]["fate"] for one in told.values()}


def test_a_mailbox_is_no_part_of_what_the_desk_received(desk, mails):
    arrives(desk, mail(ANA, 50), 0)

    assert 3 == len(changed(desk, "--policy", "wildix", mails))


def test_senders_in_a_mailbox_are_proven_only_when_asked_for(desk, mails, tmp_path):
    new = a_policy(tmp_path, "new.toml", (REFUSING, OPENING.replace("hold", "refuse")))
    unproven = changed(desk, "--policy", new, mails)
    proven = changed(desk, "--policy", new, "--proven", mails)

    assert [1, 1] == [len(unproven), len(proven)]


def test_two_policies_can_be_compared_with_neither_of_them_configured(desk, mails):
    assert [] == changed(desk, "--policy", "wildix", "--against", "wildix", mails)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--policy", "nosuch"], "no such preset"),
        (["--policy", "wildix", "--against", "nosuch"], "no such preset"),
        (["--policy", "wildix", "--since", "yesterday"], "--since: 'yesterday' is no date; write 2026-03-01"),
        (["--policy", "wildix", "/no/such/box"], "there is no such mailbox"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(desk, words, told):
    done = replayed(desk, *words)

    assert 2 == done.exit_code
    assert told in done.stderr


def test_an_agent_answers_by_mail_in_the_replay_as_then(desk):
    arrives(desk, mail(ANA, 1), 0)
    with desk.store.reading() as work:
        (sam,) = [one for one in people.listed_agents(work) if one.email == SAM.address]
    to = desk.setup.addresses.reply_address("agent", 1001, sam.id, MONDAY)
    answered = arrives(desk, mail(SAM, 2, text="Try again."), 1, to)
    told = outcomes(desk, desk.setup.policy)

    assert ("agent-answer", "agent-answer") == (answered.rule, told[1].before.rule)


@pytest.mark.slow
def test_on_postgresql_every_message_fares_as_it_did(postgres_url, tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    a_policy(folder, "opening.toml", (REFUSING, OPENING))
    url = servers.fresh_database(postgres_url)
    wired = wire(
        write_config(folder, 9, 9, policy="opening.toml", store=url, channel="refuse_in_session = false")
    )
    try:
        Keeping(wired.store, wired.setup).import_people(people_of(wired))
        a_busy_week(wired)
        told = outcomes(wired, wired.setup.policy)

        assert stored(wired) == [
            (one.stimulus.name, one.before.fate, one.before.rule, one.before.ticket) for one in told
        ]
    finally:
        wired.store.close()
