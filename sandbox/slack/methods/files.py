"""files.*: uploads in three steps, and what there is to know of a file."""

import mimetypes
import secrets
from typing import Any

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.chat import written
from sandbox.slack.refusals import Refused, badly_shaped
from sandbox.slack.shapes import file_json
from sandbox.slack.things import Channel, File, Json

MOST_CHANNELS = 100


def upload_url(call: Call) -> Json:
    """Somewhere to put the bytes of a file that is yet to be shared."""
    length = call.number("length", 0)
    if length < 1:
        raise badly_shaped("invalid_arguments", ["must be greater than 0 [json-pointer:/length]"])
    name = call.text("filename")
    file = File(
        call.world.new_id("F"),
        call.team.id,
        call.team.bot_user,
        name,
        expected=length,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        created=call.world.now(),
    )
    call.world.files[file.id] = file
    address = f"{call.world.base_url}/upload/v1/{file.id}/{secrets.token_urlsafe(12)}"
    return {"upload_url": address, "file_id": file.id}


def complete(call: Call) -> Json:
    files = [_uploaded(call, one) for one in _listed(call)]
    for channel in _channels(call):
        _share(call, channel, files)
    return {"files": [file_json(call.world, one) for one in files]}


def info(call: Call) -> Json:
    file = call.world.files.get(call.text("file"))
    if file is None or not _is_visible(call, file):
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    return {"file": file_json(call.world, file), "comments": [], "paging": {}}


def delete(call: Call) -> Json:
    """Only its own; in the messages that it came with it is a tombstone from then on."""
    file = call.world.files.get(call.text("file"))
    if file is None or not _is_visible(call, file):
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    if file.user != call.team.bot_user:
        raise Refused("cant_delete_file")
    file.deleted = True
    return {}


def _listed(call: Call) -> list[Json]:
    listed: Any = call.args.get("files")
    if not isinstance(listed, list) or not all(isinstance(one, dict) and one.get("id") for one in listed):
        raise badly_shaped("invalid_arguments", ["missing required field: id [json-pointer:/files/0]"])
    return listed


def _uploaded(call: Call, listed: Json) -> File:
    """A file of ours whose bytes have come and which has not been shared before."""
    file = call.world.files.get(str(listed["id"]))
    if file is None or file.content is None or file.user != call.team.bot_user or file.is_complete:
        raise Refused("file_not_found")
    file.is_complete = True
    file.title = str(listed.get("title") or file.name)
    return file


def _channels(call: Call) -> list[Channel]:
    identities = call.names("channels") or call.names("channel_id")
    if len(identities) > MOST_CHANNELS:
        raise Refused("invalid_channel")
    return [call.world.own_channel(call.team, one) for one in identities]


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    message = written(call, channel, call.text("initial_comment"), [])
    message.files = list(files)
    message.subtype = "file_share"
    for file in files:
        file.channels.append(channel.id)
    call.world.post(message)
    call.events.message(message)


def _is_visible(call: Call, file: File) -> bool:
    if file.user == call.team.bot_user:
        return True
    channels = (call.world.channels[one] for one in file.channels)
    return any(call.team.bot_user in channel.members for channel in channels)


METHODS = (
    Method("files.getUploadURLExternal", upload_url, ("files:write",), 4, ("filename",)),
    Method("files.completeUploadExternal", complete, ("files:write",), 4, ("files",)),
    Method("files.delete", delete, ("files:write",), 3, ("file",)),
    Method("files.info", info, ("files:read",), 4, ("file",)),
)
