"""Each refusal that an agent reads in Slack says what is wrong and what to do next."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ACTS = ("bots/acting.py", "bots/deciding.py", "intake/commands.py", "intake/joining.py", "intake/scope.py")
FILES = [*sorted((ROOT / "bots/slack").rglob("*.py")), *(ROOT / one for one in ACTS)]
REFUSALS = {"CommandRefused", "Mistake"}
NEXT = (";", ". ", ": ")  # behind which the next step stands
ASKS = ("write ", "pick ", "say ", "give ", "choose ")  # or it says nothing else
ELSEWHERE = {
    "NOT_ASKED",  # a customer's, who is to learn nothing of a ticket
    "/places.py",  # of the command line
}


def refusals() -> Iterator[tuple[str, str]]:
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {
            target.id: one.value
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                said = node.args[-1]
                words = names.get(said.id) if isinstance(said, ast.Name) else said
                if isinstance(words, ast.Constant | ast.JoinedStr):
                    place = f"{file.relative_to(ROOT).as_posix()} {ast.unparse(said)}"
                    yield place, "".join(_pieces(words))


def _pieces(words: ast.Constant | ast.JoinedStr) -> Iterator[str]:
    """The words; of what is filled in, whatever makes such a hint."""
    for one in words.values if isinstance(words, ast.JoinedStr) else [words]:
        if isinstance(one, ast.Constant):
            yield str(one.value)
        elif isinstance(one, ast.FormattedValue):
            yield "; " if "_hint(" in ast.unparse(one) else "…"


FOUND = [one for one in refusals() if not any(where in one[0] for where in ELSEWHERE)]


def test_the_refusals_are_found() -> None:
    assert len(FOUND) > 40


@pytest.mark.parametrize(("place", "words"), FOUND, ids=[place for place, _ in FOUND])
def test_a_refusal_says_what_to_do_next(place: str, words: str) -> None:
    assert any(sign in words for sign in NEXT) or words.lower().startswith(ASKS)
