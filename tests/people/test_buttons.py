"""The buttons: who may press them, what they do, and that every press is answered."""

import asyncio
from pathlib import Path

from bot.app import running
from bot.conversation.features.cancel import too_late_alert
from bot.conversation.features.file import already_there_alert, gone_alert, sending_alert
from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from bot.sandbox.telegram.people import Answer, Message, Person, Press
from bot.settings import Settings
from tests.harness.chats import (
    AGAIN,
    AS_FILE,
    CANCEL,
    EN,
    TRY_AGAIN,
    UNTOUCHED,
    answers,
    card_of,
    failure_of,
    hears,
    limits_line,
    next_result,
)
from tests.harness.clock import finish_tasks, until
from tests.harness.pictures import picture
from tests.harness.world import World, prompts, quick_bot, services

GONE = Answer(alerts.gone(EN), show_alert=True)
NOT_YOURS = Answer(alerts.not_yours(EN, 1), show_alert=True)
CANCELLED = Answer("Cancelled. It was not counted.", show_alert=False)
STARTED = Answer(alerts.started(EN), show_alert=False)


async def test_cancel_ends_an_edit_and_gives_its_place_back(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 60) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        card = await card_of(ada.private, asked)
        await until(lambda: bool(world.nanobanana.tasks))
        first, second = ada.presses(card, CANCEL), ada.presses(card, CANCEL)
        assert await first.answer() == CANCELLED
        assert await second.answer() == Answer(too_late_alert(EN), show_alert=False)
        ended = await hears(ada.private, asked, "Cancelled. It was not counted.")
        assert (ended.message_id, ended.labels) == (card.message_id, [])
        assert await limits_line(ada) == UNTOUCHED
        finish_tasks(world.nanobanana)
        await asyncio.sleep(1.2)
        assert [m.text for m in answers(ada.private.messages(), asked)] == ["Cancelled. It was not counted."]


async def test_cancel_is_in_time_as_soon_as_there_is_a_card(tmp_path: Path) -> None:
    """Whatever step the edit is just taking."""
    async with quick_bot(tmp_path, 60, forgiven_edits=5) as world:
        ada = world.ada
        for size in range(64, 69):
            card = await card_of(ada.private, ada.sends_photo(picture(96, size), "/sketch"))
            assert await ada.presses(card, CANCEL).answer() == CANCELLED


async def test_in_a_group_only_who_asked_and_admins_may_press(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, lambda ordinal: (60, 0.2)[ordinal > 1]) as world:
        ada, people = world.ada, world.telegram.people
        ben, eve, tom = (people.person(name) for name in ("Ben", "Eve", "Tom"))
        group = people.group("Friends", ada, ben, tom, admins=[eve])
        mine, other = (
            ada.sends_photo(picture(96, size), "/sketch@nanobanana_bot", chat=group) for size in (64, 65)
        )
        card, second = await card_of(group, mine), await card_of(group, other)
        for stranger in (ben, tom):
            assert await stranger.presses(card, CANCEL).answer() == NOT_YOURS
        gone = people.person("Somebody who left")
        assert await gone.presses(card, CANCEL).answer() == NOT_YOURS
        await until(lambda: len(prompts(world)) == 2)
        assert await eve.presses(card, CANCEL).answer() == CANCELLED
        finish_tasks(world.nanobanana)
        result = await world.result(group, other)
        assert group.message(second.message_id) is None
        assert await ben.presses(result, AGAIN).answer() == NOT_YOURS
        assert await ben.presses(result, AS_FILE).answer() == NOT_YOURS
        assert len(prompts(world)) == 2
        assert await eve.presses(result, AGAIN).answer() == STARTED
        anew = await next_result(group, other, result)
        assert await ada.presses(anew, AGAIN).answer() == NOT_YOURS
        assert await eve.presses(anew, AS_FILE).answer() == Answer(sending_alert(EN), show_alert=False)


async def test_again_makes_a_new_edit_of_the_same_photo_with_the_same_words(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch in red chalk")
        result = await world.result(ada.private, asked)
        assert await ada.presses(result, AGAIN).answer() == STARTED
        anew = await next_result(ada.private, asked, result)
        assert anew.text == result.text
        assert prompts(world) == [full_prompt("sketch", "in red chalk")] * 2
        first, second = (task.photo for task in world.nanobanana.tasks.values())
        assert first == second
        assert await limits_line(ada) == "Used: 2. Left: 18."


async def test_as_a_file_brings_the_untouched_result(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/oil")
        result = await world.result(ada.private, asked)
        assert await ada.presses(result, AS_FILE).answer() == Answer(sending_alert(EN), False)
        file = await ada.private.wait_for(lambda messages: files(messages, asked))
        [kept] = (tmp_path / "files").rglob("*result*")
        assert file[0].content() == kept.read_bytes() == uploaded(world)
        assert file[0].document_name == "photo-oil.jpg"
        for _ in range(5):
            answer = await ada.presses(result, AS_FILE).answer()
            assert answer == Answer(already_there_alert(EN), show_alert=True)
        assert len(files(ada.private.messages(), asked)) == 1
        ada.deletes(file[0])
        assert await ada.presses(result, AS_FILE).answer() == Answer(sending_alert(EN), False)
        await ada.private.wait_for(lambda messages: files(messages, asked))
        kept.unlink()
        answer = await ada.presses(result, AS_FILE).answer()
        assert answer == Answer(gone_alert(EN), show_alert=True)


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with services(lambda ordinal: (0.2, 30)[ordinal > 0]) as (telegram, nanobanana, defaults):
        made = Settings(data_dir=tmp_path, **{**defaults, "poll_interval_seconds": 0.2})
        ada = telegram.people.person("Ada")
        async with running(made):
            result = await finished_result(ada)
            late = ada.sends_photo(picture(96, 65), "/sketch")
            card = await card_of(ada.private, late)
            await until(lambda: len(nanobanana.tasks) == 2)
        pressed = ada.presses(result, AS_FILE)
        async with running(made):
            assert (await pressed.answer()).text == sending_alert(EN)
            assert await ada.presses(card, CANCEL).answer() == CANCELLED
            assert await ada.presses(result, AGAIN).answer() == STARTED


async def test_forged_and_foreign_buttons_find_nothing(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ben, ada)
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        result = await world.result(ada.private, asked)
        elsewhere = await hears(group, ben.writes("/limits", chat=group), "This chat may")
        data = result.buttons[0][0].data or ""
        forged = (data, data.replace("a:", "f:"), "c:unknown", "a:" + "x" * 48, "s:sketch", "s:nothing")
        for each in (*forged, "garbage", "", "🍌", "a:../../etc", "A:1", "r:" + "y" * 60):
            answer = await forge(world, elsewhere, ben, each).answer()
            assert answer == GONE, each
        assert len(prompts(world)) == 1
        assert not [m for m in group.bot_messages() if m.file_id]


async def test_a_press_that_comes_late_is_answered(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        card = await card_of(ada.private, asked)
        result = await world.result(ada.private, asked)
        data = card.buttons[0][0].data or ""
        answer = await forge(world, result, ada, data).answer()
        assert answer == Answer(too_late_alert(EN), show_alert=False)
        old = forge(world, result, ada, data)
        old.query.created_at -= 200
        await hears(ada.private, ada.writes("/status"), "You have no edits")
        assert old.query.answer is None


async def test_a_second_try_that_fails_too_says_so(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        sentence = reason_sentence(EN, Reason.SERVICE_DOWN)
        for _ in range(4):
            world.nanobanana.play("flag-3-generic")
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        card = await failure_of(ada.private, asked, sentence)
        assert await ada.presses(card, TRY_AGAIN).answer() == STARTED
        await until(lambda: ada.private.message(card.message_id) is None)
        second = await failure_of(ada.private, asked, sentence)
        assert second.labels == [TRY_AGAIN]
        assert await limits_line(ada) == UNTOUCHED


async def test_a_press_that_the_limit_refuses_says_when_there_is_a_place_and_offers_it(
    tmp_path: Path,
) -> None:
    async with quick_bot(tmp_path, rate_limit_edits=1) as world:
        ada = world.ada
        result = await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        ada.presses(result, AGAIN)
        sentence = "The limit in this chat is 1 edit an hour. The next place is free in 1 h."
        offer = await ada.private.wait_for(
            lambda messages: next((each for each in messages if each.text == sentence), None)
        )
        assert offer.labels == ["⏳ Do it in 1 h"]
        assert len(prompts(world)) == 1


def forge(world: World, message: Message, person: Person, data: str) -> Press:
    """A press with any data at all, as a client other than Telegram's may send it."""
    telegram = world.telegram.world
    return Press(telegram, telegram.press(message, person.user, data))


async def finished_result(ada: Person) -> Message:
    asked = ada.sends_photo(picture(96, 64), "/sketch")
    return await ada.private.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.photo_size), None)
    )


def files(messages: list[Message], asked: Message) -> list[Message]:
    return [m for m in answers(messages, asked) if m.document_name]


def uploaded(world: World) -> bytes:
    [call] = world.telegram.calls_of("sendPhoto")
    [content] = call.files.values()
    return content
