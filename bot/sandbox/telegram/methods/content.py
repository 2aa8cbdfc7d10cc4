"""What a message of the bot's consists of: text, caption, keyboard, photo, document, each with its limits."""

import asyncio
import mimetypes
from typing import Literal
from urllib.parse import urlsplit

import httpx

from bot.sandbox.telegram.calls import Call, Upload
from bot.sandbox.telegram.html import Formatted, parse_html, trimmed, with_commands
from bot.sandbox.telegram.photos import sent_by_bot
from bot.sandbox.telegram.values import Json, Refused, bad_request, present, utf16_length
from bot.sandbox.telegram.world import TelegramWorld

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
DOCUMENT_BYTES = 50 << 20
DATA_BYTES = 64
_BUTTONS = 100
_PLACEHOLDER_LENGTH = 64
_BUTTON_ACTIONS = ("callback_data", "url", "web_app", "switch_inline_query", "copy_text", "pay")

Media = Literal["photo", "document"]


def formatted(params: Json, name: str) -> Formatted:
    """A text with its entities: from `parse_mode`, or given, or found by Telegram."""
    text = str(params.get(name) or "")
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    given = params.get("entities" if name == "text" else f"{name}_entities")
    mode = str(params.get("parse_mode") or "").lower()
    if mode == "html":
        parsed = parse_html(text)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        parsed = text, list(given) if isinstance(given, list) else []
    return with_commands(trimmed(parsed))


def text_content(call: Call) -> Json:
    text, entities = formatted(call.params, "text")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    return present(text=text, entities=entities, link_preview_options=call.mapping("link_preview_options"))


def caption_content(params: Json) -> Json:
    caption, entities = formatted(params, "caption")
    if utf16_length(caption) > CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    spoiler = params.get("has_spoiler") is True
    return present(caption=caption, caption_entities=caption and entities, has_media_spoiler=spoiler)


def keyboard(call: Call) -> Json:
    """The inline keyboard, checked, as a field of the message."""
    rows = (call.mapping("reply_markup") or {}).get("inline_keyboard") or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: an Array of Arrays is expected")
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if not isinstance(button, dict):
            raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
        if not str(button.get("text") or "").strip():
            raise bad_request("can't parse inline keyboard button: text must be non-empty")
        if sum(action in button for action in _BUTTON_ACTIONS) != 1:
            raise bad_request("text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        if "url" in button and not _leads_somewhere(str(button["url"])):
            problem = "is invalid: Wrong HTTP URL"
            raise bad_request(f"inline keyboard button URL '{button['url']}' {problem}")
    if len(buttons) > _BUTTONS:
        raise bad_request("reply markup is too long")
    return {"reply_markup": {"inline_keyboard": [row for row in rows if row]}} if buttons else {}


def screen_markup(call: Call) -> Json:
    """ForceReply and the other keyboards that change the person's screen and not the message."""
    markup = call.mapping("reply_markup") or {}
    placeholder = markup.get("input_field_placeholder", "")
    if not isinstance(placeholder, str) or utf16_length(placeholder) > _PLACEHOLDER_LENGTH:
        raise bad_request("REPLY_MARKUP_INVALID")
    return {} if "inline_keyboard" in markup or markup.get("force_reply") is False else markup


def _leads_somewhere(url: str) -> bool:
    """Telegram opens links of its own, and those of hosts that have a dot in their name."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme == "tg":
        return bool(parts.netloc)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "").strip(".")


async def file_content(world: TelegramWorld, kind: Media, source: Upload | str, *, detect: bool) -> Json:
    """A photo or document as message fields; `detect` makes an animation of a GIF that is sent as a file."""
    if not source:
        raise bad_request(f"there is no {kind} in the request")
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        source = await _fetched(source)
    if isinstance(source, str):
        return world.files.again(source, kind)
    content, name = source.content, source.file_name
    if not content:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        return await asyncio.to_thread(lambda: world.files.add_photo(sent_by_bot(content)))
    if len(content) > DOCUMENT_BYTES:
        raise Refused(413, "Request Entity Too Large")
    guessed, _ = mimetypes.guess_type(name, strict=False)
    if detect and guessed == "image/gif":
        return await asyncio.to_thread(world.files.add_animation, content, f"{name}.mp4")
    return await asyncio.to_thread(world.files.add_document, content, name, guessed or source.mime_type)


async def _fetched(url: str) -> Upload:
    """What Telegram's servers get from a URL."""
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise bad_request("wrong file identifier/HTTP URL specified") from None
    if answer.status_code != httpx.codes.OK:
        raise bad_request("failed to get HTTP URL content")
    kind = answer.headers.get("content-type", "")
    if not kind.startswith("image/"):
        raise bad_request("wrong type of the web page content")
    return Upload(answer.content, url.rpartition("/")[2], kind)


async def media_content(world: TelegramWorld, call: Call, media: Json) -> Json:
    """An `InputMedia` object as message fields."""
    words = caption_content(media)
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type is unknown")
    source = call.file("media", media.get("media") or "")
    detect = media.get("disable_content_type_detection") is not True
    return {**await file_content(world, kind, source, detect=detect), **words}
