"""How much may be sent, and when there is room again: sliding windows and the pauses Telegram asks for."""

from bot.telegram.outbox.turns import Priority, Turn, is_private
from bot.telegram.outbox.windows import Window

A_SECOND = 30
"""Messages that Telegram takes from a bot, all chats together."""
FOR_TALK_IN_GROUPS = 24
"""How much of that goes to anything but results in groups: many of them cannot silence the bot elsewhere."""
A_GROUPS_MINUTE, NOT_FOR_RESULTS, NOT_FOR_A_GROUPS_ANSWERS, FOR_A_GROUPS_CARDS = 20, 12, 11, 9
A_PERSONS_FIVE_SECONDS, NOT_FOR_A_PERSONS_ANSWERS, FOR_A_PERSONS_CARDS = 5, 4, 3
"""What it takes for one chat, and our own bounds within that."""
AT_ONCE = 8
"""Calls under way: more make an HTTP client slower, not faster."""
FLOODED_CHATS, FLOODED_WITHIN_SECONDS = 3, 5.0
"""If Telegram refuses this many chats within this time, the bot as a whole is too fast."""


class ChatBudget:
    """A person gets five messages in five seconds, three of them in one second; a group twenty a minute.

    Of a person's five at most three are for cards, and at most four for cards and their last words; of a
    group's twenty at most nine and eleven, and at most twelve for anything but results. So finished pictures
    arrive whatever is said meanwhile, and an answer does whatever becomes of cards.
    """

    def __init__(self, chat_id: int | str) -> None:
        self.paused_until = 0.0
        self._shared: tuple[Window, ...]
        self._bounded: tuple[tuple[Priority, Window], ...]
        if is_private(chat_id):
            self._shared = Window(3, 1), Window(A_PERSONS_FIVE_SECONDS, 5)
            self._bounded = (
                (Priority.END, Window(NOT_FOR_A_PERSONS_ANSWERS, 5)),
                (Priority.CARD, Window(FOR_A_PERSONS_CARDS, 5)),
            )
        else:
            self._shared = (Window(A_GROUPS_MINUTE, 60),)
            self._bounded = (
                (Priority.ANSWER, Window(NOT_FOR_RESULTS, 60)),
                (Priority.END, Window(NOT_FOR_A_GROUPS_ANSWERS, 60)),
                (Priority.CARD, Window(FOR_A_GROUPS_CARDS, 60)),
            )

    def windows(self, rank: int) -> tuple[Window, ...]:
        """The windows in which a call of this rank needs a place; important calls need fewer."""
        return (*self._shared, *(window for priority, window in self._bounded if rank >= priority))

    def is_as_new(self, now: float) -> bool:
        """Whether a new budget would say the same."""
        return self.paused_until <= now and all(window.is_empty(now) for window in self._shared)


class Budgets:
    """The budget of the whole bot, and one per chat: made on demand, forgotten when unused."""

    def __init__(self) -> None:
        self._second = Window(A_SECOND, 1)
        self.everything = (self._second, Window(AT_ONCE, 0))
        self.talk_in_groups = Window(FOR_TALK_IN_GROUPS, 1)
        self.paused_until = 0.0
        self._chats: dict[int | str, ChatBudget] = {}
        self._refusals: dict[int | str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._chats)

    def of(self, chat_id: int | str) -> ChatBudget:
        """The budget of one chat."""
        if chat_id not in self._chats:
            self._chats[chat_id] = ChatBudget(chat_id)
        return self._chats[chat_id]

    def share(self, processes: int) -> None:
        """Take this process's part of the bot's limits, one of `processes`."""
        self._second.resize(max(1, A_SECOND // processes))
        self.talk_in_groups.resize(max(1, FOR_TALK_IN_GROUPS // processes))

    def shared_windows(self, turn: Turn) -> tuple[Window, ...]:
        """The windows outside of its chat in which a counted call needs a place."""
        if turn.is_group_talk:
            return (*self.everything, self.talk_in_groups)
        return self.everything

    def refused(self, chat_id: int | str, now: float, until: float) -> int:
        """Send nothing to this chat before `until`. Returns how many chats were refused in the last seconds.

        If those are too many, all chats wait for the longest of their pauses.
        """
        chat = self.of(chat_id)
        chat.paused_until = max(chat.paused_until, until)
        recent = now - FLOODED_WITHIN_SECONDS
        self._refusals = {each: times for each, times in self._refusals.items() if times[0] > recent}
        self._refusals[chat_id] = now, chat.paused_until
        if len(self._refusals) >= FLOODED_CHATS:
            self.paused_until = max(self.paused_until, *(until for _, until in self._refusals.values()))
        return len(self._refusals)

    def forget_idle(self, now: float) -> None:
        """Forget the budgets that are as new."""
        self._chats = {each: chat for each, chat in self._chats.items() if not chat.is_as_new(now)}
