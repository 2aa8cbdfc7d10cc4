"""What people see in their chats: the bot's answers, its cards, and pictures that have arrived."""

import re

from bot.conversation.texts.groups import greeting_text
from bot.conversation.texts.i18n import translations
from bot.sandbox.telegram.html import parse_html
from bot.sandbox.telegram.people import Chat, Message, Person
from tests.harness.clock import PATIENCE

EN = translations("en")
FR = translations("fr")
CANCEL, AGAIN, AS_FILE, TRY_AGAIN = "✖️ Cancel", "🔁 Again", "📎 File", "🔁 Try again"
CHANGE, COMPARE, DELETE, OTHER_WORDS = "✏️ Change", "◧ Compare", "🗑 Delete", "✏️ Other words"
UNDER_A_PHOTO, UNDER_A_FILE = [CHANGE, AGAIN, COMPARE, AS_FILE, DELETE], [CHANGE, AGAIN, COMPARE, DELETE]
"""The buttons of a result."""
UNTOUCHED = "Used: 0. Left: 20."
GREETINGS = tuple(greeting_text(EN, "nanobanana_bot", sees_all=sees_all) for sees_all in (False, True))
"""What the bot says once in every group that it is added to, as HTML: when it sees little, and when all."""


def plain(text: str) -> str:
    """What a person sees; raises what Telegram would say to broken markup."""
    return parse_html(text)[0]


def said_in(group: Chat) -> list[Message]:
    """What the bot said in a group, but for its greeting."""
    greetings = {plain(greeting) for greeting in GREETINGS}
    return [each for each in group.bot_messages() if each.text not in greetings]


def answers(messages: list[Message], asked: Message) -> list[Message]:
    """What the bot shows as an answer to `asked`."""
    return [each for each in messages if each.by_bot and each.reply_to_message_id == asked.message_id]


def finished(messages: list[Message], asked: Message) -> Message | None:
    """The picture that answers `asked`, as soon as nothing else of the bot's does."""
    shown = answers(messages, asked)
    pictures = [each for each in shown if each.file_id is not None]
    return pictures[0] if pictures and len(pictures) == len(shown) else None


async def hears(chat: Chat, asked: Message, sentence: str, timeout: float = PATIENCE) -> Message:
    """The bot's answer to `asked` that is, or begins with, a text of ours."""
    words = plain(sentence)
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.text.startswith(words)), None),
        timeout,
    )


async def card_of(chat: Chat, asked: Message, timeout: float = PATIENCE) -> Message:
    """The status card that answers `asked`."""
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, asked) if m.labels == [CANCEL]), None), timeout
    )


async def failure_of(chat: Chat, asked: Message, sentence: str, timeout: float = PATIENCE) -> Message:
    """The card that says why `asked` failed, that it was not counted, and a code; the only answer left."""
    words = plain(sentence) + "\nThis one was not counted.\nCode: "
    card = await hears(chat, asked, words, timeout)
    assert re.fullmatch(re.escape(words) + r"[\w-]{6}", card.text)
    assert [m.message_id for m in answers(chat.messages(), asked)] == [card.message_id]
    return card


async def limits_line(person: Person, chat: Chat | None = None) -> str:
    """What /limits says about the places used."""
    asked = person.writes("/limits", chat=chat)
    return (await hears(chat or person.private, asked, "This chat may ask for")).text.splitlines()[1]


async def next_result(chat: Chat, asked: Message, but: Message, timeout: float = PATIENCE) -> Message:
    """Another picture that answers `asked`, once no card is left."""

    def found(messages: list[Message]) -> Message | None:
        others = [m for m in messages if m.message_id != but.message_id]
        return finished(others, asked)

    return await chat.wait_for(found, timeout)
