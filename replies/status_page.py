"""The public status page: what is out and what maintenance is on, as accessible HTML.

It is one file without scripts or anything to fetch, in the desk's language and zone, and it stays
true when it is read later: times are written out, and the page says when it was made. Nothing on it
says who recorded or announced it. Colours only repeat what the words say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import jinja2

from intake.maintenance import Announced
from intake.tickets import Desk
from intake.uptime import Outage
from replies.escaping import visible
from replies.moments import in_words
from replies.status_words import WORDS
from templates import FOLDER


@dataclass(frozen=True, slots=True)
class Status:
    """What the page tells; outages that are over and windows that were cancelled may be among it."""

    desk: Desk
    outages: tuple[Outage, ...]
    windows: tuple[Announced, ...]
    now: datetime
    address: str = ""  # of the page, where it is known

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS.get(self.desk.language[:2].lower(), WORDS["en"])

    @property
    def language(self) -> str:
        return "de" if self.words is WORDS["de"] else "en"


@dataclass(frozen=True, slots=True)
class Shown:
    """One outage or window in words."""

    name: str
    state: str
    services: str
    starts_at: datetime
    ends_at: datetime | None
    starts: str
    ends: str
    text: str
    changed_at: datetime
    emergency: bool = False

    @property
    def starts_iso(self) -> str:
        return self.starts_at.isoformat()

    @property
    def ends_iso(self) -> str:
        return self.ends_at.isoformat() if self.ends_at else ""


def as_page(status: Status) -> str:
    """The whole HTML document."""
    outages, windows = shown_outages(status), shown_windows(status)
    kind, headline = _headline(status, outages, windows)
    return _template().render(
        desk=status.desk,
        language=status.language,
        words=status.words,
        headline=headline,
        headline_kind=kind,
        outages=outages,
        windows=windows,
        now=_moment(status, status.now),
        now_iso=status.now.isoformat(timespec="seconds"),
    )


def _headline(status: Status, outages: list[Shown], windows: list[Shown]) -> tuple[str, str]:
    out = sorted({one.services for one in outages if one.state == "open"})
    under = sorted({one.services or status.words["all"] for one in windows if one.state == "running"})
    if out:
        return "out", f"{status.words['out']}: {', '.join(out)}"
    if under:
        return "under", f"{status.words['under']}: {', '.join(under)}"
    return "well", status.words["all_well"]


def shown_outages(status: Status) -> list[Shown]:
    """What is out now comes first, then what was, the last begun before the others."""
    found = sorted(status.outages, key=lambda one: one.started_at, reverse=True)
    found.sort(key=lambda one: not one.is_open(status.now))
    return [
        Shown(
            f"outage-{one.id}",
            "open" if one.is_open(status.now) else "over",
            one.service,
            one.started_at,
            one.ended_at,
            _moment(status, one.started_at),
            _moment(status, one.ended_at) if one.ended_at else "",
            visible(one.what),
            max(one.recorded_at, one.ended_at or one.recorded_at),
        )
        for one in found
    ]


def shown_windows(status: Status) -> list[Shown]:
    return [
        Shown(
            f"maintenance-{one.id}",
            one.state(status.now),
            ", ".join(one.services),
            one.starts_at,
            one.ends_at,
            _moment(status, one.starts_at),
            _moment(status, one.ends_at),
            visible(one.text),
            one.cancelled_at or one.announced_at,
            one.emergency,
        )
        for one in status.windows
    ]


def _moment(status: Status, moment: datetime) -> str:
    return in_words(moment, ZoneInfo(status.desk.timezone), status.language)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(FOLDER)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("status_page.html")
