from bot.core.edits import PhotoKind, PhotoRef
from bot.storage.database import Database
from bot.storage.refused import RefusedRequests
from tests.factories import NOW, request


async def test_a_refused_request_comes_back_as_it_was(database: Database) -> None:
    refused = RefusedRequests(database)
    photos = (
        PhotoRef("a", PhotoKind.STICKER),
        PhotoRef("b", PhotoKind.DOCUMENT, 'É"\n.png', has_spoiler=True),
    )
    asked = request(words="make it “rain” 🌧", thread_id=7, photos=photos)
    for _ in range(2):
        await refused.keep(asked, NOW)
    assert await refused.get(asked.update_id) == asked
    assert await refused.get(asked.update_id + 1) is None
