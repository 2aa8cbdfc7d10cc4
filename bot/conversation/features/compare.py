"""The button that shows the photo and its result in one picture."""

from gettext import NullTranslations

from bot.conversation.answering import alert, toast
from bot.conversation.extras import answer_if_there
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.outgoing import Destination, Say, SendComparison
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_
from bot.core.edits import Extra
from bot.core.pictures import Size


async def compare(pressed: EditPressed) -> Replies:
    """Send it, silently; not again as long as it is there."""
    edit, t = pressed.edit, pressed.t
    if edit.result is None:
        return alert(pressed, alerts.gone(t))
    coming, there = coming_alert(t), already_there_alert(t)
    if said := await answer_if_there(pressed, Extra.COMPARISON, on_its_way=coming, there=there):
        return said
    to = Destination(edit.chat_id, edit.request.thread_id, edit.result_message_id)
    refused = Say(to, impossible_text(t), silent=not edit.request.is_private)
    html = comparison_text(t, edit.result.size)
    return (*toast(pressed, coming), SendComparison(edit, html, labels(t), refused))


def comparison_text(t: NullTranslations, size: Size) -> str:
    """Which is which; labels and an arrow in the picture say it too."""
    if size.is_wide:
        return t.gettext("Above: before. Below: after.")
    return t.gettext("Left: before. Right: after.")


def labels(t: NullTranslations) -> tuple[str, str]:
    """In the picture, where there is room for them."""
    return t.gettext("Before"), t.gettext("After")


def coming_alert(t: NullTranslations) -> str:
    return t.gettext("The comparison is coming.")


def already_there_alert(t: NullTranslations) -> str:
    return t.gettext("The comparison is already here, as a reply to the picture.")


def impossible_text(t: NullTranslations) -> str:
    return t.gettext("I cannot compare these two: Telegram no longer gives me both pictures.")


FEATURE = Feature(
    order=67,
    buttons=(
        EditButton(
            "compare",
            N_("◧ Compare"),
            Under.RESULT,
            compare,
            when=lambda edit: edit.request.photo is not None,
            row=2,
        ),
    ),
)
