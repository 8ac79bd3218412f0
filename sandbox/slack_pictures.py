"""Block Kit as HTML: what we tell Slack, to be looked at without Slack.

A small renderer for the blocks that we use, with the elements that HTML has for them (headings,
buttons, menus, times), so that a screen reader finds its way too. It shows no more than Slack
would: an entity is a sign, a mention is a name, and whatever else stands in a text is text.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
ZONE = ZoneInfo("Europe/Rome")
EMOJI = {"warning": "⚠️", "lock": "🔒", "white_check_mark": "✅", "eyes": "👀"}
TOKEN = re.compile(r"<!date\^(\d+)\^([^|>]*)(?:\|[^>]*)?>|<@(\w+)>|<([^|>]+)\|([^>]*)>|:([a-z_]+):")
BOLD, ITALIC = re.compile(r"\*([^*\n]+)\*"), re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)")


def message(blocks: Iterable[Json], at: str, names: Mapping[str, str]) -> str:
    """A message of ours; `names` are those of the people who are mentioned."""
    who = f'<p class="who">Deskbell<span class="app">APP</span><small>{at}</small></p>'
    face = '<div class="face" aria-hidden="true">D</div>'
    said = f'<div class="said">{who}{blocks_html(blocks, names)}</div>'
    return f'<article aria-label="Deskbell">{face}{said}</article>'


def reply(blocks: Iterable[Json], at: str, names: Mapping[str, str]) -> str:
    """The same in a thread."""
    return message(blocks, at, names).replace("<article ", '<article class="reply" ', 1)


def modal(view: Json, names: Mapping[str, str]) -> str:
    title, body = _plain(view["title"]), blocks_html(view["blocks"], names)
    buttons = f"<button>{_plain(view['close'])}</button>"
    buttons += f'<button class="primary">{_plain(view["submit"])}</button>' if "submit" in view else ""
    head = f"<header><h2>{title}</h2></header>"
    return f'<div class="modal">{head}<div class="body">{body}</div><footer>{buttons}</footer></div>'


def home(view: Json, names: Mapping[str, str]) -> str:
    return f"<section>{blocks_html(view['blocks'], names)}</section>"


def blocks_html(blocks: Iterable[Json], names: Mapping[str, str]) -> str:
    return "\n".join(BLOCKS[one["type"]](one, names) for one in blocks)


def _header(block: Json, names: Mapping[str, str]) -> str:
    return f"<h3>{_plain(block['text'])}</h3>"


def _divider(block: Json, names: Mapping[str, str]) -> str:
    return "<hr>"


def _section(block: Json, names: Mapping[str, str]) -> str:
    if "fields" in block:
        cells = "".join(f"<div>{_text(one, names)}</div>" for one in block["fields"])
        return f"<dl>{cells}</dl>"
    beside = _element(block["accessory"], names) if "accessory" in block else ""
    return f'<div class="section"><div>{_text(block["text"], names)}</div>{beside}</div>'


def _context(block: Json, names: Mapping[str, str]) -> str:
    shown = (f"<span>{_text(one, names)}</span>" for one in block["elements"])
    return f'<div class="context">{"".join(shown)}</div>'


def _actions(block: Json, names: Mapping[str, str]) -> str:
    return f'<div class="actions">{"".join(_element(one, names) for one in block["elements"])}</div>'


def _input(block: Json, names: Mapping[str, str]) -> str:
    label = _plain(block["label"]) + (" <small>(optional)</small>" if block.get("optional") else "")
    hint = f"<small>{_plain(block['hint'])}</small>" if "hint" in block else ""
    return f'<div class="input"><label>{label}</label>{_element(block["element"], names)}{hint}</div>'


def _table(block: Json, names: Mapping[str, str]) -> str:
    head, *rows = block["rows"]
    cells = [[_rich_text(cell, names) for cell in row] for row in (head, *rows)]
    top = "".join(f'<th scope="col">{one}</th>' for one in cells[0])
    body = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in cells[1:])
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _rich_text(block: Json, names: Mapping[str, str]) -> str:
    return "".join(_rich(one, names) for one in block["elements"])


def _rich(element: Json, names: Mapping[str, str]) -> str:
    if element["type"] == "rich_text_list":
        tag = "ol" if element["style"] == "ordered" else "ul"
        items = "".join(f"<li>{_pieces(one['elements'], names)}</li>" for one in element["elements"])
        return f"<{tag}>{items}</{tag}>"
    tag = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(element["type"], "p")
    return f"<{tag}>{_pieces(element['elements'], names)}</{tag}>"


def _pieces(pieces: Iterable[Json], names: Mapping[str, str]) -> str:
    return "".join(_piece(one, names) for one in pieces)


def _piece(piece: Json, names: Mapping[str, str]) -> str:
    match piece["type"]:
        case "user" | "channel":
            sign = "@" if piece["type"] == "user" else "#"
            known = str(piece.get("user_id") or piece["channel_id"])
            return f'<span class="mention">{sign}{html.escape(names.get(known, known))}</span>'
        case "date":
            return _time(piece["timestamp"])
        case "link":
            shown = html.escape(str(piece.get("text", piece["url"])))
            return f'<a href="{html.escape(piece["url"])}">{shown}</a>'
        case _:
            return _styled(html.escape(piece["text"]), piece.get("style", {}))


def _styled(text: str, style: Mapping[str, bool]) -> str:
    for name, tag in (("bold", "strong"), ("italic", "em"), ("code", "code")):
        text = f"<{tag}>{text}</{tag}>" if style.get(name) else text
    return text


def _element(element: Json, names: Mapping[str, str]) -> str:
    kind = element["type"]
    hint = _plain(element["placeholder"]) if "placeholder" in element else ""
    match kind:
        case "button":
            return f'<button class="{element.get("style", "")}">{_plain(element["text"])}</button>'
        case "overflow":
            return '<button aria-label="More">⋯</button>'
        case "checkboxes" | "radio_buttons":
            return _boxes(element, "checkbox" if kind == "checkboxes" else "radio")
        case "static_select":
            first = element.get("initial_option")
            shown = _plain(first["text"]) if first else hint
            return f'<select aria-label="{hint}"><option>{shown}</option></select>'
        case "plain_text_input" if element.get("multiline"):
            return (
                f'<textarea placeholder="{hint}">{html.escape(element.get("initial_value", ""))}</textarea>'
            )
        case _:
            shown = hint or {"datetimepicker": "Choose a date and time"}.get(kind, "")
            return f'<input placeholder="{shown}" value="{_typed(element)}">'


def _typed(element: Json) -> str:
    return html.escape(element.get("initial_value", ""))


def _boxes(element: Json, kind: str) -> str:
    chosen = [element.get("initial_option"), *element.get("initial_options", [])]
    return "".join(_box(one, kind, " checked" if one in chosen else "") for one in element["options"])


def _box(option: Json, kind: str, checked: str) -> str:
    return f'<label class="choice"><input type="{kind}"{checked}> {_plain(option["text"])}</label>'


def _text(text: Json, names: Mapping[str, str]) -> str:
    return _plain(text) if text["type"] == "plain_text" else _mrkdwn(text["text"], names)


def _plain(text: Json) -> str:
    return _entities(text["text"])


def _entities(text: str) -> str:
    """Slack knows three entities, and HTML gets every sign anew."""
    raw = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(raw)


def _mrkdwn(text: str, names: Mapping[str, str]) -> str:
    shown, end = "", 0
    for match in TOKEN.finditer(text):
        shown += _marked(text[end : match.start()]) + _token(match, names)
        end = match.end()
    return shown + _marked(text[end:])


def _marked(text: str) -> str:
    return ITALIC.sub(r"<em>\1</em>", BOLD.sub(r"<strong>\1</strong>", _entities(text)))


def _token(match: re.Match[str], names: Mapping[str, str]) -> str:
    stamp, _, user, address, label, emoji = match.groups()
    if stamp:
        return _time(int(stamp))
    if user:
        return f'<span class="mention">@{html.escape(names.get(user, user))}</span>'
    if emoji:
        return EMOJI.get(emoji, f":{emoji}:")
    return f'<a href="{_entities(address)}">{_entities(label)}</a>'


def _time(stamp: int) -> str:
    moment = datetime.fromtimestamp(stamp, UTC)
    return f'<time datetime="{moment.isoformat()}">{moment.astimezone(ZONE):%d %b %H:%M}</time>'


BLOCKS: Mapping[str, Callable[[Json, Mapping[str, str]], str]] = {
    "header": _header,
    "divider": _divider,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _rich_text,
}
