"""The button that paints a result again, one resolution higher, where it had to be enlarged."""

from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import admit_pressed, alert, numbered, toast
from bot.conversation.feature import EditButton, EditPressed, Feature, Replies, Under
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_
from bot.conversation.texts.money import money
from bot.core.edits import Edit

_ENLARGED = 1.3
"""How many times as wide as painted a result has to be for a finer one to show."""


async def finer(pressed: EditPressed) -> Replies:
    """Ask for the same again, with more of the model's pixels, and say what that costs."""
    edit, press = pressed.edit, pressed.press
    price = pressed.tools.about.limits.prices.get(edit.finer or "")
    if edit.finer is None or price is None:
        return alert(pressed, alerts.gone(pressed.t))
    resolution = edit.finer.rpartition(" ")[2]
    request = replace(
        edit.request,
        update_id=press.update_id,
        requester_id=press.sender.id,
        language=press.sender.language,
        resolution=resolution,
    )
    is_admitted, told = await admit_pressed(pressed, numbered([request]))
    return toast(pressed, at_price_alert(pressed.t, edit.finer, price)) if is_admitted else told


def at_price_alert(t: NullTranslations, operation: str, price: float) -> str:
    """`operation` is a model's name and a resolution."""
    resolution = operation.rpartition(" ")[2]
    return t.gettext("I paint it again at {resolution}, for {money}.").format(
        resolution=resolution, money=money(t, price)
    )


def _shows(edit: Edit) -> bool:
    return edit.finer is not None and edit.result is not None and edit.result.enlarged > _ENLARGED


FEATURE = Feature(order=62, buttons=(EditButton("finer", N_("✨ Finer"), Under.RESULT, finer, when=_shows),))
