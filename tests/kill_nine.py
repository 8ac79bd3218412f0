"""Kills a desk at random moments under load, and then looks whether anything is lost or twice.

    python tests/kill_nine.py --rounds 200 [--url postgresql://…] [--seed 7]

Each round starts `deskbell serve`, lets several connections send follow-ups to one ticket, and
ends the server by SIGKILL: while it starts, in the middle of its work, or when it is done.
Whatever was not answered with 250 is sent again, with the same bytes; now and then something
that was, too. The relay goes on through all of it. At the end the desk works off what is left;
`kill_nine_verdict` then holds what it exports against what was acknowledged.

What was claimed when a server died waits for the end of its lease. That is five minutes,
which nobody wants to wait, so before the last start all leases are ended by hand.
"""

import argparse
import itertools
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

import servers
import serving
from bots.commands import acts
from bots.wiring import Wired, wire
from intake.tickets import Ticket
from kill_nine_load import Load, Mail, sending
from kill_nine_verdict import Verdict, judged
from sandbox.relay import relay_in_thread
from store.tables import Delivery, Sending, inbox, outbox

MAILS_A_ROUND = 20
HEAVY_ONE_IN = 60  # over 1 MiB: kept first, decided afterwards
IN_START_UP_ONE_IN = 4
START_UP = 1.0  # seconds, about
LONGEST_LIFE = 0.4  # seconds that a server has at the most, once it listens
START_LIMIT = 60.0
END_LIMIT = 120.0
HEAVY_LINES = 16_000
HEAVY_LINE = "Nothing of interest was logged here, and the next line says it again.\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rounds came to."""

    rounds: int
    in_start_up: int
    resent: int
    seconds: float
    verdict: Verdict

    def __str__(self) -> str:
        found = self.verdict
        return (
            f"{self.rounds} rounds, {self.rounds} kills ({self.in_start_up} before it listened),"
            f" {found.mails} mails, {self.resent} of them sent again after their 250,"
            f" {found.sent} notices sent, {found.repeats} of them repeated, {self.seconds:.0f} s:"
            f" {'FAULTS' if found.faults else 'nothing lost, nothing twice'}"
        )


@dataclass(slots=True)
class Desk:
    """The desk that dies; `sessions` are those of its processes, by the server's own number."""

    folder: Path
    port: int
    config: Path
    sessions: list[int] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "serve.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Begin to serve, in a session of its own, by which its children are found."""
        with self.log.open("ab") as words:
            command = [serving.DESKBELL, "serve", "--config", self.config]
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True
            )
        self.sessions.append(process.pid)
        return process

    def listens(self) -> bool:
        return servers.accepts_connections(self.port)


def kill_nine(rounds: int, folder: Path, url: str = "", seed: int = 0) -> Outcome:
    """Play so many rounds in an empty folder, on SQLite or in the database that is named."""
    chance = random.Random(seed)
    began = time.monotonic()
    with ExitStack() as stack:
        relay = stack.enter_context(relay_in_thread())
        port = servers.free_port()
        store = {"store": url} if url else {}
        desk = Desk(folder, port, serving.write_config(folder, relay.port, port, **store))
        wired = wire(desk.config)
        stack.callback(wired.store.close)
        mails = follow_ups(wired, chance)
        load = stack.enter_context(sending(port, seed))
        in_start_up = sum(
            _round(desk, load, [next(mails) for _ in range(MAILS_A_ROUND)], chance)
            for _ in track(range(rounds), "killing", console=Console(stderr=True), disable=not _is_watched())
        )
        end_leases(wired)
        _work_off(desk, load, wired)
        verdict = judged(desk.config, wired, load, relay.mails, desk.sessions)
    again = sum(1 for count in load.acknowledged.values() if count > 1)
    return Outcome(rounds, in_start_up, again, time.monotonic() - began, verdict)


def follow_ups(wired: Wired, chance: random.Random) -> Iterator[Mail]:
    """Mails to one new ticket without end, by its signed address and by its number in turns."""
    ticket = _new_ticket(wired)
    signed = wired.setup.addresses.reply_address(
        "reply", ticket.number, ticket.requester.id, datetime.now(UTC)
    )
    for count in itertools.count(1):
        words = f"They drop for the time {count:06d}"
        is_heavy = not chance.randrange(HEAVY_ONE_IN)
        text = f"{words}\n{HEAVY_LINE * HEAVY_LINES if is_heavy else ''}"
        if count % 2:
            mail, to = serving.a_mail(serving.ANA, f"Re: [WX-{ticket.number}] Calls", text), serving.DESK
        else:
            mail, to = serving.a_mail(serving.ANA, "Calls", text, proven=False), signed
        yield Mail(serving.message_id(mail.as_bytes()), words, to, mail.as_bytes())


def _new_ticket(wired: Wired) -> Ticket:
    said = acts.log_call(wired, serving.ANA.address, "Calls drop", "They do.", "phone", "", {}, "")
    with wired.store.reading() as work:
        ticket = work.ticket(int(str(said["ticket"])))
    assert ticket
    return ticket


def end_leases(wired: Wired) -> None:
    """Let every claim be over, as if its time had passed."""
    now = datetime.now(UTC)
    with wired.store.begin() as work:
        claimed = outbox.update().where(outbox.c.state == Sending.CLAIMED)
        work.connection.execute(claimed.values(next_at=now))
        reading = inbox.update().where(inbox.c.state == Delivery.CLAIMED)
        work.connection.execute(reading.values(next_at=now))


def _round(desk: Desk, load: Load, mails: list[Mail], chance: random.Random) -> bool:
    """Start, load, kill; whether it died before it listened."""
    for mail in mails:
        load.add(mail)
    process = desk.start()
    try:
        if chance.randrange(IN_START_UP_ONE_IN):
            _wait(desk.listens, desk, process, START_LIMIT)
            time.sleep(chance.uniform(0, LONGEST_LIFE))
        else:
            time.sleep(chance.uniform(0, START_UP))
        return not desk.listens()
    finally:
        process.kill()
        process.wait()


def _work_off(desk: Desk, load: Load, wired: Wired) -> None:
    """Serve until everything is acknowledged, decided and sent, then end as one should."""
    process = desk.start()
    try:
        _wait(lambda: load.is_done and not _left(wired), desk, process, END_LIMIT)
    finally:
        process.terminate()
        code = process.wait(60)
    assert code == 0, f"deskbell serve ended with {code}; see {desk.log}"


def _left(wired: Wired) -> int:
    """How many rows are still to be decided or sent."""
    with wired.store.looking() as connection:
        to_send = outbox.select().where(outbox.c.state.in_((Sending.PENDING, Sending.CLAIMED)))
        to_decide = inbox.select().where(inbox.c.state.in_((Delivery.PENDING, Delivery.CLAIMED)))
        return len(connection.execute(to_send).all()) + len(connection.execute(to_decide).all())


def _wait(
    condition: Callable[[], object], desk: Desk, process: subprocess.Popen[bytes], limit: float
) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert process.poll() is None, f"deskbell serve ended by itself; see {desk.log}"
        assert time.monotonic() < end, f"waited {limit:g} s in vain; see {desk.log}"
        time.sleep(0.02)


def _is_watched() -> bool:
    return sys.stderr.isatty()


def main() -> int:
    """Play by the arguments of the command line; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; SQLite when left out")
    parser.add_argument("--seed", type=int, default=0, help="the same one kills and sends alike")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="deskbell-kill-nine-"))
    outcome = kill_nine(given.rounds, folder, given.url, given.seed)
    print(outcome)
    for fault in outcome.verdict.faults:
        print(f"  {fault}")
    if outcome.verdict.faults:
        print(f"The desk is kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
