"""Products and versions: the table of rows, and every way in which people write a version."""

from datetime import date, timedelta

import pytest

from intake.policies.products import LONGEST, numbers_in, plain, product_named, standing
from intake.policies.written import ProductFile, ReleaseFile

END_OF_31 = date(2017, 6, 22)
END_OF_30 = date(2015, 8, 17)
END_OF_28 = date(2015, 5, 14)
DAY = timedelta(days=1)
PANEL = ProductFile(
    name="Panel",
    also=("operator panel",),
    release=(
        ReleaseFile(version="3.1", ends=END_OF_31, patched=True),
        ReleaseFile(version="3.0", ends=END_OF_30),
        ReleaseFile(version="2.8", ends=END_OF_28),
    ),
)
NAMELESS = ProductFile(name="Box", also=("the box", "BOX-1"))


@pytest.mark.parametrize(
    ("version", "today", "state"),
    [
        ("3.1.2", END_OF_31, "supported"),  # the last day counts
        ("3.1.2", END_OF_31 + DAY, "ended"),
        ("3.1", END_OF_31 + DAY, "ended"),
        ("3.1.99", END_OF_31 + DAY, "ended"),  # a security patch moves no date
        ("3.10.0", END_OF_31 + DAY, "supported"),  # it is not 3.1.x
        ("3.0.7", END_OF_30, "supported"),
        ("3.0.7", END_OF_30 + DAY, "ended"),
        ("2.8", END_OF_28, "supported"),
        ("2.8.1", END_OF_28 + DAY, "ended"),
        ("2.7", END_OF_28, "ended"),  # older than every row
        ("1.0", END_OF_28, "ended"),
        ("0.9", END_OF_28, "ended"),
        ("1", END_OF_28, "ended"),
        ("2.9", END_OF_28 + DAY, "supported"),  # between two rows: ends with the newer
        ("2.9", END_OF_30 + DAY, "ended"),
        ("2.80", END_OF_30, "supported"),
        ("3.2", END_OF_31 + DAY, "supported"),  # newer than the table
        ("4", END_OF_31 + DAY, "supported"),
        ("2", END_OF_28, "unknown"),  # any of 2.8 and 2.9
        ("2", END_OF_30 + DAY, "ended"),  # whichever it is
        ("3", END_OF_31 + DAY, "unknown"),  # or one after 3.1
        ("", END_OF_31, "unknown"),
        ("the newest", END_OF_31, "unknown"),
        ("x" * LONGEST + "2.7", END_OF_31, "unknown"),  # too far out to be read
    ],
)
def test_a_version_stands_by_the_newest_row_that_fits_it(version, today, state):
    assert state == standing(version, PANEL, today).state


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("3.1.2", (3, 1, 2)),
        ("v3.1", (3, 1)),
        ("V3.1.2", (3, 1, 2)),
        ("v3", (3,)),
        ("iSymphony 3.1.2 (build 77)", (3, 1, 2)),
        ("3.1 (build 3.10)", (3, 1)),  # the first counts
        ("3.1.x", (3, 1)),
        ("3.1.X", (3, 1)),
        ("2.x", (2,)),
        ("2.8.", (2, 8)),
        ("3..1", (3, 1)),
        ("3 . 1 . 2", (3, 1, 2)),
        ("3,1", (3, 1)),
        ("3.1, 2 servers", (3, 1)),
        ("３.１", (3, 1)),
        ("３．１．２", (3, 1, 2)),
        ("٣.١", (3, 1)),
        ("03.01", (3, 1)),
        ("3.1.2beta", (3, 1, 2)),
        ("3.1-rc1", (3, 1)),
        ("release 4", (4,)),
        ("PBX12", ()),  # part of a word
        ("...", ()),
        ("1" * 400, ()),
        ("", ()),
        ("3" + " ." * 3000, (3,)),  # and in no time
    ],
)
def test_the_numbers_of_a_version_are_read_however_it_is_written(version, numbers):
    assert numbers == numbers_in(version)


@pytest.mark.parametrize(
    ("version", "is_pre_release"),
    [
        ("3.2.0 BETA 2", True),
        ("beta2", True),
        ("3.2beta", True),
        ("3.2.0b3", True),
        ("3.2 b 3", False),  # a letter by itself is none
        ("3.2.0-M1", True),
        ("3.2 milestone", True),
        ("3.2-alpha", True),
        ("3.2 ＢＥＴＡ", True),
        ("3.2-β2", True),
        ("3.2.0 Beta RC1", True),
        ("3.2.0-rc1", False),
        ("3.2 RC", False),
        ("3.2 Release Candidate 2", False),
        ("3.2 (Alphabeta Ltd.)", False),
        ("3.2 betamax", False),
        ("3.2 m1x", False),
    ],
)
def test_milestones_and_betas_are_no_releases_and_release_candidates_are(version, is_pre_release):
    state = standing(version, PANEL, END_OF_31).state

    assert is_pre_release == (state == "pre-release")


def test_a_beta_of_a_listed_version_still_knows_its_row():
    assert "3.1" == standing("3.1.2 beta", PANEL, END_OF_31).release.version


@pytest.mark.parametrize(
    ("version", "ends"), [("3.1.2", END_OF_31), ("3.0", END_OF_30), ("3.10", None), ("", None)]
)
def test_a_standing_says_when_the_version_ends(version, ends):
    assert ends == standing(version, PANEL, END_OF_28).ends


@pytest.mark.parametrize(
    ("version", "state"), [("2.7", "supported"), ("3.2 beta", "pre-release"), ("newest", "unknown")]
)
@pytest.mark.parametrize("product", [None, NAMELESS])
def test_without_a_table_every_release_is_supported(product, version, state):
    assert state == standing(version, product, END_OF_31).state


def test_a_row_without_an_end_does_not_end():
    forever = ProductFile(name="P", release=(ReleaseFile(version="1.0"),))

    assert "supported" == standing("1.0.3", forever, date(2999, 1, 1)).state


def test_the_row_that_says_most_wins_whatever_its_place():
    rows = (ReleaseFile(version="3", ends=END_OF_28), ReleaseFile(version="3.1", ends=END_OF_31))
    found = [
        standing("3.1.4", ProductFile(name="P", release=order), END_OF_30) for order in (rows, rows[::-1])
    ]

    assert ["3.1", "3.1"] == [one.release.version for one in found]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Panel", "Panel"),
        ("OPERATOR  PANEL", "Panel"),
        ("operator-panel", "Panel"),
        ("ｐａｎｅｌ", "Panel"),
        ("box_1", "Box"),
        ("Pan", None),
        ("Panels", None),
        ("", None),
        (" - ", None),  # nothing is not a name
    ],
)
def test_a_product_goes_by_its_names_in_any_case_width_and_spacing(name, found):
    product = product_named(name, (PANEL, NAMELESS))

    assert found == (product and product.name)


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("Bug  Report", "bug-report"),
        ("ＢＵＧ report", "bug_report"),
        ("sec\u200burity", "sec urity"),
        ("Straße", "STRASSE"),
        ("\ufb01x", "fix"),
        ("a" * LONGEST + "b", "a" * LONGEST + "c"),  # no more is looked at
    ],
)
def test_names_are_compared_plainly(words, same):
    assert plain(same) == plain(words)
