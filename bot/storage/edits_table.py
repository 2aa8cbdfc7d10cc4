"""Every edit that is kept, as a table for a spreadsheet: without words, and without pictures."""

import csv
from collections.abc import Iterable
from datetime import datetime
from io import StringIO
from typing import Any
from unicodedata import normalize

from sqlalchemy import Select, select

from bot.core.money import Table
from bot.storage.database import Database
from bot.storage.tables import EDITS, GUESTS

MOST_ROWS, MOST_BYTES = 200_000, 45_000_000
"""Telegram takes files of up to 50 MB from bots."""
_AT_ONCE = 500
"""Rows turned into text at a time: a few milliseconds, between which the event loop does other things."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a text begins with, or its wide form, that a spreadsheet takes for a formula."""
_CELL_END = ";"
"""In the spreadsheets of many countries, and then also within the quotes of a text."""
_BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes letters with accents for others."""
HEAD = (
    *("asked_at_utc", "ended_at_utc", "chat_id", "chat", "person_id", "person"),
    *("command", "operation", "outcome", "reason", "waste", "credits"),
)


class EditsTable:
    """Reads row by row, the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def csv(self) -> Table:
        """The table, and how many edits are in it; the oldest are left out where it would be too long."""
        parts, length, count = [(_BYTE_ORDER_MARK + _lines([HEAD])).encode()], 0, 0
        async with self._database.reading() as connection:
            options = {"yield_per": _AT_ONCE}
            async with connection.stream(_query(), execution_options=options) as rows:
                async for some in rows.partitions():
                    part = _lines(map(_cells, some)).encode()
                    if length + len(part) > MOST_BYTES or count + len(some) > MOST_ROWS:
                        return Table(b"".join(parts), count, is_whole=False)
                    parts.append(part)
                    length, count = length + len(part), count + len(some)
        return Table(b"".join(parts), count, is_whole=True)


def _query() -> Select[Any]:
    """In the order of HEAD. Names are those of guests: of others none is known."""
    chat, person, edit = GUESTS.alias("chat"), GUESTS.alias("person"), EDITS.c
    joined = EDITS.outerjoin(chat, chat.c.id == edit.chat_id).outerjoin(
        person, person.c.id == edit.requester_id
    )
    return (
        select(
            *(edit.created_at, edit.ended_at, edit.chat_id, chat.c.name, edit.requester_id, person.c.name),
            *(edit.command, edit.operation, edit.state, edit.failure, edit.waste, edit.credits),
        )
        .select_from(joined)
        .order_by(edit.created_at.desc())
        .limit(MOST_ROWS + 1)
    )


def _cells(row: Iterable[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str):
        return _CELL_END.join(_harmless(part) for part in value.split(_CELL_END))
    return "" if value is None else value


def _harmless(text: str) -> str:
    return f"'{text}" if normalize("NFKC", text).lstrip(" ").startswith(_FORMULA) else text


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
