"""What handlers may use: the core, the rows and questions to Telegram, as Protocols."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.conversation.incoming import Message
from bot.conversation.memory import Memory, Wishes
from bot.conversation.owners import Guests, Money, Owners, OwnersFiles, OwnLimits
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.limits import Admission, Limits, Usage
from bot.core.pacing import Estimate
from bot.core.ports import Files, Wake
from bot.core.requests import Request


class Service(Protocol):
    """The parts of the core's `EditService` that handlers need."""

    async def admit(
        self, request: Request, *, others: Sequence[Request] = (), hold: bool = False, once: bool = False
    ) -> Admission:
        """Accept a request as an edit, or say why not. The same update is admitted once.

        With the `others` of its series: all of them or none; the first one's edit is returned.
        `hold`: where a window is full, the edit waits for its place. `once`: if the person has the same under
        way in this chat, that edit is returned.
        """

    async def cancel(self, edit: Edit) -> Edit | None:
        """Cancel an edit for its requester. None if it was too late."""

    async def stop(self, edit: Edit) -> Edit | None:
        """Cancel an edit even if its picture is on its way. None if it had ended."""

    async def resume(self, edit: Edit) -> Edit | None:
        """Wait once more for the task of an edit that was given up; None where that makes no sense."""

    async def abandon(self, edit: Edit) -> Edit | None:
        """End an edit whose chat is gone. None if it had ended already."""

    async def forget_result(self, edit: Edit) -> None:
        """Delete our copy of a delivered result, and forget what Telegram calls it."""

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """A group became a supergroup: move all rows to the new id. True the first time."""


class PersonalData(Protocol):
    """Everything that is stored of people."""

    async def erase(self, person_id: int) -> None:
        """Delete what is stored of a person in all chats, except for edits that have not ended."""


class RefusedRequests(Protocol):
    """Requests that were refused for a while, by the update that asked."""

    async def keep(self, requests: Sequence[Request], now: datetime) -> None:
        """Keep a request or a series of them; keeping it again changes nothing."""

    async def get(self, update_id: int) -> Sequence[Request]:
        """What was kept, as long as it is; else nothing."""


class Desk:
    """Passes requests to the core, wakes the edit's job, and keeps what was refused for a while."""

    def __init__(
        self,
        service: Service,
        wake: Wake,
        refused: RefusedRequests,
        data: PersonalData,
        edits: "Edits",
        now: Clock,
    ) -> None:
        self._service, self._wake, self._refused, self._edits = service, wake, refused, edits
        self._data, self._now = data, now

    async def admit(self, requests: Sequence[Request], *, once: bool = False) -> Admission:
        """Accept a request, or a series of them, or say why not. An edit is worked on at once.

        `once`: not if the person has the same under way in this chat.
        """
        first, *others = requests
        admission = await self._service.admit(first, others=others, once=once)
        if isinstance(admission, Edit):
            await self._begin(admission)
        elif admission.left or admission.can_be_held(self._now()):
            await self._refused.keep(requests, self._now())
        return admission

    async def refused(self, update_id: int) -> Sequence[Request]:
        """What was refused and can be held; nothing if it is no longer known."""
        return await self._refused.get(update_id)

    async def hold(self, requests: Sequence[Request], *, once: bool = False) -> Admission:
        """Have a request or a series wait for its places; work on it at once if they are there by now.

        `once` as in `admit`.
        """
        first, *others = requests
        admission = await self._service.admit(first, others=others, hold=True, once=once)
        if isinstance(admission, Edit):
            await self._begin(admission)
        return admission

    async def _begin(self, edit: Edit) -> None:
        for each in await self._edits.series_of(edit) if edit.is_in_series else (edit,):
            await self._wake(each)

    async def cancel(self, edit: Edit) -> Edit | None:
        """Cancel an edit. None if it was too late. Its card is updated by the core."""
        cancelled = await self._service.cancel(edit)
        if cancelled is not None:
            await self._wake(cancelled)
        return cancelled

    async def erase(self, person_id: int, running: Sequence[Edit]) -> None:
        """Cancel a person's running edits, and delete what is stored of them."""
        for edit in running:
            if (stopped := await self._service.stop(edit)) is not None:
                await self._wake(stopped)
        await self._data.erase(person_id)

    async def resume(self, edit: Edit) -> bool:
        """Wait once more for the task of an edit that was given up; False where it has to be made anew."""
        resumed = await self._service.resume(edit)
        if resumed is not None:
            await self._wake(resumed)
        return resumed is not None

    async def abandon(self, edit: Edit) -> None:
        """End an edit whose chat is gone, without a message."""
        if (abandoned := await self._service.abandon(edit)) is not None:
            await self._wake(abandoned)

    async def forget_result(self, edit: Edit) -> None:
        """Delete our copy of a delivered result, and forget what Telegram calls it."""
        await self._service.forget_result(edit)

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""
        return await self._service.follow_chat(old_chat_id, new_chat_id)


class Edits(Protocol):
    """Looks edits up."""

    async def get(self, edit_id: str) -> Edit | None:
        """The edit as it stands, or None."""

    async def series_of(self, edit: Edit) -> Sequence[Edit]:
        """Every edit of its series, or it alone, in order."""

    async def by_message(self, chat_id: int, message_id: int) -> Edit | None:
        """The edit that a message belongs to: its result or file, else its card, request or photo."""

    async def active_of(self, chat_id: int, requester_id: int | None = None) -> Sequence[Edit]:
        """A chat's edits that have not ended, or one person's of them, oldest first."""

    async def recent_of(self, chat_id: int, requester_id: int | None, count: int) -> Sequence[Edit]:
        """The last edits of a chat, or of one person there, newest first."""

    async def results_of(self, chat_id: int, requester_id: int, since: datetime) -> Sequence[str]:
        """The ids of a person's edits in a chat whose result Telegram has, newest first."""

    async def running_of(self, requester_id: int) -> Sequence[Edit]:
        """A person's edits that have not ended, in every chat."""

    async def usage(self, chat_id: int, person_id: int, limits: Limits, now: datetime) -> Sequence[Usage]:
        """How much is used of each rule that applies to a person in a chat."""

    async def held_of(self, person_id: int) -> Sequence[Edit]:
        """A person's held edits in all chats, oldest first."""


class Questions(Protocol):
    """Questions to Telegram about a chat. Raise TryLater if it does not answer."""

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether somebody is an admin of a group."""

    async def takes_pictures(self, chat_id: int) -> bool:
        """Whether the bot may send photos or files to a group."""

    async def forget_rights(self, chat_id: int) -> None:
        """What the bot may do in a chat has changed."""

    async def has_message(self, chat_id: int, message_id: int) -> bool:
        """Whether a message of the bot's without buttons is still there."""

    async def moved_to(self, chat_id: int) -> int | None:
        """The supergroup that a basic group became; None if it did not, or if the bot is not in it."""


@dataclass(frozen=True, slots=True)
class About:
    """What the bot is called, what it sees in groups, and what it allows. Requests of people who have
    waited longer than `longest_wait` are not painted. `prices`: what an edit may cost, in credits, as far as
    that is known; `shows_prices`: people are told.
    """

    username: str
    name: str
    reads_group_messages: bool
    limits: Limits
    longest_wait: timedelta
    prices: frozenset[float] = frozenset()
    shows_prices: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that handlers may use. It is passed with each call; handlers keep no state."""

    desk: Desk
    edits: Edits
    memory: Memory
    wishes: Wishes
    owners: Owners
    guests: Guests
    own_limits: OwnLimits
    money: Money
    owners_files: OwnersFiles
    take_again: Callable[[int, int, datetime], Awaitable[object]]
    """Has what a chat sent from an update on, and since a moment, handled as if it had just come."""
    questions: Questions
    files: Files
    photo_follows: Callable[[Message], Awaitable[bool]]
    """Whether a message is the comment on a forwarded photo, which comes right after it."""
    album_of: Callable[[Message], Awaitable[Sequence[Message]]]
    """All parts of the album that a message belongs to, in order, once no more of them come."""
    most_photos: int
    """What the model takes in one edit."""
    estimate: Callable[[Edit], Estimate]
    about: About
    now: Clock
