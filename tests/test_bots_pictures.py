"""Pictures of the reports: files that say in words what they show."""

import xml.etree.ElementTree as ET
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from intake.reports import Row
from intake.spans import Outcome
from intake.tickets import ClockKind
from intake.uptime import Uptime, month_in

pytestmark = pytest.mark.slow

pictures = pytest.importorskip(
    "bots.pictures", reason="pictures need the extra `reports`", exc_type=ImportError
)

SVG = "{http://www.w3.org/2000/svg}"
OCTOBER = month_in("2026-10", ZoneInfo("Europe/Rome"))


def row(group="Acme", met=3, late=1):
    counts = Counter({Outcome.MET: met, Outcome.MET_LATE: late})
    return Row(ClockKind.FIRST_RESPONSE, group, counts, met + late, 0, 60.0, 90.0)


def uptime(service="VPS", down=90):
    return Uptime(service, OCTOBER, timedelta(minutes=down), timedelta(), Decimal("99.99"), 10)


def svg_of(draw, rows, tmp_path):
    draw(rows, "Promises <made>", tmp_path / "it.svg")
    return ET.parse(tmp_path / "it.svg").getroot()


def words_in(tree):
    return [one.text for one in tree.iter(f"{SVG}text")]


def test_an_svg_is_a_picture_with_a_title_and_a_description(tmp_path):
    tree = svg_of(pictures.draw_promises, [row()], tmp_path)
    named = {one.attrib["id"]: one.text for one in tree if one.tag in (f"{SVG}title", f"{SVG}desc")}

    assert ("img", "title desc") == (tree.attrib["role"], tree.attrib["aria-labelledby"])
    assert {
        "title": "Promises <made>",
        "desc": "Acme first response: 3 kept in time, 1 kept late (75.0 % kept)",
    } == named


def test_axes_bars_and_parts_are_named(tmp_path):
    words = words_in(svg_of(pictures.draw_promises, [row()], tmp_path))

    assert {"Acme: first response", "75.0 %", "kept in time", "kept late", "promise"} < set(words)


@pytest.mark.parametrize("name", ["$x^2$ & \\frac", "会社", "a\x07b\x00", "W" * 300, "<b>"])
def test_any_name_can_be_drawn(name, tmp_path):
    tree = svg_of(pictures.draw_promises, [row(name)], tmp_path)
    pictures.draw_promises([row(name)], "Promises", tmp_path / "it.png")

    assert any(name[:3].replace("\x07", " ") in word for word in words_in(tree))


def test_the_largest_are_drawn_where_there_are_too_many(tmp_path):
    rows = [row(f"firm {number}", met=number) for number in range(60)]
    words = words_in(svg_of(pictures.draw_promises, rows, tmp_path))
    firms = [word for word in words if word.startswith("firm")]

    assert [f"firm {number}: first response" for number in range(20, 60)] == firms
    assert "Promises <made> (the 40 largest of 60)" in words


def test_uptime_is_drawn_with_what_the_guarantee_allows(tmp_path):
    tree = svg_of(pictures.draw_uptimes, [uptime(), uptime("IaaS", 0)], tmp_path)

    assert {"99.7986 %, missed 99.99 % (down 1h30m)", "100.0000 %, kept 99.99 % (down 0m)", "service"} < set(
        words_in(tree)
    )


def test_the_same_report_is_the_same_file(tmp_path):
    for name in ("one.svg", "other.svg"):
        pictures.draw_promises([row()], "Promises", tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_a_png_is_one_and_bears_the_words(tmp_path):
    pictures.draw_uptimes([uptime()], "Uptime", tmp_path / "it.PNG")
    body = (tmp_path / "it.PNG").read_bytes()

    assert b"\x89PNG" == body[:4]
    assert b"missed 99.99 %" in body
