"""From a mail at the SMTP port to what Slack is told: words stay words, and stay where they belong."""

import asyncio
import json

import pytest

import slack_shown
from slack_shown import live_in, live_words
from slack_world import world

HOSTILE = "<!channel> <@U0EVE> @here <http://evil.example|bank> &lt;!here&gt; \u202e*x* :fire:"
SECRET = "The password is in the header"


def told(slack):
    """Everything that was ever said by a method of Slack's, with the error it was answered with."""
    return [(one.method, one.args, one.error) for one in slack.calls if one.method.startswith("chat.")]


async def posted(folder, subject, text, **settings):
    async with world(folder, **settings) as found:
        await found.mail(subject=subject, text=text)
        await found.card()
        await found.settle()
        return found, told(found.slack)


@pytest.mark.slow
def test_hostile_words_in_a_mail_are_words_in_slack(tmp_path, monkeypatch):
    found, calls = asyncio.run(posted(tmp_path, HOSTILE, f"{HOSTILE}\n\n" * 20))
    monkeypatch.setattr(slack_shown, "OURS", slack_shown.OURS | {found.space.sam, found.space.tim})
    blocks = [
        json.loads(args["blocks"]) if isinstance(args["blocks"], str) else args["blocks"]
        for _, args, _ in calls
    ]
    live = [one for many in blocks for one in live_in(many)]
    live += [one for _, args, _ in calls for one in live_words(args["text"], is_literal=False)]

    assert ([], set()) == (live, {error for _, _, error in calls if error})
    assert len(calls) >= 2  # the card, and the words in its thread
    assert "evil.example" in json.dumps(blocks)


@pytest.mark.slow
def test_a_report_for_a_protected_team_is_a_card_without_words_in_the_common_channel(tmp_path):
    _, calls = asyncio.run(posted(tmp_path, "A vulnerability in the login", SECRET))
    said = json.dumps([args for _, args, _ in calls])

    assert ([], True) == (
        [one for one in ("login", SECRET, "ana@", "Ana") if one in said],
        "security" in said,
    )
