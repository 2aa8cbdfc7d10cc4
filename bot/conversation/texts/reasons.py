"""What people read when something was refused or went wrong: what happened, and what to do next."""

from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.styles import command_example
from bot.conversation.texts.wording import duration, escaped, number, until
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal
from bot.core.presets import EDIT, MAX_PROMPT_CHARACTERS, preset

_Sentences = dict[Reason, str]


def reason_sentence(t: NullTranslations, reason: Reason, *, command: str = "") -> str:
    """What happened and what to do, for any reason; `command` chooses the example that fits."""
    asked = _about_the_request(t, command or EDIT)
    return (asked | _about_the_photo(t) | _about_the_service(t) | _about_the_bot(t))[reason]


def _about_the_request(t: NullTranslations, command: str) -> _Sentences:
    known = preset(command)
    no_prompt = (
        t.gettext("What should be behind it? Write it after the command, for example: <code>{example}</code>")
        if known is not None and known.needs_words
        else t.gettext(
            "What should I change? Write it after the command, for example: <code>{example}</code>"
        )
    )
    example = escaped(command_example(t, command))
    return {
        Reason.NO_PHOTO: t.gettext(
            "Which photo? Send one with <code>{example}</code> in its caption, or reply to a photo with that."
        ).format(example=example),
        Reason.NO_PROMPT: no_prompt.format(example=example),
        Reason.PROMPT_TOO_LONG: t.gettext(
            "That text is too long: {limit} characters is the most. Please shorten it."
        ).format(limit=number(t, MAX_PROMPT_CHARACTERS)),
        Reason.LIMIT_REACHED: t.gettext(
            "This chat has used all its edits for now. /limits tells when the next one is free."
        ),
        Reason.TOO_MANY_ACTIVE: t.gettext(
            "This chat already has as many edits under way as I can take. "
            "Ask again once one of them is done; /status shows yours."
        ),
    }


def _about_the_photo(t: NullTranslations) -> _Sentences:
    return {
        Reason.NOT_AN_IMAGE: t.gettext(
            "That is not a picture I can open. I take JPEG, PNG, WebP, GIF, BMP and TIFF. "
            "Other kinds work if you send them as a photo instead of as a file."
        ),
        Reason.ANIMATED: t.gettext(
            "That one moves, and I can only edit still pictures. "
            "Send a photo, or a screenshot of the moment you like."
        ),
        Reason.UNREADABLE: t.gettext(
            "I could not open that picture; the file seems damaged. Send it again, or send it as a photo."
        ),
        Reason.FILE_TOO_BIG: t.gettext(
            "That file is over 20 MB, which is more than Telegram lets bots fetch. "
            "Send a smaller one, or send it as a photo."
        ),
        Reason.TOO_SMALL: t.gettext(
            "That picture is too small to edit: each side needs at least 32 pixels. Send a larger one."
        ),
        Reason.TOO_LARGE: t.gettext(
            "That picture has more than 50 megapixels, which is more than I can handle. "
            "Send a smaller one, or send it as a photo."
        ),
        Reason.TOO_ELONGATED: t.gettext(
            "That picture is too long and narrow: its long side may be at most 20 times the short one. "
            "Crop it and send it again."
        ),
        Reason.PHOTO_GONE: t.gettext(
            "Telegram could not give me that photo any more. Please send it again with your request."
        ),
    }


def _about_the_service(t: NullTranslations) -> _Sentences:
    return {
        Reason.POLICY: t.gettext(
            "The image service declined this one because of its content rules. "
            "Other words or another photo may work."
        ),
        Reason.COULD_NOT_GENERATE: t.gettext(
            "The image service could not make a picture of this. Try again, or say it differently."
        ),
        Reason.PHOTO_NOT_FETCHED: t.gettext(
            "The image service could not pick up your photo. Please try again in a moment."
        ),
        Reason.NO_IMAGE: t.gettext(
            "The image service finished, but without a usable picture. Try again, or say it differently."
        ),
        Reason.TASK_LOST: t.gettext("The image service has lost track of this one. Please try again."),
        Reason.TIMED_OUT: t.gettext(
            "This took far longer than it should, so I stopped waiting. Try again in a few minutes."
        ),
        Reason.SERVICE_DOWN: t.gettext(
            "The image service is not working at the moment. Try again in a few minutes."
        ),
    }


def _about_the_bot(t: NullTranslations) -> _Sentences:
    return {
        Reason.OUT_OF_CREDIT: t.gettext(
            "I have run out of credit at the image service. "
            "Whoever runs this bot has been told; try again later."
        ),
        Reason.ACCESS_DENIED: t.gettext(
            "The image service does not let me in at the moment. "
            "Whoever runs this bot has been told; try again later."
        ),
        Reason.BAD_REQUEST: t.gettext(
            "Something is wrong on my side, not with your photo. Whoever runs this bot has been told."
        ),
        Reason.CANNOT_SEND: t.gettext(
            "Your picture was made, but Telegram did not let me send it. "
            "Check that I may send photos and files in this chat, then ask again."
        ),
        Reason.CHAT_GONE: t.gettext("I can no longer write in this chat."),
    }


def failure_card(t: NullTranslations, edit: Edit) -> str:
    """The end of an edit that failed: why, that it cost nothing, and a code to ask about."""
    reason = edit.failure or Reason.SERVICE_DOWN
    return "\n".join(
        (
            reason_sentence(t, reason, command=edit.command),
            t.gettext("This one was not counted."),
            t.gettext("Code: <code>{code}</code>").format(code=escaped(edit.code)),
        )
    )


def prompt_too_long(t: NullTranslations, length: int, limit: int = MAX_PROMPT_CHARACTERS) -> str:
    """How much too long a text is; a style's own words count too, so the excess is what helps."""
    excess = max(1, length - limit)
    return t.ngettext(
        "That text is {count} character too long ({length}, and {limit} is the most). "
        "Shorten it and send it again.",
        "That text is {count} characters too long ({length}, and {limit} is the most). "
        "Shorten it and send it again.",
        excess,
    ).format(count=number(t, excess), length=number(t, length), limit=number(t, limit))


def refusal_text(
    t: NullTranslations, refusal: Refusal, limits: Limits, now: datetime, command: str = ""
) -> str:
    """Why a request was not accepted, and when it would be."""
    if refusal.reason is Reason.TOO_MANY_ACTIVE:
        return t.ngettext(
            "This chat already has {count} edit under way. Ask again once it is done.",
            "This chat already has {count} edits under way. Ask again once one of them is done.",
            limits.max_active,
        ).format(count=number(t, limits.max_active))
    if refusal.reason is Reason.LIMIT_REACHED and refusal.retry_at is not None:
        return t.gettext("This chat has used its {allowance}. The next place is free in {wait}.").format(
            allowance=allowance(t, limits),
            wait=duration(t, until((refusal.retry_at - now).total_seconds())),
        )
    return reason_sentence(t, refusal.reason, command=command)


def allowance(t: NullTranslations, limits: Limits) -> str:
    """How many edits in which window: "20 edits an hour"."""
    window = round(limits.window.total_seconds())
    named = {60: t.gettext("a minute"), 3600: t.gettext("an hour"), 86400: t.gettext("a day")}
    per = named.get(window) or t.gettext("per {duration}").format(duration=duration(t, window))
    return t.ngettext("{count} edit {per}", "{count} edits {per}", limits.edits).format(
        count=number(t, limits.edits), per=per
    )
