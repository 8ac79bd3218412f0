"""What agents do in Slack: each module has a table of listeners, and `LISTENERS` is all of them.

`doing` is what every act has in common, `answering` what somebody reads whose act was not done.
`loops_of` runs beside them: answers that waited to be undone go out,
and the lines about them say what became of them.
"""

from collections.abc import Sequence

from bots.chat import Loop
from bots.slack.acts import call as calls
from bots.slack.acts import (
    card,
    closing,
    delivery,
    details,
    held,
    more,
    opening,
    preview,
    redact,
    reply,
    stuck,
    submitted,
    surveys,
    thread,
)
from bots.slack.acts.receipts import Receipts
from bots.slack.acts.sending import Sending
from bots.slack.listening import Hands, Listener

LISTENERS: tuple[Listener, ...] = (
    *card.LISTENERS,
    *thread.LISTENERS,
    *preview.LISTENERS,
    *reply.LISTENERS,
    *opening.LISTENERS,
    *more.LISTENERS,
    *submitted.LISTENERS,
    *closing.LISTENERS,
    *details.LISTENERS,
    *calls.LISTENERS,
    *redact.LISTENERS,
    *held.LISTENERS,
    *delivery.LISTENERS,
    *stuck.LISTENERS,
    *surveys.LISTENERS,
)


def loops_of(name: str, hands: Hands) -> Sequence[Loop]:
    """What runs while the desk serves, each with its name."""
    return ((f"{name} answers", Sending(hands).run), (f"{name} receipts", Receipts(hands).run))
