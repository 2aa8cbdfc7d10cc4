"""Deletes what is stored of one person, because they asked for it."""

import json
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import ACTIVE
from bot.core.photos import kept_names
from bot.core.ports import Files
from bot.core.presets import EDIT
from bot.core.requests import PhotoKind, PhotoRef
from bot.storage.database import Database
from bot.storage.tables import (
    ALBUMS,
    ALERTS,
    CHATS,
    EDITS,
    EXTRAS,
    GUESTS,
    INBOX,
    PENDING_PHOTOS,
    QUESTIONS,
    REFUSALS,
    REFUSED,
)

logger = logging.getLogger(__name__)

_OF_PERSON: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "pending_photos": lambda person: PENDING_PHOTOS.c.user_id == person,
    "questions": lambda person: QUESTIONS.c.person_id == person,
    "extras": lambda person: EXTRAS.c.edit_id.in_(select(EDITS.c.id).where(EDITS.c.requester_id == person)),
    "refused": lambda person: or_(
        *(REFUSED.c.request.contains(f'"requester_id": {person}{end}', autoescape=True) for end in ",}")
    ),
    "refusals": lambda person: REFUSALS.c.kind.endswith(f" {person}"),  # of a limit that is the person's own
    "albums": lambda person: ALBUMS.c.chat_id == person,
    "alerts": lambda person: ALERTS.c.admin_id == person,
    "chats": lambda person: CHATS.c.id == person,  # a private chat has its person's id
}
"""The rows that are deleted. Those of `edits` are blanked; those of `inbox` are found by what they say."""
IMPERSONAL = frozenset({"chat_moves", "balances", "notices", "replicas", "roles", "budgets"})
"""Tables that hold nothing of a person."""
OWNERS = frozenset({"guests", "own_limits", "owner_links"})
"""Whom the owner allowed, refused or gave a number, and who that is: their word stands, without a name."""
TABLES = frozenset({"edits", "inbox", *_OF_PERSON, *OWNERS})

_BLANK: dict[str, Any] = {
    "words": "",
    "command": EDIT,
    "parent": None,
    "step": 1,
    "shape": None,
    "resolution": None,
    "result_photo": None,
    "task_id": case((EDITS.c.task_id.is_(None), null()), else_=""),
    "callback_secret": None,
    "due_at": case((and_(EDITS.c.is_late, EDITS.c.is_told), null()), else_=EDITS.c.due_at),
    "is_late": False,
    "is_erased": True,
}
"""What becomes of an edit that has ended: nothing of what it was, and no late picture."""
BLANKED = frozenset({"photos", *_BLANK})
KEPT = frozenset(
    {
        *(
            "id",
            "update_id",
            "chat_id",
            "thread_id",
            "requester_id",
            "request_message_id",
            "photo_message_id",
            "series_number",
            "series_count",
        ),
        *("language", "operation", "secret", "state", "created_at", "submits", "attempts", "sends", "starts"),
        *(
            "status_message_id",
            "result_message_id",
            "file_message_id",
            "has_lost_card",
            "is_told",
            "submitted_at",
            "task_seconds",
        ),
        *("width", "height", "format", "cropped", "enlarged", "failure", "ended_at", "owner", "blocked_by"),
        *("failed_photo", "place_at", "waste", "runs_until", "credits"),
    }
)
"""What the limits count, and what its last steps need: the card's end, and the names of hosted photos."""


class PersonalData:
    """Everything that is stored of people, in every table and among the files."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    async def erase(self, person_id: int) -> None:
        """Delete it, in all chats. Repeating it is harmless.

        Edits that have not ended stay as they are; those that have keep only what a limit counts, until they
        are old enough to be deleted. What others wrote goes too where it quotes this person.
        """
        updates = await self._updates_of(person_id)
        async with self._database.writing() as connection:
            photo_counts = await _blank_edits(connection, person_id)
            for name, is_theirs in _OF_PERSON.items():
                await connection.execute(delete(EDITS.metadata.tables[name]).where(is_theirs(person_id)))
            await connection.execute(
                delete(GUESTS).where(GUESTS.c.id == person_id, GUESTS.c.decided_at.is_(None))
            )
            nameless = update(GUESTS).where(GUESTS.c.id == person_id).values(name="", update_id=None)
            await connection.execute(nameless)
            if updates:
                found = delete(INBOX).where(INBOX.c.update_id == bindparam("found"))
                await connection.execute(found, [{"found": update_id} for update_id in updates])
        for edit_id, count in photo_counts.items():
            for name in kept_names(edit_id, count):
                await self._files.remove(name, "photo")
            await self._files.remove(edit_id, "result")
        await self._database.forget_deleted()
        logger.info("a person's data was deleted: %d edits, %d updates", len(photo_counts), len(updates))

    async def _updates_of(self, person_id: int) -> list[int]:
        """Updates that name the person. Of those that wait, only the person's own: others want an answer."""
        names = or_(*(INBOX.c.raw.contains(f'id": {person_id}{end}', autoescape=True) for end in ",}"))
        handled = select(INBOX.c.update_id).where(INBOX.c.handled_at.is_not(None), names)
        waiting = select(INBOX.c.update_id, INBOX.c.raw).where(INBOX.c.handled_at.is_(None), names)
        async with self._database.reading() as connection:
            found = list(await connection.scalars(handled))
            rows = (await connection.execute(waiting)).all()
        return [*found, *(update_id for update_id, raw in rows if _is_from(person_id, raw))]


async def _blank_edits(connection: AsyncConnection, person_id: int) -> dict[str, int]:
    """Blank the edits that have ended; returns how many photos each of all that are blank had, by its id.

    As many photos as there were stay, without a name: those that are still hosted are counted by them.
    """
    ended = and_(EDITS.c.requester_id == person_id, EDITS.c.state.not_in(ACTIVE))
    rows = (await connection.execute(select(EDITS.c.id, EDITS.c.photos).where(ended))).all()
    if rows:
        blank = update(EDITS).where(EDITS.c.id == bindparam("edit_id"))
        values = [{"edit_id": row.id, "nothing": _nameless(row.photos)} for row in rows]
        await connection.execute(blank.values(**_BLANK, photos=bindparam("nothing")), values)
    return {row.id: len(row.photos) for row in rows}


def _nameless(photos: tuple[PhotoRef, ...]) -> tuple[PhotoRef, ...]:
    return (PhotoRef("", PhotoKind.PHOTO),) * len(photos)


def _is_from(person_id: int, raw: str) -> bool:
    """Whether the person wrote or pressed what this update tells of."""
    told = [each for each in json.loads(raw).values() if isinstance(each, dict)]
    senders = [each["from"] for each in told if isinstance(each.get("from"), dict)]
    return any(sender.get("id") == person_id for sender in senders)
