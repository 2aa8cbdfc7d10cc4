import json
from dataclasses import asdict

from bot.core.requests import PhotoKind, PhotoRef
from bot.storage.database import Database
from bot.storage.refused import RefusedRequests
from bot.storage.tables import REFUSED
from tests.factories import NOW, request


async def test_a_refused_request_comes_back_as_it_was(database: Database) -> None:
    refused = RefusedRequests(database)
    photos = (
        PhotoRef("a", PhotoKind.STICKER),
        PhotoRef("b", PhotoKind.DOCUMENT, 'É"\n.png', has_spoiler=True),
    )
    asked = request(words="make it “rain” 🌧", thread_id=7, photos=photos)
    for _ in range(2):
        await refused.keep([asked], NOW)
    assert await refused.get(asked.update_id) == [asked]
    assert await refused.get(asked.update_id + 1) == []


async def test_a_refused_series_comes_back_whole(database: Database) -> None:
    refused = RefusedRequests(database)
    first, second = (request(update_id=7, series_number=number, series_count=2) for number in (1, 2))
    await refused.keep([first, second], NOW)
    assert await refused.get(7) == [first, second]


async def test_one_that_was_kept_alone_by_an_earlier_version_is_understood(database: Database) -> None:
    asked = request()
    values = {k: v for k, v in asdict(asked).items() if not k.startswith("series")}
    row = {"update_id": asked.update_id, "request": json.dumps(values), "at": NOW}
    async with database.writing() as connection:
        await connection.execute(REFUSED.insert().values(row))
    assert await RefusedRequests(database).get(asked.update_id) == [asked]
