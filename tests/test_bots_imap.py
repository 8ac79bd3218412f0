"""What a mailbox's reader decides by itself: order, limits, envelopes, tokens, pauses; no server needed."""

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.imap.backlog import GROUP_BYTES, MOST_BREAKS, MOST_REFUSALS, Backlog, chunks, groups
from bots.imap.connection import account_of
from bots.imap.errors import CommandFailed, ConnectionLost, LoginRefused, translated
from bots.imap.mailbox import Listed, windows
from bots.imap.mails import envelope_in, raw_of, stand_in, unread
from bots.imap.reader import Reader, pause_after
from bots.imap.taking import Plan, Taking
from bots.imap.tokens import AccessTokens
from bots.processes import is_dead
from bots.settings import ImapSettings, Settings
from intake.errors import ConfigError, TemporaryFailure
from intake.messages import Envelope
from intake.mistakes import checked

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BASE = {
    "desk": {"name": "Desk", "address": "support@vendor.example", "policy": "wildix"},
    "store": {"url": "sqlite:///desk.db"},
    "secrets": {"key": "0123456789abcdef"},
}
BOX = {"kind": "imap", "host": "mail.vendor.example", "username": "support", "password": "pw"}


def listed(uid: int, size: int = 1000, at: datetime | None = NOW) -> Listed:
    return Listed(uid, size, at)


def settings(**given: Any) -> Settings:
    return checked(Settings, BASE | {"channel": {"box": BOX | given}})


# Settings


def test_the_contracts_keys_are_enough_and_the_rest_is_safe():
    box = settings().channel["box"]

    assert isinstance(box, ImapSettings)
    assert (993, "implicit", ("INBOX",), "seen") == (box.port, box.tls, box.folders, box.after)
    assert ("unseen", 40, "") == (box.first, box.max_message_mib, box.trust_authentication_results)


MISTAKES = {
    'channel.box.hots: no such setting; did you mean "host"?': {"hots": "x"},
    "channel.box.port: expected a whole number, got '993'": {"port": "993"},
    'channel.box.after: expected "seen", "delete", "move:Folder"': {"after": "move:"},
    "channel.box.first: expected 'unseen', 'all' or 'none', got 'some'": {"first": "some"},
    "channel.box.tls: would send the password in clear": {"tls": "none"},
    "channel.box.folders: ": {"folders": []},
    "channel.box.poll_seconds: expected at most 1700": {"poll_seconds": 1740},  # 29 minutes
    'channel.box.oauth.token_url: expected "https://': {"oauth": {"token_url": "http://idp.example/t"}},
    'channel.box.oauth.refesh_token: no such setting; did you mean "refresh_token"?': {
        "oauth": {"token_url": "https://idp.example/t", "refesh_token": "x"}
    },
}


@pytest.mark.parametrize(("words", "given"), MISTAKES.items())
def test_a_mistake_in_a_mailbox_names_its_place_and_what_would_be_right(words, given):
    with pytest.raises(ConfigError) as error:
        settings(**given)

    assert [words] == [one[: len(words)] for one in error.value.mistakes]


@pytest.mark.parametrize(
    "given", [{"host": "127.0.0.1"}, {"host": "localhost"}, {"host": "::1"}, {"allow_plaintext": True}]
)
def test_nothing_is_encrypted_only_on_this_machine_or_where_it_is_allowed(given):
    box = settings(tls="none", **given).channel["box"]

    assert isinstance(box, ImapSettings)
    assert "none" == box.tls


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"password": ""}, "channel.box.password: is missing; give one, or [channel.box.oauth]"),
        ({"password": {"env": "NO_SUCH_VARIABLE"}}, "channel.box.password: the environment variable"),
        ({"ca_file": "absent.pem"}, "channel.box.ca_file: absent.pem: cannot be used"),
        (
            {"oauth": {"token_url": "https://idp.example/t", "service_account": "absent.json"}},
            "channel.box.oauth.service_account: absent.json: No such file",
        ),
    ],
)
def test_a_secret_or_a_file_that_is_missing_is_a_mistake_in_the_configuration(tmp_path, given, words):
    box = settings(**given).channel["box"]
    assert isinstance(box, ImapSettings)
    with pytest.raises(ConfigError) as error:
        account_of("box", box, tmp_path)

    assert words == error.value.mistakes[0][: len(words)]


# Envelopes and dates


@pytest.mark.parametrize(
    ("head", "sender", "recipients"),
    [
        (b"Return-Path: <a@x.example>\r\nDelivered-To: s@v.example", "a@x.example", ("s@v.example",)),
        (b"Return-Path: <>\r\nFrom: robot@x.example", "", ()),
        (b"Return-Path: a@x.example", "a@x.example", ()),  # Microsoft 365 leaves out the <>
        (b"From: Ana <a@x.example>\r\nEnvelope-To: s@v.example", "a@x.example", ("s@v.example",)),
        (  # only the topmost of each: below it the sender may have written what they like
            b"Delivered-To: s@v.example\r\nReceived: by mx\r\nDelivered-To: t@v.example",
            "",
            ("s@v.example",),
        ),
        (
            b"X-Original-To: s+tok@v.example\r\nDelivered-To: s@v.example",
            "",
            ("s+tok@v.example", "s@v.example"),
        ),
        (b"DELIVERED-TO:\r\n s@v.example", "", ("s@v.example",)),
        (b"Delivered-To: one@v.example, two@v.example", "", ()),
        (b"Delivered-To: " + b"(" * 5000 + b"s@v.example", "", ()),
        (b"Delivered-To: support", "", ()),  # a user name, no address
        (b"Subject: x\r\n\r\nDelivered-To: s@v.example", "", ()),
        (b"\xff\xfe\x00", "", ()),
        (b"", "", ()),
    ],
)
def test_the_envelope_is_what_the_delivering_server_wrote_on_top(head, sender, recipients):
    assert Envelope(sender, recipients) == envelope_in(head + b"\r\n\r\nbody")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (NOW - timedelta(days=3), NOW - timedelta(days=3)),
        (NOW + timedelta(days=1), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
        (None, NOW),
    ],
)
def test_a_mail_came_when_the_server_says_unless_that_cannot_be(said, taken):
    assert taken == raw_of("box", listed(1, at=said), b"Subject: x\r\n\r\n", NOW).received_at


def test_a_mail_that_cannot_be_had_is_held_with_whatever_is_known_of_it():
    letter = unread(
        raw_of("box", listed(1), b"From: a@x.example\r\nSubject: large\r\n\r\n", NOW), "too large"
    )
    bare = unread(raw_of("box", listed(1), stand_in("INBOX", 4, 2), NOW), "not given out")

    assert ("large", "too large", False) == (
        letter.inbound.subject,
        letter.unreadable,
        letter.refuse_in_session,
    )
    assert "not given out" == bare.unreadable


def test_two_mails_that_cannot_be_had_are_two():
    two = {
        unread(raw_of("box", listed(1), stand_in("INBOX", 4, uid), NOW), "?").inbound.identity
        for uid in (1, 2)
    }

    assert 2 == len(two)


# Order


def test_mails_are_fetched_by_their_number_in_groups_that_are_not_too_large():
    half = GROUP_BYTES // 2
    found = groups([listed(3, half), listed(1, half), listed(2, half), listed(4, 9 * half)], Backlog(1))

    assert [[1, 2], [3], [4]] == [[one.uid for one in group] for group in found]


def test_what_gave_trouble_is_fetched_last_and_alone():
    backlog = Backlog(1)
    backlog.refused(1)
    backlog.broke([2])
    backlog.refused(2)

    assert [3, 4, 1, 2] == backlog.left([1, 2, 3, 4])
    assert [[3, 4], [1], [2]] == [
        [one.uid for one in group] for group in groups([listed(uid) for uid in (1, 2, 3, 4)], backlog)
    ]


@pytest.mark.parametrize(
    ("done", "reached"), [([], 0), ([2, 3], 0), ([1, 2], 2), ([1, 2, 9], 2), ([1, 2, 5, 9], 9)]
)
def test_the_mark_stays_below_the_first_that_is_left(done, reached):
    backlog = Backlog(1)
    backlog.settle(done)

    assert reached == backlog.low_water([1, 2, 5, 9])


def test_a_mail_is_given_up_after_three_refusals_or_more_broken_lines():
    backlog = Backlog(1)
    for _ in range(MOST_REFUSALS):
        before = backlog.is_hopeless(1)
        backlog.refused(1)
    for _ in range(MOST_BREAKS - 1):
        backlog.broke([2])

    assert (False, True) == (before, backlog.is_hopeless(1))
    assert not backlog.is_hopeless(2)
    backlog.broke([2])
    assert backlog.is_hopeless(2)


@pytest.mark.parametrize(
    ("first", "end"), [(1, 0), (1, 1), (5, 50_000), (1, 4_294_967_295), (49_990, 100_001)]
)
def test_windows_cover_every_number_once_however_sparse_they_are(first, end):
    found = list(windows(first, end))
    inner = [pair for pair in found if pair[1] != "*"]
    reached = [first, *(int(last) + 1 for _, last in inner)]

    assert reached == [start for start, _ in found]
    assert "*" == found[-1][1]
    assert len(found) <= 202


# Trouble


@pytest.mark.parametrize(
    ("failures", "error", "least", "most"),
    [
        (1, ConnectionLost("x"), 0.7, 1),
        (4, ConnectionLost("x"), 5.6, 8),
        (500, ConnectionLost("x"), 210, 300),
        (1, LoginRefused("x"), 42, 60),
        (3, LoginRefused("x"), 168, 240),
        (500, LoginRefused("x"), 1260, 1800),
    ],
)
def test_pauses_grow_and_after_a_refused_login_they_are_minutes(failures, error, least, most):
    seconds = pause_after(failures, error)

    assert least <= seconds <= most


def test_agents_are_told_once_that_a_login_is_refused_again_and_again(monkeypatch):
    told: list[str] = []
    stop = threading.Event()

    def pause(failures: int, error: TemporaryFailure) -> float:
        if failures == 5:
            stop.set()
        return 0.0

    def refuse(*_: object) -> None:
        raise LoginRefused("wrong password")

    reader = a_reader(stop, told, pause)
    monkeypatch.setattr("bots.imap.reader.Mailbox.enter", refuse)
    with capture_logs() as logs:
        reader.run()

    assert ["wrong password"] == told
    assert {"the mail server does not let us in"} == {one["event"] for one in logs}


def a_reader(stop: threading.Event, told: list[str], pause: Any) -> Reader:
    plan = Plan("box", "INBOX", "seen", "unseen", 5, 1000)
    nobody: Any = None
    return Reader(plan, nobody, Taking(plan, nobody, stop), stop, told.append, pause)


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (TimeoutError("timed out"), ConnectionLost),
        (ConnectionResetError(), ConnectionLost),
        (ValueError("not a number"), ConnectionLost),  # an answer against the grammar
        (IndexError(), ConnectionLost),
    ],
)
def test_whatever_the_library_raises_is_a_connection_that_is_lost(raised, becomes):
    with pytest.raises(becomes, match=r"^FETCH: "), translated("FETCH"):
        raise raised


def test_a_no_is_not_a_lost_connection():
    from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

    with pytest.raises(CommandFailed), translated("FETCH"):
        raise IMAPClientError("fetch failed: cannot")
    with pytest.raises(ConnectionLost), translated("FETCH"):
        raise IMAPClientAbortError("BYE")


# Who reads


def test_only_a_process_of_this_machine_can_be_seen_to_be_dead():
    host = os.uname().nodename
    child = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(child, 0)

    assert is_dead(f"{host} {child} abcd")
    assert not is_dead(f"{host} {os.getpid()} abcd")
    assert not is_dead(f"elsewhere {child} abcd")
    assert not is_dead("")


# Tokens


def test_a_token_is_used_until_a_minute_before_its_end():
    asked: list[int] = []
    time = 0.0

    def ask() -> dict[str, Any]:
        asked.append(len(asked))
        return {"access_token": f"t{len(asked)}", "expires_in": "3600"}

    tokens = AccessTokens(ask, lambda: time)
    used = []
    for moment in (0.0, 3539.0, 3540.0, 3541.0):
        time = moment
        used.append(tokens.current())

    assert ["t1", "t1", "t2", "t2"] == used


@pytest.mark.parametrize("life", [None, "soon", -5, 30])
def test_a_token_that_does_not_say_how_long_it_lasts_is_used_for_a_minute(life):
    time = 0.0
    count = iter(range(9))
    tokens = AccessTokens(lambda: {"access_token": f"t{next(count)}", "expires_in": life}, lambda: time)
    first = tokens.current()
    time = 59.0
    second = tokens.current()
    time = 61.0

    assert ("t0", "t0", "t1") == (first, second, tokens.current())


def test_a_token_that_was_not_taken_is_asked_for_anew():
    count = iter(range(9))
    tokens = AccessTokens(lambda: {"access_token": f"t{next(count)}", "expires_in": 3600})
    first = tokens.current()
    tokens.forget()

    assert ("t0", "t1") == (first, tokens.current())


def test_an_answer_without_a_token_is_a_login_that_is_refused():
    with pytest.raises(LoginRefused, match="no access token in the provider's answer"):
        AccessTokens(lambda: {"token_type": "Bearer"}).current()


def test_what_is_asked_about_in_one_go_leaves_out_what_gave_trouble():
    backlog = Backlog(1)
    backlog.refused(2)

    assert [[1, *range(3, 202)], [202], [2]] == [list(some) for some in chunks(range(1, 203), backlog)]
