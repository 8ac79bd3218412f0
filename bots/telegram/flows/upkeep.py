"""What time alone does to chats: silent accounts end, and what is too old is forgotten."""

from datetime import datetime

from bots.telegram.saying import MEDIUM
from intake.handle import Setup
from store import accounts, codes, dialogues
from store.accounts import IDLE
from store.buttons import forget_buttons
from store.work import SqlWork

__all__ = ["look_after"]


def look_after(work: SqlWork, setup: Setup, now: datetime) -> int:
    """To be done about once an hour; how many accounts were ended."""
    silent = [one for one in accounts.silent_since(work, now - IDLE) if one.medium == MEDIUM]
    for account in silent:
        accounts.end(work, account, accounts.SILENT, "deskbell", now)
    codes.forget_codes(work, now)
    dialogues.forget_states(work, now)
    forget_buttons(work, now)
    return len(silent)
