"""From a person's message to the answer, over real connections, with a conversation of two lines."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import httpx

from bot.conversation.incoming import Incoming, Message, Press
from bot.conversation.outgoing import Alert, Button, Destination, Outgoing, Say
from bot.sandbox.telegram.api import TelegramSandbox
from bot.tasks import end
from bot.telegram.bot import initialized, telegram_bot
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.polling import Polling, durable_request
from bot.telegram.inbox.slots import Slots
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.destination import Nearby
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.results import ResultSender
from tests.telegram.inbox.intake_world import FakeInbox
from tests.telegram.outbox.edit_world import PlainCards, PlainFiles, PlainSent, plain_pictures


def now() -> datetime:
    return datetime(2026, 3, 29, tzinfo=UTC)


async def handle(incoming: Incoming) -> Sequence[Outgoing]:
    match incoming:
        case Message():
            to = Destination(incoming.chat.id, incoming.thread_id, incoming.message_id)
            return [Say(to, f"<b>{incoming.command}</b>", buttons=((Button("Press", "x:1"),),))]
        case Press():
            return [Alert(incoming.press_id, incoming.data)]
        case _:
            return []


@contextlib.asynccontextmanager
async def bot_in(telegram: TelegramSandbox, inbox: FakeInbox) -> AsyncIterator[Polling]:
    async with telegram.serving() as url:
        way_out = httpx.AsyncHTTPTransport()
        updates = durable_request(inbox, lambda: "me", now, way_out)
        bot = telegram_bot(telegram.token, url, way_out, updates=updates)
        await initialized(bot)
        nearby, sent = Nearby(now), PlainSent()
        results, pictures = ResultSender(bot, PlainCards(), nearby), plain_pictures(bot, nearby)
        albums = AlbumSender(bot, PlainCards(), nearby, results, PlainFiles())
        outbox = Outbox(bot, results, pictures, nearby, sent, sent, now, albums=albums)
        intake = Intake(bot, inbox, handle, outbox.send, Slots(), lambda: "me", now)
        polling = Polling(bot, intake.doorbell)
        tasks = [asyncio.create_task(intake.run()), asyncio.create_task(polling.run())]
        try:
            yield polling
        finally:
            await end(tasks)
            await bot.shutdown()


async def test_what_is_written_and_pressed_is_answered_while_this_process_polls() -> None:
    telegram, inbox = TelegramSandbox(), FakeInbox()
    ada = telegram.people.person("Ada")
    async with bot_in(telegram, inbox) as polling:
        asked = ada.writes("/limits")
        polling.poll(True)
        answer = await ada.private.wait_for(
            lambda messages: next((m for m in messages if m.reply_to_message_id == asked.message_id), None)
        )
        assert answer.text == "limits"
        assert (await ada.presses(answer, "Press").answer()).text == "x:1"
        polling.poll(False)
        async with asyncio.timeout(5):
            while list(inbox.done.values()) != [None, None]:
                await asyncio.sleep(0.01)
