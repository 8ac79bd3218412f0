"""What words mean of the desk's own names: a severity by its rank, a team, an organisation, or nothing.

Each policy has severities of its own. Urgent, high, normal and low are understood everywhere: where the
policy has no severity of that name, the worst, the second, the default and the last one are meant.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from intake.errors import CommandRefused
from intake.policy import Policy
from intake.suggestions import closest, did_you_mean
from store import queues
from store.people_lists import listed_organisations
from store.queues import Wish
from store.work import SqlWork

KINDS = ("team", "org", "organisation")
MOST_NAMES = 10  # a desk may have thousands of organisations
RANKS: Mapping[str, Callable[[Policy], str]] = {
    "urgent": lambda policy: next(iter(policy.severities)),
    "high": lambda policy: list(policy.severities)[:2][-1],
    "normal": lambda policy: policy.file.default_severity,
    "low": lambda policy: list(policy.severities)[-1],
}


def severity_named(policy: Policy, word: str) -> str:
    """The severity that a word means, "" for none: by the policy's own name in any case, else by rank."""
    known = {name.lower(): name for name in policy.severities}
    wanted = word.strip().lower()
    return known.get(wanted) or (RANKS[wanted](policy) if wanted in RANKS else "")


def severity_meant(policy: Policy, word: str) -> str:
    """The same; CommandRefused with the closest one where there is none."""
    if found := severity_named(policy, word):
        return found
    raise CommandRefused(f"no severity {word[:40]!r}; {nearest(word, policy.severities, RANKS)}")


def nearest(word: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """The end of a refusal: the closest of the words that are understood, else those that are known.

    `also` are understood, and no names of the desk's own. Of several words the first that is near one counts.
    """
    known = list(known)
    every = [*known, *also]
    near = next(filter(None, (closest(one, every) for one in (word, *word.split()))), "")
    return f'did you mean "{near}"?' if near else did_you_mean(word, known)


def filter_meant(word: str) -> str:
    """The end of a refusal of `tem:x`, "" for a word that is no such filter."""
    kind, colon, rest = word.partition(":")
    near = closest(kind, KINDS) if colon else ""
    return f'did you mean "{near}:{rest[:40]}"?' if near else ""


def check_names(work: SqlWork, wish: Wish, policy: Policy, now: datetime) -> None:
    """CommandRefused for a team or an organisation that there is not."""
    if wish.team and not queues.count(work, wish, now):
        teams = {one.name for one in policy.file.team} | {one.team for one in work.agents() if one.team}
        if wish.team.lower() not in map(str.lower, teams):
            raise CommandRefused(f"no team {wish.team[:40]!r}{_hint(wish.team, teams)}")
    if wish.organisation and not queues.count(work, wish, now):
        names = [one.name for one in listed_organisations(work)]
        if not any(one.lower().startswith(wish.organisation.lower()) for one in names):
            raise CommandRefused(
                f"no organisation {wish.organisation[:40]!r}{_hint(wish.organisation, names)}"
            )


def _hint(word: str, names: Iterable[str]) -> str:
    """The closest one in any case, else the first few."""
    known = sorted(names)
    if near := closest(word, known):
        return f'; did you mean "{near}"?'
    first = known[:MOST_NAMES]
    more = ", …" if len(known) > len(first) else ""
    return f"; known: {', '.join(first)}{more}" if first else ""
