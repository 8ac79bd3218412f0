"""Files that are passed on: which of an answer's go to the customers, which of a customer's to the agents.

A picture that stands within the text and is small is taken for part of a signature and stays
behind; a screenshot that was pasted is larger, and goes. The signature under a mail (S/MIME,
PGP) is about the agent's own bytes, and says nothing about ours. Whatever a customer's machine
would run when it is opened is refused, by its name and by its type; so is more than a mail
should carry. Then nothing of the answer is sent, and the agent is told why. Of a customer's
files what may be passed on is, and agents are told what was not.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from intake.messages import Attachment
from intake.tickets import Desk

LOGO_BYTES = 32 * 1024
MIB = 1024 * 1024
MACHINERY = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
PROGRAM_TYPES = frozenset(
    {
        "application/bat",
        "application/hta",
        "application/java-archive",
        "application/javascript",
        "application/vnd.microsoft.portable-executable",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-ms-installer",
        "application/x-ms-shortcut",
        "application/x-msdos-program",
        "application/x-msdownload",
        "application/x-msi",
        "application/x-sh",
        "text/javascript",
    }
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of a customer's that agents do not get; `why` is large, kind or gone."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Why files must not go out; the first that holds is told."""

    name: str
    holds: Callable[[Sequence[Attachment], Desk], bool]
    because: Callable[[Sequence[Attachment], Desk], str]


def passed_on(attachments: Sequence[Attachment]) -> tuple[int, ...]:
    """The places of those among a message's files that its reader is meant to get."""
    return tuple(place for place, one in enumerate(attachments) if not _belongs_to_the_mail(one))


def objection_to(files: Sequence[Attachment], desk: Desk) -> tuple[str, str] | None:
    """The name and the words of what stands against sending these files."""
    found = _objection(files, desk)
    return (found.name, f"Nothing was sent, because {found.because(files, desk)}") if found else None


def foretold(files: Sequence[Attachment], desk: Desk) -> str:
    """What will stand against an answer with these files, said while they are only kept; or ""."""
    found = _objection(files, desk)
    return f"No answer can take this along, because {found.because(files, desk)}" if found else ""


def _objection(files: Sequence[Attachment], desk: Desk) -> "Objection | None":
    return next((one for one in OBJECTIONS if one.holds(files, desk)), None)


def for_agents(attachments: Sequence[Attachment], desk: Desk) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The places of those that agents get to see in their chat, and a sentence for each of the others."""
    shown, left = _sorted_out(attachments, desk)
    because = {"kind": "it is a program", "large": "it is too large"}
    return shown, tuple(f"{one.name} is not shown here, because {because[one.why]}." for one in left)


def not_shown(attachments: Sequence[Attachment], desk: Desk) -> tuple[LeftOut, ...]:
    """Those that agents do not get to see in their chat."""
    return _sorted_out(attachments, desk)[1]


def names_of(files: Iterable[Attachment]) -> str:
    return ", ".join(one.filename or "a file without a name" for one in files)


def is_program(file: Attachment, endings: Iterable[str]) -> bool:
    """Would it run when somebody opens it? Windows drops blanks and dots from the end of a name."""
    ending = file.filename.lower().rstrip(" .").rpartition(".")[2]
    return file.content_type.lower() in PROGRAM_TYPES or ending in endings


def _sorted_out(attachments: Sequence[Attachment], desk: Desk) -> tuple[tuple[int, ...], tuple[LeftOut, ...]]:
    shown: list[int] = []
    left: list[LeftOut] = []
    for place in passed_on(attachments):
        one = attachments[place]
        if is_program(one, desk.refused_files):
            left.append(LeftOut(names_of([one]), "kind"))
        elif _are_too_large([*(attachments[other] for other in shown), one], desk):
            left.append(LeftOut(names_of([one]), "large"))
        elif one.size:
            shown.append(place)
    return tuple(shown), tuple(left)


def _belongs_to_the_mail(file: Attachment) -> bool:
    if file.content_type.lower() in MACHINERY:
        return True
    return file.inline and file.content_type.lower().startswith("image/") and file.size < LOGO_BYTES


def _programs(files: Sequence[Attachment], desk: Desk) -> list[Attachment]:
    return [one for one in files if is_program(one, desk.refused_files)]


def _are_programs(files: Sequence[Attachment], desk: Desk) -> bool:
    return bool(_programs(files, desk))


def _are_too_large(files: Sequence[Attachment], desk: Desk) -> bool:
    return sum(one.size for one in files) > desk.answer_files_mib * MIB


def _a_program(files: Sequence[Attachment], desk: Desk) -> str:
    return (
        f"customers are sent no programs: {names_of(_programs(files, desk))}. "
        "Please answer without it, or send it packed."
    )


def _too_large(files: Sequence[Attachment], desk: Desk) -> str:
    whole = sum(one.size for one in files) / MIB
    return (
        f"the files are too large for a mail: {whole:.1f} MiB, and "
        f"{desk.answer_files_mib} MiB may go. Please answer without them, or with a link."
    )


OBJECTIONS = (
    Objection("agent-sent-program", _are_programs, _a_program),
    Objection("agent-sent-too-much", _are_too_large, _too_large),
)
