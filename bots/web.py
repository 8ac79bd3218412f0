"""A small HTTP server for what comes to us by call: webhooks of the chats.

It listens where the configuration says, behind whatever ends TLS, takes bodies up to a limit and says
nothing about itself. A handler answers only after what came is committed.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

MOST_BYTES = 1024 * 1024
DRAIN_SECONDS = 5.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebListener:
    """Every POST below its root goes to one handler, which knows the paths."""

    def __init__(self, listen: str, handler: Handler) -> None:
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post("/{path:.*}", handler)
        application.on_response_prepare.append(_say_nothing)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=DRAIN_SECONDS)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once it does; the port that was chosen where none was named."""
        host, port, *_ = self._runner.addresses[0]
        return str(host), int(port)


async def _say_nothing(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
