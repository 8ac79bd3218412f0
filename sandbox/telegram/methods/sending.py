"""Methods that put a message into a chat: text, files by upload or by id, albums; and "is typing".

The order of the checks is the real server's: first what is sent, then the keyboard, then the chat.
A message that passed them all is in the chat when the method returns.
"""

from typing import Any

from sandbox.telegram.files import LARGEST_PHOTO, Kept, content_of, known_content
from sandbox.telegram.keyboards import markup_of
from sandbox.telegram.markup import formatted
from sandbox.telegram.methods.shapes import Method, open_chat
from sandbox.telegram.payloads import message_payload
from sandbox.telegram.query import Query, Upload
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.world import Bot, Chat, Message, World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
ALBUM = range(2, 11)
_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)
ACTIONS = frozenset(_ACTIONS.split())
ALONE = frozenset({"document", "audio"})  # never together with others in an album
ATTACHED = "attach://"


def send_message(world: World, bot: Bot, query: Query) -> Any:
    words = text_of(query)
    return _sent(world, bot, query, words)


def send_photo(world: World, bot: Bot, query: Query) -> Any:
    return _send_file(world, bot, query, "photo")


def send_document(world: World, bot: Bot, query: Query) -> Any:
    return _send_file(world, bot, query, "document")


def send_voice(world: World, bot: Bot, query: Query) -> Any:
    return _send_file(world, bot, query, "voice")


def send_video(world: World, bot: Bot, query: Query) -> Any:
    return _send_file(world, bot, query, "video")


def send_media_group(world: World, bot: Bot, query: Query) -> Any:
    parts = query.objects("media", "media")
    if not parts or len(parts) not in ALBUM:
        few = not parts or len(parts) < ALBUM.start
        raise bad_request(f"too {'few' if few else 'many'} messages to send as an album")
    kinds = {str(part.get("type")) for part in parts}
    if len(kinds) > 1 and kinds & ALONE:
        raise bad_request(f"{min(kinds & ALONE)} can't be mixed with other media types")
    each = [_album_part(bot, query, part) for part in parts]
    chat = open_chat(bot, query)
    group = str(next(world.numbers) + 13_000_000_000_000_000)
    return [_put(world, bot, chat, query, fields | {"media_group": group}) for fields in each]


def send_chat_action(world: World, bot: Bot, query: Query) -> Any:
    if query.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    open_chat(bot, query)
    return True


def text_of(query: Query) -> dict[str, Any]:
    """The checked text of a message, as the fields of one."""
    parse_mode = query.text("parse_mode")
    text, entities = formatted(query.text("text"), parse_mode, query.objects("entities", "entities"))
    if not text:
        raise bad_request("message text is empty")
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    previews = query.mapping("link_preview_options", "link preview options")
    shown = not (previews.get("is_disabled") or query.flag("disable_web_page_preview"))
    return {
        "text": text,
        "entities": entities,
        "source": query.text("text"),
        "parse_mode": parse_mode,
        "link_preview": shown,
    }


def caption_of(source: str, parse_mode: str, entities: Any) -> dict[str, Any]:
    text, found = formatted(source, parse_mode, entities)
    if len(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return {"text": text, "entities": found, "source": source, "parse_mode": parse_mode}


def _send_file(world: World, bot: Bot, query: Query, kind: str) -> Any:
    entities = query.objects("caption_entities", "caption entities")
    fields = caption_of(query.text("caption"), query.text("parse_mode"), entities)
    content = _content(bot, query, kind, query.text(kind), query.files.get(kind))
    return _sent(world, bot, query, fields | {"media": kind, "content": content})


def _album_part(bot: Bot, query: Query, part: dict[str, Any]) -> dict[str, Any]:
    kind = str(part.get("type"))
    caption = str(part.get("caption") or "")
    entities = Query("", part).objects("caption_entities", "caption entities")
    fields = caption_of(caption, str(part.get("parse_mode") or ""), entities)
    content = _content(bot, query, kind, str(part.get("media", "")), None)
    return fields | {"media": kind, "content": content}


def _content(bot: Bot, query: Query, kind: str, named: str, upload: Upload | None) -> dict[str, Any]:
    """The file that is sent: as a part of the call, or one that the bot already knows."""
    if named.startswith(ATTACHED):
        upload, named = query.files.get(named.removeprefix(ATTACHED)), ""
    if upload is not None:
        return _uploaded(bot, kind, upload)
    if not named:
        raise bad_request(f"there is no {kind} in the request")
    if "://" in named:
        raise bad_request("failed to get HTTP URL content")  # the sandbox fetches nothing
    return known_content(bot.shelf, kind, _known(bot, named))


def _uploaded(bot: Bot, kind: str, upload: Upload) -> dict[str, Any]:
    if not upload.length:
        raise bad_request("file must be non-empty")
    if kind == "photo" and upload.length > LARGEST_PHOTO:
        size = f"file of size {upload.length} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {LARGEST_PHOTO} bytes")
    return content_of(bot.shelf, kind, upload)


def _known(bot: Bot, file_id: str) -> Kept:
    kept = bot.shelf.find(file_id)
    if kept is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return kept


def _sent(world: World, bot: Bot, query: Query, fields: dict[str, Any]) -> Any:
    markup = markup_of(query)
    chat = open_chat(bot, query)
    return _put(world, bot, chat, query, fields | {"markup": markup})


def _put(world: World, bot: Bot, chat: Chat, query: Query, fields: dict[str, Any]) -> Any:
    reply_to = _answered(chat, query)
    number = bot.next_number(chat)
    message = Message(number, chat.id, bot.self, world.date(), reply_to=reply_to, **fields)
    chat.messages[number] = message
    return message_payload(world, bot, message)


def _answered(chat: Chat, query: Query) -> int:
    """The message that is answered; one that is gone is an error unless the bot does not mind."""
    given = query.mapping("reply_parameters", "reply parameters")
    number = query.integer("reply_to_message_id")
    number = given["message_id"] if isinstance(given.get("message_id"), int) else number
    if not number:
        return 0
    earlier = chat.messages.get(number)
    if earlier and not earlier.deleted:
        return number
    if given.get("allow_sending_without_reply") or query.flag("allow_sending_without_reply"):
        return 0
    raise bad_request("message to be replied not found")


SENDING: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "sendVideo": send_video,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
