"""What others chose comes out as they wrote it, never as markup.

Every value that a template prints passes `printed`: a plain string is escaped for Markdown
and becomes one line, so forgetting something costs a line break, never safety. Only the
functions here make `Markdown`, which is printed as it is. Backslashes stand only where
CommonMark would see markup, so that the stored text stays readable.
"""

import re
from urllib.parse import quote

from jinja2 import Undefined

LONGEST_QUOTATION = 20_000  # characters; more of a customer's text is read on the ticket

# Controls other than tab and newline, and the bidirectional overrides that make text look like other text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# One of these signs, then what makes it markup, looked at behind it: so the search skips all other letters.
_MARKUP = re.compile(
    r"[\\`*_\[\]<>&|~\-+=#.)](?:"
    r"(?<=[\\`*_\[\]<>&|~])"  # markup anywhere
    r"|(?<=[-+=#])(?<!\w[-+=#])(?!\w)|(?<=\#)(?<!\w\#)"  # lists, headings and rules begin a word
    r"|(?<=[-+=]{2})"
    r"|(?<=\d[.)])(?=\s|$)"  # numbered lists
    r")"
)
_SPACES = re.compile(" {2,}")
_ADDRESS = re.compile(r"https?://[^\s<>\x00-\x20\x7f]+")


class Markdown(str):
    """Text that is Markdown already; nothing but this module makes one of a value."""

    __slots__ = ()


def printed(value: object) -> str:
    """What a template prints for a value: escaped, on one line; only words and numbers can be printed."""
    match value:
        case Markdown():
            return value
        case str():
            return escaped(one_line(value))
        case int() | Undefined():
            return str(value)  # an Undefined raises here
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be printed")


def escaped(line: str) -> str:
    """One line with a backslash before whatever would be markup.

    >>> print(escaped("1. Call *me* at <b>"))
    1\\. Call \\*me\\* at \\<b\\>
    """
    return _MARKUP.sub(lambda found: "\\" + found[0], line)


def one_line(text: str) -> str:
    """The text without line breaks and invisible characters, spaces single."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """The text with plain line ends, without characters that cannot be seen but do something."""
    if text.isprintable():  # most words are, and then none of these is in them
        return text
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def given(value: object) -> object:
    """The value; a word that nobody gave is an error that names it, before a filter stumbles over it."""
    if isinstance(value, Undefined):
        str(value)  # raises
    return value


def lines(text: str) -> Markdown:
    """A block of text as literal Markdown that keeps its line breaks and indentation."""
    given(text)
    paragraphs = re.split(r"\n\s*\n", visible(text).expandtabs(4).strip("\n "))
    return Markdown("\n\n".join("\\\n".join(map(_literal, each.split("\n"))) for each in paragraphs))


def quoted(text: str) -> Markdown:
    """The same as a quotation, cut where it is very long."""
    given(text)
    shown = text if len(text) <= LONGEST_QUOTATION else f"{text[:LONGEST_QUOTATION]}\n[…]"
    return Markdown("\n".join(f"> {line}".rstrip() for line in lines(shown).split("\n")))


def link(address: str) -> Markdown:
    """A web address that can be clicked; anything else stays literal text."""
    given(address)
    return Markdown(f"<{address}>" if _ADDRESS.fullmatch(address) else escaped(one_line(address)))


def mail_link(words: str, address: str, subject: str) -> Markdown:
    """Words that begin a mail to an address when they are clicked, with themselves in it (RFC 6068)."""
    begun = f"subject={quote(one_line(subject))}&body={quote(one_line(words))}%0D%0A%0D%0A"
    return Markdown(f"[{escaped(one_line(words))}](mailto:{quote(address, safe='@+')}?{begun})")


def _literal(line: str) -> str:
    """Spaces that CommonMark would drop or read as a code block become no-break spaces."""
    words = escaped(line.strip())
    indent = len(line) - len(line.lstrip())
    if "  " in words:
        words = _SPACES.sub(lambda run: " " + "&nbsp;" * (len(run.group()) - 1), words)
    return "&nbsp;" * indent + words
