"""The long texts: the welcome, and /help with one worked example for each way of asking."""

from gettext import NullTranslations

from bot.conversation.texts.wording import escaped


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
    max_file_mb: int = 20,
) -> str:
    """Every way to ask, as it works in this kind of chat."""
    address = "" if private or reads_group_messages else f"@{username}"
    sections = [
        _with_command(t, address),
        *(_without_command(t) if private else [_in_groups(t, username, reads=reads_group_messages)]),
        _as_file(t, address, max_file_mb),
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
            "I do not read your conversation: unless I am an admin here, "
            "Telegram only passes me commands and replies to me. "
            "If I do not react, add my name to the command, as in <code>/sketch{name}</code>"
        ).format(name=name)
    return [t.gettext("<b>In this group</b>"), explained]


def _as_file(t: NullTranslations, address: str, max_file_mb: int) -> list[str]:
    return [
        t.gettext("<b>In full resolution</b>"),
        t.gettext(
            "Telegram shrinks photos. Send the picture as a file instead (up to {size} MB), "
            "with the same kind of caption, and you get back a file of exactly its size:"
        ).format(size=max_file_mb),
        f"<code>/enhance{escaped(address)}</code>",
    ]


def _commands(t: NullTranslations) -> list[str]:
    return [
        t.gettext("<b>Good to know</b>"),
        t.gettext("/styles lists all styles, from sketch to old photo repair."),
        t.gettext("/status shows how far your edits are."),
        t.gettext("/cancel stops them; as a reply to your photo, only that one."),
        t.gettext("/limits tells how many edits are left here. Failed or cancelled ones are not counted."),
    ]


def bot_description(t: NullTranslations) -> str:
    """What an empty chat with the bot shows (at most 512 characters)."""
    return t.gettext(
        "Send me a photo and say what to change: I send it back edited, at exactly the same size. "
        "In groups, put a command in the caption or reply to a photo with one."
    )


def bot_short_description(t: NullTranslations) -> str:
    """What the bot's profile shows (at most 120 characters)."""
    return t.gettext("Edits your photos as you describe it, and keeps their exact size.")
