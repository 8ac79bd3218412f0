"""Groups: the bot says once that it talks in private, and leaves, because others would read along."""

from dataclasses import replace
from datetime import datetime

from bots.telegram.heard import Heard
from intake.decisions import Audience, Notice, Recipient
from intake.handle import Setup
from intake.messages import Address, Outbound
from store import inbox
from store.inbox import Waiting
from store.seen import is_first
from store.work import SqlWork

MEDIUM = "telegram"


def leave_group(work: SqlWork, heard: Heard, waiting: Waiting, setup: Setup, now: datetime) -> None:
    """Promise to leave a group that we are in; with a word, the first time."""
    inbox.settle(work, waiting.id)
    if heard.is_blocked or not heard.chat:
        return
    if is_first(work, MEDIUM, f"group {heard.place}", now):
        work.promise(_goodbye(heard, setup, now), None, now)


def _goodbye(heard: Heard, setup: Setup, now: datetime) -> Outbound:
    notice = Notice("write-privately", Audience.SENDER, {}, "auto-replied")
    to = Recipient(Address("", heard.place), language=heard.language, channel=MEDIUM)
    worded = setup.wording.word(notice, to, None, None, now)
    return replace(worded, lane=heard.place, extra={"dialogue": True, "leave": True})
