"""Changes to a message go one at a time, and only the newest waiting text is sent."""

from collections.abc import Iterator

from bot.telegram.outbox.turns import Superseded, Turn


class Messages:
    """The calls that change a message, in order. The first is in line or running, the others wait for it.

    A deletion waits for no other call: in any order, the message is gone.
    """

    def __init__(self) -> None:
        self._calls: dict[tuple[object, object], list[Turn]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Turn]:
        return (turn for calls in self._calls.values() for turn in calls)

    def join(self, turn: Turn) -> list[Turn]:
        """Add a call. Removes the waiting texts that it supersedes, and returns them.

        Raises Superseded for a card's progress when the final text or the deletion is already waiting.
        """
        if turn.message is None:
            return []
        calls = self._calls.get(turn.message, [])
        if turn.is_progress and any(not each.is_progress for each in calls):
            raise Superseded("the message has come to its end")
        superseded = [each for each in calls if each.is_text and each.waits]
        self._calls[turn.message] = [*(each for each in calls if each not in superseded), turn]
        return superseded

    def leave(self, turn: Turn) -> None:
        """The call has ended, or will not be made."""
        calls = self._calls.get(turn.message, []) if turn.message else []
        if turn in calls:
            calls.remove(turn)
        if turn.message and not calls:
            self._calls.pop(turn.message, None)

    def lets_go(self, turn: Turn) -> bool:
        """Whether the call may stand in line: no other call for its message has to end first."""
        if turn.message is None or turn.is_deletion:
            return True
        return next((each for each in self._calls[turn.message] if not each.is_deletion), None) is turn

    def next_after(self, turn: Turn) -> Turn | None:
        """The call that may stand in line once `turn` has left."""
        calls = self._calls.get(turn.message, []) if turn.message else []
        return next((each for each in calls if not each.is_deletion), None)
