"""What one check of a mail came to, before DMARC puts them together."""

from enum import StrEnum


class Proof(StrEnum):
    """What a signature or a connection proves about the domain in From."""

    PASSED = "passed"
    NONE = "none"
    UNSURE = "unsure"  # a look-up failed: neither proved nor disproved
