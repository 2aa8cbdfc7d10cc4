"""/imagine, and the button under "Now send the photo.": a new picture from words alone."""

from bot.conversation.asking import NEW, edit_by_command
from bot.conversation.feature import Command, Feature
from bot.conversation.texts.i18n import N_
from bot.core.presets import IMAGINE

FEATURE = Feature(
    order=17,
    commands=(Command(IMAGINE, edit_by_command, N_("A new picture from your words")),),
    buttons=(NEW,),
    help=N_(
        "/imagine makes a new picture from words alone: <code>/imagine 16:9 a lighthouse in a storm</code>"
    ),
)
