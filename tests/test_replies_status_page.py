"""The public status page and its feed: what they tell, in which order, and that text stays text."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from builders import TUESDAY, a_desk
from intake.maintenance import Announced
from intake.uptime import Outage
from replies.status_feed import as_feed
from replies.status_page import Status, as_page
from replies.status_words import WORDS

HOUR = timedelta(hours=1)
SAM = "sam@vendor.example"
EVIL = '</p><script>alert(1)</script>\x07\u202e"&'
ATOM = "{http://www.w3.org/2005/Atom}"
DESK = a_desk(timezone="Europe/Rome", portal_url="https://portal.vendor.example")


def outage(number, starts, ends=None, service="VPS", what="Storage."):
    end = TUESDAY + ends * HOUR if ends is not None else None
    return Outage(number, service, TUESDAY + starts * HOUR, end, what, SAM, TUESDAY - 5 * HOUR)


def window(number, starts, ends, services=("VPS",), emergency=False, cancelled=None, text="It is renewed."):
    span = TUESDAY + starts * HOUR, TUESDAY + ends * HOUR
    return Announced(number, services, *span, emergency, text, TUESDAY - 4 * HOUR, SAM, cancelled)


def status(outages=(), windows=(), desk=DESK, address=""):
    return Status(desk, tuple(outages), tuple(windows), TUESDAY, address)


def page(*args, **more):
    return LexborHTMLParser(as_page(status(*args, **more)))


def feed(*args, **more):
    return ET.fromstring(as_feed(status(*args, **more)))


def texts(tree, selector):
    return [" ".join(node.text().split()) for node in tree.css(selector)]


@pytest.mark.parametrize(
    ("outages", "windows", "kind", "headline"),
    [
        ([], [], "well", "No outage is known"),
        ([outage(1, -3, -2)], [window(1, 5, 6)], "well", "No outage is known"),
        ([outage(1, -3)], [window(1, -1, 6)], "out", "Out right now: VPS"),
        (
            [outage(1, -3), outage(2, -2), outage(3, -1, service="A")],
            [],
            "out",
            "Out right now: A, VPS",
        ),
        ([], [window(1, -1, 6, ())], "under", "Maintenance is going on: All services"),
    ],
)
def test_the_first_line_says_how_things_are(outages, windows, kind, headline):
    tree = page(outages, windows)

    assert [headline] == texts(tree, "header p")
    assert f"now {kind}" == tree.css_first("header p").attributes["class"]
    assert headline in texts(tree, "title")[0]


def test_what_is_out_now_comes_first_and_the_last_begun_before_the_others():
    over = outage(1, -9, -8, "A"), outage(4, -2, -1, "D")
    shown = texts(page([*over, outage(2, -5, service="B"), outage(3, -3, service="C")]), "section li h3")

    assert ["Out right now: C", "Out right now: B", "Over: D", "Over: A"] == shown


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (window(1, 5, 6), "Announced: VPS"),
        (window(1, -1, 6, emergency=True), "Going on now, emergency: VPS"),
        (window(1, 5, 6, (), cancelled=TUESDAY), "Cancelled: All services"),
    ],
)
def test_a_window_says_in_words_how_it_stands(shown, words):
    assert [words] == texts(page((), [shown]), "li h3")


def test_times_are_the_desks_and_can_be_read_by_machines():
    times = page((), [window(1, 5, 6)]).css("li time")

    assert [
        ("Tuesday 10 March 2026, 15:00 CET", "2026-03-10T14:00:00+00:00"),
        ("Tuesday 10 March 2026, 16:00 CET", "2026-03-10T15:00:00+00:00"),
    ] == [(one.text(), one.attributes["datetime"]) for one in times]


def test_an_outage_that_goes_on_has_a_since_and_one_that_is_over_a_span():
    told = texts(page([outage(1, -1), outage(2, -3, -2)]), "li .when")

    assert [
        "Since Tuesday 10 March 2026, 09:00 CET",
        "Tuesday 10 March 2026, 07:00 CET – Tuesday 10 March 2026, 08:00 CET",
    ] == told


def test_nothing_that_is_written_becomes_markup_or_names_an_agent():
    given = [outage(1, -1, what=EVIL, service=EVIL)], [window(1, 5, 6, (EVIL,), text=EVIL)]
    tree, entries = page(*given), feed(*given)

    assert [] == tree.css("script")
    assert SAM not in as_page(status(*given)) + as_feed(status(*given))
    assert all("alert(1)" in one.text for one in entries.iter(f"{ATOM}content"))


@pytest.mark.parametrize("desk", [DESK, a_desk(portal_url="javascript:alert(1)"), a_desk()])
def test_the_portal_is_a_link_only_where_it_is_one(desk):
    links = [one.attributes["href"] for one in page(desk=desk).css("footer a")]

    assert ["feed.xml"] + ([desk.portal_url] if desk is DESK else []) == links


@pytest.mark.parametrize(
    ("language", "spoken"), [("de", "de"), ("de-AT", "de"), ("en", "en"), ("tlh", "en"), ("", "en")]
)
def test_the_page_is_in_the_desks_language_else_in_english(language, spoken):
    tree = page([outage(1, -1)], [window(1, 5, 6)], desk=a_desk(language=language))

    assert spoken == tree.css_first("html").attributes["lang"]
    assert [WORDS[spoken]["outages"], WORDS[spoken]["maintenance"]] == texts(tree, "h2")


def test_both_languages_have_the_same_words():
    assert WORDS["en"].keys() == WORDS["de"].keys()


def test_the_page_can_be_walked_by_headings_and_says_so_without_colours():
    tree = page([outage(1, -1)], [window(1, 5, 6)])
    labelled = {one.attributes["aria-labelledby"] for one in tree.css("section")}

    assert (1, 2, 2) == tuple(len(tree.css(name)) for name in ("h1", "h2", "h3"))
    assert labelled == {one.attributes["id"] for one in tree.css("h2")}
    assert all(one.text().strip() for one in tree.css(".state"))


def test_the_feed_has_an_entry_each_with_an_id_that_stays():
    entries = feed([outage(3, -1)], [window(7, 5, 6)])
    again = feed([outage(3, -1, -0.5)], [window(7, 5, 6, cancelled=TUESDAY)])

    ids = [one.text for one in entries.iter(f"{ATOM}id")]
    assert {"tag:vendor.example,2026:outage-3", "tag:vendor.example,2026:maintenance-7"} == set(ids[1:])
    assert set(ids) == {one.text for one in again.iter(f"{ATOM}id")}


def test_what_changed_last_comes_first_in_the_feed_and_dates_it():
    updated = [one.text for one in feed([outage(1, -9, -1)], [window(1, 5, 6)]).iter(f"{ATOM}updated")]

    assert ["2026-03-10T08:00:00+00:00"] * 2 + ["2026-03-10T05:00:00+00:00"] == updated


def test_an_empty_feed_is_a_feed():
    tree = feed(address="https://status.vendor.example")

    assert (f"{ATOM}feed", 0) == (tree.tag, len(tree.findall(f"{ATOM}entry")))
    assert "https://status.vendor.example" == tree.find(f"{ATOM}link").attrib["href"]
