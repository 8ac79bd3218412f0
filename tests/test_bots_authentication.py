"""SPF, DKIM and DMARC by ourselves: what proves From, what does not, and that nothing waits for ever."""

import asyncio
import base64
import json
import pickle
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import dkim
import dns.flags
import dns.message
import dns.rcode
import pytest
from nacl.signing import SigningKey

import serving
from bots.authentication import Checks, check_now, checks_of
from bots.authentication.checker import Checker
from bots.authentication.dkim import Signature, canonical, signature_in, usable_key
from bots.authentication.dmarc import is_aligned, organisational
from bots.authentication.resolver import LookupFailed, Lookups, NameServers, ZoneFile
from bots.authentication.spf import sending_domain
from bots.dkim_signing import rsa_public_key
from bots.settings import SmtpSettings
from bots.settings_of_mail import DnsSettings
from intake.authentication import Verdict
from intake.errors import ConfigError
from intake.mail import read_mail
from intake.messages import Envelope, Raw
from sandbox.relay import relay_in_thread
from servers import free_port, require, wait_until

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)
BITS = 2048
MX_OF_ACME = "192.0.2.25"
ELSEWHERE = "203.0.113.9"
MAIL = b"""\
From: Ana <ana@acme.example>
To: support@vendor.example
Subject: Calls drop
Date: Tue, 10 Mar 2026 09:00:00 +0000
Message-ID: <1@acme.example>

They  drop again. \t
All of them.

""".replace(b"\n", b"\r\n")
SIGNED = ("from", "to", "subject", "date", "message-id")
EARLIER = b"%d" % (NOW - timedelta(hours=1)).timestamp()
TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN


@lru_cache
def rsa_key(bits):
    return subprocess.run(
        [require("openssl"), "genrsa", "-traditional", str(bits)], check=True, capture_output=True
    ).stdout


@lru_cache
def rsa_public(bits):
    command = [require("openssl"), "rsa", "-pubout", "-outform", "DER"]
    der = subprocess.run(command, input=rsa_key(bits), check=True, capture_output=True).stdout
    return base64.b64encode(der).decode()


@lru_cache
def edwards_key():
    return SigningKey.generate()


def edwards_public():
    return base64.b64encode(bytes(edwards_key().verify_key)).decode()


def txt(name, text):
    pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
    return f"{name}. 300 IN TXT {pieces}"


def key_row(selector="rsa", domain="acme.example", record=""):
    return txt(f"{selector}._domainkey.{domain}", record or f"v=DKIM1; k=rsa; p={rsa_public(BITS)}")


def zone(*rows):
    """A resolver for a zone with our keys, and these rows besides."""

    def write(path):
        usual = (
            key_row(),
            key_row(domain="eu.acme.example"),
            key_row(domain="evil.example"),
            key_row("ed", record=f"v=DKIM1; k=ed25519; p={edwards_public()}"),
        )
        path.write_text("\n".join((*usual, *rows, "")))
        return ZoneFile(path)

    return write


def signed(mail=MAIL, domain=b"acme.example", selector=b"rsa", key=None, **given):
    given = {"include_headers": SIGNED, "canonicalize": (b"relaxed", b"relaxed")} | given
    return dkim.DKIM(mail).sign(selector, domain, key or rsa_key(BITS), **given) + mail


def signed_with(tags, mail=MAIL, **given):
    """Signed by a signer who writes further tags; the library has no way to say them."""

    class Signer(dkim.DKIM):
        def gen_header(self, fields, *rest, **more):
            return super().gen_header(
                [(n, v) for n, v in fields if n not in dict(tags)] + tags, *rest, **more
            )

    options = {"include_headers": SIGNED, "canonicalize": (b"relaxed", b"relaxed")} | given
    return Signer(mail).sign(b"rsa", b"acme.example", rsa_key(BITS), **options) + mail


NO_ENVELOPE = Envelope()


def verdict(mail, resolver, envelope=NO_ENVELOPE, by_connection=False, at=NOW):
    raw = Raw("email", "mail", mail, at, envelope)
    checker = Checker(resolver, by_connection)
    try:
        return asyncio.run(checker.check(raw, read_mail(raw)))
    finally:
        checker.close()


@pytest.fixture
def dns_zone(tmp_path):
    """Makes a resolver of some rows."""
    return lambda *rows: zone(*rows)(tmp_path / "zone")


# DKIM


@pytest.mark.parametrize("head", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
def test_a_signature_by_the_domain_of_from_proves_it(dns_zone, head, body):
    assert TRUE is verdict(signed(canonicalize=(head, body)), dns_zone())


def test_an_ed25519_signature_does_too(dns_zone):
    key = base64.b64encode(bytes(edwards_key()))

    assert TRUE is verdict(signed(selector=b"ed", key=key, signature_algorithm=b"ed25519-sha256"), dns_zone())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((b"They  drop", b"They drop"), TRUE),  # relaxed takes blanks as one
        ((b"They  drop", b"They never drop"), UNKNOWN),
        ((b"Subject: Calls drop", b"Subject: Approved"), UNKNOWN),
        ((b"Subject: Calls drop", b"SUBJECT:   Calls \r\n drop"), TRUE),
        ((b"To: support", b"Reply-To: eve@evil.example\r\nTo: support"), TRUE),  # not signed, not believed
        ((b"To: support", b"To: eve@evil.example\r\nTo: support"), UNKNOWN),
        ((b"Subject: C", b"Subject: Approved\r\nSubject: C"), UNKNOWN),
        ((b"Date: Tue", b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nDate: Tue"), UNKNOWN),
        ((b"From: Ana", b"From: Ana <ana@acme.example>\r\nFrom: Ana"), UNKNOWN),
        ((b"From: Ana <ana@acme.example>", b"From: Ana <eve@evil.example>"), UNKNOWN),
    ],
)
def test_what_is_read_must_be_what_was_signed(dns_zone, change, expected):
    mail = signed()
    assert change[0] in mail

    assert expected is verdict(mail.replace(*change, 1), dns_zone())


@pytest.mark.parametrize("left_out", ["subject", "date"])
def test_a_signature_must_cover_what_is_shown(dns_zone, left_out):
    covered = [name for name in SIGNED if name != left_out]

    assert UNKNOWN is verdict(signed(include_headers=covered), dns_zone())


def test_a_signed_length_is_no_signature_even_when_nothing_was_appended(dns_zone):
    assert UNKNOWN is verdict(signed(length=True), dns_zone())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([(b"x", b"%d" % (NOW + timedelta(hours=1)).timestamp())], TRUE),
        ([(b"t", EARLIER), (b"x", b"%d" % (NOW - timedelta(minutes=1)).timestamp())], UNKNOWN),
        ([(b"x", b"soon")], UNKNOWN),
        ([(b"t", b"%d" % (NOW + timedelta(hours=1)).timestamp())], UNKNOWN),
        ([(b"q", b"dns/txt")], TRUE),
        ([(b"q", b"carrier/pigeon")], UNKNOWN),
        ([(b"v", b"2")], UNKNOWN),
        ([(b"c", b"nowsp/nowsp")], UNKNOWN),
        ([(b"c", b"relaxed/relaxed/relaxed")], UNKNOWN),
        ([(b"z", b"Subject:other")], TRUE),  # copied headers mean nothing
    ],
)
def test_the_tags_of_a_signature_are_obeyed(dns_zone, tags, expected):
    assert expected is verdict(signed_with(tags), dns_zone())


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("p={key}", TRUE),
        ("v=DKIM1; t=y; p={key}", UNKNOWN),  # a key for tests
        ("v=DKIM1; t=s; p={key}", TRUE),
        ("v=DKIM1; p=", UNKNOWN),  # revoked
        ("v=DKIM2; p={key}", UNKNOWN),
        ("v=DKIM1; s=tlsrpt; p={key}", UNKNOWN),
        ("v=DKIM1; s=*:other; p={key}", TRUE),
        ("v=DKIM1; h=sha1; p={key}", UNKNOWN),
        ("v=DKIM1; k=ed25519; p={key}", UNKNOWN),
        ("v=DKIM1; p=!!!", UNKNOWN),
        ("v=DKIM1; p={key}; n=" + "x" * 3000, UNKNOWN),
        ("no key at all", UNKNOWN),
    ],
)
def test_the_key_record_is_obeyed(dns_zone, record, expected):
    rows = (txt("mine._domainkey.acme.example", record.format(key=rsa_public(BITS))),)

    assert expected is verdict(signed(selector=b"mine"), dns_zone(*rows))


def test_a_key_for_one_domain_alone_signs_for_no_subdomain(dns_zone):
    rows = (key_row("mine", record=f"t=s; p={rsa_public(BITS)}"),)
    mail = signed(selector=b"mine", identity=b"@mail.acme.example")

    assert UNKNOWN is verdict(mail, dns_zone(*rows))


def test_two_keys_under_one_name_are_none(dns_zone):
    rows = [key_row("two", record=f"p={rsa_public(BITS)}; n={note}") for note in "ab"]

    assert UNKNOWN is verdict(signed(selector=b"two"), dns_zone(*rows))


@pytest.mark.parametrize(("bits", "expected"), [(512, UNKNOWN), (768, UNKNOWN), (1024, TRUE)])
def test_a_short_key_counts_for_nothing(dns_zone, bits, expected):
    rows = (key_row("short", record=f"p={rsa_public(bits)}"),)

    assert expected is verdict(signed(selector=b"short", key=rsa_key(bits)), dns_zone(*rows))


def test_sha1_counts_for_nothing(dns_zone):
    assert UNKNOWN is verdict(signed(signature_algorithm=b"rsa-sha1"), dns_zone())


def test_one_good_signature_among_bad_ones_is_enough_within_the_first_eight(dns_zone):
    good = signed()
    broken = signed(MAIL.replace(b"All of them", b"None")).partition(b"From:")[0]

    assert TRUE is verdict(broken * 7 + good, dns_zone())
    assert UNKNOWN is verdict(broken * 8 + good, dns_zone())


def test_signatures_of_others_are_not_even_looked_up(dns_zone):
    others = signed(domain=b"evil.example").partition(b"From:")[0]

    assert TRUE is verdict(others * 20 + signed(), dns_zone())
    assert UNKNOWN is verdict(others + MAIL, dns_zone())


def test_a_key_that_cannot_be_looked_up_proves_nothing_and_disproves_nothing(dns_zone):
    rows = (txt("_dmarc.acme.example", "v=DMARC1; p=reject"), "rsa._domainkey.loop.example. 300 IN CNAME x.")

    class Silent:
        def __init__(self, inner):
            self.inner = inner

        def ask(self, name, kind, seconds):
            if "_domainkey" in name:
                raise LookupFailed(name)
            return self.inner.ask(name, kind, seconds)

    envelope = Envelope("ana@acme.example", ("support@vendor.example",), ELSEWHERE, "mail.evil.example")

    assert UNKNOWN is verdict(signed(), Silent(dns_zone(*rows)), envelope, by_connection=True)
    assert FALSE is verdict(MAIL, Silent(dns_zone(*rows)), envelope, by_connection=True)


def test_of_several_authors_none_is_proved(dns_zone):
    mail = signed(MAIL.replace(b"From: Ana <ana@acme.example>", b"From: ana@acme.example, eve@evil.example"))

    assert UNKNOWN is verdict(mail, dns_zone())


@pytest.mark.parametrize(
    "body",
    [b"x" + b" " * 500_000 + b"y\r\n", b"x\r\n" + b"\r\n" * 400_000, b"\r" * 900_000],
    ids=["blanks", "empty lines", "bare CRs"],
)
def test_a_body_made_to_be_slow_is_not(dns_zone, body):
    mail = signed().partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body
    began = time.process_time()

    assert UNKNOWN is verdict(mail, dns_zone())
    assert time.process_time() - began < 30  # the square of its length would be many minutes


@pytest.mark.parametrize(
    ("added", "is_looked_at"),
    [
        (b"", True),
        (b"\r\n\tn=" + b"x" * 1000, True),
        (b"n=" + b"x" * 9000, False),
        (b"b" + b"\r\n " * 50 + b"c=1", False),  # blanks that the library needs quadratic time for
        (b";" * 9000, False),
    ],
    ids=["none", "long", "too long", "blanks", "semicolons"],
)
def test_a_signature_made_to_be_slow_is_not_looked_at(added, is_looked_at):
    value = b"v=1; a=rsa-sha256; d=acme.example; s=rsa; h=from; bh=AA==; b=AA==; " + added

    assert is_looked_at is (signature_in(0, value, {b"from": 1}, NOW.timestamp()) is not None)


@pytest.mark.parametrize(
    ("modulus", "exponent", "is_taken"),
    [
        (2**2048 - 1, 65537, True),
        (2**4096 - 1, 3, True),
        (2**4097 - 1, 65537, False),
        (2**1023 - 1, 65537, False),
        (2**2048 - 1, 2**2000 + 1, False),
        (2**2048 - 1, 1, False),
    ],
)
def test_a_key_made_to_be_slow_or_weak_is_not_used(modulus, exponent, is_taken):
    public = base64.b64encode(rsa_public_key(modulus, exponent))
    signature = Signature(0, "acme.example", "s", b"rsa-sha256", is_relaxed=True, identity=b"")

    assert is_taken is bool(usable_key(b"v=DKIM1; p=" + public, signature))


@pytest.mark.parametrize("relaxed", [True, False])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b" \r\n",
        b"a",
        b"a\r\n\r\n",
        b"a\r",
        b"a\r\r\n\r\n",
        b"\r\r\n",
        b"\ta  b \r\n",
    ],
)
def test_the_canonical_form_is_that_of_the_library(body, relaxed):
    theirs = dkim.canonicalization.Relaxed if relaxed else dkim.canonicalization.Simple

    assert theirs.canonicalize_body(body) == canonical(body, relaxed=relaxed)


# DMARC


def test_domains_are_aligned_within_one_organisation():
    cases = {
        ("acme.example", "acme.example", True): True,
        ("mail.acme.example", "acme.example", False): True,
        ("mail.acme.example", "acme.example", True): False,
        ("acme.example", "news.acme.example", False): True,
        ("example", "acme.example", False): False,
        ("co.uk", "acme.co.uk", False): False,
        ("evil.co.uk", "acme.co.uk", False): False,
        ("ana.github.io", "eve.github.io", False): False,  # a private suffix: each its own
        ("meacme.example", "acme.example", False): False,
    }

    assert cases == {case: is_aligned(case[0], case[1], strict=case[2]) for case in cases}


@pytest.mark.parametrize(
    ("dmarc", "signer", "expected"),
    [
        ("", b"acme.example", TRUE),
        ("", b"eu.acme.example", TRUE),
        ("v=DMARC1; p=reject; adkim=s", b"eu.acme.example", UNKNOWN),
        ("v=DMARC1; p=reject; adkim=s", b"acme.example", TRUE),
        ("v=DMARC1; p=reject", b"evil.example", UNKNOWN),  # it may have passed by its connection
        ("v=spf1 -all; adkim=s", b"eu.acme.example", TRUE),  # some other text
    ],
)
def test_who_may_sign_is_the_domains_wish(dns_zone, dmarc, signer, expected):
    rows = (txt("_dmarc.acme.example", dmarc),) if dmarc else ()

    assert expected is verdict(signed(domain=signer), dns_zone(*rows))


@pytest.mark.parametrize(
    ("dmarc", "expected"),
    [
        (("v=DMARC1; p=reject",), FALSE),
        (("v=DMARC1; p=quarantine; pct=50",), FALSE),
        (("v=DMARC1; p=none",), UNKNOWN),
        (("v=DMARC1; p=reject; pct=0",), UNKNOWN),
        (("v=DMARC1; p=reject; t=y",), UNKNOWN),
        (("v=DMARC1; p=reject", "v=DMARC1; p=none"), UNKNOWN),  # two are as good as none
        ((), UNKNOWN),
    ],
)
def test_a_domain_disowns_what_is_not_proved_where_it_says_so(dns_zone, dmarc, expected):
    rows = [txt("_dmarc.acme.example", one) for one in dmarc]
    envelope = Envelope("eve@evil.example", ("support@vendor.example",), ELSEWHERE, "mail.evil.example")

    assert expected is verdict(MAIL, dns_zone(*rows), envelope, by_connection=True)


def test_a_subdomain_does_as_its_organisation_says_of_subdomains(dns_zone):
    mail = MAIL.replace(b"ana@acme.example", b"ana@eu.acme.example")
    envelope = Envelope("", ("support@vendor.example",), ELSEWHERE, "mail.evil.example")
    found = [
        verdict(mail, dns_zone(txt("_dmarc.acme.example", record)), envelope, by_connection=True)
        for record in ("v=DMARC1; p=none; sp=reject", "v=DMARC1; p=reject; sp=none", "v=DMARC1; p=reject")
    ]

    assert [FALSE, UNKNOWN, FALSE] == found


def test_the_organisation_is_known_without_a_network():
    assert ("acme.co.uk", "acme.example") == (
        organisational("a.b.acme.co.uk"),
        organisational("acme.example"),
    )


# SPF


@pytest.mark.parametrize(
    ("record", "peer", "expected"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", MX_OF_ACME, TRUE),
        ("v=spf1 mx -all", MX_OF_ACME, TRUE),
        ("v=spf1 a:mx.acme.example -all", MX_OF_ACME, TRUE),
        ("v=spf1 include:_spf.acme.example -all", MX_OF_ACME, TRUE),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::25", TRUE),
        ("v=spf1 exists:%{i}.ok.acme.example -all", MX_OF_ACME, TRUE),
        ("v=spf1 mx -all", ELSEWHERE, UNKNOWN),
        ("v=spf1 mx ~all", ELSEWHERE, UNKNOWN),
        ("v=spf1 ?all", MX_OF_ACME, UNKNOWN),
        ("v=spf1 +all", ELSEWHERE, UNKNOWN),  # all the world may: that proves nobody
        ("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", ELSEWHERE, UNKNOWN),
        ("v=spf1 include:acme.example mx", MX_OF_ACME, UNKNOWN),  # for ever
        ("v=spf1 nonsense", MX_OF_ACME, UNKNOWN),
        ("", MX_OF_ACME, UNKNOWN),
    ],
)
def test_the_connecting_host_proves_from_where_spf_lets_it(dns_zone, record, peer, expected):
    rows = (
        txt("acme.example", record) if record else "",
        "acme.example. 300 IN MX 10 mx.acme.example.",
        f"mx.acme.example. 300 IN A {MX_OF_ACME}",
        txt("_spf.acme.example", f"v=spf1 ip4:{MX_OF_ACME} -all"),
        f"{MX_OF_ACME}.ok.acme.example. 300 IN A 127.0.0.2",
    )
    envelope = Envelope("ana@acme.example", ("support@vendor.example",), peer, "mx.acme.example")

    assert expected is verdict(MAIL, dns_zone(*rows), envelope, by_connection=True)


@pytest.mark.parametrize(
    ("sender", "helo", "expected"),
    [
        ("bounces@news.acme.example", "mx.evil.example", TRUE),  # one organisation
        ("", "news.acme.example", TRUE),  # the null sender speaks by HELO
        ("eve@evil.example", "news.acme.example", UNKNOWN),
        ("eve@evil.example@news.acme.example", "mx.evil.example", UNKNOWN),
        ('"a@news.acme.example"@evil.example', "mx.evil.example", UNKNOWN),
        ("news.acme.example", "news.acme.example", UNKNOWN),
        ("", "", UNKNOWN),
    ],
)
def test_it_is_the_sender_of_the_envelope_that_must_speak_for_from(dns_zone, sender, helo, expected):
    rows = [txt(name, f"v=spf1 ip4:{MX_OF_ACME} -all") for name in ("news.acme.example", "evil.example")]
    envelope = Envelope(sender, ("support@vendor.example",), MX_OF_ACME, helo)

    assert expected is verdict(MAIL, dns_zone(*rows), envelope, by_connection=True)


@pytest.mark.parametrize(
    ("sender", "helo", "domain"),
    [
        ("ana@ACME.example", "mx.example", "acme.example"),
        ("", "mx.acme.example", "mx.acme.example"),
        ("", "localhost", ""),
        ("", "a@b.example", ""),
        ("eve@evil.example@acme.example", "mx.example", ""),  # one program reads the first, another the last
        ('"eve@evil.example"@acme.example', "mx.example", ""),
        ("@acme.example", "mx.example", ""),
        ("ana", "mx.example", ""),
    ],
)
def test_a_sender_that_can_be_read_in_two_ways_speaks_for_nobody(sender, helo, domain):
    assert domain == sending_domain(Envelope(sender, helo=helo))


def test_a_strict_domain_takes_no_subdomain_for_its_sender(dns_zone):
    rows = (
        txt("news.acme.example", f"v=spf1 ip4:{MX_OF_ACME} -all"),
        txt("_dmarc.acme.example", "v=DMARC1; p=none; aspf=s"),
    )
    envelope = Envelope("b@news.acme.example", ("support@vendor.example",), MX_OF_ACME, "mx.acme.example")

    assert UNKNOWN is verdict(MAIL, dns_zone(*rows), envelope, by_connection=True)


def test_behind_a_server_of_ours_the_connection_is_not_asked_about(dns_zone):
    rows = (txt("acme.example", f"v=spf1 ip4:{MX_OF_ACME} -all"),)
    envelope = Envelope("ana@acme.example", ("support@vendor.example",), MX_OF_ACME, "mx.acme.example")

    assert UNKNOWN is verdict(MAIL, dns_zone(*rows), envelope)


# The DNS


class NameServer:
    """A name server on loopback that answers from a zone; `mode` silent or broken for its faults."""

    def __init__(self, zone_file, mode=""):
        self.zone_file, self.mode = zone_file, mode
        self.questions = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                packet, peer = self.socket.recvfrom(4096)
                self.socket.sendto(self._answer(packet), peer) if self.mode != "silent" else None
            except OSError:
                return

    def _answer(self, packet):
        query = dns.message.from_wire(packet)
        answer = dns.message.make_response(query)
        question = query.question[0]
        self.questions.append(str(question.name))
        if self.mode == "broken":
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            found = self.zone_file.ask(str(question.name), "TXT", 1)
            answer.flags |= dns.flags.AA | dns.flags.RA
            answer.answer += [dns.rrset.from_rdata_list(question.name, 300, found)] if found else []
        return answer.to_wire()

    def close(self):
        self.socket.close()


@pytest.fixture
def name_server(dns_zone):
    started = []

    def start(mode=""):
        started.append(NameServer(dns_zone(), mode))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_a_named_server_is_asked_and_its_answers_are_kept(name_server):
    server = name_server()
    resolver = NameServers(server.address)

    assert [TRUE, TRUE] == [verdict(signed(), resolver) for _ in range(2)]
    assert 1 == server.questions.count("rsa._domainkey.acme.example.")


@pytest.mark.parametrize("mode", ["silent", "broken"])
def test_a_dns_that_fails_proves_nothing_and_is_not_waited_for_twice(name_server, mode, monkeypatch):
    monkeypatch.setattr("bots.authentication.resolver.SECONDS_A_LOOKUP", 0.3)
    server = name_server(mode)
    resolver = NameServers(server.address)
    first = verdict(signed(), resolver)
    server.mode = ""  # whoever asked it now would have the proof

    assert (UNKNOWN, UNKNOWN) == (first, verdict(signed(), resolver))


def test_many_mails_at_once_are_through_in_the_time_of_one(name_server):
    resolver = NameServers(name_server("silent").address)
    mails = [MAIL.replace(b"acme", b"acme%d" % number) for number in range(40)]
    raws = [Raw("email", "mail", mail, NOW) for mail in mails]
    checker = Checker(resolver, seconds=0.5)

    async def all_of_them():
        return await asyncio.gather(*(checker.check(raw, read_mail(raw)) for raw in raws))

    began = time.monotonic()
    found = asyncio.run(all_of_them())
    took = time.monotonic() - began
    checker.close()

    assert {UNKNOWN} == set(found)
    assert took < 10  # one after the other they would take twice that


def test_a_resolver_that_forgets_the_time_holds_up_nobody():
    may_wake, awake = threading.Event(), []

    class Dreamer:
        def ask(self, name, kind, seconds):
            awake.append(may_wake.wait(60))
            return []

    raw = Raw("email", "mail", signed(), NOW)
    checker = Checker(Dreamer(), seconds=0.2)

    async def checked():
        return await checker.check(raw, read_mail(raw)), list(awake)

    try:
        found = asyncio.run(checked())
    finally:
        may_wake.set()
        checker.close()

    assert (UNKNOWN, []) == found


def test_one_mail_asks_only_so_much(dns_zone):
    lookups = Lookups(dns_zone(), time.monotonic() + 60)
    for number in range(40):
        lookups.ask(f"n{number}.example", "TXT")

    with pytest.raises(LookupFailed):
        lookups.ask("acme.example", "TXT")


def test_aliases_are_followed_to_their_end(dns_zone):
    rows = (
        "one.example. 300 IN CNAME two.example.",
        txt("two.example", "here"),
        "o.example. 300 IN CNAME o.example.",
    )
    lookups = Lookups(dns_zone(*rows), time.monotonic() + 60)

    assert [b"here"] == lookups.texts("one.example")
    with pytest.raises(LookupFailed):
        lookups.texts("o.example")


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64 + ".example", "\udc80.example"])
def test_a_name_that_cannot_be_does_not_exist(dns_zone, name):
    assert [] == list(dns_zone().ask(name, "TXT", 1))


def test_a_zone_file_with_a_mistake_is_told(tmp_path):
    (tmp_path / "zone").write_text("acme.example. 300 IN A over-there\n")

    with pytest.raises(ConfigError, match=r"dns\.zone_file"):
        ZoneFile(tmp_path / "zone")


def test_another_process_is_told_how_to_check_by_plain_values(tmp_path):
    zone()(tmp_path / "zone")
    raw = Raw("email", "mail", signed(), NOW)
    checks = pickle.loads(pickle.dumps(Checks(zone_file=str(tmp_path / "zone"))))

    assert TRUE is check_now(raw, read_mail(raw), checks)
    assert UNKNOWN is check_now(replace(raw, body=MAIL), read_mail(raw), checks)


@pytest.mark.parametrize(
    ("given", "checks"),
    [
        ({}, False),
        ({"check_authentication": True}, True),
        ({"check_spf": True}, False),
        ({"check_authentication": True, "trust_authentication_results": "mx.vendor.example"}, False),
    ],
)
def test_a_channel_checks_by_itself_only_where_it_trusts_no_server(tmp_path, given, checks):
    zone()(tmp_path / "lab.zone")
    dns = DnsSettings(zone_file="lab.zone")

    assert checks is (checks_of(SmtpSettings(kind="smtp", **given), dns, tmp_path) is not None)


def test_a_channel_that_can_ask_nobody_is_told_when_it_starts(tmp_path):
    channel = SmtpSettings(kind="smtp", check_authentication=True)

    with pytest.raises(ConfigError, match=r"dns\.zone_file"):
        checks_of(channel, DnsSettings(zone_file="lab.zone"), tmp_path)


def test_a_desk_that_checks_nothing_loads_nothing_for_it():
    words = "import sys, bots.authentication as a; print(sorted({'dkim', 'spf', 'dns'} & set(sys.modules)))"

    assert (
        "[]" == subprocess.run([sys.executable, "-c", words], capture_output=True, text=True).stdout.strip()
    )


# A desk that checks by itself


BIG = 1_200_000


def signed_mail(number, **changes):
    """Ana's follow-up, signed by her server as one would be that comes from afar."""
    mail = serving.a_mail(serving.ANA, f"Re: [WX-{number}] Calls drop", proven=False, **changes).as_bytes()
    mail = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    given = {"include_headers": ("from", "to", "subject", "date", "message-id")}
    return dkim.DKIM(mail).sign(b"rsa", b"acme.example", rsa_key(BITS), **given) + mail


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    zone()(folder / "lab.zone")
    port = free_port()
    with relay_in_thread() as relay:
        config = serving.write_config(folder, relay.port, port)
        text = config.read_text().replace(f'trust_authentication_results = "{serving.OUR_MTA}"', "")
        text += '\ncheck_authentication = true\n\n[dns]\nzone_file = "lab.zone"\n'
        config.write_text(text)
        with serving.started(config, port, relay) as desk:
            yield desk


def test_a_follow_up_that_its_domain_signed_is_added(desk):
    number = desk.a_ticket()
    record = desk.mail(signed_mail(number), sender="ana@acme.example").record

    assert ("append", "aligned") == (record["fate"], record["assurance"])


def test_a_forged_one_is_held_whatever_its_headers_say(desk):
    number = desk.a_ticket()
    mail = signed_mail(number).replace(b"They drop again.", b"Please close it.")
    mail = f"Authentication-Results: {serving.passed('acme.example')}\r\n".encode() + mail
    record = desk.mail(mail, sender="ana@acme.example").record

    assert ("hold", "none") == (record["fate"], record["assurance"])


def test_a_large_one_is_checked_by_the_process_that_reads_it(desk):
    mail = signed_mail(
        desk.a_ticket(), text="They drop again.\n\n" + "x" * 70 + ("\n" + "y" * 70) * (BIG // 70)
    )
    before = desk.read(serving.newest_message)
    desk.post(mail, sender="ana@acme.example")
    wait_until(lambda: desk.read(serving.newest_message) > before, "the heavy mail is decided")
    record = desk.record(desk.read(serving.newest_message))

    assert ("append", "aligned") == (record["fate"], record["assurance"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [(b"They drop again.", ("append", "aligned")), (b"Please close it.", ("hold", "none"))],
)
def test_explain_asks_the_same_and_the_zone_file(desk, tmp_path, words, expected):
    path = tmp_path / "reply.eml"
    path.write_bytes(signed_mail(desk.a_ticket()).replace(b"They drop again.", words))
    told = json.loads(desk.run("explain", path, "--json").stdout)

    assert expected == (told["fate"], told["assurance"])


def test_explain_for_a_desk_that_never_ran_asks_too(desk, tmp_path):
    (tmp_path / "lab.zone").write_bytes((desk.folder / "lab.zone").read_bytes())
    for name in ("config.toml", "desk.key", "people.toml"):
        (tmp_path / name).write_bytes((desk.folder / name).read_bytes())
    (tmp_path / "new.eml").write_bytes(signed_mail(1))
    done = serving.deskbell("--config", tmp_path / "config.toml", "explain", tmp_path / "new.eml", "--json")

    assert "aligned" == json.loads(done.stdout)["assurance"]
