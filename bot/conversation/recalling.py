"""Looks up what is remembered that a message may be about."""

from datetime import datetime

from bot.conversation.incoming import Message, Replied
from bot.conversation.meaning import Latest, Recalled
from bot.conversation.memory import FRESH, KEEP
from bot.conversation.tools import Tools
from bot.core.edits import Edit
from bot.core.presets import COMBINE, IMAGINE
from bot.core.requests import PhotoRef
from bot.core.stages import Delivered, Failed
from bot.core.wishes import PictureMeant, Question, Wish

_LOOK_BACK = 10
"""Edits of a person, newest first, among which the latest picture is looked for."""


async def recall(tools: Tools, message: Message, command: str | None) -> Recalled:
    """What `meaning_of` needs to know for this message; nothing is looked up that cannot matter."""
    asked = await asked_with(tools, message)
    if message.picture is not None:
        is_heard = asked is None and message.chat.is_private
        return Recalled(
            asked=asked,
            open=await _open_question(tools, message) if is_heard else None,
            replied=await _replied_picture(tools, message) if command == COMBINE else None,
        )
    if asked is not None:
        return Recalled(asked=asked)
    if (edit := await _replied_edit(tools, message)) is not None:
        if (replied := _shown_of(edit, message)) is not None:
            return Recalled(replied=replied)
        if edit.request.photo is None:  # nothing else is meant by a reply to it
            wish = Wish(IMAGINE, shape=edit.request.shape)
            return Recalled(unmade=wish if isinstance(edit.stage, Failed) else None)
    if not message.chat.is_private:
        return Recalled()
    if message.replied is not None and message.replied.picture is not None:
        return Recalled(around=await _around(tools, message) if command == COMBINE else ())
    if command is not None:
        return Recalled(latest=await _latest(tools, message))
    if await tools.photo_follows(message):
        return Recalled(photo_follows=True)
    return Recalled(open=await _open_question(tools, message), latest=await _latest(tools, message))


async def asked_with(tools: Tools, message: Message) -> Question | None:
    """The question to this person that the message replies to.

    Of equal questions in a group only one is sent: a reply to it by somebody else who was to be asked the
    same answers their own.
    """
    replied = message.replied
    if replied is None or replied.message_id is None or not replied.is_ours:
        return None
    question = await tools.wishes.question_at(message.chat.id, replied.message_id)
    if question is None or question.speaker.person_id == message.sender.id:
        return question
    return await _open_question(tools, message)


def picture_of(edit: Edit, shown: PhotoRef | None = None) -> PictureMeant | None:
    """An edit's result, or its photo as long as there is none.

    `shown` is the result as Telegram shows it. None if the result is not known to Telegram by a file id, or
    if there was no photo.
    """
    request = edit.request
    if not isinstance(edit.stage, Delivered):
        if request.photo is None:
            return None
        return PictureMeant(request.photo, request.photo_message_id, request.parent, request.step)
    photo = edit.stage.photo or shown
    return None if photo is None else PictureMeant(photo, edit.stage.message_id, edit.id, request.step + 1)


async def _replied_picture(tools: Tools, message: Message) -> PictureMeant | None:
    """The picture of the edit that the replied message belongs to, unless it shows a photo of its own."""
    edit = await _replied_edit(tools, message)
    return None if edit is None else _shown_of(edit, message)


async def _replied_edit(tools: Tools, message: Message) -> Edit | None:
    replied = message.replied
    if replied is None or replied.message_id is None or not (replied.is_ours or replied.picture is None):
        return None
    edit = await _shown_in(tools, message.chat.id, replied)
    return edit or await tools.edits.by_message(message.chat.id, replied.message_id)


def _shown_of(edit: Edit, message: Message) -> PictureMeant | None:
    shown = message.replied.picture if message.replied else None
    return picture_of(edit, shown if isinstance(shown, PhotoRef) else None)


async def _around(tools: Tools, message: Message) -> tuple[PictureMeant, ...]:
    """The photos that were collected with the one that the message replies to."""
    collected = await tools.wishes.remembered_photos(message.speaker, tools.now() - KEEP)
    pictures = collected.pictures if collected is not None else ()
    replied_id = message.replied and message.replied.message_id
    is_among = any(picture.message_id == replied_id for picture in pictures)
    return pictures if is_among and len(pictures) > 1 else ()


async def _shown_in(tools: Tools, chat_id: int, replied: Replied) -> Edit | None:
    """The edit that the buttons under a message are about: a page of /history, and the reason why an edit
    failed, are no edit's messages.
    """
    if not replied.button:
        return None
    edit = await tools.edits.get(replied.button.partition(":")[2])
    if edit is None or edit.is_erased or edit.chat_id != chat_id:
        return None
    return edit if replied.picture is not None or isinstance(edit.stage, Failed) else None


async def _open_question(tools: Tools, message: Message) -> Question | None:
    """A corrected message is no answer to the question that it led to before."""
    since = tools.now() - FRESH
    question = await tools.wishes.open_question(message.speaker, since, message.update_id)
    return None if question is None or question.asked_for == message.message_id else question


async def _latest(tools: Tools, message: Message) -> Latest | None:
    """The latest photo or result of this person here that is at most a day old."""
    speaker, now = message.speaker, tools.now()
    recent = [
        edit
        for edit in await tools.edits.recent_of(speaker.chat_id, speaker.person_id, _LOOK_BACK)
        if edit.request.thread_id == speaker.thread_id and edit.request.update_id != message.update_id
    ]
    found: list[tuple[datetime, PictureMeant]] = []
    collected = await tools.wishes.remembered_photos(speaker, now - KEEP)
    if collected is not None:
        found.append((collected.at, collected.pictures[0 if collected.is_album else -1]))
    for edit in recent:
        at = edit.ended_at if isinstance(edit.stage, Delivered) else edit.created_at
        if at is not None and at >= now - KEEP and (picture := picture_of(edit)) is not None:
            found.append((at, picture))
    if not found:
        return None
    at, picture = max(found, key=lambda each: each[0])
    used = {
        edit.request.photo_message_id
        for edit in recent
        if edit.is_active or isinstance(edit.stage, Delivered)
    }
    is_waiting = picture.parent is None and at >= now - FRESH and picture.message_id not in used
    if collected is None or picture not in collected.pictures:
        return Latest(picture, is_waiting)
    return Latest(picture, is_waiting, collected.pictures, collected.is_album)
