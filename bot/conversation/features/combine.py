"""/combine: one picture from several photos."""

from bot.conversation.asking import MANNER, edit_by_command
from bot.conversation.feature import Command, Feature
from bot.conversation.texts.i18n import N_
from bot.core.presets import COMBINE

FEATURE = Feature(
    order=15,
    commands=(Command(COMBINE, edit_by_command, N_("One picture from several photos")),),
    buttons=(MANNER,),
    help=N_(
        "/combine makes one picture from an album, or from your photo and the one you reply to: "
        "<code>/combine put this dress on her</code>, <code>/combine her in front of this background</code>, "
        "<code>/combine the first in the style of the second</code>"
    ),
)
