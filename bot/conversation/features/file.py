"""The button that sends a result as a file, when it was sent as a photo."""

from gettext import NullTranslations

from bot.conversation.answering import alert, toast
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.outgoing import Destination, Say, SendFile
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.reasons import reason_sentence
from bot.core.edits import Edit, PhotoKind
from bot.core.errors import Reason


async def send(pressed: EditPressed) -> Replies:
    """Send the result's bytes, if they are still kept."""
    edit, t = pressed.edit, pressed.t
    content = await pressed.tools.files.get(edit.id, "result")
    if content is None or edit.result is None:
        return alert(pressed, gone_alert(t))
    to = Destination(edit.chat_id, edit.request.thread_id, edit.request.photo_message_id)
    refused = Say(to, reason_sentence(t, Reason.CANNOT_SEND), silent=not edit.request.is_private)
    return (*toast(pressed, sending_alert(t)), SendFile(edit, content, otherwise=refused))


def gone_alert(t: NullTranslations) -> str:
    return t.gettext(
        "I keep the full-quality file for 48 hours, and this one is gone. Ask again for a new one."
    )


def sending_alert(t: NullTranslations) -> str:
    return t.gettext("Sending you the file.")


def _was_sent_as_photo(edit: Edit) -> bool:
    return edit.request.photo.kind is PhotoKind.PHOTO


FEATURE = Feature(
    order=70,
    buttons=(EditButton("f", N_("📎 As a file"), Under.RESULT, send, when=_was_sent_as_photo),),
)
