"""The server for webhooks: whoever dawdles is cut off, and it says nothing about itself."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bots.web import WebListener

pytestmark = pytest.mark.slow

HURRY, CALM = 0.3, 1.0  # seconds; a request that is whole may take longer than that to answer
LIMIT = 30.0
HEAD = b"POST /hook HTTP/1.1\r\nHost: desk\r\n"


def _served(steps, patience=HURRY):
    """What some steps come to against a listener whose handler is slower than its patience."""

    async def answered(request):
        while request.protocol in listener._whole:  # noqa: ASYNC110  until it has been looked after
            await asyncio.sleep(0.01)
        return web.Response(text=(await request.read()).decode())

    async def run():
        nonlocal listener
        listener = WebListener("127.0.0.1:0", answered, patience)
        await listener.start()
        try:
            return await asyncio.wait_for(steps(*listener.address), LIMIT)
        finally:
            await listener.stop()

    listener = None
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

    assert ("whole", False, "close") == _served(steps, CALM)
