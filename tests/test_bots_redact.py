"""`deskbell ticket redact`: no row and no file of the desk has the words, and the history says so."""

import email
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner
from zstandard import ZstdDecompressor

from bots.cli import app
from bots.door import letter_from
from bots.wiring import wire
from intake.handle import receive
from intake.messages import Envelope, Raw
from redact_plans import everything_in, plans
from serving import ANA, EVE, SAM, a_mail, passed, write_config

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
SECRET = "Tr0ub4dor_&3"
UNIQUE = count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    write_config(folder, 1, 1)
    done = CliRunner().invoke(
        app, ["--config", str(folder / "config.toml"), "people", "import", str(folder / "people.toml")]
    )
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return lambda *words, **more: CliRunner().invoke(
        app, ["--config", str(folder / "config.toml"), *map(str, words)], **more
    )


def opened(run: Run, text: str = "They do.") -> int:
    done = run("ticket", "open", "--from", ANA.address, "--subject", "Calls", "--text", text, "--json")
    assert done.exit_code == 0, done.output
    return int(json.loads(done.stdout)["ticket"])


def follow_up(folder: Path, number: int, mail: EmailMessage | bytes, author: str = ANA.address) -> int:
    """A mail arrives on a ticket; the number of its message."""
    wired = wire(folder / "config.toml")
    now = datetime.now(UTC)
    if isinstance(mail, EmailMessage):
        mail["In-Reply-To"] = f"<{last_message_id(folder, number)}>"
        mail = b"Authentication-Results: " + passed("acme.example").encode() + b"\r\n" + mail.as_bytes()
    raw = Raw("email", "mail", mail, now, Envelope(author, ("support@vendor.example",)))
    try:
        return receive([letter_from(raw, "mx.vendor.example")], wired.store, wired.setup, now)[0].message
    finally:
        wired.store.close()


def rows(folder: Path, query: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(folder / "desk.db")) as connection:
        return connection.execute(query, values).fetchall()


def last_message_id(folder: Path, number: int) -> str:
    return rows(folder, "SELECT last_message_id FROM tickets WHERE number = ?", number)[0][0]


def raw_of(folder: Path, message: int) -> bytes:
    query = "SELECT r.body, r.size FROM raws r JOIN messages m ON m.raw = r.digest WHERE m.id = ?"
    body, size = rows(folder, query, message)[0]
    return ZstdDecompressor().decompress(body, max_output_size=size) if size else b""


def everything_kept(folder: Path) -> str:
    """Every row of every table as text, every mail decoded, and the database's files as they are."""
    said = io.StringIO()
    for (table,) in rows(folder, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in rows(folder, f"SELECT * FROM {table}"):
            cells = "\n".join(map(str, row))
            print(cells, cells.replace('\\"', '"').replace("\\\\", "\\"), file=said)
    for body, size in rows(folder, "SELECT body, size FROM raws"):
        if size:
            print(everything_in(ZstdDecompressor().decompress(body, max_output_size=size)), file=said)
    for file in folder.glob("desk.db*"):
        print(file.read_bytes().decode(errors="replace"), file=said)
    return said.getvalue()


def test_a_secret_is_gone_from_rows_mails_notices_and_the_files_of_the_database(folder, run):
    number = opened(run, f"Login with {SECRET}.")
    mail = a_mail(ANA, f"My {SECRET}", f"The password is {SECRET}.", proven=False)
    mail.add_attachment(b"\0" + SECRET.encode(), maintype="image", subtype="png", filename=f"{SECRET}.png")
    follow_up(folder, number, mail)
    run("ticket", "set", number, f"subject=Login {SECRET}", f"product={SECRET}", "--by", SAM.address)
    assert everything_kept(folder).count(SECRET) > 10
    done = run("ticket", "redact", number, "--text", SECRET, "--by", SAM.address)
    kept = everything_kept(folder)

    assert 0 == done.exit_code, done.output
    assert (False, False) == (SECRET in kept, SECRET.replace("_", "\\_") in kept)
    assert SECRET not in done.output


def test_what_is_found_loses_its_words_and_is_named_by_its_kind(folder, run):
    number = opened(run)
    message = follow_up(folder, number, a_mail(ANA, text="The password is Sommer24! ok", proven=False))
    done = run("ticket", "redact", number, "--found", "--by", SAM.address)

    assert [("The password is [redacted: password] ok",)] == [
        (text.strip(),) for (text,) in rows(folder, "SELECT text FROM messages WHERE id = ?", message)
    ]
    assert "password of 9 characters" in done.output
    assert "Sommer24" not in everything_kept(folder)


def test_a_key_in_a_file_is_found_too(folder, run):
    number = opened(run)
    mail = a_mail(ANA, proven=False)
    mail.add_attachment("x = 1\napi_key = abcdef0123456789abcdef\n", filename="settings.ini")
    message = follow_up(folder, number, mail)
    run("ticket", "redact", number, "--found", "--by", SAM.address)
    (_, file) = email.message_from_bytes(raw_of(folder, message)).get_payload()

    assert b"x = 1\napi_key = [redacted: api-key]\n" == file.get_payload(decode=True).replace(b"\r", b"")


def test_notices_that_wait_are_sent_without_it(folder, run):
    number = opened(run)
    follow_up(folder, number, a_mail(ANA, text="pw: hunter_22_x", proven=False))
    run("ticket", "redact", number, "--text", "hunter_22_x", "--by", SAM.address)
    query = "SELECT body FROM outbox WHERE ticket = ? AND notice = 'agent-follow-up' AND state = 'pending'"
    bodies = [body for (body,) in rows(folder, query, number)]

    assert bodies
    assert all(r"pw: \[redacted\]" in body for body in bodies)


def test_the_history_and_the_revisions_say_who_and_what_and_never_the_words(folder, run):
    number = opened(run, "my code is zwiebel77")
    run("ticket", "redact", number, "--text", "zwiebel77", "--by", SAM.address)
    line = rows(
        folder, "SELECT actor, what, detail FROM history WHERE ticket = ? AND what = 'redacted'", number
    )
    things = rows(
        folder, "SELECT message, outbox, actor, what, detail FROM revisions WHERE ticket = ?", number
    )

    assert [SAM.address, "redacted"] == list(line[0][:2])
    assert "the given text: 1 message" in line[0][2]
    assert [("redacted", "text, reply")] == [(row[3], row[4]) for row in things if row[0]]
    assert all(row[2] == SAM.address for row in things)


def test_doing_it_again_changes_nothing_and_leaves_no_trace(folder, run):
    number = opened(run, "my code is kirsche88")
    first, second = (
        run("ticket", "redact", number, "--text", "kirsche88", "--by", SAM.address) for _ in "12"
    )
    lines = rows(folder, "SELECT 1 FROM history WHERE ticket = ? AND what = 'redacted'", number)

    assert (0, 0, 1) == (first.exit_code, second.exit_code, len(lines))
    assert "nothing is changed" in second.output


def test_a_dry_run_tells_the_same_and_writes_nothing(folder, run):
    number = opened(run, "my code is pflaume99")
    done = run("ticket", "redact", number, "--text", "pflaume99", "--dry-run", "--by", SAM.address)

    assert "would be taken out of 1 message" in done.output
    assert "pflaume99" in everything_kept(folder)


def test_the_same_mail_delivered_again_finds_its_receipt_and_brings_nothing_back(folder, run):
    number = opened(run)
    mail = a_mail(ANA, text="my code is traube55", proven=False)
    message = follow_up(folder, number, mail)
    raw = raw_of(folder, message)
    run("ticket", "redact", number, "--text", "traube55", "--by", SAM.address)

    assert message == follow_up(folder, number, raw)
    assert "traube55" not in everything_kept(folder)


def test_another_copy_of_a_redacted_mail_brings_nothing_back(folder, run):
    number = opened(run)
    mail = a_mail(ANA, text="my code is birne22", proven=False)
    message = follow_up(folder, number, mail)
    raw = raw_of(folder, message)
    run("ticket", "redact", number, "--text", "birne22", "--by", SAM.address)
    copies = [follow_up(folder, number, b"Received: by mx%d.example\r\n" % one + raw) for one in (1, 2)]

    assert [message, message] == copies
    assert "birne22" not in everything_kept(folder)


def test_a_held_mail_of_no_ticket_is_redacted_with_what_agents_were_told_of_it(folder, run):
    number = opened(run)
    mail = a_mail(EVE, "Hello", "my code is quitte44")
    mail["Precedence"] = "bulk"
    message = follow_up(folder, number, mail.as_bytes(), EVE.address)
    done = run("ticket", "redact", number, "--message", message, "--text", "quitte44", "--by", SAM.address)

    assert 0 == done.exit_code, done.output
    assert "quitte44" not in everything_kept(folder)


def test_the_same_words_on_another_ticket_are_told_and_left(folder, run):
    numbers = [opened(run, "my code is melone66") for _ in "12"]
    done = run("ticket", "redact", numbers[0], "--text", "melone66", "--by", SAM.address)
    run("ticket", "redact", numbers[1], "--text", "melone66", "--by", SAM.address)

    assert f"The same words still stand in messages, ticket {numbers[1]}." in done.output
    assert "melone66" not in everything_kept(folder)


def test_a_file_that_nothing_can_be_found_in_is_named(folder, run):
    number = opened(run)
    mail = a_mail(ANA, text="my code is feige33", proven=False)
    mail.add_attachment(b"\x89PNG\0", maintype="image", subtype="png", filename="shot.png")
    follow_up(folder, number, mail)
    done = run("ticket", "redact", number, "--text", "feige33", "--by", SAM.address)

    assert "nothing was looked for in 'shot.png'" in done.output


def test_the_log_beside_the_database_is_emptied_while_others_have_it_open(folder, run):
    number = opened(run, "my code is mango77")
    with closing(sqlite3.connect(folder / "desk.db")) as other:
        other.execute("SELECT count(*) FROM tickets").fetchall()
        run("ticket", "redact", number, "--text", "mango77", "--by", SAM.address)
        kept = everything_kept(folder)

    assert "mango77" not in kept


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--by", SAM.address], 2, "give either --text"),
        (["--by", SAM.address, "--text", "x1y2z3", "--found"], 2, "give either --text"),
        (["--by", "nobody@vendor.example", "--text", "x1y2z3"], 1, "no agent"),
        (["--by", SAM.address, "--text", "ab"], 1, "too many words"),
        (["--by", SAM.address, "--text", "x1y2z3", "--message", "99999"], 1, "there is no message 99999"),
        (["--by", SAM.address, "--found"], 0, "no secret is found"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(run, words, code, told):
    done = run("ticket", "redact", opened(run), *words)

    assert code == done.exit_code, done.output
    assert told in done.output


def test_the_secret_can_be_read_from_the_input(folder, run):
    number = opened(run, "my code is birne11")
    run("ticket", "redact", number, "--text", "-", "--by", SAM.address, input="birne11\n")

    assert "birne11" not in everything_kept(folder)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans())
def test_wherever_a_mail_held_a_secret_the_desk_has_it_no_more(folder, run, plan):
    number = opened(run)
    mail = plan.mail(f"p{next(UNIQUE)}@acme.example")
    message = follow_up(folder, number, mail)
    done = run("ticket", "redact", number, "--text", plan.secret, "--by", SAM.address)

    assert done.exit_code == 0, done.output
    assert plan.secret not in everything_kept(folder)
    assert raw_of(folder, message)
