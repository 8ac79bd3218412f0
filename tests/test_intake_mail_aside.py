"""Large bodies wait aside while the library reads a mail, and are back in their parts to the last byte."""

import base64

import pytest

from intake.mail import attachment_bytes
from intake.mail.aside import LARGE
from intake.mail.limits import fenced
from intake.mail.mime import through_mail_parser
from intake.mail.splitter import quick

MIB = 1 << 20
HEAD = b"From: ana@acme.example\r\nSubject: It drops\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n"
TEXT = b"--xx\r\nContent-Type: text/plain\r\n\r\n%b\r\n"
FILE = b"--xx\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n%b\r\n"
LINES = b"".join(b"line %d\r\n" % number for number in range(LARGE))
PICTURE = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    "body",
    [
        HEAD + TEXT % LINES + FILE % base64.encodebytes(PICTURE) + b"--xx--\r\n",
        (HEAD + TEXT % LINES + FILE % base64.encodebytes(PICTURE) + b"--xx--\r\n").replace(b"\r\n", b"\n"),
        HEAD + TEXT % (LINES + b"\r\n\r\nno end of line") + b"--xx--\r\n" + LINES,
        HEAD + LINES + TEXT % b"short" + TEXT % (b"x-set-aside-0-0;\r\n" + LINES) + b"--xx--\r\n",
        b"From: ana@acme.example\r\n\r\n" + LINES,
        b"From: ana@acme.example\r\n\r\n" + b"\r\n" * LARGE,
        b"From: ana@acme.example\r\n\r\n" + b"x" * 3 * LARGE,
    ],
)
def test_a_large_body_is_what_it_was(body):
    assert (quick(body), ()) == through_mail_parser(body)


def test_a_file_is_exact_in_a_mail_that_only_the_library_reads():
    body = HEAD.replace(b"It drops", "Es fällt".encode()) + FILE % base64.encodebytes(PICTURE) + b"--xx--\r\n"

    assert PICTURE == attachment_bytes(body, 0)


def test_of_a_large_mail_that_only_the_library_reads_it_is_given_little():
    lines = (b"QUJD" * 19 + b"\r\n") * (20 * MIB // 78)
    within, _, _ = fenced(HEAD + FILE % lines)

    assert LARGE > len(within)
