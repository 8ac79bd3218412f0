"""What both acts of the demo need: a desk at work for a while, and a step played, compared and told."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from bots.coloured import show
from bots.serve import Service
from bots.wiring import Wired, wire
from sandbox.dialogue import WIDTH, Line, Part, told
from sandbox.outcomes import Outcome, differences
from sandbox.story import Scene, Where

STYLES = {
    Part.TITLE: "bold",
    Part.IN: "cyan",
    Part.FATE: "yellow",
    Part.OUT: "green",
    Part.WORDS: "",
    Part.WRONG: "bold red",
    Part.HEAD: "dim",
}
Played = tuple[str, Outcome, list[str]]  # the title, what became of it, what is wrong with that


@asynccontextmanager
async def at_work(config: Path) -> AsyncIterator[tuple[Wired, Service]]:
    """A desk that serves, and ends with the block."""
    wired = wire(config)
    service = Service(wired)
    try:
        await service.start()
        yield wired, service
    finally:
        await service.stop()
        wired.store.close()


async def play(number: int, scene: Scene[Where], stage: Where) -> Played:
    """Play a step and tell it at once."""
    outcome = await scene.play(stage)
    wrong = differences(scene.expected, outcome)
    tell(told(number, scene.title, outcome, wrong))
    return scene.title, outcome, wrong


def tell(lines: Iterable[Line]) -> None:
    show(((line.text, STYLES[line.part]) for line in lines), WIDTH)
