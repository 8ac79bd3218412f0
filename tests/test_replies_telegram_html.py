"""Markdown as Telegram takes it: few tags, all of them closed, nothing else but escaped words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replies.escaping import lines
from replies.telegram_html import parts, units
from sandbox.telegram.html import from_html

CASES = (
    ("Hello **Ana** and *Bob*", "Hello <b>Ana</b> and <i>Bob</i>"),
    ("a & b \\< c \\> d", "a &amp; b &lt; c &gt; d"),
    ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
    ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
    ("[here](https://evil.example)", "here (https://evil.example)"),
    ("[https://x.example](https://x.example)", "https://x.example"),
    ("<https://x.example/?a=1&b=2>", "https://x.example/?a=1&amp;b=2"),
    ("![alt](https://x.example/p.png)", "alt"),
    ("# Title\n\nText", "<b>Title</b>\n\nText"),
    ("> one\n>\n> two\n\nafter", "<blockquote>one\n\ntwo</blockquote>\n\nafter"),
    ("> > deep", "<blockquote>deep</blockquote>"),
    ("- a\n- b", "• a\n• b"),
    ("3. a\n4. b", "3. a\n4. b"),
    ("- a\n\n  more", "• a\n\n  more"),
    ("`x < y`", "<code>x &lt; y</code>"),
    ("```\nx < y\n```", "<pre>x &lt; y</pre>"),
    ("**a *b* c**", "<b>a <i>b</i> c</b>"),
    ("a\\\nb\nc", "a\nb c"),
    ("a\n\n---\n\nb", "a\n\n———\n\nb"),
    ("", None),
    ("  \n\n ", None),
)


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_markdown_becomes_telegrams_tags(source, expected):
    assert ((expected,) if expected is not None else ()) == tuple(one.html for one in parts(source))


LONG = (
    ("para\n\n" * 3, 12, ["para\n\npara", "para"]),
    ("one two three four", 10, ["one two", "three four"]),
    ("First one. Second one.", 16, ["First one.", "Second one."]),
    ("unbreakableunbreakable", 11, ["unbreakable", "unbreakable"]),
    ("😀😀😀😀😀", 4, ["😀😀", "😀😀", "😀"]),  # two units each
    ("a\\\nb\\\nc", 4, ["a\nb", "c"]),
)


@pytest.mark.parametrize(("source", "most", "expected"), LONG)
def test_a_long_text_is_cut_at_the_best_place(source, most, expected):
    assert expected == [one.plain for one in parts(source, most)]


def test_a_tag_around_a_cut_is_closed_and_opened_again():
    assert ["<b>one two</b>", "<b>three</b>"] == [one.html for one in parts("**one two three**", 9)]


@settings(max_examples=40)
@given(st.text(max_size=400), st.integers(min_value=8, max_value=120))
def test_whatever_somebody_writes_comes_out_as_they_wrote_it(words, most):
    said = parts(lines(words), most)
    shown = [from_html(one.html)[0] for one in said]

    assert all(units(one) <= most for one in shown)
    assert [one.plain for one in said] == shown
    assert letters("".join(shown)) == letters(parts(lines(words), 10**6)[0].plain if said else "")


def letters(text):
    return re.sub(r"\s", "", text)
