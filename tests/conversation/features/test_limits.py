from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.conversation.features.limits import exempt_text, limits_text
from bot.conversation.outgoing import Destination, Say
from bot.core.edits import Edit
from bot.core.limits import Counts, Limits, Rule, Scope, Usage
from bot.core.stages import Held
from tests.conversation.fakes import Room
from tests.conversation.samples import ADA, GRACE, GROUP, PRIVATE, in_group, message
from tests.conversation.texts.samples import (
    EDIT,
    HOURLY,
    LIMITS,
    NOW,
    OWN,
    UNFINISHED,
    en,
    every_language,
    fr,
)
from tests.factories import NOW as ADMITTED
from tests.harness.chats import plain

FREES = NOW + timedelta(minutes=4)
DAILY = Rule(Scope.DEPLOYMENT, 50, timedelta(days=1), Counts.PAID)
HELD = replace(EDIT, stage=Held(FREES))


def told(*usages: Usage, limits: Limits = LIMITS, held: tuple[Edit, ...] = ()) -> str:
    return plain(limits_text(en(), limits, usages, held, NOW))


def test_limits_tell_used_left_and_the_next_place_of_each_rule() -> None:
    mine = Usage(OWN, 10, frees_at=FREES, next_at=FREES)
    assert told(Usage(HOURLY, 5, frees_at=FREES, next_at=NOW), mine, Usage(UNFINISHED, 1)) == (
        "This chat may ask for 20 edits an hour.\n"
        "Used: 5. Left: 15.\n"
        "The oldest one stops counting in 4 min.\n"
        "You may ask for 10 edits an hour, in all chats together.\n"
        "Used: 10. Left: 0.\n"
        "The next place is free in 4 min.\n"
        "At most 5 edits at a time. 20 more may wait in line.\n"
        "What fails, or is cancelled before it is paid for, is not counted.\n"
        "Of what is paid for, and then cancelled or declined, up to 3 edits are not counted."
    )
    assert " in " not in told(Usage(HOURLY, 0, next_at=NOW))


def test_what_everybody_may_spend_is_told_as_a_share_because_pictures_cost_different_credits() -> None:
    daily = Rule(Scope.DEPLOYMENT, 300, timedelta(days=1), Counts.PAID)
    said = told(Usage(daily, 102, frees_at=FREES))
    assert said.splitlines()[:2] == [
        "Of what everybody together may spend in a day, 34 % is spent.",
        "The oldest one stops counting in 4 min.",
    ]
    assert "100 % is spent.\nThe next place" in told(Usage(daily, 301, next_at=FREES))


def test_held_places_are_not_left_and_a_persons_own_are_told() -> None:
    text = told(Usage(HOURLY, 18, held=2, frees_at=FREES, next_at=FREES), held=(HELD, HELD))
    assert "Used: 18. Left: 0.\nHeld: 2.\nThe next place is free in 4 min." in text
    assert "You hold 2 places of at most 3." in text


def test_without_a_limit_there_is_none() -> None:
    none = "There is no limit on the number of edits in this chat."
    assert told(limits=Limits()) == none
    assert told(limits=Limits(at_once=1)) == f"{none}\nAt most 1 edit at a time."


def test_where_nothing_is_forgiven_that_is_told() -> None:
    text = told(Usage(HOURLY, 0, next_at=NOW), limits=replace(LIMITS, forgiven=0))
    assert text.endswith("What is paid for, and then cancelled or declined, is counted.")


def test_a_count_is_said_as_the_language_does() -> None:
    assert "Au plus 1\u00a0retouche " in limits_text(fr(), Limits(at_once=1), [], [], NOW)


@every_language
def test_limits_are_valid_html(t: NullTranslations) -> None:
    usages = [Usage(HOURLY, 5, 1, FREES, FREES), Usage(OWN, 10, 0, FREES, FREES), Usage(UNFINISHED, 1)]
    assert plain(limits_text(t, LIMITS, usages, [HELD], NOW))
    assert plain(exempt_text(t, [Usage(DAILY, 5, 0, FREES, FREES)], NOW))


async def test_a_chat_is_told_of_its_own_edits_and_people_of_theirs_everywhere() -> None:
    room = Room()
    asked = message("limits")
    room.has(chat_id=PRIVATE.id, requester_id=ADA.id)
    room.has(chat_id=GROUP.id, requester_id=ADA.id)
    room.has(chat_id=GROUP.id, requester_id=GRACE.id)
    said = await room.say(asked)
    assert said.to == Destination(asked.chat.id, None, asked.message_id)
    assert "Used: 1. Left: 19." in said.html
    assert "Used: 2. Left: 8." in said.html
    assert not said.silent


async def test_who_runs_the_bot_is_under_no_limit() -> None:
    room = Room(limits=replace(LIMITS, exempt=frozenset({ADA.id})))
    assert (await room.say(message("limits"))).html == exempt_text(en(), [], NOW)
    assert "Used: 0." in (await room.say(in_group("limits", sender=replace(GRACE, language="en")))).html


def test_who_runs_the_bot_is_told_of_the_rule_for_everybody() -> None:
    said = plain(exempt_text(en(), [Usage(DAILY, 12, frees_at=FREES, next_at=NOW)], NOW))
    assert said == (
        "You run this bot: no limit of a chat or person applies to you.\n"
        "Of what everybody together may spend in a day, 24 % is spent.\n"
        "The oldest one stops counting in 4 min."
    )


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ({4.0}, "An edit costs 4 credits ($0.02)."),
        (
            {8.0, 18.0, 12.0},
            "An edit costs from 8 credits ($0.04) to 18 credits ($0.09), by the size of its picture.",
        ),
    ],
)
async def test_what_an_edit_costs_is_told_where_the_owner_shows_it(prices: set[float], said: str) -> None:
    room = Room()
    room.knows(prices=frozenset(prices))
    assert "costs" not in (await room.say(message("limits"))).html
    room.knows(shows_prices=True)
    assert (await room.say(message("limits"))).html.splitlines()[-1] == said
    assert (await room.say(in_group("limits"))).html.splitlines()[-1] == said
    room.knows(prices=frozenset())
    assert "costs" not in (await room.say(message("limits"))).html


async def test_a_window_slides_with_time() -> None:
    room = Room(
        now=ADMITTED + timedelta(minutes=30), limits=Limits((Rule(Scope.CHAT, 20, timedelta(hours=1)),))
    )
    room.has(chat_id=GROUP.id)
    assert "The oldest one stops counting in 30 min." in plain((await room.say(in_group("limits"))).html)
    room.now = ADMITTED + timedelta(hours=1)
    assert "Used: 0. Left: 20." in (await room.say(in_group("limits"))).html


async def test_in_a_group_the_answer_stays_in_its_topic_and_does_not_ring() -> None:
    asked = in_group("limits")
    said = await Room().say(asked)
    assert said == Say(Destination(GROUP.id, 8, asked.message_id), said.html, silent=True)
