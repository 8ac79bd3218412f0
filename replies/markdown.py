"""Markdown as HTML: safe to show, readable on a telephone, nothing to fetch.

Raw HTML is switched off and what comes out is cleaned once more. `replies.plain` makes the
text part from the same tokens, so neither part can show what the other hides.
"""

import html
from functools import lru_cache
from string import Template

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "h1", "h2", "h3"}
SCHEMES = {"http", "https", "mailto", "tel"}

FRAME = Template(
    """\
<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
blockquote { margin: 1em 0; padding: 0.1em 1em; border-left: 4px solid #8a94a6; }
blockquote p { margin: 0.5em 0; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.95em; }
pre { overflow-x: auto; }
a { color: #0b57d0; }
hr { border: 0; border-top: 1px solid #8a94a6; margin: 1.5em 0; }
ul, ol { padding-left: 1.4em; }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e8ec; } a { color: #8ab4f8; } }
</style>
</head>
<body style="margin: 0; padding: 16px; overflow-wrap: anywhere;
 font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif;">
<div lang="$language" style="max-width: 40em;">
$content</div>
</body>
</html>
"""
)

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=1)
def parsed(source: str) -> tuple[Token, ...]:
    """The source's tokens; the last ones are kept, because both parts of a mail are made from them."""
    return tuple(_MARKDOWN.parse(source))


def as_html(source: str, language: str, title: str) -> str:
    """A whole HTML document of the source, safe to show."""
    content = nh3.clean(
        str(_MARKDOWN.renderer.render(parsed(source), _MARKDOWN.options, {})),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return FRAME.substitute(language=html.escape(language), title=html.escape(title), content=content)
