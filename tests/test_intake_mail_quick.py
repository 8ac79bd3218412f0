"""The quick way to a mail's parts answers with the library's tree, or not at all."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.mail import read_mail, read_mail_thoroughly
from intake.mail.mime import through_mail_parser
from intake.mail.splitter import quick
from intake.messages import Raw

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("DESKBELL_SHARED") or HERE.parent.parent / "shared") / "mail"
OWN_MAILS = sorted((HERE / "mail").glob("*.eml"))
SHARED_MAILS = sorted(path for path in SHARED.rglob("*") if path.suffix in (".eml", ".txt"))

WORDS = (
    "calls",
    "drop",
    "after",
    "the update",
    "log:",
    "-- ",
    "> quoted",
    "--b",
    "--",
    "From x",
    "ünïcode",
    "",
    " ",
    "\t.",
)
SUBJECTS = (
    "Re: [WX-7] calls",
    "=?utf-8?q?caf=C3=A9?=",
    "a\r\n folded one",
    "=?iso-8859-1?B?6Q==?=\r\n\t=?utf-8?B?w6k=?=",
    "",
)
NAMES = ("log.txt", "a b.pdf", "=?utf-8?q?=C3=A9.png?=", "..\\evil.exe", 'x"y')
ODDITIES = (
    b"\r", b"\n", b"\r\n", b"--", b"--b0", b"--b0--", b"\r\n--b0\r\n", b"\r\n--b0 \r\n", b"\n\n", b":",
    b"\0", b" ", b"\t", b"\xe9", b"\xc3\xa9", b"From ",
    b"\r\nContent-Type: multipart/mixed; boundary=b1\r\n", b";", b'"', b"=", b"\x0b", b"\x85",
    b"\r\nSubject: again", b"; boundary=b2", b"message/rfc822", b"multipart/digest", b"Content-Type:",
    b"x-kept-whole-", b" boundary*0=b0;", b"\x1c", b"\r\n ", b"(c)", b"/",
)  # fmt: skip


EOL = "\r\n"
LEAVES = (
    "Content-Type: text/plain; charset=utf-8\n\nLINES",
    'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n<p>LINES</p>',
    "Content-Type: text/plain; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\na=\nb=E9LINES",
    'Content-Type: application/pdf; name="NAME"\nContent-Transfer-Encoding: base64\n\nJVBERi0x\nAAAA\n',
    "Content-Disposition: attachment; filename*=utf-8''%C3%A9.txt\nContent-Type: text/plain\n\nLINES",
    "Content-Type: message/rfc822\n\nSubject: in\nContent-Type: multipart/mixed; boundary=b0\n\n--b9\nLINES",
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.c\nLINES",
)


def raw(body: bytes) -> Raw:
    return Raw("email", "test", body, datetime(2026, 3, 2, tzinfo=UTC))


class Writer:
    """Writes well-formed mails of every structure the quick way knows, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._boundaries = 0

    def mail(self) -> bytes:
        pick = self._chance.choice
        head = [
            "From: Anna Bauer <anna@acme.example>",
            f"To: {pick(('support@desk.example', 'A <a@b.example>, b@c.example'))}",
            f"Subject: {pick(SUBJECTS)}",
            "Date: Mon, 2 Mar 2026 10:00:00 +0100",
            f"Message-ID: <{self._chance.random()}@acme.example>",
        ]
        self._chance.shuffle(head)
        text = "\r\n".join([*head[: self._chance.randint(1, 5)], self._part(0)])
        text = text if self._chance.random() < 0.7 else text.replace("\r\n", "\n")
        return text.encode()

    def _part(self, depth: int) -> str:
        return (
            self._multipart(depth) if depth < 3 and self._chance.random() < 0.6 - depth / 5 else self._leaf()
        )

    def _multipart(self, depth: int) -> str:
        pick = self._chance.choice
        boundary = pick((f"b{self._boundaries}", f"=_{self._boundaries}_x", f"----=_Next.{self._boundaries}"))
        self._boundaries += 1
        kind = pick(("mixed", "alternative", "related", "report", "signed", "digest"))
        written = pick((f'"{boundary}"', f'"{boundary}"', boundary))
        head = f"Content-Type: multipart/{kind};{pick((' ', EOL + chr(9)))}boundary={written}{EOL}{EOL}"
        parts = [f"--{boundary}{EOL}{self._part(depth + 1)}{EOL}" for _ in range(self._chance.randint(1, 4))]
        before, after = pick(("", f"a preamble{EOL}")), pick(("", EOL, f"{EOL}after"))
        return f"{head}{before}{''.join(parts)}--{boundary}--{after}"

    def _leaf(self) -> str:
        lines = EOL.join(self._chance.choice(WORDS) for _ in range(self._chance.randint(0, 6)))
        name = self._chance.choice(NAMES).replace('"', '\\"')
        return self._chance.choice(LEAVES).replace("\n", EOL).replace("NAME", name).replace("LINES", lines)


def mutations(body: bytes, seed: int) -> Iterator[bytes]:
    """The mail with a few bytes changed, left out or put in."""
    chance = random.Random(seed)
    for _ in range(6):
        changed = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed) + 1)
            near = changed.find(b"\n--", at) if chance.random() < 0.4 else at
            at = near if near >= 0 else at
            changed[at : at + chance.choice((0, 0, 1, 2, 5))] = chance.choice(ODDITIES)
        yield bytes(changed)


def agree(body: bytes) -> bool:
    """Whether the quick way answered; fails where its answer is another one."""
    tree = quick(body)
    if tree is None:
        return False

    thorough, defects = through_mail_parser(body)
    assert (thorough, ()) == (tree, defects)
    return True


@pytest.mark.parametrize("path", OWN_MAILS, ids=lambda path: path.stem)
def test_a_mail_of_ours_is_read_alike_both_ways(path):
    body = path.read_bytes()
    agree(body)

    assert read_mail_thoroughly(raw(body)) == read_mail(raw(body))


@pytest.mark.skipif(
    not SHARED_MAILS, reason="no collection of real mails beside the checkout (DESKBELL_SHARED)"
)
def test_real_mail_is_read_alike_both_ways_and_most_of_it_quickly():
    bodies = [path.read_bytes() for path in SHARED_MAILS]
    bodies += [body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for body in bodies]
    quickly = sum(map(agree, bodies))

    assert quickly > len(bodies) / 2


@pytest.mark.slow
@pytest.mark.skipif(
    not SHARED_MAILS, reason="no collection of real mails beside the checkout (DESKBELL_SHARED)"
)
def test_real_mail_that_was_damaged_is_read_alike_both_ways():
    for seed, path in enumerate(SHARED_MAILS):
        for body in mutations(path.read_bytes()[:20_000], seed):
            agree(body)


def test_well_formed_mail_of_any_structure_is_read_alike_both_ways():
    quickly = sum(agree(Writer(seed).mail()) for seed in range(400))

    assert quickly > 150


@pytest.mark.slow
def test_damaged_mail_is_read_alike_both_ways():
    quickly = sum(agree(body) for seed in range(400) for body in mutations(Writer(seed).mail(), seed))

    assert quickly > 100


BASE = (
    b'Subject: s\r\nContent-Type: multipart/mixed; boundary="bb"\r\n\r\n'
    b"--bb\r\nContent-Type: text/plain\r\n\r\nhi\r\n--bb--\r\n"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"--bb\r\n", b"--bb \r\n"),  # blanks after a boundary
        (b"--bb--\r\n", b"--bb--"),
        (b"--bb--\r\n", b"--bb-- x\r\n"),
        (b"--bb--\r\n", b""),
        (b"hi\r\n", b"hi\r\n--bbx\r\n"),  # another boundary that begins alike
        (b"hi\r\n", b"hi --bb\r\n"),
        (b"hi\r\n", b"hi\r--bb\r\n"),  # a bare CR ends a line too
        (b"hi\r\n", b""),
        (b"\r\n", b"\n"),
        (b"\r\n\r\nhi", b"\r\n\n\r\nhi"),
        (b"Subject: s", b"Subject: s\r\nContent-Type: text/plain"),
        (b"Subject: s", b"Subject : s"),
        (b"Subject: s", b"Subject: \xe9"),
        (b"Subject: s", b" folded first"),
        (b"Subject: s", b":s"),
        (b"Subject: s", b"From a@b Mon Mar  2 10:00:00 2026\r\nSubject: s"),
        (b"Subject: s", b"no header"),
        (b'boundary="bb"', b'boundary="bb "'),
        (b'boundary="bb"', b"boundary=bb"),
        (b'boundary="bb"', b'type="a;boundary=cc"; boundary=bb'),
        (b'boundary="bb"', b"boundary*0=b; boundary*1=b"),
        (b'boundary="bb"', b"boundary=(c)bb"),
        (b'boundary="bb"', b"boundary=bb; boundary=cc"),
        (b"multipart/mixed", b"multipart/digest"),
        (b"multipart/mixed", b"MULTIPART/Mixed"),
        (b"text/plain", b"message/rfc822"),
        (b"text/plain", b"x-kept-whole-message/rfc822"),
        (b"text/plain", b"multipart/mixed"),
        (b"text/plain", b"multipart/mixed; boundary=bb"),
        (b"text/plain", b"nonsense"),
    ],
)
def test_one_oddity_is_read_alike_both_ways(old, new):
    assert old in BASE

    agree(BASE.replace(old, new))


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_mail_may_be_cut_off_anywhere(eol):
    lines = ("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "two", "--b--", "")
    whole = eol.join(lines).encode()
    cut = [whole[:end] for end in range(1, len(whole) + 1)]

    assert [] == [body for body in cut if (tree := quick(body)) and (tree, ()) != through_mail_parser(body)]
