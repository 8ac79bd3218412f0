"""The server for webhooks: whoever dawdles is cut off, and it says nothing about itself."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bots.web import WebListener

HURRY = 0.3  # seconds; a request that is whole may take longer than that to answer
LIMIT = 30.0
HEAD = b"POST /hook HTTP/1.1\r\nHost: desk\r\n"


async def _answered(request: web.Request) -> web.Response:
    await asyncio.sleep(2 * HURRY)
    return web.Response(text=(await request.read()).decode())


def _served(steps):
    """What some steps against a listener that is in a hurry come to."""

    async def run():
        listener = WebListener("127.0.0.1:0", _answered, HURRY)
        await listener.start()
        try:
            return await asyncio.wait_for(steps(*listener.address), LIMIT)
        finally:
            await listener.stop()

    return asyncio.run(run())


@pytest.mark.parametrize("said", [b"", b"POST /ho", HEAD, HEAD + b"Content-Length: 9\r\n\r\nhalf"])
def test_a_connection_that_does_not_say_its_request_is_ended(said):
    async def steps(host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(said)
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    assert b"" == _served(steps)


@pytest.mark.slow
def test_a_whole_request_has_the_time_that_its_answer_takes_and_learns_nothing_of_the_server():
    async def steps(host, port):
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://{host}:{port}/hook", data=b"whole") as answer,
        ):
            return await answer.text(), "Server" in answer.headers, answer.headers["Connection"]

    assert ("whole", False, "close") == _served(steps)
