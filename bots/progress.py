"""A bar on standard error while something long goes on; nothing where no terminal is."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Thing = TypeVar("Thing")


def advancing(things: Iterable[Thing], total: int, words: str) -> Iterator[Thing]:
    """The things, each one a step of the bar once whoever asked is done with it."""
    with counting(total, words) as step:
        for thing in things:
            yield thing
            step(1)


@contextmanager
def counting(total: int, words: str) -> Iterator[Callable[[int], None]]:
    """A bar for whoever counts by themselves: call it with how many steps were done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(
        *columns,
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # else what is piped on would come out above the bar
    )
    with bar as progress:
        task = progress.add_task(words, total=total)
        yield lambda steps: progress.advance(task, steps)
