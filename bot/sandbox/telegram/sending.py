"""The Bot API methods that put messages into chats: texts, photos, documents, albums, chat actions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.content import (
    caption_content,
    document_content,
    keyboard,
    media_content,
    photo_content,
    text_content,
)
from bot.sandbox.telegram.records import ChatRecord, Record
from bot.sandbox.telegram.values import Json, bad_request, forbidden
from bot.sandbox.telegram.world import TelegramWorld

Method = Callable[[TelegramWorld, Call], Awaitable[Any]]

_ALBUM = range(2, 11)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@dataclass(frozen=True)
class Placement:
    """Where in a chat a message goes."""

    reply_to: int | None
    thread_id: int | None


def known_chat(world: TelegramWorld, call: Call) -> ChatRecord:
    """The chat that the call names, if the bot has ever met it."""
    if not call.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chats.get(call.integer("chat_id"))
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        description = "group chat was upgraded to a supergroup chat"
        raise bad_request(description, migrate_to_chat_id=chat.migrated_to)
    if chat.is_private and chat.bot_status == "absent":
        raise bad_request("chat not found")
    return chat


def writable_chat(world: TelegramWorld, call: Call, kind: str | None = None) -> ChatRecord:
    """The chat, if the bot may write there now."""
    chat = known_chat(world, call)
    name = "group" if chat.type == "group" else "supergroup"
    if chat.is_private and chat.bot_status == "kicked":
        raise forbidden("bot was blocked by the user")
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {name} chat")
    if not chat.bot_is_in:
        raise forbidden(f"bot is not a member of the {name} chat")
    if kind in chat.refuses:
        raise bad_request(f"not enough rights to send {kind} to the chat")
    return chat


def placement(chat: ChatRecord, call: Call) -> Placement:
    """Replies and topics; a reply in a forum goes into the topic of what it replies to."""
    thread_id = call.integer("message_thread_id") or None
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    reply = call.mapping("reply_parameters")
    if reply is None:
        if not call.integer("reply_to_message_id"):
            return Placement(None, thread_id)
        reply = {
            "message_id": call.integer("reply_to_message_id"),
            "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
        }
    target = chat.records.get(reply.get("message_id", 0))
    elsewhere = reply.get("chat_id", chat.id) not in {chat.id, str(chat.id)}
    if elsewhere or (target is None and not reply.get("allow_sending_without_reply")):
        raise bad_request("message to be replied not found")
    if target is None:
        return Placement(None, thread_id)
    if thread_id is not None and target.thread_id != thread_id:
        raise bad_request("message to be replied not found")
    return Placement(target.message_id, target.thread_id)


def post(world: TelegramWorld, chat: ChatRecord, call: Call, content: Json, place: Placement) -> Record:
    """The bot's message, in its place."""
    if call.flag("protect_content"):
        content = {**content, "has_protected_content": True}
    return world.post(
        chat,
        world.bot,
        content,
        reply_to=place.reply_to,
        thread_id=place.thread_id,
        is_silent=call.flag("disable_notification"),
    )


async def send_message(world: TelegramWorld, call: Call) -> Json:
    chat = writable_chat(world, call, "text messages")
    content = {**text_content(call), **keyboard(call)}
    return world.rendered(post(world, chat, call, content, placement(chat, call)))


async def send_photo(world: TelegramWorld, call: Call) -> Json:
    placement(writable_chat(world, call, "photos"), call)
    words = {**caption_content(call.params), **keyboard(call)}
    content = await photo_content(world, call.file("photo"))
    chat = writable_chat(world, call, "photos")
    return world.rendered(post(world, chat, call, {**content, **words}, placement(chat, call)))


async def send_document(world: TelegramWorld, call: Call) -> Json:
    placement(writable_chat(world, call, "documents"), call)
    words = {**caption_content({**call.params, "has_spoiler": False}), **keyboard(call)}
    detect = not call.flag("disable_content_type_detection")
    content = await document_content(world, call.file("document"), detect=detect)
    chat = writable_chat(world, call, "documents")
    return world.rendered(post(world, chat, call, {**content, **words}, placement(chat, call)))


async def send_media_group(world: TelegramWorld, call: Call) -> list[Json]:
    placement(writable_chat(world, call, "photos"), call)
    media = call.array("media")
    if len(media) not in _ALBUM:
        raise bad_request("wrong number of media in the request; 2-10 are expected")
    if {each.get("type") for each in media} not in ({"photo"}, {"document"}):
        raise bad_request("can't use the media of the specified type in the album")
    contents = [await media_content(world, call, each) for each in media]
    chat = writable_chat(world, call, "photos")
    place = placement(chat, call)
    album = {"media_group_id": str(10**16 + world.files.count)}
    records = [post(world, chat, call, {**album, **content}, place) for content in contents]
    return [world.rendered(record) for record in records]


async def send_chat_action(world: TelegramWorld, call: Call) -> bool:
    chat = writable_chat(world, call)
    thread_id = call.integer("message_thread_id") or None
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.emit("action", world.bot["first_name"], chat, None, call.text("action"))
    return True


SENDING: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
