"""A person asks what is stored of them, and has it deleted: looked for afterwards, everywhere."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation.features.privacy import deleted_text, group_text, privacy_text, question_text
from bot.conversation.texts import alerts
from bot.sandbox.telegram.people import Message, Person
from bot.storage.tables import METADATA
from tests.harness.chats import AGAIN, AS_FILE, EN, card_of, hears, plain
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.postgres import Postgres
from tests.harness.tables import Tables, tables_of
from tests.harness.world import World, quick_bot

CANARY = "zanzibarwort"
DELETE, YES, KEEP = "🗑 Delete my data", "🗑 Yes, delete it", "Keep it"


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    async with server.empty() as fresh:
        yield fresh


def found(tables: Tables, word: str) -> list[str]:
    """Every column of every table that has the word in it."""
    columns = [column for table in METADATA.tables.values() for column in table.columns]
    asking = "SELECT 1 FROM {} WHERE CAST({} AS TEXT) LIKE '%{}%' LIMIT 1"
    return [str(c) for c in columns if tables.ask(asking.format(c.table.name, c.name, word))]


def on_disk(folder: Path, content: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and content in path.read_bytes()]


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def changed(person: Person, message: Message, text: str) -> Message:
    """The message, once it says this."""
    private = person.private
    words = plain(text)
    return await private.wait_for(
        lambda messages: next(
            (m for m in messages if m.message_id == message.message_id and m.text == words), None
        )
    )


async def everything(world: World, ada: Person, photo: bytes) -> tuple[Message, Message]:
    """She does all that leaves something behind; an edit in the group still runs. A result, and its card."""
    ben = world.telegram.people.person("Ben")
    group = world.telegram.people.group("Friends", ada, ben)
    asked = ada.sends_photo(photo, f"/edit {CANARY}")
    result = await world.result(ada.private, asked)
    await ada.presses(result, AS_FILE).answer()
    ada.sends_photo(photo)
    await hears(ada.private, ada.writes(f"/{CANARY}"), "I do not know")
    in_group = ada.sends_photo(photo, f"/edit@nanobanana_bot {CANARY}", chat=group)
    await world.result(group, in_group)
    quoted = ada.sends_photo(photo, f"look, a {CANARY}", chat=group)
    ben.writes("/sketch@nanobanana_bot", chat=group, reply_to=quoted)
    await world.result(group, quoted)
    world.nanobanana.task_seconds = 60
    running = ada.sends_file(
        photo, f"{CANARY}.jpg", "image/jpeg", f"/sketch@nanobanana_bot {CANARY}", chat=group
    )
    return result, await card_of(group, running)


async def test_what_is_stored_of_a_person_is_deleted_when_they_ask(tmp_path: Path, url: str) -> None:
    photo = picture(320, 200)
    async with quick_bot(tmp_path, database_url=url) as world:
        ada = world.telegram.people.person(CANARY)
        result, card = await everything(world, ada, photo)
        with tables_of(url) as tables:
            assert {"edits.words", "inbox.raw"} <= set(await asyncio.to_thread(found, tables, CANARY))
            await until(lambda: on_disk(tmp_path, photo))
            told = await hears(ada.private, ada.writes("/privacy"), privacy_text(EN))
            ada.presses(told, DELETE)
            asked = await changed(ada, told, question_text(EN))
            assert asked.labels == [YES, KEEP]
            ada.presses(asked, YES)
            done = await changed(ada, told, deleted_text(EN))
            assert done.labels == []
            group = world.telegram.people.chat(world.telegram.world.chats[card.chat_id])
            await group.wait_for(
                lambda messages: [
                    m for m in messages if m.message_id == card.message_id and "Cancelled" in m.text
                ]
            )
            await until(lambda: not on_disk(tmp_path, photo))
            await until(lambda: not files_of(tmp_path / "hosted"))
            assert len(files_of(tmp_path / "files")) == 1  # what somebody else asked for
            assert await asyncio.to_thread(found, tables, CANARY) == []
            assert on_disk(tmp_path, CANARY.encode()) == []
            left = set(await asyncio.to_thread(found, tables, str(ada.id)))
            assert left <= {"edits.requester_id", "edits.chat_id"}
            theirs = f"SELECT count(*) FROM edits WHERE requester_id = {ada.id}"  # noqa: S608 - our own
            assert await asyncio.to_thread(tables.ask, theirs) == [(3,)]
        pressed = await ada.presses(result, AGAIN).answer()
        assert (pressed.text, pressed.show_alert) == (alerts.gone(EN), True)
        limits = await hears(ada.private, ada.writes("/limits"), "This chat may ask for")
        assert "Used: 1. Left: 19." in limits.text  # it counts as before


async def test_in_a_group_there_is_no_button_that_deletes(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        group = world.telegram.people.group("Friends", world.ada)
        told = await hears(group, world.ada.writes("/privacy", chat=group), group_text(EN))
        assert (told.is_silent, told.labels) == (True, ["Open the private chat"])
        linked = await hears(world.ada.private, world.ada.writes("/start privacy"), privacy_text(EN))
        assert linked.labels == [DELETE]


async def test_who_keeps_their_data_is_back_where_they_were(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        told = await hears(world.ada.private, world.ada.writes("/privacy"), privacy_text(EN))
        world.ada.presses(told, DELETE)
        world.ada.presses(await changed(world.ada, told, question_text(EN)), KEEP)
        assert (await changed(world.ada, told, privacy_text(EN))).labels == [DELETE]
