"""What has been announced: the list of windows, cancelling one, and the public status page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.commands.acts import known_agent
from bots.commands.announcing import everybody, facts_of, promise, worded
from bots.wiring import Wired
from intake.decisions import Audience, Notice, Recipient
from intake.errors import CommandRefused
from intake.maintenance import Announced, told_of
from intake.messages import Address
from replies.status_feed import as_feed
from replies.status_page import Status, as_page
from store import announcements, outages
from store.engine import retrying
from store.work import SqlWork

RECENT = timedelta(days=7)  # an outage that is over is still told for so long


def listed_windows(wired: Wired, *, current: bool) -> list[dict[str, object]]:
    """The windows as records; `--current` is what the portal's banner reads."""
    now = datetime.now(UTC)
    with wired.store.reading() as work:
        connection = work.connection
        found = announcements.current(connection, now) if current else announcements.listed(connection)
    return [
        {
            "id": one.id,
            "state": one.state(now),
            "services": list(one.services) or ["all"],
            "starts": one.starts_at,
            "ends": one.ends_at,
            "kind": "emergency" if one.emergency else "maintenance",
            "emergency": one.emergency,
            "text": one.text,
            "announced": one.announced_at,
            "by": one.announced_by,
            "cancelled": one.cancelled_at,
        }
        for one in found
    ]


def cancelled(wired: Wired, number: int, by: str) -> str:
    """Cancel a window and tell those who were told of it."""
    now = datetime.now(UTC)
    with wired.store.reading() as work:
        agent, window = known_agent(work, by), _live(work, number, now)
        rows = announcements.told(work.connection, window)
        known = told_of((), everybody(work), wired.setup.policy).recipients
    readers = _same_readers([(one.recipient_name, one.recipient, one.language) for one in rows], known)
    facts = facts_of(wired, window) | {"begun": window.starts_at <= now}
    notice = Notice("maintenance-cancelled", Audience.SENDER, facts, "auto-generated")
    mails = worded(wired, notice, readers, now)

    def attempt() -> None:
        with wired.store.begin() as work:
            if not announcements.cancel(work.connection, number, now):
                raise CommandRefused(f"announcement {number} is cancelled already")
            promise(work, mails, now)
            work.note(None, now, agent.email, f"maintenance {number}", "cancelled")

    retrying(attempt)
    services = ", ".join(window.services) or "all services"
    return f"announcement {number} ({services}) is cancelled; {_people(len(mails))} told"


def write_page(wired: Wired, out: Path) -> Iterator[str]:
    """Write the public status page and its feed; each is replaced whole."""
    now = datetime.now(UTC)
    with wired.store.reading() as work:
        windows = announcements.not_over(work.connection, now)
        recent = [one for one in outages.since(work.connection, now - RECENT) if one.started_at <= now]
    address = wired.setup.policy.file.links.status_page
    status = Status(wired.desk, tuple(recent), tuple(windows), now, address)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in (("index.html", as_page(status)), ("feed.xml", as_feed(status))):
            new = out / f".{name}.new"
            new.write_text(text, encoding="utf-8")
            new.replace(out / name)
            yield f"{out / name}: {len(windows)} windows, {len(recent)} outages"
    except OSError as error:
        raise CommandRefused(f"{out}: cannot be written: {error.strerror}") from error


def _live(work: SqlWork, number: int, now: datetime) -> Announced:
    window = announcements.one(work.connection, number)
    if window is None:
        raise CommandRefused(f"there is no announcement {number}; `deskbell announce list` shows them")
    if not window.is_current(now):
        raise CommandRefused(f"announcement {number} is {window.state(now)}; there is nothing to cancel")
    return window


def _same_readers(rows: Iterable[tuple[str, str, str]], known: Iterable[Recipient]) -> list[Recipient]:
    """Those who were told before, as they are known now, in the language that they were told in."""
    now = {one.address.address.casefold(): one for one in known}
    return [
        replace(
            now.get(address.casefold()) or Recipient(Address(name, address)),
            address=Address(name, address),
            language=language,
        )
        for name, address, language in rows
    ]


def _people(count: int) -> str:
    return "1 person is" if count == 1 else f"{count} people are"
