"""Pictures of the reports: bars that are told apart by pattern as well as by shade.

matplotlib draws them without a display or a browser, as SVG with a title and a description for
those who cannot see it, or as PNG with the same words in its text. It comes with the extra
`reports`, and this module is loaded only when something is to be drawn.
"""

import html
import io
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from intake.calendars.amounts import length_in_words
from intake.reports import Row
from intake.spans import Outcome
from intake.uptime import Uptime

MOST = 40  # bars; more cannot be read
WIDTH, BAR, FRAME = 10.0, 0.34, 2.1  # inches
NAME = 46  # characters of a label
BARS: dict[str, Any] = {"height": 0.68, "edgecolor": "black", "linewidth": 0.8}
MARK: dict[str, Any] = {"colors": "black", "linestyles": "dashed", "linewidth": 1.6}
VERDICTS = (
    (True, "downtime, guarantee kept", "#e6e6e6", ""),
    (False, "downtime, guarantee missed", "#a6a6a6", "///"),
)
LOOKS: Mapping[Outcome, tuple[str, str, str]] = {
    Outcome.MET: ("kept in time", "#d9d9d9", ""),
    Outcome.MET_LATE: ("kept late", "#6b6b6b", ""),
    Outcome.RUNNING: ("running", "#ffffff", ""),
    Outcome.RUNNING_LATE: ("running, late", "#1a1a1a", ""),
    Outcome.STOPPED: ("given up", "#ffffff", "...."),
    Outcome.STOPPED_LATE: ("given up late", "#a6a6a6", "xxxx"),
}


def draw_promises(rows: Sequence[Row], title: str, file: Path) -> None:
    """A bar for each row, in parts by what became of the promises, with the share kept beside it."""
    shown = sorted(sorted(range(len(rows)), key=lambda place: -rows[place].clocks)[:MOST])
    chosen = [rows[place] for place in shown]
    title += f" (the {MOST} largest of {len(rows)})" if len(rows) > MOST else ""
    with _styled():
        figure, axes = _framed([_label(row) for row in chosen], title)
        _stack(axes, chosen)
        _note(axes, [row.clocks for row in chosen], [_share(row) for row in chosen])
        axes.set_xlabel("promises (beside each bar: the share that was kept in time)")
        axes.set_ylabel("promise")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.14)
        figure.legend(loc="outside lower center", ncols=len(LOOKS), frameon=False, fontsize=9)
        _save(figure, title, _told(chosen), file)


def draw_uptimes(rows: Sequence[Uptime], title: str, file: Path) -> None:
    """A bar for each service, its downtime, and a mark at what its guarantee allows."""
    minutes = [one.down.total_seconds() / 60 for one in rows]
    allowed = [one.allowed.total_seconds() / 60 for one in rows]
    with _styled():
        figure, axes = _framed([_short(one.service) for one in rows], title)
        for is_kept, words, shade, hatch in VERDICTS:
            lengths = [down * (one.is_kept is is_kept) for down, one in zip(minutes, rows, strict=True)]
            axes.barh(range(len(rows)), lengths, label=words, color=shade, hatch=hatch, **BARS)
        low, high = ([place + half for place in range(len(rows))] for half in (-0.42, 0.42))
        axes.vlines(allowed, low, high, label="the guarantee allows", **MARK)
        _note(axes, list(map(max, minutes, allowed)), [_verdict(one) for one in rows])
        axes.set_xlabel("minutes in the month")
        axes.set_ylabel("service")
        axes.set_xlim(left=0)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
        _save(figure, title, "; ".join(f"{one.service}: {_verdict(one)}" for one in rows), file)


def _stack(axes: Axes, rows: Sequence[Row]) -> None:
    """The parts of each bar one after the other; an outcome that there is none of is not in the legend."""
    lefts = [0] * len(rows)
    for outcome, (words, shade, hatch) in LOOKS.items():
        counts = [row.counts[outcome] for row in rows]
        if any(counts):
            axes.barh(range(len(rows)), counts, left=lefts, label=words, color=shade, hatch=hatch, **BARS)
        lefts = [left + count for left, count in zip(lefts, counts, strict=True)]


def _note(axes: Axes, reaches: Sequence[float], notes: Sequence[str]) -> None:
    """Words beside each bar."""
    for place, (reach, note) in enumerate(zip(reaches, notes, strict=True)):
        axes.annotate(note, (reach, place), (6, 0), textcoords="offset points", va="center")


def _styled() -> AbstractContextManager[None]:
    """SVG keeps its words as text, to be searched and read aloud; nothing is read as a formula."""
    return rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "deskbell",  # the same report is the same file
            "hatch.linewidth": 0.6,
            "font.size": 10,
            "text.parse_math": False,
        }
    )


def _framed(labels: Sequence[str], title: str) -> tuple[Figure, Axes]:
    """Horizontal bars with room for their labels, the first on top."""
    figure = Figure(figsize=(WIDTH, FRAME + BAR * len(labels)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_plain(title), loc="left", fontweight="bold")
    axes.set_yticks(range(len(labels)), [_plain(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, title: str, told: str, file: Path) -> None:
    drawn = io.BytesIO()
    is_svg = file.suffix.lower() == ".svg"
    words: dict[str, str | None] = {"Title": _plain(title), "Description": _plain(told)}
    named: dict[str, str | None] = {"Date": None}  # title and description are put in where readers look
    with warnings.catch_warnings():
        # a sign that the font does not have is a box in a PNG; in an SVG the viewer's fonts have it
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure.savefig(
            drawn,
            format="svg" if is_svg else "png",
            dpi=150,
            metadata=named if is_svg else words,
        )
    file.write_bytes(_described(drawn.getvalue(), title, told) if is_svg else drawn.getvalue())


def _described(svg: bytes, title: str, told: str) -> bytes:
    """The SVG with what a screen reader says of it."""
    name, words = html.escape(_plain(title)), html.escape(_plain(told))
    told_aloud = f"<title id='title'>{name}</title><desc id='desc'>{words}</desc>"
    head, tag, rest = svg.partition(b"<svg ")
    attributes, end, drawing = rest.partition(b">")
    named = b"role='img' aria-labelledby='title desc' "
    return head + tag + named + attributes + end + told_aloud.encode() + drawing


def _label(row: Row) -> str:
    return _short(f"{row.group}: {_kind(row)}" if row.group else _kind(row))


def _kind(row: Row) -> str:
    return row.kind.value.replace("_", " ")


def _share(row: Row) -> str:
    return "" if row.share_met is None else f"{row.share_met * 100:.1f} %"


def _told(rows: Sequence[Row]) -> str:
    """The figures of the picture as a sentence a row."""
    parts = (
        (
            f"{row.group} {_kind(row)}".strip(),
            ", ".join(f"{row.counts[one]} {LOOKS[one][0]}" for one in LOOKS if row.counts[one]),
            f" ({_share(row)} kept)" if _share(row) else "",
        )
        for row in rows
    )
    return "; ".join(f"{name}: {counts}{kept}" for name, counts, kept in parts)


def _verdict(one: Uptime) -> str:
    down = length_in_words(int(one.down.total_seconds()))
    return f"{one.per_cent} %, {'kept' if one.is_kept else 'missed'} {one.guarantee} % (down {down})"


def _short(label: str) -> str:
    return label if len(label) <= NAME else f"{label[: NAME - 1]}…"


def _plain(text: str) -> str:
    """Text without control characters, which neither an XML file nor a font has."""
    return "".join(char if char.isprintable() else " " for char in text)
