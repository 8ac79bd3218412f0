"""The public status page as an Atom feed (RFC 4287): an entry for each outage and window.

An entry keeps its id while what it tells of changes, so that a reader shows it once, as it now is.
"""

import xml.etree.ElementTree as ET
from datetime import UTC

from replies.status_page import Shown, Status, shown_outages, shown_windows

ATOM = "http://www.w3.org/2005/Atom"


def as_feed(status: Status) -> str:
    """The whole feed, what changed last first."""
    ET.register_namespace("", ATOM)
    shown = sorted(
        (*shown_outages(status), *shown_windows(status)), key=lambda one: one.changed_at, reverse=True
    )
    feed = ET.Element(_atom("feed"), {"xml:lang": status.language})
    _add(feed, "id", f"tag:{status.desk.domain},2026:status")
    _add(feed, "title", f"{status.words['title']} – {status.desk.name}")
    _add(feed, "updated", (shown[0].changed_at if shown else status.now).isoformat(timespec="seconds"))
    _add(ET.SubElement(feed, _atom("author")), "name", status.desk.name)
    _link(feed, status.address)
    for one in shown:
        _entry(feed, one, status)
    ET.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(feed, encoding="unicode")}\n'


def _entry(feed: ET.Element, one: Shown, status: Status) -> None:
    words = status.words
    entry = ET.SubElement(feed, _atom("entry"))
    emergency = f", {words['emergency']}" if one.emergency else ""
    times = f"{one.starts} – {one.ends}" if one.ends else f"{words['since']} {one.starts}"
    what = words["outage" if one.name.startswith("outage") else "maintenance"]
    _add(entry, "id", f"tag:{status.desk.domain},2026:{one.name}")
    _add(entry, "title", f"{what} ({words[one.state]}{emergency}): {one.services or words['all']}")
    _add(entry, "updated", one.changed_at.astimezone(UTC).isoformat(timespec="seconds"))
    _link(entry, status.address)
    _add(entry, "content", f"{times}\n\n{one.text}").set("type", "text")


def _link(parent: ET.Element, address: str) -> None:
    if address:
        ET.SubElement(parent, _atom("link"), {"rel": "alternate", "type": "text/html", "href": address})


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, _atom(name))
    child.text = "".join(char for char in text if char.isprintable() or char in "\n\t")
    return child


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"
