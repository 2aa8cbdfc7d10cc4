"""The texts behind the commands that ask about edits: status, limits, cancel, help."""

from gettext import NullTranslations

from telegram import Bot

from bot.conversation import texts
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.limits import Limits
from bot.core.pacing import Pacing
from bot.core.service import EditService
from bot.storage.edits import SqlEditStore

_RECENT = 3


class Answers:
    """Reads what is asked about and words it."""

    def __init__(
        self, bot: Bot, service: EditService, store: SqlEditStore, pacing: Pacing, limits: Limits, now: Clock
    ) -> None:
        self._bot, self._service, self._store = bot, service, store
        self._pacing, self._limits, self._now = pacing, limits, now

    def start(self, t: NullTranslations) -> str:
        """A short welcome."""
        return texts.start_text(t, bot_name=self._bot.first_name)

    def help(self, t: NullTranslations, *, private: bool) -> str:
        """One worked example for each way of asking."""
        return texts.help_text(
            t,
            username=self._bot.username,
            private=private,
            reads_group_messages=bool(self._bot.bot.can_read_all_group_messages),
        )

    async def status(self, t: NullTranslations, chat_id: int, requester_id: int) -> str:
        """This person's edits in this chat."""
        active = await self._store.active_of(chat_id, requester_id)
        recent = await self._store.recent_of(chat_id, requester_id, _RECENT)
        now = self._now()
        return texts.status_text(t, active, recent, now, lambda edit: self._pacing.estimate_of(edit, now))

    async def limits(self, t: NullTranslations, chat_id: int) -> str:
        """This chat's window."""
        now = self._now()
        return texts.limits_text(t, await self._store.usage(chat_id, self._limits, now), now)

    async def cancel(
        self, t: NullTranslations, chat_id: int, requester_id: int, replied_to: int | None
    ) -> str:
        """Cancel the edit whose message was replied to, or all of this person's edits in this chat.

        A reply to an edit that has ended, or is somebody else's, cancels no other one.
        """
        edits = await self._store.active_of(chat_id, requester_id)
        if replied_to is not None and await self._store.by_message(chat_id, replied_to) is not None:
            edits = [edit for edit in edits if replied_to in _messages(edit)]
        count = sum([await self._service.cancel(edit) for edit in edits])
        return texts.cancelled_text(t, count) if count else texts.nothing_to_cancel(t)


def _messages(edit: Edit) -> set[int | None]:
    return {edit.status_message_id, edit.request_message_id, edit.photo_message_id}
