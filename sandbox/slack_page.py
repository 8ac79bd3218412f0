"""The page around pictures of Slack: the look, and what stands between the messages.

It is plain HTML with a style sheet of its own, and fetches nothing.
"""

import html
from collections.abc import Iterable
from string import Template

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<style>
$style
</style>
</head>
<body><main>
$content
</main></body>
</html>
""")
STYLE = """\
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1d1c1d;
  font: 15px/1.46 'Liberation Sans', Lato, sans-serif, 'Noto Color Emoji'; }
main { width: 760px; padding: 20px; }
article { display: flex; gap: 10px; padding: 8px 0; }
article.reply { margin-left: 46px; }
.face { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #3f46ad; color: #fff;
  font-weight: bold;
  display: flex; align-items: center; justify-content: center; }
.face.person { background: #2b7a4b; }
.said { flex: 1; min-width: 0; }
.who { font-weight: bold; margin: 0; }
.who small { font-weight: normal; color: #616061; margin-left: 6px; }
.app { background: #ddd; color: #454245; font-size: 10px; padding: 1px 4px; border-radius: 3px;
  margin-left: 4px; }
h3 { font-size: 18px; margin: 6px 0; overflow-wrap: anywhere; }
p { margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.context { color: #5b5a5c; font-size: 13px; display: flex; flex-wrap: wrap; gap: 2px 12px;
  margin: 4px 0; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; margin: 8px 0; }
dl div, .section { overflow-wrap: anywhere; white-space: pre-line; }
.section { display: flex; justify-content: space-between; gap: 12px; margin: 6px 0; }
blockquote { margin: 6px 0; padding: 2px 0 2px 12px; border-left: 4px solid #bbb;
  white-space: pre-wrap; overflow-wrap: anywhere; }
pre, code { font-family: 'Liberation Mono', monospace; font-size: 12.5px; background: #f6f6f6;
  border: 1px solid #ddd; border-radius: 3px; padding: 1px 4px; }
ul, ol { margin: 4px 0; padding-left: 26px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; align-items: center; }
button, select, input, textarea { font: inherit; color: inherit; background: #fff;
  border: 1px solid #868686; border-radius: 6px; padding: 4px 12px; min-height: 34px; }
button { font-weight: bold; }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
button.danger { color: #b3123f; border-color: #b3123f; }
input:not([type]), textarea { width: 100%; }
textarea { min-height: 110px; }
.mention { background: #e8f0f8; color: #12538c; border-radius: 3px; padding: 0 2px; }
hr { border: 0; border-top: 1px solid #ddd; margin: 12px 0; }
table { border-collapse: collapse; margin: 8px 0; width: 100%; font-size: 13.5px; }
th, td { border: 1px solid #ccc; padding: 5px 8px; text-align: left; vertical-align: top; }
th { background: #f6f6f6; }
.modal { width: 520px; border: 1px solid #bbb; border-radius: 8px; margin: 10px auto;
  box-shadow: 0 2px 10px #0003; }
.modal header, .modal footer { display: flex; align-items: center; padding: 12px 20px; gap: 10px; }
.modal header { border-bottom: 1px solid #ddd; }
.modal header h2 { font-size: 19px; margin: 0; }
.modal footer { border-top: 1px solid #ddd; justify-content: flex-end; }
.modal .body { padding: 8px 20px 14px; }
.input { margin: 12px 0; }
.input > label { display: block; font-weight: bold; margin-bottom: 4px; }
.input small { color: #5b5a5c; }
.choice { display: block; margin: 4px 0; }
.note { color: #5b5a5c; font-size: 13px; margin: 14px 0 2px; }
input[type] { min-height: 0; margin: 0 4px 0 2px; vertical-align: middle; }
th p, td a { white-space: nowrap; }
.input label.choice { font-weight: normal; display: block; }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole document of messages, modals and notes."""
    return PAGE.substitute(title=html.escape(title), style=STYLE, content="\n".join(parts))


def note(text: str) -> str:
    """What the picture shows, above it."""
    return f'<p class="note">{html.escape(text)}</p>'


def person(name: str, text: str, at: str, below: str = "") -> str:
    """What somebody typed into a thread, and what stands below it."""
    face = f'<div class="face person" aria-hidden="true">{html.escape(name[:1])}</div>'
    who = f'<p class="who">{html.escape(name)}<small>{at}</small></p>'
    foot = f'<p class="context">{html.escape(below)}</p>' if below else ""
    words = f"<p>{html.escape(text)}</p>"
    return f'<article class="reply">{face}<div class="said">{who}{words}{foot}</div></article>'
