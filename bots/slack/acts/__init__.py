"""What agents do in Slack: each module has a table of listeners, and `LISTENERS` is all of them."""

from bots.slack.listening import Listener

LISTENERS: tuple[Listener, ...] = ()
