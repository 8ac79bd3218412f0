"""The words of the public status page and its feed, and of a ticket's status, by language."""

from collections.abc import Mapping

from intake.tickets import ClockKind, Status, Ticket

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Service status",
        "outages": "Outages",
        "maintenance": "Maintenance",
        "no_outage": "No outage is known.",
        "no_maintenance": "No maintenance is announced.",
        "all_well": "No outage is known",
        "out": "Out right now",
        "under": "Maintenance is going on",
        "open": "Out right now",
        "outage": "Outage",
        "since": "Since",
        "over": "Over",
        "running": "Going on now",
        "coming": "Announced",
        "cancelled": "Cancelled",
        "emergency": "emergency",
        "all": "All services",
        "written": "Written",
        "feed": "Atom feed",
        "portal": "Portal",
    },
    "de": {
        "title": "Stand der Dienste",
        "outages": "Störungen",
        "maintenance": "Wartung",
        "no_outage": "Keine Störung ist bekannt.",
        "no_maintenance": "Keine Wartung ist angekündigt.",
        "all_well": "Keine Störung ist bekannt",
        "out": "Zurzeit gestört",
        "under": "Zurzeit wird gewartet",
        "open": "Zurzeit gestört",
        "outage": "Störung",
        "since": "Seit",
        "over": "Behoben",
        "running": "Läuft gerade",
        "coming": "Angekündigt",
        "cancelled": "Abgesagt",
        "emergency": "Notfall",
        "all": "Alle Dienste",
        "written": "Geschrieben:",
        "feed": "Atom-Feed",
        "portal": "Portal",
    },
}

STATUSES: Mapping[str, Mapping[str, str]] = {  # of a ticket, as its customer hears it
    "en": {
        "received": "Received",
        "in-progress": "In progress",
        "waiting": "Waiting for you",
        "solved": "Solved",
        "closed": "Closed",
    },
    "de": {
        "received": "Eingegangen",
        "in-progress": "In Arbeit",
        "waiting": "Wartet auf Sie",
        "solved": "Gelöst",
        "closed": "Geschlossen",
    },
}


def standing(ticket: Ticket) -> str:
    """How far a ticket is to its customer: somebody works on it once it is taken or answered."""
    if ticket.status is not Status.OPEN:
        return ticket.status.value
    answered = ticket.clock(ClockKind.FIRST_RESPONSE)
    is_begun = ticket.assignee is not None or (answered is not None and answered.met_at is not None)
    return "in-progress" if is_begun else "received"


def status_word(ticket: Ticket, language: str) -> str:
    return STATUSES.get(language, STATUSES["en"])[standing(ticket)]
