"""The verdict of `kill_nine`: what was acknowledged, held against what the desk exports and has sent.

Each mail must be there once, filed on its ticket, with one word to the agents about it. What went
out may have gone out once more for each time that its worker died between sending and marking, but
never oftener than it was claimed, and always under the Message-ID of its promise.
"""

import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import serving
from bots.wiring import Wired
from kill_nine_load import Load
from sandbox.relay import CaughtMail
from store import outbox

EVERYTHING = 1_000_000
NOTICE = "agent-follow-up"
LAST_BREATH = 10.0  # seconds that a dead server's children may need to notice


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` is empty when every promise was kept; `sent` and `repeats` count mails at the relay."""

    mails: int
    sent: int
    repeats: int
    faults: tuple[str, ...]


def judged(
    config: Path, wired: Wired, load: Load, caught: Sequence[CaughtMail], sessions: Collection[int]
) -> Verdict:
    """Judge a desk that has come to rest."""
    with wired.store.reading() as work:
        promises = outbox.listed(work, limit=EVERYTHING)
    counts = Counter(serving.message_id(mail.body) for mail in caught)
    faults = (
        *(f"refused: {one}" for one in load.refused),
        *_stored(_exported(config, "messages"), load),
        *_filed(_exported(config, "ticket"), load),
        *_promised(promises, load),
        *_sent(promises, counts),
        *_disguised(wired, caught),
        *_damaged(wired),
        *_left_behind(sessions),
    )
    return Verdict(len(load.words), counts.total(), counts.total() - len(counts), faults)


def _exported(config: Path, what: str) -> list[dict[str, Any]]:
    done = serving.deskbell("--config", config, what, "export", "--jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _stored(records: list[dict[str, Any]], load: Load) -> Iterator[str]:
    """Every acknowledged mail is in the store once, as a follow-up."""
    heard = [one for one in records if one["direction"] == "in" and one["channel"] == "email"]
    counts = Counter(one["message_id"] for one in heard)
    yield from (f"lost: {one}" for one in load.acknowledged if not counts[one])
    yield from (f"never acknowledged: {one}" for one in load.words if not load.acknowledged[one])
    yield from (f"{count} times in the store: {one}" for one, count in counts.items() if count > 1)
    yield from (f"{one['fate']}: {one['message_id']}" for one in heard if one["fate"] != "append")


def _filed(tickets: list[dict[str, Any]], load: Load) -> Iterator[str]:
    """Its words are on the ticket once."""
    (ticket,) = tickets
    said = Counter(
        str(one["text"]).partition("\n")[0].strip()
        for one in ticket["messages"]
        if one["direction"] == "in" and one["channel"] == "email"
    )
    yield from (
        f"{said[words]} times on the ticket: {words}" for words in load.words.values() if said[words] != 1
    )


def _promised(promises: Sequence[outbox.Promise], load: Load) -> Iterator[str]:
    """The agents are told of it once."""
    bodies = [one.outbound.body for one in promises if one.outbound.notice == NOTICE]
    if len(bodies) != len(load.words):
        yield f"{len(bodies)} notices for {len(load.words)} mails"
    told = "\n".join(bodies)
    yield from (
        f"told {told.count(words)} times: {words}" for words in load.words.values() if told.count(words) != 1
    )


def _sent(promises: Sequence[outbox.Promise], counts: Counter[str]) -> Iterator[str]:
    """Each promise went out at least once, and no more often than it was claimed."""
    attempts = {one.outbound.message_id: one.attempts for one in promises}
    yield from (f"sent by nobody's promise: {one}" for one in counts if one not in attempts)
    for one, claims in attempts.items():
        if not 1 <= counts[one] <= claims:
            yield f"sent {counts[one]} times, claimed {claims} times: {one}"


def _disguised(wired: Wired, caught: Sequence[CaughtMail]) -> Iterator[str]:
    """A repeated promise has the same Message-ID; its number is in the return address."""
    names: defaultdict[int, set[str]] = defaultdict(set)
    for mail in caught:
        token = wired.setup.addresses.token_in_address(mail.sender, datetime.now(UTC))
        assert token
        names[token.subject].add(serving.message_id(mail.body))
    yield from (f"promise {one} went out as {sorted(ids)}" for one, ids in names.items() if len(ids) > 1)


def _damaged(wired: Wired) -> Iterator[str]:
    if wired.store.engine.dialect.name != "sqlite":
        return
    with closing(sqlite3.connect(str(wired.store.engine.url.database))) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        yield f"integrity_check: {found}"


def _left_behind(sessions: Collection[int]) -> Iterator[str]:
    """No process of a dead server goes on for long."""
    end = time.monotonic() + LAST_BREATH
    while (left := _processes_of(sessions)) and time.monotonic() < end:
        time.sleep(0.1)
    if left:
        yield f"still running after their server died: {left}"


def _processes_of(sessions: Collection[int]) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue  # it has ended meanwhile
        if int(session) in set(sessions) and state != "Z":
            found.append(int(path.parent.name))
    return found
