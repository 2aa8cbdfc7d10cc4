from typing import Any

import pytest

from bot.telegram.inbox.raw_updates import line_of
from tests.telegram.inbox.intake_world import writes
from tests.telegram.inbox.updates import ADA, message, press


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (writes("x", -5), -5),
        ({"edited_message": message(text="x")}, ADA["id"]),
        ({"my_chat_member": {"chat": {"id": -7}}}, -7),
        ({"callback_query": press()}, ADA["id"]),
        ({"message": {"chat": {"id": 10**30}}}, 0),
        ({"message": [1]}, 0),
        ({"something_new": {"chat": {"id": 1}}}, 0),
    ],
)
def test_an_update_stands_in_its_chats_line(content: dict[str, Any], line: int) -> None:
    assert line_of(content) == line
