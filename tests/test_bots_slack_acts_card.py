"""Buttons and menus of a card: who may press them, what is written, what they read who came too late."""

import asyncio
from pathlib import Path

from bots.slack.blocks import names
from slack_world import world

FIRST = 1001


def test_a_claim_is_written_acknowledged_and_shown(tmp_path: Path) -> None:
    async def run() -> tuple[str, bool, str]:
        async with world(tmp_path) as here:
            await here.mail()
            card = await here.card()
            click = await here.slack.click(here.space.sam, card.channel, card.ts, names.CLAIM)
            await click.answered()
            await here.settle()
            ticket = here.read(lambda work: work.ticket(FIRST))
            return ticket.assignee.email, click.is_acked, str(here.cards()[0].blocks)

    email, is_acked, blocks = asyncio.run(run())

    assert ("sam@vendor.example", True) == (email, is_acked)
    assert names.UNCLAIM in blocks
