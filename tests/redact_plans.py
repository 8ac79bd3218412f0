"""Mails with a secret in any of their places and encodings, and all that can be read from a mail."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import escape, unescape

from hypothesis import strategies as st

LETTERS = st.text(st.characters(codec="latin-1", exclude_categories=("Cs", "Cc", "Z")), max_size=30)
SIGNS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789!#%&*+-/<=>?@^_~\\'\"|äßé"
PLACES = ("subject", "header", "text", "html", "file", "binary", "name", "mail")
CODES = st.sampled_from(("base64", "quoted-printable"))


@dataclass(frozen=True)
class Plan:
    """A mail to be made: the words of each place, a secret among those of some."""

    secret: str
    words: dict[str, str]
    charset: str
    code: str

    def mail(self, message_id: str = "m1@acme.example") -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["Subject"], mail["X-Note"] = self.words["subject"], self.words["header"]
        mail["From"], mail["Message-ID"] = "ana@acme.example", f"<{message_id}>"
        code = "base64" if self.charset == "utf-16" else self.code
        mail.set_content(self.words["text"], charset=self.charset, cte=code)
        mail.add_alternative(f"<p>{escape(self.words['html'])}</p>", subtype="html", cte=self.code)
        name = self.words["name"].translate(str.maketrans("/\\", "--")) or "x"
        mail.add_attachment(self.words["file"], filename=name, cte=self.code)
        mail.add_attachment(
            b"\0" + self.words["binary"].encode(), maintype="application", subtype="octet-stream"
        )
        inner = EmailMessage(policy=SMTP)
        inner["Subject"] = self.words["mail"]
        inner.set_content(self.words["mail"], cte=self.code)
        mail.add_attachment(inner)
        return mail


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    secret = "xQ7" + draw(st.text(SIGNS, min_size=4, max_size=40))  # stands nowhere by accident
    places = draw(st.sets(st.sampled_from(PLACES), min_size=1))
    words = {
        place: f"{draw(LETTERS)} {secret if place in places else ''} {draw(LETTERS)}" for place in PLACES
    }
    return Plan(secret, words, draw(st.sampled_from(("utf-8", "utf-16", "iso-8859-1"))), draw(CODES))


def everything_in(body: bytes) -> str:
    """What the standard library reads from a mail."""
    mail = message_from_bytes(body, policy=SMTP)
    said = [str(value) for part in mail.walk() for value in part.values()]
    for part in mail.walk():
        said.append(str(part.get_filename()))
        if not part.is_multipart():
            charset = part.get_content_charset() or "utf-8"
            said.append(part.get_payload(decode=True).decode(charset, "replace"))
    return "\n".join((*said, unescape("\n".join(said)), body.decode(errors="replace")))
