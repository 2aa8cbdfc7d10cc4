"""/help with an example for each way of asking, /start, and the bot's description."""

import asyncio
from gettext import NullTranslations
from pathlib import Path

from bot.conversation import texts
from bot.conversation.answering import WELCOME_VERB, answer
from bot.conversation.feature import Asked, ChoiceButton, Command, Feature, Pressed, Replies, all_features
from bot.conversation.features import owner, privacy
from bot.conversation.features.styles import styles_text
from bot.conversation.outgoing import Alert, Buttons, Destination, LinkButton, Say, SayWithPicture
from bot.conversation.owners import LINK
from bot.conversation.texts.groups import group_help_text, private_chat_button
from bot.conversation.texts.i18n import N_, said
from bot.conversation.texts.wording import escaped

PICTURE = Path(texts.__file__).with_name("start.jpg")
"""A photo and the same one as a watercolor; `tests/tools/start_picture.py` draws it."""
_MAX_FILE_MB = 20
"""Telegram's limit for files that a bot can fetch."""
_FROM_START = "added"
"""Telegram writes /start with this word into a group that the bot was added to by the button of /start."""
_STYLES, _PRIVACY = "styles", "privacy"


async def start(asked: Asked) -> Replies:
    """A welcome in private, or what a link into the private chat asks for; in a group, how to ask there."""
    message, words = asked.message, asked.message.words
    if not message.chat.is_private:
        return () if words == _FROM_START else await show(asked)
    if words == "help":
        return await show(asked)
    if words.startswith(LINK):
        return await owner.claim(asked)
    if words == privacy.LINK:
        return await privacy.show(asked)
    about, t = asked.tools.about, asked.t
    to = Destination(message.chat.id, message.thread_id, message.message_id)
    picture = await asyncio.to_thread(PICTURE.read_bytes)
    html, buttons = start_text(t, bot_name=about.name), start_buttons(t, about.username)
    return (SayWithPicture(to, picture, html, buttons),)


async def choose(pressed: Pressed) -> Replies:
    """A button under the welcome."""
    press, t = pressed.press, pressed.t
    to = Destination(press.chat.id, press.thread_id)
    if pressed.argument == _PRIVACY:
        told = Say(to, privacy.privacy_text(t), privacy.buttons(t))
    else:
        told = Say(to, styles_text(t))
    return (Alert(press.press_id), told)


async def show(asked: Asked) -> Replies:
    """/help: every way to ask; in a group, the shortest, and the way to the rest."""
    about, t = asked.tools.about, asked.t
    if asked.message.chat.is_private:
        return answer(asked, help_text(t))
    text = group_help_text(t, about.username, sees_all=about.reads_group_messages)
    return answer(asked, text, ((private_chat_button(t, about.username, "help"),),))


def start_text(t: NullTranslations, *, bot_name: str) -> str:
    """A short welcome with something to try at once. It is the caption of `PICTURE`."""
    return "\n".join(
        (
            t.gettext("Hello, I am <b>{name}</b> 🍌").format(name=escaped(bot_name)),
            t.gettext(
                "Tell me what to change in a photo, and I send it back edited, at exactly the same size."
            ),
            t.gettext("Above, a drawn example: a photo, and the same one as a watercolor."),
            "",
            t.gettext("To try it, send me a photo with this caption:"),
            t.gettext("<code>/edit make it a watercolor</code>"),
            "",
            t.gettext("Or send just a photo and pick a style. /help shows every way to ask."),
        )
    )


def start_buttons(t: NullTranslations, username: str) -> Buttons:
    """What to look at next."""
    add = t.gettext("➕ Add to a group")  # noqa: RUF001 - a fat plus is meant
    group = LinkButton(add, f"https://t.me/{username}?startgroup={_FROM_START}")
    return (
        (CHOICE.of(t.gettext("🎨 Styles"), _STYLES), CHOICE.of(t.gettext("🔒 Privacy"), _PRIVACY)),
        (group,),
    )


def help_text(t: NullTranslations) -> str:
    """Every way to ask in a private chat."""
    sections = [_with_command(t), *_without_command(t), _as_file(t), _commands(t)]
    return "\n\n".join("\n".join(section) for section in sections)


def _with_command(t: NullTranslations) -> list[str]:
    """The two ways that work in every chat."""
    words = t.gettext("make it a watercolor")
    return [
        t.gettext("<b>With a caption</b>"),
        t.gettext("Send a photo and write in its caption:"),
        f"<code>/edit {words}</code>",
        "",
        t.gettext("<b>As a reply</b>"),
        t.gettext("Reply to a photo that is already here:"),
        "<code>/sketch</code>",
    ]


def _without_command(t: NullTranslations) -> list[list[str]]:
    """The two ways that only a private chat has."""
    return [
        [
            t.gettext("<b>Photo first</b>"),
            t.gettext("Send a photo, then simply write what to change, or the other way round:"),
            t.gettext("<code>put a party hat on the dog</code>"),
        ],
        [
            t.gettext("<b>Just a photo</b>"),
            t.gettext("Send a photo without any words and pick a style from the buttons."),
        ],
    ]


def _as_file(t: NullTranslations) -> list[str]:
    return [
        t.gettext("<b>In full resolution</b>"),
        t.gettext(
            "Telegram shrinks photos. Send the picture as a file instead (JPEG, PNG, WebP, HEIC, AVIF and "
            "others, up to {size} MB), with the same kind of caption, and you get back a file of exactly its "
            "size:"
        ).format(size=_MAX_FILE_MB),
        "<code>/enhance</code>",
    ]


def _commands(t: NullTranslations) -> list[str]:
    lines = [said(t, feature.help) for feature in all_features() if feature.help]
    return [t.gettext("<b>Good to know</b>"), *lines]


def bot_description(t: NullTranslations) -> str:
    """What an empty chat with the bot shows (at most 512 characters)."""
    return t.gettext(
        "Send me a photo and say what to change: I send it back edited, at exactly the same size. "
        "In groups, put a command in the caption or reply to a photo with one."
    )


def bot_short_description(t: NullTranslations) -> str:
    """What the bot's profile shows (at most 120 characters)."""
    return t.gettext("Edits your photos as you describe it, and keeps their exact size.")


CHOICE = ChoiceButton(WELCOME_VERB, choose)

FEATURE = Feature(
    order=80,
    commands=(
        Command("start", start, is_open=lambda message: message.words.startswith(LINK)),
        Command("help", show, N_("Every way to ask, with examples")),
    ),
    buttons=(CHOICE,),
)
