"""When it goes wrong: the card says why, that it was not counted, and offers another try where that helps."""

import asyncio
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.conversation.texts import alerts
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.sandbox.telegram.api import too_many_requests
from tests.harness.chats import EN, OTHER_WORDS, TRY_AGAIN, UNTOUCHED, card_of, failure_of, hears, limits_line
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot


@pytest.mark.parametrize(
    ("scenarios", "reason", "tasks"),
    [
        (["flag-3-policy"], Reason.POLICY, 1),
        (["flag-3-fetch", "flag-3-fetch"], Reason.PHOTO_NOT_FETCHED, 2),
        (["flag-3-generic", "flag-3-generic"], Reason.SERVICE_DOWN, 2),
        (["flag-3-could-not-generate"] * 2, Reason.COULD_NOT_GENERATE, 2),
        (["create-422-type"], Reason.BAD_REQUEST, 0),
    ],
)
async def test_a_failure_is_told_in_words_and_another_try_is_offered_where_it_helps(
    tmp_path: Path, scenarios: list[str], reason: Reason, tasks: int
) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        for name in scenarios:
            world.nanobanana.play(name)
        asked = ada.sends_photo(picture(96, 64), "/edit make it blue")
        sentence = reason_sentence(EN, reason)
        if reason.consequences.is_operators:  # and there are no admins
            sentence += "\nPlease tell whoever runs this bot, with the code below."
        card = await failure_of(ada.private, asked, sentence)
        assert len(world.nanobanana.tasks) == tasks
        assert await limits_line(ada) == UNTOUCHED
        offered = {TRY_AGAIN: reason.consequences.retry_helps, OTHER_WORDS: reason.consequences.words_help}
        assert card.labels == [label for label, helps in offered.items() if helps]
        if TRY_AGAIN not in card.labels:
            return
        assert (await ada.presses(card, TRY_AGAIN).answer()).text == alerts.started(EN)
        result = await world.result(ada.private, asked)
        assert result.photo_size == (96, 64)
        assert prompts(world)[-1] == "make it blue"


async def test_one_failure_of_a_task_is_tried_again_without_a_word(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        world.nanobanana.play("flag-3-generic")
        await world.result(world.ada.private, world.ada.sends_photo(picture(96, 64), "/sketch"))
        assert len(prompts(world)) == 2


async def test_without_credit_edits_wait_the_admins_hear_once_and_all_goes_on_when_it_is_mended(
    tmp_path: Path,
) -> None:
    async with quick_bot(tmp_path, admin_ids=frozenset({510_002_049, 4_242})) as world:
        ada, boss = world.ada, world.telegram.people.person("Boss", language_code="fr")
        assert boss.id == 510_002_049
        await hears(boss.private, boss.writes("/start"), "Bonjour")
        world.nanobanana.credits = 0
        asked = [ada.sends_photo(picture(96, size), "/sketch") for size in (64, 65)]
        for each in asked:
            await world.words(ada.private, each, "no credit left")
        alerts = [m.text for m in boss.private.bot_messages() if m.text.startswith("⚠️")]
        assert len(alerts) == 1
        assert "out of credit" in alerts[0]
        assert f"chat {ada.id}" in alerts[0]
        world.nanobanana.credits = 100
        for each, size in zip(asked, (64, 65), strict=True):
            assert (await world.result(ada.private, each, 30)).photo_size == (96, size)
        assert len([m for m in boss.private.bot_messages() if m.text.startswith("⚠️")]) == 1


async def test_an_admin_whom_telegram_did_not_tell_is_told_later_and_nobody_hears_twice(
    tmp_path: Path,
) -> None:
    boss_id, deputy_id, stranger_id = 510_002_049, 510_003_518, 4_242
    admin_ids = frozenset({boss_id, deputy_id, stranger_id})
    async with quick_bot(tmp_path, admin_ids=admin_ids) as world:
        admins = [world.telegram.people.person(name) for name in ("Boss", "Deputy")]
        assert [each.id for each in admins] == [boss_id, deputy_id]
        for each in admins:
            await hears(each.private, each.writes("/start"), "Hello")

        async def away_once(_: Request) -> Response | None:
            if alerts_to(boss_id) == 1 and world.telegram.calls[-1].integer("chat_id") == boss_id:
                return PlainTextResponse("Bad Gateway", 502)
            return None

        def alerts_to(chat_id: int) -> int:
            calls = world.telegram.calls_of("sendMessage")
            return len([c for c in calls if c.integer("chat_id") == chat_id and "⚠️" in c.text("text")])

        world.telegram.faults.at("sendMessage", away_once)
        world.nanobanana.credits = 0
        asked = world.ada.sends_photo(picture(96, 64), "/sketch")
        await until(lambda: alerts_to(boss_id) == 2)
        await until(lambda: len(world.nanobanana.creates) == 3)
        await asyncio.sleep(0.5)
        assert [alerts_to(each) for each in (boss_id, deputy_id, stranger_id)] == [2, 1, 1]
        world.nanobanana.credits = 100
        await world.result(world.ada.private, asked)


async def test_a_rejected_key_makes_edits_wait_until_it_is_taken_again(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.nanobanana.play("create-401")
        asked = ada.sends_photo(picture(96, 64), "/edit make it blue")
        await world.words(ada.private, asked, "does not let the bot in")
        assert (await world.result(ada.private, asked)).photo_size == (96, 64)


async def test_a_key_that_breaks_while_a_task_runs_costs_no_paid_picture(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        refusal = JSONResponse({"code": 401, "msg": "You do not have access permissions", "data": None})
        world.nanobanana.faults.answer("record-info", refusal, times=4)
        asked = world.ada.sends_photo(picture(96, 64), "/edit make it blue")
        assert (await world.result(world.ada.private, asked)).photo_size == (96, 64)
        assert len(world.nanobanana.creates) == 1


async def test_flood_control_delays_the_result_and_does_not_double_it(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.telegram.faults.answer("sendPhoto", too_many_requests(2))
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        result = await world.result(ada.private, asked)
        first, second = world.telegram.calls_of("sendPhoto")
        assert second.arrived_at - first.arrived_at >= 2
        assert not result.is_silent
        await asyncio.sleep(0.3)
        assert len([m for m in ada.private.bot_messages() if m.photo_size]) == 1


async def test_a_card_that_somebody_deleted_changes_nothing(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        ada.deletes(await card_of(ada.private, asked))
        await world.result(ada.private, asked)
        world.nanobanana.play("flag-3-policy")
        again = ada.sends_photo(picture(96, 65), "/sketch")
        ada.deletes(await card_of(ada.private, again))
        await failure_of(ada.private, again, reason_sentence(EN, Reason.POLICY))


async def test_a_deleted_request_still_gets_its_result(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 0.6) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        await card_of(ada.private, asked)
        ada.deletes(asked)
        await ada.private.wait_for(lambda messages: [m.photo_size for m in messages] == [(96, 64)])
