"""The owner gives a chat or person a limit of its own."""

import pytest

from bot.conversation.feature import Replies
from bot.conversation.features.chats import limit_text
from bot.conversation.incoming import Chat, Sender
from bot.conversation.outgoing import Alert, ChangeText
from bot.core.guests import Guest
from bot.core.limits import Limits
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GROUP, data_of, press
from tests.conversation.texts.samples import LIMITS, en
from tests.factories import NOW
from tests.harness.chats import plain

OWNER = Sender(4005, "en", name="Olga")
CHAT = Chat(OWNER.id, is_private=True)


@pytest.fixture
def room() -> Room:
    room = Room(admin_ids=frozenset({OWNER.id}))
    room.guests.guests[GROUP.id] = Guest(GROUP.id, "Cats", 1, NOW, NOW, is_allowed=True)
    return room


async def pressed(room: Room, argument: str) -> Replies:
    return await room.handle(press(f"limit:{argument}", sender=OWNER, chat=CHAT))


async def page(room: Room, argument: str) -> ChangeText:
    alert, changed = await pressed(room, argument)
    assert isinstance(alert, Alert)
    assert isinstance(changed, ChangeText)
    return changed


def marked(shown: ChangeText) -> list[str]:
    return [each.text for row in shown.buttons for each in row if each.text.startswith("✓")]


async def test_a_chat_has_the_limit_of_all_until_it_has_its_own(room: Room) -> None:
    shown = await page(room, str(GROUP.id))
    assert plain(shown.html).startswith(f"Cats ({GROUP.id}): 20 edits an hour, as all have\n")
    assert marked(shown) == ["✓ As all have"]
    assert data_of(shown.buttons)[-1] == "owner:chats"

    shown = await page(room, f"{GROUP.id}_5")
    assert room.own_limits.numbers == {GROUP.id: 5}
    assert plain(shown.html).startswith(f"Cats ({GROUP.id}): 5 edits an hour\n")
    assert marked(shown) == ["✓ 5"]

    shown = await page(room, f"{GROUP.id}_0")
    assert plain(shown.html).startswith(f"Cats ({GROUP.id}): no limit\n")
    assert marked(shown) == ["✓ No limit"]

    await page(room, f"{GROUP.id}_all")
    assert room.own_limits.numbers == {}


def test_a_persons_own_number_is_that_of_all_their_chats() -> None:
    text = plain(limit_text(en(), Guest(5, "Zoé"), None, LIMITS))
    assert text.startswith("Zoé (5): 10 edits an hour, as all have\n")
    assert "PERSON_LIMIT_EDITS in all chats" in text
    assert "no limit, as all have" in limit_text(en(), Guest(5, ""), None, Limits())


@pytest.mark.parametrize("argument", ["x", "5_", "5_1000", "5_-1", "5_5_5"])
async def test_damaged_buttons_do_nothing(room: Room, argument: str) -> None:
    assert len(await pressed(room, argument)) == 1
    assert not room.own_limits.numbers


async def test_only_the_owner_in_private_can_set_it(room: Room) -> None:
    for sender, chat in ((ADA, CHAT), (OWNER, GROUP)):
        assert len(await room.handle(press("limit:5_200", sender=sender, chat=chat))) == 1
    assert not room.own_limits.numbers
