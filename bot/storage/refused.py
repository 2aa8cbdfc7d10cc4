"""Requests that were refused for a while, so that a button can still have one held."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.core.requests import Request
from bot.core.shapes import shape_of
from bot.storage.columns import photo_of
from bot.storage.database import Database
from bot.storage.tables import REFUSED


class RefusedRequests:
    """The conversation's `RefusedRequests`, by the update that asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, requests: Sequence[Request], now: datetime) -> None:
        """Keep a request or a series of them; keeping it again changes nothing."""
        values = json.dumps([_values_of(request) for request in requests])
        row = {"update_id": requests[0].update_id, "request": values, "at": now}
        kept = self._database.insert(REFUSED).values(row)
        async with self._database.writing() as connection:
            await connection.execute(kept.on_conflict_do_nothing(index_elements=["update_id"]))

    async def get(self, update_id: int) -> list[Request]:
        """What was kept, as long as it is; else nothing."""
        query = select(REFUSED.c.request).where(REFUSED.c.update_id == update_id)
        async with self._database.reading() as connection:
            kept = (await connection.execute(query)).scalar_one_or_none()
        found = [] if kept is None else json.loads(kept)
        return [_request_of(each) for each in (found if isinstance(found, list) else [found])]

    async def forget_before(self, at: datetime) -> int:
        """Delete the requests that were refused before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(REFUSED).where(REFUSED.c.at < at))).rowcount


def _values_of(request: Request) -> dict[str, Any]:
    return asdict(request) | {"shape": request.shape and str(request.shape)}


def _request_of(values: dict[str, Any]) -> Request:
    shape, photos = values.get("shape"), tuple(photo_of(photo) for photo in values["photos"])
    return Request(**{**values, "photos": photos, "shape": shape and shape_of(shape)})
