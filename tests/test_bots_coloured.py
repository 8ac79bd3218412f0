"""Lines for a terminal have colours; a pipe gets the bare text, in whatever letters it knows."""

import io
from contextlib import redirect_stdout

import pytest

from bots.coloured import show


def printed(encoding: str, text: str) -> str:
    kept = io.BytesIO()
    with io.TextIOWrapper(kept, encoding=encoding) as pipe, redirect_stdout(pipe):
        show([(text, "bold red")], 80)
        pipe.flush()
        return kept.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("utf-8", "fate — “open” …", "fate — “open” …\n"),
        ("ascii", "fate — open", "fate ? open\n"),
        ("utf-8", "[bold]not markup[/bold]", "[bold]not markup[/bold]\n"),
        ("utf-8", "", "\n"),
    ],
)
def test_a_pipe_gets_the_text_alone_in_its_own_letters(encoding, text, shown):
    assert shown == printed(encoding, text)


def test_a_terminal_gets_colours(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b[1;31mwrong\x1b[0m\n" == printed("utf-8", "wrong")
