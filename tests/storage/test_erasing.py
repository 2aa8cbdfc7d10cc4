"""What is deleted of one person, looked for everywhere; and what is not."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import String, cast, select

from bot.core.edits import ACTIVE, ADMITTED, Edit, Extra
from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.limits import Limits, Rule, Scope
from bot.core.photos import kept_names
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import EditState
from bot.core.wishes import Collected, Missing, PictureMeant, Question, Speaker, Wish
from bot.storage import erasing
from bot.storage.alerts import Alerts
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.erasing import PersonalData
from bot.storage.files import DiskFiles
from bot.storage.guests import SqlGuests
from bot.storage.inbox import Inbox
from bot.storage.refused import RefusedRequests
from bot.storage.tables import EDITS, METADATA
from bot.storage.wishes import SqlWishes
from tests.factories import NO_LIMITS, NOW, STAGES, edit, request

ADA, GRACE, GROUP = 7_000_000_001, 7_000_000_002, -1_009
CANARY = "zanzibarwort"
THEIRS = PhotoRef(f"AgAC{CANARY}", PhotoKind.DOCUMENT, f"{CANARY}.png")
DAILY = Limits((Rule(Scope.CHAT, 20, timedelta(days=1)),))


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "files")


@pytest.fixture
def data(database: Database, files: DiskFiles) -> PersonalData:
    return PersonalData(database, files)


async def having(store: SqlEditStore, **changes: object) -> Edit:
    """An edit of Ada's in a group."""
    made = edit(**{"requester_id": ADA, "chat_id": GROUP, "words": CANARY, "photos": (THEIRS,), **changes})
    await store.admit(made, NO_LIMITS, NOW)
    return made


def update(update_id: int, **content: object) -> tuple[int, int, str]:
    return update_id, GROUP, json.dumps({"update_id": update_id, **content})


def by(person: int, text: str = CANARY, **more: object) -> dict[str, object]:
    return {"message_id": 5, "from": {"id": person, "is_bot": False, "first_name": "x"}, "text": text, **more}


async def found(database: Database, word: str) -> list[str]:
    """Every column that has the word in it, of every table."""
    columns = [column for table in METADATA.tables.values() for column in table.columns]
    async with database.reading() as connection:
        return [
            str(column)
            for column in columns
            if (
                await connection.execute(select(column).where(cast(column, String).contains(word)).limit(1))
            ).first()
        ]


def on_disk(folder: Path, word: str) -> list[str]:
    """Every file that has the word in it, the database's own files too."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_every_table_and_column_is_thought_of() -> None:
    """A new one has to be: it is erased, or it holds nothing of a person."""
    assert set(METADATA.tables) == erasing.TABLES | erasing.IMPERSONAL
    assert not erasing.TABLES & erasing.IMPERSONAL
    assert set(EDITS.c.keys()) == erasing.BLANKED | erasing.KEPT
    assert not erasing.BLANKED & erasing.KEPT


async def test_nothing_is_left_in_the_database_or_in_the_folder(
    database: Database,
    store: SqlEditStore,
    inbox: Inbox,
    chats: Chats,
    files: DiskFiles,
    data: PersonalData,
    tmp_path: Path,
) -> None:
    ended = [
        await having(store, stage=STAGES[state], due_at=None) for state in EditState if state not in ACTIVE
    ]
    for number in range(30):  # so that there is more than a page of them
        await having(store, stage=STAGES[EditState.DELIVERED], due_at=None, words=f"{CANARY} {number} " * 40)
    await files.put(ended[0].id, "result", CANARY.encode())
    await files.put(ended[1].id, "photo", CANARY.encode())
    combined = await having(store, stage=STAGES[EditState.FAILED], photos=(THEIRS,) * 3)
    for name in kept_names(combined.id, 3):
        await files.put(name, "photo", CANARY.encode())
    await chats.claim_extra(ended[0].id, Extra.FILE, NOW)
    wishes, picture = SqlWishes(database), PictureMeant(THEIRS, 5)
    await wishes.remember_photos(Speaker(ADA, None, ADA), Collected((picture,), NOW))
    asked = Question(1, Speaker(GROUP, 3, ADA), 5, Wish("edit", CANARY, picture), Missing.CONSENT, NOW)
    await wishes.ask(asked)
    await RefusedRequests(database).keep([request(requester_id=ADA, words=CANARY)], NOW)
    await chats.is_first_of_album(ADA, CANARY, 1, NOW)
    await chats.tell_not_allowed(ADA, NOW)
    await chats.tell_refusal(GROUP, f"limit_reached {ADA}", 5, NOW)
    await Alerts(database).claim(ADA, Reason.OUT_OF_CREDIT, NOW)
    await inbox.keep([update(n, message=by(ADA, CANARY * 500)) for n in range(1, 40)], NOW)
    await inbox.keep([update(50, callback_query=by(ADA))], NOW)
    quoting = by(GRACE, "nice", reply_to_message=by(ADA))
    await inbox.keep([update(51, message=quoting)], NOW)
    for handled in (*range(1, 20), 51):
        await inbox.handled([handled], NOW)
    assert {"edits.words", "edits.photos", "inbox.raw", "pending_photos.pictures", "questions.words"} <= set(
        await found(database, CANARY)
    )

    await data.erase(ADA)
    assert await found(database, CANARY) == []
    assert await found(database, str(ADA)) == ["edits.requester_id"]
    assert on_disk(tmp_path, CANARY) == []
    await data.erase(ADA)
    assert await found(database, CANARY) == []


async def test_what_is_others_stays(
    database: Database, store: SqlEditStore, inbox: Inbox, chats: Chats, files: DiskFiles, data: PersonalData
) -> None:
    theirs = await having(store, requester_id=GRACE, stage=STAGES[EditState.DELIVERED], due_at=None)
    await files.put(theirs.id, "result", b"picture")
    await chats.claim_extra(theirs.id, Extra.FILE, NOW)
    await chats.note_extra(theirs.id, Extra.FILE, 9)
    wishes, grace = SqlWishes(database), Speaker(GROUP, None, GRACE)
    collected = Collected((PictureMeant(THEIRS, 5),), NOW)
    await wishes.remember_photos(grace, collected)
    await inbox.keep([update(1, message=by(GRACE)), update(2, message=by(GRACE))], NOW)
    waiting = by(GRACE, "/sketch", reply_to_message=by(ADA))
    await inbox.keep([update(3, message=waiting)], NOW)
    await inbox.handled([1], NOW)
    await data.erase(ADA)
    assert await store.get(theirs.id) == theirs
    assert await files.get(theirs.id, "result") == b"picture"
    assert await chats.sent_extra(theirs.id, Extra.FILE) == 9
    assert await wishes.remembered_photos(grace, NOW) == collected
    assert [update_id for update_id, _ in await inbox.waiting(9, per_chat=9)] == [2, 3]
    async with database.reading() as connection:
        kept = await connection.scalars(select(METADATA.tables["inbox"].c.update_id))
        assert sorted(kept) == [1, 2, 3]


async def test_an_edit_that_was_deleted_still_counts_and_is_found_by_nobody(
    store: SqlEditStore, data: PersonalData
) -> None:
    done = await having(store, stage=STAGES[EditState.DELIVERED], due_at=None, created_at=NOW)
    [before] = await store.usage(GROUP, ADA, DAILY, NOW)
    durations = await store.durations(done.operation, 9)
    await data.erase(ADA)
    assert await store.usage(GROUP, ADA, DAILY, NOW) == [before]
    assert before.used == 1
    assert await store.durations(done.operation, 9) == durations != []
    assert await store.by_message(GROUP, done.request.photo_message_id) is None
    assert await store.recent_of(GROUP, ADA, 9) == []
    assert (await store.kept_names(NOW - timedelta(days=1)))["result"] == frozenset()
    row = await store.get(done.id)
    assert row is not None
    assert row.is_erased
    (blank,) = row.request.photos
    assert (row.request.words, blank.file_id, blank.file_name) == ("", "", None)


async def test_a_picture_that_is_late_is_not_looked_for_any_more(
    store: SqlEditStore, data: PersonalData
) -> None:
    late = await having(
        store, stage=STAGES[EditState.FAILED], is_late=True, is_told=True, callback_secret="back", due_at=NOW
    )
    assert await store.unfinished() == [late]
    await data.erase(ADA)
    assert await store.unfinished() == []
    assert await store.by_callback_secret("back") is None


async def test_a_card_that_has_not_told_of_its_end_still_does(
    store: SqlEditStore, data: PersonalData
) -> None:
    """And as many photos as it had are taken down from where they are hosted."""
    cancelled = await having(
        store, stage=STAGES[EditState.CANCELLED], photos=(THEIRS, THEIRS), status_message_id=8
    )
    await data.erase(ADA)
    [found] = await store.unfinished()
    assert (found.id, found.status_message_id, found.secret) == (cancelled.id, 8, cancelled.secret)
    assert len(found.request.photos) == 2
    told = replace(found, is_told=True, due_at=None)
    assert await store.move(found, told) == told


@pytest.mark.parametrize("state", sorted(ADMITTED))
async def test_an_edit_that_began_meanwhile_is_left_alone(
    store: SqlEditStore, data: PersonalData, state: EditState
) -> None:
    running = await having(store, stage=STAGES[state])
    assert await store.running_of(ADA) == [running]
    await data.erase(ADA)
    assert await store.get(running.id) == running


async def test_a_greeting_is_given_once_also_when_the_group_moves(chats: Chats, store: SqlEditStore) -> None:
    assert await chats.greet(GROUP, NOW)
    assert not await chats.greet(GROUP, NOW)
    await store.follow_chat(GROUP, -1_010)
    assert not await chats.greet(-1_010, NOW)
    assert await chats.greet(-1_011, NOW)


async def test_the_owners_word_stands_without_a_name(database: Database, data: PersonalData) -> None:
    guests = SqlGuests(database)
    await guests.ask(Guest(ADA, CANARY, 1, NOW))
    await guests.decide(Guest(ADA, ""), allowed=False, now=NOW)
    await guests.ask(Guest(GRACE, "Grace", 2, NOW))
    await data.erase(ADA)
    await data.erase(GRACE)
    assert await guests.get(ADA) == Guest(ADA, "", None, NOW, NOW, is_allowed=False)
    assert await guests.get(GRACE) is None
    assert await found(database, CANARY) == []
