"""Look-alike domains: what an eye would take for a known organisation's, and what it would not."""

import time

import pytest

from intake.lookalikes import is_one_slip_away, lookalike_of

KNOWN = ("acme.example", "globex.co.uk", "ab.example", "willow-mill.example")


@pytest.mark.parametrize(
    ("domain", "known"),
    [
        ("аcme.example", "acme.example"),  # a Cyrillic а
        ("xn--cme-5cd.example", "acme.example"),  # the same as the DNS has it
        ("acmé.example", "acme.example"),
        ("acrne.example", "acme.example"),  # r n
        ("wi11ow-mi11.example", "willow-mill.example"),
        ("vviiiow-mill.example", "willow-mill.example"),
        ("gl0bex.co.uk", "globex.co.uk"),
        ("globx.co.uk", "globex.co.uk"),
        ("gloobex.co.uk", "globex.co.uk"),
        ("golbex.co.uk", "globex.co.uk"),
        ("globes.co.uk", "globex.co.uk"),
        ("acme-support.example", "acme.example"),
        ("support-acme.example", "acme.example"),
        ("willowmill.example", "willow-mill.example"),
        ("acme.test", "acme.example"),  # another top level
        ("globex.com", "globex.co.uk"),
        ("mail.acme-billing.com", "acme.example"),
        ("acme.example.evil.test", "acme.example"),
        ("login.acme.example.evil.test", "acme.example"),
        ("ACRNE.example.", "acme.example"),
    ],
)
def test_what_would_be_taken_for_a_known_domain_is_named(domain, known):
    assert known == lookalike_of(domain, KNOWN)


@pytest.mark.parametrize(
    "domain",
    [
        "acme.example",
        "ACME.example",
        "mail.acme.example",  # below a known one
        "globex.co.uk",
        "initech.example",
        "co.uk",
        "ac.example",  # too short for a slip
        "ad.example",
        "ab-parts.example",  # too short a name to be recognised in another
        "pacmen.example",
        "acmeria.example",
        "globexes.example",  # two letters off
        "",
        "localhost",
        "xn--\udc80.example",
        "a" * 5000 + ".example",
    ],
)
def test_known_and_other_domains_are_not_flagged(domain):
    assert "" == lookalike_of(domain, KNOWN)


def test_where_nothing_is_known_nothing_looks_alike():
    assert "" == lookalike_of("acme.example", ())


def test_a_known_domain_is_never_a_lookalike_of_another_known_one():
    assert "" == lookalike_of("acme.test", (*KNOWN, "acme.test"))


@pytest.mark.parametrize("other", ["abcdef", "abdce", "abcd", "abxde", "xabcde", "abcdexx", ""])
def test_a_slip_is_the_same_from_both_sides(other):
    assert is_one_slip_away("abcde", other) is is_one_slip_away(other, "abcde")


def test_ten_thousand_known_domains_are_gone_through_quickly():
    known = [f"company-{number}.example" for number in range(10_000)]
    began = time.process_time()

    assert "" == lookalike_of("initech.example", known)
    assert time.process_time() - began < 10
