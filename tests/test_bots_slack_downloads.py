"""Files come from Slack's hosts only, in their limits, and the token goes nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web

from bots.slack.calls import Lost
from bots.slack.downloads import Downloads

MIB = 1024 * 1024


@dataclass
class Host:
    """A server that has files, and one elsewhere that must never see the token."""

    url: str = ""
    elsewhere: str = ""
    tokens: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        match request.match_info["name"]:
            case "page":
                return web.Response(body=b"<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
            case "away":
                raise web.HTTPFound(f"{self.elsewhere}/stolen")
            case "none":
                return web.Response(status=404)
            case "broken":
                return web.Response(status=503)
            case "endless":
                response = web.StreamResponse()
                await response.prepare(request)
                for _ in range(30):
                    await response.write(b"x" * 100_000)
                return response
        return web.Response(body=b"words of " + request.headers["Authorization"].encode())

    async def steal(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        return web.Response(body=b"stolen")


@asynccontextmanager
async def hosts() -> AsyncIterator[Host]:
    host = Host()
    runners = []
    for name, handler in (("url", host.serve), ("elsewhere", host.steal)):
        app = web.Application()
        app.router.add_get("/{name}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        setattr(host, name, f"http://127.0.0.1:{runner.addresses[0][1]}")
        runners.append(runner)
    try:
        yield host
    finally:
        for runner in runners:
            await runner.cleanup()


async def fetched(named: str, is_last_try: bool = True, **told: object):
    """What comes of one file; `named` is a path of Slack's, or a whole address. Its host heard the token?"""
    async with hosts() as host, aiohttp.ClientSession() as session:
        workspace = SimpleNamespace(client=SimpleNamespace(token="xoxb-1"))

        async def of(team: str) -> SimpleNamespace:
            return workspace

        speaking = SimpleNamespace(workspaces=SimpleNamespace(session=session, of=of))
        url = (
            named.replace("ELSEWHERE", host.elsewhere)
            if ":" in named or "ELSE" in named
            else f"{host.url}/{named}"
        )
        file = {"name": "a.txt", "mimetype": "text/plain", "url_private": url} | told
        downloads = Downloads(speaking, f"{host.url}/api/", 1)
        return await downloads.fetch("T1", [file], is_last_try=is_last_try), host.tokens


def test_a_file_is_fetched_with_the_bots_token():
    found, _ = asyncio.run(fetched("a.txt"))

    assert ([b"words of Bearer xoxb-1"], ()) == ([one.data for one in found.files], found.defects)


@pytest.mark.parametrize(
    ("named", "told", "why"),
    [
        ("page", {}, "a page came in its place"),
        ("page", {"mimetype": "text/html", "size": 6}, "a page came in its place"),  # another page
        ("away", {}, "HTTP 302"),
        ("none", {}, "HTTP 404"),
        ("endless", {}, "larger than 1 MiB"),
        ("a.txt", {"size": 2 * MIB}, "larger than 1 MiB"),
        ("ELSEWHERE/a.txt", {}, "it does not lie with Slack"),
        ("https://files.slack.com.evil.example/a.txt", {}, "it does not lie with Slack"),
        ("https://user@evil.example:443/files.slack.com", {}, "it does not lie with Slack"),
        ("http://files.slack.com/a.txt", {}, "it does not lie with Slack"),  # in clear
        ("file:///etc/passwd", {}, "it does not lie with Slack"),
    ],
)
def test_what_cannot_be_had_is_left_out_and_said_and_the_token_stays_with_slack(named, told, why):
    found, stolen = asyncio.run(fetched(named, **told))

    assert ((), True, []) == (found.files, why in found.defects[0], stolen)


def test_a_page_that_was_promised_is_a_file():
    found, _ = asyncio.run(fetched("page", mimetype="text/html"))

    assert ["text/html"] == [one.content_type for one in found.files]


def test_what_may_be_had_later_makes_the_message_wait_but_not_for_ever():
    with pytest.raises(Lost):
        asyncio.run(fetched("broken", is_last_try=False))

    found, _ = asyncio.run(fetched("broken"))

    assert "HTTP 503" in found.defects[0]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("a\x00b\n.txt", "a_b_.txt"), ("", "file"), ("..", "file")],
)
def test_a_name_is_a_name_and_no_path(name, kept):
    found, _ = asyncio.run(fetched("a.txt", name=name))

    assert [kept] == [one.name for one in found.files]
