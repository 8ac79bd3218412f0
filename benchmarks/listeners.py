"""The two listeners whose handler does nothing, a process each: `python benchmarks/listeners.py NAME PORT`.

They run on the same event loop, with the same host name and limits. They say yes to every mail
and forget it, so what is measured is receiving alone.
"""

import asyncio
import sys
from pathlib import Path

import uvloop
from aiosmtpd.smtp import SMTP

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bots.smtp import BACKLOG, SmtpChannel
from bots.smtp.limits import MIB, Limits
from intake.decisions import Receipt
from intake.messages import Raw

HOST = "127.0.0.1"
NAME = "mail.vendor.example"


class Nothing:
    """What aiosmtpd calls a handler."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        return "250 OK"


async def stock(port: int) -> None:
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Nothing(), hostname=NAME, enable_SMTPUTF8=True, data_size_limit=25 * MIB, loop=loop)  # noqa: E731
    await loop.create_server(make, HOST, port, backlog=BACKLOG)
    await asyncio.Event().wait()


async def ours(port: int) -> None:
    async def accept(raw: Raw) -> Receipt:
        return Receipt(1, None)

    limits = Limits(connections_per_address=100)
    await SmtpChannel("mail", f"{HOST}:{port}", "smtp", accept, lambda _: True, NAME, limits).start()
    await asyncio.Event().wait()


LISTENERS = {"stock": stock, "ours": ours}


def main() -> None:
    name, port = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(LISTENERS[name](int(port)))


if __name__ == "__main__":
    main()
