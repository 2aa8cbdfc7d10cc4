"""The status cards of running edits: what each shows, and when it may be edited."""

import asyncio
import functools
import heapq
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.conversation.cards import Card, Cards
from bot.conversation.outgoing import ChangeText
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import BotError, TryLater
from bot.core.pacing import Estimate
from bot.core.provider import ITS_TURN, Place
from bot.core.series import awaited_of
from bot.core.stages import EditState
from bot.tasks import end
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

EDITS_APART = {True: timedelta(seconds=3), False: timedelta(seconds=10)}
"""Shortest time between two edits of a card: in private (True), in groups (False)."""
ACTION_EVERY = timedelta(seconds=4.5)
"""Telegram shows a chat action for five seconds."""
_WAITING = (EditState.RECEIVED, EditState.SUBMITTING)
"""Their cards change seldom. One found after a restart most likely says what it should say now."""
_QUIET_AFTER_REFUSAL = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)
_CARDS_A_TICK = 30
"""Telegram takes about thirty messages a second from a bot."""


@dataclass(slots=True)
class Shown:
    """A card, and what it says now (`card`, None if not known). It is not edited before `quiet_until`.

    The card of a series says how `edit` is doing, which the others wait for.
    """

    edit: Edit
    message_id: int
    card: Card | None
    edited_at: datetime
    acted_at: datetime = _NEVER
    quiet_until: datetime = _NEVER
    looked_at: datetime = _NEVER
    place: Place = ITS_TURN


class CardBoard:
    """The cards of this process's running edits. It can be lost: `show` fills it again."""

    def __init__(
        self, outbox: Outbox, cards: Cards, estimate: Callable[[Edit], Estimate], now: Clock
    ) -> None:
        self._outbox, self._cards, self._estimate, self._now = outbox, cards, estimate, now
        self._shown: dict[str, Shown] = {}
        self._series: dict[str, dict[int, Edit]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def render(self, edit: Edit, place: Place = ITS_TURN, *, admins_told: bool = False) -> Card:
        """What the card of `edit` is to show now."""
        if edit.is_in_series:
            known = self._series.get(_key(edit), {1: edit})
            series = [known[number] for number in sorted(known)]
            return self._cards.series(series, edit, self._now(), self._estimate(edit), place)
        return self._cards.status(edit, self._now(), self._estimate(edit), place, admins_told=admins_told)

    def posted(self, edit: Edit, message_id: int, card: Card, place: Place) -> None:
        """A card that shows `card` was just sent. Its first change may follow at once."""
        self._shown[_key(edit)] = Shown(edit, message_id, card, edited_at=_NEVER, place=place)

    def show(self, edit: Edit, place: Place = ITS_TURN) -> None:
        """Note where the edit is. Its card is edited now if it may be, else at a later tick.

        A ready edit waits for the tick: its picture mostly arrives before the card could say so. The end of
        an edit is not shown from here.
        """
        card_id = edit.status_message_id
        if edit.is_in_series:
            if not edit.is_active and _key(edit) not in self._series:
                return  # all of it has ended
            series = self._series.setdefault(_key(edit), {})
            series[edit.request.series_number] = edit
            card_id = series[1].status_message_id if 1 in series else None
            awaited = awaited_of([series[number] for number in sorted(series)])
            edit, place = awaited, place if awaited.id == edit.id else ITS_TURN
        elif not edit.is_active:
            self.take_down(edit)
            return
        if (before := self._shown.get(_key(edit))) is not None and before.edit.chat_id != edit.chat_id:
            self._shown.pop(_key(edit))  # the chat has moved, and the card was left behind
        if _key(edit) not in self._shown and card_id is not None:
            says = self.render(edit, place) if edit.state in _WAITING else None
            self._shown[_key(edit)] = Shown(edit, card_id, says, edited_at=self._now())
        if (shown := self._shown.get(_key(edit))) is not None:
            shown.edit, shown.place = edit, place
            if edit.state is not EditState.READY:
                self._refresh(shown)

    def clear(self) -> None:
        """Forget all cards: their edits belong to other replicas now."""
        self._shown.clear()
        self._series.clear()

    def take_down(self, edit: Edit) -> None:
        """Stop editing this card. A change that still waits to be sent is superseded by the card's end."""
        self._shown.pop(_key(edit), None)
        self._series.pop(_key(edit), None)

    async def tick(self) -> None:
        """Called every second: refresh up to _CARDS_A_TICK cards, the one not looked at for longest first."""
        now = self._now()
        due = (shown for shown in self._shown.values() if now >= shown.quiet_until)
        for shown in heapq.nsmallest(_CARDS_A_TICK, due, key=lambda shown: shown.looked_at):
            shown.looked_at = now
            self._refresh(shown)
            self._keep_action_alive(shown)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        await end(list(self._calls))

    def _refresh(self, shown: Shown) -> None:
        """Edit the card if it may be edited now and should show something else."""
        now, edit = self._now(), shown.edit
        if now < shown.quiet_until or now - shown.edited_at < EDITS_APART[edit.request.is_private]:
            return
        card = self.render(edit, shown.place)
        if card != shown.card:
            call = functools.partial(self._edit, shown, card, shown.edited_at)
            shown.card, shown.edited_at = card, now
            self._start(shown, call)

    async def _edit(self, shown: Shown, card: Card, edited_before: datetime) -> None:
        change = ChangeText(shown.edit.chat_id, shown.message_id, card.html, card.buttons)
        try:
            await self._outbox.change(change, Priority.PROGRESS)
        except TryLater:
            if shown.card is card:  # nothing else was tried since
                shown.card, shown.edited_at = None, edited_before
            raise

    def _keep_action_alive(self, shown: Shown) -> None:
        edit, now = shown.edit, self._now()
        is_working = edit.state not in {EditState.HELD, EditState.RECEIVED}
        if edit.request.is_private and is_working and now - shown.acted_at >= ACTION_EVERY:
            shown.acted_at = now
            call = functools.partial(self._outbox.show_upload, edit.chat_id, edit.request.thread_id)
            self._start(shown, call)

    def _start(self, shown: Shown, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call without waiting for it: a slow chat must not delay the cards of others."""
        task = asyncio.create_task(self._make(shown, call))  # noqa: TID251 - owned: see close()
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _make(self, shown: Shown, call: Callable[[], Awaitable[None]]) -> None:
        if self._shown.get(_key(shown.edit)) is not shown:  # taken down before this started
            return
        try:
            await call()
        except TryLater as error:
            shown.quiet_until = self._now() + timedelta(seconds=error.wait_seconds)
        except BotError as error:  # a card is a courtesy; the edit itself notices what is wrong
            logger.debug("card of edit %s: %s", shown.edit.id, error)
            shown.quiet_until = self._now() + _QUIET_AFTER_REFUSAL


def _key(edit: Edit) -> str:
    """A series has one card."""
    return f"series {edit.request.update_id}" if edit.is_in_series else edit.id
