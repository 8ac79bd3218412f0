"""What every channel is given: the one door through which a message comes in.

A channel tells the outside "yes" only after `accept` has returned, because only then
is the message kept for good. Whatever `accept` raises means "later", never "no".
"""

from typing import Protocol

from intake.decisions import Receipt
from intake.messages import Raw


class Accept(Protocol):
    """Keeps a message for good; the same one again gets its first receipt."""

    async def __call__(self, raw: Raw) -> Receipt: ...
