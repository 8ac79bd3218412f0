"""`deskbell demo`: the main job on example mails, with no configuration and no network.

A whole desk is put into a folder of its own: configuration, key, people, an SQLite file. It
listens on a free port of the loopback, its mail goes to a relay that catches it, and every mail
to it comes by SMTP. What became of each is held against what should have: the demo is a test
too, and fails like one. With `--keep` the folder stays, and every other command works there.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from bots.coloured import show
from bots.logs import logging_to
from bots.serve import Service
from bots.wiring import wire
from intake.errors import ConfigError, DeskbellError
from sandbox.dialogue import WIDTH, Line, Part, table, told
from sandbox.mails import Letter
from sandbox.outcomes import Outcome, differences
from sandbox.relay import CatchingRelay, CaughtMail
from sandbox.stage import Stage
from sandbox.story import STORY, Scene
from sandbox.world import furnish, load_closed_ticket, write_config

STYLES = {
    Part.TITLE: "bold",
    Part.IN: "cyan",
    Part.FATE: "yellow",
    Part.OUT: "green",
    Part.WORDS: "",
    Part.WRONG: "bold red",
    Part.HEAD: "dim",
}
BEGIN = (
    Line("A desk with the Wildix policy: tickets are opened on the portal, and mail is for"),
    Line("follow-ups. Ana and Bob work for the customer Acme, Sam answers for the vendor."),
)
Played = tuple[Scene, Outcome, list[str]]


def run(keep: Path | None = None, story: Sequence[Scene] = STORY) -> None:
    """Play the demo and print it; DeskbellError when anything did not become what it should."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="deskbell-demo-") as folder:
            _run_in(Path(folder), story)
        return
    _run_in(_empty(keep), story)
    _show((Line(""), Line(f"Kept in {keep}: config.toml, people.toml, desk.key, desk.db, desk.log, mails/")))
    _show((Line(f"Look on: deskbell --config {keep / 'config.toml'} ticket show 1042"),))


def _empty(folder: Path) -> Path:
    """The folder to keep, made if need be; ConfigError when something is in it already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise ConfigError([f"--keep: {folder}: {error.strerror}"]) from error
    if taken:
        raise ConfigError([f"--keep: {folder} is not empty; name a new folder"])
    return folder


def _run_in(folder: Path, story: Sequence[Scene]) -> None:
    began = time.monotonic()
    _show(BEGIN)
    with logging_to(folder / "desk.log"):
        played = asyncio.run(_play(folder, story))
    _show(table([(scene.title, outcome, not wrong) for scene, outcome, wrong in played]))
    failed = sum(1 for _, _, wrong in played if wrong)
    if failed:
        raise DeskbellError(f"demo: {failed} of {len(played)} steps did not become what they should")
    seconds = time.monotonic() - began
    _show((Line(""), Line(f"All {len(played)} steps became what they should, in {seconds:.1f} seconds.")))


async def _play(folder: Path, story: Sequence[Scene]) -> list[Played]:
    async with CatchingRelay() as relay:
        wired = wire(furnish(folder, relay.port))
        service = Service(wired)
        await service.start()
        stage = Stage(wired, service, relay)
        try:
            await asyncio.to_thread(load_closed_ticket, wired)
            played = [await _played(number, scene, stage) for number, scene in enumerate(story, 1)]
            write_config(folder, relay.port, service.addresses["mail"][1])
        finally:
            await service.stop()
            wired.store.close()
            _keep_mails(folder / "mails", stage.posted, relay.mails)
    return played


async def _played(number: int, scene: Scene, stage: Stage) -> Played:
    outcome = await scene.play(stage)
    wrong = differences(scene.expected, outcome)
    _show(told(number, scene.title, outcome, wrong))
    return scene, outcome, wrong


def _keep_mails(folder: Path, posted: Sequence[Letter], caught: Sequence[CaughtMail]) -> None:
    came = [(f"in/{number:02}.eml", one.body) for number, one in enumerate(posted, 1)]
    went = [
        (f"out/{number:02}-to-{one.recipients[0].partition('@')[0]}.eml", one.body)
        for number, one in enumerate(caught, 1)
    ]
    for name, body in came + went:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _show(lines: Iterable[Line]) -> None:
    show(((line.text, STYLES[line.part]) for line in lines), WIDTH)
