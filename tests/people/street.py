"""What the tests of people share: a quick bot, sentences as they look in a chat, and what was paid for."""

import asyncio
import contextlib
import html
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.conversation.texts.i18n import translations
from bot.sandbox.telegram.people import Chat, Message, Person
from tests.ground import Ground, bot_between, finished

EN = translations("en")
FR = translations("fr")
CANCEL, AGAIN, AS_FILE, TRY_AGAIN = "✖️ Cancel", "🔁 Again", "📎 As a file", "🔁 Try again"
FLOOD = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")
"""For tests of flood control: python-telegram-bot warns of its own next version at each 429."""
UNTOUCHED = "Used: 0. Left: 20."


@contextlib.asynccontextmanager
async def quick_bot(
    data: Path, task_seconds: float | Callable[[int], float] = 0.2, **settings: Any
) -> AsyncIterator[Ground]:
    """The bot with short waits and a model that paints nothing; what fails inside is raised as it is."""
    try:
        async with bot_between(
            data, task_seconds=task_seconds, poll_interval_seconds=0.2, **settings
        ) as ground:
            ground.nanobanana._worker.paint = resized
            yield ground
    except BaseExceptionGroup as group:
        raise innermost(group) from None


def resized(photo: Image.Image, _prompt: str, size: tuple[int, int]) -> Image.Image:
    return photo.convert("RGB").resize(size)


def innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def shown(markup: str) -> str:
    """HTML as it reads in a chat."""
    return html.unescape(re.sub(r"</?[a-z]+>", "", markup))


def answers(messages: list[Message], asked: Message) -> list[Message]:
    return [each for each in messages if each.by_bot and each.reply_to_message_id == asked.message_id]


async def hears(chat: Chat, asked: Message, sentence: str, timeout: float = 10) -> Message:
    """The bot's answer to `asked` that is, or begins with, a text of ours."""
    words = shown(sentence)
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.text.startswith(words)), None),
        timeout,
    )


async def card_of(chat: Chat, asked: Message, timeout: float = 20) -> Message:
    """The status card that answers `asked`."""
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.labels == [CANCEL]), None), timeout
    )


async def failure_of(chat: Chat, asked: Message, sentence: str, timeout: float = 10) -> Message:
    """The card that says why `asked` failed, that it was not counted, and a code; the only answer left."""
    words = shown(sentence) + "\nThis one was not counted.\nCode: "
    card = await hears(chat, asked, words, timeout)
    assert re.fullmatch(re.escape(words) + r"[\w-]{6}", card.text)
    assert [m.message_id for m in answers(chat.messages(), asked)] == [card.message_id]
    return card


async def limits_line(person: Person, chat: Chat | None = None) -> str:
    """What /limits says about the places used."""
    asked = person.writes("/limits", chat=chat)
    return (await hears(chat or person.private, asked, "This chat may ask for")).text.splitlines()[1]


async def next_result(chat: Chat, asked: Message, but: Message, timeout: float = 20) -> Message:
    """Another picture that answers `asked`, once no card is left."""

    def found(messages: list[Message]) -> Message | None:
        others = [m for m in messages if m.message_id != but.message_id]
        return finished(others, asked)

    return await chat.wait_for(found, timeout)


def prompts(ground: Ground) -> list[str]:
    return [str((create.body or {})["prompt"]) for create in ground.nanobanana.creates]


async def until(happened: Callable[[], bool], timeout: float = 20) -> None:
    async with asyncio.timeout(timeout):
        while not happened():
            await asyncio.sleep(0.02)
