"""`deskbell policy replay`: whose fate a changed policy would change, and why; it changes nothing.

Over the messages that the desk has received, or over mailboxes. A mailbox is read as though
it had come to a desk without tickets, in which its threads then grow; the people are the
desk's. The messages of the desk are judged among everything else that happened there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bots.console import in_words, json_line, safe, show
from bots.door import letter_from
from bots.mailboxes import Found, Missed, believed, survey
from bots.progress import advancing
from bots.replay import Outcome, Stimulus, replay
from bots.wiring import Wired, load_policy, template_names
from intake.decisions import Fate
from intake.errors import ConfigError
from intake.handle import Letter
from intake.mail.weight import is_heavy
from intake.messages import Assurance, Raw
from intake.policy import Policy
from store.past import Event, Stock, Stored, events, highest_number, raw_of, stock
from store.replica import Replica

FIRST_MADE_UP = 1_000_001  # numbers of tickets that only a replay opens
NOTHING_STORED = (
    "the desk has no message of that time; name a mailbox with old mail: an mbox, a Maildir or a folder"
)
NOTHING_READ = "the mailboxes have no mail of that time"
SUMMARY = ("before", "after", "messages")


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment, up to another and without it; None: without an end."""

    since: datetime | None
    until: datetime | None

    def has(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def replay_policy(
    wired: Wired,
    policy: str,
    against: str,
    span: Span,
    mailboxes: Sequence[Path],
    *,
    proven: bool,
    as_json: bool,
) -> None:
    """Print what would fare otherwise under a policy, and how much of each kind."""
    known = template_names(wired.settings.desk.templates)
    new = load_policy(policy, known)
    old = load_policy(against, known) if against else wired.setup.policy
    if mailboxes:
        outcomes = _of_mailboxes(wired, old, new, mailboxes, span, proven=proven)
    else:
        outcomes = _of_the_desk(wired, old, new, span)
    moves: Counter[tuple[Fate, Fate]] = Counter()
    judged = ruled = 0
    for outcome in outcomes:
        judged += 1
        if outcome.is_changed:
            moves[outcome.before.fate, outcome.after.fate] += 1
            typer.echo(_line(outcome, wired.desk.timezone, as_json))
        elif outcome.before.rule != outcome.after.rule:
            ruled += 1
    if not judged:
        typer.echo(NOTHING_READ if mailboxes else NOTHING_STORED, err=True)
    if not as_json:
        _summarise(judged, ruled, moves)


def span_of(since: str, until: str, zone: str) -> Span:
    """The span that two options name; a day without a time is the whole of it, in the desk's zone."""
    begin = _moment("--since", since, zone) if since else None
    end = _moment("--until", until, zone) if until else None
    if end is not None and _is_day(until):
        end += timedelta(days=1)
    return Span(begin, end)


def _moment(option: str, words: str, zone: str) -> datetime:
    try:
        if _is_day(words):
            return datetime.combine(date.fromisoformat(words), time(), ZoneInfo(zone))
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        right = "write 2026-03-01 or 2026-03-01T09:00"
        raise ConfigError([f"{option}: {words!r} is no date; {right}"]) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _is_day(words: str) -> bool:
    return "T" not in words and " " not in words


# The messages of the desk


def _of_the_desk(wired: Wired, old: Policy, new: Policy, span: Span) -> Iterator[Outcome]:
    with wired.store.reading() as work:
        found = stock(work, span.since, span.until)
        past = events(work, found.messages)
        first_made_up = max(FIRST_MADE_UP, highest_number(work) + 1)
    _tell_what_is_left_out(found)
    coming = advancing(_stored(wired, found.messages, first_made_up), len(found.messages), "replaying")
    return replay(wired, old, new, Replica(wired.store, past, found.messages), past, coming)


def _tell_what_is_left_out(found: Stock) -> None:
    for reason, number in found.left_out.items():
        typer.echo(f"{number} messages {reason} are left out", err=True)


def _stored(wired: Wired, messages: Sequence[Stored], first_made_up: int) -> Iterator[Stimulus]:
    for place, message in enumerate(messages):
        with wired.store.reading() as work:
            raw = raw_of(work, message.id)
        if raw is not None:  # its bytes may have been purged since the survey
            number = message.ticket if message.fate is Fate.OPEN else 0
            yield Stimulus(
                message.id, _letter(wired, raw, message), message.at, number or first_made_up + place
            )


def _letter(wired: Wired, raw: Raw, message: Stored) -> Letter:
    """The message as it was read then: who wrote it is as sure as it was, whatever is trusted now."""
    channel = wired.settings.channel.get(raw.source)
    letter = letter_from(raw, str(getattr(channel, "trust_authentication_results", "")))
    in_session = bool(getattr(channel, "refuse_in_session", False)) and not is_heavy(raw.body)
    inbound = letter.inbound
    if message.assurance is not Assurance.TOKEN:  # which is in the mail itself
        inbound = replace(inbound, assurance=message.assurance)
    return replace(letter, inbound=inbound, refuse_in_session=in_session)


# Mailboxes


def _of_mailboxes(
    wired: Wired, old: Policy, new: Policy, mailboxes: Sequence[Path], span: Span, *, proven: bool
) -> Iterator[Outcome]:
    absent = [f"{path}: there is no such mailbox" for path in mailboxes if not path.exists()]
    if absent:
        raise ConfigError(absent)
    found = survey(mailboxes, datetime.now(UTC))
    for missed in found.missed:
        _tell(missed)
    mails = advancing(found.mails(), len(found), "replaying")
    no_past: list[Event] = []
    stimuli = _read(wired, mails, span, proven=proven)
    return replay(wired, old, new, Replica(wired.store, no_past), no_past, stimuli)


def _read(wired: Wired, mails: Iterable[Found | Missed], span: Span, *, proven: bool) -> Iterator[Stimulus]:
    """Each mail of a span once, however many of the mailboxes hold it."""
    pinned = believed(wired.settings)
    known: set[str] = set()
    for place, mail in enumerate(mails):
        if isinstance(mail, Missed):
            _tell(mail)
        elif span.has(mail.received_at):
            letter = letter_from(Raw("email", "mailbox", mail.body, mail.received_at), pinned)
            if letter.inbound.identity not in known:
                known.add(letter.inbound.identity)
                letter = _proven(letter) if proven else letter
                yield Stimulus(mail.name, letter, mail.received_at, FIRST_MADE_UP + place)


def _proven(letter: Letter) -> Letter:
    """The same from whom it says, if it says one."""
    if letter.inbound.sender_count != 1:
        return letter
    return replace(letter, inbound=replace(letter.inbound, assurance=Assurance.ALIGNED))


def _tell(missed: Missed) -> None:
    typer.echo(f"{safe(missed.name)}: {safe(missed.because)}", err=True)


# What is printed


def _line(outcome: Outcome, zone: str, as_json: bool) -> str:
    told = outcome.as_contract()
    if as_json:
        return json_line(told)
    who, at = told["from"] or "nobody", in_words(outcome.stimulus.at, zone)
    head = f"{told['message']}  {at}  {who}  {told['subject'] or '(no subject)'}"
    before, after = (
        f"{one.fate} ({one.rule})" + (f" {one.ticket}" if one.ticket and one.ticket < FIRST_MADE_UP else "")
        for one in (outcome.before, outcome.after)
    )
    return f"{safe(head)}\n    {safe(before)} -> {safe(after)}: {safe(outcome.after.because)}"


def _summarise(judged: int, ruled: int, moves: Counter[tuple[Fate, Fate]]) -> None:
    changed = sum(moves.values())
    by_rule = f"; {ruled} more by another rule, to the same end" if ruled else ""
    typer.echo(f"{judged} messages replayed, {changed} would fare otherwise{by_rule}")
    rows = [
        {"before": before, "after": after, "messages": number}
        for (before, after), number in moves.most_common()
    ]
    if rows:
        show(rows, SUMMARY, as_json=False, nothing="")
