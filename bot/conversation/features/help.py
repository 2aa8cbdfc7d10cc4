"""/help with an example for each way of asking, /start, and the bot's description."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies, all_features
from bot.conversation.texts.i18n import N_, said
from bot.conversation.texts.wording import escaped

_MAX_FILE_MB = 20
"""Telegram's limit for files that a bot can fetch."""


async def start(asked: Asked) -> Replies:
    """A welcome in private; in a group, how to ask there."""
    if asked.message.chat.is_private:
        return answer(asked, start_text(asked.t, bot_name=asked.tools.about.name))
    return await show(asked)


async def show(asked: Asked) -> Replies:
    """/help."""
    about = asked.tools.about
    text = help_text(
        asked.t,
        username=about.username,
        private=asked.message.chat.is_private,
        reads_group_messages=about.reads_group_messages,
    )
    return answer(asked, text)


def start_text(t: NullTranslations, *, bot_name: str) -> str:
    """A short welcome with something to try at once."""
    return "\n".join(
        (
            t.gettext("Hello, I am <b>{name}</b> 🍌").format(name=escaped(bot_name)),
            t.gettext(
                "Tell me what to change in a photo, and I send it back edited, at exactly the same size."
            ),
            "",
            t.gettext("To try it, send me a photo with this caption:"),
            t.gettext("<code>/edit make it a watercolor</code>"),
            "",
            t.gettext("Or send just a photo and pick a style. /help shows every way to ask."),
        )
    )


def help_text(
    t: NullTranslations,
    *,
    username: str,
    private: bool,
    reads_group_messages: bool,
) -> str:
    """Every way to ask that works in this kind of chat."""
    address = "" if private or reads_group_messages else f"@{username}"
    sections = [
        _with_command(t, address),
        *(_without_command(t) if private else [_in_groups(t, username, reads=reads_group_messages)]),
        _as_file(t, address),
        _commands(t),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def _with_command(t: NullTranslations, address: str) -> list[str]:
    """The two ways that work in every chat."""
    words = t.gettext("make it a watercolor")
    return [
        t.gettext("<b>With a caption</b>"),
        t.gettext("Send a photo and write in its caption:"),
        f"<code>/edit{escaped(address)} {words}</code>",
        "",
        t.gettext("<b>As a reply</b>"),
        t.gettext("Reply to a photo that is already here:"),
        f"<code>/sketch{escaped(address)}</code>",
    ]


def _without_command(t: NullTranslations) -> list[list[str]]:
    """The two ways that only a private chat has."""
    return [
        [
            t.gettext("<b>Photo first</b>"),
            t.gettext("Send a photo, then simply write what to change:"),
            t.gettext("<code>put a party hat on the dog</code>"),
        ],
        [
            t.gettext("<b>Just a photo</b>"),
            t.gettext("Send a photo without any words and pick a style from the buttons."),
        ],
    ]


def _in_groups(t: NullTranslations, username: str, *, reads: bool) -> list[str]:
    name = f"@{escaped(username)}"
    if reads:
        explained = t.gettext(
            "Telegram lets me see all messages here, but I only react to commands. "
            "If other bots share a command with me, add my name: <code>/sketch{name}</code>"
        ).format(name=name)
    else:
        explained = t.gettext(
            "I do not read your conversation. Unless I am an admin here, Telegram shows me only commands "
            "with my name (<code>/sketch{name}</code>), also in captions, and replies to my messages."
        ).format(name=name)
    return [t.gettext("<b>In this group</b>"), explained]


def _as_file(t: NullTranslations, address: str) -> list[str]:
    return [
        t.gettext("<b>In full resolution</b>"),
        t.gettext(
            "Telegram shrinks photos. Send the picture as a file instead (JPEG, PNG, WebP, HEIC, AVIF and "
            "others, up to {size} MB), with the same kind of caption, and you get back a file of exactly its "
            "size:"
        ).format(size=_MAX_FILE_MB),
        f"<code>/enhance{escaped(address)}</code>",
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


FEATURE = Feature(
    order=80,
    commands=(
        Command("start", start),
        Command("help", show, N_("Every way to ask, with examples")),
    ),
)
