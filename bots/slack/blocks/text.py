"""Text as Slack wants it: what others wrote stays literal wherever it stands, and fits.

In mrkdwn, in fallbacks and in plain text the signs & < > are escaped, once and in that order, and
what is too long is cut after that, never inside an entity, nor so that it calls everybody. Our own
mentions and dates are made from ids and moments only, here and nowhere else.
"""

import re
from datetime import datetime

from bots.slack.blocks.types import Json
from replies.slack_text import literal

LONGEST_FALLBACK = 2900
LONGEST_MRKDWN = 3000
ELLIPSIS = "…"
_EMOJI = re.compile(r":(?=[a-z+\-_][\w+'\-]*:)", re.IGNORECASE)
_COLON = "\ua789"  # looks like a colon, and begins no emoji
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_HALF = re.compile(r"(?:&[a-z]{0,3}|<[^<>]*|(?<!\w)@\w*)$")  # of an entity, a mention, a call to everybody


def escaped(text: str) -> str:
    """Somebody's words without a meaning for Slack.

    >>> escaped("<!channel> & &lt;!here&gt;")
    '&lt;!channel&gt; &amp; &amp;lt;!here&amp;gt;'
    """
    return _EMOJI.sub(_COLON, literal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def cut(text: str, most: int) -> str:
    """Escaped text of at most so many characters: no half entity or mention, nobody called by half a word."""
    if len(text) <= most:
        return text
    return _HALF.sub("", text[: most - 1]).rstrip() + ELLIPSIS


def one_line(text: str) -> str:
    return " ".join(literal(text).split())


def plain(text: str, most: int = 75) -> Json:
    """A plain_text object: words in a header, a button, an option; never empty, which Slack refuses."""
    return {"type": "plain_text", "text": cut(escaped(one_line(text)), most) or "–", "emoji": False}


def plain_lines(text: str, most: int = 3000) -> Json:
    """The same with its line breaks."""
    shown = cut(escaped(text).strip(), most)
    return {"type": "plain_text", "text": shown or "–", "emoji": False}


def mrkdwn(text: str, most: int = LONGEST_MRKDWN) -> Json:
    """A mrkdwn object of safe text; verbatim, so that Slack looks for no names and links in it."""
    return {"type": "mrkdwn", "text": cut(text, most) or "–", "verbatim": True}


def fallback(text: str, most: int = LONGEST_FALLBACK) -> str:
    """What notifications and screen readers say of a message."""
    return cut(escaped(text).strip(), most) or "–"


def mention(user: str) -> str:
    """A mention in mrkdwn, from an id; of what is no id, nothing."""
    return f"<@{user}>" if is_user(user) else ""


def is_user(user: str) -> bool:
    return _USER.fullmatch(user) is not None


def date(moment: datetime, look: str = "{date_short_pretty} {time}") -> str:
    """A moment in mrkdwn, shown in the zone of whoever reads it."""
    return f"<!date^{int(moment.timestamp())}^{look}|{in_utc(moment)}>"


def in_utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
