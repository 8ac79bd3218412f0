"""The form of a new ticket: what its fields hold, in the policy's own words, and which are missing.

A choice counts in any case, spacing and known other spelling; a value that is none of the choices
counts as not given. A yes-no field may hold true or false, or a word for it.
"""

from collections.abc import Iterable, Mapping

from intake.messages import LOGGED, Inbound, clean
from intake.policies.products import plain, product_named
from intake.policies.written import FieldFile, FormFile, PolicyFile
from intake.tickets import Ticket

LONGEST = 4000  # characters of one field that are kept
YES = frozenset({"yes", "y", "true", "1", "on", "ja", "sim", "si", "sì", "oui"})
NO = frozenset({"no", "n", "false", "0", "off", "nein", "não", "nao", "non"})


def filled_in(fields: Mapping[str, object], file: PolicyFile) -> dict[str, object]:
    """The fields that hold something, each as the policy writes it."""
    read = {name: _value(value, file.form.fields.get(name), file) for name, value in fields.items()}
    return {name: value for name, value in read.items() if value not in (None, "")}


def missing_fields(inbound: Inbound, wanted: Iterable[str]) -> tuple[str, ...]:
    """The form fields that are empty; subject, message and attachments are the message's own."""
    own = {
        "subject": clean(inbound.subject).strip(),
        "message": clean(inbound.text).strip(),
        "attachments": inbound.attachments,
        "severity": inbound.severity,  # set by the agent who logs a call
    }
    return _missing(inbound.fields, own, wanted)


def missing_on(ticket: Ticket, text: str, files: int, file: PolicyFile) -> tuple[str, ...]:
    """What its form requires and nobody has told yet; a severity that was set counts as told."""
    is_set = ticket.severity != file.default_severity or ticket.channel in LOGGED
    own = {"subject": ticket.subject, "message": text.strip(), "attachments": files, "severity": is_set}
    return _missing(ticket.fields, own, file.form.required)


def asked_as(name: str, form: FormFile) -> str:
    """How a field is called when people are asked for it."""
    field = form.fields.get(name)
    return field.asks if field and field.asks else name.replace("_", " ")


def _missing(
    fields: Mapping[str, object], own: Mapping[str, object], wanted: Iterable[str]
) -> tuple[str, ...]:
    return tuple(name for name in wanted if fields.get(name) in (None, "") and not own.get(name))


def _value(value: object, field: FieldFile | None, file: PolicyFile) -> object:
    if value is None or (isinstance(value, bool | int) and field is None):
        return value
    text = clean(str(value)).strip()[:LONGEST]
    match field.kind if field else "text":
        case "yes-no":
            return _yes_or_no(text)
        case "choice" if field:
            return _chosen(text, field.choices, field)
        case "severity" if field:
            return _chosen(text, [one.name for one in file.severity], field)
        case "product":
            found = product_named(text, file.product)
            return found.name if found else text
    return text


def _yes_or_no(text: str) -> bool | None:
    word = plain(text)
    return True if word in YES else False if word in NO else None


def _chosen(text: str, choices: Iterable[str], field: FieldFile) -> str:
    wanted = plain(text)
    for choice in choices:
        if wanted in map(plain, (choice, *field.also.get(choice, ()))):
            return choice
    return ""
