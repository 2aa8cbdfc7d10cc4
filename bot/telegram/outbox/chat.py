"""What the bot sends about an edit: its card, its result, its end, and alerts to the admins."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from telegram.error import TelegramError

from bot.conversation.cards import Card, Cards
from bot.conversation.outgoing import ChangeText, Delete, Destination, Say
from bot.core.edits import Edit
from bot.core.errors import BotError, EditFailed, Reason, TryLater
from bot.core.ports import Arrived, Reply
from bot.core.provider import ITS_TURN, Place
from bot.core.requests import PhotoRef
from bot.core.stages import EditState
from bot.telegram.files import FileDownloader
from bot.telegram.outbox.admins import Admins
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.errors import lacks_right
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

T = TypeVar("T")

_ASK_AGAIN_SECONDS = 60.0
_AT_WORK = "👀"
_ENDS = {EditState.DELIVERED: "👌", EditState.FAILED: "💔", EditState.CANCELLED: ""}
"""Reactions that every group knows; an empty one takes the first back."""


class Rights(Protocol):
    """What groups let the bot send, and want."""

    async def may_send(self, chat_id: int) -> bool:
        """Whether it takes pictures there."""

    async def refused(self, chat_id: int) -> None:
        """It did not take one."""

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether a group wants reactions on requests instead of status cards."""


class TelegramChat:
    """The core's `Chat`."""

    def __init__(
        self,
        outbox: Outbox,
        results: ResultSender,
        board: CardBoard,
        cards: Cards,
        downloader: FileDownloader,
        rights: Rights,
        admins: Admins,
        *,
        albums: AlbumSender,
    ) -> None:
        self._outbox, self._results, self._board, self._cards = outbox, results, board, cards
        self._albums = albums
        self._downloader, self._rights, self._admins = downloader, rights, admins

    async def download(self, photo: PhotoRef) -> bytes:
        """The photo's bytes."""
        return await self._downloader.download(photo.file_id)

    async def post_card(self, edit: Edit, place: Place = ITS_TURN) -> int | None:
        """Send the status card as a silent reply to the request; in a quiet group, react to that instead."""
        if await self._is_quiet(edit):
            await self._react(edit, _AT_WORK)
            return None
        card = self._board.render(edit, place)
        protected = edit.request.is_protected  # it may become the result
        say = Say(_destination(edit), card.html, card.buttons, silent=True, protected=protected)
        try:
            message_id = await self._outbox.post(say, Priority.CARD)
        except EditFailed as error:
            if lacks_right(error.__cause__):  # then a picture cannot be sent either, and would cost money
                raise
            raise TryLater(0, str(error)) from error
        self._board.posted(edit, message_id, card, place)
        return message_id

    def show(self, edit: Edit, place: Place = ITS_TURN) -> None:
        """Have the card show where the edit is now."""
        self._board.show(edit, place)

    async def deliver(self, edit: Edit, reply: Reply) -> Arrived:
        """Send the result; onto the card where an earlier attempt may have arrived.

        Where the bot may not send pictures, it waits for that right.
        """
        return await self._if_allowed(edit, lambda: self._deliver(edit, reply))

    async def deliver_series(self, edits: Sequence[Edit], *, silent: bool) -> Sequence[Arrived]:
        """Send them in one reply. Where the bot may not send pictures, they wait for that right."""
        return await self._if_allowed(edits[0], lambda: self._albums.send(edits, silent=silent))

    async def _if_allowed(self, edit: Edit, send: Callable[[], Awaitable[T]]) -> T:
        if not await self._may_send(edit):
            raise _held("known before")
        try:
            return await send()
        except EditFailed as error:
            if edit.request.is_private or not lacks_right(error.__cause__):
                raise
            await self._rights.refused(edit.chat_id)
            raise _held(str(error)) from error

    async def _may_send(self, edit: Edit) -> bool:
        """Whoever cannot be asked is tried."""
        if edit.blocked_by is not Reason.MAY_NOT_SEND:
            return True
        try:
            return await self._rights.may_send(edit.chat_id)
        except TelegramError:
            return True

    async def _deliver(self, edit: Edit, reply: Reply) -> Arrived:
        if edit.sends and edit.status_message_id is not None:
            self._board.take_down(edit)
            if arrived := await self._results.put_on_card(edit, reply, edit.status_message_id):
                return arrived
        return await self._results.send(edit, reply)

    async def settle(self, edit: Edit) -> int | None:
        """Delete a delivered edit's card; else have the card, or a new message, say what happened."""
        self._board.take_down(edit)
        if edit.failure is Reason.CHAT_GONE:
            return None
        if edit.status_message_id is None and await self._is_quiet(edit):
            await self._react(edit, _ENDS[edit.state])
        if edit.state is EditState.DELIVERED:
            await self._remove_card(edit)
            return None
        card = self._board.render(edit, admins_told=await self._admins.have_heard_of(edit))
        if await self._end_card(edit, card) or edit.state is not EditState.FAILED:
            return None
        return await self._outbox.post(Say(_destination(edit), card.html, card.buttons, silent=True))

    async def settle_series(self, series: Sequence[Edit]) -> int | None:
        """Have the card say how the series ended: under what has arrived, so maybe anew, silently."""
        first, card_id = series[0], series[0].status_message_id
        self._board.take_down(first)
        if any(each.failure is Reason.CHAT_GONE for each in series):
            return None
        if card_id is None and await self._is_quiet(first):
            await self._react(first, _ENDS[_worst(series)])
        heard = [await self._admins.have_heard_of(each) for each in series if each.failure is not None]
        card = self._cards.series_end(series, admins_told=all(heard))
        arrived = (
            number or 0 for each in series for number in (each.result_message_id, each.file_message_id)
        )
        if card_id is not None and card_id > max(arrived) and await self._end_card(first, card):
            return None
        if card_id is None and all(each.state is EditState.CANCELLED for each in series):
            return None
        if card_id is not None:  # before the new one, whose number is known only once all this is done
            with contextlib.suppress(BotError):  # it is too old, or somebody else has deleted it
                await self._outbox.delete(Delete(first.chat_id, card_id))
        return await self._outbox.post(Say(_destination(first), card.html, card.buttons, silent=True))

    async def _is_quiet(self, edit: Edit) -> bool:
        return not edit.request.is_private and await self._rights.is_quiet(edit.chat_id)

    async def _react(self, edit: Edit, emoji: str) -> None:
        """The group may not allow this reaction, and the message may be gone: nobody misses it."""
        try:
            await self._outbox.react(edit.chat_id, edit.request.request_message_id, emoji)
        except BotError as error:
            logger.info("edit %s has no reaction: %s", edit.id, error)

    async def alert_admins(self, edit: Edit, reason: Reason) -> None:
        """One message for each admin and reason, once in a while."""
        await self._admins.alert(edit, reason)

    async def _remove_card(self, edit: Edit) -> None:
        """Delete the card. If Telegram does not (it may be too old), have it say that the edit is done."""
        if edit.status_message_id is None or edit.status_message_id == edit.result_message_id:
            return
        try:
            await self._outbox.delete(Delete(edit.chat_id, edit.status_message_id))
        except EditFailed as error:
            logger.debug("card of edit %s: %s", edit.id, error)
            await self._end_card(edit, self._board.render(edit))

    async def _end_card(self, edit: Edit, card: Card) -> bool:
        """Give the card its last words; False when there is no card that takes them."""
        if edit.status_message_id is None:
            return False
        try:
            await self._outbox.change(
                ChangeText(edit.chat_id, edit.status_message_id, card.html, card.buttons), Priority.END
            )
        except EditFailed:
            return False
        return True


def _worst(series: Sequence[Edit]) -> EditState:
    """A failure is worth a word before what arrived."""
    states = [each.state for each in series]
    return next((each for each in (EditState.FAILED, EditState.DELIVERED) if each in states), states[0])


def _held(detail: str) -> TryLater:
    return TryLater(_ASK_AGAIN_SECONDS, f"pictures are not allowed: {detail}", Reason.MAY_NOT_SEND)


def _destination(edit: Edit) -> Destination:
    """A reply to the request."""
    return Destination(edit.chat_id, edit.request.thread_id, edit.request.request_message_id)
