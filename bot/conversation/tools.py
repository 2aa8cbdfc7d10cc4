"""What the features work with: the core and the rows behind the conversation, as Protocols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.conversation.memory import Memory
from bot.core.clock import Clock
from bot.core.edits import Edit, Request
from bot.core.limits import Admission, Limits, Usage
from bot.core.pacing import Estimate
from bot.core.ports import Files, Wake


class Service(Protocol):
    """The core's `EditService`, as far as people ask things of it."""

    async def admit(self, request: Request) -> Admission:
        """Accept a request as an edit, or say why not; the same update is admitted once."""

    async def cancel(self, edit: Edit) -> Edit | None:
        """End an edit on its requester's wish; None when it was too late for that."""

    async def resume(self, edit: Edit) -> Edit | None:
        """Wait once more for the task of an edit that was given up; None where that makes no sense."""

    async def abandon(self, edit: Edit) -> Edit | None:
        """End an edit whose chat is gone; None when it had ended."""

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """A group became a supergroup: everything of the old id belongs to the new one."""


class Desk:
    """Takes people's wishes to the core, and has the edit looked at."""

    def __init__(self, service: Service, wake: Wake) -> None:
        self._service, self._wake = service, wake

    async def admit(self, request: Request) -> Admission:
        """Accept a request as an edit, or say why not."""
        admission = await self._service.admit(request)
        if isinstance(admission, Edit):
            await self._wake(admission)
        return admission

    async def cancel(self, edit: Edit) -> bool:
        """End an edit; False when it was too late. Its card follows by itself."""
        cancelled = await self._service.cancel(edit)
        if cancelled is not None:
            await self._wake(cancelled)
        return cancelled is not None

    async def resume(self, edit: Edit) -> bool:
        """Wait once more for the task of an edit that was given up; False where it has to be made anew."""
        resumed = await self._service.resume(edit)
        if resumed is not None:
            await self._wake(resumed)
        return resumed is not None

    async def abandon(self, edit: Edit) -> None:
        """End an edit whose chat is gone; nobody is told."""
        if (abandoned := await self._service.abandon(edit)) is not None:
            await self._wake(abandoned)

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """A group became a supergroup: all that was the old id's is the new one's. True the first time."""
        return await self._service.follow_chat(old_chat_id, new_chat_id)


class Edits(Protocol):
    """Looks edits up."""

    async def get(self, edit_id: str) -> Edit | None:
        """The edit as it stands, or None."""

    async def by_message(self, chat_id: int, message_id: int) -> Edit | None:
        """The newest edit that a message belongs to: its photo, request, status card or result."""

    async def active_of(self, chat_id: int, requester_id: int | None = None) -> Sequence[Edit]:
        """A chat's edits that have not ended, or one person's of them, oldest first."""

    async def recent_of(self, chat_id: int, requester_id: int | None, count: int) -> Sequence[Edit]:
        """The last edits of a chat, or of one person there, newest first."""

    async def usage(self, chat_id: int, limits: Limits, now: datetime) -> Sequence[Usage]:
        """What the chat has used of each rule."""


class Questions(Protocol):
    """What Telegram is asked about a chat."""

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether somebody is an admin of a group."""

    async def takes_pictures(self, chat_id: int) -> bool:
        """Whether the bot may send photos or files to a group."""

    async def forget_rights(self, chat_id: int) -> None:
        """What the bot may do in a chat has changed."""

    async def has_message(self, chat_id: int, message_id: int) -> bool:
        """Whether a message of the bot's without buttons is still there."""

    async def moved_to(self, chat_id: int) -> int | None:
        """The supergroup that a basic group has become; None for one that has not moved, or is not ours."""


@dataclass(frozen=True, slots=True)
class About:
    """What the bot is called, what it sees in groups, and what it allows. Requests of people who have
    waited longer than `longest_wait` are not painted.
    """

    username: str
    name: str
    reads_group_messages: bool
    limits: Limits
    longest_wait: timedelta


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that handlers may use. They are given it with each call and keep nothing."""

    desk: Desk
    edits: Edits
    memory: Memory
    questions: Questions
    files: Files
    estimate: Callable[[Edit], Estimate]
    about: About
    now: Clock
