"""`make bench`: what Deskbell's whole path costs, against a listener whose handler does nothing.

The same follow-ups go to four systems over 1, 8 and 32 connections, in turn and three
times over, so that what else happens on the machine happens to all of them; medians are
told. Before each cell is measured, some mails warm it up. Each cell has a new server and a new
copy of the store. A run in which a mail was not acknowledged, or is not in the store as it
should be, ends with the reason. A second part has few and many tickets in the store.
"""

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pytest import skip  # noqa: PT013  (its exception is what a missing server raises)
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.mails import Mail, follow_ups
from benchmarks.systems import Server, Worlds, deskbell, listener
from tests.servers import postgres

HERE = Path(__file__).resolve().parent
LOAD_SECONDS = 600
STOCK, LISTENER, ON_SQLITE, ON_POSTGRESQL = (
    "aiosmtpd, does nothing",
    "Deskbell's listener, does nothing",
    "Deskbell, whole path, SQLite",
    "Deskbell, whole path, PostgreSQL",
)
FEW, MANY = 1_000, 100_000
MOST_FOR_MANY = 1.3


@dataclass(frozen=True, slots=True)
class Size:
    mails: int
    warm_up: int
    rounds: int
    many: int


FULL = Size(mails=2000, warm_up=200, rounds=3, many=MANY)
QUICK = Size(mails=400, warm_up=100, rounds=1, many=10_000)


@dataclass(frozen=True, slots=True)
class Cell:
    system: str
    connections: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one cell came to; times in milliseconds."""

    rate: float  # mails a second
    cpu: float  # of the server, for each mail
    p50: float
    p99: float
    peak_mib: float


class Bench:
    def __init__(self, worlds: Worlds, size: Size, folder: Path, systems: Sequence[str]) -> None:
        self._worlds = worlds
        self._size = size
        self._folder = folder
        self._systems = systems

    def cells(self) -> list[Cell]:
        """The systems alternate within each number of connections."""
        speeds = [Cell(system, at_once, FEW) for at_once in (1, 8, 32) for system in self._systems]
        grown = [
            Cell(system, 32, tickets)
            for system in self._systems
            if system in (ON_SQLITE, ON_POSTGRESQL)
            for tickets in (FEW, self._size.many)
        ]
        return list(dict.fromkeys(speeds + grown))

    def measure(self, cell: Cell) -> Result:
        mails = self._file(self._size.mails, cell.tickets, 0)
        warm_up = self._file(self._size.warm_up, cell.tickets, self._size.mails)
        with self._server(cell) as server:
            _sent(server, cell.connections, warm_up)
            before = server.cpu
            told = _sent(server, cell.connections, mails)
            cpu = server.cpu - before
            server.check(self._size.mails + self._size.warm_up)
            return _result(told, cpu, server.peak_mib)

    @contextmanager
    def _server(self, cell: Cell) -> Iterator[Server]:
        with ExitStack() as stack:
            if cell.system in (STOCK, LISTENER):
                yield stack.enter_context(listener("stock" if cell.system == STOCK else "ours"))
                return
            world = self._worlds.sqlite if cell.system == ON_SQLITE else self._worlds.postgresql
            yield stack.enter_context(deskbell(*stack.enter_context(world(cell.tickets))))

    def _file(self, count: int, tickets: int, first: int) -> Path:
        file = self._folder / f"{count}-{tickets}-{first}.pickle"
        if not file.exists():
            file.write_bytes(pickle.dumps(_mails(count, tickets, first)))
        return file


@lru_cache(maxsize=1)
def _mails(count: int, tickets: int, first: int) -> list[Mail]:
    return list(follow_ups(count, tickets, first))


def _sent(server: Server, connections: int, mails: Path) -> dict[str, list[float]]:
    """Let the sender do its work; SystemExit when a mail was not acknowledged."""
    command = [sys.executable, str(HERE / "load.py"), str(server.port), str(connections), str(mails)]
    done = subprocess.run(command, capture_output=True, timeout=LOAD_SECONDS, check=False)
    if done.returncode:
        sys.exit(f"the sender failed: {done.stderr.decode(errors='replace')}")
    told: dict[str, list[float]] = json.loads(done.stdout)
    if told["wrong"]:
        sys.exit(f"not acknowledged: {told['wrong']}")
    return told


def _result(told: dict[str, list[float]], cpu: float, peak_mib: float) -> Result:
    waits = told["waits"]
    count = len(waits)
    return Result(
        rate=count / float(told["seconds"]),  # type: ignore[arg-type]
        cpu=cpu / count * 1000,
        p50=waits[count // 2] * 1000,
        p99=waits[count * 99 // 100] * 1000,
        peak_mib=peak_mib,
    )


def _median(results: Sequence[Result]) -> Result:
    return Result(**{name: median(asdict(one)[name] for one in results) for name in asdict(results[0])})


# What is told


def speed_table(results: dict[Cell, Result]) -> Table:
    table = Table(
        "connections", "system", *("mails/s", "ratio", "CPU ms/mail", "ratio", "p50 ms", "p99 ms", "peak MiB")
    )
    for cell, one in results.items():
        if cell.tickets != FEW:
            continue
        stock = results[Cell(STOCK, cell.connections, FEW)]
        table.add_row(
            str(cell.connections),
            cell.system,
            f"{one.rate:,.0f}",
            f"{one.rate / stock.rate:.2f}",
            f"{one.cpu:.2f}",
            f"{one.cpu / stock.cpu:.2f}",
            f"{one.p50:.1f}",
            f"{one.p99:.1f}",
            f"{one.peak_mib:.0f}",
        )
    return table


def growth_table(results: dict[Cell, Result], many: int) -> Table:
    table = Table("system", "tickets", "mails/s", "CPU ms/mail", "cost, ratio", "time, ratio")
    for system in (ON_SQLITE, ON_POSTGRESQL):
        few, grown = (results.get(Cell(system, 32, tickets)) for tickets in (FEW, many))
        if few and grown:
            table.add_row(system, f"{FEW:,}", f"{few.rate:,.0f}", f"{few.cpu:.2f}", "1.00", "1.00")
            ratios = (f"{grown.cpu / few.cpu:.2f}", f"{few.rate / grown.rate:.2f}")
            table.add_row(system, f"{many:,}", f"{grown.rate:,.0f}", f"{grown.cpu:.2f}", *ratios)
    return table


def verdicts(results: dict[Cell, Result], many: int) -> Iterator[str]:
    """The goals, and whether they are reached."""
    for connections in (1, 8, 32):
        stock, ours = (results[Cell(system, connections, FEW)] for system in (STOCK, ON_SQLITE))
        reached = ours.cpu <= stock.cpu and ours.rate >= stock.rate
        yield (
            f"{'reached' if reached else 'NOT reached'}, {connections} connections: the whole path on SQLite"
            f" uses {ours.cpu / stock.cpu:.2f} x the CPU of aiosmtpd,"
            f" and takes {ours.rate / stock.rate:.2f} x its mails a second"
        )
    few, grown = (results[Cell(ON_SQLITE, 32, tickets)] for tickets in (FEW, many))
    ratio = grown.cpu / few.cpu
    yield (
        f"{'reached' if ratio <= MOST_FOR_MANY else 'NOT reached'}: a follow-up among {many:,} tickets costs"
        f" {ratio:.2f} x one among {FEW:,}, at most {MOST_FOR_MANY} is the goal"
    )


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"


@contextmanager
def cluster(console: Console) -> Iterator[str]:
    """The URL of a PostgreSQL of our own, "" where there is none."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres())
        except skip.Exception as missing:
            console.print(f"without PostgreSQL: {missing}")
            url = ""
        yield url


def run(size: Size, console: Console) -> dict[Cell, Result]:
    with cluster(console) as url, tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
        systems = [STOCK, LISTENER, ON_SQLITE, *([ON_POSTGRESQL] if url else [])]
        bench = Bench(Worlds(Path(folder), url), size, Path(folder), systems)
        found: dict[Cell, list[Result]] = {cell: [] for cell in bench.cells()}
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("cells", total=size.rounds * len(found))
            for number in range(1, size.rounds + 1):
                for cell, results in found.items():
                    results.append(bench.measure(cell))
                    progress.advance(task)
                    if not console.is_terminal:
                        console.print(f"{number}/{size.rounds} {_words(cell, results[-1])}", soft_wrap=True)
    return {cell: _median(results) for cell, results in found.items()}


def _words(cell: Cell, one: Result) -> str:
    return (
        f"{cell.connections} connections, {cell.tickets} tickets, {cell.system}:"
        f" {one.rate:.0f} mails/s, {one.cpu:.2f} ms CPU, p99 {one.p99:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the whole path against aiosmtpd.")
    parser.add_argument("--quick", action="store_true", help="fewer mails, one round, 10,000 tickets")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    given = parser.parse_args()
    size = QUICK if given.quick else FULL
    console = Console(width=None if sys.stdout.isatty() else 140)
    results = run(size, console)
    console.print(machine(), speed_table(results), growth_table(results, size.many), sep="\n")
    for verdict in verdicts(results, size.many):
        console.print(verdict, soft_wrap=True)
    if given.json:
        rows = [asdict(cell) | asdict(one) for cell, one in results.items()]
        given.json.write_text(json.dumps({"machine": machine(), "results": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
