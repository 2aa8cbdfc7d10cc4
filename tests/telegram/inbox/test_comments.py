"""A comment and the photo that was forwarded with it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.telegram.inbox.comments import Comments
from bot.telegram.inbox.slots import Slots
from tests.conversation.samples import message
from tests.factories import NOW

COMMENT = message(words="make it blue", sent_at=NOW.replace(microsecond=0))
PHOTO: dict[str, Any] = {"photo": [{}], "forward_origin": {}, "date": int(NOW.timestamp())}


class Updates:
    """The inbox: what comes with each look."""

    def __init__(self, *looks: dict[str, Any] | None) -> None:
        self.looks = list(looks)

    async def next_in_chat(self, chat_id: int, update_id: int) -> str | None:
        assert (chat_id, update_id) == (COMMENT.chat.id, COMMENT.update_id)
        found = self.looks.pop(0)
        return None if found is None else json.dumps({"message": found})


async def follows(updates: Updates, sent_ago: timedelta = timedelta(0)) -> bool:
    slots = Slots(1)
    async with slots.taken():
        return await Comments(updates, slots, lambda: COMMENT.sent_at + sent_ago).photo_follows(COMMENT)


async def test_a_forwarded_photo_of_the_same_second_belongs_to_the_comment() -> None:
    assert await follows(Updates(PHOTO))
    assert await follows(Updates({**PHOTO, "photo": None, "document": {"mime_type": "image/png"}}))


async def test_the_photo_may_come_a_moment_later() -> None:
    assert await follows(Updates(None, None, PHOTO))
    assert not await follows(Updates(None, None, None))


@pytest.mark.parametrize("change", [{"date": 1}, {"forward_origin": None}, {"photo": None}])
async def test_any_other_message_does_not(change: dict[str, Any]) -> None:
    other = {name: value for name, value in {**PHOTO, **change}.items() if value is not None}
    assert not await follows(Updates(other))


async def test_an_old_comment_is_not_waited_with() -> None:
    assert not await follows(Updates(None), sent_ago=timedelta(seconds=3))
    assert await follows(Updates(PHOTO), sent_ago=timedelta(seconds=3))
