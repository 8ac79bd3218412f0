"""A file of people for `people import`: TOML, or CSV by its name or a kind that is given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from bots.files import text_of
from intake.errors import ConfigError
from intake.people import Book, mistakes_in, read_book
from intake.people_csv import KINDS, read_csv
from intake.suggestions import did_you_mean

TABLES = (".csv", ".tsv")
SHOWN_FROM = 500  # entries; fewer are done before a bar could be read


def book_in(file: Path, kind: str, organisations: Collection[str]) -> Book:
    """The book in a file; its people may be of `organisations` too. ConfigError lists every mistake."""
    if kind and kind not in KINDS:
        raise ConfigError([f"--kind: no kind {kind!r}; {did_you_mean(kind, KINDS)}"])
    if not kind and file.suffix.lower() not in TABLES:
        return read_book(text_of(file), file.name, organisations)
    book = read_csv(text_of(file), file.name, kind)
    if mistakes := mistakes_in(book, file.name, organisations=organisations):
        raise ConfigError(mistakes)
    return book


@contextmanager
def progress(entries: int) -> Iterator[Callable[[], object]]:
    """A bar on the terminal while many entries are brought in; call it for each."""
    if entries < SHOWN_FROM or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("People", total=entries)
        yield lambda: bar.advance(task)
