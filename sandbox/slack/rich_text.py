"""Rich text: sections, lists, quotes and code, and the pieces of text in them."""

from collections.abc import Mapping

from sandbox.slack.schema import Shape, boolean, by_type, items, may, need, one_of, shaped, string, whole

STYLE = shaped(
    {name: may(boolean) for name in ("bold", "italic", "strike", "code", "underline", "highlight")}
    | {"client_highlight": may(boolean), "unlink": may(boolean)}
)
PIECES: Mapping[str, Shape] = {
    "text": {"text": need(string(12_000, 1)), "style": may(STYLE)},
    "link": {
        "url": need(string(3000, 1)),
        "text": may(string(12_000)),
        "unsafe": may(boolean),
        "style": may(STYLE),
    },
    "user": {"user_id": need(string(255, 1)), "style": may(STYLE)},
    "channel": {"channel_id": need(string(255, 1)), "style": may(STYLE)},
    "usergroup": {"usergroup_id": need(string(255, 1)), "style": may(STYLE)},
    "emoji": {
        "name": need(string(255, 1)),
        "unicode": may(string(255)),
        "skin_tone": may(whole(1, 6)),
        "style": may(STYLE),
    },
    "broadcast": {"range": need(one_of({"here", "channel", "everyone"})), "style": may(STYLE)},
    "date": {
        "timestamp": need(whole(0, 9_999_999_999)),
        "format": need(string(255, 1)),
        "url": may(string(3000)),
        "fallback": may(string(255)),
        "style": may(STYLE),
    },
    "color": {"value": need(string(7, 7, "#[0-9A-Fa-f]{6}")), "style": may(STYLE)},
}
pieces = items(by_type(PIECES), 1000, 0)
BORDER = may(whole(0, 1))
SECTION: Shape = {"elements": need(pieces)}
PARTS: Mapping[str, Shape] = {
    "rich_text_section": SECTION,
    "rich_text_preformatted": {"elements": need(pieces), "border": BORDER, "language": may(string(50))},
    "rich_text_quote": {"elements": need(pieces), "border": BORDER},
    "rich_text_list": {
        "elements": need(items(by_type({"rich_text_section": SECTION}), 1000, 0)),
        "style": need(one_of({"bullet", "ordered"})),
        "indent": may(whole(0, 8)),
        "offset": may(whole(0, 10_000)),
        "border": BORDER,
    },
}
RICH_TEXT: Shape = {"elements": need(items(by_type(PARTS), 1000, 0))}
rich_cell = by_type({"rich_text": RICH_TEXT, "raw_text": {"text": need(string(3000, 1))}})


def rich_text(text: str) -> dict[str, object]:
    """The block that Slack's own client writes around what a person typed."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "rt0", "elements": [section]}
