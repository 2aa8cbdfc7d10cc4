"""Rows of edits whose tasks are running, written straight into a bot's database."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.edits import Edit
from bot.core.pacing import MEMORY
from bot.core.pictures import ImageFormat, Size
from bot.core.stages import Delivered, Processing, Result, Task
from bot.sandbox.demo.bot_process import Home
from bot.storage.database import Database
from bot.storage.edit_rows import row_of
from bot.storage.tables import EDITS
from tests.factories import edit

OPERATION = "nano-banana"
_UPDATE_ID = 5_000_000


def running_edit(number: int, chat_id: int, now: datetime, card_id: int | None = None) -> Edit:
    """An edit whose task was created up to ten minutes ago."""
    created = now - timedelta(seconds=random.Random(number).uniform(60, 600))
    return edit(
        id=f"edit{number:06}",
        update_id=_UPDATE_ID + number,
        chat_id=chat_id,
        requester_id=chat_id,
        operation=OPERATION,
        secret=f"secret{number:016}",
        stage=Processing(Task(f"edit{number:06}", created)),
        created_at=created,
        due_at=created,
        submits=1,
        status_message_id=card_id,
    )


def past_edits(now: datetime) -> list[Edit]:
    """What the bot has learned from: tasks that take from a second to most of an hour."""
    return [_past_edit(number, now) for number in range(MEMORY)]


def _past_edit(number: int, now: datetime) -> Edit:
    running = running_edit(900_000 + number, 1, now)
    task = Task(running.id, running.created_at)
    result = Result(1 + 34.0 * number, Size(64, 64), ImageFormat.JPEG, 0.0)
    return replace(running, stage=Delivered(task, result, number + 1, now), due_at=None)


async def seed(home: Home, edits: Sequence[Edit]) -> None:
    """A migrated database with these edits in it."""
    home.data.mkdir(parents=True, exist_ok=True)
    database = Database.open(home.settings["DATABASE_URL"])
    await database.migrate()
    async with database.writing() as connection:
        await connection.execute(EDITS.insert(), [row_of(edit) for edit in edits])
    await database.aclose()


def utc_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
