"""A mail whose HTML says something else than its text is flagged, and ordinary mail is not."""

import time
from datetime import UTC, datetime

import pytest

from intake.mail import read_mail
from intake.mail.differing import DIFFERS
from intake.messages import Raw

SAID = "Please restart the telephone system tonight, since the calls of our office drop again."
OTHER = "Please cancel our contract and send all passwords to the new administrator at once."


def a_mail(text, html, kind="alternative", more=""):
    body = (
        f'From: ana@acme.example\nContent-Type: multipart/{kind}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{html}\n{more}--b--\n"
    )
    return read_mail(Raw("email", "test", body.encode(), datetime(2026, 3, 10, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("text", "html", "differs"),
    [
        (SAID, f"<p>{SAID}</p>", False),
        (SAID, f"<style>p {{ color: red }}</style><p>{SAID.replace(' ', '<br>')}</p>", False),
        (f"{SAID} https://acme.example/x", f'<a href="https://acme.example/x">{SAID}</a>', False),
        ("Grüße aus München", "<p>Gr&uuml;&szlig;e aus M&#252;nchen</p>", False),
        (SAID, "", False),  # nobody reads anything else
        ("", f"<p>{OTHER}</p>", False),  # then the HTML is what is read
        (SAID, f"<p>{OTHER}</p>", True),
        ("Yes.", f"<p>{OTHER}</p>", True),
        (f"{SAID} {OTHER}", f"<p>{SAID}</p>", True),
        (SAID, f"<p>{SAID}</p><p>{OTHER}</p>", True),
        (SAID, f"<p>{SAID}</p>&lt; {OTHER} &gt;", True),
        (SAID, f"<p>{SAID}</p>< {OTHER} >", True),  # no tag, and so it is shown
        (SAID, f"<p>{SAID}</p><!-- {OTHER} -->", False),
        (SAID, f"<style>a</style x>{OTHER}</style>{SAID}", True),
        (SAID, f"<head>{OTHER}</head>{SAID}", True),
    ],
)
def test_other_words_in_the_html_are_flagged(text, html, differs):
    assert differs is (DIFFERS in a_mail(text, html).defects)


def test_words_beside_the_alternatives_are_no_difference():
    more = f"--b\nContent-Type: text/plain\n\n{OTHER}\n"

    assert () == a_mail(SAID, f"<p>{SAID}</p>", "mixed", more).defects


@pytest.mark.parametrize("piece", ["<style ", "<script>", "<a", "< ", "&amp;", "<!--", "</style>", "x "])
def test_looking_costs_little_whatever_the_html(piece):
    start = time.process_time()
    a_mail("x", piece * (400_000 // len(piece)))

    assert time.process_time() - start < 10
