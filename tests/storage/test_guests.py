"""Who asks to use the bot, what the owner said, and who that is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.guests import Guest
from bot.storage import guests as module
from bot.storage.database import Database
from bot.storage.guests import SqlGuests
from bot.storage.inbox import Inbox
from bot.storage.ownership import Ownership
from tests.factories import NOW

ADA = Guest(5, "Ada", 100, NOW)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def guests(database: Database) -> SqlGuests:
    return SqlGuests(database)


@pytest.fixture
def ownership(database: Database) -> Ownership:
    return Ownership(database)


async def test_the_owner_is_asked_for_the_first_update_alone(guests: SqlGuests) -> None:
    assert await guests.get(ADA.id) is None
    assert await guests.ask(ADA)
    assert not await guests.ask(replace(ADA, asked_at=LATER, update_id=101))
    assert await guests.ask(ADA)
    assert await guests.get(ADA.id) == ADA


async def test_a_decision_stands_until_another_one(guests: SqlGuests) -> None:
    await guests.ask(ADA)
    assert await guests.allowed_among([ADA.id]) is None
    assert await guests.decide(ADA, allowed=True, now=NOW) == ADA
    allowed = replace(ADA, decided_at=NOW, is_allowed=True)
    assert await guests.decide(ADA, allowed=True, now=LATER) == allowed
    assert await guests.allowed_among([1, ADA.id]) == allowed
    assert not await guests.ask(ADA)
    assert await guests.decide(ADA, allowed=False, now=LATER) == allowed
    assert await guests.allowed_among([ADA.id]) is None
    assert await guests.get(ADA.id) == replace(ADA, decided_at=LATER, is_allowed=False)


async def test_who_never_asked_can_be_allowed(guests: SqlGuests) -> None:
    assert await guests.decide(Guest(-7, "Cats"), allowed=True, now=NOW) is None
    assert await guests.get(-7) == Guest(-7, "Cats", None, None, NOW, is_allowed=True)


async def test_those_who_ask_come_first(guests: SqlGuests) -> None:
    for number in (1, 2):
        await guests.decide(Guest(number, ""), allowed=True, now=NOW + timedelta(seconds=number))
    await guests.ask(ADA)
    assert [guest.id for guest in await guests.last(9)] == [ADA.id, 2, 1]
    assert [guest.id for guest in await guests.last(2)] == [ADA.id, 2]
    assert [guest.id for guest in await guests.last(2, 1)] == [2, 1]


async def test_strangers_cannot_make_the_owner_ring_without_end(
    guests: SqlGuests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ASKING", 2)
    assert [await guests.ask(Guest(number, "", number, NOW)) for number in (1, 2, 3)] == [True, True, False]
    assert await guests.ask(Guest(2, "", 2, NOW))
    await guests.decide(Guest(1, ""), allowed=False, now=NOW)
    assert await guests.ask(Guest(3, "", 3, NOW))


async def test_who_was_not_answered_may_ask_anew(guests: SqlGuests) -> None:
    await guests.ask(ADA)
    await guests.ask(Guest(6, "", 101, NOW))
    await guests.decide(Guest(6, ""), allowed=False, now=NOW)
    assert await guests.forget_before(NOW) == 0
    assert await guests.forget_before(LATER) == 1
    assert await guests.ask(replace(ADA, update_id=102))


async def test_what_a_chat_sent_is_taken_again_but_for_presses_and_older_things(inbox: Inbox) -> None:
    await inbox.keep([(1, 5, '{"message": {}}')], NOW)
    await inbox.keep([(2, 5, '{"message": {}}'), (3, 6, "{}"), (4, 5, '{"callback_query": {}}')], LATER)
    await inbox.keep([(0, 5, '{"message": {}}')], LATER)
    for update_id in (0, 1, 2, 3, 4):
        await inbox.attempted(update_id)
        await inbox.handled([update_id], LATER, "why not")
    assert await inbox.take_again(5, 1, LATER, "me") == 1
    assert await inbox.waiting(9, "me", per_chat=9) == [(2, '{"message": {}}')]
    assert await inbox.attempts([2], "me") == {2: 0}


async def test_what_is_being_handled_when_the_owner_says_yes_is_not_marked_but_stays(inbox: Inbox) -> None:
    await inbox.keep([(2, 5, '{"message": {}}')], NOW, "me")
    attempts = await inbox.attempts([2], "me")
    assert await inbox.take_again(5, 1, NOW, "another") == 1
    assert not await inbox.handled([2], NOW, owner="me", attempts=attempts[2])
    assert await inbox.waiting(9, "another", per_chat=9) == []
    assert await inbox.waiting(9, "me", per_chat=9) == [(2, '{"message": {}}')]
    attempts = await inbox.attempts([2], "me")
    assert await inbox.handled([2], NOW, owner="me", attempts=attempts[2]) == {2}


async def test_the_first_to_open_a_link_is_the_owner(ownership: Ownership) -> None:
    await ownership.offer("one", NOW)
    assert await ownership.owner() is None
    assert not await ownership.claim("another", 7)
    assert await ownership.claim("one", 7)
    assert await ownership.claim("one", 7)  # an update that is handled again
    assert not await ownership.claim("one", 8)
    assert await ownership.owner() == 7
    await ownership.withdraw("one")
    assert await ownership.owner() == 7


async def test_a_link_ends_with_its_process(ownership: Ownership, database: Database) -> None:
    await ownership.offer("one", NOW)
    await ownership.withdraw("one")
    assert not await ownership.claim("one", 7)
    await ownership.offer("killed", NOW)
    await ownership.offer("next", LATER)
    assert await ownership.claim("killed", 7) is not database.is_sqlite  # on PostgreSQL it may be alive
    if not database.is_sqlite:
        return
    assert await ownership.claim("next", 7)


async def test_of_two_links_that_are_opened_at_once_one_is_first(ownership: Ownership) -> None:
    for code in ("one", "two") if not ownership._database.is_sqlite else ("one",):
        await ownership.offer(code, NOW)
    claims = [ownership.claim(("one", "two")[number % 2], number) for number in range(6)]
    assert sum(await asyncio.gather(*claims)) == 1
