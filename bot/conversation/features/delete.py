"""The button that takes a result back: out of the chat, and out of our files."""

from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.answering import alert, toast
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.outgoing import Delete
from bot.conversation.texts.i18n import N_
from bot.core.edits import Extra

_DELETABLE_FOR = timedelta(hours=48)
"""How long Telegram lets a bot delete what it has sent."""


async def delete(pressed: EditPressed) -> Replies:
    """Forget the picture and delete it, with whatever was sent beside it."""
    edit, tools, t = pressed.edit, pressed.tools, pressed.t
    await tools.desk.forget_result(edit)
    if tools.now() - edit.created_at >= _DELETABLE_FOR:
        return alert(pressed, too_old_alert(t))
    extras = [await tools.memory.sent_extra(edit.id, extra) for extra in Extra]
    ids = dict.fromkeys((pressed.press.message_id, edit.file_message_id, *extras))
    deletions = [Delete(edit.chat_id, message_id) for message_id in ids if message_id is not None]
    return (*toast(pressed, deleted_alert(t)), *deletions)


def deleted_alert(t: NullTranslations) -> str:
    return t.gettext("Deleted.")


def too_old_alert(t: NullTranslations) -> str:
    return t.gettext(
        "I have forgotten this picture. Telegram lets me delete only what I sent in the last two days: "
        "please delete the message yourself, or ask an admin."
    )


FEATURE = Feature(order=73, buttons=(EditButton("delete", N_("🗑 Delete"), Under.RESULT, delete, row=2),))
