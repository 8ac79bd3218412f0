"""The pictures of Slack: every scene can be drawn, and shows no more than Slack would."""

import re
from html.parser import HTMLParser

import pytest

from sandbox.slack_page import page
from sandbox.slack_pictures import BLOCKS, message, modal
from sandbox.slack_scenes import SCENES, draw, pages
from servers import REPOSITORY, require
from slack_shown import a_card, messages_about, views_about

DOCS = REPOSITORY / "docs"
VOID = ("meta", "input", "hr", "br")


class Nesting(HTMLParser):
    """Follows what is open, and says what was closed out of turn."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.words, self.scripts = [], [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.scripts += tag == "script" or any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def read(text):
    found = Nesting()
    found.feed(text)
    found.close()
    return found


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_is_whole_html_without_scripts(name):
    found = read(pages()[name])

    assert ([], [], 0) == (found.open, found.wrong, found.scripts)


def test_whatever_we_post_can_be_drawn_and_words_stay_words():
    evil = "<script>alert(1)</script> & <b onclick=x>"
    facts = a_card(subject=evil, words=evil, requester=evil)
    parts = [message(one.blocks, "10:00", {}) for one in messages_about(evil, facts)]
    parts += [modal(view, {}) for view in views_about(evil, facts) if view["type"] == "modal"]
    found = read(page("All", parts))

    assert ([], 0) == (found.wrong, found.scripts)
    assert evil in "".join(found.words)


def test_every_picture_of_the_documentation_is_a_scene_and_every_scene_is_shown():
    named = re.findall(r"\]\(pictures/(\w+)\.png\)", (DOCS / "slack.md").read_text(encoding="utf-8"))

    assert sorted(SCENES) == sorted(named)
    assert [] == [name for name in named if not (DOCS / "pictures" / f"{name}.png").is_file()]


def test_every_picture_says_in_words_what_it_shows():
    words = re.findall(r"!\[([^\]]*)\]", (DOCS / "slack.md").read_text(encoding="utf-8"))

    assert [] == [one for one in words if len(one) < 20]


def test_a_mention_is_a_name_and_an_entity_is_a_sign():
    text = {"type": "mrkdwn", "text": "<@U0BOB> &amp;lt;b&amp;gt; *bold*"}
    shown = message([{"type": "section", "text": text}], "10:00", {"U0BOB": "Bob"})

    assert '<span class="mention">@Bob</span> &amp;lt;b&amp;gt; <strong>bold</strong>' in shown


def test_the_blocks_that_are_drawn_are_those_that_we_use():
    used = {block["type"] for one in messages_about("x", a_card()) for block in one.blocks}
    used |= {block["type"] for view in views_about("x", a_card()) for block in view["blocks"]}

    assert set(BLOCKS) == used


@pytest.mark.slow
def test_chromium_draws_every_scene(tmp_path):
    chromium = require("chromium")
    drawn = draw(tmp_path, chromium)

    assert len(SCENES) == sum(one.stat().st_size > 5000 for one in drawn)
