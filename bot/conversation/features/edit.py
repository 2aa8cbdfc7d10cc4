"""/edit and plain words: change a photo as described."""

from bot.conversation.answering import answer_wish
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.features.styles import offer_styles
from bot.conversation.meaning import PhotoSent, Refused, of_command, of_plain
from bot.conversation.texts.i18n import N_
from bot.core.presets import EDIT


async def edit(asked: Asked) -> Replies:
    """A command with words."""
    return await answer_wish(asked, of_command(asked.message, asked.command))


async def plain(asked: Asked) -> Replies:
    """A private message without a command. An album without words is asked about once."""
    meaning = of_plain(asked.message)
    if meaning is None:
        return ()
    if isinstance(meaning, PhotoSent | Refused) and asked.is_more_of_album:
        return ()
    if isinstance(meaning, PhotoSent):
        return await offer_styles(asked, meaning.photo)
    return await answer_wish(asked, meaning)


FEATURE = Feature(
    order=10,
    commands=(Command(EDIT, edit, N_("Change a photo as you describe it")),),
    plain=plain,
)
