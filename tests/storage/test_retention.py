"""What is forgotten, and when; each thing is kept until a moment before."""

import os
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.core.edits import Edit, Extra
from bot.core.errors import Reason
from bot.core.stages import Delivered
from bot.core.wishes import Collected, PictureMeant, Speaker
from bot.storage.alerts import Alerts
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles
from bot.storage.guests import SqlGuests
from bot.storage.inbox import Inbox
from bot.storage.money import SqlMoney
from bot.storage.refused import RefusedRequests
from bot.storage.retention import FileRetention, RowRetention
from bot.storage.wishes import SqlWishes
from tests.factories import CHAT_ID, NO_LIMITS, NOW, PHOTO, REQUESTER_ID, RESULT, TASK, edit, request
from tests.harness.file_systems import full, small_disk
from tests.harness.migrated import migrated_file

MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with aclosing(Database.open(sqlite_url)) as database:
        yield database


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


class Hosted:
    """The photos that the bot's own web server shows."""

    def __init__(self) -> None:
        self.swept: list[tuple[Collection[str], datetime]] = []

    async def sweep(self, keep: Collection[str], before: datetime) -> int:
        self.swept.append((keep, before))
        return 0


async def delivered(store: SqlEditStore, at: datetime) -> Edit:
    done = edit(stage=Delivered(TASK, RESULT, 71_004, at), due_at=None)
    await store.admit(done, NO_LIMITS, NOW)
    return done


async def test_old_rows_are_forgotten_each_kind_at_its_time(
    database: Database, store: SqlEditStore, inbox: Inbox, chats: Chats, alerts: Alerts
) -> None:
    now, refused = NOW, RefusedRequests(database)
    done = await delivered(store, NOW)
    await inbox.keep([(7, 5, "{}")], NOW)
    await inbox.handled([7], NOW)
    wishes, ada = SqlWishes(database), Speaker(CHAT_ID, None, REQUESTER_ID)
    await wishes.remember_photos(ada, Collected((PictureMeant(PHOTO, 81),), NOW))
    await chats.is_first_of_album(CHAT_ID, "13579", 41, NOW)
    await alerts.claim(REQUESTER_ID, Reason.OUT_OF_CREDIT, NOW)
    await chats.tell_refusal(CHAT_ID, "limit", 70, NOW)
    await chats.claim_extra(done.id, Extra.COMPARISON, NOW)
    await chats.note_extra(done.id, Extra.COMPARISON, 71)
    asked = request()
    await refused.keep([asked], NOW)
    guests, money = SqlGuests(database), SqlMoney(database)
    retention = RowRetention(
        store, refused, inbox, chats, wishes, alerts, guests, money=money, now=lambda: now
    )

    async def left() -> list[str]:
        await retention.forget()
        there = {
            "refusal": not await chats.tell_refusal(CHAT_ID, "limit", 71, NOW),
            "alert": not await alerts.claim(REQUESTER_ID, Reason.OUT_OF_CREDIT, NOW),
            "photo": await wishes.remembered_photos(ada, NOW) is not None,
            "refused": await refused.get(asked.update_id) != [],
            "album": not await chats.is_first_of_album(CHAT_ID, "13579", 42, NOW),
            "update": await inbox.forget_before(NOW + MOMENT) == 1,
            "edit": await store.get(done.id) is not None,
            "extra": await chats.sent_extra(done.id, Extra.COMPARISON) is not None,
        }
        await inbox.keep([(7, 5, "{}")], NOW)
        await inbox.handled([7], NOW)
        return [kind for kind, is_there in there.items() if is_there]

    steps = [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)]
    for forgotten, age in enumerate([*steps, timedelta(days=31)]):
        now = NOW + age
        kinds = ["refusal", "alert", "photo refused album", "update", "edit extra"]
        assert " ".join(await left()) == " ".join(kinds[forgotten:])
        now = NOW + age + MOMENT
        assert " ".join(await left()) == " ".join(kinds[forgotten + 1 :])


async def test_files_of_settled_edits_go_and_results_stay_for_two_days(
    store: SqlEditStore, tmp_path: Path
) -> None:
    files, hosted, now = DiskFiles(tmp_path / "files"), Hosted(), NOW
    running, fresh, old = edit(submits=1), await delivered(store, NOW), await delivered(store, NOW - MOMENT)
    await store.admit(running, NO_LIMITS, NOW)
    for each in (running, fresh, old):
        for kind in ("photo", "result"):
            await files.put(each.id, kind, b"x")
            os.utime(tmp_path / "files" / f"{each.id}.{kind}", (0, 0))
    retention = FileRetention(store, files, hosted, 1_000_000, lambda: now)

    now = NOW + timedelta(hours=48)
    await retention.sweep_files()
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == sorted(
        [f"{running.id}.photo", f"{running.id}.result", f"{fresh.id}.result"]
    )
    await retention.sweep_hosted()
    assert hosted.swept == [({running.secret, f"{running.secret}-a2"}, now - timedelta(minutes=10))]


async def test_every_photo_of_an_unsettled_edit_is_kept(store: SqlEditStore, tmp_path: Path) -> None:
    files, hosted = DiskFiles(tmp_path / "files"), Hosted()
    running, done = (
        edit(photos=(PHOTO,) * 3),
        edit(photos=(PHOTO,) * 2, stage=Delivered(TASK, RESULT, 71_004, NOW), due_at=None),
    )
    kept = sorted(f"{running.id}{number}.photo" for number in ("", "-1", "-2"))
    for each in (running, done):
        await store.admit(each, NO_LIMITS, NOW)
    for name in (*kept, f"{running.id}-3.photo", f"{done.id}.photo", f"{done.id}-1.photo"):
        await files.put(name.removesuffix(".photo"), "photo", b"x")
        os.utime(tmp_path / "files" / name, (0, 0))
    retention = FileRetention(store, files, hosted, 1_000_000, lambda: NOW)
    await retention.sweep_files()
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == kept
    await retention.sweep_hosted()
    [(names, _)] = hosted.swept
    assert names == {running.secret, f"{running.secret}-1", f"{running.secret}-2"}


async def test_where_files_take_too_much_delivered_results_go_the_oldest_first(
    store: SqlEditStore, tmp_path: Path
) -> None:
    files = DiskFiles(tmp_path / "files")
    done = [await delivered(store, NOW) for _ in range(4)]
    running, settling = edit(), edit(stage=Delivered(TASK, RESULT, 71_004, NOW))
    for each in (running, settling):
        await store.admit(each, NO_LIMITS, NOW)
    await files.put(running.id, "photo", bytes(1000))
    for age, each in enumerate((running, settling, *done)):
        await files.put(each.id, "result", bytes(1000))
        os.utime(tmp_path / "files" / f"{each.id}.result", (age, age))

    async def left(most_bytes: int) -> list[str]:
        await FileRetention(store, files, Hosted(), most_bytes, lambda: NOW).make_room()
        return [edit_id for edit_id, _ in await files.results()]

    kept = [running.id, settling.id]
    assert await left(7000) == [*kept, *(each.id for each in done)]
    assert await left(5500) == [*kept, *(each.id for each in done[2:])]
    assert await left(0) == kept
    assert await files.get(running.id, "photo") is not None


async def test_a_disk_that_results_have_filled_takes_updates_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data") as is_small:
        if not is_small:
            pytest.skip("a small file system needs root and the right to mount")
        url = await migrated_file(tmp_path / "data" / "bot.db")
        async with aclosing(Database.open(url)) as database:
            store, files, inbox = (
                SqlEditStore(database),
                DiskFiles(tmp_path / "data" / "files"),
                Inbox(database),
            )
            done = await delivered(store, NOW)
            await files.put(done.id, "result", bytes(2_000_000))
            with full(tmp_path / "data"):
                with pytest.raises(OperationalError):
                    await inbox.keep([(7, 5, "x" * 100_000)], NOW)
                await FileRetention(store, files, Hosted(), 5_000_000_000, lambda: NOW).make_room()
                await inbox.keep([(7, 5, "x" * 100_000)], NOW)
                assert await files.get(done.id, "result") is None


async def test_before_the_first_file_there_is_room(store: SqlEditStore, tmp_path: Path) -> None:
    await FileRetention(store, DiskFiles(tmp_path / "files"), Hosted(), 1, lambda: NOW).make_room()
