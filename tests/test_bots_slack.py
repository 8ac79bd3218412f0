"""The Slack channel in a whole desk, the short way: a mail in, a card out, an event kept."""

import asyncio

from sqlalchemy import func, select

from slack_world import a_slack, world
from store.tables import inbox


def test_a_mail_becomes_a_card_and_what_is_written_in_slack_is_kept_before_it_is_acknowledged(tmp_path):
    async def story():
        async with a_slack(redeliver_after=30.0) as slack, world(tmp_path, slack) as desk:
            await desk.mail(subject="Calls drop")
            card = await desk.card()
            await desk.slack.say(desk.space.sam, card.channel, "I look at it.", thread_ts=card.ts)
            await desk.slack.wait_until_idle()
            kept = desk.read(
                lambda work: work.connection.execute(
                    select(func.count()).select_from(inbox).where(inbox.c.source == "slack")
                ).scalar()
            )
            return card.text, kept, {(ack.type, ack.retry_attempt) for ack in desk.slack.acks}

    text, kept, acks = asyncio.run(story())

    assert "VS-1001 · Calls drop" in text
    assert (1, {("events_api", 0)}) == (kept, acks)
