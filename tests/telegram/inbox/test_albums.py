"""The parts of an album: waited for, in the order of their messages, as they were last edited."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.conversation.incoming import Message
from bot.telegram.inbox.albums import Albums
from bot.telegram.inbox.slots import Slots
from tests.conversation.samples import message
from tests.factories import NOW

PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 640, "height": 480}]
ADA = {"id": 11, "is_bot": False, "first_name": "Ada"}
LEADER = message(album_id="77")
MOMENT = timedelta(seconds=0.3)

Row = tuple[int, str, datetime]


def part(number: int, at: datetime, kind: str = "message", **fields: Any) -> Row:
    content = {
        "message_id": number,
        "date": 1,
        "chat": {"id": 11, "type": "private"},
        "from": ADA,
        "photo": PHOTO,
        "media_group_id": "77",
        **fields,
    }
    return number, json.dumps({"update_id": number, kind: content}), at


class Rows:
    """The inbox: what is there at each look."""

    def __init__(self, *looks: list[Row]) -> None:
        self.looks = list(looks)

    async def album(self, chat_id: int, album_id: str, near: int) -> list[Row]:
        assert (chat_id, album_id, near) == (LEADER.chat.id, "77", LEADER.update_id)
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


class Clock:
    """Moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at, self.slept = NOW, list[float]()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.slept.append(round(seconds, 3))


async def whole(rows: Rows, clock: Clock) -> list[Message]:
    slots = Slots(1)
    async with slots.taken():
        gathered = Albums("nano_bot", rows, slots, lambda: clock.at, clock.sleep)
        return list(await gathered.whole(LEADER))


async def test_an_album_is_whole_when_no_part_came_for_a_while() -> None:
    clock = Clock()
    first, second = part(2, NOW), part(1, NOW + MOMENT)
    found = await whole(Rows([first], [first, second]), clock)
    assert [each.message_id for each in found] == [1, 2]
    assert clock.slept == [1.2, 0.3]


async def test_an_album_that_was_there_before_is_not_waited_for() -> None:
    clock = Clock()
    assert len(await whole(Rows([part(1, NOW - timedelta(seconds=2))]), clock)) == 1
    assert not clock.slept


async def test_parts_that_come_for_ever_are_not_waited_for_longer_than_ten_seconds() -> None:
    clock = Clock()
    looks = [[part(n, NOW + n * timedelta(seconds=1)) for n in range(1, count)] for count in range(2, 30)]
    await whole(Rows(*looks), clock)
    assert sum(clock.slept) == pytest.approx(10)


async def test_a_part_is_read_as_it_was_last_edited() -> None:
    early = NOW - timedelta(seconds=9)
    edited = part(
        1,
        early,
        "edited_message",
        caption="/sketch",
        caption_entities=[{"type": "bot_command", "offset": 0, "length": 7}],
    )
    [found] = await whole(Rows([part(1, early), edited]), Clock())
    assert found.command == "sketch"


async def test_a_message_that_only_quotes_the_album_is_no_part_of_it() -> None:
    early = NOW - timedelta(seconds=9)
    quoting = part(3, early, media_group_id=None, reply_to_message={"media_group_id": "77"})
    content = json.loads(quoting[1])
    del content["message"]["media_group_id"], content["message"]["reply_to_message"]
    found = await whole(Rows([part(1, early), (3, json.dumps(content), early)]), Clock())
    assert [each.message_id for each in found] == [1]
