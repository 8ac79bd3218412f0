"""The report on how customers say it went: who was asked in a span of days, and what they answered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.commands.reported import Record, Report, days, midnight, per_cent
from bots.wiring import Wired
from intake.errors import CommandRefused, ConfigError
from intake.satisfaction import BY, Row, counted
from intake.suggestions import did_you_mean
from store.surveys import answers

COLUMNS = ("group", "asked", "answered", "good", "bad", "share_good", "share_answered")


def satisfaction(wired: Wired, since: str, until: str, by: str) -> Report:
    """A row for each group, or one for all."""
    if by not in BY:
        raise ConfigError([f"--by: {by!r} is no way to group; {did_you_mean(by, BY)}"])
    zone = ZoneInfo(wired.desk.timezone)
    first, last = days(since, until, datetime.now(UTC).astimezone(zone).date())
    with wired.store.reading() as work:
        found = answers(work, midnight(first, zone), midnight(last + timedelta(days=1), zone))
        rows = counted(found, by)
    records = [_record(row, by) for row in rows]
    return Report(
        records,
        [_in_words(row) for row in rows],
        [one for one in COLUMNS if one != "group" or by != "all"],
        records,
        [f"Asked {first} to {last}, days of {zone}. The share of good is of those who answered."],
        f"Nobody was asked {first} to {last}.",
        _paint,
    )


def _record(row: Row, by: str) -> Record:
    return {
        **({by: row.group} if by != "all" else {}),
        "asked": row.asked,
        "answered": row.answered,
        "good": row.good,
        "bad": row.bad,
        "share_good": row.share_good,
        "share_answered": row.share_answered,
    }


def _in_words(row: Row) -> Record:
    shares = {"share_good": per_cent(row.share_good), "share_answered": per_cent(row.share_answered)}
    return {"group": row.group, **_record(row, "all"), **shares}


def _paint(file: Path) -> None:
    raise CommandRefused("this report has no picture")
