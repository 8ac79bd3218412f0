"""What is read from a mail: names, words, files, marks; one idea a row, real mails in `mail/`."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.errors import UnreadableMessage
from intake.mail import attachment_bytes, read_mail
from intake.mail.parsed import as_contract, parsed
from intake.messages import Address, Envelope, Inbound, Raw

MAILS = Path(__file__).parent / "mail"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_raw(body: bytes | str, **more: object) -> Raw:
    return Raw("email", "mail", body if isinstance(body, bytes) else body.encode(), NOW, **more)


def the(name: str) -> Inbound:
    return read_mail(a_raw((MAILS / f"{name}.eml").read_bytes()))


def with_header(name: str, value: str | bytes) -> Inbound:
    written = value if isinstance(value, bytes) else value.encode()
    return read_mail(a_raw(name.encode() + b": " + written + b"\r\n\r\nhello\r\n"))


def test_a_reply_is_read_with_everything_the_router_asks_for():
    mail = the("gmail_reply_with_quote")

    assert Address("Anna Bauer", "anna.bauer@acme.example") == mail.sender
    assert (Address("Rossi, Bruno", "bruno@acme.example"),) == mail.cc
    assert "Re: [WX-1042] Calls drop" == mail.subject
    assert datetime(2026, 3, 2, 9, tzinfo=UTC) == mail.date
    assert ("CAF123@mail.acme.example", "out.2@vendor.example") == (mail.message_id, mail.in_reply_to)
    assert ("first@acme.example", "out.2@vendor.example") == mail.references
    assert "It still happens, € 20 lost.\n\n- restarted\n- updated" == mail.reply
    assert mail.text.endswith("> Please restart it.\n>")
    assert ('multipart/alternative; boundary="0000000000009a"',) == mail.headers["content-type"]
    assert ("", "", None, ()) == (mail.automatic, mail.bulk, mail.report, mail.attachments)


ANSWERED = """On 2 March 2026 09:00, Support <support@vendor.example> wrote:
> Which version?

The newest, that is the one from last week.

> Which site?

Turin."""


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("outlook_reply_in_german", "Die Störung besteht weiter."),
        ("html_only_with_gmail_quote", "Works & thanks"),
        ("flowed_with_inline_answers", ANSWERED),
        ("korean_in_an_old_charset", "안녕하세요"),
        ("bytes_in_the_headers", "Störung"),
        ("attachments_of_every_kind", "See the files."),
    ],
)
def test_what_was_newly_written_is_read_from_a_whole_mail(name, reply):
    assert reply == the(name).reply


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?caf=C3=A9?= =?utf-8?q?_cr=C3=A8me?=", "café crème"),
        ("=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "é"),  # a letter cut in two by its sender
        ("=?iso-8859-1?Q?caf=E9?= to go", "café to go"),
        ("=?utf-8*de?q?M=C3=BCll?=", "Müll"),  # with a language (RFC 2231 §5)
        ("=?utf-7?q?+ADw-?=", "+ADw-"),  # never decoded
        ("=?rot13?q?abc?=", "abc"),
        (b"St\xc3\xb6rung", "Störung"),
        (b"St\xf6rung im Netz", "Störung im Netz"),
        ("=?utf-8?q?a=0D=0ABcc:_b?=", "a Bcc: b"),  # line ends cannot be smuggled in
        ("C:\\temp\\new", "C:\\temp\\new"),
        ("folded\r\n over lines", "folded over lines"),
        ("=?utf-8?q?a=00b?=", "ab"),
    ],
)
def test_a_subject_reads_as_its_author_saw_it(value, subject):
    assert subject == with_header("Subject", value).subject


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("anna@ACME.Example", "", "anna@acme.example"),
        ('"Bauer, Anna" <Anna@acme.example>', "Bauer, Anna", "Anna@acme.example"),
        ("anna@acme.example (Anna)", "Anna", "anna@acme.example"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.example>", "Jürgen", "j@x.example"),
        ("Anna <anna@münchen.example>", "Anna", "anna@xn--mnchen-3ya.example"),
        ("=?utf-8?q?ceo=40bank.example?= <evil@x.example>", "", "evil@x.example"),  # a name is no address
        ("=?utf-8?q?a=3Cb=40c.d=3E?= <evil@x.example>", "", "evil@x.example"),
        ('"anna@acme.example" <anna@acme.example>', "", "anna@acme.example"),
        ("Anna anna@acme.example", "Anna", "anna@acme.example"),
        ("<@relay.example:anna@acme.example>", "", "anna@acme.example"),
        ('"a b"@acme.example', "", '"a b"@acme.example'),
        ("<<<<anna@acme.example>>>>", "", "anna@acme.example"),
    ],
)
def test_a_sender_is_read_before_words_are_decoded(value, name, address):
    assert Address(name, address) == with_header("From", value).sender


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@x.example, B <b@x.example>", ["a@x.example", "b@x.example"]),
        ("team: a@x.example, b@x.example;, c@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),  # Outlook's way
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("nobody", []),
    ],
)
def test_recipients_are_read_from_lists_and_groups(value, addresses):
    assert addresses == [one.address for one in with_header("To", value).to]


def test_every_address_of_every_from_field_is_counted():
    counts = [
        the("two_from_fields").sender_count,
        with_header("From", "a@x.example, b@x.example").sender_count,
    ]

    assert 2 == with_header("From", "A <a@x.example> <b@x.example>").sender_count
    assert [2, 2, 0] == [*counts, with_header("Subject", "none").sender_count]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00+00:00"),
        ("Mon, 2 Mar 2026 10:00:00 +0100 (CET)", "2026-03-02T09:00:00+00:00"),
        ("2 Mar 2026 10:00 GMT", "2026-03-02T10:00:00+00:00"),
        ("Mon, 02 Mar 26 10:00:00 EST", "2026-03-02T15:00:00+00:00"),
        ("Mon, 2 Mar 2026 10:00:00 JST", "2026-03-02T01:00:00+00:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00+00:00"),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00+00:00"),
        ("29-04-2017 23:34", "2017-04-29T23:34:00+00:00"),
        ("Mon, 2 Mar 2026 10:00:00 &#43;0000", "2026-03-02T10:00:00+00:00"),
        ("Wed, 31 Feb 2026 10:00:00 +0000", None),
        ("Mon, 2 Mar 0000 10:00:00 +0000", None),
        ("Mon, 1 Jan 0001 00:30:00 +0100", None),
        ("Whenever", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_whatever_form_it_comes(value, date):
    read = with_header("Date", value).date

    assert date == (read and read.isoformat())


@pytest.mark.parametrize(
    ("value", "references"),
    [
        ("<a@x> <b@x>", ("a@x", "b@x")),
        ("<a@x><b@x> <a@x>", ("a@x", "b@x")),
        ("<a@\r\n x>", ("a@x",)),
        ("a@x, b@x", ("a@x", "b@x")),
        ("<<<<", ()),
        ("no id", ()),
        (" ".join(f"<{n}@x>" for n in range(200)), tuple(f"{n}@x" for n in (*range(10), *range(110, 200)))),
    ],
)
def test_references_lose_their_brackets_and_when_many_their_middle(value, references):
    assert references == with_header("References", value).references


@pytest.mark.parametrize(
    ("value", "ids"), [("<a@x>", "a@x"), ("<<<<", ""), ("plain-id", "plain-id"), ("<a@x> junk", "a@x")]
)
def test_a_message_id_is_read_from_what_is_there(value, ids):
    assert ids == with_header("Message-ID", value).message_id


def test_files_have_safe_names_and_their_exact_bytes():
    mail = the("attachments_of_every_kind")
    log = b"line one\r\nline two"

    assert ["trace.log", "Übersicht.pdf", "bild é.png", "inner mail.eml"] == [
        file.filename for file in mail.attachments
    ]
    assert (len(log), hashlib.sha256(log).hexdigest()) == (
        mail.attachments[0].size,
        mail.attachments[0].sha256,
    )
    assert [False, False, True, False] == [file.inline for file in mail.attachments]
    assert "inner" not in mail.text


def test_html_that_is_all_quoted_is_a_forwarded_mail_and_stays():
    body = "Content-Type: text/html\r\n\r\n<div class=gmail_quote>forwarded words</div>"

    assert "forwarded words" == read_mail(a_raw(body)).reply


def test_the_bytes_of_a_file_are_found_again_by_its_position():
    body = (MAILS / "attachments_of_every_kind.eml").read_bytes()
    files = read_mail(a_raw(body)).attachments
    found = [hashlib.sha256(attachment_bytes(body, file.position)).hexdigest() for file in files]

    assert [file.sha256 for file in files] == found


def test_a_position_that_is_none_is_refused():
    with pytest.raises(UnreadableMessage, match="no part 7"):
        attachment_bytes((MAILS / "two_from_fields.eml").read_bytes(), 7)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="C:\\temp\\new.txt"', "new.txt"),
        ("filename=with blanks.txt", "with blanks.txt"),
        ("filename*=utf-8''%E2%82%AC%2Ftest", "test"),
        ("filename*=utf-8''a%00b%0A.txt", "ab .txt"),
        ('filename="=?utf-8?q?=C3=A9.txt?="', "é.txt"),
        ('filename=".."', ""),
        (f'filename="{"x" * 400}.txt"', "x" * 196 + ".txt"),
    ],
)
def test_a_file_name_can_do_no_harm(written, name):
    mail = with_header("Content-Disposition", f"attachment; {written}")

    assert [name] == [file.filename for file in mail.attachments]


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "é".encode(), "é"),
        ("us-ascii", "é".encode(), "é"),
        ("iso-8859-1", b"\x80 5", "€ 5"),  # what is called Latin-1 is Windows-1252
        ("x-unknown", "é".encode(), "é"),
        ("utf-7", b"+ADw-", "+ADw-"),
        ("unicode_escape", b"\\u0041", "\\u0041"),
        ("gb2312", "中文".encode("gbk"), "中文"),
        ("utf-8", b"a\x00b", "ab"),
    ],
)
def test_a_body_is_decoded_only_by_sets_that_are_character_sets(charset, body, text):
    mail = read_mail(a_raw(b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + body))

    assert text == mail.text


def test_the_same_mail_by_another_way_has_the_same_identity():
    body = (MAILS / "gmail_reply_with_quote.eml").read_bytes()
    trace = (
        b"Return-Path: <x@y.example>\r\nDelivered-To: a@b.example\r\nAuthentication-Results: mx; spf=pass\r\n"
    )
    again = [trace + body, body.replace(b"\r\n", b"\n"), body.partition(b"\r\n")[2], body + b"\r\n"]

    assert {read_mail(a_raw(body)).identity} == {read_mail(a_raw(one)).identity for one in again}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CAF123@", b"CAF124@"),
        (b"Anna Bauer", b"Anna Baur"),
        (b"Calls drop", b"Calls dropped"),
        (b"10:00:00", b"10:00:01"),
        (b"restarted", b"rebooted"),
        (b"<div>It", b"<div>This"),
    ],
)
def test_another_mail_has_another_identity(old, new):
    body = (MAILS / "gmail_reply_with_quote.eml").read_bytes()

    assert read_mail(a_raw(body)).identity != read_mail(a_raw(body.replace(old, new))).identity


def test_another_file_makes_another_identity():
    body = (MAILS / "attachments_of_every_kind.eml").read_bytes()

    assert read_mail(a_raw(body)).identity != read_mail(a_raw(body.replace(b"JVBER", b"JVBES"))).identity


def test_the_envelope_and_the_time_are_those_of_the_raw_mail():
    mail = read_mail(a_raw(b"Subject: s\r\n\r\nhi", envelope=Envelope("a@x.example", ("b@x.example",))))

    assert (NOW, "a@x.example") == (mail.received_at, mail.envelope.sender)


@pytest.mark.parametrize("body", [b"", b"\r\n \r\n"])
def test_an_empty_mail_is_unreadable_and_still_has_its_line(body):
    with pytest.raises(UnreadableMessage):
        read_mail(a_raw(body))

    assert "there is nothing in it" == parsed(a_raw(body))["error"]
    assert parsed(a_raw(body))["from"] is None


def test_the_contract_has_its_keys():
    read = as_contract(the("gmail_reply_with_quote"))

    assert ["from", "to", "cc", "subject", "date", "message_id", "in_reply_to", "references", "text", "reply",
            "attachments",
            "auto_generated", "bounce"] == list(read)  # fmt: skip
    assert {"name": "Anna Bauer", "address": "anna.bauer@acme.example"} == read["from"]
    assert {"value": False, "reason": ""} == read["auto_generated"]
    assert "2026-03-02T09:00:00+00:00" == read["date"]


def test_blanks_before_a_colon_hide_no_header_and_forge_none():
    mail = read_mail(
        Raw(
            "email",
            "mail",
            b"From : anna@acme.example\nSubject : Calls\nAuthentication-Results : mx; dmarc=pass\n"
            b"Content-Type : multipart/mixed; boundary=b\n\n--b\n\nStill broken.\n--b--\n",
            datetime(2026, 3, 2, tzinfo=UTC),
        )
    )

    assert ("anna@acme.example", "Calls", "Still broken.") == (mail.sender.address, mail.subject, mail.text)
    assert mail.is_ambiguous
    assert "" == mail.header("authentication-results")


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data", "MIAG", "smime.p7m"),
        ("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----", "signature.asc"),
        ("application/octet-stream", "-----BEGIN PGP MESSAGE-----", "encrypted.asc"),
        ("text/calendar; method=REQUEST", "BEGIN:VCALENDAR", "invite.ics"),
        ("application/octet-stream", "anything", ""),
    ],
)
def test_what_is_kept_whole_has_its_usual_name(kind, body, name):
    head = "From: a@acme.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
    text = f"{head}Content-Type: {kind}\n\n{body}\n--b--\n"
    mail = read_mail(Raw("email", "mail", text.encode(), datetime(2026, 3, 2, tzinfo=UTC)))

    assert [name] == [file.filename for file in mail.attachments]


def test_words_that_have_a_name_are_read_where_there_are_no_others():
    text = 'From: a@acme.example\nContent-Type: text/plain; name="m.txt"\n\nStill broken.\n'
    parted = f"From: a@acme.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{text}--b--\n"
    mail = read_mail(Raw("email", "mail", parted.encode(), datetime(2026, 3, 2, tzinfo=UTC)))

    assert ("Still broken.", 1) == (mail.text, len(mail.attachments))
