import asyncio
import itertools
import time
from collections.abc import Callable

import pytest
from telegram.constants import ChatAction
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.sandbox.telegram.api import TelegramSandbox, too_many_requests
from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.turns import Priority
from tests.sandbox.telegram.harness import picture

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")

SPEED = 20
"""The real sandbox lives through more than a minute in a few seconds."""


def fast_now() -> float:
    return time.monotonic() * SPEED


def fast_later(seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds / SPEED, callback)


class Traffic:
    """What the bot sends while edits run: cards that are drawn anew all the time, and results."""

    def __init__(self, bot: ExtBot[Priority]) -> None:
        self._bot, self._image = bot, picture(64, 48)
        self._over = False
        self.sent_back = 0

    async def run(self, chats: dict[int, int]) -> None:
        """So many results in each chat, and two cards as long as that takes."""
        async with asyncio.TaskGroup() as cards:
            for chat_id in (*chats, *chats):
                cards.create_task(self._card(chat_id))
            await asyncio.sleep(2 / SPEED)
            async with asyncio.TaskGroup() as results:
                for chat_id, count in chats.items():
                    for _ in range(count):
                        results.create_task(self._result(chat_id))
            self._over = True

    async def _result(self, chat_id: int) -> None:
        while True:
            try:
                await self._bot.send_photo(chat_id, self._image)
            except RetryAfter as error:
                self.sent_back += 1
                await asyncio.sleep(retry_seconds(error) / SPEED)
            else:
                return

    async def _card(self, chat_id: int) -> None:
        card = await self._bot.send_message(chat_id, "0 s", rate_limit_args=Priority.CARD)
        for second in itertools.count(1):
            if self._over:
                return
            try:
                await self._bot.edit_message_text(f"{second} s", chat_id, card.message_id)
                await self._bot.send_chat_action(chat_id, ChatAction.UPLOAD_PHOTO)
            except RetryAfter:
                await asyncio.sleep(2 / SPEED)
            await asyncio.sleep(1 / SPEED)


async def test_real_calls_under_telegrams_own_limits_meet_no_429(caplog: pytest.LogCaptureFixture) -> None:
    sandbox = TelegramSandbox(flood_limits=True, clock=fast_now)
    ada = sandbox.people.person("Ada")
    ada.writes("/start")
    fans, friends = (sandbox.people.group(title, ada) for title in ("Fans", "Friends"))
    chats = {fans.id: 22, friends.id: 4, ada.id: 4}
    async with sandbox.serving() as url:
        limiter = FloodControl(fast_now, fast_later)
        async with ExtBot(sandbox.token, base_url=f"{url}/bot", rate_limiter=limiter) as bot:
            traffic = Traffic(bot)
            await traffic.run(chats)
    assert [call for call in sandbox.calls if call.status == 429] == []
    arrived = [call.integer("chat_id") for call in sandbox.calls_of("sendPhoto") if call.status == 200]
    assert {chat_id: arrived.count(chat_id) for chat_id in chats} == chats
    assert len(sandbox.calls_of("editMessageText")) > 20
    assert traffic.sent_back > 0
    assert "flood control" not in caplog.text


async def test_a_429_of_telegrams_own_reaches_the_caller_once_and_pauses_the_chat() -> None:
    sandbox = TelegramSandbox()
    sandbox.faults.answer("sendMessage", too_many_requests(5))
    ada = sandbox.people.person("Ada")
    ada.writes("/start")
    async with sandbox.serving() as url:
        limiter = FloodControl(fast_now, fast_later)
        async with ExtBot(sandbox.token, base_url=f"{url}/bot", rate_limiter=limiter) as bot:
            with pytest.raises(RetryAfter):
                await bot.send_message(ada.id, "hello", rate_limit_args=Priority.ANSWER)
            refused_at = fast_now()
            with pytest.raises(RetryAfter):
                await bot.edit_message_text("a card does not wait", ada.id, 1)
            await bot.send_message(ada.id, "hello")
            assert fast_now() - refused_at >= 5
    assert [call.status for call in sandbox.calls_of("sendMessage")] == [429, 200]
