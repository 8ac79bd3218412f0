"""Authentication-Results: which of them prove that From is true."""

import pytest

from builders import an_inbound
from intake.authentication import TOPMOST, Verdict, parse_results, verdict

MX = "mx.vendor.example"


@pytest.mark.parametrize(
    ("value", "aligned"),
    [
        (f"{MX}; dmarc=pass header.from=acme.example", True),
        (f"{MX}; dkim=pass header.d=acme.example", True),
        (f"{MX} 1; dkim=pass (2048-bit key) header.i=@acme.example", True),
        (f"{MX.upper()}; DKIM=Pass header.d=ACME.example", True),
        (f"{MX}; dkim=fail header.d=acme.example; dkim=pass header.d=acme.example", True),
        (f"{MX}; spf=pass smtp.mailfrom=ana@acme.example", True),
        (f"{MX}; spf=pass", False),  # of whom?
        (f"{MX}; spf=pass smtp.mailfrom=eve@evil.example", False),
        (f"{MX}; dkim=pass header.d=evil.example", False),
        (f"{MX}; dkim=pass header.d=example", False),  # a whole top level speaks for nobody
        (f"{MX}; dkim=pass header.d=me.example", False),  # acme.example only ends so
        (f"{MX}; dmarc=pass header.from=evil.example", False),
        (f"{MX}; dmarc=fail header.from=acme.example; spf=pass smtp.mailfrom=ana@acme.example", False),
        (f"{MX}; dkim=fail (dkim=pass header.d=acme.example)", False),  # inside a comment
        (f'{MX}; dkim=fail reason="; dkim=pass header.d=acme.example"', False),
        (f"{MX}; none", False),
        (f"{MX}", False),
        ("evil.example; dkim=pass header.d=acme.example", False),
        (f"evil.example; x={MX}; dkim=pass header.d=acme.example", False),
        ("", False),
        ("(" * 5000 + MX, False),
    ],
)
def test_a_result_counts_when_it_speaks_for_the_domain_of_from(value, aligned):
    inbound = an_inbound(headers={"authentication-results": value})

    assert aligned is (verdict(inbound, MX) is Verdict.TRUE)


def test_only_the_topmost_header_of_our_own_server_counts():
    headers = {"authentication-results": (f"{MX}; dkim=fail", f"{MX}; dkim=pass header.d=acme.example")}

    assert Verdict.TRUE is not verdict(an_inbound(headers=headers), MX)


def test_headers_of_other_servers_above_it_are_passed_over():
    headers = {
        "authentication-results": ("list.example; dkim=fail", f"{MX}; dkim=pass header.d=acme.example")
    }

    assert Verdict.TRUE is verdict(an_inbound(headers=headers), MX)


@pytest.mark.parametrize("changes", [{"sender": None}, {"sender_count": 2}, {"sender_count": 0}])
def test_without_a_single_sender_nothing_is_proved(changes):
    headers = {"authentication-results": f"{MX}; dkim=pass header.d=acme.example"}

    assert Verdict.TRUE is not verdict(an_inbound(headers=headers, **changes), MX)


def test_while_no_server_is_trusted_nothing_is_proved():
    assert Verdict.TRUE is not verdict(
        an_inbound(headers={"authentication-results": "; dkim=pass header.d=acme.example"}), ""
    )


def test_an_escaped_quote_ends_no_string():
    _, results = parse_results(r'mx; dkim=pass reason="a\"; spf=pass" header.d=acme.example')

    assert [
        {"method": "dkim", "result": "pass", "reason": 'a"; spf=pass', "header.d": "acme.example"}
    ] == results


def test_a_domain_that_disowns_a_mail_is_heard_whatever_else_passed():
    results = "dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example"
    inbound = an_inbound(headers={"authentication-results": f"{MX}; {results}"})

    assert Verdict.FALSE is verdict(inbound, MX)


# A server that writes no authserv-id: the position

MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.25) smtp.mailfrom=acme.example; dkim=pass (signature was verified)"
    " header.d=acme.example;dmarc=pass action=none header.from=acme.example;compauth=pass reason=100"
)


@pytest.mark.parametrize(
    ("values", "aligned"),
    [
        ((MICROSOFT,), True),
        ((f"{MX}; dkim=pass header.d=acme.example",), True),  # with an id too: the position is what counts
        (("spf=none smtp.mailfrom=evil.example; dkim=none", MICROSOFT), False),  # a forged one below
        (("spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=acme.example",), False),
        (("dmarc=bestguesspass action=none header.from=acme.example",), False),
        (("", MICROSOFT), False),
        ((), False),
    ],
)
def test_by_position_the_first_header_counts_and_no_other(values, aligned):
    inbound = an_inbound(headers={"authentication-results": values})

    assert aligned is (verdict(inbound, TOPMOST) is Verdict.TRUE)


def test_a_header_without_a_server_is_nobodys_where_one_is_named():
    inbound = an_inbound(headers={"authentication-results": (MICROSOFT,)})

    assert Verdict.UNKNOWN is verdict(inbound, MX)


def test_by_position_a_disowned_mail_is_disowned_too():
    inbound = an_inbound(headers={"authentication-results": (MICROSOFT.replace("dmarc=pass", "dmarc=fail"),)})

    assert Verdict.FALSE is verdict(inbound, TOPMOST)
