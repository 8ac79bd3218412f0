"""The bytes of one connection: input by lines or blocks, output in one write, no end of patience.

Answers are gathered and written when there is nothing left to read, so a client that
sends its commands in one go (PIPELINING, RFC 2920) gets the answers in one go. Reading
stops while too much input waits; writing waits while the other side does not read.
"""

import asyncio

INPUT_WAITING = 128 * 1024
OUTPUT_WAITING = 32 * 1024
TOO_MUCH = b".."  # stands for what was cut off, so that the line stays too long


class Wire:
    def __init__(self, loop: asyncio.AbstractEventLoop, line_limit: int) -> None:
        self.input = bytearray()
        self.is_closed = False
        self._loop = loop
        self._line_limit = line_limit
        self._output = bytearray()
        self._transport: asyncio.Transport | None = None
        self._has_ended = False
        self._is_paused = False
        self._heard: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody waits for input just now."""
        return self._heard is not None

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    @transport.setter
    def transport(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._is_paused = False

    async def line(self) -> bytes | None:
        """The next line without its end, None at the end; one too long is cut but stays so."""
        if len(self._output) > OUTPUT_WAITING:
            await self.flush()
        while (end := self.input.find(b"\n")) < 0:
            if len(self.input) > self._line_limit + 1:  # one more may be the CR of a line that fits
                self.input[self._line_limit :] = TOO_MUCH
            if not await self.more():
                return None
        line = self.input[:end]
        del self.input[: end + 1]
        return bytes(line.rstrip(b"\r\n"))

    def block(self) -> bytes:
        """All that is here."""
        block = bytes(self.input)
        self.input.clear()
        return block

    async def more(self) -> bool:
        """Write what was said, then wait for input; False when there will be none."""
        had = len(self.input)
        await self.flush()
        while len(self.input) <= had and not self._has_ended:
            self._resume()
            self._heard = self._loop.create_future()
            try:
                await self._heard
            finally:
                self._heard = None
        return len(self.input) > had

    def say(self, reply: bytes) -> None:
        self._output += reply

    async def flush(self) -> None:
        """Write what was said, and wait while the other side does not read."""
        self.write()
        while self._writable is not None:
            await asyncio.shield(self._writable)

    def write(self) -> None:
        if self._output and not self.is_closed:
            self.transport.write(bytes(self._output))
        self._output.clear()

    def close(self) -> None:
        """Write what was said and hang up."""
        self.write()
        self.is_closed = True
        self.input.clear()
        self.end()
        self.write_again()
        self.transport.close()

    def hear(self, block: bytes) -> None:
        if self.is_closed:
            return
        self.input += block
        if len(self.input) > INPUT_WAITING and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()
        self._wake()

    def end(self) -> None:
        """There will be no more input."""
        self._has_ended = True
        self._wake()

    def lose(self) -> None:
        """The connection is gone."""
        self.is_closed = True
        self.end()
        self.write_again()

    def write_no_more(self) -> None:
        self._writable = self._writable or self._loop.create_future()

    def write_again(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def _wake(self) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)

    def _resume(self) -> None:
        if self._is_paused and not self.is_closed:
            self._is_paused = False
            self.transport.resume_reading()
