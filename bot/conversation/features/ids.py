"""/id: the numbers of the chat and of who asks, for the settings; also where the bot does not serve."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies


async def show(asked: Asked) -> Replies:
    """/id."""
    message = asked.message
    return answer(asked, ids_text(asked.t, message.chat.id, message.sender.id))


def ids_text(t: NullTranslations, chat_id: int, person_id: int) -> str:
    """A private chat has its person's number."""
    mine = t.gettext("You: <code>{person_id}</code>").format(person_id=person_id)
    if chat_id == person_id:
        return mine
    return "\n".join((mine, t.gettext("This chat: <code>{chat_id}</code>").format(chat_id=chat_id)))


FEATURE = Feature(order=85, commands=(Command("id", show, is_open=lambda _: True),))
