"""A call that an agent writes down: a message of the requester's like any other, which the policy decides."""

import hashlib
from datetime import UTC, datetime

from bots import phoned
from bots.slack.acts.answering import submitting
from bots.slack.acts.doing import seen_ticket
from bots.slack.acts.forms import block_of, typed
from bots.slack.blocks import modals, names
from bots.slack.listening import Acting, Call, Kind, Listener
from intake import handle
from intake.decisions import Fate
from intake.errors import CommandRefused
from intake.handle import Letter
from store.work import SqlWork

TAKEN = frozenset({Fate.APPEND, Fate.OPEN})


async def submit(acting: Acting, call: Call) -> None:
    """Take it in; where the policy does not want it as a ticket, say what it made of it."""
    view, desk, agent = call.body["view"], call.hands.desk, acting.agent
    assert agent
    number = names.pressed_in(str(view["private_metadata"])).ticket
    phone = typed(view, names.PHONE)
    said = phoned.Call(
        typed(view, names.REQUESTER),
        typed(view, names.SUBJECT),
        typed(view, names.TEXT),
        typed(view, names.CHANNEL) or "phone",
        typed(view, names.SEVERITY_OF_NEW),
        {"phone": phone} if phone else {},
        number,
        hashlib.sha256(f"slack call {view['id']}".encode()).hexdigest(),
    )

    def act(work: SqlWork) -> str:
        now = datetime.now(UTC)
        if number:
            seen_ticket(work, number, agent, desk.setup.policy)
        inbound = phoned.logged_call(work, desk.setup, agent, said, now)
        receipt = handle.receive_in(work, Letter(None, inbound), desk.setup, now)
        if receipt.fate not in TAKEN:
            return f"It was taken down, and no ticket has it: {receipt.because}"
        return ""

    async with submitting(acting, call, block_of(view, names.REQUESTER)) as page:
        if not said.subject and not said.text:
            raise CommandRefused("write what they said")
        if other := await desk.write(act):
            page.view = modals.message_view("Log a call", other)


LISTENERS = (Listener(Kind.VIEW, names.VIEW_LOG_CALL, submit),)
