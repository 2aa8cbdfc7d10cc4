"""The styles: a command for each, their list, and buttons for a photo that came without words."""

from gettext import NullTranslations

from bot.conversation.answering import admit_pressed, alert, answer, requests_of
from bot.conversation.asking import ask_about_album, edit_by_command, in_reply, kept
from bot.conversation.feature import Asked, ChoiceButton, Command, Feature, Pressed, Replies
from bot.conversation.meaning import EditAsked
from bot.conversation.outgoing import Ask, Button, in_rows
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import N_, said
from bot.conversation.texts.reasons import reason_sentence
from bot.conversation.texts.styles import command_title, style_description
from bot.conversation.texts.wording import escaped
from bot.core.errors import Reason
from bot.core.presets import EDIT, PRESETS, preset
from bot.core.wishes import Missing, PictureMeant, Wish


async def show(asked: Asked) -> Replies:
    """/styles."""
    return answer(asked, styles_text(asked.t))


async def offer_styles(asked: Asked, own: PictureMeant, others: tuple[PictureMeant, ...]) -> Replies:
    """Ask what to do with photos that came without words."""
    wish = Wish(EDIT, "", own, others)
    if others:
        return await ask_about_album(asked, wish, _NAMES)
    question = await kept(asked, wish, Missing.COMMAND, waits=False)
    html, silent = pick_a_style_text(asked.t), not asked.message.chat.is_private
    return (Ask(in_reply(asked), html, question.id, buttons=style_buttons(asked.t), silent=silent),)


async def choose(pressed: Pressed) -> Replies:
    """A style was chosen. The photo is the one that the question replies to, so no memory is needed."""
    press, t = pressed.press, pressed.t
    original = press.replied
    if original is None or original.message_id is None or preset(pressed.argument) is None:
        return alert(pressed, alerts.gone(t))
    if isinstance(original.picture, Reason):
        return alert(pressed, alerts.plain(reason_sentence(t, original.picture)))
    if original.picture is None:
        return alert(pressed, alerts.gone(t))
    wish = EditAsked(pressed.argument, "", PictureMeant(original.picture, original.message_id))
    return (await admit_pressed(pressed, requests_of(wish, press, original.message_id)))[1]


def style_buttons(t: NullTranslations) -> tuple[tuple[Button, ...], ...]:
    """Every style that needs no words of its own."""
    buttons = [
        STYLE.of(command_title(t, style.name), style.name) for style in PRESETS if not style.needs_words
    ]
    return in_rows(buttons)


def pick_a_style_text(t: NullTranslations) -> str:
    """The answer to a photo without words."""
    return t.gettext(
        "What shall I do with it? Pick a style, or simply write what to change, "
        "for example: <i>put a party hat on the dog</i>"
    )


def styles_text(t: NullTranslations) -> str:
    """The list of styles; each command can be tapped."""
    lines = [t.gettext("<b>Styles</b>"), ""]
    what = escaped(t.gettext("<what>"))
    for style in PRESETS:
        command = f"/{style.name} {what}" if style.needs_words else f"/{style.name}"
        lines.append(f"{style.emoji} {command} · {said(t, style_description(style.name))}")
    lines += [
        "",
        t.gettext("Put one in the caption of a photo, or reply to a photo with it."),
        "",
        t.gettext("Add words to steer it: <code>/sketch in red chalk</code>"),
        t.gettext("Your own idea: <code>/edit make it a watercolor</code>"),
        t.gettext("A new background: <code>/background a beach at sunset</code>"),
    ]
    return "\n".join(lines)


_NAMES = tuple(style.name for style in PRESETS if not style.needs_words)
STYLE = ChoiceButton("s", choose)

FEATURE = Feature(
    order=20,
    commands=(
        *(Command(style.name, edit_by_command, style_description(style.name)) for style in PRESETS),
        Command("styles", show, N_("All styles, with examples")),
    ),
    buttons=(STYLE,),
    help=N_("/styles lists all styles, from sketch to old photo repair."),
)
