"""Sends a result: as the photo was sent, and as a file too where Telegram would not keep its exact size.

A finished picture arrives if it can: what Telegram refuses as a photo goes as a file, and the other way
round; what it refuses at one place goes nearby.
"""

import asyncio
import logging
import re
from pathlib import PurePath

from telegram import Bot, InputFile, InputMediaDocument, InputMediaPhoto, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.conversation.keyboards import result_keyboard
from bot.conversation.texts import caption
from bot.conversation.texts.i18n import translations
from bot.core.edits import Edit, PhotoKind
from bot.core.pictures import Size
from bot.core.ports import Reply
from bot.telegram.outbox.destination import Place, placed
from bot.telegram.outbox.errors import is_refusal, is_refused, retry_seconds

logger = logging.getLogger(__name__)

MAX_PHOTO_BYTES, MAX_PHOTO_SUM, MAX_PHOTO_RATIO = 10_000_000, 10_000, 20
_CARD_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_EXTRA_FILE_ATTEMPTS, _LONGEST_WAIT_FOR_EXTRA_FILE_SECONDS = 3, 60.0


class ResultSender:
    """Speaks only in messages; errors pass through as python-telegram-bot raises them."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, edit: Edit, reply: Reply) -> int:
        """Send a new reply, which rings; returns its message id."""
        return await placed(place_of(edit), lambda place: self._send(edit, reply, place))

    async def _send(self, edit: Edit, reply: Reply, place: Place) -> int:
        sends = {True: self._send_photo, False: self._send_as_file}
        first, *others = _forms(edit, reply)
        try:
            return await sends[first](edit, reply, place)
        except (BadRequest, NetworkError) as error:
            elsewhere = isinstance(error, BadRequest) and place.nearby(error) is not None
            if not others or elsewhere or not is_refused(error):
                raise
            logger.info("edit %s goes in another form: %s", edit.id, error)
        return await sends[others[0]](edit, reply, place)

    async def _send_photo(self, edit: Edit, reply: Reply, place: Place) -> int:
        message = await self._bot.send_photo(
            edit.chat_id,
            InputFile(reply.content, filename=file_name(edit, reply)),
            caption=caption(translations(edit.language), edit),
            parse_mode=ParseMode.HTML,
            reply_markup=result_keyboard(translations(edit.language), edit),
            reply_parameters=reply_to(place),
            message_thread_id=place.thread_id,
        )
        if not has_size(message, reply.size):
            await self._add_file(edit, reply, place)
        return message.message_id

    async def _send_as_file(self, edit: Edit, reply: Reply, place: Place) -> int:
        return (await self.send_file(edit, reply, place, with_caption=True)).message_id

    async def _add_file(self, edit: Edit, reply: Reply, place: Place) -> None:
        """The exact size beside a photo that Telegram shrank; the photo has arrived, no error undoes that."""
        for _ in range(_EXTRA_FILE_ATTEMPTS):
            try:
                await self.send_file(edit, reply, place, with_caption=False)
            except RetryAfter as error:
                await asyncio.sleep(min(retry_seconds(error), _LONGEST_WAIT_FOR_EXTRA_FILE_SECONDS))
            except TelegramError as error:
                logger.info("edit %s: no file beside the photo: %s", edit.id, error)
                return
            else:
                return

    async def send_file(self, edit: Edit, reply: Reply, place: Place, *, with_caption: bool) -> Message:
        """Send the untouched bytes as a file."""
        t = translations(edit.language)
        return await self._bot.send_document(
            edit.chat_id,
            InputFile(reply.content, filename=file_name(edit, reply)),
            caption=caption(t, edit) if with_caption else None,
            parse_mode=ParseMode.HTML,
            reply_markup=result_keyboard(t, edit) if with_caption else None,
            reply_parameters=reply_to(place),
            message_thread_id=place.thread_id,
            disable_content_type_detection=True,
        )

    async def put_on_card(self, edit: Edit, reply: Reply, card_id: int) -> bool:
        """Turn the status card into the result, which does not ring and may be repeated at will.

        False when there is no card any more to turn.
        """
        for as_photo in _forms(edit, reply):
            try:
                await self._turn_card(
                    edit, reply, card_id, InputMediaPhoto if as_photo else InputMediaDocument
                )
            except (BadRequest, NetworkError) as error:
                if is_refusal(error, "not modified"):
                    return True
                if is_refusal(error, *_CARD_GONE):
                    return False
                if not is_refused(error):
                    raise
            else:
                return True
        return False

    async def _turn_card(
        self, edit: Edit, reply: Reply, card_id: int, media: type[InputMediaPhoto | InputMediaDocument]
    ) -> None:
        t = translations(edit.language)
        await self._bot.edit_message_media(
            media(
                InputFile(reply.content, filename=file_name(edit, reply), attach=True),
                caption=caption(t, edit),
                parse_mode=ParseMode.HTML,
            ),
            edit.chat_id,
            card_id,
            reply_markup=result_keyboard(t, edit),
        )


def _forms(edit: Edit, reply: Reply) -> list[bool]:
    """Photo (True) or file, best first: as the photo was sent, if Telegram can take that at all."""
    if not fits_as_photo(reply):
        return [False]
    return [True, False] if edit.photo_kind is PhotoKind.PHOTO else [False, True]


def fits_as_photo(reply: Reply) -> bool:
    """Whether Telegram takes the reply as a photo at all."""
    short, long = sorted((reply.size.width, reply.size.height))
    return (
        len(reply.content) <= MAX_PHOTO_BYTES
        and short + long <= MAX_PHOTO_SUM
        and long <= MAX_PHOTO_RATIO * short
    )


def has_size(message: Message, size: Size) -> bool:
    """Whether one of the sizes that Telegram made of a photo is exactly `size`."""
    return any((photo.width, photo.height) == (size.width, size.height) for photo in message.photo)


def file_name(edit: Edit, reply: Reply) -> str:
    """A telling name that is safe anywhere: `holiday-watercolor.png`, `photo-sketch.jpg`."""
    stem = PurePath(edit.file_name.replace("\\", "/")).stem if edit.file_name else edit.photo_kind.value
    safe = re.sub(r"[^\w-]+", "_", stem).strip("_-")[:60] or edit.photo_kind.value
    return f"{safe}-{edit.command}.{reply.format.extension}"


def place_of(edit: Edit) -> Place:
    """Where its result goes."""
    return Place(edit.thread_id, edit.photo_message_id)


def reply_to(place: Place) -> ReplyParameters | None:
    """A reply, and a message of its own where what it replies to is gone."""
    if place.reply_to is None:
        return None
    return ReplyParameters(place.reply_to, allow_sending_without_reply=True)
