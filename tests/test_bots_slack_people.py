"""What is known of somebody is what Slack says by now, and what it says is asked once."""

import asyncio

from bots.slack.people import People


class Slow:
    """Asked for somebody, it answers when it is time, as it was when it was asked."""

    def __init__(self) -> None:
        self.user = {"id": "U1", "is_restricted": False}
        self.asked = 0
        self.is_asked = asyncio.Event()
        self.is_time = asyncio.Event()

    async def ask(self, team, call):
        self.asked += 1
        self.is_asked.set()
        answer = {"user": dict(self.user)}
        await self.is_time.wait()
        return answer


def test_who_became_a_guest_while_slack_was_asked_for_them_is_one():
    async def story():
        slack = Slow()
        people = People(slack)
        early = asyncio.create_task(people.one("T1", "U1"))
        await slack.is_asked.wait()
        slack.user["is_restricted"] = True
        people.forget("U1")
        slack.is_time.set()
        await early
        return (await people.one("T1", "U1"))["is_restricted"]

    assert asyncio.run(story())


def test_slack_is_asked_once_for_somebody_who_has_not_changed():
    async def story():
        slack = Slow()
        people = People(slack)
        slack.is_time.set()
        for _ in range(3):
            await people.one("T1", "U1")
        return slack.asked

    assert 1 == asyncio.run(story())
