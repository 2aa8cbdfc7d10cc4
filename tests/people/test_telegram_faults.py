"""What Telegram was seen to do to a call, from the person's side: what there is to see at the end, and
whether it was counted. All of it happens to one bot at the same time, each in a chat of its own."""

import asyncio
import contextlib
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.features.cancel import too_late_alert
from bot.conversation.features.file import sending_alert
from bot.conversation.texts import alerts
from bot.core.clock import utc_now
from bot.core.errors import Reason
from bot.sandbox.faults import CutOff
from bot.storage.edits import SqlEditStore
from bot.telegram.outbox.budgets import AT_ONCE, Budgets
from bot.telegram.outbox.windows import Window
from bot.telegram.transport import BoundedRequest, OnResponse
from bot.wiring.outside import limits, opened_database
from tests.harness.chats import AGAIN, AS_FILE, CANCEL, EN, answers, card_of
from tests.harness.clock import until
from tests.harness.pictures import picture
from tests.harness.world import prompts, quick_bot
from tests.people.faulty_telegram import READ_SECONDS, FaultyTelegram

DELIVERED = "delivered"
GROUP_ID = -4_100_002_049  # the first group of all
# What a chat shows at the end; a ♪ is a message that rang.
PHOTO, FILE = (DELIVERED, "photo♪"), (DELIVERED, "file♪")
ON_CARD, FILE_ON_CARD = (DELIVERED, "photo"), (DELIVERED, "file")

COURTESIES = ("sendChatAction", "editMessageText in a group")  # a busy machine may leave them out
BEFORE = "429, 429 bare, 401, 404, 409"
UNSURE = "500, 502, reset, slow, drip"
NOT_DONE = f"{BEFORE}, {UNSURE}"
ARRIVED = "lost, late, dripped"
GONE = "blocked, kicked, deactivated, no chat"

# The call -> how its edit ends, what is seen -> what the call meets.
EXPECTED: dict[str, dict[tuple[str, str], str]] = {
    "getFile": {
        PHOTO: f"{NOT_DONE}, 413, {ARRIVED}, file unavailable",
        (Reason.PHOTO_GONE, "told"): f"{GONE}, 400",
        (Reason.FILE_TOO_BIG, "told"): "file is too big",
    },
    "file": {
        PHOTO: f"429, 429 bare, {GONE}, 401, 404, 409, 413, {UNSURE}, {ARRIVED}",
    },
    "sendMessage": {  # the card
        PHOTO: f"{NOT_DONE}, 400, 413, no reply, no topic, TOPIC_CLOSED, TOPIC_DELETED, moved",
        (DELIVERED, "card, photo♪"): ARRIVED,
        (Reason.CHAT_GONE, ""): GONE,
        (Reason.CANNOT_SEND, ""): "may not write",
    },
    "editMessageText": {  # an edit that fails
        (Reason.POLICY, "told"): f"{NOT_DONE}, {ARRIVED}, not modified, card deleted, moved",
        (Reason.POLICY, "card, told"): "400, 413",
        (Reason.POLICY, "card"): GONE,
    },
    "editMessageText in a group": {
        PHOTO: f"{NOT_DONE}, {GONE}, 400, 413, {ARRIVED}, not modified"
    },  # progress
    "sendChatAction": {PHOTO: f"{NOT_DONE}, {GONE}, 400, 413, {ARRIVED}"},
    "sendPhoto": {
        PHOTO: f"{BEFORE}, no reply, no topic, TOPIC_CLOSED, TOPIC_DELETED, request deleted, moved",
        ON_CARD: UNSURE,
        (DELIVERED, "photo, photo♪"): ARRIVED,  # nobody can know that it arrived; one of them rings
        FILE: "400, 413, PHOTO_INVALID_DIMENSIONS, IMAGE_PROCESS_FAILED, may not send photos",
        (Reason.CHAT_GONE, "card"): GONE,
    },
    "sendDocument": {
        FILE: f"{BEFORE}, no reply, no topic, TOPIC_CLOSED, TOPIC_DELETED, request deleted, moved",
        FILE_ON_CARD: UNSURE,
        (DELIVERED, "file, file♪"): ARRIVED,
        PHOTO: "400, 413, may not send files",
        (Reason.CHAT_GONE, "card"): GONE,
    },
    "editMessageMedia": {  # a result that may have arrived before
        ON_CARD: f"{NOT_DONE}, {ARRIVED}, not modified",
        FILE_ON_CARD: "400, 413, PHOTO_INVALID_DIMENSIONS, IMAGE_PROCESS_FAILED",
        PHOTO: "card deleted",
        (Reason.CHAT_GONE, "card"): GONE,
    },
    "deleteMessage": {
        PHOTO: f"{NOT_DONE}, {ARRIVED}, card deleted",
        (DELIVERED, "done, photo♪"): "400, 413, can't be deleted",
        (DELIVERED, "card, photo♪"): GONE,
    },
    "answerCallbackQuery": {
        (DELIVERED, "answered, photo♪"): f"{NOT_DONE}, 413, {ARRIVED}",
        PHOTO: f"{GONE}, 400, too old",
    },
}


class Roomy(Budgets):
    def __init__(self) -> None:
        super().__init__()
        self.everything = (Window(1000, 1), Window(AT_ONCE * 4, 0))
        self.talk_in_groups = Window(1000, 1)


@pytest.fixture
def time_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(on_response: OnResponse, **options: Any) -> BoundedRequest:
        return BoundedRequest(on_response, **{**options, "read_timeout": READ_SECONDS})

    monkeypatch.setattr("bot.telegram.bot.BoundedRequest", impatient)
    for name in ("_LONGEST_SECONDS", "_LONGEST_UPLOAD_SECONDS"):
        monkeypatch.setattr(f"bot.telegram.transport.{name}", READ_SECONDS)
    monkeypatch.setattr("bot.telegram.outbox.flood_control.Budgets", Roomy)
    monkeypatch.setattr("bot.telegram.outbox.budgets.FLOODED_CHATS", 10_000)
    monkeypatch.setattr("bot.telegram.files._LONGEST_SECONDS", 2.0)
    for name in ("_TOKEN_REFUSED_SECONDS", "_FLOOD_SECONDS", "_OTHERWISE_SECONDS"):
        monkeypatch.setattr(f"bot.telegram.outbox.errors.{name}", 0.5)
    short, long = (timedelta(seconds=seconds) for seconds in (0.2, 600))
    monkeypatch.setattr("bot.telegram.outbox.cards.EDITS_APART", {True: long, False: short})
    monkeypatch.setattr("bot.telegram.outbox.cards.ACTION_EVERY", short)
    monkeypatch.setattr("bot.telegram.outbox.cards._CARDS_A_TICK", 1000)


@pytest.mark.usefixtures("time_is_short")
async def test_whatever_telegram_does_a_finished_picture_arrives_if_it_can(tmp_path: Path) -> None:
    expected = {
        f"{point}: {fault}": outcome
        for point, outcomes in EXPECTED.items()
        for outcome, faults in outcomes.items()
        for fault in faults.split(", ")
    }
    async with quick_bot(tmp_path, 2.5, nanobanana_creates_per_10_seconds=1000) as world:
        faulty = FaultyTelegram(world, ["file", *(name for name in EXPECTED if " " not in name)])
        await asyncio.gather(*(faulty.asks(*name.split(": ")) for name in expected))
        with contextlib.suppress(TimeoutError):
            await until(lambda: len(faulty.edits()) == len(expected))
        rows, edits = faulty.rows, faulty.edits()

        def seen() -> dict[str, tuple[str, str]]:
            return {
                name: (edits.get(row.chat.id, ("?", 0))[0], faulty.seen(row)) for name, row in rows.items()
            }

        with contextlib.suppress(TimeoutError):  # an answer to a press may come after the picture
            await until(lambda: seen() == expected, READ_SECONDS * 3)
        assert seen() == expected
        unplayed = [name for name, row in rows.items() if not row.played]
        assert [name for name in unplayed if not name.startswith(COURTESIES)] == []
        courtesies = [name for name in rows if name.startswith(COURTESIES)]
        assert len(unplayed) < len(courtesies)  # how many have their turn depends on the machine
        spared = {(Reason.CHAT_GONE, ""), (Reason.CANNOT_SEND, ""), *EXPECTED["getFile"]} - {PHOTO}
        calls = {name: int(outcome not in spared) for name, outcome in expected.items()}
        assert {name: edits[row.chat.id][1] for name, row in rows.items()} == calls
        assert len(prompts(world)) == sum(calls.values())
        async with opened_database(world.settings) as database:
            for name, row in rows.items():
                usages = await SqlEditStore(database).usage(row.chat.id, 0, limits(world.settings), utc_now())
                assert usages[0].used == (expected[name][0] == DELIVERED), name


async def test_a_button_pressed_twice_starts_one_edit(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, 1.0) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64))
        styles = await ada.private.wait_for(lambda messages: next((m for m in messages if m.by_bot), None))
        for press in [ada.presses(styles, "s:sketch"), ada.presses(styles, "s:sketch")]:
            assert (await press.answer()).text == alerts.started(EN)
        result = await ada.private.wait_for(
            lambda messages: next((m for m in messages if m.by_bot and m.photo_size), None)
        )
        for press in [ada.presses(result, AGAIN), ada.presses(result, AGAIN)]:
            assert (await press.answer()).text == alerts.started(EN)
        other = ada.presses(styles, "s:oil")  # which is not the same
        assert (await other.answer()).text == alerts.started(EN)
        await until(lambda: len([m for m in answers(ada.private.messages(), asked) if m.photo_size]) == 3)
        await asyncio.sleep(0.3)
        assert len(prompts(world)) == 3
        assert (await ada.presses(result, AGAIN).answer()).text == alerts.started(EN)  # it has ended
        await until(lambda: len(prompts(world)) == 4)


async def test_a_press_whose_answer_is_lost_has_its_effect_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        result = await world.result(ada.private, asked)
        world.telegram.faults.answer("answerCallbackQuery", CutOff(b""), times=2)
        press = ada.presses(result, AS_FILE)
        assert (await press.answer()).text == sending_alert(EN)
        await until(lambda: any(m.document_name for m in answers(ada.private.messages(), asked)))
        await asyncio.sleep(0.3)
        assert len([m for m in answers(ada.private.messages(), asked) if m.document_name]) == 1


async def test_a_card_whose_sending_was_cut_goes_when_it_is_pressed(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.telegram.faults.answer("sendMessage", CutOff(b""), phase="after")
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        card = await card_of(ada.private, asked)
        await until(lambda: any(m.photo_size for m in answers(ada.private.messages(), asked)))
        await until(lambda: world.telegram.calls_of("sendPhoto")[0].status is not None)
        await asyncio.sleep(0.3)
        assert (await ada.presses(card, CANCEL).answer()).text == too_late_alert(EN)
        await world.result(ada.private, asked)


@pytest.mark.parametrize("told", ["the old chat", "the new chat", "membership", "nothing"])
async def test_an_allowed_group_stays_allowed_as_a_supergroup(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, told: str
) -> None:
    """Whoever tells of the move, or if nobody does: what comes first may be anything from the new chat."""
    async with quick_bot(tmp_path, allowed_chats=frozenset({GROUP_ID})) as world:
        ada, people = world.ada, world.telegram.people
        small = people.basic_group("Friends", ada)
        assert small.id == GROUP_ID
        await world.result(small, ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=small))
        with caplog.at_level(logging.WARNING, "bot.conversation.access"):
            large = people.migrate(small)
            world.telegram.world.updates.clear()
            match told:
                case "the old chat":
                    people.sends_raw_update({"message": small.messages()[-1].raw})
                case "the new chat":
                    people.sends_raw_update({"message": large.messages()[0].raw})
                case "membership":
                    world.telegram.world.bot_becomes(large.record, "member", ada.user)
            asked = ada.sends_photo(picture(96, 65), "/sketch@nanobanana_bot", chat=large)
            await world.result(large, asked)
            assert large.record.bot_status != "left"
        [warning] = [
            record.getMessage() for record in caplog.records if "ALLOWED_CHATS" in record.getMessage()
        ]
        assert f"put {large.id} into ALLOWED_CHATS" in warning
