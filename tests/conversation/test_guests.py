"""Who is not served asks the owner, and is served once the owner says yes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.features.owner import owner_text, too_late_text
from bot.conversation.guests import (
    KEPT,
    asked_text,
    not_allowed_text,
    question_text,
    refused_text,
    welcome_text,
)
from bot.conversation.incoming import Chat, MembershipChanged, Press, Sender
from bot.conversation.outgoing import Alert, ChangeText, Destination, Leave, Say
from bot.core.errors import TryLater
from tests.conversation.fakes import LONGEST_WAIT, Room
from tests.conversation.samples import ADA, GROUP, PHOTO, PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import en, fr
from tests.factories import NOW
from tests.harness.chats import plain

OWNER = Sender(4005, "fr", name="Olga")
OWNERS_CHAT = Chat(OWNER.id, is_private=True)
STRANGER = replace(ADA, name="Ada <3")


@pytest.fixture
def room() -> Room:
    """A bot with an owner and without any list."""
    return Room(is_open=False, admin_ids=frozenset({OWNER.id}))


def pressed(data: str) -> Press:
    return press(data, sender=OWNER, chat=OWNERS_CHAT)


async def test_a_strangers_first_message_asks_the_owner_once_and_is_answered_once(room: Room) -> None:
    first = message("sketch", picture=PHOTO, sender=STRANGER)
    told, question = await room.handle(first)
    assert told == Say(Destination(ADA.id, None, first.message_id), asked_text(en()))
    assert isinstance(question, Say)
    assert (question.to, question.html) == (
        Destination(OWNER.id),
        question_text(en(), PRIVATE, STRANGER),
    )
    assert data_of(question.buttons) == [f"allow:{ADA.id}", f"refuse:{ADA.id}"]
    assert "Ada <3" in plain(question.html)
    assert await room.handle(message("sketch", picture=PHOTO, sender=STRANGER)) == ()
    assert not room.edits


async def test_the_owner_is_told_what_it_costs_to_say_yes(room: Room) -> None:
    room.knows(prices=frozenset({4.0}))
    _, question = await room.handle(message("help", sender=STRANGER))
    assert isinstance(question, Say)
    assert question.html.endswith("You pay for it. An edit costs 4 credits ($0.02).")


async def test_an_update_that_is_handled_again_asks_again(room: Room) -> None:
    first = message("help", sender=STRANGER)
    assert await room.handle(first) == await room.handle(first) != ()


async def test_what_was_sent_is_taken_up_once_the_owner_allows(room: Room) -> None:
    first = message("sketch", picture=PHOTO, sender=STRANGER)
    await room.handle(first)
    room.now += timedelta(minutes=3)
    alert, changed, welcome = await room.handle(pressed(f"allow:{ADA.id}"))
    assert isinstance(alert, Alert)
    assert isinstance(changed, ChangeText)
    assert changed.html.endswith(f"<b>Ada &lt;3</b> (<code>{ADA.id}</code>)")
    assert data_of(changed.buttons) == [f"refuse:{ADA.id}", "owner:chats"]
    assert welcome == Say(Destination(ADA.id), welcome_text(fr()))
    assert room.taken_again == [(ADA.id, first.update_id, room.now - KEPT)]
    await room.admits(message("sketch", picture=PHOTO, sender=STRANGER))
    assert len(await room.handle(pressed(f"allow:{ADA.id}"))) == 2
    assert len(room.taken_again) == 1


async def test_a_message_that_the_owners_yes_overtakes_is_handled_again(room: Room) -> None:
    await room.handle(message("help", sender=STRANGER))
    allowed = replace(room.guests.guests[ADA.id], decided_at=NOW, is_allowed=True)

    async def not_yet(_: object) -> None:
        room.guests.guests[ADA.id] = allowed

    room.guests.allowed_among = not_yet  # type: ignore[method-assign,assignment]
    with pytest.raises(TryLater):
        await room.handle(message("help", sender=STRANGER))


async def test_what_was_refused_is_not_taken_up_by_a_later_yes(room: Room) -> None:
    first = message("sketch", picture=PHOTO, sender=STRANGER)
    await room.handle(first)
    await room.handle(pressed(f"refuse:{ADA.id}"))
    room.now += KEPT / 2
    await room.handle(pressed(f"allow:{ADA.id}"))
    assert room.taken_again == [(ADA.id, first.update_id, NOW)]


async def test_what_waited_for_the_owner_is_not_too_old(room: Room) -> None:
    asked = message("sketch", picture=PHOTO, sender=STRANGER)
    await room.handle(asked)
    room.now += 5 * LONGEST_WAIT
    await room.handle(pressed(f"allow:{ADA.id}"))
    await room.admits(asked)
    room.now += LONGEST_WAIT + timedelta(seconds=1)
    assert "was away" in (await room.say(message("sketch", picture=PHOTO, sender=STRANGER))).html


async def test_a_refused_person_is_told_and_served_no_more(room: Room) -> None:
    await room.handle(message("help", sender=STRANGER))
    *_, told = await room.handle(pressed(f"refuse:{ADA.id}"))
    assert told == Say(Destination(ADA.id), refused_text(fr()))
    assert (await room.say(message("help", sender=STRANGER))).html == not_allowed_text(en(), ADA.id)
    assert list(await room.handle(message("help", sender=STRANGER))) == []
    assert not room.taken_again


async def test_somebody_allowed_can_be_refused_later(room: Room) -> None:
    await room.handle(pressed(f"allow:{ADA.id}"))
    assert await room.access.admits(PRIVATE, ADA.id)
    await room.handle(pressed(f"refuse:{ADA.id}"))
    assert not await room.access.admits(PRIVATE, ADA.id)


async def test_a_group_waits_for_the_owner_and_is_left_when_refused(room: Room) -> None:
    group = replace(GROUP, title="Cats")
    told, question = await room.handle(MembershipChanged(1, group, STRANGER, is_member=True, joined=True))
    assert told == Say(Destination(GROUP.id), asked_text(en()))
    assert isinstance(question, Say)
    assert "Cats" in question.html
    assert await room.handle(in_group("sketch", picture=PHOTO)) == ()
    *_, left = await room.handle(pressed(f"refuse:{GROUP.id}"))
    assert left == Leave(GROUP.id)
    asked = in_group("help")
    told = Say(Destination(GROUP.id, 8, asked.message_id), not_allowed_text(en(), GROUP.id), silent=True)
    assert await room.handle(asked) == [told, Leave(GROUP.id)]


async def test_a_group_that_the_owner_adds_is_allowed(room: Room) -> None:
    [greeting] = await room.handle(MembershipChanged(1, GROUP, OWNER, is_member=True, joined=True))
    assert isinstance(greeting, Say)
    await room.admits(in_group("sketch", picture=PHOTO))


@pytest.mark.parametrize(
    "given",
    [
        press(f"allow:{ADA.id}"),
        press(f"allow:{GROUP.id}", sender=OWNER, chat=GROUP),
        press("allow:nobody", sender=OWNER, chat=OWNERS_CHAT),
    ],
    ids=["a stranger's", "in a group", "damaged"],
)
async def test_other_presses_allow_nobody(given: Press) -> None:
    room = Room(admin_ids=frozenset({OWNER.id}))
    assert isinstance((await room.handle(given))[0], Alert)
    assert not room.guests.guests


async def test_while_too_many_ask_nobody_more_is_asked_about(room: Room) -> None:
    room.guests.is_crowded = True
    assert (await room.say(message("help", sender=STRANGER))).html == not_allowed_text(en(), ADA.id)


async def test_the_first_to_open_the_link_owns_the_bot() -> None:
    room = Room(is_open=False)
    assert "valid" in (await room.say(message("start", "own-wrong", sender=STRANGER))).html
    assert (await room.say(message("start", "own-code", sender=STRANGER))).html == owner_text(en())
    assert room.ownership.person_id == ADA.id
    assert await room.access.admits(PRIVATE, ADA.id)
    late = message("start", "own-code", sender=OWNER, chat=OWNERS_CHAT)
    assert (await room.say(late)).html == too_late_text(fr())
    assert room.ownership.person_id == ADA.id


async def test_where_there_are_admins_no_link_makes_an_owner(room: Room) -> None:
    assert "valid" in (await room.say(message("start", "own-code", sender=STRANGER))).html
    assert room.ownership.person_id is None


async def test_ids_are_told_to_everybody(room: Room) -> None:
    assert plain((await room.say(message("id"))).html) == f"You: {ADA.id}"
    said = plain((await room.say(in_group("id"))).html)
    assert said == f"You: {ADA.id}\nThis chat: {GROUP.id}"
    assert not room.guests.guests
