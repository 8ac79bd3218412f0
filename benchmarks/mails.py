"""The mails of the benchmark: follow-ups as mail programs write them, the same ones in every run.

Each has 5 to 20 kB of text and HTML, most of it the quoted thread; one in ten has an
attachment of 200 kB besides. Transfer encodings take turns. A mail answers the first
Message-ID of its ticket (see `benchmarks.store_follow_ups`), comes from the ticket's
requester, and bears the Authentication-Results of the mail server in front.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

AUTHSERV_ID = "mx.vendor.example"
DESK = "support@vendor.example"
ATTACHMENT_BYTES = 200_000
SMALLEST, LARGEST = 5_000, 20_000  # of text and HTML together
EVERY_WITH_ATTACHMENT = 10
STRIDE = 7919  # a prime, so that neighbours answer tickets that are far apart
ENCODINGS = ("quoted-printable", "7bit", "base64", "8bit")

PLAIN_WORDS = [
    "the",
    "export",
    "still",
    "stops",
    "after",
    "a",
    "minute",
    "since",
    "we",
    "installed",
    "the",
    "new",
    "release",
    "on",
    "both",
    "servers",
    "while",
    "everyone",
    "else",
    "can",
    "call",
    "from",
    "outside",
    "and",
    "nobody",
    "hears",
    "the",
    "other",
    "side",
    "could",
    "you",
    "please",
    "have",
    "a",
    "look",
    "at",
    "these",
    "traces",
    "our",
    "office",
    "opens",
    "again",
    "tomorrow",
    "morning",
    "at",
    "nine",
    "and",
    "the",
    "customer",
    "waits",
    "for",
    "an",
    "answer",
]
ACCENTED_WORDS = [
    "perché",
    "così",
    "però",
    "città",
    "größer",
    "für",
    "Gruß",
    "können",
    "Zürich",
    "café",
    "déjà",
]


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes over the wire: the envelope, and the data with its dots doubled and its end."""

    sender: str
    recipient: str
    data: bytes


def follow_ups(count: int, tickets: int, first: int = 0) -> Iterator[Mail]:
    """So many mails, no two of them the same, spread over the tickets 1 to `tickets`."""
    for number in range(first, first + count):
        yield follow_up(number, number * STRIDE % tickets + 1)


def follow_up(number: int, ticket: int) -> Mail:
    """The mail with this number, always the same bytes."""
    chance = random.Random(number)
    message = EmailMessage(policy=SMTP)
    sender = address_of(ticket)
    for name, value in _headers(number, ticket, sender).items():
        message[name] = value
    _write(message, chance, ENCODINGS[number % len(ENCODINGS)])
    if number % EVERY_WITH_ATTACHMENT == 0:
        message.add_attachment(
            chance.randbytes(ATTACHMENT_BYTES), "application", "pdf", filename=f"trace-{number}.pdf"
        )
    for position, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"------------{number:016x}{position}")  # a library's own would be random
    return Mail(sender, DESK, message.as_bytes().replace(b"\r\n.", b"\r\n..") + b".\r\n")


def address_of(ticket: int) -> str:
    """The requester of a ticket that `benchmarks.store_follow_ups.fill` has made."""
    return f"person{ticket}@firm{ticket // 10 + 1}.example"


def _headers(number: int, ticket: int, sender: str) -> dict[str, str]:
    domain = sender.partition("@")[2]
    return {
        "Authentication-Results": f"{AUTHSERV_ID}; dkim=pass header.d={domain};"
        f" spf=pass smtp.mailfrom={sender}",
        "Received": f"from mail.{domain} (mail.{domain} [192.0.2.{number % 250 + 1}]) by {AUTHSERV_ID}"
        f" with ESMTPS id {number:08x} for <{DESK}>; Tue, 10 Mar 2026 10:15:42 +0100",
        "From": f"Person {ticket} <{sender}>",
        "To": f"Vendor support <{DESK}>",
        "Subject": f"Re: Subject {ticket}",
        "Date": "Tue, 10 Mar 2026 10:15:41 +0100",
        "Message-ID": f"<follow-up.{number}@{domain}>",
        "In-Reply-To": f"<first.{ticket}@firm.example>",
        "References": f"<first.{ticket}@firm.example>",
        "User-Agent": "Mozilla Thunderbird",
    }


def _write(message: EmailMessage, chance: random.Random, encoding: str) -> None:
    """Text and HTML that say the same: something new, then the thread that it answers."""
    wanted = chance.randrange(SMALLEST, LARGEST)
    words = PLAIN_WORDS if encoding == "7bit" else PLAIN_WORDS + ACCENTED_WORDS
    new = [_sentence(chance, words) for _ in range(chance.randrange(2, 7))]
    quoted: list[str] = []
    size = sum(map(len, new))
    share = 0.30 if encoding == "base64" else 0.38  # the rest is markup and what the encoding adds
    while size < wanted * share:
        quoted.append(_sentence(chance, words))
        size += len(quoted[-1]) + 2
    charset = "us-ascii" if encoding == "7bit" else "utf-8"
    message.set_content(_text(new, quoted), charset=charset, cte=encoding)
    message.add_alternative(_html(new, quoted), subtype="html", charset=charset, cte=encoding)


def _sentence(chance: random.Random, words: list[str]) -> str:
    return " ".join(chance.choices(words, k=chance.randrange(6, 14))).capitalize() + "."


def _text(new: list[str], quoted: list[str]) -> str:
    thread = "\n".join(f"> {line}" for line in quoted)
    return "\n".join(new) + f"\n\nOn 10 March 2026, Vendor support wrote:\n{thread}\n"


def _html(new: list[str], quoted: list[str]) -> str:
    said = "\n".join(f"<p>{line}</p>" for line in new)
    thread = "<br>\n".join(quoted)
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body>\n'
        f"{said}\n<p>On 10 March 2026, Vendor support wrote:</p>\n"
        f'<blockquote type="cite" cite="mid:answer@vendor.example">{thread}</blockquote></body></html>\n'
    )
