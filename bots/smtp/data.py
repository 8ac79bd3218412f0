"""The mail behind DATA: read in blocks, ended only by CRLF . CRLF (RFC 5321 §4.1.1.4).

aiosmtpd reads line by line and keeps an object a line, which costs two thirds of the
speed, and gigabytes for a mail of empty lines. Here the only things looked for are the
end and the dots that were doubled; what could be the beginning of the end waits in
`_carry` for the next block. A bare CR or LF ends nothing, so no second mail can be
smuggled in behind a first.

A mail over a limit is read to its end all the same, since the other side listens only
then, but nothing of it is kept. A large one waits on disk, not in memory.
"""

import tempfile
from typing import IO

from bots.smtp.limits import MIB, Budget, Limits

END = b"\r\n.\r\n"
BEGINNINGS_OF_END = tuple(END[:size] for size in range(len(END) - 1, 0, -1))
IN_MEMORY = MIB

TOO_BIG = "552 5.3.4 the message is larger than the {limits.message_bytes} bytes that are taken here"
TOO_MANY_LINES = "552 5.3.4 the message has more than the {limits.message_lines} lines that are taken here"
LINE_TOO_LONG = "500 5.6.0 a line is longer than the {limits.line_bytes} bytes that are taken here"
TOO_MUCH_AT_ONCE = "452 4.3.1 too much mail is under way here, try again later"


class Data:
    """One mail as it comes in; `trouble` is the reply it has earned, "" while all is well.

    `head` goes in front and must lack its last CRLF: the line end that opens the data
    (a dot may be the very first octet) closes it.
    """

    def __init__(self, head: bytes, limits: Limits, budget: Budget) -> None:
        self.trouble = ""
        self._limits = limits
        self._budget = budget
        self._kept = bytearray(head)  # not a list: a mail may come in a million tiny pieces
        self._file: IO[bytes] | None = None
        self._carry = b"\r\n"
        self._size = -len(self._carry)
        self._lines = -1
        self._open_line = 0  # octets of the line that has not ended yet
        self._taken = 0

    def feed(self, block: bytes) -> bytes | None:
        """Take the next block; what stands behind the end, or None while there is no end."""
        block = self._carry + block
        end = block.find(END)
        if end >= 0:
            self._keep(block[: end + 2])
            return block[end + len(END) :]
        cut = len(block) - _beginning_of_end(block)
        self._carry = block[cut:]
        self._keep(block[:cut])
        return None

    def body(self) -> bytes:
        """The whole mail, without the doubled dots."""
        if self._file is None:
            return bytes(self._kept)
        self._spool()
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Give back what was taken; harmless when repeated."""
        self._drop()
        self._budget.give_back(self._taken)
        self._taken = 0

    def _keep(self, piece: bytes) -> None:
        if self.trouble:
            return
        self.trouble = self._judge(piece).format(limits=self._limits)
        if self.trouble:
            self._drop()
            return
        self._kept += piece.replace(b"\r\n.", b"\r\n")
        if len(self._kept) > IN_MEMORY:
            self._spool()

    def _judge(self, piece: bytes) -> str:
        self._size += len(piece)
        self._lines += piece.count(b"\n")
        if self._size > self._limits.message_bytes:
            return TOO_BIG
        if self._lines > self._limits.message_lines:
            return TOO_MANY_LINES
        if self._has_long_line(piece):
            return LINE_TOO_LONG
        if not self._budget.take(len(piece)):
            return TOO_MUCH_AT_ONCE
        self._taken += len(piece)
        return ""

    def _has_long_line(self, piece: bytes) -> bool:
        """Jumps from line end to line end as far as the limit reaches: few steps, however short the lines."""
        limit = self._limits.line_bytes
        start = -self._open_line
        while len(piece) - start > limit:
            newline = piece.rfind(b"\n", max(start, 0), start + limit)
            if newline < 0:
                return True
            start = newline + 1
        newline = piece.rfind(b"\n")
        self._open_line = len(piece) - (start if newline < 0 else newline + 1)
        return False

    def _spool(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  (close() closes it)
        self._file.write(self._kept)
        self._kept = bytearray()

    def _drop(self) -> None:
        self._kept = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = None


def _beginning_of_end(block: bytes) -> int:
    """How many of the last octets could belong to the end."""
    return next((len(part) for part in BEGINNINGS_OF_END if block.endswith(part)), 0)
