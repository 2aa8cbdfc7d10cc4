"""Sends pictures that are no results: with a text, from /history, and an edit's photo beside its result."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from telegram import InputFile, InputMediaDocument, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.conversation.outgoing import (
    ChangePicture,
    Destination,
    SayWithFile,
    SayWithPicture,
    SendComparison,
    SendPicture,
)
from bot.core.edits import Edit
from bot.core.errors import PhotoRefused, Reason
from bot.core.ports import Files
from bot.core.requests import PhotoKind
from bot.telegram.outbox.destination import Nearby, reply_to
from bot.telegram.outbox.errors import is_refusal, translated
from bot.telegram.outbox.keyboards import keyboard
from bot.telegram.outbox.turns import Priority

Download = Callable[[str], Awaitable[bytes]]
"""The bytes of a file of Telegram's by its id. Raises PhotoRefused, TryLater."""


class Images(Protocol):
    """Pillow, off the event loop."""

    async def compare(self, before: bytes, after: bytes, labels: tuple[str, str]) -> bytes:
        """A JPEG of both, labelled. Raises PhotoRefused, ResultUnusable."""


class PictureSender:
    """Raises the core's errors, PhotoRefused and ResultUnusable for what cannot be compared among them."""

    def __init__(
        self,
        bot: ExtBot[Priority],
        nearby: Nearby,
        download: Download,
        files: Files,
        images: Images,
    ) -> None:
        self._bot, self._nearby = bot, nearby
        self._download, self._files, self._images = download, files, images

    async def say(self, message: SayWithPicture) -> int:
        """Send our own picture with its text; returns the new message's id."""
        with translated():
            sent = await self._nearby.send(
                message.to,
                lambda to: self._bot.send_photo(
                    to.chat_id, InputFile(message.picture, filename="picture.jpg"), **_shown(message, to)
                ),
            )
        return sent.message_id

    async def say_with_file(self, message: SayWithFile) -> int:
        """Send our own file with its text; returns the new message's id."""
        with translated():
            sent = await self._nearby.send(
                message.to,
                lambda to: self._bot.send_document(
                    to.chat_id,
                    InputFile(message.content, filename=message.name),
                    caption=message.html,
                    parse_mode=ParseMode.HTML,
                    reply_parameters=reply_to(to),
                    message_thread_id=to.thread_id,
                    disable_notification=True,
                    disable_content_type_detection=True,
                    rate_limit_args=Priority.ANSWER,
                ),
            )
        return sent.message_id

    async def send(self, send: SendPicture) -> int:
        """Send it; returns the new message's id."""
        photo = send.picture

        async def sent(to: Destination) -> Message:
            shown = _shown(send, to) | {"protect_content": photo.is_protected or None}
            if photo.kind is PhotoKind.PHOTO:
                spoiler = photo.has_spoiler or None
                return await self._bot.send_photo(to.chat_id, photo.file_id, has_spoiler=spoiler, **shown)
            return await self._bot.send_document(to.chat_id, photo.file_id, **shown)

        with translated(small=True):
            return (await self._nearby.send(send.to, sent)).message_id

    async def change(self, change: ChangePicture) -> None:
        """Change a message. Does nothing if it shows this already."""
        photo = change.picture
        media: InputMediaPhoto | InputMediaDocument
        if photo.kind is PhotoKind.PHOTO:
            spoiler = photo.has_spoiler or None
            media = InputMediaPhoto(photo.file_id, change.html, ParseMode.HTML, has_spoiler=spoiler)
        else:
            media = InputMediaDocument(photo.file_id, change.html, ParseMode.HTML)
        with translated(small=True, repeatable=True):
            try:
                await self._bot.edit_message_media(
                    media,
                    change.chat_id,
                    change.message_id,
                    reply_markup=keyboard(change.buttons),
                    rate_limit_args=Priority.ANSWER,
                )
            except BadRequest as error:
                if not is_refusal(error, "not modified"):
                    raise

    async def send_comparison(self, send: SendComparison) -> list[int]:
        """Make it and send it; returns the new message's id, alone."""
        edit, request = send.edit, send.edit.request
        content = await self._images.compare(await self._before(edit), await self._after(edit), send.labels)
        with translated():
            message = await self._nearby.send(
                Destination(edit.chat_id, edit.request.thread_id, edit.result_message_id),
                lambda to: self._bot.send_photo(
                    to.chat_id,
                    InputFile(content, filename="comparison.jpg"),
                    caption=send.html,
                    parse_mode=ParseMode.HTML,
                    reply_parameters=reply_to(to),
                    message_thread_id=to.thread_id,
                    disable_notification=True,
                    has_spoiler=request.has_spoiler or None,
                    protect_content=request.is_protected or None,
                    rate_limit_args=Priority.ANSWER,
                ),
            )
        return [message.message_id]

    async def _before(self, edit: Edit) -> bytes:
        parent = edit.request.parent
        kept = await self._files.get(parent, "result") if parent else None
        if kept is not None:
            return kept
        if edit.request.photo is None:
            raise PhotoRefused(Reason.PHOTO_GONE)
        return await self._download(edit.request.photo.file_id)

    async def _after(self, edit: Edit) -> bytes:
        if (kept := await self._files.get(edit.id, "result")) is not None:
            return kept
        if edit.result_photo is None:
            raise PhotoRefused(Reason.RESULT_GONE)
        return await self._download(edit.result_photo.file_id)


def _shown(message: SayWithPicture | SendPicture, to: Destination) -> dict[str, Any]:
    """The text under a picture, and where it goes."""
    return {
        "caption": message.html,
        "parse_mode": ParseMode.HTML,
        "reply_markup": keyboard(message.buttons),
        "reply_parameters": reply_to(to),
        "message_thread_id": to.thread_id,
        "disable_notification": message.silent,
        "rate_limit_args": Priority.ANSWER,
    }
