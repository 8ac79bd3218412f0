"""Ready answers: the operator's own, one Markdown file each in `LANGUAGE/answers/` of their templates.

The first line is the title if it is a heading. `{name}` is the requester's, `{reference}` the ticket's;
anything else in braces stays as it is.
"""

from dataclasses import dataclass
from pathlib import Path

from intake.errors import CommandRefused
from intake.handle import Setup
from intake.tickets import Ticket
from replies.wording import Wording

MOST = 100  # that a menu takes
LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Canned:
    name: str
    title: str
    text: str


def canned_in(setup: Setup) -> list[Canned]:
    """Every ready answer in the desk's language, by their titles; read anew, so that a new one is there."""
    folders = setup.wording.folders if isinstance(setup.wording, Wording) else ()
    paths = [path for one in folders for path in (one / setup.desk.language / "answers").glob("*.md")]
    return sorted(map(_canned, sorted(paths)[:MOST]), key=lambda one: one.title.lower())


def filled_for(setup: Setup, name: str, ticket: Ticket) -> str:
    """A ready answer for a ticket."""
    found = next((one for one in canned_in(setup) if one.name == name), None)
    if found is None:
        raise CommandRefused("that ready answer is not there any more; choose another, or write it")
    named = found.text.replace("{reference}", setup.policy.reference_of(ticket))
    return named.replace("{name}", ticket.requester.name)[:LONGEST]


def _canned(path: Path) -> Canned:
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    first, _, rest = text.partition("\n")
    if first.startswith("# "):
        return Canned(path.stem, first[2:].strip() or path.stem, rest.strip())
    return Canned(path.stem, path.stem.replace("-", " ").replace("_", " "), text)
