import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.tables import INBOX
from tests.factories import NOW

BIG = 9_007_199_254_740_991


async def test_updates_wait_in_the_order_of_their_ids(inbox: Inbox) -> None:
    await inbox.keep([(BIG, '{"c": 3}'), (11, '{"b": 2}')], NOW)
    await inbox.keep([(7, '{"a": 1}')], NOW)
    assert await inbox.waiting(10) == [(7, '{"a": 1}'), (11, '{"b": 2}'), (BIG, '{"c": 3}')]
    assert await inbox.waiting(2) == [(7, '{"a": 1}'), (11, '{"b": 2}')]


async def test_an_update_is_kept_once_however_often_it_comes(inbox: Inbox) -> None:
    await inbox.keep([(7, "first")], NOW)
    await inbox.handled(7, NOW)
    await asyncio.gather(*(inbox.keep([(7, "again"), (8, "new")], NOW) for _ in range(10)))
    assert await inbox.waiting(10) == [(8, "new")]


async def test_an_empty_batch_is_nothing_to_keep(inbox: Inbox) -> None:
    await inbox.keep([], NOW)
    assert await inbox.waiting(10) == []


async def test_a_batch_is_kept_as_a_whole_or_not_at_all(inbox: Inbox) -> None:
    with pytest.raises((OverflowError, DBAPIError)):
        await inbox.keep([(7, "fine"), (2**80, "no such id")], NOW)
    assert await inbox.waiting(10) == []


async def test_a_handled_update_waits_no_longer(inbox: Inbox) -> None:
    await inbox.keep([(7, "a"), (8, "b")], NOW)
    await inbox.handled(7, NOW)
    assert await inbox.waiting(10) == [(8, "b")]


async def test_attempts_are_counted_per_update(inbox: Inbox) -> None:
    await inbox.keep([(7, "a"), (8, "b")], NOW)
    assert [await inbox.attempted(7) for _ in range(3)] == [1, 2, 3]
    assert await inbox.attempted(8) == 1
    assert await inbox.waiting(10) == [(7, "a"), (8, "b")]


async def test_why_an_update_was_given_up_is_kept_in_short(inbox: Inbox, database: Database) -> None:
    await inbox.keep([(7, "a"), (8, "b")], NOW)
    await inbox.handled(7, NOW, "x" * 10_000)
    await inbox.handled(8, NOW)
    async with database.reading() as connection:
        rows = await connection.execute(select(INBOX.c.error, INBOX.c.handled_at).order_by(INBOX.c.update_id))
    assert [tuple(row) for row in rows] == [("x" * 500, NOW), (None, NOW)]


async def test_updates_are_forgotten_some_time_after_they_were_handled(inbox: Inbox) -> None:
    await inbox.keep([(7, "old"), (8, "fresh"), (9, "waits")], NOW - timedelta(days=30))
    await inbox.handled(7, NOW - timedelta(seconds=1))
    await inbox.handled(8, NOW)
    assert await inbox.forget_before(NOW) == 1
    assert await inbox.waiting(10) == [(9, "waits")]
    await inbox.keep([(7, "old")], NOW)  # forgotten indeed: it is new again
    assert await inbox.waiting(10) == [(7, "old"), (9, "waits")]


async def test_text_that_is_no_text_keeps_no_update_out(inbox: Inbox) -> None:
    """Half a surrogate pair cannot be stored; to JSON its escape is the same."""
    update = {"text": "half \ud83d \U0001f34c \x00"}
    await inbox.keep([(7, json.dumps(update, ensure_ascii=False))], NOW)
    [(_, raw)] = await inbox.waiting(1)
    assert json.loads(raw) == update
    assert "\U0001f34c" in raw
