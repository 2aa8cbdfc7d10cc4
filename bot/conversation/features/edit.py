"""/edit and plain words: change a photo as described, and ask for what is missing."""

from bot.conversation.answering import answer
from bot.conversation.asking import COMMAND, NO, YES, answer_wish, declined, edit_by_command, understood
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.features.styles import offer_styles
from bot.conversation.meaning import Declined, PhotoSent, SmallTalk
from bot.conversation.small_talk import asks_for_help
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.questions import small_talk, what_i_do
from bot.core.presets import EDIT
from bot.core.wishes import PictureMeant


async def plain(asked: Asked) -> Replies:
    """A message without a command."""
    meaning, message, tools = await understood(asked, None), asked.message, asked.tools
    match meaning:
        case None:
            return ()
        case PhotoSent(photo, others):
            return await offer_styles(asked, PictureMeant(photo, message.message_id), others)
        case Declined(question):
            return await declined(asked, question)
        case SmallTalk() if message.chat.is_private and asks_for_help(message.words):
            return answer(asked, what_i_do(asked.t))
        case SmallTalk():
            is_told = message.chat.is_private and await tools.memory.answers_small_talk(
                message.chat.id, tools.now()
            )
            return answer(asked, small_talk(asked.t)) if is_told else ()
        case _:
            return await answer_wish(asked, meaning)


FEATURE = Feature(
    order=10,
    commands=(Command(EDIT, edit_by_command, N_("Change a photo as you describe it")),),
    buttons=(YES, NO, COMMAND),
    help=N_("A shape may come first: <code>/edit 16:9 make it winter</code>, <code>/sketch 1024x1024</code>"),
    plain=plain,
)
