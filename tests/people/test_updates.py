"""What comes in: odd updates harm nobody, a repeated one is handled once, and none is lost."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.app import running
from bot.core.clock import utc_now
from bot.sandbox.faults import Action, Phase, drip
from bot.sandbox.telegram.api import too_many_requests
from bot.settings import Settings
from bot.telegram.inbox.intake import LONGEST_LINE
from bot.telegram.transport import BoundedRequest, OnResponse
from tests.harness.chats import answers, hears, limits_line, said_in
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot, services
from tests.people.faulty_telegram import AFTER, ANSWERS, READ_SECONDS

ODD: list[dict[str, Any]] = [
    {},
    {"something_new": {"chat": {"id": 1}}},
    {"message": None},
    {"message": {}},
    {"message": {"chat": None}},
    {"message": {"chat": {"id": None}, "message_id": "one", "date": "today"}},
    {"message": {"chat": {"id": "many"}, "from": []}},
    {"message": [1, 2, 3]},
    {"message": "text"},
    {"callback_query": {"id": "1", "data": "c:x"}},
    {"callback_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "X"}, "message": 7}},
    {"callback_query": 5},
    {"my_chat_member": {"chat": []}},
]


# Answers seen -> what the call meets.
ANSWERED = {
    1: "429, 429 bare, 401, 404, 409, 413, 500, 502, reset, drip",
    2: "lost, late, dripped",  # nobody can know that it arrived
    0: "400, blocked, kicked, deactivated, no chat",
}
HALF_AN_EMOJI = {"update_id": 871_204_532, "message": {"text": "\ud83d", "chat": {"id": 3}}}


async def test_updates_that_cannot_be_read_do_not_stop_the_next_ones(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        half = Response(json.dumps({"ok": True, "result": [HALF_AN_EMOJI]}))
        world.telegram.faults.answer("getUpdates", half)
        for odd in ODD:
            world.telegram.people.sends_raw_update(odd)
        asked = world.ada.sends_photo(picture(96, 64), "/sketch")
        await world.result(world.ada.private, asked)
        poisoned = {**asked.raw, "caption_entities": "none"}
        world.telegram.people.sends_raw_update({"message": poisoned})
        await hears(world.ada.private, world.ada.writes("/help"), "With a caption")


async def test_an_update_that_comes_twice_is_handled_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        await world.result(ada.private, asked)
        again = {"message": {**asked.raw, "message_id": asked.message_id + 1_000}}
        update_id = ada.sends_raw_update(again)
        await ada.private.wait_for(
            lambda messages: len([m for m in messages if m.photo_size and m.by_bot]) == 2
        )
        repeated = JSONResponse({"ok": True, "result": [{"update_id": update_id, **again}]})
        world.telegram.faults.answer("getUpdates", repeated)
        await hears(ada.private, ada.writes("/help"), "With a caption")
        await hears(ada.private, ada.writes("/styles"), "Styles")
        assert await limits_line(ada) == "Used: 2. Left: 18."
        assert len(prompts(world)) == 2


async def test_an_answer_that_telegram_postpones_is_given_later(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.telegram.faults.answer("sendMessage", too_many_requests(1))
        asked = ada.writes("/styles")
        await hears(ada.private, asked, "Styles")
        assert len(answers(ada.private.messages(), asked)) == 1


async def test_what_people_wrote_while_the_bot_was_away_is_answered_in_order(tmp_path: Path) -> None:
    async with services(0.2) as (telegram, _, defaults):
        ada = telegram.people.person("Ada")
        made = Settings(data_dir=tmp_path, **{**defaults, "poll_interval_seconds": 0.2})
        written = [ada.writes(text) for text in ("/start", "/help", "/styles", "/limits")]
        async with running(made):
            await hears(ada.private, written[-1], "This chat may")
        replied = [m.reply_to_message_id for m in ada.private.bot_messages()]
        assert replied == [m.message_id for m in written]


@pytest.mark.parametrize(
    "fault", ["429", "429 bare", "409", "413", "500", "502", "reset", "lost", "drip", "empty"]
)
async def test_the_next_update_comes_whatever_becomes_of_a_question_for_updates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("bot.telegram.transport._LONGEST_SECONDS", 2.0)
    async with quick_bot(tmp_path) as world:
        played = asyncio.Event()

        async def play(_: Request) -> Response:
            played.set()
            return drip() if fault == "drip" else ANSWERS.get(fault, Response())

        phase: Phase = "after" if fault in AFTER else "before"
        world.telegram.faults.at("getUpdates", play, phase=phase, times=1)
        for text in ("/limits", "/styles"):  # the first one is in an answer that was already waited for
            await hears(world.ada.private, world.ada.writes(text), "")
        assert played.is_set()
        assert len(world.ada.private.bot_messages()) == 2


async def test_a_question_is_answered_whatever_telegram_does_to_the_answer_if_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(on_response: OnResponse, **options: Any) -> BoundedRequest:
        return BoundedRequest(on_response, **{**options, "read_timeout": READ_SECONDS})

    monkeypatch.setattr("bot.telegram.bot.BoundedRequest", impatient)
    monkeypatch.setattr("bot.telegram.transport._LONGEST_SECONDS", READ_SECONDS)
    expected = {fault: count for count, faults in ANSWERED.items() for fault in faults.split(", ")}
    async with quick_bot(tmp_path) as world:
        chats: dict[int, str] = {}

        def player(after: bool) -> Action:
            async def play(request: Request) -> Response | None:
                chat_id = int(str((await request.form())["chat_id"]))
                fault = chats.get(chat_id, "")
                if not fault or after != (fault in AFTER):
                    return None
                del chats[chat_id]
                if fault in ("slow", "late"):
                    await asyncio.sleep(READ_SECONDS * 1.5)
                return drip() if fault.startswith("drip") else ANSWERS.get(fault)

            return play

        world.telegram.faults.at("sendMessage", player(after=False))
        world.telegram.faults.at("sendMessage", player(after=True), phase="after")
        people = {fault: world.telegram.people.person("Grace") for fault in expected}
        chats |= {person.private.id: fault for fault, person in people.items()}
        for person in people.values():
            person.writes("/limits")
        await asyncio.sleep(READ_SECONDS * 1.5 + 6)
        seen = {fault: len(person.private.bot_messages()) for fault, person in people.items()}
        assert not chats
    assert seen == expected


async def test_a_refused_token_does_not_stop_the_bot_from_asking_again(tmp_path: Path) -> None:
    """One such answer ends the library's own polling for good."""
    async with quick_bot(tmp_path) as world:
        refusal = JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        world.telegram.faults.answer("getUpdates", refusal, times=2)
        for _ in range(2):  # the first one is in an answer that was already waited for
            await hears(world.ada.private, world.ada.writes("/limits"), "", timeout=20)
        assert not world.telegram.faults._switches[0].times


async def test_what_was_asked_while_the_bot_was_away_is_answered_instead_of_painted(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        await world.result(ada.private, asked)
        message = {**asked.raw, "message_id": asked.message_id, "date": int(utc_now().timestamp()) - 3700}
        world.telegram.people.sends_raw_update({"message": message})
        await hears(ada.private, asked, "I was away. Send it again if you still want it.")
        assert len(prompts(world)) == 1


async def test_who_sends_too_much_is_told_once_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        for _ in range(LONGEST_LINE + 100):
            ada.writes("/limits")
        await hears(ben.private, ben.writes("/status"), "You have no edits", timeout=5)
        told = await ada.private.wait_for(
            lambda messages: [m for m in messages if m.by_bot and m.text.startswith("That was a lot")]
        )
        assert "I take the first 200 messages and leave out the rest" in told[0].text
        await asyncio.sleep(1)
        assert len([m for m in ada.private.bot_messages() if m.text.startswith("That was a lot")]) == 1


async def test_fifty_busy_groups_keep_nobodys_own_message_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.doorbell._FETCH_FIRST_SECONDS", 60)
    async with quick_bot(tmp_path) as world:
        people = world.telegram.people
        groups = [people.group(f"Group {number}", world.ada) for number in range(50)]
        await limits_line(world.ada)
        for _ in range(40):
            for group in groups:
                world.ada.writes("/limits", chat=group)
        ben = people.person("Ben")
        asked = ben.writes("/limits")
        await until(lambda: not len(world.telegram.world.updates))
        assert not any(said_in(group) for group in groups)  # fetched before any of them is handled
        await hears(ben.private, asked, "This chat may ask for")
        heard = [group for group in groups if said_in(group)]
        assert len(heard) < len(groups) / 2


async def test_words_that_no_database_takes_are_taken_without_what_is_wrong_in_them(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        asked = world.ada.sends_file(picture(96, 64), "a\0b.png", "image/png", "make it \0 blue")
        await world.result(world.ada.private, asked)
        assert prompts(world) == ["make it  blue"]
