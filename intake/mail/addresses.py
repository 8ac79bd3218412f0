"""Reading addresses: who a header names (RFC 5322 §3.4), however loosely it is written.

The structure is read before encoded words are decoded, so that a decoded name can never
become an address. Addresses are made canonical: the domain in lower case and in A-labels
(IDNA), so that two spellings of one mailbox are one text. The local part is kept as written.
"""

import re
from collections.abc import Iterable, Iterator

from intake.mail.headers import decoded
from intake.messages import Address

MOST = 1_000  # addresses read from one header

_USUAL = re.compile(r'(?:"([^"\\]*)" ?|([^"\\<>(),:;@\[\]]*))<([^\s<>"(),:;@\\\x00-\x1f]+@[A-Za-z0-9.-]+)>')
_BARE = re.compile(r'[^\s<>"(),:;@\\\x00-\x1f]+@[A-Za-z0-9.-]+', re.ASCII)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[()<>,;:]|[^"()<>,;:]+', re.DOTALL)
_PARTED = re.compile(r"(?<=\S) ?@ ?(?=\S)")
_ADDRESS_CHARACTERS = str.maketrans(dict.fromkeys('<>"\\', ""))


def addresses(values: Iterable[str], charset: str = "") -> tuple[Address, ...]:
    """Everybody whom these header values name, at most MOST."""
    found: list[Address] = []
    for value in values:
        if usual := _usual(value, charset):
            found.append(usual)
            continue
        for name, address in _mailboxes(value):
            if len(found) >= MOST:
                return tuple(found)
            found.append(Address(_name(name, address, charset), canonical(address)))
    return tuple(found)


def _usual(value: str, charset: str) -> Address | None:
    """The one address of most headers; the rest is read token by token."""
    if not value.isascii():
        return None
    if found := _USUAL.fullmatch(value):
        return Address(_name(found[1] or found[2] or "", found[3], charset), canonical(found[3]))
    return Address("", canonical(value)) if _BARE.fullmatch(value) else None


def canonical(address: str) -> str:
    """One spelling for one mailbox: the domain case-folded and in A-labels."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return f"{local}{at}{domain.lower().rstrip('.')}"
    try:
        return f"{local}{at}{domain.casefold().rstrip('.').encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain.casefold()}"


def _name(name: str, address: str, charset: str) -> str:
    """A display name without characters that could pass for an address's; "" when it only repeats it."""
    text = decoded(name, charset).strip("'\" ") if name else ""
    if not text or text.casefold() == address.casefold():
        return ""
    if text.isalnum():
        return text
    words = text.translate(_ADDRESS_CHARACTERS).split()
    return " ".join([word for word in words if "@" not in word])


def _mailboxes(value: str) -> Iterator[tuple[str, str]]:
    """Name and address of each mailbox; a comment is the name where there is no other."""
    words: list[str] = []
    comment: list[str] = []
    inside: list[str] | None = None  # what stands between < and >
    address, depth = "", 0
    for token in (*_TOKEN.findall(value), ","):
        if depth or token == "(":
            depth += {"(": 1, ")": -1}.get(token, 0)
            comment.append(token)
        elif inside is not None:
            is_route = bool(inside) and inside[0].startswith("@")
            if token == ">" or (token == "," and not is_route):
                address = address or "".join(inside)
                inside = None
            else:
                inside.append(token)
        elif token == "<":
            if address:  # a second one without a comma: it must be seen that there are two
                yield from _mailbox(words, address, "".join(comment))
                words, comment, address = [], [], ""
            inside = []
        elif token == ":" and not address:
            words.clear()  # what stood before was a group's name
        elif token in (",", ";"):
            yield from _mailbox(words, address, "".join(comment))
            words, comment, address = [], [], ""
        elif token not in (")", ">", ":"):
            words.append(token)
    yield from _mailbox(words, address or "".join(inside or ()), "")


def _mailbox(words: list[str], address: str, comment: str) -> Iterator[tuple[str, str]]:
    name = "".join(_without_quotes(word) for word in words).strip()
    if not address and len(words) > 1 and words[-1].startswith("@") and words[-2].startswith('"'):
        address, name = "".join(words[-2:]), "".join(_without_quotes(word) for word in words[:-2]).strip()
    elif not address and "@" in name:
        name = _PARTED.sub("@", name)
        bare = [word for word in name.split() if "@" in word]
        address, name = bare[-1], " ".join(word for word in name.split() if word != bare[-1])
    address = readable(address)
    if address:
        yield name or comment.strip("() "), address


def _without_quotes(word: str) -> str:
    if not word.startswith('"'):
        return word
    return re.sub(r'\\(["\\])', r"\1", word.strip('"') if word.endswith('"') else word[1:])


def readable(address: str) -> str:
    """An address without routes, blanks and control characters; "" when nothing of one is left."""
    text = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    quoted = text.lstrip().startswith('"') and '"@' in text
    text = "".join(letter for letter in text if letter.isprintable() and (quoted or letter not in " <>"))
    text = text.strip() if quoted else text.strip("'\"").removeprefix("mailto:")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if text.startswith("@") and ":" in text:  # a route (RFC 5322 §4.4)
        text = text.rpartition(":")[2]
    return text if "@" in text.strip("@") else ""
