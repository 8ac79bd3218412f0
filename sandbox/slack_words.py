"""Slack's blocks in plain words, as a terminal can show them: drawn as a page, and the page read.

So the demo shows what people see and not what goes over the wire, and there is one place that knows
how Block Kit looks (`slack_pictures`).
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping

from sandbox.slack_pictures import Json, blocks_html

CHOSEN = re.compile(r"<select[^>]*>(.*?)</select>", re.DOTALL)
BUTTON = re.compile(r"<button[^>]*>(.*?)</button>", re.DOTALL)
MARKS = (
    (CHOSEN, r" [\1 ▾]"),
    (BUTTON, r" [\1]"),
    (re.compile(r"</span><span>"), " · "),
    (re.compile(r"</div><div>"), " · "),
    (re.compile(r"<blockquote>"), "> "),
    (re.compile(r"</(?:p|li|blockquote|h3)>"), "\n"),
    (re.compile(r"</strong>\n"), ": "),
    (re.compile(r"<[^>]+>"), ""),
)


def words_of(blocks: Iterable[Json], names: Mapping[str, str]) -> Iterator[str]:
    """A line for each paragraph that somebody reads."""
    text = blocks_html(blocks, names)
    for mark, words in MARKS:
        text = mark.sub(words, text)
    yield from (" ".join(line.split()) for line in html.unescape(text).splitlines() if line.strip())
