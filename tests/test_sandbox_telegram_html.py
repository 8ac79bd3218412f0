"""HTML as the real server reads it: which tags there are, what is an error and how it is told."""

import pytest

from sandbox.telegram.html import from_html
from sandbox.telegram.markup import formatted
from sandbox.telegram.refusals import Refused


def entity(kind, offset, length, **more):
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&#65;&#x42;&#x1F600;", "AB😀", []),
        ("&nbsp; &apos; &unheard; &", "&nbsp; &apos; &unheard; &", []),  # no references here
        ("&amp;lt;", "&lt;", []),  # once only
        ("&ampx", "&x", []),  # the semicolon may be missing
        ("<b>one</b> <i>two</i>", "one two", [entity("bold", 0, 3), entity("italic", 4, 3)]),
        ("<B>one</B>", "one", [entity("bold", 0, 3)]),
        ("<b>one</>", "one", [entity("bold", 0, 3)]),
        ("<b>a<i>b</i></b>", "ab", [entity("italic", 1, 1), entity("bold", 0, 2)]),
        ("😀<b>x</b>", "😀x", [entity("bold", 2, 1)]),  # UTF-16 units
        ("<b></b>x", "x", []),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [entity("strikethrough", at, 1) for at in (0, 1, 2)],
        ),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        (
            '<a href="https://x.example/?a=1&amp;b=2">go</a>',
            "go",
            [entity("text_link", 0, 2, url="https://x.example/?a=1&b=2")],
        ),
        ("<a href='https://x.example'>go</a>", "go", [entity("text_link", 0, 2, url="https://x.example/")]),
        ("<a>x.example</a>", "x.example", [entity("text_link", 0, 9, url="http://x.example/")]),
        ("see <a>x.example</a>", "see x.example", [entity("text_link", 4, 9, url="http://x.example/")]),
        ('<a href="javascript:alert(1)">go</a>', "go", []),
        ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [entity("pre", 0, 1, language="py")]),
        ('<code class="language-py">x</code>', "x", [entity("code", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(source, text, entities):
    assert (text, entities) == from_html(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <3", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x.example/y>x</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_html_that_cannot_be_read_is_refused_with_the_place(source, words):
    with pytest.raises(Refused) as refused:
        from_html(source)

    assert f"Bad Request: can't parse entities: {words}" == refused.value.description


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("  <b>x</b>  ", "x", [entity("bold", 0, 1)]),
        (" <b> x </b> ", "x", [entity("bold", 0, 1)]),
        ("/status 12", "/status 12", [entity("bot_command", 0, 7)]),
        ("ask a@x.example", "ask a@x.example", [entity("email", 4, 11)]),
        ("see https://x.example/a.", "see https://x.example/a.", [entity("url", 4, 19)]),
        ("@support_bot", "@support_bot", [entity("mention", 0, 12)]),
        ("<code>/no @no_one</code>", "/no @no_one", [entity("code", 0, 11)]),
        ("and/or 1/2", "and/or 1/2", []),
    ],
)
def test_text_is_trimmed_and_what_speaks_for_itself_is_found(source, text, entities):
    assert (text, tuple(entities)) == formatted(source, "HTML", None)


def test_no_more_than_100_entities_are_kept():
    _, entities = formatted("<b>x</b> " * 101, "HTML", None)

    assert 100 == len(entities)
