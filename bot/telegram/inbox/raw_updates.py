"""Updates as Telegram sent them: JSON of any shape. Nothing here may raise."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

NOBODY = 0
"""In place of a chat's id, for updates that belong to no chat."""
LARGEST_ID = 2**63
_PARENTS = ("message", "edited_message", "my_chat_member")


class Inbox(Protocol):
    """The table of updates that were received."""

    async def keep(self, raws: Sequence[tuple[int, int, str]], now: datetime, owner: str) -> None:
        """Commit raw updates (update_id, `line_of` it, JSON), all or none. Known ones stay unchanged."""

    async def waiting(
        self, limit: int, owner: str, *, per_chat: int, queued: frozenset[int]
    ) -> Sequence[tuple[int, str]]:
        """(update_id, JSON) of each line's oldest `per_chat` unhandled updates, without those in `queued`."""

    async def overlong(self, chat_ids: Sequence[int], kept: int, owner: str) -> Sequence[int]:
        """Those of these lines in which more than `kept` updates wait."""

    async def drop_surplus(self, chat_id: int, kept: int, owner: str) -> Sequence[tuple[int, str]]:
        """Delete what waits in a line behind its first `kept` updates, and return it."""

    async def attempts(self, update_ids: Sequence[int], owner: str) -> Mapping[int, int]:
        """How often each was attempted, this time included; only what this owner still has to handle."""

    async def attempted(self, update_id: int, owner: str) -> int:
        """Count one more attempt and return the count. NotOurs if it is another replica's."""

    async def handled(
        self,
        update_ids: Sequence[int],
        now: datetime,
        error: str | None,
        owner: str,
        *,
        attempts: int | None,
        within_seconds: float,
    ) -> frozenset[int]:
        """Mark updates of this owner as handled; `error` says why they were given up.

        Returns those that are marked: what has another number of `attempts` by now is to be handled anew.
        Waits `within_seconds` for another transaction to do it with.
        """


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update from the inbox, as the replica `owner` found it there. `is_surplus`: it was dropped.

    `line`: whose turn it waits for (see `line_of`). `chat_id`: where it was sent.
    """

    update_id: int
    content: Mapping[str, Any]
    owner: str
    line: int
    chat_id: int
    is_surplus: bool = False

    @classmethod
    def read(cls, update_id: int, raw: str, owner: str, *, is_surplus: bool = False) -> "RawUpdate":
        """From its JSON."""
        content = json.loads(raw)
        return cls(update_id, content, owner, line_of(content), _chat_id(content), is_surplus)

    @property
    def is_press(self) -> bool:
        return "callback_query" in self.content


def line_of(content: Mapping[str, Any]) -> int:
    """The line of an update: its chat's id, or for a press the id of the person who pressed."""
    query = content.get("callback_query")
    return _chat_id(content) if query is None else _first_id([_within(_within(query, "from"), "id")])


def encodable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without halves of characters, which nobody can write."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _chat_id(content: Mapping[str, Any]) -> int:
    query = content.get("callback_query")
    parents = (*(content.get(name) for name in _PARENTS), _within(query, "message"))
    ids = (_within(_within(parent, "chat"), "id") for parent in parents)
    return _first_id(ids)


def _first_id(ids: Iterable[object]) -> int:
    return next((each for each in ids if isinstance(each, int) and abs(each) < LARGEST_ID), NOBODY)


def _within(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
