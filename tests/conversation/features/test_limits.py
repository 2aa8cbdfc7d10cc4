from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.features.limits import limits_text
from bot.conversation.outgoing import Destination, Say
from bot.core.limits import Rule, Scope, Usage
from tests.conversation.fakes import Room
from tests.conversation.samples import GROUP, in_group, message
from tests.conversation.texts.samples import AT_ONCE, HOURLY, NOW, en, every_language, fr
from tests.factories import NOW as ADMITTED
from tests.harness.chats import plain

FREES = NOW + timedelta(minutes=4)


def test_limits_tell_used_left_and_the_next_place() -> None:
    some = limits_text(en(), [Usage(HOURLY, 5, FREES), Usage(AT_ONCE, 1)], NOW)
    assert some == (
        "This chat may ask for <b>20 edits an hour</b>.\n"
        "Used: 5. Left: 15.\n"
        "The oldest one stops counting in 4 min.\n"
        "At most 5 edits at a time.\n"
        "Failed and cancelled edits are not counted."
    )
    assert "The next place is free in 4 min." in limits_text(en(), [Usage(HOURLY, 20, FREES)], NOW)
    assert "next place" not in limits_text(en(), [Usage(HOURLY, 25, FREES)], NOW)
    assert " in " not in limits_text(en(), [Usage(HOURLY, 0)], NOW)


def test_every_rule_has_its_lines() -> None:
    daily = Rule(Scope.CHAT, 100, timedelta(days=1))
    text = limits_text(en(), [Usage(HOURLY, 5, FREES), Usage(daily, 7, FREES)], NOW)
    assert text.count("This chat may ask for") == 2
    assert "Left: 15." in text
    assert "Left: 93." in text


def test_without_a_limit_there_is_none() -> None:
    none = "There is no limit on the number of edits in this chat."
    assert limits_text(en(), [], NOW) == none
    one = Usage(Rule(Scope.CHAT, 1, None), 0)
    assert limits_text(en(), [one], NOW) == f"{none}\nAt most 1 edit at a time."


def test_none_at_once_is_said_as_the_language_does() -> None:
    assert "Au plus 0\u00a0retouche " in limits_text(fr(), [Usage(Rule(Scope.CHAT, 0, None), 0)], NOW)


@every_language
def test_limits_are_valid_html(t: NullTranslations) -> None:
    assert plain(limits_text(t, [Usage(HOURLY, 5, FREES), Usage(AT_ONCE, 1)], NOW))


async def test_a_chat_is_told_of_its_own_edits() -> None:
    room = Room()
    asked = message("limits")
    room.has(chat_id=asked.chat.id)
    room.has(chat_id=GROUP.id)
    said = await room.say(asked)
    assert said.to == Destination(asked.chat.id, None, asked.message_id)
    assert "Used: 1. Left: 19." in said.html
    assert not said.silent


async def test_a_window_slides_with_time() -> None:
    room = Room(now=ADMITTED + timedelta(minutes=30))
    room.has(chat_id=GROUP.id)
    assert "The oldest one stops counting in 30 min." in (await room.say(in_group("limits"))).html
    room.now = ADMITTED + timedelta(hours=1)
    assert "Used: 0. Left: 20." in (await room.say(in_group("limits"))).html


async def test_in_a_group_the_answer_stays_in_its_topic_and_does_not_ring() -> None:
    asked = in_group("limits")
    said = await Room().say(asked)
    assert said == Say(Destination(GROUP.id, 8, asked.message_id), said.html, silent=True)
