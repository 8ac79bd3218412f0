"""Whether a mailbox can be read, before mail is at stake: for `deskbell check`."""

from pathlib import Path

from bots.imap.connection import account_of
from bots.imap.errors import CommandFailed
from bots.imap.mailbox import Mailbox
from bots.settings import ImapSettings


def check_mailbox(name: str, settings: ImapSettings, folder: Path) -> str:
    """Enter each folder and say in one line what is there; raises DeskbellError with what is wrong."""
    account = account_of(name, settings, folder)
    found = [_found(Mailbox.enter(account, one), one, settings.after) for one in settings.folders]
    return f"{account.username} at {account.host}:{account.port}: {'; '.join(found)}"


def _found(box: Mailbox, folder: str, after: str) -> str:
    try:
        end = box.select().uidnext
        how = "the server calls when mail comes" if box.can_idle() else "polled"
        words = f"{folder}: {len(box.uids(0, end))} mails, {len(box.unseen(end))} unseen, {how}"
        return f"{words}{_doubt(box, after)}"
    finally:
        box.close()


def _doubt(box: Mailbox, after: str) -> str:
    """What will be made by `serve`, or cannot be done."""
    word, _, name = after.partition(":")
    try:
        is_missing = word == "move" and not box.has_folder(name)
    except CommandFailed as error:
        return f", but folders cannot be listed ({error})"
    return f", {name} will be made" if is_missing else ""
