"""The sender of the benchmark, a process of its own: as many mails as it can, over so many connections.

`python benchmarks/load.py PORT CONNECTIONS FILE` sends the mails of a file (a pickled list)
and prints a line of JSON. Every connection sends one mail after another, each command
when the one before was answered. What a mail waits for is counted from the moment its last
byte was handed to the connection until it was answered.
"""

import asyncio
import json
import pickle
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mails import Mail

LIMIT_SECONDS = 300


class Sender(asyncio.Protocol):
    """One connection; its answers come line by line, and each makes it say the next thing."""

    def __init__(self, waiting: list[Mail], waits: list[float], wrong: list[str]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        self._waits = waits
        self._wrong = wrong
        self._heard = b""
        self._said = "connect"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not derived from it

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\n")
            if line[3:4] != b"-":
                self._answered(line)

    def connection_lost(self, error: Exception | None) -> None:
        if self._said != "quit":
            self._wrong.append(f"connection lost after {self._said}: {error}")
        if not self.ended.done():
            self.ended.set_result(None)

    def _answered(self, line: bytes) -> None:
        expected = b"354" if self._said == "data" else b"2"
        if not line.startswith(expected):
            self._wrong.append(f"{self._said}: {line.decode(errors='replace').strip()}")
        match self._said:
            case "connect":
                self._say("ehlo", b"EHLO load.example\r\n")
            case "ehlo":
                self._next()
            case "mail":
                self._say("rcpt", b"RCPT TO:<%s>\r\n" % self._mail.recipient.encode())
            case "rcpt":
                self._say("data", b"DATA\r\n")
            case "data":
                self._say("end", self._mail.data)
                self._since = time.perf_counter()
            case "end":
                self._waits.append(time.perf_counter() - self._since)
                self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._say("quit", b"QUIT\r\n")
            return
        self._mail = self._waiting.pop()
        self._say("mail", b"MAIL FROM:<%s>\r\n" % self._mail.sender.encode())

    def _say(self, what: str, words: bytes) -> None:
        self._said = what
        self._transport.write(words)


async def send(port: int, connections: int, mails: list[Mail]) -> dict[str, object]:
    """Send all mails; how long it took, how long each waited, what was not as it should be."""
    loop = asyncio.get_running_loop()
    waiting = mails[::-1]
    waits: list[float] = []
    wrong: list[str] = []
    began, cpu = time.perf_counter(), time.process_time()
    senders = [
        (await loop.create_connection(lambda: Sender(waiting, waits, wrong), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.wait_for(asyncio.gather(*(one.ended for one in senders)), LIMIT_SECONDS)
    return {
        "seconds": time.perf_counter() - began,
        "sender_cpu": time.process_time() - cpu,
        "waits": sorted(waits),
        "wrong": wrong[:5],
    }


def main() -> None:
    port, connections, file = sys.argv[1:]
    mails = pickle.loads(Path(file).read_bytes())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(send(int(port), int(connections), mails))))


if __name__ == "__main__":
    main()
