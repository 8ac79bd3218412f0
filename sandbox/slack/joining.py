"""Somebody enters a channel: the event of it, and the line that Slack writes into the channel.

That line is a message like any other but for its subtype: an app that takes every message for
words from a person finds out here.
"""

from sandbox.slack.events import Events
from sandbox.slack.things import Channel, Message, User
from sandbox.slack.world import World


def announce_joined(world: World, events: Events, channel: Channel, user: User, inviter: str = "") -> None:
    """Tell of somebody who is a member now."""
    subtype = "group_join" if channel.is_private else "channel_join"
    words = f"<@{user.id}> has joined the {channel.kind}"
    line = Message(channel.id, world.new_ts(), user.id, words, user.team, subtype=subtype)
    world.post(line)
    events.joined(channel, user, inviter)
    events.message(line, **({"inviter": inviter} if inviter else {}))
