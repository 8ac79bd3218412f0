"""What a notice under which somebody pressed is about: found by what was posted, not by the button.

A button's value is a hint. One that names another message or promise than its notice was about does
nothing, like one of a notice that is not ours. A notice whose post Slack has not answered yet is
waited for.
"""

from bots.slack import coming
from bots.slack.acts.doing import NotFound, pressed
from bots.slack.listening import Acting, Call
from bots.slack.workspaces import MEDIUM
from store import outbox, posts
from store.posts import Post
from store.work import SqlWork


async def message_of(acting: Acting, call: Call) -> int:
    """The held message that the notice is about."""
    return await _about(acting, call, "message", pressed(call).message)


async def promise_of(acting: Acting, call: Call) -> int:
    """The promise that the notice is about: what did not arrive."""
    return await _about(acting, call, "promise", pressed(call).promise)


async def draft_of(acting: Acting, call: Call) -> int:
    """The answer that the notice is about: what a fault of ours keeps back."""
    return await _about(acting, call, "draft", pressed(call).draft)


async def _about(acting: Acting, call: Call, name: str, wanted: int) -> int:
    desk, place = call.hands.desk, f"{acting.team}/{acting.channel}"

    def find(work: SqlWork) -> coming.Found:
        return coming.Found(posts.post_at(work, MEDIUM, place, acting.ts), 0)

    def is_coming(work: SqlWork) -> bool:
        return outbox.is_any_on_its_way(work, MEDIUM, name, wanted)

    if not wanted:
        raise NotFound("that message")
    found = await coming.found_by_press(desk, find, acting.ts, is_coming)
    if await desk.read(lambda work: _named(work, found.post, name)) != wanted:
        raise NotFound("that message")
    return wanted


def _named(work: SqlWork, post: Post | None, name: str) -> object:
    notice = outbox.one(work, post.outbox) if post and post.outbox else None
    return notice.outbound.extra.get(name) if notice else None
