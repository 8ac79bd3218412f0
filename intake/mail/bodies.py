"""What a mail's parts are for: which are its words, which are files.

Of alternatives (RFC 2046 §5.1.4) only one is read, the plain one if it says anything. Text with
a file name is a file. A message within the message is a file too, whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from intake.mail.attachments import has_file_name
from intake.mail.parts import Part
from intake.mail.texts import html_of, is_html, plain_text, texts_from_html

_TEXTS = frozenset((
    "text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts to be read, in order, the files with the positions of their parts, and the HTML passed by."""

    words: tuple[Part, ...] = ()
    files: tuple[tuple[int, Part], ...] = ()
    unread: tuple[Part, ...] = ()

    @property
    def charset(self) -> str:
        """The first named character set, which bytes in headers probably have as well."""
        return next((name for part in self.words if (name := part.parameters.get("charset", ""))), "")

    def texts(self) -> tuple[str, str]:
        """The text; and of a mail that is only HTML, the text with its quotations marked, if it has any."""
        pairs = [
            texts_from_html(html_of(part)) if is_html(part) else (plain_text(part), "") for part in self.words
        ]
        is_only_html = all(map(is_html, self.words))
        has_marks = is_only_html and any(marked for _, marked in pairs)
        text = _joined(text for text, _ in pairs)
        return text, _joined(marked or text for text, marked in pairs) if has_marks else ""


def contents(tree: Part) -> Contents:
    """Tell the words of a mail from its files."""
    if not tree.children:
        is_words = not _is_attached(tree) and (tree.kind in _TEXTS or tree.kind.startswith("multipart/"))
        return Contents(words=(tree,)) if is_words else Contents(files=((0, tree),))
    found = _gathered(tree, 0)[0]
    return found if found.words else Contents(_shown(found.files), found.files, found.unread)


def _shown(files: tuple[tuple[int, Part], ...]) -> tuple[Part, ...]:
    """The words of a mail that has none but in its first file: some programs name that too."""
    return tuple(part for _, part in files[:1] if part.kind in _TEXTS and not _is_attached(part))


def _is_attached(part: Part) -> bool:
    return part.header("content-disposition").lower().startswith("attachment")


def _gathered(part: Part, position: int) -> tuple[Contents, int]:
    """The contents of a part whose first leaf has this position, and the position after its last."""
    if not part.children:
        own = Contents(words=(part,)) if _is_words(part) else Contents(files=((position, part),))
        own = Contents() if part.kind.startswith("multipart/") and not part.body.strip() else own
        return own, position + 1
    inside = []
    for child in part.children:
        found, position = _gathered(child, position)
        inside.append(found)
    files = tuple([file for found in inside for file in found.files])
    chosen = _chosen(part.kind, inside)
    return Contents(chosen, files, _passed_by(part.kind, inside, chosen)), position


def _passed_by(kind: str, inside: list[Contents], chosen: tuple[Part, ...]) -> tuple[Part, ...]:
    """The HTML that says in its own way what the chosen words say, or should."""
    before = [part for found in inside for part in found.unread]
    if kind != "multipart/alternative" or any(part.kind == "text/html" for part in chosen):
        return tuple(before)
    others = [part for found in inside if found.words != chosen for part in found.words]
    return (*before, *(part for part in others if part.kind == "text/html"))


def _is_words(part: Part) -> bool:
    return part.kind in _TEXTS and not _is_attached(part) and not has_file_name(part)


def _chosen(kind: str, inside: list[Contents]) -> tuple[Part, ...]:
    speaking = [found.words for found in inside if found.words]
    if kind == "multipart/alternative":
        says = [words for words in speaking if any(part.body.strip() for part in words)] or speaking
        plain = (words for words in says if not any(map(is_html, words)))
        return next(plain, says[-1] if says else ())
    if kind == "multipart/related":
        return speaking[0] if speaking else ()
    return tuple([part for words in speaking for part in words])


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(
        text.strip("\n") if number else text.rstrip("\n")
        for number, text in enumerate(filter(str.strip, texts))
    )
