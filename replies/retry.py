"""When to try again: a table of waits that adds up to three days.

Pure: how often it was tried and what went wrong in, the next wait out. The other side's
own "not before" is obeyed. The jitter, a number from 0 to 1 that the caller draws, makes a
wait up to a fifth longer, so that what failed together does not come back together.
"""

from dataclasses import dataclass
from datetime import timedelta

from intake.errors import DeliveryError, TemporaryFailure

SPREAD = 0.2
LONGEST = timedelta(days=3)
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
    *(timedelta(hours=4),) * 17,  # 71 hours and 21 minutes in all
)


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """`wait` before the next try, None to give up; `why` is for the agent who is then told."""

    wait: timedelta | None
    why: str


def retry(attempts: int, error: DeliveryError, jitter: float = 0.0) -> RetryDecision:
    """Decide after a failure; `attempts` counts the tries so far, this one included."""
    if not isinstance(error, TemporaryFailure):
        return RetryDecision(None, str(error))
    wait = _wait(attempts, error.retry_after or timedelta())
    if wait is None:
        return RetryDecision(None, f"given up after {attempts} tries: {error}")
    return RetryDecision(wait * (1 + SPREAD * jitter), str(error))


def _wait(attempts: int, retry_after: timedelta) -> timedelta | None:
    if attempts > len(WAITS) or retry_after > LONGEST:
        return None
    return max(WAITS[max(attempts, 1) - 1], retry_after)
