"""The bytes of a mail, read back with the standard library."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailparser import parse_from_bytes

from intake.errors import PermanentFailure
from intake.messages import Address, File, Outbound
from intake.tickets import Desk
from replies.mime import mail_bytes

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DESK = Desk(name="Vendor support", address="support@vendor.example", mark="d1")
OUTBOUND = Outbound(
    channel="email",
    recipient=Address("Mario Rossi", "mario@acme.example"),
    notice="added",
    subject="Re: Export is down [WX-1042]",
    body="Hello **Mario**,\n\nit is on [WX-1042](https://portal.vendor.example/1042).\n",
    message_id="m1@vendor.example",
    in_reply_to="2@acme.example",
    references=("1@acme.example", "2@acme.example"),
    reply_to="support+abc@vendor.example",
    from_name="Anna (Vendor support)",
    automatic="auto-replied",
    ticket_number=1042,
)


def mail(**changes):
    return mail_bytes(replace(OUTBOUND, **changes), DESK, NOW)


def read(**changes):
    return message_from_bytes(mail(**changes), policy=default)


def content(part):
    return part.get_content().replace("\r\n", "\n")


def test_the_head_says_who_to_whom_what_and_about_what():
    wanted = {
        "From": '"Anna (Vendor support)" <support@vendor.example>',
        "To": "Mario Rossi <mario@acme.example>",
        "Reply-To": "support+abc@vendor.example",
        "Subject": "Re: Export is down [WX-1042]",
        "Date": "Tue, 10 Mar 2026 09:00:00 +0000",
        "Message-ID": "<m1@vendor.example>",
        "In-Reply-To": "<2@acme.example>",
        "References": "<1@acme.example> <2@acme.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Deskbell": "d1",
        "Content-Language": "en",
        "MIME-Version": "1.0",
    }

    assert wanted == {name: str(read()[name]) for name in wanted}


def test_every_header_stands_there_once():
    names = [name.lower() for name in message_from_bytes(mail(), policy=compat32)]

    assert sorted(set(names)) == sorted(names)


def test_text_comes_first_and_html_says_the_same():
    parts = [(part.get_content_type(), content(part)) for part in read().iter_parts()]

    assert ["text/plain", "text/html"] == [kind for kind, _ in parts]
    assert "Hello Mario,\n\nit is on WX-1042 (https://portal.vendor.example/1042).\n" == parts[0][1]
    assert "<strong>Mario</strong>" in parts[1][1]


@pytest.mark.parametrize("automatic", ["auto-replied", "auto-generated"])
def test_what_we_send_by_ourselves_says_so(automatic):
    assert automatic == read(automatic=automatic)["Auto-Submitted"]


def test_a_persons_own_words_are_not_marked_as_automatic():
    message = read(automatic="no")

    assert (None, None, "d1") == (
        message["Auto-Submitted"],
        message["X-Auto-Response-Suppress"],
        message["X-Deskbell"],
    )


def test_ids_longer_than_a_line_are_written_as_they_are():
    long = "AM0PR01MB" + "0" * 90 + "@AM0PR01MB1234.eurprd01.prod.exchangelabs.example"
    written = mail(in_reply_to=long, references=("1@a.example", long))

    assert f"In-Reply-To: <{long}>\r\n".encode() in written
    assert f"References: <1@a.example>\r\n <{long}>\r\n".encode() in written


def test_of_many_references_the_first_ten_and_the_last_ten_stay():
    ids = tuple(f"{number}@a.example" for number in range(50))
    kept = read(references=ids)["References"].split()

    assert [f"<{one}>" for one in (*ids[:10], *ids[-10:])] == kept


def test_of_long_references_as_many_stay_as_servers_take_and_both_ends_among_them():
    ids = tuple(f"{number:02}{'x' * 800}@a.example" for number in range(30))
    written = mail(references=ids, in_reply_to=ids[-1])
    kept = as_others_read_it(written)["references"].split()

    assert [f"<{ids[0]}>", f"<{ids[-1]}>"] == [kept[0], kept[-1]]
    assert 4096 >= sum(map(len, kept)) - 2 * len(kept)
    assert 998 >= max(map(len, written.split(b"\r\n")))


def as_others_read_it(written):
    """The head by mail-parser, which reads mail as other programs do."""
    return {name.lower(): value for name, value in parse_from_bytes(written).headers.items()}


def test_the_thread_is_what_other_programs_read():
    """Gmail, Outlook and mutt hang a mail on the last of References, and on In-Reply-To."""
    ids = tuple(f"CAF{number:040}+=a_b-c@mail.gmail.example" for number in range(12))
    head = as_others_read_it(mail(references=ids, in_reply_to=ids[-1]))

    assert [f"<{one}>" for one in ids] == head["references"].split()
    assert f"<{ids[-1]}>" == head["in-reply-to"]


ZIP, TEXT = (
    File("Plan für Ana.zip", "application/zip", bytes(range(256)) * 300),
    File("a.txt", "text/plain", b"x\n"),
)


def with_files(*files):
    return mail_bytes(OUTBOUND, DESK, NOW, files)


def test_files_stand_behind_the_text_byte_for_byte_and_text_and_html_stay_alternatives():
    message = message_from_bytes(with_files(ZIP, TEXT), policy=default)
    body, *files = message.iter_parts()

    assert ("multipart/mixed", "multipart/alternative") == (
        message.get_content_type(),
        body.get_content_type(),
    )
    assert [(ZIP.name, ZIP.content_type, ZIP.data), (TEXT.name, TEXT.content_type, b"x\n")] == [
        (one.get_filename(), one.get_content_type(), one.get_payload(decode=True)) for one in files
    ]
    assert ["attachment"] * 2 == [one.get_content_disposition() for one in files]


def test_files_are_read_by_other_programs_and_a_second_try_writes_the_same_bytes():
    found = parse_from_bytes(with_files(ZIP, TEXT)).attachments

    assert [ZIP.name, TEXT.name] == [one["filename"] for one in found]
    assert with_files(ZIP, TEXT) == with_files(ZIP, TEXT)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("application/pdf", "application/pdf"),
        ("Image/PNG", "image/png"),
        ("message/rfc822", "application/octet-stream"),  # must not stand in base64
        ("multipart/mixed", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text", "application/octet-stream"),
        ("text/plain\r\nBcc: z@evil.example", "application/octet-stream"),
    ],
)
def test_a_file_is_of_the_type_that_it_says_if_that_is_one(kind, written):
    message = message_from_bytes(with_files(File("x", kind, b"x")), policy=default)
    (file,) = message.iter_attachments()

    assert (written, None) == (file.get_content_type(), message["Bcc"])


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "file-1"),
        ('a"; filename="b.exe', 'a"; filename="b.exe'),
        ("a\r\nBcc: z@evil.example", "a Bcc: z@evil.example"),
        ("日本語" * 30, "日本語" * 30),
    ],
)
def test_a_files_name_is_never_more_than_a_name(name, written):
    message = message_from_bytes(with_files(File(name, "text/plain", b"x")), policy=default)
    (file,) = message.iter_attachments()

    assert written == file.get_filename()
    assert message["Bcc"] is None


def test_a_large_file_has_short_lines_only():
    assert 78 >= max(
        map(len, with_files(File("x.bin", "application/octet-stream", bytes(1 << 20))).split(b"\r\n"))
    )


@pytest.mark.parametrize(
    "bad", ["", "a b@c", "<x@y>", "x@y\r\nBcc: z@evil.example", "ä@b", "a\x00@b", "x" * 2000]
)
def test_an_id_that_no_header_can_hold_is_left_out(bad):
    message = read(in_reply_to=bad, references=(bad, "1@a.example"))

    assert (None, "<1@a.example>", None) == (message["In-Reply-To"], message["References"], message["Bcc"])


@pytest.mark.parametrize("field", ["subject", "from_name"])
def test_line_breaks_and_nuls_never_make_a_header(field):
    message = read(**{field: "Hello\r\nBcc: z@evil.example\x00\n\nX\u2028Y\x0b"})

    assert message["Bcc"] is None
    assert "Hello Bcc: z@evil.example X Y" in str(message[{"subject": "Subject", "from_name": "From"}[field]])


def test_a_recipients_name_never_makes_a_second_recipient():
    message = read(recipient=Address('Mario" <z@evil.example>,\r\nx', "mario@acme.example"))

    assert ["mario@acme.example"] == [one.addr_spec for one in message["To"].addresses]
    assert message["Bcc"] is None


@pytest.mark.parametrize("subject", ["Ä" * 150, "日本語の件名" * 20, "x" * 400, "Export läuft nicht 🙂 " * 9])
def test_words_in_any_letters_survive_in_encoded_words_of_the_allowed_length(subject):
    written = mail(subject=subject)

    assert subject.strip() == read(subject=subject)["Subject"]
    assert max(map(len, re.findall(rb"=\?utf-8\?\S*\?=", written)), default=0) <= 75


def test_every_line_is_seven_bits_and_short_enough_for_any_server():
    body = "Grüße" * 400 + "\n\n" + "x" * 3000 + "\n\n.\n\nFrom here\n"
    lines = mail(body=body, subject="Ü" * 300).split(b"\r\n")

    assert all(line.isascii() and len(line) <= 78 and b"\n" not in line for line in lines)
    assert body == content(read(body=body).get_body(("plain",)))


def test_a_second_try_writes_the_same_bytes():
    assert mail() == mail()


def test_an_address_in_other_letters_is_written_in_utf8():
    written = mail(recipient=Address("Jürgen", "jürgen@acme.example"))

    assert "<jürgen@acme.example>".encode() in written


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b, c@d", "a\r\nb@c.example", "a@", "@b", "a b@c.example", "<>"]
)
def test_an_address_that_cannot_be_written_to_is_given_up_at_once(address):
    with pytest.raises(PermanentFailure):
        mail(recipient=Address("", address))


def test_the_html_fetches_nothing_runs_nothing_and_names_its_language():
    body = (
        "<script>x</script> <img src=http://evil.example/p.png>\n\n![p](http://evil.example/p.png)\n\n"
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](https://ok.example)\n"
    )
    html = read(body=body, language="de", subject="</title><script>").get_body(("html",)).get_content()
    tags = " ".join(re.findall("<[^>]*>", html)) + html.partition("</style>")[0]

    assert '<html lang="de">' in html
    assert not re.search(r"<(script|img|iframe|link|object|form|input)|\bon\w+=|url\(|@import|src=", tags)
    assert ['href="https://ok.example"'] == re.findall(r'href="[^"]*"', html)


NAMES = st.lists(
    st.sampled_from(
        [*'",;:<>()[]\\@. =?', "evil@x.example", "ä", "日本", "x" * 30, "=?utf-8?q?a?=", "\r\n", "\x00", "🙂"]
    ),
    max_size=30,
).map("".join)


@given(NAMES)
def test_no_name_at_all_changes_whom_a_mail_is_from_or_to(name):
    message = read(recipient=Address(name, "mario@acme.example"), from_name=name, subject=f"x{name}")

    assert ["mario@acme.example"] == [one.addr_spec for one in message["To"].addresses]
    assert ["support@vendor.example"] == [one.addr_spec for one in message["From"].addresses]
    assert sorted(read()) == sorted(message)
    assert not message.defects
