"""What others chose comes out as they wrote it, in text and in HTML."""

import re

import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from replies.escaping import LONGEST_QUOTATION, Markdown, escaped, lines, link, one_line, printed, quoted
from replies.markdown import as_html
from replies.plain import as_text

HOSTILE = [
    "[x](http://evil.example)",
    "![x](http://evil.example/p.png)",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "<img src=x onerror=alert(1)>",
    "http://evil.example and www.evil.example",
    "&lt;b&gt; &#x41; &copy;",
    "# big",
    "## big ##",
    "* item",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "> quotation",
    "---",
    "***",
    "___",
    "===",
    "```sh",
    "~~~",
    "    code",
    "\tcode",
    "**bold** _it_ __b__ ~~gone~~",
    "`code` ``code``",
    "a | b | c",
    "|---|---|",
    "[x]: http://evil.example",
    "[^1]",
    "ends in a backslash\\",
    "\\* already escaped",
    "two  spaces  ",
    "<!-- gone -->",
    "<a href='x'>",
    "snake_case_name and 2*3*4",
    "C:\\temp\\new",
    "{{ 7 * 7 }} {% raw %}",
    "Größe – “quoted” 日本語",
]
TAGS_OF_OURS = {"p", "br"}


def words_of(source):
    """The words that a mail program shows of the HTML, spaces made plain."""
    body = LexborHTMLParser(as_html(source, "en", "t")).body
    for line_break in body.css("br"):
        line_break.replace_with("\n")
    return body.text().replace("\u00a0", " ")


def tags_of(source):
    return set(re.findall(r"<(\w+)", as_html(source, "en", "t").partition('40em;">')[2]))


def squeezed(text):
    return " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_stands_in_text_and_html_as_it_was_written(text):
    source = f"Hello {printed(text)}, thank you.\n\n{printed(text)}\n"
    wanted = squeezed(f"Hello {squeezed(text)}, thank you. {squeezed(text)}")

    assert wanted == squeezed(as_text(source))
    assert wanted == squeezed(words_of(source))
    assert {"p"} == tags_of(source)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_block_keeps_its_lines_and_is_never_markup(text):
    block = f"first\n{text}\n\n{text}\nlast"
    wanted = "\n".join(line.expandtabs(4).rstrip() for line in block.split("\n"))

    assert wanted == as_text(lines(block)).rstrip("\n")
    assert squeezed(wanted) == squeezed(words_of(lines(block)))
    assert tags_of(lines(block)) <= TAGS_OF_OURS


@pytest.mark.parametrize("text", HOSTILE)
def test_a_quotation_holds_all_of_the_text(text):
    block = f"{text}\n\n{text}"
    shown = as_text(f"They wrote:\n\n{quoted(block)}\n\nBye.\n")

    assert all(line.startswith(">") for line in shown.split("\n")[2:-3])
    assert tags_of(quoted(block)) <= TAGS_OF_OURS | {"blockquote"}


PIECES = st.lists(
    st.sampled_from(
        [*HOSTILE, *"[]()<>!*_`~#+-=.|\\&:/ \n\t", "a", "1", "\n\n", "  ", "é", "\u2028", "\u00a0"]
    ),
    max_size=12,
).map("".join)


@given(PIECES)
@example("1.\n2.")
@example("a\n===\nb")
@example("a\n-\nb")
def test_no_text_at_all_becomes_markup(text):
    for source in (
        lines(text),
        printed(text),
        f"x {printed(text)}",
        f"{printed(text)} x",
        f"- {printed(text)}",
    ):
        assert tags_of(source) <= TAGS_OF_OURS | ({"ul", "li"} if source.startswith("- ") else set())


@given(st.text(max_size=60))
def test_any_text_says_the_same_in_both_parts(text):
    shown = squeezed(as_text(lines(text)))

    assert squeezed(one_line(text)) == shown
    assert shown == squeezed(words_of(lines(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\rand\u2028more", "two lines and more"),
        ("a\x00b\x07c\ud800d", "abcd"),
        ("evil\u202egnp.exe", "evilgnp.exe"),  # would read "evilexe.png"
        ("  much \t room  ", "much room"),
    ],
)
def test_a_value_is_one_line_of_characters_that_can_be_seen(text, shown):
    assert shown == one_line(text)


@pytest.mark.parametrize("value", [None, 1.5, ["a"], {"a": 1}, b"a", object()])
def test_only_words_and_numbers_can_be_printed(value):
    with pytest.raises(TypeError):
        printed(value)


def test_a_missing_word_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        printed(jinja2.StrictUndefined(name="due"))


def test_what_is_markdown_already_is_not_escaped_twice():
    assert "**bold**" == printed(Markdown("**bold**"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("See https://docs.example/a-b?c=d.", "See https://docs.example/a-b?c=d."),
        ("Re-boot the C# server, e.g. at 10.30 (now)!", "Re-boot the C# server, e.g. at 10.30 (now)!"),
        ("mario.rossi@acme.example", "mario.rossi@acme.example"),
        ("a+b=c", "a+b=c"),
    ],
)
def test_ordinary_words_are_stored_without_backslashes(text, written):
    assert written == escaped(text)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://portal.vendor.example/new?a=b_c", "<https://portal.vendor.example/new?a=b_c>"),
        ("javascript:alert(1)", "javascript:alert(1\\)"),
        ("https://x.example/> <b>", "https://x.example/\\> \\<b\\>"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_only_a_web_address_becomes_a_link(address, written):
    assert written == link(address)


def test_a_very_long_quotation_is_cut_and_says_so():
    shown = as_text(quoted("x" * 3 * LONGEST_QUOTATION))

    assert len(shown) < LONGEST_QUOTATION + 20
    assert shown.endswith("> […]\n")
