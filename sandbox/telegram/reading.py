"""A request on the wire becomes a query, in whichever of the four forms the bot sent it.

Files come as parts of a multipart form, named by their field; together they may have 50 MB.
"""

import json
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from sandbox.telegram import refusals
from sandbox.telegram.files import LARGEST_UPLOAD
from sandbox.telegram.query import Query, Upload
from sandbox.telegram.refusals import Refused

LARGEST_BODY = LARGEST_UPLOAD + 65536  # the fields around a file


async def query_in(request: web.Request) -> Query:
    """The call in whichever of the four forms it came."""
    method, args = request.match_info["method"], dict(request.query)
    try:
        if request.content_type == "application/json":
            return Query(method, args | await _json(request))
        if request.content_type == "multipart/form-data":
            fields, files = await _parts(request)
            return Query(method, args | fields, files)
        return Query(method, args | {name: str(value) for name, value in (await request.post()).items()})
    except web.HTTPRequestEntityTooLarge as error:
        raise Refused(413, refusals.TOO_LARGE) from error
    except ValueError as error:  # a form that is none
        raise refusals.bad_request("can't parse the request") from error


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        read = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise refusals.bad_request("can't parse JSON object") from error
    if not isinstance(read, dict):
        raise refusals.bad_request("object expected")
    return read


async def _parts(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    fields, files, total = {}, {}, 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read())
        total += len(content)
        if total > LARGEST_BODY:
            raise Refused(413, refusals.TOO_LARGE)
        if part.filename is None:
            fields[part.name] = content.decode(errors="replace")
        else:
            files[part.name] = Upload(content, part.filename, part.headers.get("Content-Type", ""))
    return fields, files
