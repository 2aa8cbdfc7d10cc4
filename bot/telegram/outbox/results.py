"""Sends a result the way the photo was sent; also as a file if Telegram did not keep its exact size.

A picture that Telegram refuses as a photo is sent as a file, and the other way round. If it refuses the
destination, the picture goes nearby.
"""

import asyncio
import logging
import re
from dataclasses import replace
from pathlib import PurePath

from telegram import InlineKeyboardMarkup, InputFile, InputMediaDocument, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.conversation.cards import Cards
from bot.conversation.outgoing import Destination
from bot.core.edits import Edit
from bot.core.pictures import ImageFormat, Size
from bot.core.ports import Arrived, Reply
from bot.core.requests import PhotoKind, PhotoRef
from bot.telegram.outbox.destination import Nearby, nearby_of, reply_to
from bot.telegram.outbox.errors import is_refusal, is_refused, retry_seconds, translated
from bot.telegram.outbox.keyboards import keyboard
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

MAX_PHOTO_BYTES, MAX_PHOTO_SUM, MAX_PHOTO_RATIO = 10_000_000, 10_000, 20
_CARD_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_EXTRA_FILE_ATTEMPTS, _LONGEST_WAIT_FOR_EXTRA_FILE_SECONDS = 3, 60.0


class ResultSender:
    """Raises the core's errors. A photo that was sent under a spoiler comes back under one, and what may not
    be saved stays so.
    """

    def __init__(self, bot: ExtBot[Priority], cards: Cards, nearby: Nearby) -> None:
        self._bot, self._cards, self._nearby = bot, cards, nearby

    async def send(self, edit: Edit, reply: Reply, *, silent: bool = False) -> Arrived:
        """Send a new reply, with sound unless `silent`."""
        with translated():
            return await self._nearby.send(
                _destination(edit), lambda to: self._send(edit, reply, to, silent=silent)
            )

    async def send_file(self, edit: Edit, reply: Reply) -> int:
        """Send the bytes as a file without a caption; returns its message id."""
        with translated():
            message = await self._nearby.send(_destination(edit), lambda to: self._send_file(edit, reply, to))
        return message.message_id

    async def put_on_card(self, edit: Edit, reply: Reply, card_id: int) -> Arrived | None:
        """Turn the status card into the result. It makes no sound, and repeating it is harmless.

        Returns None if the card is gone.
        """
        with translated():
            for as_photo in _forms(edit, reply):
                try:
                    photo = await self._turn_card(edit, reply, card_id, as_photo=as_photo)
                except (BadRequest, NetworkError) as error:
                    if is_refusal(error, "not modified"):
                        return Arrived(card_id, None)
                    if is_refusal(error, *_CARD_GONE):
                        return None
                    if not is_refused(error):
                        raise
                else:
                    return Arrived(card_id, photo)
        return None

    async def _send(self, edit: Edit, reply: Reply, to: Destination, *, silent: bool) -> Arrived:
        sends = {True: self._send_photo, False: self._send_as_file}
        first, *others = _forms(edit, reply)
        try:
            return await sends[first](edit, reply, to, silent=silent)
        except (BadRequest, NetworkError) as error:
            elsewhere = isinstance(error, BadRequest) and nearby_of(to, error) is not None
            if not others or elsewhere or not is_refused(error):
                raise
            logger.info("edit %s goes in another form: %s", edit.id, error)
        return await sends[others[0]](edit, reply, to, silent=silent)

    async def _send_photo(self, edit: Edit, reply: Reply, to: Destination, *, silent: bool) -> Arrived:
        card = self._cards.result(edit)
        message = await self._bot.send_photo(
            to.chat_id,
            input_file(edit, reply),
            caption=card.html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(card.buttons),
            reply_parameters=reply_to(to),
            message_thread_id=to.thread_id,
            has_spoiler=edit.request.has_spoiler or None,
            protect_content=edit.request.is_protected or None,
            disable_notification=silent or None,
        )
        file_message_id = None
        if not has_size(message, reply.size) and not edit.request.has_spoiler:  # no file is covered
            file_message_id = await self.add_file(edit, reply, to)
        return Arrived(message.message_id, picture_in(message, edit, reply.size), file_message_id)

    async def _send_as_file(self, edit: Edit, reply: Reply, to: Destination, *, silent: bool) -> Arrived:
        card = self._cards.result(edit)
        buttons = keyboard(card.buttons)
        message = await self._send_file(edit, reply, to, card.html, buttons, silent=silent)
        return Arrived(message.message_id, picture_in(message, edit, reply.size))

    async def add_file(self, edit: Edit, reply: Reply, to: Destination) -> int | None:
        """Add a file with the exact size to a photo that Telegram shrank. Errors are only logged."""
        for _ in range(_EXTRA_FILE_ATTEMPTS):
            try:
                return (await self._send_file(edit, reply, to)).message_id
            except RetryAfter as error:
                await asyncio.sleep(min(retry_seconds(error), _LONGEST_WAIT_FOR_EXTRA_FILE_SECONDS))
            except TelegramError as error:
                logger.info("edit %s: no file beside the photo: %s", edit.id, error)
                break
        return None

    async def _send_file(
        self,
        edit: Edit,
        reply: Reply,
        to: Destination,
        caption: str | None = None,
        markup: InlineKeyboardMarkup | None = None,
        *,
        silent: bool = False,
    ) -> Message:
        """Without a caption it comes beside the result, and makes no sound."""
        return await self._bot.send_document(
            to.chat_id,
            input_file(edit, reply),
            caption=caption,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            reply_parameters=reply_to(to),
            message_thread_id=to.thread_id,
            disable_content_type_detection=True,
            disable_notification=silent or caption is None or None,
            protect_content=edit.request.is_protected or None,
        )

    async def _turn_card(self, edit: Edit, reply: Reply, card_id: int, *, as_photo: bool) -> PhotoRef | None:
        card = self._cards.result(edit)
        file = input_file(edit, reply, attach=True)
        media: InputMediaPhoto | InputMediaDocument
        if as_photo:
            spoiler = edit.request.has_spoiler or None
            media = InputMediaPhoto(file, card.html, ParseMode.HTML, has_spoiler=spoiler)
        else:
            media = InputMediaDocument(file, card.html, ParseMode.HTML)
        turned = await self._bot.edit_message_media(
            media, edit.chat_id, card_id, reply_markup=keyboard(card.buttons)
        )
        return picture_in(turned, edit, reply.size) if isinstance(turned, Message) else None


def _destination(edit: Edit) -> Destination:
    """A reply to the photo."""
    return Destination(edit.chat_id, edit.request.thread_id, edit.request.photo_message_id)


def _forms(edit: Edit, reply: Reply) -> list[bool]:
    """The forms to try, photo (True) or file (False), the way the photo was sent first."""
    if not fits_as_photo(reply):
        return [False]
    return [True, False] if edit.request.kind is PhotoKind.PHOTO else [False, True]


def fits_as_photo(reply: Reply) -> bool:
    """Whether the reply is within Telegram's limits for photos."""
    short, long = sorted((reply.size.width, reply.size.height))
    return (
        reply.byte_count <= MAX_PHOTO_BYTES
        and short + long <= MAX_PHOTO_SUM
        and long <= MAX_PHOTO_RATIO * short
    )


def picture_in(message: Message, edit: Edit, size: Size) -> PhotoRef | None:
    """A reply of this size as Telegram has it, covered and protected as the photo was."""
    as_sent = replace(edit.request.photo or PhotoRef("", PhotoKind.PHOTO), pixels=size.pixels)
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return replace(as_sent, file_id=largest.file_id, kind=PhotoKind.PHOTO)
    if message.document:
        return replace(as_sent, file_id=message.document.file_id, kind=PhotoKind.DOCUMENT)
    return None


def has_size(message: Message, size: Size) -> bool:
    """Whether one of the sizes that Telegram made of a photo is exactly `size`."""
    return any((photo.width, photo.height) == (size.width, size.height) for photo in message.photo)


def input_file(edit: Edit, reply: Reply, *, attach: bool = False) -> InputFile:
    """The reply for python-telegram-bot. An open file is sent piece by piece."""
    name = file_name(edit, reply.format)
    return InputFile(reply.content, filename=name, attach=attach, read_file_handle=False)


def file_name(edit: Edit, file_format: ImageFormat) -> str:
    """A descriptive name that is safe everywhere: `holiday-watercolor.png`, `photo-sketch.jpg`."""
    photo, kind = edit.request.photo, edit.request.kind.value
    stem = PurePath(photo.file_name.replace("\\", "/")).stem if photo and photo.file_name else kind
    safe = re.sub(r"[^\w-]+", "_", stem).strip("_-")[:60] or kind
    return f"{safe}-{edit.request.command}.{file_format.extension}"
