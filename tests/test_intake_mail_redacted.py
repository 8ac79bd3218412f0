"""A stored mail loses a secret in whatever encoding it stands, and nothing else."""

import base64
import gzip
import io
import quopri
import re
import zipfile
from email import message_from_bytes

import pytest
from hypothesis import given

from intake.errors import UnreadableMessage
from intake.mail import attachment_bytes, read_mail
from intake.mail.redacted import NOTE, redacted_mail, redacted_payload
from intake.mail.traces import closed_files
from intake.messages import Raw
from intake.redaction import Wanted, eraser_for
from redact_plans import everything_in, plans
from stores import NOON

pytestmark = pytest.mark.slow

SECRET = "Tr0ub4dor&3"
GERMAN = "Schlüssel!9"
ERASER = eraser_for([Wanted(SECRET, "password"), Wanted(GERMAN)])
HEAD = b"From: ana@acme.example\r\nSubject: Login\r\nMessage-ID: <m1@acme.example>\r\nMIME-Version: 1.0\r\n"


def a_mail(kind: str, content: bytes, encoding: str = "8bit", more: str = "") -> bytes:
    """A mail of one part."""
    fields = f"{more}Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return HEAD + fields.encode() + content


def a_mixed_mail(kind: str, content: bytes, encoding: str = "base64", name: str = "a.bin") -> bytes:
    """A mail with a file."""
    return (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello.\r\n--b\r\n'
        b"Content-Type: " + kind.encode() + b"\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n"
        b'Content-Disposition: attachment; filename="'
        + name.encode()
        + b'"\r\n\r\n'
        + (base64.encodebytes(content).replace(b"\n", b"\r\n") if encoding == "base64" else content)
        + b"\r\n--b--\r\n"
    )


def read(body: bytes):
    return read_mail(Raw("email", "", body, NOON))


def in_base64(text: str, charset: str = "utf-8") -> bytes:
    return base64.encodebytes(text.encode(charset)).replace(b"\n", b"\r\n")


def zipped(text: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", text)
    return buffer.getvalue()


PLAIN = "text/plain; charset=utf-8"
WORDS = f"The password is {SECRET} now."
REDACTED = "The password is [redacted: password] now."


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        (a_mail(PLAIN, WORDS.encode()), REDACTED),
        (a_mail(PLAIN, in_base64(WORDS), "base64"), REDACTED),
        (a_mail(PLAIN, b"The password is Tr0ub=\r\n4dor=263 now.", "quoted-printable"), REDACTED),
        (a_mail(PLAIN, quopri.encodestring(f"Ä {GERMAN} ß".encode()), "quoted-printable"), "Ä [redacted] ß"),
        (a_mail("text/plain; charset=iso-8859-1", f"ä {GERMAN}".encode("latin-1")), "ä [redacted]"),
        (a_mail("text/plain; charset=iso-8859-1", b"Schl=FCssel!9 =E4", "quoted-printable"), "[redacted] ä"),
        (a_mail("text/plain; charset=utf-16", in_base64(WORDS, "utf-16"), "base64"), REDACTED),
        (a_mail("text/plain; charset=koi8-r", f"да {SECRET}".encode("koi8-r")), "да [redacted: password]"),
        (
            a_mail("text/plain; charset=iso-2022-jp", f"は {SECRET}".encode("iso2022_jp")),
            "は [redacted: password]",
        ),
        (a_mail("text/plain; charset=nonsense", f"Ä {SECRET}".encode()), "Ä [redacted: password]"),
        # a program broke the line within the secret, and says how to join it (RFC 3676)
        (a_mail("text/plain; format=flowed; delsp=yes", b"a Tr0ub \r\n4dor&3 b"), "a [redacted: password] b"),
        (a_mail(PLAIN, b"> a Tr0ub\r\n> 4dor&3 b"), "> a [redacted: password] b"),
        (a_mail("text/html", b"<p>a Tr0ub4dor&amp;3 b</p>"), "a [redacted: password] b"),
        (a_mail("text/html", b"<p>a Tr0<b>ub4</b>dor&#38;3 b</p>"), "a [redacted: password] b"),
        (a_mail("text/html", b"<p>a &#84;r0ub&shy;4dor&#x26;3 b"), "a [redacted: password] b"),
        (a_mail("text/html; charset=iso-8859-1", b"<p>a Schl&uuml;ssel!9 b</p>"), "a [redacted] b"),
        (a_mail("text/html", in_base64("<i>a</i> Tr0ub4dor&amp;3"), "base64"), "a [redacted: password]"),
    ],
)
def test_a_secret_is_taken_out_where_it_stands_in_every_encoding(mail, text):
    mended = redacted_mail(mail, ERASER)

    assert text == read(mended).text.strip()


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        (f"Subject: My {SECRET} fails", "subject", "My [redacted: password] fails"),
        ("Subject: =?utf-8?q?My_Tr0ub4dor=263_f=C3=A4llt?=", "subject", "My [redacted: password] fällt"),
        ("Subject: =?utf-8?b?VHIwdWI0?=\r\n =?utf-8?b?ZG9yJjM=?=", "subject", "[redacted: password]"),
        ("Subject: Tr0ub4=?iso-8859-1?q?dor=263?=", "subject", "[redacted: password]"),
        (f"X-Login: admin,\r\n {SECRET}", "x-login", "admin, [redacted: password]"),
    ],
)
def test_a_secret_is_taken_out_of_headers(field, name, value):
    mail = field.encode() + b"\r\nFrom: a@b.example\r\nMessage-ID: <1@b.example>\r\n\r\nHello.\r\n"
    mended = read(redacted_mail(mail, ERASER))

    assert value == (mended.subject if name == "subject" else mended.header(name))
    assert ("1@b.example", "a@b.example") == (mended.message_id, mended.sender.address)


def test_an_address_keeps_its_mailbox_when_its_name_is_redacted():
    mail = b"From: =?utf-8?q?=C3=84_Tr0ub4dor=263?= <ana@acme.example>\r\nSubject: x\r\n\r\nHello.\r\n"
    sender = read(redacted_mail(mail, ERASER)).sender

    assert ("Ä [redacted: password]", "ana@acme.example") == (sender.name, sender.address)


@pytest.mark.parametrize(
    ("kind", "content", "left"),
    [
        ("text/plain", f"log: {SECRET}\n".encode(), b"log: [redacted: password]\n"),
        ("application/json", f'{{"pw": "{SECRET}"}}'.encode(), b'{"pw": "[redacted: password]"}'),
        ("application/octet-stream", b"\0\1" + SECRET.encode() + b"\0\xff", NOTE),
        ("application/octet-stream", b"\0\1" + SECRET.encode("utf-16-le") + b"\xff", NOTE),
        ("application/zip", zipped(SECRET.encode()), NOTE),
        ("application/gzip", gzip.compress(SECRET.encode(), mtime=0), NOTE),
        # a word processor keeps one word in several pieces
        ("application/vnd.openxmlformats", zipped(b"<t>Tr0ub4</t><x/><t>dor&amp;3</t>"), NOTE),
        (
            "message/rfc822",
            b"Subject: x\r\n\r\n" + SECRET.encode(),
            b"Subject: x\r\n\r\n[redacted: password]",
        ),
        (
            "message/rfc822",
            b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n" + in_base64(SECRET),
            b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n" + in_base64("[redacted: password]"),
        ),
        ("application/octet-stream", bytes(range(256)), bytes(range(256))),
    ],
)
def test_a_file_loses_the_secret_or_gives_way_to_a_note(kind, content, left):
    mended = redacted_mail(a_mixed_mail(kind, content), ERASER)
    (file,) = read(mended).attachments

    assert left == attachment_bytes(mended, file.position)


def test_a_file_is_named_without_the_secret():
    mended = redacted_mail(a_mixed_mail("text/plain", b"x", name=f"{SECRET}.txt"), ERASER)

    assert ["[redacted_ password].txt"] == [file.filename for file in read(mended).attachments]


def test_a_mail_without_the_secret_stays_as_it_came():
    mail = a_mixed_mail("application/pdf", bytes(range(256)))

    assert redacted_mail(mail, ERASER) is mail


def test_everything_besides_the_secret_stays_to_the_byte():
    mail = a_mixed_mail("application/octet-stream", bytes(range(256))).replace(b"Hello.", SECRET.encode())
    expected = mail.replace(SECRET.encode(), b"[redacted: password]")

    assert expected == redacted_mail(mail, ERASER)


def test_what_cannot_be_proven_has_no_outcome():
    beyond = b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + in_base64(WORDS) + b"--b--"
    too_many = (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + 1000 * b"--b\r\n\r\nx\r\n" + beyond
    )

    assert (None, None) == (redacted_mail(too_many, ERASER), redacted_mail(b"", ERASER))


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        (b'{"text": "Tr0ub4dor&3", "id": 7}', b'{"text": "[redacted: password]", "id": 7}'),
        (b'{"text": "Schl\\u00fcssel!9"}', b'{"text": "[redacted]"}'),
        (b'{"text": "nothing"}', b'{"text": "nothing"}'),
        (b"{ Tr0ub4dor&3", None),
    ],
)
def test_the_same_for_what_a_chat_sent(payload, left):
    assert left == redacted_payload(payload, ERASER)


def test_files_that_nothing_was_looked_for_in_are_named():
    mails = (a_mixed_mail("image/png", b"\x89PNG\0"), a_mixed_mail("application/zip", zipped(b"x")))

    assert [("a.bin",), ()] == [closed_files(mail) for mail in mails]


@given(plans())
def test_wherever_a_secret_was_put_it_is_gone_and_the_mail_is_the_same(plan):
    mail = plan.mail().as_bytes()
    mended = redacted_mail(mail, eraser_for([Wanted(plan.secret)]))
    kinds = [[part.get_content_type() for part in message_from_bytes(one).walk()] for one in (mail, mended)]

    assert plan.secret not in everything_in(mended)
    assert kinds[0] == kinds[1]


@pytest.mark.slow
def test_of_every_shared_mail_a_word_can_be_taken_out_or_the_mail_is_given_up(deskbell_shared):
    outcomes = {"mended": 0, "given up": 0, "left in it": 0}
    for path in sorted(deskbell_shared.rglob("*.eml")):
        try:
            words = re.findall(r"\w{9,}", read(path.read_bytes()).text)
        except UnreadableMessage:
            continue
        for word in words[len(words) // 2 :][:1]:
            mended = redacted_mail(path.read_bytes(), eraser_for([Wanted(word)]))
            is_left = mended is not None and word in everything_in(mended)
            outcomes["given up" if mended is None else "left in it" if is_left else "mended"] += 1

    assert 0 == outcomes["left in it"]
    assert outcomes["mended"] > 9 * outcomes["given up"]
