"""A line between a reader and its IMAP server that a test can spoil: answer itself, stall, or cut.

Commands are seen line by line, answers pass as they are. Everything else is the real server.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65536


class Stall(Exception):
    """Raised by a spoiler: from now on nothing passes, and nobody says why."""


class Cut(Exception):
    """Raised by a spoiler: the connection ends here."""


Spoiler = Callable[[bytes], bytes | None]  # a command's line -> what to answer in the server's place, or None


def nothing(line: bytes) -> bytes | None:
    return None


@dataclass(slots=True)
class Proxy:
    """Listens on `port`; `spoil` may be replaced at any time, `lines` are the commands that came."""

    target: int
    spoil: Spoiler = nothing
    split: bool = False  # hand answers over byte by byte
    lines: list[bytes] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    sockets: list[socket.socket] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                self.sockets += [client, server]
                threading.Thread(target=self._commands, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answers, args=(client, server), daemon=True).start()

    def _commands(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client.makefile("rb") as lines:
            for line in lines:
                self.lines.append(line)
                try:
                    answer = self.spoil(line)
                except Stall:
                    self.stalled.set()
                    return
                except Cut:
                    break
                if answer is None:
                    server.sendall(line)
                else:
                    client.sendall(answer)
        _end(client, server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(CHUNK):
                for piece in [data[i : i + 1] for i in range(len(data))] if self.split else [data]:
                    client.sendall(piece)
        _end(client, server)


@contextmanager
def between(target: int) -> Iterator[Proxy]:
    """A proxy in front of this port of the loopback, until the block ends."""
    proxy = Proxy(target)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy.port = listener.getsockname()[1]
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
    for one in proxy.sockets:
        _end(one)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
