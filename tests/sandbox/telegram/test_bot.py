"""A whole python-telegram-bot application against the sandbox: what an ordinary bot does works here."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.sandbox.telegram.harness import Client, picture, telegram

KEYBOARD = {"inline_keyboard": [[{"text": "Smaller", "callback_data": "smaller"}]]}


async def answer_command(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text("Send me a photo")


async def answer_photo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    file = await update.message.photo[-1].get_file()
    content = bytes(await file.download_as_bytearray())
    await update.message.reply_photo(content, api_kwargs={"reply_markup": KEYBOARD}, do_quote=True)


async def answer_press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Not today")
    await update.callback_query.edit_message_caption("As it was")


@contextlib.asynccontextmanager
async def ordinary_bot(client: Client) -> AsyncIterator[None]:
    application: Application[Any, Any, Any, Any, Any, Any] = (
        Application.builder()
        .token(client.sandbox.token)
        .base_url(f"{client.url}/bot")
        .base_file_url(f"{client.url}/file/bot")
        .job_queue(None)
        .build()
    )
    application.add_handler(CommandHandler("start", answer_command))
    application.add_handler(MessageHandler(filters.PHOTO, answer_photo))
    application.add_handler(CallbackQueryHandler(answer_press))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=30)
        yield
        await application.updater.stop()
        await application.stop()


async def test_an_ordinary_bot_serves_a_person_and_a_topic() -> None:
    async with telegram() as client, ordinary_bot(client):
        people = client.sandbox.people
        ann = people.person("Ann")
        ann.writes("/start")
        await ann.private.wait_for(lambda seen: [each for each in seen if each.text == "Send me a photo"])
        request = ann.sends_photo(picture(640, 480))
        reply = await ann.private.wait_for(
            lambda seen: next((each for each in seen if each.by_bot and each.photo_size), None)
        )
        assert (reply.photo_size, reply.reply_to_message_id) == ((640, 480), request.message_id)
        press = ann.presses(reply, "Small")
        assert (await press.answer()).text == "Not today"
        await ann.private.wait_for(lambda seen: [each for each in seen if each.text == "As it was"])

        forum = people.group("Forum", ann, forum=True)
        topic = people.topic(forum, "Hats")
        command = ann.writes("/start@nanobanana_bot", chat=forum, thread_id=topic)
        (answer,) = await forum.wait_for(lambda _: forum.bot_messages())
        assert (answer.thread_id, answer.reply_to_message_id) == (topic, command.message_id)
