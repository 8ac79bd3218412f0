"""Any bytes end in bounded time and memory, as a message or as UnreadableMessage."""

import random
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.errors import UnreadableMessage
from intake.mail import read_mail, read_mail_thoroughly
from intake.messages import Inbound, Raw

pytestmark = pytest.mark.slow

SECONDS = 10.0
MEGABYTES = 60
HEAD = b"From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1@b.example>\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = HEAD + b"\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
REPORT = b"From: mailer-daemon@x.example\r\nSubject: Undelivered mail\r\n\r\n"
CHARSETS = (
    "utf-7",
    "unicode_escape",
    "rot13",
    "zip",
    "idna",
    "undefined",
    "punycode",
    "hex",
    "base64",
    "x" * 5_000,
)


def nested(depth: int, inside: bytes) -> bytes:
    return (
        HEAD
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
        )
        + inside
    )


BOMBS = {
    "a subject of 152 kB in words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 11_000 + b"\r\n\r\nhi",
    "a folded subject of 950 kB": HEAD + b"Subject: " + b"=?utf-8?q?a?=\r\n " * 60_000 + b"x\r\n\r\nhi",
    "a thousand nested parts": nested(1_000, b"\r\nhi"),
    "nested parts and many lines": nested(49, b"\r\n" + b"\n" * 500_000),
    "one boundary nested in itself": HEAD + (MIXED[len(HEAD) :] + b"--b\r\n") * 2_000,
    "ten thousand parts": MIXED + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n",
    "ten thousand files": MIXED + b"--b\r\nContent-Type: a/b; name=x\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n",
    "lines that could be boundaries": MIXED + b"--x\r\n" * 100_000,
    "brackets in From": b"From: " + b"<" * 20_000 + b"a@b.c\r\n\r\nhi",
    "comments in From": b"From: " + b"(" * 15_000 + b"a@b.c\r\n\r\nhi",
    "quotes in From": b"From: " + b'"\\' * 8_000 + b"a@b.c\r\n\r\nhi",
    "a Message-ID of brackets": HEAD.replace(b"<1@b.example>", b"<<<<") + b"\r\nhi",
    "20,000 addresses": HEAD + b"Cc: " + b",\r\n ".join(b"u%d@x.de" % n for n in range(20_000)) + b"\r\n\r\n",
    "900 headers full of addresses": HEAD + (b"Cc: " + b"a@b.c," * 2_700 + b"\r\n") * 900 + b"\r\nhi",
    "100,000 headers": HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nhi",
    "headers of bytes": b"".join(b"To: " + bytes((200 + n % 50, 129)) * 50 + b"\r\n" for n in range(900)),
    "many parameters": HEAD + b"Content-Type: text/plain" + b"; a*1=b" * 2_000 + b"\r\n\r\nhi",
    "On, 60,000 times": TEXT + b"On " * 60_000,
    "On, on 60,000 lines": TEXT + b"On a 12:\r\n" * 60_000,
    "dashes on 100,000 lines": TEXT + b"--\n" * 100_000,
    "quoted lines": TEXT + b"> a\n\nb\n" * 60_000,
    "From, on 60,000 lines": TEXT + b"\n" * 60_000 + b"From: a\n" * 60_000,
    "signatures": TEXT + b"Sent from my iPhone\n" * 30_000,
    "flowing lines": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n" * 200_000,
    "one line": b"A" * 2_000_000,
    "no bytes but NUL": b"\0" * 1_000_000,
    "carriage returns": TEXT + b"\r" * 300_000,
    "padding": HEAD + b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * 250_000,
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n" + b"M\n" * 200_000,
    "nested HTML": HTML + b"<div>" * 100_000,
    "HTML that is never closed": HTML + b"".join(b"<b a=%d>" % n for n in range(3_000)) + b"<p>" * 50_000,
    "tags that are never closed": HTML + b"<a" * 200_000,
    "a report on 10,000": HEAD
    + MIXED[len(HEAD) :]
    + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b.c\nAction: failed\n\n" * 10_000
    + b"--b--",
    "a report of addresses": REPORT + b"a@b.c: <a@b.c>\n" * 20_000,
    "a report of letters": REPORT + b"a.b-" * 20_000,
    "a winmail.dat": HEAD
    + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\0\0"
    + b"\x02\x02\x90\x06\0\x0e\0\0\0" * 50_000,
    "an unknown charset": HEAD + b"Content-Type: text/plain; charset=x\r\n\r\n" + bytes(range(128, 256)) * 99,
}  # fmt: skip


def read(body: bytes) -> Inbound | None:
    try:
        return read_mail(Raw("email", "test", body, datetime(2026, 3, 2, tzinfo=UTC)))
    except UnreadableMessage:
        return None


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_a_mail_made_to_be_dear_is_cheap(body):
    started = time.process_time()  # what it costs, not how busy the machine is
    read(body)

    assert SECONDS > time.process_time() - started


@pytest.mark.parametrize(
    "name", ["a subject of 152 kB in words", "a folded subject of 950 kB", "20,000 addresses"]
)
def test_a_long_header_takes_little_memory(name):
    tracemalloc.start()
    try:
        read(BOMBS[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert MEGABYTES * 1024 * 1024 > peak


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a subject of 152 kB in words", "a header of more than 16384 bytes"),
        ("a thousand nested parts", "nested more than 50 deep"),
        ("ten thousand parts", "more than 1000 parts"),
        ("100,000 headers", "more than 1000 headers"),
    ],
)
def test_what_is_beyond_a_limit_is_said_and_the_rest_is_read(name, said):
    mail = read(BOMBS[name])

    assert "a@b.example" == mail.sender.address
    assert said in " ".join(mail.defects)


def test_mails_that_differ_only_beyond_a_limit_are_two():
    body = BOMBS["ten thousand parts"]

    assert read(body).identity != read(body.replace(b"x\r\n--b--", b"y\r\n--b--")).identity


@pytest.mark.parametrize("charset", CHARSETS)
def test_no_codec_that_is_no_character_set_is_ever_run(charset):
    head = f"Subject: =?{charset[:60]}?q?+ADw-?=\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    mail = read(head.encode() + b"+ADw-x \\u0041")

    assert ("+ADw-", "+ADw-x \\u0041") == (mail.subject, mail.text)


def test_random_bytes_and_damaged_mails_never_raise_anything_else():
    chance = random.Random(7)
    mails = [path.read_bytes() for path in sorted((Path(__file__).parent / "mail").glob("*.eml"))]
    for _ in range(300):
        body = bytearray(chance.choice(mails))
        for _ in range(chance.randint(1, 30)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        mail = read(bytes(body))
        assert mail is None or mail.text.encode() is not None  # no lone surrogates


def test_both_ways_refuse_the_same_nothing():
    for body in (b"", b"\r\n"):
        with pytest.raises(UnreadableMessage):
            read_mail_thoroughly(Raw("email", "test", body, datetime(2026, 3, 2, tzinfo=UTC)))
