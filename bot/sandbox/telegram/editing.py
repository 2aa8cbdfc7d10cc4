"""The Bot API methods that change what is there: edits and deletions of messages."""

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.content import caption_content, keyboard, media_content, text_content
from bot.sandbox.telegram.records import CONTENT_FIELDS, Record
from bot.sandbox.telegram.sending import Method, known_chat, writable_chat
from bot.sandbox.telegram.values import Json, bad_request
from bot.sandbox.telegram.world import TelegramWorld

DELETABLE_FOR = 48 * 3600.0
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_MEDIA = ("photo", "document", "animation", "sticker")
_OF_CAPTION = ("caption", "caption_entities", "reply_markup", "show_caption_above_media")


def editable(world: TelegramWorld, call: Call) -> Record:
    """The bot's own message that the call names."""
    chat = writable_chat(world, call)
    if not call.integer("message_id"):
        raise bad_request("message identifier is not specified")
    record = chat.records.get(call.integer("message_id"))
    if record is None:
        raise bad_request("message to edit not found")
    if not record.by_bot or record.is_service:
        raise bad_request("message can't be edited")
    return record


def content_of(record: Record) -> Json:
    return {name: record.raw[name] for name in CONTENT_FIELDS if name in record.raw}


def _carries_media(record: Record) -> bool:
    return any(name in record.raw for name in _MEDIA)


def _change(world: TelegramWorld, record: Record, content: Json, *, content_changed: bool = True) -> Json:
    if content == content_of(record):
        raise bad_request(_NOT_MODIFIED)
    world.edit(record, content, content_changed=content_changed)
    return world.rendered(record)


async def edit_message_text(world: TelegramWorld, call: Call) -> Json:
    content = {**text_content(call), **keyboard(call)}
    record = editable(world, call)
    if _carries_media(record):
        raise bad_request("there is no text in the message to edit")
    return _change(world, record, content)


async def edit_message_caption(world: TelegramWorld, call: Call) -> Json:
    words = {**caption_content(call.params), **keyboard(call)}
    record = editable(world, call)
    if not _carries_media(record):
        raise bad_request("there is no caption in the message to edit")
    kept = {name: value for name, value in content_of(record).items() if name not in _OF_CAPTION}
    return _change(world, record, {**kept, **words})


async def edit_message_reply_markup(world: TelegramWorld, call: Call) -> Json:
    markup = keyboard(call)
    record = editable(world, call)
    kept = {name: value for name, value in content_of(record).items() if name != "reply_markup"}
    return _change(world, record, {**kept, **markup}, content_changed=False)


async def edit_message_media(world: TelegramWorld, call: Call) -> Json:
    """A text, photo or document becomes a photo or document."""
    editable(world, call)
    markup = keyboard(call)
    content = await media_content(world, call, call.mapping("media") or {})
    return _change(world, editable(world, call), {**content, **markup})


async def delete_message(world: TelegramWorld, call: Call) -> bool:
    chat = known_chat(world, call)
    record = chat.records.get(call.integer("message_id"))
    if record is None:
        raise bad_request("message to delete not found")
    if not _deletable(world, record):
        raise bad_request("message can't be deleted")
    world.delete(record, world.bot["first_name"])
    return True


async def delete_messages(world: TelegramWorld, call: Call) -> bool:
    """Messages that are not there are passed over."""
    chat = known_chat(world, call)
    message_ids = call.array("message_ids")
    if not 1 <= len(message_ids) <= 100:
        raise bad_request("wrong number of message identifiers; 1-100 are expected")
    records = [chat.records[each] for each in message_ids if each in chat.records]
    if not all(_deletable(world, record) for record in records):
        raise bad_request("message can't be deleted")
    for record in records:
        world.delete(record, world.bot["first_name"])
    return True


def _deletable(world: TelegramWorld, record: Record) -> bool:
    """Its own and, in private chats, the person's for 48 hours; as an administrator everybody's."""
    chat = record.chat
    if chat.bot_status == "administrator":
        return True
    young = world.clock() - record.sent_at < DELETABLE_FOR
    return chat.bot_is_in and young and (record.by_bot or chat.is_private)


EDITING: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "editMessageMedia": edit_message_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
