"""The button that sends a result as a file, when it was sent as a photo."""

from gettext import NullTranslations

from bot.conversation.answering import alert, toast
from bot.conversation.extras import answer_if_there
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.outgoing import Destination, Say, SendFiles
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.reasons import reason_sentence
from bot.core.edits import Extra
from bot.core.errors import Reason
from bot.core.requests import PhotoKind
from bot.core.stages import Delivered


async def send(pressed: EditPressed) -> Replies:
    """Send the bytes that are kept for a while after delivery; not again as long as they are there."""
    edit, t, tools = pressed.edit, pressed.t, pressed.tools
    if edit.result is None or await tools.files.size(edit.id, "result") is None:
        return alert(pressed, gone_alert(t))
    there = already_there_alert(t)
    if isinstance(edit.stage, Delivered) and edit.stage.photo and edit.stage.photo.kind is PhotoKind.DOCUMENT:
        return alert(pressed, file_itself_alert(t))  # where photos are not allowed
    if edit.file_message_id and await tools.questions.has_message(edit.chat_id, edit.file_message_id):
        return alert(pressed, there)
    if said := await answer_if_there(pressed, Extra.FILE, on_its_way=sending_alert(t), there=there):
        return said
    to = Destination(edit.chat_id, edit.request.thread_id, edit.request.photo_message_id)
    refused = Say(to, reason_sentence(t, Reason.CANNOT_SEND), silent=not edit.request.is_private)
    return (*toast(pressed, sending_alert(t)), SendFiles((edit,), otherwise=refused))


def gone_alert(t: NullTranslations) -> str:
    return t.gettext(
        "I keep the full-quality file for 48 hours, and this one is gone. Ask again for a new one."
    )


def already_there_alert(t: NullTranslations) -> str:
    return t.gettext("The file is already here, as a reply to the photo. Delete it there to have it again.")


def file_itself_alert(t: NullTranslations) -> str:
    return t.gettext("The result came as a file: this is it already.")


def sending_alert(t: NullTranslations) -> str:
    return t.gettext("Sending you the file.")


FILE = EditButton("f", N_("📎 File"), Under.RESULT, send, when=lambda edit: edit.offers_file, row=2)

FEATURE = Feature(order=70, buttons=(FILE,))
