"""Malformed mail: what its author meant is read, whatever a program made of it on the way.

The rows are one idea each. A mail whose headers had to be mended is read too, but then nobody's proof of
who wrote it counts, since another server may have read it otherwise.
"""

import binascii
from datetime import UTC, datetime

import pytest

from intake.mail import attachment_bytes, read_mail
from intake.messages import Raw

HEAD = "From: Ana <ana@acme.example>\nSubject: It drops\n"
TEXT = "Content-Type: text/plain\n\nhello"
MARKUP = "Content-Type: text/html\n\n<p>hello</p>"
FILE = 'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nUERG'
MIXED = 'Content-Type: multipart/mixed; boundary="xx"\n\n'
PARTS = f"--xx\n{TEXT}\n--xx\n{FILE}\n--xx--\n"
PACKED = f"begin 644 log.txt\n{binascii.b2a_uu(b'file content').decode()}`\nend\n"


def read(mail: str):
    return read_mail(Raw("email", "", mail.encode("utf-8", "surrogateescape"), datetime.now(UTC)))


@pytest.mark.parametrize(
    "mail",
    [
        f"{HEAD}Content-Type: multipart/mixed\n\n{PARTS}",
        f'{HEAD}Content-Type: multipart/mixed; boundary="another"\n\n{PARTS}',
        f'{HEAD}Content-Type: multipart/mixed; boundary="XX"\n\n{PARTS}',
        f'{HEAD}Content-Type: multipart/mixed boundary="xx"\n\n{PARTS}',
        f'{HEAD}Content-Type: multipart/mixed; boundary="xx\n\n{PARTS}',
        f"{HEAD}Content-Type: multipart/mixed; boundary='xx'\n\n{PARTS}",
        f'{HEAD}Content-Type: multipart/mixed (a comment); boundary="xx" (and one more)\n\n{PARTS}',
        f"{HEAD}Content-Type: text/plain\n{MIXED}{PARTS}",
        f"{HEAD}{MIXED.rstrip()}\nContent-Type: text/plain\n\n{PARTS}",
        f"{HEAD}Content-Type: text/plain\n\n{PARTS}",
        f"{HEAD}\n{MIXED}{PARTS}",  # an empty line too early
        f'{HEAD}Content-Type: multipart/mixed;\n\n boundary="xx"\n\n{PARTS}',
        f'{HEAD}Content-Type: multipart/mixed;\nboundary="xx"\n\n{PARTS}',
        f"{HEAD}{MIXED}{PARTS[: -len('--xx--') - 1]}",
        f"{HEAD}{MIXED}--xx\n{TEXT}\n--xx--\n\n--xx\n{FILE}\n--xx--\n",  # it goes on behind its end
        f"{HEAD}{MIXED}--xx\n{PARTS.replace('xx', 'yy')}\n--xx--\n",  # a multipart that nothing announced
        f"{HEAD}{MIXED}--xx\nhello\n--xx\n{FILE}\n--xx--\n",
        f"{HEAD}{MIXED}{PARTS}".replace("\n", "\r\r\n"),
    ],
)
def test_the_parts_of_a_mail_are_found_whatever_its_headers_say_of_them(mail):
    inbound = read(mail)

    assert ("hello", ["a.pdf"]) == (inbound.text, [file.filename for file in inbound.attachments])


@pytest.mark.parametrize(
    "mail",
    [
        f"\ufeff{HEAD}\nhello",
        f"\n \n{HEAD}\nhello",
        f">From ana@acme.example Mon Jan  1 00:00:00 2024\n{HEAD}\nhello",
        f"From a Mon Jan  1 00:00:00 2024\n>From b Mon Jan  1 00:00:00 2024\n{HEAD}\nhello",
        "Received: by mx\na line of its own\nFrom: Ana <ana@acme.example>\nSubject: It drops\n\nhello",
    ],
)
def test_headers_are_read_past_what_does_not_belong_there_and_then_prove_nothing(mail):
    inbound = read(mail)

    assert ("ana@acme.example", "It drops", "hello") == (
        inbound.sender.address,
        inbound.subject,
        inbound.text,
    )
    assert inbound.is_ambiguous


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hello there\nTo: do\n\nmore", "Hello there\nTo: do\n\nmore"),  # below an empty line: words
        ("--\nContent of the signature", "--\nContent of the signature"),
        (
            "-- \nAna\n\nContent-Type: text/plain\n\nis what it says",
            "-- \nAna\n\nContent-Type: text/plain\n\nis what it says",
        ),
        ("I begin 644 things\nand end none", "I begin 644 things\nand end none"),
    ],
)
def test_what_somebody_wrote_is_not_taken_for_parts(body, text):
    assert text == read(f"{HEAD}\n{body}").text


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("Content-Transfer-Encoding: base64 (as it were)", "aGVsbG8=", "hello"),
        ("Content-Transfer-Encoding: quoted_printable", "hell=6F", "hello"),
        (
            "Content-Transfer-Encoding: base64",
            "This was never encoded at all.",
            "This was never encoded at all.",
        ),
        ("Content-Transfer-Encoding: base64", "aGVs!!bG8g\n*d29ybGQ=", "hello world"),
        ("Content-Transfer-Encoding: base64", "aGVsbG8=\n\n-- \nA list's footer", "hello"),
        (
            "Content-Transfer-Encoding: quoted-printable",
            "one=\t\n line, 100% = all, =ZZ",
            "one line, 100% = all, =ZZ",
        ),
        ("Content-Type: plain/text", "hello", "hello"),
        ("Content-Type: text/plain, charset=utf-8", "hello", "hello"),
        ('Content-Type: "text/plain"', "hello", "hello"),
        ("Content-Type: text/markdown", "*hello*", "*hello*"),
        ("Content-Type: text/enriched", "<bold>Now</bold>\nthen <<x>\n\ntwo", "Now then <x>\ntwo"),
        ("Content-Type: text/plain", "<html><body><p>one</p><p>two</p></body></html>", "one\n\ntwo"),
    ],
)
def test_a_text_is_read_as_it_is_written_not_as_it_is_labelled(headers, body, text):
    assert text == read(f"{HEAD}{headers}\n\n{body}").text


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="a.pdf"', "a.pdf"),
        ('; filename="a.pdf"', "a.pdf"),
        ("attachment; filename=my long name.pdf", "my long name.pdf"),
        ("attachment; filename*=\"UTF-8''r%C3%A9.pdf\"", "ré.pdf"),
        ("attachment; filename*=r%C3%A9.pdf", "ré.pdf"),
        ("attachment; filename*0*=UTF-8''r%C3;\n filename*1*=%A9.pdf", "ré.pdf"),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "ab.pdf"),
        ('attachment; filename="=?UTF-8?B?csM=?=\n =?UTF-8?B?qS5wZGY=?="', "ré.pdf"),
        ('attachment; filename="r\udce9sum\udce9 de la r\udce9union.pdf"', "résumé de la réunion.pdf"),
    ],
)
def test_a_file_has_its_name_however_that_is_written(disposition, name):
    part = f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\nPDF"
    inbound = read(f"{HEAD}{MIXED}--xx\n{TEXT}\n--xx\n{part}\n--xx--\n")

    assert [name] == [file.filename for file in inbound.attachments]


def test_files_in_the_midst_of_a_text_are_files():
    mail = f"{HEAD}\nSee below.\n\n{PACKED}and {PACKED}Bye."
    inbound = read(mail)

    assert ["log.txt"] == [file.filename for file in inbound.attachments]
    assert b"file content" == attachment_bytes(mail.encode(), inbound.attachments[0].position)
    assert "See below.\n\nand begin" == inbound.text[:21]


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("windows-1252", "Grüße".encode(), "Grüße"),  # a label that lies
        ("koi8-r", "Grüße".encode(), "Grüße"),
        ("shift_jis", "Grüße aus Köln für Sie".encode(), "Grüße aus Köln für Sie"),
        ("gb2312", "的".encode("gb2312"), "的"),  # and one that does not
        ("windows-1252", "Grüße".encode("cp1252"), "Grüße"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),
        ("us-ascii", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
    ],
)
def test_bytes_are_read_by_what_they_are_where_their_label_cannot_be_right(charset, data, text):
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\n\n".encode()

    assert text == read_mail(Raw("email", "", head + data, datetime.now(UTC))).text


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("=?utf-8?Q?what? really?=", "what? really"),
        ("\x1b$B$3$s\x1b(B", "こん"),
    ],
)
def test_a_subject_is_read_however_it_is_encoded(written, subject):
    assert subject == read(f"From: ana@acme.example\nSubject: {written}\n\nhello").subject


@pytest.mark.parametrize(
    "sender",
    ["<mailto:ana@acme.example>", "Ana [ana@acme.example]", "ana @ acme.example", "Ana <<ana@acme.example>>"],
)
def test_an_address_is_found_in_what_programs_put_around_it(sender):
    assert "ana@acme.example" == read(f"From: {sender}\n\nhello").sender.address


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 2 Mar 2026 10:00:00 GMT+0100",
        "Mon, 2 Mar 2026 10:00:00 +01:00",
        "Mon Mar  2 10:00:00 CET 2026",
        "Mo, 2 Mrz 2026 10:00:00 +0100",
        "Mon, 2 Mar 126 10:00:00 +0100",
        "Mon, 2-Mar-2026 10:00:00 +0100",
        "2026-03-02T10:00:00+01:00",
    ],
)
def test_a_date_is_read_in_the_forms_that_programs_invent(date):
    assert datetime(2026, 3, 2, 9, tzinfo=UTC) == read(f"From: a@b.example\nDate: {date}\n\nhello").date
