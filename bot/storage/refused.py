"""Requests that were refused for a while, so that a button can still have one held."""

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from bot.core.edits import Request
from bot.core.shapes import shape_of
from bot.storage.columns import photo_of
from bot.storage.database import Database
from bot.storage.tables import REFUSED


class RefusedRequests:
    """The conversation's `RefusedRequests`, by the update that asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, request: Request, now: datetime) -> None:
        """Keep a request; keeping it again changes nothing."""
        values = asdict(request) | {"shape": request.shape and str(request.shape)}
        row = {"update_id": request.update_id, "request": json.dumps(values), "at": now}
        kept = self._database.insert(REFUSED).values(row)
        async with self._database.writing() as connection:
            await connection.execute(kept.on_conflict_do_nothing(index_elements=["update_id"]))

    async def get(self, update_id: int) -> Request | None:
        """The request, as long as it is kept."""
        query = select(REFUSED.c.request).where(REFUSED.c.update_id == update_id)
        async with self._database.reading() as connection:
            kept = (await connection.execute(query)).scalar_one_or_none()
        if kept is None:
            return None
        values = json.loads(kept)
        shape = values.get("shape")
        photos = tuple(photo_of(photo) for photo in values["photos"])
        return Request(**{**values, "photos": photos, "shape": shape and shape_of(shape)})

    async def forget_before(self, at: datetime) -> int:
        """Delete the requests that were refused before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(REFUSED).where(REFUSED.c.at < at))).rowcount
