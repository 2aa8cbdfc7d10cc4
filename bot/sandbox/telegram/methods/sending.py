"""The methods that put messages into chats: texts, photos, documents, albums, chat actions."""

from dataclasses import dataclass

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.methods import content
from bot.sandbox.telegram.methods.content import Media
from bot.sandbox.telegram.records import ChatRecord
from bot.sandbox.telegram.values import Json, bad_request, forbidden
from bot.sandbox.telegram.world import Method, TelegramWorld

ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where in a chat a message goes."""

    reply_to: int | None
    thread_id: int | None


def known_chat(world: TelegramWorld, call: Call) -> ChatRecord:
    """The chat that the call names, if the bot has ever met it."""
    if not call.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chats.get(call.integer("chat_id"))
    if chat is None or (chat.is_private and chat.bot_status == "absent"):
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        description = "group chat was upgraded to a supergroup chat"
        raise bad_request(description, migrate_to_chat_id=chat.migrated_to)
    return chat


def writable_chat(world: TelegramWorld, call: Call, kind: str = "") -> ChatRecord:
    """The chat, if the bot may write there now; `kind` is what it wants to send, such as `photos`."""
    chat = known_chat(world, call)
    name = "group" if chat.type == "group" else "supergroup"
    if chat.bot_status == "kicked":
        raise forbidden(
            f"bot was {'blocked by the user' if chat.is_private else f'kicked from the {name} chat'}"
        )
    if not chat.bot_is_in:
        raise forbidden(f"bot is not a member of the {name} chat")
    if not chat.bot_may_send(kind):
        raise bad_request(f"not enough rights to send {kind} to the chat")
    return chat


def found_message(chat: ChatRecord, call: Call, to: str) -> Message:
    """The message that the call names."""
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {to} not found")
    return message


def thread(chat: ChatRecord, call: Call) -> int | None:
    thread_id = call.integer("message_thread_id") or None
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return _open(chat, thread_id)


def _open(chat: ChatRecord, thread_id: int | None) -> int | None:
    """The topic, if the bot may write there."""
    if thread_id in chat.closed and not chat.bot_may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def place(chat: ChatRecord, call: Call) -> Place:
    """Replies and topics; a reply in a forum goes into the topic of what it replies to."""
    thread_id = thread(chat, call)
    reply = call.mapping("reply_parameters")
    if reply is None:
        if not call.integer("reply_to_message_id"):
            return Place(None, thread_id)
        without = call.flag("allow_sending_without_reply")
        reply = {"message_id": call.integer("reply_to_message_id"), "allow_sending_without_reply": without}
    target = chat.messages.get(reply.get("message_id", 0))
    elsewhere = str(reply.get("chat_id", chat.id)) != str(chat.id)
    if target is None and not elsewhere and reply.get("allow_sending_without_reply"):
        return Place(None, thread_id)
    if target is None or elsewhere or (thread_id is not None and target.thread_id != thread_id):
        raise bad_request("message to be replied not found")
    return Place(target.message_id, _open(chat, target.thread_id))


def post(world: TelegramWorld, chat: ChatRecord, call: Call, fields: Json, at: Place | None = None) -> Json:
    """The bot's new message, as JSON."""
    if call.flag("protect_content"):
        fields = {**fields, "has_protected_content": True}
    at = at or place(chat, call)
    message = world.post(
        chat,
        world.bot,
        fields,
        reply_to=at.reply_to,
        thread_id=at.thread_id,
        is_silent=call.flag("disable_notification"),
        markup=content.screen_markup(call),
    )
    return world.rendered(message)


async def send_message(world: TelegramWorld, call: Call) -> Json:
    chat = writable_chat(world, call, "text messages")
    return post(world, chat, call, {**content.text_content(call), **content.keyboard(call)})


def _sender(kind: Media) -> Method:
    """`sendPhoto` or `sendDocument`; the chat is asked again after the file was read, which takes time."""

    async def send(world: TelegramWorld, call: Call) -> Json:
        place(writable_chat(world, call, f"{kind}s"), call)
        words = {**content.caption_content(call.params), **content.keyboard(call)}
        if kind == "document":
            words.pop("has_media_spoiler", None)
        detect = not call.flag("disable_content_type_detection")
        fields = await content.file_content(world, kind, call.file(kind), detect=detect)
        return post(world, writable_chat(world, call, f"{kind}s"), call, {**fields, **words})

    return send


async def send_media_group(world: TelegramWorld, call: Call) -> list[Json]:
    place(writable_chat(world, call, "photos"), call)
    media = call.array("media")
    if not 2 <= len(media) <= 10:
        raise bad_request("wrong number of media in the request; 2-10 are expected")
    if {each.get("type") for each in media} not in ({"photo"}, {"document"}):
        raise bad_request("can't use the media of the specified type in the album")
    contents = [await content.media_content(world, call, each) for each in media]
    chat = writable_chat(world, call, "photos")
    at, album = place(chat, call), {"media_group_id": world.new_album_id()}
    return [post(world, chat, call, {**album, **each}, at) for each in contents]


async def send_chat_action(world: TelegramWorld, call: Call) -> bool:
    chat = writable_chat(world, call)
    thread(chat, call)
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.emit("action", world.bot["first_name"], chat, None, call.text("action"))
    return True


SENDING: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": _sender("photo"),
    "sendDocument": _sender("document"),
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
