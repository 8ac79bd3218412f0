"""The visible reply in the forms that mail programs write, one case a block in tests/mail/replies/."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.mail import read_mail
from intake.mail.quotes import visible_reply, written_or_passed_on
from intake.messages import Raw

pytestmark = pytest.mark.slow

REPLIES = Path(__file__).parent / "mail" / "replies"
WRITTEN = "Still broken."
ALL_OF_IT = "(all of it)"
SIZE = 2_000_000


def announcements() -> list[str]:
    """One a line; "|" stands for a line break."""
    lines = (REPLIES / "announcements.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("|", "\n") for line in lines]


def cases(name: str) -> list[tuple[str, str]]:
    """Blocks: a name after ####, a text, a line of ====, and what was newly written."""
    blocks = (REPLIES / name).read_text(encoding="utf-8").split("#### ")[1:]
    parted = [block.partition("\n")[2].split("\n====\n") for block in blocks]
    return [
        pytest.param(*pair, id=block.partition("\n")[0]) for pair, block in zip(parted, blocks, strict=True)
    ]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("announcement", announcements())
@pytest.mark.parametrize("quoted", ["> Please restart.\n> Thanks", "Please restart.\n\nThanks\nThe desk"])
def test_whatever_announces_a_quotation_ends_the_reply(announcement, quoted):
    assert WRITTEN == visible_reply(f"{WRITTEN}\n\n{announcement}\n\n{quoted}\n")


@pytest.mark.parametrize(("text", "reply"), cases("whole_texts.txt"))
def test_a_text_keeps_what_was_written_and_nothing_else(text, reply):
    wanted = text if reply.strip() == ALL_OF_IT else reply

    assert squeezed(wanted) == squeezed(written_or_passed_on(text))


@pytest.mark.parametrize(("markup", "reply"), cases("html.txt"))
def test_html_is_parted_where_the_program_marked_it(markup, reply):
    head = b"From: anna@acme.example\nContent-Type: text/html; charset=utf-8\n\n"
    mail = read_mail(Raw("email", "mail", head + markup.encode(), datetime(2026, 3, 2, tzinfo=UTC)))

    assert squeezed(reply) == squeezed(mail.reply)


def test_what_an_agent_passes_on_is_not_their_own_answer():
    text = f"{WRITTEN}\n\n---------- Forwarded message ----------\nFrom: x@y.example\n\ninternal"

    assert WRITTEN == visible_reply(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "\n",
        "On \n",
        "On " * 60_000,
        ">\n",
        "From: x\n",
        "<\n",
        "a\n> b\n> c\n",
        "> ((((\n)\n",
        "--\n",
        "sent from ",
    ],
)
def test_no_line_costs_more_for_standing_there_often(line):
    text = f"{WRITTEN}\n" + line * (SIZE // len(line)) + "\nthe end"
    started = time.process_time()
    visible_reply(text)

    assert 30 > time.process_time() - started
