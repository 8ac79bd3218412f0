"""What agents do in Slack: each module has a table of listeners, and `LISTENERS` is all of them.

`doing` is what every act has in common, `answering` what somebody reads whose act was not done.
"""

from bots.slack.acts import card
from bots.slack.listening import Listener

LISTENERS: tuple[Listener, ...] = (*card.LISTENERS,)
