"""The button under a failure whose words were the reason: say it differently, of the same photo."""

from gettext import NullTranslations

from bot.conversation.asking import ask_for_words
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.recalling import picture_of
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.wording import excerpt
from bot.core.edits import Edit
from bot.core.presets import EDIT
from bot.core.wishes import Wish

_WORDS = 200
"""Characters of the person's words in the question."""


async def reword(pressed: EditPressed) -> Replies:
    """Ask for other words. A style that was asked for without any words gives way to the person's own."""
    edit = pressed.edit
    command = edit.request.command if edit.request.words else EDIT
    wish = Wish(command, picture=picture_of(edit), shape=edit.request.shape)
    return await ask_for_words(pressed, wish, reword_question(pressed.t, edit.request.said))


def reword_question(t: NullTranslations, words: str) -> str:
    """With the words that did not work."""
    if not words:
        return t.gettext("Tell me in your own words what to change.")
    return t.gettext("How else can you say it? This did not work: <i>{words}</i>").format(
        words=excerpt(words, _WORDS)
    )


def _words_help(edit: Edit) -> bool:
    """What is kept with a question is one photo, or none."""
    return bool(edit.failure and edit.failure.consequences.words_help) and len(edit.request.photos) <= 1


FEATURE = Feature(
    order=65,
    buttons=(EditButton("words", N_("✏️ Other words"), Under.FAILURE, reword, when=_words_help),),
)
