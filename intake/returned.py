"""What a delivery report says about one mail of ours, and what follows from it.

A report counts when it came to the return address of a promise (VERP), or names a Message-ID of
ours together with the very address that it went to; any other changes nothing. What failed for
good marks its address, and so do three failures within a week that were for now: nothing more is
sent there, and agents are told which customer that is. A full mailbox is for now, and a mail that
was too large or whose content was refused says nothing about its address. What comes back from
agents is noted only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.context import Context
from intake.decisions import (
    Audience,
    Decision,
    Fate,
    MarkReturned,
    Notice,
    Verdict,
    is_for_customers,
)
from intake.guards import Guard
from intake.mail.statuses import enhanced_in
from intake.messages import Inbound, Outbound, Report, ReportedRecipient
from intake.tickets import Returned

FAILURES_THAT_MARK = 3
COUNTED_FOR = timedelta(days=7)
NOT_OURS = "It reports on no mail of ours; nothing is changed."
WRONG_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
ABOUT_THE_MAIL = ("5.2.3", "5.3.4", "5.6.")  # its size and content, not whoever it was for
FULL = "5.2.2"  # a mailbox can be emptied, so it is for now whatever its class (RFC 3463 §3.3)

# Enhanced status codes (RFC 3463) without their class, the longer ones first.
MEANINGS = (
    ("1.1", "there is no such mailbox"),
    ("1.2", "there is no such domain"),
    ("1.6", "the mailbox has moved"),
    ("1.10", "the domain takes no mail"),
    ("1.", "the address is wrong"),
    ("2.1", "the mailbox is closed"),
    ("2.2", "the mailbox is full"),
    ("2.3", "the mail is too large for the mailbox"),
    ("2.", "something is wrong with the mailbox"),
    ("3.4", "the mail is too large for their server"),
    ("3.", "their mail server cannot take mail"),
    ("4.7", "their mail server was not reached for too long"),
    ("4.", "their mail server was not reached"),
    ("5.", "the two mail servers do not understand each other"),
    ("6.", "the content was refused"),
    ("7.", "their mail server refuses our mail"),
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One verdict and what a report's row must look like for it."""

    verdict: Verdict
    actions: tuple[str, ...]
    classes: tuple[str, ...]  # beginnings of the status; "" for every one


# The first row that fits. A report without an action has found words for a failure; one without a
# status and an action may be anything, and so does not mark an address by itself.
TABLE = (
    Verdicts(Verdict.DELAYED, ("delayed",), ("",)),
    Verdicts(Verdict.DELIVERED, ("delivered", "relayed", "expanded"), ("",)),
    Verdicts(Verdict.DELIVERED, ("",), ("2.",)),
    Verdicts(Verdict.FAILED_FOR_NOW, ("failed", ""), ("4.", FULL, *ABOUT_THE_MAIL)),
    Verdicts(Verdict.FAILED, ("failed", ""), ("5.",)),
    Verdicts(Verdict.FAILED, ("failed",), ("",)),
    Verdicts(Verdict.FAILED_FOR_NOW, ("",), ("",)),
)


def reported(inbound: Inbound, guard: Guard, context: Context, now: datetime) -> Decision:
    """What happens because of a delivery report."""
    assert inbound.report is not None
    returned = context.returned
    row = _row_about(inbound.report, returned, is_by_verp=context.bounced is not None) if returned else None
    if returned is None or row is None:
        return Decision(guard.fate, guard.name, NOT_OURS, ticket=context.ticket)
    mark = _mark(row, returned, now)
    told = (_told(inbound, mark, returned),) if _is_news(mark, returned) else ()
    return Decision(Fate.BOUNCE, guard.name, mark.said, ticket=context.ticket, changes=(mark,), notices=told)


def refused_for_good(promise: int, outbound: Outbound, reason: str) -> MarkReturned | None:
    """What follows when the server that was to take a mail says at once that its address is wrong."""
    status = enhanced_in(reason)
    if not status.startswith(WRONG_ADDRESS) or not is_for_customers(outbound.notice):
        return None
    returned = Returned(promise, outbound.recipient.address, outbound.notice, name=outbound.recipient.name)
    row = ReportedRecipient(returned.address, status, "failed")
    said = _said(row, Verdict.FAILED, returned, marks=True)
    return MarkReturned(promise, returned.address, Verdict.FAILED, status, said, marks=True)


def verdict_of(row: ReportedRecipient) -> Verdict:
    return next(
        one.verdict for one in TABLE if row.action in one.actions and row.status.startswith(one.classes)
    )


def meaning_of(status: str) -> str:
    """An enhanced status code in words, "" for one that says nothing."""
    detail = status.partition(".")[2]
    fits = (words for start, words in MEANINGS if detail == start or _begins(detail, start))
    return next(fits, "")


def _begins(detail: str, start: str) -> bool:
    return start.endswith(".") and detail.startswith(start)


def _row_about(report: Report, returned: Returned, *, is_by_verp: bool) -> ReportedRecipient | None:
    """The row of the address that we wrote to; a mail that was forwarded may come back from another.

    Only our own return address makes sure of that: whoever reads a Message-ID can name other people.
    """
    wrote_to = returned.address.lower()
    if found := next((one for one in report.recipients if one.recipient.lower() == wrote_to), None):
        return found
    if not is_by_verp:
        return None
    verdicts = {verdict_of(one): one for one in report.recipients}  # it went on to several: the best counts
    best = (verdicts[one] for one in reversed(Verdict) if one in verdicts)
    return next(best, ReportedRecipient(returned.address, "", ""))


def _mark(row: ReportedRecipient, returned: Returned, now: datetime) -> MarkReturned:
    verdict = verdict_of(row)
    is_customers = is_for_customers(returned.notice)
    is_for_now = verdict is Verdict.FAILED_FOR_NOW
    is_counted = is_customers and not (is_for_now and returned.came_back)  # one mail is one failure
    earlier = sum(1 for at in returned.failures if now - at < COUNTED_FOR)
    is_enough = verdict is Verdict.FAILED or (is_for_now and earlier + 1 >= FAILURES_THAT_MARK)
    marks = is_counted and is_enough and not returned.is_marked
    said = _said(row, verdict, returned, marks=marks)
    return MarkReturned(returned.promise, returned.address, verdict, row.status, said, marks, is_counted)


def _said(row: ReportedRecipient, verdict: Verdict, returned: Returned, *, marks: bool) -> str:
    why = ", ".join(filter(None, (meaning_of(row.status), row.status and f"status {row.status}")))
    words = f"{returned.whom}: {OUTCOMES[verdict]}{f' ({why})' if why else ''}"
    if marks and verdict is Verdict.FAILED_FOR_NOW:
        words += ", the third time within a week"
    return f"{words}; nothing more is sent to {returned.address}" if marks else words


OUTCOMES = {
    Verdict.FAILED: "cannot be reached, a mail came back",
    Verdict.FAILED_FOR_NOW: "a mail came back, which may be for now",
    Verdict.DELAYED: "a mail is delayed, their server is still tried",
    Verdict.DELIVERED: "a mail was delivered",
}


def _is_news(mark: MarkReturned, returned: Returned) -> bool:
    """Did a customer not get a mail of ours, and agents do not know yet that they cannot be reached?"""
    has_failed = mark.verdict in (Verdict.FAILED, Verdict.FAILED_FOR_NOW)
    return has_failed and mark.is_counted and not returned.is_marked


def _told(inbound: Inbound, mark: MarkReturned, returned: Returned) -> Notice:
    facts = {
        "address": returned.address,
        "who": returned.name,
        "status": mark.status,
        "why": meaning_of(mark.status),
        "text": inbound.text,
        "is_given_up": mark.marks,
        "instead": returned.others[0] if returned.others else "",
        "ways": tuple(_ways(returned)),
        "promise": mark.promise,
    }
    return Notice("agent-undelivered", Audience.AGENTS, facts, "auto-generated")


def _ways(returned: Returned) -> Iterable[str]:
    """By what else they may be reached, in words that are names in every language."""
    yield from returned.others[1:]
    yield from (f"{kind}: {account}" for kind, account in returned.accounts if account)
