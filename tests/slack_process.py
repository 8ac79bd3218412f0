"""`deskbell serve` as a process beside a sandbox that lives in the test, which may kill it or stop it."""

import asyncio
from asyncio.subprocess import STDOUT, Process
from pathlib import Path

import servers
from bots.wiring import wire
from sandbox.relay import CatchingRelay
from sandbox.slack import SlackSandbox
from serving import DESKBELL, write_config
from slack_world import PEOPLE, POLICY, World, furnished

LOOKS = 1200  # for a minute


async def started(config: Path, log: Path) -> Process:
    """A desk that serves."""
    before = len(_words_of(log))
    with log.open("ab") as words:
        process = await asyncio.create_subprocess_exec(
            DESKBELL, "serve", "--config", config, stdout=words, stderr=STDOUT
        )
    for _ in range(LOOKS):
        if b"serving" in _words_of(log)[before:] or process.returncode is not None:
            break
        await asyncio.sleep(0.05)
    assert process.returncode is None, _words_of(log).decode()
    return process


def _words_of(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""


def desk_of(
    folder: Path, slack: SlackSandbox, relay: CatchingRelay, policy: str = POLICY, **settings: str
) -> World:
    """A desk that is yet to be started, and a hand in its store; `settings` are lines of its Slack."""
    space = furnished(slack)
    port = servers.free_port()
    config = write_config(folder, relay.port, port, channel=space.settings(**settings), policy="policy.toml")
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    (folder / "people.toml").write_text(PEOPLE.format(sam=space.sam), encoding="utf-8")
    wired = wire(config)
    return World(space, slack, wired, None, relay, port, config)  # type: ignore[arg-type]
