"""Mails and SMTP sessions for hypothesis: well made, odd and broken ones, as bytes.

A mail is drawn as a tree of parts with headers, character sets and transfer encodings that fit
or do not, written with either line end, and sometimes damaged afterwards. What hypothesis finds
it makes smaller, so a failure shows the piece that matters.
"""

import base64
import quopri
from email.header import Header

from hypothesis import strategies as st

CUSTOMER, DESK = "ana@acme.example", "support@vendor.example"
CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252", "koi8-r", "shift_jis", "gb18030", "utf-16")
FALSE_CHARSETS = ("utf-7", "unicode_escape", "rot13", "x-unknown", "", "utf8\x00", '"utf-8')
ENCODINGS = ("7bit", "8bit", "base64", "quoted-printable", "binary", "x-uuencode", "BASE64 ", "gzip", "")
WORDS = (
    "Calls drop", "Grüße", "WX-1001", "[WX-1002]", "ticket 1001", "> quoted", "-- ", "--b0", "--b0--", ".",
    "On Tue, 10 Mar 2026, Ana wrote:", "-----Original Message-----", "Von: Ana", "Sent from my iPhone",
    "##-- Please write above this line --##", "note: secret", "{{ 7*7 }}", "{% for a in b %}", "<b>", "&amp;",
    "\x1b[2J", "\u202e", "\ufeff", "日本語", "ｗｘ-1001", "From x", "From: eve@evil.example", "begin 644 a",
)  # fmt: skip
NAMES = (
    "Ana Rossi",
    '"Rossi, Ana"',
    "=?utf-8?q?J=C3=BCrgen?=",
    "=?utf-8?b?////?=",
    "a@b.example",
    "(c) A",
    "",
)
ADDRESSES = (
    CUSTOMER, DESK, "eve@evil.example", "ANA@ACME.EXAMPLE", '"a b"@acme.example', "a@[192.0.2.1]",
    "ana@bücher.example", "a@", "@b", "a@b@c.example", "support+x@vendor.example", "",
)  # fmt: skip
IDS = ("<1@acme.example>", "<<<", "1@acme.example", "<a b@c>", "<" + "x" * 300 + "@y>", "<>", "")
DATES = (
    "Tue, 10 Mar 2026 09:00:00 +0100",
    "Tue, 99 Foo 2026",
    "10 Mar 26",
    "0",
    "Thu, 1 Jan 0001 00:00:00 -9999",
)
KINDS = (
    "text/plain", "text/html", "text/calendar; method=REPLY", "application/pdf", "application/ms-tnef",
    "message/rfc822", "message/delivery-status", "message/disposition-notification", "message/partial",
    "application/pkcs7-mime", "application/pgp-encrypted", "multipart/mixed", "text", "a/b/c", "",
)  # fmt: skip
MULTIPARTS = (
    "mixed",
    "alternative",
    "related",
    "report; report-type=delivery-status",
    "signed",
    "digest",
    "",
)
MARKS = (
    ("Auto-Submitted", "auto-replied"), ("Auto-Submitted", "no"), ("Precedence", "bulk"), ("List-Id", "<x>"),
    ("X-Deskbell", "x"), ("Authentication-Results", "mx.vendor.example; dkim=pass header.d=acme.example"),
    ("Received", "from a by b; now"), ("Sender", "eve@evil.example"), ("Reply-To", "eve@evil.example"),
    ("Return-Path", "<>"), ("MIME-Version", "1.0"), ("X-Long", "x" * 2000), ("X Y", "z"), ("", "nameless"),
)  # fmt: skip

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
lines = st.lists(st.one_of(st.sampled_from(WORDS), any_text), max_size=12).map("\n".join)


@st.composite
def encoded_words(draw: st.DrawFn) -> str:
    """Text in a header as mail programs write it, or as none should."""
    text = draw(st.one_of(st.sampled_from(WORDS), any_text))
    charset = draw(st.sampled_from((*CHARSETS[:6], None)))
    if charset is None:
        broken = draw(
            st.sampled_from(("=?utf-8?q?", "=?utf-8?b?%?=", "=??q?a?=", "=?x?z?a?=", "=?rot13?q?a?="))
        )
        return text + broken
    try:
        return Header(text, charset).encode(linesep="\n")
    except (UnicodeError, ValueError):
        return text


@st.composite
def mailboxes(draw: st.DrawFn) -> str:
    several = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ADDRESSES)), max_size=4))
    written = [f"{name} <{address}>" if name else address for name, address in several]
    group = draw(st.sampled_from(("{}",) * 6 + ("Friends: {};", "{};", "(c) {} (d", "<{}", '"{}')))
    return group.format(", ".join(written))


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[str, str]]:
    """What stands above the parts; now and then nothing of it, or the same twice."""
    usual = [
        ("From", draw(st.one_of(st.just(f"Ana <{CUSTOMER}>"), mailboxes()))),
        ("To", draw(st.one_of(st.just(DESK), mailboxes()))),
        ("Subject", draw(encoded_words())),
        ("Date", draw(st.sampled_from(DATES))),
        ("Message-ID", draw(st.sampled_from(IDS))),
        ("In-Reply-To", draw(st.sampled_from(IDS))),
        ("References", " ".join(draw(st.lists(st.sampled_from(IDS), max_size=5)))),
        ("Cc", draw(mailboxes())),
    ]
    kept = [one for one in usual if one[1] and draw(st.integers(0, 9))]
    more = draw(st.lists(st.sampled_from((*MARKS, *usual[:3])), max_size=4))
    return draw(st.permutations([*kept, *more]))


@st.composite
def leaves(draw: st.DrawFn) -> bytes:
    """One part without parts: its headers, an empty line, its content, encoded as it says or not."""
    kind, charset = draw(st.sampled_from(KINDS)), draw(st.sampled_from((*CHARSETS, *FALSE_CHARSETS)))
    encoding = draw(st.sampled_from(ENCODINGS))
    content = draw(st.one_of(lines.map(lambda text: _in(charset, text)), st.binary(max_size=200)))
    if kind.startswith("text/html"):
        content = (
            b"<div>" + content + draw(st.sampled_from((b"", b"<blockquote>", b"<style>", b"<!--", b"</p>")))
        )
    head = f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n".encode()
    if draw(st.booleans()):
        name = draw(encoded_words()).replace("\n", " ")
        form = draw(st.sampled_from(('filename="{}"', "filename*=utf-8''{}", "filename={}", "filename*0={}")))
        head += ("Content-Disposition: attachment; " + form.format(name) + "\n").encode(errors="replace")
    return head + b"\n" + _encoded(content, encoding if draw(st.integers(0, 4)) else "")


def _in(charset: str, text: str) -> bytes:
    try:
        return text.encode(charset if charset in CHARSETS else "utf-8", "replace")
    except LookupError:
        return text.encode()


def _encoded(content: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case "base64":
            return base64.encodebytes(content)
        case "quoted-printable":
            return quopri.encodestring(content)
    return content


@st.composite
def containers(draw: st.DrawFn, inside: st.SearchStrategy[bytes]) -> bytes:
    """Parts between boundaries: announced, used and closed as they should be, or nearly."""
    parts = draw(st.lists(inside, max_size=4))
    boundary = draw(st.sampled_from(("b0", "b0", "b1", "a b", "x" * 80, "")))
    used = draw(st.sampled_from((boundary,) * 5 + ("b0",)))
    kind = draw(st.sampled_from(MULTIPARTS))
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    delimiter = b"\n--" + used.encode() + b"\n"
    end = draw(st.sampled_from((b"\n--" + used.encode() + b"--\n",) * 3 + (b"",)))
    before = draw(st.sampled_from((b"", b"preamble")))
    return head + before + b"".join(delimiter + part for part in parts) + end


trees = st.recursive(leaves(), containers, max_leaves=6)


@st.composite
def well_made(draw: st.DrawFn) -> bytes:
    """A mail without damage; its line ends are those of the network or of a file."""
    head = "".join(f"{name}: {value}\n" for name, value in draw(headers()))
    tree = draw(st.one_of(trees, lines.map(lambda text: b"\n" + text.encode())))
    body = head.encode("utf-8", "surrogateescape") + tree
    return body.replace(b"\n", b"\r\n") if draw(st.integers(0, 3)) else body


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Any mail: as it was made, cut off, with bytes put in, taken out or doubled."""
    body = draw(well_made())
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 3)))):
        at, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        put = draw(
            st.sampled_from((b"", b"\r", b"\n", b"\x00", b"\xff\xfe", b"\r\n\r\n", b"\n.\n", b":", b"=?"))
        )
        body = draw(st.sampled_from((body[:at] + put + body[at:], body[:at] + put + body[end:], body[:end])))
    return body


COMMANDS = (
    b"EHLO a", b"HELO a", b"LHLO a", b"EHLO", b"RSET", b"NOOP", b"HELP MAIL", b"VRFY a@example.com", b"QUIT",
    b"MAIL FROM:<ana@acme.example>", b"MAIL FROM:<> SIZE=10", b"MAIL FROM:<ana@acme.example> SMTPUTF8",
    b"MAIL FROM:<\xff@x>", b'MAIL FROM:<"a b"@acme.example>', b"MAIL FROM:<a@b> SIZE=99999999",
    b"RCPT TO:<support@example.com>", b"RCPT TO:<other@example.com>", b"RCPT TO:<x@elsewhere.example>",
    b"RCPT TO:<@relay.example:a@example.com>", b"RCPT TO:<>", b"DATA", b"DATA x", b"STARTTLS", b"AUTH PLAIN",
    b"BDAT 3 LAST", b"XCLIENT ADDR=127.0.0.1", b"", b"\x00", b"\xc3\xa9", b"NOOP " + b"x" * 600, b"x" * 1200,
)  # fmt: skip
ENDS = (b"\r\n",) * 8 + (b"\n", b"\r", b"\n\r", b"\r\r\n")
INSIDE = (
    b"From: ana@acme.example",
    b"",
    b"Hi.",
    b".",
    b"..",
    b".a",
    b"MAIL FROM:<eve@evil.example>",
    b"\xff",
    b"x" * 999,
)
GOOD = b"EHLO a\r\nMAIL FROM:<ana@acme.example>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n"


@st.composite
def sessions(draw: st.DrawFn) -> bytes:
    """Everything that a client says in a session; the first byte is `fuzz.talking.talk`'s."""
    said = [bytes([draw(st.integers(0, 255))])]
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            said.append(draw(st.sampled_from(COMMANDS)) + draw(st.sampled_from(ENDS)))
            continue
        said.append(draw(st.sampled_from((GOOD, GOOD.replace(b"EHLO", b"LHLO"), GOOD[8:]))))
        said += [
            line + draw(st.sampled_from(ENDS)) for line in draw(st.lists(st.sampled_from(INSIDE), max_size=6))
        ]
        said.append(draw(st.sampled_from((b".\r\n",) * 4 + (b".\n", b"\n.\n", b""))))
    return b"".join(said)
