"""What a mail's parts are for: which are its words, which are files.

Of alternatives (RFC 2046 §5.1.4) only one is read, the plain one if it says anything. Text with
a file name is a file. A message within the message is a file too, whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from intake.mail.attachments import has_file_name
from intake.mail.parts import Part
from intake.mail.texts import html_of, plain_text, reply_from_html, text_from_html

_WORDS = frozenset(("text/plain", "text/html"))


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts to be read, in order, and the files with the positions of their parts."""

    words: tuple[Part, ...] = ()
    files: tuple[tuple[int, Part], ...] = ()

    @property
    def is_only_html(self) -> bool:
        return all(part.kind == "text/html" for part in self.words)

    @property
    def charset(self) -> str:
        """The first named character set, which bytes in headers probably have as well."""
        return next((name for part in self.words if (name := part.parameters.get("charset", ""))), "")

    def text(self) -> str:
        return _joined(
            text_from_html(html_of(p)) if p.kind == "text/html" else plain_text(p) for p in self.words
        )

    def text_without_marked_quotes(self) -> str:
        """The text of a mail that is only HTML, without what is marked as quoted in it."""
        return _joined(reply_from_html(html_of(part)) for part in self.words)


def contents(tree: Part) -> Contents:
    """Tell the words of a mail from its files."""
    if not tree.children:
        attached = tree.header("content-disposition").lower().startswith("attachment")
        is_words = not attached and (tree.kind in _WORDS or tree.kind.startswith("multipart/"))
        return Contents(words=(tree,)) if is_words else Contents(files=((0, tree),))
    return _gathered(tree, 0)[0]


def _gathered(part: Part, position: int) -> tuple[Contents, int]:
    """The contents of a part whose first leaf has this position, and the position after its last."""
    if not part.children:
        own = Contents(words=(part,)) if _is_words(part) else Contents(files=((position, part),))
        return own, position + 1
    inside = []
    for child in part.children:
        found, position = _gathered(child, position)
        inside.append(found)
    files = tuple([file for found in inside for file in found.files])
    return Contents(_chosen(part.kind, inside), files), position


def _is_words(part: Part) -> bool:
    if part.kind not in _WORDS:
        return False
    attached = part.header("content-disposition").lower().startswith("attachment")
    return not attached and not has_file_name(part)


def _chosen(kind: str, inside: list[Contents]) -> tuple[Part, ...]:
    speaking = [found.words for found in inside if found.words]
    if kind == "multipart/alternative":
        says = [words for words in speaking if any(part.body.strip() for part in words)] or speaking
        plain = (words for words in says if all(part.kind == "text/plain" for part in words))
        return next(plain, says[-1] if says else ())
    if kind == "multipart/related":
        return speaking[0] if speaking else ()
    return tuple([part for words in speaking for part in words])


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(
        text.strip("\n") if number else text.rstrip("\n")
        for number, text in enumerate(filter(str.strip, texts))
    )
