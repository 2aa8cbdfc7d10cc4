"""Reads Telegram's updates: python-telegram-bot's objects in, one frozen value of `incoming` out.

It only reads. What a message means, and whether it is answered, is decided in the conversation.
"""

import re

from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    MessageEntity,
    Update,
    User,
)
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage

from bot.conversation.incoming import (
    Chat,
    ChatMigrated,
    EditedMessage,
    Incoming,
    MembershipChanged,
    Message,
    Press,
    Replied,
    Sender,
)
from bot.conversation.texts.i18n import language_of
from bot.telegram.inbox.pictures import picture_of
from bot.telegram.inbox.raw_updates import encodable

_NO_LONGER_THERE = frozenset({ChatMember.LEFT, ChatMember.BANNED})


def read(update: Update, username: str) -> Incoming | None:
    """The value for an update, as the bot called `username` sees it; None if there is nothing to answer."""
    if (message := update.message) is not None:
        return _migration(update.update_id, message) or _message(update.update_id, message, username)
    if update.edited_message is not None:
        edited = _message(update.update_id, update.edited_message, username)
        return None if edited is None else EditedMessage(edited)
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query, username)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _migration(update_id: int, message: TelegramMessage) -> ChatMigrated | None:
    if message.migrate_to_chat_id is not None:
        return ChatMigrated(update_id, message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return ChatMigrated(update_id, message.migrate_from_chat_id, message.chat.id)
    return None


def _message(update_id: int, message: TelegramMessage, username: str) -> Message | None:
    """None for a channel's post that Telegram itself copied into the discussion group."""
    if message.is_automatic_forward:
        return None
    command, words, is_named = _command(message, username)
    addressed, words = _without_name(words, username)
    return Message(
        update_id=update_id,
        chat=_chat(message.chat),
        thread_id=_thread_id(message),
        message_id=message.message_id,
        sender=_sender(message),
        sent_at=message.date,
        command=command,
        words=words,
        picture=picture_of(message, is_protected=bool(message.has_protected_content)),
        replied=_replied(message, username),
        album_id=message.media_group_id,
        is_forwarded=message.forward_origin is not None,
        is_addressed=addressed or is_named,
    )


def _command(message: TelegramMessage, username: str) -> tuple[str | None, str, bool]:
    """The command at the start of a text or caption, if it is for this bot, the words after it, and whether
    the command names the bot.
    """
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    first = next((e for e in entities if e.type == MessageEntity.BOT_COMMAND and e.offset == 0), None)
    if first is None:
        return None, encodable(text).strip(), False
    units = text.encode("utf-16-le", "surrogatepass")  # entity lengths count UTF-16 units
    length = 2 * first.length
    name, _, addressee = units[:length].decode("utf-16-le", "ignore")[1:].partition("@")
    if addressee and addressee.lower() != username.lower():
        return None, "", False
    return name.lower(), encodable(units[length:].decode("utf-16-le", "ignore")).strip(), bool(addressee)


def _without_name(words: str, username: str) -> tuple[bool, str]:
    """Whether the words begin or end with the bot's name, and the rest."""
    name = re.escape(f"@{username}")
    rest = re.sub(rf"^{name}\b[\s,:]*|\s*{name}\s*$", "", words, flags=re.IGNORECASE)
    return rest != words, rest


def _sender(message: TelegramMessage) -> Sender:
    """The person, or the chat in whose name they write: then Telegram sends a bot as the user."""
    user, speaks_as = message.from_user, message.sender_chat
    language = language_of(user.language_code if user else None)
    if speaks_as is not None:
        return Sender(speaks_as.id, language)
    if user is None:
        return Sender(message.chat.id, language)
    return _person(user)


def _person(user: User) -> Sender:
    return Sender(user.id, language_of(user.language_code), user.is_bot, encodable(user.full_name))


def _replied(message: TelegramMessage, username: str) -> Replied | None:
    """The message replied to. In a topic, a reply to the message that opened it is no reply."""
    original, quoted = message.reply_to_message, message.external_reply
    is_protected = bool(message.has_protected_content)
    if original is not None and original.forum_topic_created is None:
        writer = original.from_user.username if original.from_user else None
        is_ours = writer is not None and writer.lower() == username.lower()
        return Replied(
            original.message_id,
            picture_of(original, is_protected=is_protected),
            is_ours=is_ours,
            button=_first_button(original) if is_ours else "",
        )
    return None if quoted is None else Replied(None, picture_of(quoted, is_protected=is_protected))


def _first_button(message: TelegramMessage) -> str:
    """Its data; empty where there is none."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    data = rows[0][0].callback_data if rows and rows[0] else None
    return data if isinstance(data, str) else ""


def _press(update_id: int, query: CallbackQuery, username: str) -> Press:
    """For an old message, Telegram may send only its chat and id, or no message at all."""
    message, who = query.message, query.from_user
    told = message if isinstance(message, TelegramMessage) else None
    return Press(
        update_id=update_id,
        press_id=query.id,
        chat=Chat(who.id, is_private=True) if message is None else _chat(message.chat),
        thread_id=_thread_id(told) if told else None,
        message_id=message.message_id if message else None,
        sender=_person(who),
        data=query.data or "",
        replied=_replied(told, username) if told else None,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> MembershipChanged:
    who, is_member = change.from_user, _is_in(change.new_chat_member)
    is_group = change.chat.type in {TelegramChat.GROUP, TelegramChat.SUPERGROUP}
    return MembershipChanged(
        update_id=update_id,
        chat=_chat(change.chat),
        sender=_person(who),
        is_member=is_member,
        joined=is_group and is_member and not _is_in(change.old_chat_member),
        is_admin=change.new_chat_member.status == ChatMember.ADMINISTRATOR,
    )


def _is_in(member: ChatMember) -> bool:
    is_out = isinstance(member, ChatMemberRestricted) and not member.is_member
    return not is_out and member.status not in _NO_LONGER_THERE


def _chat(chat: TelegramChat) -> Chat:
    return Chat(
        chat.id,
        is_private=chat.type == TelegramChat.PRIVATE,
        may_have_moved=chat.type == TelegramChat.SUPERGROUP,
        title=encodable(chat.title or ""),
    )


def _thread_id(message: TelegramMessage) -> int | None:
    return message.message_thread_id if message.is_topic_message else None
