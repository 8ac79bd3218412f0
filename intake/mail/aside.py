"""What a parser need not look at: the large bodies of a mail, which wait aside while it reads the rest.

The library's parser takes every line in its hands, so a file of twenty megabytes costs it seconds and ten
times its size. Where the boundaries are is known before; whole lines between them are replaced
by one line that stands for them, and put back into the part that it ends up in.
"""

import re
from dataclasses import dataclass, field

LARGE = 32 * 1024
_MOST_TRIES = 20


@dataclass(slots=True)
class Aside:
    """The lines that were taken out, by the order in which they were."""

    mark: bytes = b""
    stretches: list[bytes] = field(default_factory=list)

    def put(self, body: bytes, start: int, end: int) -> tuple[int, int, bytes] | None:
        """Keep the whole lines of a stretch but for those at its ends; from where to where they stood, and
        the line for them. None where it is not worth it."""
        first = body.find(b"\n", body.find(b"\n", start, end) + 1, end) + 1
        last = body.rfind(b"\n", start, max(end - 2, start)) + 1
        if first <= 0 or last - first < LARGE:
            return None
        self.mark = self.mark or _unused(body)
        if not self.mark:
            return None
        self.stretches.append(body[first:last])
        return first, last, b"%s%d;\r\n" % (self.mark, len(self.stretches) - 1)

    def restored(self, data: bytes) -> bytes:
        """A part's bytes with the lines where they were."""
        if not self.mark or self.mark not in data:
            return data
        line = re.compile(re.escape(self.mark) + rb"(\d+);\r\n")
        return line.sub(lambda found: self.stretches[int(found[1])], data)


def _unused(body: bytes) -> bytes:
    """A word that stands nowhere in the mail; b"" for a mail that has all we try."""
    words = (b"x-set-aside-%d-" % number for number in range(_MOST_TRIES))
    return next((word for word in words if word not in body), b"")
