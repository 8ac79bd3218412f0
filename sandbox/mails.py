"""The mails of the demo, as mail programs and mail servers write them.

Each carries the Authentication-Results that the desk's own mail server would have written
on its way in: whether From is proven is that server's word, and the desk believes only it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from intake.messages import Address
from sandbox.world import OUR_MTA

UNFOLDED = SMTP.clone(max_line_length=998)  # Message-IDs must stay in one piece


REPORT = """\
Authentication-Results: {authentication}
From: {author}
To: {to}
Subject: {subject}
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="end-of-part"

--end-of-part
Content-Type: text/plain

{text}
--end-of-part
Content-Type: message/delivery-status

Reporting-MTA: dns; {server}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; {why}
--end-of-part
Content-Type: text/rfc822-headers

{head}
--end-of-part--
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail on its way to the desk: the envelope, who appears to write, and the bytes."""

    sender: str
    recipient: str
    author: Address
    subject: str
    text: str
    body: bytes

    @property
    def message_id(self) -> str:
        return str(read(self.body)["Message-ID"])


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail that a reply answers: its Message-ID with <>, and where it asks replies to go."""

    message_id: str
    reply_to: str


def read(body: bytes) -> EmailMessage:
    """A mail as its reader's program sees it."""
    return message_from_bytes(body, _class=EmailMessage, policy=SMTP)


def answered(body: bytes) -> Answered:
    """What replying to a mail needs to know of it."""
    mail = read(body)
    return Answered(str(mail["Message-ID"]), str(mail["Reply-To"] or mail["From"]))


def letter(author: Address, to: str, subject: str, text: str, answers: str = "") -> Letter:
    """A person's mail, proven by their domain; `answers` is the Message-ID that it replies to."""
    return _posted(_written(author, to, subject, text, answers, _passed(author)), author, to, text)


def forged(author: Address, to: str, subject: str, text: str) -> Letter:
    """A mail in somebody's name that our own mail server found to be none of theirs."""
    domain = author.domain
    failed = f"{OUR_MTA}; spf=fail smtp.mailfrom={domain}; dkim=none; dmarc=fail header.from={domain}"
    return _posted(_written(author, to, subject, text, "", failed), author, to, text)


def out_of_office(author: Address, to: str, subject: str, text: str, answers: str) -> Letter:
    """What a mail program answers by itself (RFC 3834)."""
    mail = _written(author, to, subject, text, answers, _passed(author))
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return _posted(mail, author, to, text, envelope="")


def delivery_report(author: Address, to: str, original: bytes, recipient: str, why: str) -> Letter:
    """A mail server reports that a mail could not be delivered (RFC 3464), with that mail's head."""
    text = f"Your message to <{recipient}> could not be delivered: {why}"
    subject = "Undelivered mail returned to sender"
    body = REPORT.format(
        server=f"mx.{author.domain}",
        authentication=_passed(author),
        author=formataddr((author.name, author.address)),
        to=to,
        subject=subject,
        date=format_datetime(datetime.now(UTC)),
        message_id=make_msgid(domain=author.domain),
        text=text,
        recipient=recipient,
        why=why,
        head=original.partition(b"\r\n\r\n")[0].decode("ascii", "replace").replace("\r\n", "\n"),
    )
    return Letter("", to, author, subject, text, body.replace("\n", "\r\n").encode())


def _written(
    author: Address, to: str, subject: str, text: str, answers: str, authentication: str
) -> EmailMessage:
    mail = EmailMessage(policy=UNFOLDED)
    mail["Authentication-Results"] = authentication
    mail["From"] = formataddr((author.name, author.address))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=author.domain)
    if answers:
        mail["In-Reply-To"] = answers
        mail["References"] = answers
    mail.set_content(text)
    return mail


def _passed(author: Address) -> str:
    return f"{OUR_MTA}; dkim=pass header.d={author.domain}; dmarc=pass header.from={author.domain}"


def _posted(mail: EmailMessage, author: Address, to: str, text: str, envelope: str | None = None) -> Letter:
    sender = author.address if envelope is None else envelope
    return Letter(sender, to, author, str(mail["Subject"]), text, mail.as_bytes())
