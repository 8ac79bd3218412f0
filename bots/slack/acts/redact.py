"""Taking a secret out of all that a ticket has kept, asked for in a form; the secret is never shown."""

import asyncio
from datetime import UTC, datetime

from bots.redaction import OUTSIDE, Outcome, sought, take_out, told
from bots.slack.acts.answering import submitting
from bots.slack.acts.doing import seen_ticket
from bots.slack.acts.forms import block_of, typed
from bots.slack.blocks import modals, names
from bots.slack.listening import Acting, Call, Kind, Listener
from intake.errors import CommandRefused
from store import erasing
from store.again import show_again
from store.work import SqlWork

TITLE = "Redact"


async def submit(acting: Acting, call: Call) -> None:
    """Find it and take it out in one transaction; then say which kinds, and from how many places."""
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    number = names.pressed_in(str(view["private_metadata"])).ticket
    is_given = typed(view, names.CONFIRMED) == "text"
    secret = typed(view, names.SECRET) if is_given else ""

    def act(work: SqlWork) -> Outcome:
        seen_ticket(work, number, agent, desk.setup.policy)
        now, addresses = datetime.now(UTC), desk.setup.addresses
        found = sought(work, desk.setup.policy, number, 0, secret)
        outcome = take_out(work, found, 0, agent.email, now)
        show_again(work, outcome.redaction, lambda: addresses.message_id(0, now), now)
        return outcome

    async with submitting(acting, call, block_of(view, names.SECRET)) as page:
        if is_given and not secret:
            raise CommandRefused("write the text that is to be taken out")
        outcome = await desk.write(act)
        lines = list(told(outcome, "is"))
        if not outcome.redaction.is_empty and (left := await asyncio.to_thread(erasing.clear, desk.store)):
            lines.append(f"Still to do: {left}.")
        page.view = modals.message_view(TITLE, "\n".join((*lines, OUTSIDE))[:2900])


LISTENERS = (Listener(Kind.VIEW, names.VIEW_REDACT, submit),)
