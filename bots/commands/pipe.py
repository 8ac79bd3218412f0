"""`deskbell pipe`: one mail from standard input, for `.forward` and a mail server's pipes.

The mail server asks by the exit code alone (sysexits): 0 is said after the commit that holds
the mail, 75 is "try again later" for whatever goes wrong with us, a wrong word on the command
line included. Nothing else is ever said: any other code makes the mail server return the mail
to an address that may be forged. So what a policy would refuse in an SMTP session is held,
and a mail over the size limit stays in the mail server's queue until somebody looks.

Heavy mail is kept as it came and decided by the desk that serves.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import typer

from bots.authentication import Checks, checks_of
from bots.door import letter_from
from bots.keeping import Keeping
from bots.settings import LARGEST_MIB, Settings
from bots.smtp.limits import MIB
from bots.wiring import Wired, wire
from intake.errors import ConfigError, TemporaryFailure
from intake.mail.weight import is_heavy
from intake.messages import Envelope, Raw
from intake.suggestions import did_you_mean

OK, TRY_AGAIN = 0, 75  # EX_OK and EX_TEMPFAIL of sysexits.h
SOURCE = "pipe"
MOST_RECIPIENTS = 100
NULL_SENDERS = frozenset(
    {"", "<>", "mailer-daemon"}
)  # the last is what Postfix and local mailers write for it

MBOX_LINE = re.compile(rb"\A>?From (\S*)[^\n]{0,1000}\n")
RETURN_PATH = re.compile(rb"^Return-Path:[ \t]*(?:<([^<>\s]*)>|(\S+))", re.IGNORECASE | re.MULTILINE)
RECIPIENT = tuple(
    re.compile(name + rb":[ \t]*<?([^<>\s]+@[^<>\s]+)>?", re.IGNORECASE | re.MULTILINE)
    for name in (rb"^X-Original-To", rb"^Delivered-To")
)
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
HEAD_BYTES = 64 * 1024


def run(
    config: Callable[[], Path], channel: str, sender: str | None, recipients: Sequence[str], mail: BinaryIO
) -> int:
    """Keep one mail; the exit code."""
    try:
        _keep(config(), channel, sender, recipients, mail)
    except BaseException as error:  # noqa: BLE001  whatever it is, the mail server has to keep the mail
        typer.echo(f"deskbell pipe: try again later: {_reason(error)}", err=True)
        return TRY_AGAIN
    return OK


def _keep(config: Path, channel: str, sender: str | None, recipients: Sequence[str], mail: BinaryIO) -> None:
    wired = wire(config)
    try:
        trusted, most_mib = _settings_of(wired.settings, channel)
        body = mail.read(most_mib * MIB + 1)
        if len(body) > most_mib * MIB:
            raise TemporaryFailure(f"the mail is larger than the {most_mib} MiB that are taken here")
        raw = raw_from(body, channel or SOURCE, sender, recipients, datetime.now(UTC))
        keeping = Keeping(wired.store, wired.setup)
        if is_heavy(raw.body):
            keeping.keep_pending(raw)
        else:
            letter = letter_from(raw, trusted, _checks(wired, channel))
            keeping.receive([replace(letter, refuse_in_session=False)])
    finally:
        wired.store.close()


def _checks(wired: Wired, channel: str) -> Checks | None:
    """The channel's own check of who wrote, without SPF: the connection was the mail server's."""
    settings = wired.settings.mail_channels.get(channel)
    checks = checks_of(settings, wired.settings.dns, wired.folder) if settings else None
    return replace(checks, by_connection=False) if checks else None


def raw_from(body: bytes, source: str, sender: str | None, recipients: Sequence[str], now: datetime) -> Raw:
    """The mail with its envelope: as it was given, else as the mail server wrote it above the mail."""
    line = MBOX_LINE.match(body)
    body = body[line.end() :] if line else body
    head = _head(body)
    if sender is None:
        sender = _sender_in(head) or (line[1].decode("ascii", "replace") if line else None)
    found = tuple(dict.fromkeys(recipients or _recipients_in(head)))[:MOST_RECIPIENTS]
    return Raw("email", source, body, now, _envelope(sender, found))


def _envelope(sender: str | None, recipients: tuple[str, ...]) -> Envelope:
    """None where no sender is known: an empty one would mean a machine's."""
    if sender is None:
        return Envelope()
    null = sender.strip().lower() in NULL_SENDERS
    return Envelope("" if null else sender.strip(" <>"), recipients)


def _head(body: bytes) -> bytes:
    end = END_OF_HEAD.search(body, 0, HEAD_BYTES)
    return body[: end.start() + 1 if end else HEAD_BYTES]


def _sender_in(head: bytes) -> str | None:
    """The topmost Return-Path, "<>" for the null one."""
    found = RETURN_PATH.search(head)
    if found is None:
        return None
    return (found[1] or found[2] or b"<>").decode("ascii", "replace")


def _recipients_in(head: bytes) -> list[str]:
    """The topmost of each kind: further down anybody may have written it."""
    found = (pattern.search(head) for pattern in RECIPIENT)
    return [one[1].decode("ascii", "replace") for one in found if one]


def _settings_of(settings: Settings, name: str) -> tuple[str, int]:
    """What a channel trusts and how much it takes; without one nothing is trusted."""
    if not name:
        return "", LARGEST_MIB
    channels = settings.mail_channels
    if name not in channels:
        raise ConfigError([f"--channel: no channel {name!r} for mail; {did_you_mean(name, channels)}"])
    channel = channels[name]
    trusted = str(getattr(channel, "trust_authentication_results", ""))
    return trusted, int(getattr(channel, "max_message_mib", LARGEST_MIB))


def _reason(error: BaseException) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words[:500]
