import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.storage.database import Database
from bot.storage.inbox import COUNTED_TOGETHER, Inbox, NotOurs
from bot.storage.replicas import Replicas
from bot.storage.tables import INBOX
from tests.factories import NOW

BIG = 9_007_199_254_740_991
CHATTY, QUIET = -1_002_233_445_566, 7_123_456_789


async def waiting(inbox: Inbox, limit: int = 10, **options: object) -> list[tuple[int, str]]:
    return await inbox.waiting(limit, **{"per_chat": 100, **options})  # type: ignore[arg-type]


async def fill(database: Database, chat_id: int, update_ids: range) -> None:
    """Updates that wait, faster than `keep` would write them."""
    columns = {"chat_id": chat_id, "raw": "{}" * 200, "received_at": NOW, "attempts": 0}
    ids = iter(update_ids)
    async with database.writing() as connection:
        while batch := list(itertools.islice(ids, 1000)):
            await connection.execute(insert(INBOX), [{"update_id": each, **columns} for each in batch])


async def test_updates_of_a_chat_wait_in_the_order_of_their_ids(inbox: Inbox) -> None:
    await inbox.keep([(BIG, 5, '{"c": 3}'), (11, 5, '{"b": 2}')], NOW)
    await inbox.keep([(7, 5, '{"a": 1}')], NOW)
    assert await waiting(inbox) == [(7, '{"a": 1}'), (11, '{"b": 2}'), (BIG, '{"c": 3}')]
    assert await waiting(inbox, 2) == [(7, '{"a": 1}'), (11, '{"b": 2}')]


async def test_an_update_is_kept_once_however_often_it_comes(inbox: Inbox) -> None:
    await inbox.keep([(7, 5, "first")], NOW)
    await inbox.handled([7], NOW)
    await asyncio.gather(*(inbox.keep([(7, 5, "again"), (8, 5, "new")], NOW) for _ in range(10)))
    assert await waiting(inbox) == [(8, "new")]


async def test_an_empty_batch_is_nothing_to_keep(inbox: Inbox) -> None:
    await inbox.keep([], NOW)
    assert await waiting(inbox) == []


async def test_a_batch_is_kept_as_a_whole_or_not_at_all(inbox: Inbox) -> None:
    with pytest.raises((OverflowError, DBAPIError)):
        await inbox.keep([(7, 5, "fine"), (2**80, 5, "no such id")], NOW)
    assert await waiting(inbox) == []


async def test_a_handled_update_waits_no_longer(inbox: Inbox) -> None:
    await inbox.keep([(7, 5, "a"), (8, 5, "b")], NOW)
    await inbox.handled([7], NOW)
    assert await waiting(inbox) == [(8, "b")]


async def test_the_first_attempt_is_counted_with_the_keeping_and_the_next_ones_per_update(
    inbox: Inbox,
) -> None:
    await inbox.keep([(7, 5, "a"), (8, 5, "b")], NOW)
    assert await inbox.attempts([7, 8, 9]) == {7: 1, 8: 1}
    assert [await inbox.attempted(7) for _ in range(3)] == [2, 3, 4]
    assert await inbox.attempts([7, 8]) == {7: 4, 8: 1}
    assert await waiting(inbox) == [(7, "a"), (8, "b")]


async def test_whoever_takes_updates_over_counts_an_attempt_of_each_until_they_are_counted_alone(
    inbox: Inbox, database: Database
) -> None:
    await inbox.keep([(7, 5, "a"), (8, 5, "b")], NOW, "0")
    await inbox.handled([8], NOW, owner="0")
    for number in range(1, 6):
        if not database.is_sqlite:
            await Replicas(database, "here").register(str(number))
            await Replicas(database, "here").release(str(number - 1))
        assert await Replicas(database, "here").claim_updates(str(number), 10) == 1
    assert await inbox.attempts([7, 8], "5") == {7: COUNTED_TOGETHER}
    assert await inbox.attempted(7, "5") == COUNTED_TOGETHER + 1


async def test_many_are_marked_at_once_and_one_of_them_with_words_that_no_database_takes(
    inbox: Inbox, database: Database
) -> None:
    await inbox.keep([(each, 5, "") for each in range(1000)], NOW)
    await inbox.handled(range(999), NOW)
    await inbox.handled([999], NOW, "half \ud83d \x00")
    assert await waiting(inbox) == []
    async with database.reading() as connection:
        assert (await connection.execute(select(INBOX.c.error).where(INBOX.c.update_id == 999))).scalar_one()


async def test_the_lines_that_are_too_long_are_named(inbox: Inbox) -> None:
    await inbox.keep([(each, CHATTY, "") for each in range(5)] + [(9, QUIET, ""), (10, 6, "")], NOW)
    await inbox.handled([0], NOW)
    assert await inbox.overlong([CHATTY, QUIET], 3) == [CHATTY]
    assert await inbox.overlong([CHATTY, QUIET], 4) == []
    assert await inbox.overlong([CHATTY], 3, "another") == []


async def test_a_replica_finds_and_attempts_its_own_updates_only(inbox: Inbox) -> None:
    await inbox.keep([(7, 5, "ada's")], NOW, "ada")
    await inbox.keep([(8, 5, "bob's")], NOW, "bob")
    await inbox.keep([(9, 5, "nobody's")], NOW)
    assert await waiting(inbox, owner="ada") == [(7, "ada's")]
    assert await waiting(inbox, owner="bob") == [(8, "bob's")]
    assert await waiting(inbox) == [(9, "nobody's")]
    assert await inbox.attempts([7, 8, 9], "bob") == {8: 1}
    with pytest.raises(NotOurs):
        await inbox.attempted(7, "bob")
    await inbox.handled([7], NOW, owner="bob")
    assert await waiting(inbox, owner="ada") == [(7, "ada's")]
    await inbox.handled([7], NOW, owner="ada")
    assert await waiting(inbox, owner="ada") == []
    with pytest.raises(NotOurs):
        await inbox.attempted(7, "ada")


async def test_why_an_update_was_given_up_is_kept_in_short(inbox: Inbox, database: Database) -> None:
    await inbox.keep([(7, 5, "a"), (8, 5, "b")], NOW)
    await inbox.handled([7], NOW, "x" * 10_000)
    await inbox.handled([8], NOW)
    async with database.reading() as connection:
        rows = await connection.execute(select(INBOX.c.error, INBOX.c.handled_at).order_by(INBOX.c.update_id))
    assert [tuple(row) for row in rows] == [("x" * 500, NOW), (None, NOW)]


async def test_updates_are_forgotten_some_time_after_they_were_handled(inbox: Inbox) -> None:
    await inbox.keep([(7, 5, "old"), (8, 5, "fresh"), (9, 5, "waits")], NOW - timedelta(days=30))
    await inbox.handled([7], NOW - timedelta(seconds=1))
    await inbox.handled([8], NOW)
    assert await inbox.forget_before(NOW) == 1
    assert await waiting(inbox) == [(9, "waits")]
    await inbox.keep([(7, 5, "old")], NOW)  # forgotten indeed: it is new again
    assert await waiting(inbox) == [(7, "old"), (9, "waits")]


async def test_text_that_is_no_text_keeps_no_update_out(inbox: Inbox) -> None:
    """Half a surrogate pair cannot be stored; to JSON its escape is the same."""
    update = {"text": "half \ud83d \U0001f34c \x00"}
    await inbox.keep([(7, 5, json.dumps(update, ensure_ascii=False))], NOW)
    [(_, raw)] = await waiting(inbox)
    assert json.loads(raw) == update
    assert "\U0001f34c" in raw


async def test_a_backlog_of_one_chat_hides_nobody(inbox: Inbox, database: Database) -> None:
    await fill(database, CHATTY, range(5000))
    await inbox.keep([(9000, QUIET, "the other's")], NOW)
    read = await inbox.waiting(1000, per_chat=20)
    assert [update_id for update_id, _ in read] == [0, 9000, *range(1, 20)]


async def test_each_chats_oldest_comes_first_then_each_ones_second(inbox: Inbox) -> None:
    chats = {5: (3, 4, 10), -7: (1, 8), 6: (2, 9)}
    await inbox.keep([(each, chat_id, "") for chat_id, ids in chats.items() for each in ids], NOW)
    assert [each for each, _ in await waiting(inbox)] == [1, 2, 3, 4, 8, 9, 10]
    assert [each for each, _ in await waiting(inbox, per_chat=2)] == [1, 2, 3, 4, 8, 9]
    assert [each for each, _ in await waiting(inbox, per_chat=1)] == [1, 2, 3]
    assert [each for each, _ in await waiting(inbox, 2)] == [1, 2]


async def test_what_is_queued_already_is_left_out_and_counts_for_its_chat(inbox: Inbox) -> None:
    await inbox.keep([(each, CHATTY, "") for each in range(5)] + [(9, QUIET, "")], NOW)
    assert [each for each, _ in await waiting(inbox, per_chat=2)] == [0, 9, 1]
    assert await waiting(inbox, per_chat=2, queued={0, 1, 9}) == []
    await inbox.handled([0], NOW)
    assert [each for each, _ in await waiting(inbox, per_chat=2, queued={1, 9})] == [2]


async def test_the_largest_ids_of_chats_and_updates_wait_like_any_other(inbox: Inbox) -> None:
    largest = 2**63 - 1
    await inbox.keep([(1, -largest, ""), (2, largest, ""), (largest, largest, ""), (3, 0, "")], NOW)
    assert [each for each, _ in await waiting(inbox)] == [1, 2, 3, largest]


async def fastest(work: Callable[[], Awaitable[object]]) -> float:
    async def once() -> float:
        started = time.perf_counter()
        await work()
        return time.perf_counter() - started

    return statistics.quantiles([await once() for _ in range(20)], n=4)[0]


async def test_a_backlog_of_fifty_thousand_takes_hardly_longer_to_look_past(
    inbox: Inbox, database: Database
) -> None:
    """Ranking all that wait would take some forty times as long as with a short backlog."""

    async def look() -> None:
        read = await inbox.waiting(1000, per_chat=20)
        assert len(read) == 21

    await fill(database, QUIET, range(1))
    await fill(database, CHATTY, range(1, 51))
    short = await fastest(look)
    await fill(database, CHATTY, range(51, 50_000))
    async with database.writing() as connection:
        await connection.execute(text("ANALYZE"))  # PostgreSQL does so by itself within a minute
    assert await fastest(look) < 20 * short


async def test_updates_that_were_kept_before_their_chats_were_noted_wait_as_before(empty_url: str) -> None:
    async with aclosing(Database.open(empty_url)) as database:
        await database.migrate()
        await database.downgrade("0003")
        old = "INSERT INTO inbox (update_id, raw, received_at, attempts) VALUES (7, '{}', '2026-03-29', 0)"
        async with database.writing() as connection:
            await connection.execute(text(old))
        await database.migrate()
        assert await Inbox(database).waiting(10, per_chat=1) == [(7, "{}")]


async def test_one_chats_surplus_is_dropped_and_what_tells_of_the_chat_stays(inbox: Inbox) -> None:
    def raw(number: int, **content: object) -> tuple[int, int, str]:
        return number, CHATTY, json.dumps({"update_id": number, **content})

    forged = 'x, "my_chat_member": {} , "migrate_to_chat_id": 5'
    written = [raw(number, message={"text": forged}) for number in range(10)]
    kicked, moved = raw(10, my_chat_member={}), raw(11, message={"text": "", "migrate_to_chat_id": 7})
    await inbox.keep([*written, kicked, moved, (12, QUIET, "{}")], NOW)
    assert await inbox.drop_surplus(CHATTY, 12) == []
    dropped = await inbox.drop_surplus(CHATTY, 4)
    assert [update_id for update_id, _ in dropped] == [4, 5, 6, 7, 8, 9]
    assert sorted(update_id for update_id, _ in await waiting(inbox, 100)) == [0, 1, 2, 3, 10, 11, 12]
    assert await inbox.drop_surplus(CHATTY, 4) == []


async def test_another_replicas_surplus_is_left_to_it(inbox: Inbox) -> None:
    await inbox.keep([(each, CHATTY, "{}") for each in range(5)], NOW, "there")
    assert await inbox.drop_surplus(CHATTY, 1, "here") == []
    assert len(await inbox.drop_surplus(CHATTY, 1, "there")) == 4


async def test_an_album_is_found_by_its_id_in_its_chat_handled_or_not(inbox: Inbox) -> None:
    def raw(album_id: str) -> str:
        return json.dumps({"message": {"media_group_id": album_id}})

    await inbox.keep([(2, 5, raw("77")), (1, 5, raw("77")), (3, 5, raw("78")), (4, 6, raw("77"))], NOW)
    await inbox.keep([(9_000, 5, raw("77"))], NOW)
    await inbox.handled([1], NOW)
    assert await inbox.album(5, "77", 2) == [(1, raw("77"), NOW), (2, raw("77"), NOW)]
    assert await inbox.album(5, "7%", 2) == []
    assert await inbox.next_in_chat(5, 1) == raw("77")
    assert await inbox.next_in_chat(5, 9_000) is None
