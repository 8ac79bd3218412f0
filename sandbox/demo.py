"""`deskbell demo`: the main job on example messages, with no configuration and no network.

A whole desk is put into a folder of its own: configuration, key, people, an SQLite file. It
listens on a free port of the loopback, its mail goes to a relay that catches it, and every mail
to it comes by SMTP; Slack and Telegram are sandboxes on the loopback. What became of each step is
held against what should have: the demo is a test too, and fails like one. With `--keep` the
folder stays, and every other command works there.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from bots.logs import logging_to
from intake.errors import ConfigError, DeskbellError
from sandbox.dialogue import Line, Part, table
from sandbox.mails import Letter
from sandbox.playing import Played, at_work, play, tell
from sandbox.relay import CatchingRelay, CaughtMail
from sandbox.stage import Stage
from sandbox.story import STORY, Scene
from sandbox.world import furnish, load_closed_ticket, write_config

BEGIN = (
    Line("A desk with the Wildix policy: tickets are opened on the portal, and mail is for"),
    Line("follow-ups. Ana and Bob work for the customer Acme, Sam answers for the vendor."),
)
SECOND_ACT = (
    Line(""),
    Line("The same desk, begun again with Slack and Telegram", Part.TITLE),
    Line("Sam works in Slack from now on, and Bob has Telegram on his telephone. Both are"),
    Line("sandboxes on this machine; the reminders come because the clock is turned on."),
)
EXTRAS = {"slack": ("slack_bolt", "aiohttp"), "telegram": ("telegram", "aiohttp")}  # what each brings
More = Callable[[Path, int, Stage, int], Awaitable[list[Played]]]


async def with_chats(folder: Path, relay: int, stage: Stage, first: int) -> list[Played]:
    """The second act, or a line that says what it needs."""
    if missing := missing_extras():
        tell((Line(""), *_left_out(missing)))
        return []
    from sandbox.second_act import second_act

    tell(SECOND_ACT)
    return await second_act(folder, relay, stage, first)


def run(keep: Path | None = None, story: Sequence[Scene[Stage]] = STORY, more: More = with_chats) -> None:
    """Play the demo and print it; DeskbellError when anything did not become what it should."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="deskbell-demo-") as folder:
            _run_in(Path(folder), story, more)
        return
    _run_in(_empty(keep), story, more)
    tell((Line(""), Line(f"Kept in {keep}: config.toml, people.toml, desk.key, desk.db, desk.log, mails/")))
    tell((Line(f"Look on: deskbell --config {keep / 'config.toml'} ticket show 1042"),))


def missing_extras() -> list[str]:
    """The chats whose libraries are not installed."""
    return [name for name, needs in EXTRAS.items() if not all(map(find_spec, needs))]


def _left_out(missing: Sequence[str]) -> Sequence[Line]:
    extras = ",".join(missing)
    return (Line(f"Slack and Telegram are left out: install them with 'deskbell[{extras}]'."),)


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


def _run_in(folder: Path, story: Sequence[Scene[Stage]], more: More) -> None:
    began = time.monotonic()
    tell(BEGIN)
    with logging_to(folder / "desk.log"):
        played = asyncio.run(_play(folder, story, more))
    tell(table([(title, outcome, not wrong) for title, outcome, wrong in played]))
    failed = sum(1 for _, _, wrong in played if wrong)
    if failed:
        raise DeskbellError(f"demo: {failed} of {len(played)} steps did not become what they should")
    seconds = time.monotonic() - began
    tell((Line(""), Line(f"All {len(played)} steps became what they should, in {seconds:.1f} seconds.")))


async def _play(folder: Path, story: Sequence[Scene[Stage]], more: More) -> list[Played]:
    async with CatchingRelay() as relay:
        async with at_work(furnish(folder, relay.port)) as (wired, service):
            stage, port = Stage(wired, service, relay), service.addresses["mail"][1]
            await asyncio.to_thread(load_closed_ticket, wired)
            played = [await play(number, scene, stage) for number, scene in enumerate(story, 1)]
        try:
            played += await more(folder, relay.port, stage, len(played) + 1)
        finally:
            write_config(folder, relay.port, port)  # nobody listens in the chats any more
            _keep_mails(folder / "mails", stage.posted, relay.mails)
    return played


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
