"""Buttons that repeat an edit: under a result, and under a failure that may pass."""

from dataclasses import replace

from bot.conversation.answering import admit_pressed, numbered, toast
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.features.finer import at_price_alert
from bot.conversation.outgoing import Delete
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_


async def again(pressed: EditPressed) -> Replies:
    """Start the same edit again, for the person who pressed. What Finer made dearer tells its price again."""
    is_admitted, told = await _ask_again(pressed)
    price = pressed.tools.about.limits.prices.get(pressed.edit.operation)
    if not is_admitted or pressed.edit.request.resolution is None or price is None:
        return told
    return toast(pressed, at_price_alert(pressed.t, pressed.edit.operation, price))


async def try_again(pressed: EditPressed) -> Replies:
    """The same; the words of the failure make way for the new edit's card.

    A task that was paid for and may still end well is waited for instead, by the edit that there is.
    """
    if await pressed.tools.desk.resume(pressed.edit):
        return toast(pressed, alerts.started(pressed.t))
    (is_admitted, told), message_id = await _ask_again(pressed), pressed.press.message_id
    if not is_admitted or message_id is None:
        return told
    return (*told, Delete(pressed.edit.chat_id, message_id))


async def _ask_again(pressed: EditPressed) -> tuple[bool, Replies]:
    press = pressed.press
    request = replace(
        pressed.edit.request,
        update_id=press.update_id,
        requester_id=press.sender.id,
        language=press.sender.language,
    )
    return await admit_pressed(pressed, numbered([request]))


FEATURE = Feature(
    order=60,
    buttons=(
        EditButton("a", N_("🔁 Again"), Under.RESULT, again),
        EditButton("r", N_("🔁 Try again"), Under.FAILURE, try_again, when=lambda edit: edit.can_be_retried),
    ),
)
