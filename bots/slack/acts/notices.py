"""What a notice under which somebody pressed is about: found by what was posted, not by the button.

A button's value is a hint. One that names another message or promise than its notice was about does
nothing, like one of a notice that is not ours.
"""

from bots.slack.acts.doing import NotFound, pressed
from bots.slack.listening import Acting, Call
from bots.slack.workspaces import MEDIUM
from store import outbox, posts
from store.work import SqlWork


async def message_of(acting: Acting, call: Call) -> int:
    """The held message that the notice is about."""
    return await _about(acting, call, "message", pressed(call).message)


async def promise_of(acting: Acting, call: Call) -> int:
    """The promise that the notice is about: what did not arrive."""
    return await _about(acting, call, "promise", pressed(call).promise)


async def _about(acting: Acting, call: Call, name: str, wanted: int) -> int:
    def read(work: SqlWork) -> object:
        post = posts.post_at(work, MEDIUM, f"{acting.team}/{acting.channel}", acting.ts)
        notice = outbox.one(work, post.outbox) if post and post.outbox else None
        return notice.outbound.extra.get(name) if notice else None

    about = await call.hands.desk.read(read)
    if not wanted or about != wanted:
        raise NotFound("that message")
    return wanted
