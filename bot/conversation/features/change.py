"""The button that goes on from a result: what is answered is done to it."""

from gettext import NullTranslations

from bot.conversation.answering import alert
from bot.conversation.asking import ask_for_words
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.recalling import picture_of
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_
from bot.core.presets import EDIT
from bot.core.stages import Delivered
from bot.core.wishes import Wish


async def change(pressed: EditPressed) -> Replies:
    """Ask what to change in the result."""
    picture = picture_of(pressed.edit) if isinstance(pressed.edit.stage, Delivered) else None
    if picture is None:
        return alert(pressed, alerts.gone(pressed.t))
    return await ask_for_words(pressed, Wish(EDIT, picture=picture), change_question(pressed.t))


def change_question(t: NullTranslations) -> str:
    return t.gettext("What shall I change in this one?")


CHANGE = EditButton("change", N_("✏️ Change"), Under.RESULT, change)

FEATURE = Feature(
    order=55,
    buttons=(CHANGE,),
    help=N_("✏️ Change under a result goes on from there, and so does a reply to it."),
)
