"""A small HTTP server for what comes to us by call: webhooks of the chats.

It listens where the configuration says, behind whatever ends TLS, takes bodies up to a limit and says
nothing about itself. A handler answers only after what came is committed. A connection is for one
request, and whoever does not say it whole in some seconds is cut off: else a few hundred who dawdle
would leave no room for anybody else, nor for mail.
"""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

MOST_BYTES = 1024 * 1024
DRAIN_SECONDS = 3.0  # for what is under way when the desk stops
ARRIVAL_SECONDS = 10.0  # from the connection to the last byte of its request
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebListener:
    """Every POST below its root goes to one handler, which knows the paths and gets whole requests only."""

    def __init__(self, listen: str, handler: Handler, patience: float = ARRIVAL_SECONDS) -> None:
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._handler = handler
        self._patience = patience
        self._whole: set[asyncio.Protocol] = set()  # connections whose request is here
        self._server: asyncio.Server | None = None
        application = web.Application(client_max_size=MOST_BYTES)
        application.router.add_post("/{path:.*}", self._arrived)
        application.on_response_prepare.append(_say_little)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=DRAIN_SECONDS)

    async def start(self) -> None:
        """Listen from now on; OSError where that cannot be."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connected, self._host, self._port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once it does; the port that was chosen where none was named."""
        assert self._server
        host, port, *_ = self._server.sockets[0].getsockname()
        return str(host), int(port)

    def _connected(self) -> asyncio.Protocol:
        assert self._runner.server
        connection = self._runner.server()
        asyncio.get_running_loop().call_later(self._patience, self._look_after, connection)
        return connection

    def _look_after(self, connection: web.RequestHandler) -> None:
        if connection in self._whole:
            self._whole.discard(connection)
        elif connection.transport is not None:
            connection.transport.abort()

    async def _arrived(self, request: web.Request) -> web.StreamResponse:
        try:
            await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except ConnectionError:  # it was cut off, or has left: nobody reads this
            return web.Response(status=408)
        self._whole.add(request.protocol)
        return await self._handler(request)


async def _say_little(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
    response.force_close()
    response.headers["Connection"] = "close"  # the library has told already that it stays open
