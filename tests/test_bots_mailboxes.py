"""Mail out of mailboxes: every kind, exact to the byte, in order of receipt, whatever else lies there."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots import mailboxes
from bots.mailboxes import Found, Missed, survey
from bots.settings import Settings

NOW = datetime(2026, 3, 20, tzinfo=UTC)
ONE = b"From: ana@acme.example\nSubject: one\n\nFirst.\n"
TWO = b"From: bob@acme.example\nSubject: two\n\nSecond.\n"


def found(*paths: Path) -> list[tuple[str, bytes]]:
    return [(Path(one.name).name, one.body) for one in survey(paths, NOW).mails() if isinstance(one, Found)]


def bodies(path: Path) -> list[bytes]:
    return [body for _, body in found(path)]


def missed(*paths: Path) -> dict[str, str]:
    seen = survey(paths, NOW)
    more = (one for one in seen.mails() if isinstance(one, Missed))
    return {Path(one.name).name: one.because for one in (*seen.missed, *more)}


def an_mbox(folder: Path, text: bytes, name: str = "box.mbox") -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


def a_maildir(folder: Path, **mails: bytes) -> Path:
    maildir = folder / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    for name, body in mails.items():
        part, _, own = name.partition("_")
        (maildir / part / own.replace("_", ".")).write_bytes(body)
    return maildir


FROM = b"From ana@acme.example Tue Mar 10 09:00:00 2026\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FROM + ONE + b"\n" + FROM + TWO + b"\n", [ONE, TWO]),
        (FROM + ONE + b"\n" + FROM + TWO, [ONE, TWO]),  # no empty line at the end
        (FROM + ONE + b"\n" + FROM + TWO[:-1], [ONE, TWO[:-1]]),  # no line end either
        (FROM + ONE.replace(b"First", b">From afar"), [ONE.replace(b"First", b"From afar")]),
        (FROM + ONE.replace(b"First", b">>From afar"), [ONE.replace(b"First", b">From afar")]),
        (FROM + ONE.replace(b"First", b"a >From b"), [ONE.replace(b"First", b"a >From b")]),
        # a line of the text, with and without an empty one before it
        (FROM + ONE + b"From here on.\n", [ONE + b"From here on.\n"]),
        (FROM + ONE + b"\nFrom here on.\n", [ONE + b"\nFrom here on.\n"]),
        # other programs' separators
        (b"From - Tue Mar 10 09:00:00 2026\n" + ONE + b"\nFrom \n" + TWO, [ONE, TWO]),
        (b"From 17@xxx Tue Mar 10 09:00:00 +0000 2026\n" + ONE, [ONE]),
        (b"From ana at acme.example  Tue Mar 10 09:00:00 2026\nno header\n", [b"no header\n"]),
        # lines that end in CRLF stay so
        (
            (FROM + ONE + b"\n" + FROM + TWO).replace(b"\n", b"\r\n"),
            [each.replace(b"\n", b"\r\n") for each in (ONE, TWO)],
        ),
        (FROM + b"\n" + FROM + TWO, [b"", TWO]),
        (FROM + b"\x00\xff\n", [b"\x00\xff\n"]),
    ],
)
def test_an_mbox_is_cut_where_its_mails_begin(tmp_path, text, expected):
    assert expected == bodies(an_mbox(tmp_path, text))


@pytest.mark.parametrize("more", range(-8, 9))
def test_a_mail_that_lies_across_two_blocks_is_whole(tmp_path, monkeypatch, more):
    monkeypatch.setattr(mailboxes, "BLOCK_BYTES", 16384)
    long = ONE + b"x" * (16384 - len(FROM) - len(ONE) - 1 + more) + b"\n"

    assert [long, TWO, ONE] == bodies(
        an_mbox(tmp_path, FROM + long + b"\n" + FROM + TWO + b"\n" + FROM + ONE)
    )


def test_an_mbox_whose_size_is_that_of_a_block_loses_nothing(tmp_path, monkeypatch):
    text = FROM + ONE + b"\n" + FROM + TWO
    monkeypatch.setattr(mailboxes, "BLOCK_BYTES", len(text))

    assert [ONE, TWO] == bodies(an_mbox(tmp_path, text))


def test_a_maildir_gives_what_is_in_cur_and_new(tmp_path):
    maildir = a_maildir(tmp_path, cur_1773133300_M1=TWO, new_1773133200_M2=ONE, tmp_1773133100_M3=b"half")
    (maildir / "cur" / ".hidden").write_bytes(b"no mail")
    (maildir / ".Spam" / "cur").mkdir(parents=True)
    (maildir / ".Spam" / "cur" / "1773133200.M4").write_bytes(b"spam")

    assert [("1773133200.M2", ONE), ("1773133300.M1", TWO)] == found(maildir)


def test_links_and_pipes_inside_a_mailbox_are_told_and_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"Subject: the key\n")
    maildir = a_maildir(tmp_path, cur_1_one=ONE)
    (maildir / "cur" / "2.link").symlink_to(secret)
    os.mkfifo(maildir / "new" / "3.pipe")

    assert [ONE] == bodies(maildir)
    assert {"2.link", "3.pipe"} == set(missed(maildir))


def test_a_maildir_whose_new_is_a_link_gives_the_rest(tmp_path):
    maildir = a_maildir(tmp_path, cur_1_one=ONE)
    (maildir / "new").rmdir()
    (maildir / "new").symlink_to(tmp_path)

    assert [ONE] == bodies(maildir)
    assert {"new"} == set(missed(maildir))


def test_a_folder_gives_the_eml_files_in_it_and_below(tmp_path):
    folder = tmp_path / "mails"
    (folder / "deeper").mkdir(parents=True)
    (folder / "b.eml").write_bytes(TWO)
    (folder / "deeper" / "a.EML").write_bytes(ONE)
    (folder / "notes.txt").write_bytes(b"no mail")
    (folder / "out").symlink_to(tmp_path)

    assert {("b.eml", TWO), ("a.EML", ONE)} == set(found(folder))


def test_a_single_mail_may_have_any_name_and_be_a_link(tmp_path):
    (tmp_path / "mail").write_bytes(ONE)
    (tmp_path / "link").symlink_to(tmp_path / "mail")

    assert [ONE] == bodies(tmp_path / "link")


def dated(body: bytes, *fields: bytes) -> bytes:
    return b"\n".join(fields) + b"\n" + body


RECEIVED = (
    b"Received: from a (a [192.0.2.1])\n\tby b; Tue, 10 Mar 2026 09:30:00 +0100\n"
    b"Received: by a; Mon, 9 Mar 2026 01:00:00 +0000"
)


@pytest.mark.parametrize(
    ("body", "received_at"),
    [
        (
            dated(ONE, RECEIVED, b"Date: Mon, 9 Mar 2026 00:00:00 +0000"),
            datetime(2026, 3, 10, 8, 30, tzinfo=UTC),
        ),
        (dated(ONE, b"Date: Mon, 9 Mar 2026\n 08:00:00 +0000"), datetime(2026, 3, 9, 8, tzinfo=UTC)),
        (dated(ONE, b"Date: Mon, 9 Mar 2099 08:00:00 +0000"), NOW),  # a clock that runs ahead
        (dated(ONE, b"Date: Thu, 1 Jan 1970 00:00:00 +0000"), NOW),  # and one that was never set
        (
            ONE + b"\nDate: Mon, 9 Mar 2026 08:00:00 +0000\n",
            datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC),
        ),  # the file's
    ],
)
def test_a_file_was_received_when_its_last_server_says(tmp_path, body, received_at):
    (tmp_path / "a.eml").write_bytes(body)
    os.utime(tmp_path / "a.eml", (1_600_000_000, 1_600_000_000))

    assert [received_at] == [one.received_at for one in survey([tmp_path / "a.eml"], NOW).places]


@pytest.mark.parametrize(
    ("line", "received_at"),
    [
        (b"From a@b Tue Mar 10 09:00:00 2026\n", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        (b"From a@b Tue Mar 10 09:00:00 +0200 2026\n", datetime(2026, 3, 10, 7, tzinfo=UTC)),
        (b"From a@b Tue Mar 10 09:00:00 CET 2026\n", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        (b"From a@b Tue Mar 10 09:00 2026\n", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        (b"From \n", datetime(2026, 3, 9, 8, tzinfo=UTC)),
        (b"From - Thu Jan  1 00:00:00 1970\n", datetime(2026, 3, 9, 8, tzinfo=UTC)),  # nobody knew
        (b"From - Tue Mar 17 09:00:00 2026\n", datetime(2026, 3, 9, 8, tzinfo=UTC)),  # when it was exported
    ],
)
def test_a_mail_in_an_mbox_was_received_when_its_separator_says(tmp_path, line, received_at):
    box = an_mbox(tmp_path, line + dated(ONE, b"Date: Mon, 9 Mar 2026 08:00:00 +0000"))

    assert [received_at] == [one.received_at for one in survey([box], NOW).places]


@pytest.mark.parametrize(
    ("pinned", "expected"),
    [
        ([], ""),
        (["mx.vendor.example"], "mx.vendor.example"),
        (["", "topmost"], ""),
        (["topmost", "mx.b"], "mx.b"),
    ],
)
def test_in_old_mail_only_a_server_that_is_pinned_by_its_name_is_believed(pinned, expected):
    channels = {
        str(place): {"kind": "smtp", "trust_authentication_results": one} for place, one in enumerate(pinned)
    }
    desk = {"name": "Support", "address": "support@vendor.example", "policy": "wildix"}
    written = {
        "desk": desk,
        "store": {"url": "sqlite:///a.db"},
        "secrets": {"key": "x" * 16},
        "channel": channels,
    }

    assert expected == mailboxes.believed(Settings.model_validate(written))


def test_several_mailboxes_give_their_mails_in_order_of_receipt(tmp_path):
    box = an_mbox(tmp_path, b"From a@b Tue Mar 10 09:00:00 2026\n" + TWO)
    maildir = a_maildir(tmp_path, cur_1773100000_M1=ONE)

    assert [ONE, TWO] == [body for _, body in found(box, maildir)]


def test_a_mailbox_without_mail_or_that_is_not_there_is_told(tmp_path):
    (tmp_path / "empty").mkdir()

    assert {"empty": "there is no mail in it", "gone": "No such file or directory"} == missed(
        tmp_path / "empty", tmp_path / "gone"
    )


def test_a_mail_that_is_too_large_is_told_and_costs_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(mailboxes, "MOST_BYTES", 60)
    box = an_mbox(tmp_path, FROM + ONE + b"x" * 60 + b"\n\n" + FROM + TWO)

    assert [TWO] == bodies(box)
    assert {"box.mbox:1"} == set(missed(box))


def test_a_file_that_goes_away_after_the_survey_is_told(tmp_path):
    box = an_mbox(tmp_path, FROM + ONE + b"\n" + FROM + TWO)
    seen = survey([box], NOW)
    os.truncate(box, len(FROM + ONE))

    assert [Found, Missed] == [type(one) for one in seen.mails()]


def test_reading_a_mailbox_leaves_it_as_it_was(tmp_path):
    box = an_mbox(tmp_path, FROM + ONE + b"\n" + FROM + TWO)
    box.chmod(0o400)
    before = box.stat()
    bodies(box)

    assert (before.st_mtime_ns, before.st_size) == (box.stat().st_mtime_ns, box.stat().st_size)
    assert [box] == list(tmp_path.iterdir())
