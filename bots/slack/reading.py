"""What somebody wrote in Slack, as plain words: Slack's own signs taken out of the wire's text.

On the wire `& < >` are escaped, and links, people, channels and groups stand in angle brackets. The
words that a person saw are what is kept; where a link was hidden behind words, both.
"""

import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(r"<([^<>\n]{1,3000})>")
_PEOPLE = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # & last, or &amp;lt; would lose two


def plain_text(wire: str, names: Mapping[str, str] | None = None) -> str:
    """The words; people by their names, where those are known.

    >>> plain_text("<@U1> see <https://a.example|the log> &amp; <#C1|general>, 1 &lt; 2", {"U1": "Ana"})
    '@Ana see the log (https://a.example) & #general, 1 < 2'
    """
    known = names or {}
    return unescaped(_TOKEN.sub(lambda found: _token(found[1], known), wire))


def people_in(wire: str) -> tuple[str, ...]:
    """The ids of those who are mentioned, each once."""
    return tuple(dict.fromkeys(_PEOPLE.findall(wire)))


def unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _token(inside: str, names: Mapping[str, str]) -> str:
    target, bar, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@{label or names.get(target[1:], target[1:])}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return f"@{label.lstrip('@')}" if label else "".join(_special(target))
    target = target.removeprefix("mailto:")
    return f"{label} ({target})" if bar and label not in ("", target) and not _same(label, target) else target


def _special(target: str) -> Iterator[str]:
    """<!here>, <!date^…|…>, <!subteam^S1>: what was seen, as far as it can be told."""
    yield "@"
    yield target[1:].partition("^")[0]


def _same(label: str, target: str) -> bool:
    """Slack makes links of what looks like one, and shows it as it was written."""
    return target.removeprefix("https://").removeprefix("http://").rstrip("/") == label.rstrip("/")
