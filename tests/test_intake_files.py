"""Files that go with an agent's answer: which are passed on, what stands against them, and the whole way."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from attack_world import AGENTS, ANA, MX, SAM, World, mail, passed
from builders import a_desk
from intake.decisions import Fate
from intake.files import LOGO_BYTES, foretold, is_program, objection_to, passed_on
from intake.messages import Attachment
from intake.tickets import PROGRAM_ENDINGS
from replies.mime import mail_bytes
from store import outbox
from store.files import files_of

PATCH = b"\x00patch\xff" * 100
SCREENSHOT = b"\x89PNG" + b"s" * LOGO_BYTES
CUSTOMERS_WORDS = "On Tue, 10 Mar 2026 at 10:00, Vendor support wrote:\n> internal words\n> more of them\n"


def a_file(name="patch.zip", kind="application/zip", size=100, inline=False):
    return Attachment(name, kind, size, "0" * 64, inline)


@pytest.mark.parametrize(
    ("file", "goes"),
    [
        (a_file(), True),
        (a_file("logo.png", "image/png", 900, inline=True), False),
        (a_file("logo.png", "IMAGE/PNG", 900, inline=True), False),
        (a_file("shot.png", "image/png", LOGO_BYTES, inline=True), True),  # pasted into the text
        (a_file("shot.png", "image/png", 900), True),
        (a_file("plan.pdf", "application/pdf", 900, inline=True), True),  # some programs send all files so
        (a_file("smime.p7s", "application/pkcs7-signature"), False),
        (a_file("signature.asc", "application/pgp-signature"), False),
    ],
)
def test_a_file_is_passed_on_unless_it_belongs_to_the_mail_itself(file, goes):
    assert ((0,) if goes else ()) == passed_on([file])


@pytest.mark.parametrize(
    ("name", "kind", "runs"),
    [
        ("setup.exe", "application/octet-stream", True),
        ("Setup.EXE", "application/zip", True),
        ("report.pdf.exe", "application/pdf", True),
        ("report.exe. .", "application/octet-stream", True),  # what Windows makes of it is report.exe
        ("exe", "application/octet-stream", True),
        ("report.pdf", "application/x-msdownload", True),
        ("report.pdf", "application/pdf", False),
        ("exe.txt", "text/plain", False),
        ("", "application/octet-stream", False),
    ],
)
def test_what_runs_when_it_is_opened_is_known_by_its_name_or_its_type(name, kind, runs):
    assert runs == is_program(a_file(name, kind), PROGRAM_ENDINGS)


@pytest.mark.parametrize(
    ("files", "changes", "rule"),
    [
        ([a_file()], {}, None),
        ([a_file("a.vbs")], {}, "agent-sent-program"),
        ([a_file("a.vbs")], {"refused_files": ("zip",)}, None),
        ([a_file()], {"refused_files": ("zip",)}, "agent-sent-program"),
        ([a_file(size=10 << 20), a_file(size=10 << 20)], {}, None),
        ([a_file(size=10 << 20), a_file(size=(10 << 20) + 1)], {}, "agent-sent-too-much"),
        ([a_file(size=(1 << 20) + 1)], {"answer_files_mib": 1}, "agent-sent-too-much"),
    ],
)
def test_programs_and_more_than_a_mail_should_carry_stand_against_an_answer(files, changes, rule):
    objection = objection_to(files, a_desk(**changes))

    assert rule == (objection and objection[0])


@pytest.mark.parametrize("files", [[a_file()], [a_file("a.vbs")], [a_file(size=30 << 20)]])
def test_what_will_stand_against_files_is_foretold_for_the_reason_that_is_given_then(files):
    objection = objection_to(files, a_desk())
    why = objection[1].removeprefix("Nothing was sent, because ") if objection else ""

    assert foretold(files, a_desk()) == (why and f"No answer can take this along, because {why}")


# The whole way


@pytest.fixture
def world():
    return World()


def an_answer(text="Here is the patch.", *files):
    """Sam's mail with files: name, type, bytes, inline or not."""
    made = EmailMessage()
    made["Authentication-Results"] = f"{MX}; {passed('vendor.example')}"
    made["From"], made["To"] = f"Sam <{SAM}>", AGENTS
    made["Subject"] = "Re: Calls drop"
    made.set_content(text)
    for name, kind, data, *inline in files:
        maintype, _, subtype = kind.partition("/")
        how = {"disposition": "inline", "cid": "<x@y>"} if inline else {}
        made.add_attachment(data, maintype=maintype, subtype=subtype, filename=name, **how)
    return made.as_bytes()


def answered(world, *parts):
    return world.gets(an_answer(*parts), world.agents_address_of())


def sent(world):
    """The answer's mail to Ana, as it goes over the wire."""
    with world.store.reading() as work:
        promise = next(one for one in outbox.listed(work) if one.outbound.notice == "agent-answer")
        files = files_of(work, promise.outbound)
    return message_from_bytes(mail_bytes(promise.outbound, world.desk, world.now, files), policy=default)


def files_in(message):
    return [
        (one.get_filename(), one.get_content_type(), one.get_content()) for one in message.iter_attachments()
    ]


def test_a_file_in_an_agents_answer_goes_to_the_customer_byte_for_byte(world):
    receipt = answered(world, "Here is the patch.", ("Plan für Ana.pdf", "application/pdf", PATCH))
    message = sent(world)

    assert (Fate.APPEND, "agent-answer") == (receipt.fate, receipt.rule)
    assert [("Plan für Ana.pdf", "application/pdf", PATCH)] == files_in(message)
    assert "Here is the patch." in message.get_body(("plain",)).get_content()


def test_a_signatures_picture_stays_behind_and_a_pasted_screenshot_goes(world):
    logo, shot = ("logo.png", "image/png", b"\x89PNG", True), ("shot.png", "image/png", SCREENSHOT, True)
    answered(world, "See below.", logo, shot)

    assert [("shot.png", "image/png", SCREENSHOT)] == files_in(sent(world))


def test_a_file_alone_is_an_answer_and_its_name_the_text(world):
    answered(world, CUSTOMERS_WORDS, ("patch.zip", "application/zip", PATCH))
    text = sent(world).get_body(("plain",)).get_content()

    assert "patch.zip" in text
    assert "internal words" not in text


def test_a_name_with_a_path_is_a_name_only(world):
    answered(world, "Here.", ("../../etc/cron.d/x.conf", "application/octet-stream", PATCH))

    assert ["x.conf"] == [name for name, _, _ in files_in(sent(world))]


def test_a_program_is_not_sent_and_the_agents_are_told_why(world):
    receipt = answered(world, "Run it.", ("fix.exe", "application/octet-stream", PATCH))

    assert (Fate.HOLD, "agent-sent-program") == (receipt.fate, receipt.rule)
    assert "fix.exe" in world.last("agent-held").body
    assert "agent-answer" not in dict(world.promised())


def test_files_with_a_note_stay_inside(world):
    receipt = answered(world, "note: look at this", ("fix.exe", "application/octet-stream", PATCH))

    assert (Fate.APPEND, "agent-note") == (receipt.fate, receipt.rule)
    assert "agent-answer" not in dict(world.promised())


FORWARDED = """\
Please restart it.

-------- Forwarded Message --------
Subject: x
From: Tim <tim@vendor.example>

internal words
"""
BETWEEN_THE_LINES = """\
> a line of Ana's
> another line of Ana's

Please restart it.

> internal words
> more of them

Thanks.
"""


@pytest.mark.parametrize("text", [FORWARDED, BETWEEN_THE_LINES])
def test_what_an_agent_passes_on_or_quotes_between_the_lines_does_not_reach_the_customer(world, text):
    answered(world, text)
    body = sent(world).get_body(("plain",)).get_content()

    assert "Please restart it." in body
    assert "internal words" not in body


def test_a_customers_files_go_to_nobody(world):
    """Agents are told how many there are; nothing that a customer sent is sent on."""
    world.gets(mail(ANA, "WX-1001"))

    assert [()] == list({one.outbound.attachments for one in world.promises()})
