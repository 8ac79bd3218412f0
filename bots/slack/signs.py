"""The bot's own signs on messages: 🔒 on what became a note. Promised like words, so that none is lost."""

from datetime import datetime

from bots.slack.calls import Refused
from bots.slack.speaking import Speaking, Where
from bots.slack.workspaces import MEDIUM
from intake.errors import PermanentFailure
from intake.handle import Setup
from intake.messages import Address, Outbound
from store.work import SqlWork

SIGN = "sign"  # the first word of the address of such a promise
NOTICE = "agent-sign"
GONE = frozenset({"already_reacted", "message_not_found", "no_item_specified", "too_many_reactions"})


def promise_sign(work: SqlWork, setup: Setup, place: str, ts: str, name: str, now: datetime) -> None:
    """Owe a reaction to a message at a place (team/channel)."""
    address = Address("", f"{SIGN} {place}/{ts}")
    message_id = setup.addresses.message_id(0, now)
    work.promise(Outbound(MEDIUM, address, NOTICE, name, f":{name}:", message_id), None, now)


async def carry_sign(speaking: Speaking, place: str, name: str) -> str:
    """React; what has it already or is not there any more is done with."""
    team, channel, ts = place.split("/")
    where = Where(team, channel)
    try:
        await speaking.said(
            where.team, lambda client: client.reactions_add(channel=channel, timestamp=ts, name=name)
        )
    except PermanentFailure as error:
        if not (isinstance(error.__cause__, Refused) and error.__cause__.error in GONE):
            raise
    return ts
