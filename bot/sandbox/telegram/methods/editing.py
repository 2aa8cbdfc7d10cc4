"""The methods that change what is there: edits, deletions and reactions."""

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.methods.content import caption_content, keyboard, media_content, text_content
from bot.sandbox.telegram.methods.sending import found_message, known_chat, writable_chat
from bot.sandbox.telegram.records import ChatRecord
from bot.sandbox.telegram.values import Json, bad_request
from bot.sandbox.telegram.world import Method, TelegramWorld

DELETABLE_FOR = 48 * 3600.0
REACTIONS = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾
💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
"""The emoji that everybody may react with."""
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_OF_CAPTION = ("caption", "caption_entities", "reply_markup", "show_caption_above_media")


def editable(world: TelegramWorld, call: Call) -> Message:
    """The bot's own message that the call names; one with a keyboard on the person's screen is final."""
    chat = writable_chat(world, call)
    if not call.integer("message_id"):
        raise bad_request("message identifier is not specified")
    message = found_message(chat, call, "edit")
    if not message.by_bot or message.is_service or message.markup:
        raise bad_request("message can't be edited")
    return message


def _changed(world: TelegramWorld, message: Message, fields: Json, *, content_changed: bool = True) -> Json:
    if fields == message.content_fields:
        raise bad_request(_NOT_MODIFIED)
    return world.rendered(world.edit(message, fields, content_changed=content_changed))


def _without(message: Message, *names: str) -> Json:
    return {name: value for name, value in message.content_fields.items() if name not in names}


async def edit_message_text(world: TelegramWorld, call: Call) -> Json:
    fields = {**text_content(call), **keyboard(call)}
    message = editable(world, call)
    if message.carries_media:
        raise bad_request("there is no text in the message to edit")
    return _changed(world, message, fields)


async def edit_message_caption(world: TelegramWorld, call: Call) -> Json:
    words = {**caption_content(call.params), **keyboard(call)}
    message = editable(world, call)
    if not message.carries_media:
        raise bad_request("there is no caption in the message to edit")
    return _changed(world, message, {**_without(message, *_OF_CAPTION), **words})


async def edit_message_reply_markup(world: TelegramWorld, call: Call) -> Json:
    markup = keyboard(call)
    message = editable(world, call)
    return _changed(world, message, {**_without(message, "reply_markup"), **markup}, content_changed=False)


async def edit_message_media(world: TelegramWorld, call: Call) -> Json:
    """A text, photo or document becomes a photo or document."""
    editable(world, call)
    markup = keyboard(call)
    fields = await media_content(world, call, call.mapping("media") or {})
    return _changed(world, editable(world, call), {**fields, **markup})


async def delete_message(world: TelegramWorld, call: Call) -> bool:
    chat = known_chat(world, call)
    return _deleted(world, chat, [found_message(chat, call, "delete")])


async def delete_messages(world: TelegramWorld, call: Call) -> bool:
    """Messages that are not there are passed over."""
    chat = known_chat(world, call)
    message_ids = call.array("message_ids")
    if not 1 <= len(message_ids) <= 100:
        raise bad_request("wrong number of message identifiers; 1-100 are expected")
    return _deleted(world, chat, [chat.messages[each] for each in message_ids if each in chat.messages])


def _deleted(world: TelegramWorld, chat: ChatRecord, messages: list[Message]) -> bool:
    """Its own and, in private chats, the person's for 48 hours; with the right to it, everybody's."""
    for message in messages:
        young = world.clock() - message.sent_at < DELETABLE_FOR
        own = chat.bot_is_in and young and (message.by_bot or chat.is_private)
        if not own and not chat.bot_may("can_delete_messages"):
            raise bad_request("message can't be deleted")
    for message in messages:
        world.delete(message, world.bot["first_name"])
    return True


async def set_message_reaction(world: TelegramWorld, call: Call) -> bool:
    """One emoji at most, as for everybody without Premium; none takes it back."""
    message = found_message(writable_chat(world, call), call, "react")
    reaction = call.array("reaction")
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = "".join(str(each.get("emoji", "?")) for each in reaction).replace("\ufe0f", "")
    if emoji and emoji not in REACTIONS.split():
        raise bad_request("REACTION_INVALID")
    world.react(message, world.bot, emoji)
    return True


EDITING: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "editMessageMedia": edit_message_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_message_reaction,
}
