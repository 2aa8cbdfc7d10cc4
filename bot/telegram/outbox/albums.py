"""Sends several results, or their files, as one album. It cannot carry buttons."""

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager

from telegram import InputMediaDocument, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError
from telegram.ext import ExtBot

from bot.conversation.cards import Cards
from bot.conversation.outgoing import Destination
from bot.core.edits import Edit
from bot.core.errors import EditFailed, Reason
from bot.core.ports import Arrived, Files, Reply
from bot.core.requests import PhotoKind
from bot.telegram.outbox.destination import Nearby, nearby_of, reply_to
from bot.telegram.outbox.errors import is_refused, translated
from bot.telegram.outbox.results import ResultSender, fits_as_photo, has_size, input_file, picture_in
from bot.telegram.outbox.turns import Priority


class AlbumSender:
    """Raises the core's errors; EditFailed for what Telegram does not take together."""

    def __init__(
        self, bot: ExtBot[Priority], cards: Cards, nearby: Nearby, results: ResultSender, files: Files
    ) -> None:
        self._bot, self._cards, self._nearby = bot, cards, nearby
        self._results, self._files = results, files

    async def send(self, edits: Sequence[Edit], *, silent: bool) -> list[Arrived]:
        """Send 1 to 10 results as a reply to the first one's photo, in order; one alone has its buttons.

        They go as photos; as files where their photos were files, or where Telegram does not take one of them
        as a photo. Where it shrank one, a file with the exact size follows.
        """
        async with self._opened(edits) as replies:
            if len(edits) == 1:
                return [await self._results.send(edits[0], replies[0], silent=silent)]
            with translated():
                return await self._nearby.send(
                    _destination(edits[0]), lambda to: self._send(edits, replies, to, silent=silent)
                )

    async def send_files(self, edits: Sequence[Edit]) -> list[int]:
        """Send 1 to 10 results as files, silently and without a caption; returns their messages' ids."""
        async with self._opened(edits) as replies:
            if len(edits) == 1:
                return [await self._results.send_file(edits[0], replies[0])]
            files = [_as_file(edit, reply) for edit, reply in zip(edits, replies, strict=True)]
            with translated():
                sent = await self._nearby.send(
                    _destination(edits[0]), lambda to: self._send_media(files, edits[0], to, silent=True)
                )
            return [message.message_id for message in sent]

    @asynccontextmanager
    async def _opened(self, edits: Sequence[Edit]) -> AsyncIterator[list[Reply]]:
        """Their kept files: not in memory, where so many would take much of it."""
        with ExitStack() as stack:
            replies = []
            for edit in edits:
                file, result = await self._files.open(edit.id, "result"), edit.result
                if file is None or result is None:
                    raise EditFailed(Reason.RESULT_GONE)
                replies.append(Reply(stack.enter_context(file), result.size, result.format))
            yield replies

    async def _send(
        self, edits: Sequence[Edit], replies: Sequence[Reply], to: Destination, *, silent: bool
    ) -> list[Arrived]:
        as_photos = edits[0].request.kind is PhotoKind.PHOTO and all(map(fits_as_photo, replies))
        pairs = list(zip(edits, replies, strict=True))
        caption = self._cards.series_caption(edits)
        sent: Sequence[Message] = ()
        if as_photos:
            try:
                photos = [_as_photo(*pair, caption if not n else None) for n, pair in enumerate(pairs)]
                sent = await self._send_media(photos, edits[0], to, silent=silent)
            except (BadRequest, NetworkError) as error:
                elsewhere = isinstance(error, BadRequest) and nearby_of(to, error) is not None
                if elsewhere or not is_refused(error):
                    raise
        if not sent:
            files = [_as_file(*pair, caption if not n else None) for n, pair in enumerate(pairs)]
            sent = await self._send_media(files, edits[0], to, silent=silent)
        return [
            Arrived(
                message.message_id,
                picture_in(message, edit, reply.size),
                await self._file_beside(message, edit, reply, to),
            )
            for message, (edit, reply) in zip(sent, pairs, strict=True)
        ]

    async def _send_media(
        self,
        media: Sequence[InputMediaPhoto | InputMediaDocument],
        first: Edit,
        to: Destination,
        *,
        silent: bool,
    ) -> Sequence[Message]:
        return await self._bot.send_media_group(
            to.chat_id,
            media,
            disable_notification=silent,
            protect_content=first.request.is_protected or None,
            message_thread_id=to.thread_id,
            reply_parameters=reply_to(to),
        )

    async def _file_beside(self, message: Message, edit: Edit, reply: Reply, to: Destination) -> int | None:
        is_whole = not message.photo or has_size(message, reply.size)
        if is_whole or edit.request.has_spoiler:  # no file is covered
            return None
        return await self._results.add_file(edit, reply, to)


def _destination(edit: Edit) -> Destination:
    return Destination(edit.chat_id, edit.request.thread_id, edit.request.photo_message_id)


def _as_photo(edit: Edit, reply: Reply, caption: str | None = None) -> InputMediaPhoto:
    file = input_file(edit, reply, attach=True)
    spoiler = edit.request.has_spoiler or None
    return InputMediaPhoto(file, caption, ParseMode.HTML, has_spoiler=spoiler)


def _as_file(edit: Edit, reply: Reply, caption: str | None = None) -> InputMediaDocument:
    file = input_file(edit, reply, attach=True)
    return InputMediaDocument(file, caption, ParseMode.HTML, disable_content_type_detection=True)
