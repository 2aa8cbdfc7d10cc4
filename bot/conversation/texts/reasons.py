"""Texts for refusals and failures: what happened, and what to do next."""

from collections.abc import Iterable
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.texts.i18n import N_, said
from bot.conversation.texts.wording import duration, escaped, moment, number
from bot.core.edits import Edit, Waste
from bot.core.errors import Reason
from bot.core.limits import Refusal, Rule, Scope
from bot.core.presets import MAX_PROMPT_CHARACTERS
from bot.core.shapes import LONGEST_SIDE, MOST_PIXELS, SHORTEST_SIDE
from bot.core.stages import Failed

_SENTENCES: dict[Reason, str] = {
    Reason.PROMPT_TOO_LONG: N_("That text is too long: {limit} characters is the most. Please shorten it."),
    Reason.BAD_SHAPE: N_(
        "I cannot make that shape. I take ratios such as 16:9, up to 20:1, and sizes such as 1024x1024 with "
        "{shortest} to {longest} pixels on each side, {megapixels} megapixels at most."
    ),
    Reason.LIMIT_REACHED: N_(
        "This chat has used all its edits for now. /limits tells when the next one is free."
    ),
    Reason.TOO_MANY_ACTIVE: N_(
        "This chat already has as many edits under way as I can take. "
        "Ask again once one of them is done; /status shows yours."
    ),
    Reason.NO_PICTURE: N_(
        "I only work with pictures: a photo, an image file or a sticker. Send one and write what to change."
    ),
    Reason.TOO_MANY_HELD: N_(
        "I hold as many places for you as I can. /status shows them; cancel one, or ask again later."
    ),
    Reason.NOT_AN_IMAGE: N_(
        "That is not a picture I can open. I take JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP and TIFF. "
        "Save it as one of these, or send a screenshot of it."
    ),
    Reason.ANIMATED: N_(
        "That one moves, and I can only edit still pictures. "
        "Send a photo, or a screenshot of the moment you like."
    ),
    Reason.UNREADABLE: N_(
        "I could not open that picture; the file seems damaged. Send it again, or send it as a photo."
    ),
    Reason.UNSUPPORTED: N_(
        "The file is fine, but it holds a kind of picture that I cannot read. "
        "Save it as JPEG or PNG and send that, or send a screenshot of it."
    ),
    Reason.TRANSPARENT: N_(
        "There is nothing to see in that picture: all of it is see-through. Send another one."
    ),
    Reason.FILE_TOO_BIG: N_(
        "That file is over 20 MB, which is more than Telegram lets bots fetch. "
        "Send a smaller one, or send it as a photo."
    ),
    Reason.TOO_SMALL: N_(
        "That picture is too small to edit: each side needs at least 32 pixels. Send a larger one."
    ),
    Reason.TOO_LARGE: N_(
        "That picture has more than 50 megapixels, which is more than I can handle. "
        "Send a smaller one, or send it as a photo."
    ),
    Reason.TOO_ELONGATED: N_(
        "That picture is too long and narrow: its long side may be at most 20 times the short one. "
        "Crop it and send it again."
    ),
    Reason.TOO_HEAVY: N_(
        "I tried several times, and this picture was too much for me. Send a smaller or simpler one."
    ),
    Reason.PHOTO_GONE: N_(
        "Telegram could not give me that photo any more. Please send it again with your request."
    ),
    Reason.RESULT_GONE: N_(
        "I no longer have that picture, and Telegram does not give it to me any more. "
        "Send it to me as a photo to go on from there."
    ),
    Reason.POLICY: N_(
        "The image service declined this one because of its content rules. "
        "Other words or another photo may work."
    ),
    Reason.COULD_NOT_GENERATE: N_(
        "The image service could not make a picture of this. Try again, or say it differently."
    ),
    Reason.PHOTO_HOST_AWAY: N_(
        "For a long time I could not put your photo where the image service picks it up. "
        "Please try again later."
    ),
    Reason.PHOTO_NOT_FETCHED: N_(
        "The image service could not pick up your photo. Please try again in a moment."
    ),
    Reason.NO_IMAGE: N_(
        "The image service finished, but without a usable picture. Try again, or say it differently."
    ),
    Reason.TASK_LOST: N_("The image service has lost track of this one. Please try again."),
    Reason.TIMED_OUT: N_(
        "This took far longer than it should, so I stopped waiting. Try again in a few minutes."
    ),
    Reason.RESULT_AWAY: N_(
        "The image service has finished your picture, but I could not fetch it. Try again in a few minutes."
    ),
    Reason.SERVICE_DOWN: N_("The image service is not working at the moment. Try again in a few minutes."),
    Reason.OUT_OF_CREDIT: N_("I have run out of credit at the image service. Try again later."),
    Reason.ACCESS_DENIED: N_("The image service does not let me in at the moment. Try again later."),
    Reason.BAD_REQUEST: N_("Something is wrong on my side, not with your photo."),
    Reason.OUR_FAULT: N_("Something went wrong on my side, not with your photo. Please try again later."),
    Reason.CANNOT_SEND: N_(
        "Your picture was made, but Telegram did not let me send it. "
        "Check that I may send photos and files in this chat, then ask again."
    ),
    Reason.MAY_NOT_SEND: N_(
        "I may not send photos or files in this group, so I have not started. "
        "Once an admin allows it, ask again."
    ),
    Reason.TELEGRAM_AWAY: N_("Telegram did not give me your photo for a long time. Please try again later."),
    Reason.TELEGRAM_LIMIT: N_(
        "Telegram did not let me fetch your photo for a long time. Please try again later."
    ),
    Reason.CHAT_GONE: N_("I can no longer write in this chat."),
}

_OF_WORDS_ALONE = {
    Reason.POLICY: N_(
        "The image service declined this one because of its content rules. Other words may work."
    ),
    Reason.BAD_REQUEST: N_("Something is wrong on my side, not with your words."),
    Reason.OUR_FAULT: N_("Something went wrong on my side, not with your words. Please try again later."),
}
"""Where there was no photo."""


def reason_sentence(t: NullTranslations, reason: Reason) -> str:
    """What happened and what to do, for any reason."""
    return said(t, _SENTENCES[reason]).format(
        limit=number(t, MAX_PROMPT_CHARACTERS),
        shortest=number(t, SHORTEST_SIDE),
        longest=number(t, LONGEST_SIDE),
        megapixels=number(t, MOST_PIXELS // 1_000_000),
    )


def failure_text(t: NullTranslations, edit: Edit, reason: Reason, *, admins_told: bool) -> str:
    """The end of an edit that failed: why, who mends it, that it cost nothing, and a code to ask about."""
    of_words = None if edit.request.photos else _OF_WORDS_ALONE.get(reason)
    lines = [
        said(t, of_words) if of_words else _of_photo(t, edit, reason_sentence(t, reason)),
        *more_of_failure(t, (reason,), is_late=edit.is_late, admins_told=admins_told),
    ]
    lines.append(
        t.gettext("It was paid for all the same, and too many such edits came before it: it is counted.")
        if edit.waste is Waste.CHARGED
        else t.gettext("This one was not counted.")
    )
    return "\n".join([*lines, code_line(t, edit)])


def more_of_failure(
    t: NullTranslations, reasons: Iterable[Reason], *, is_late: bool, admins_told: bool
) -> list[str]:
    """What may still come of what failed, and who mends it."""
    lines = [t.gettext("If the picture still comes within the hour, I send it.")] if is_late else []
    if any(reason.consequences.is_operators for reason in reasons):
        lines.append(
            t.gettext("Whoever runs this bot has been told.")
            if admins_told
            else t.gettext("Please tell whoever runs this bot, with the code below.")
        )
    return lines


def code_line(t: NullTranslations, edit: Edit) -> str:
    """What a person can report."""
    return t.gettext("Code: <code>{code}</code>").format(code=escaped(edit.code))


def _of_photo(t: NullTranslations, edit: Edit, sentence: str) -> str:
    """Which of several photos it is about, where it is about one."""
    if not isinstance(edit.stage, Failed) or edit.stage.photo is None:
        return sentence
    return t.gettext("Photo {number}: {sentence}").format(
        number=number(t, edit.stage.photo), sentence=sentence
    )


def prompt_too_long(t: NullTranslations, length: int) -> str:
    """By how much a text is too long. A style's own words count too, so the limit alone would not help."""
    limit = MAX_PROMPT_CHARACTERS
    excess = max(1, length - limit)
    return t.ngettext(
        "That text is {count} character too long ({length}, and {limit} is the most). "
        "Shorten it and send it again.",
        "That text is {count} characters too long ({length}, and {limit} is the most). "
        "Shorten it and send it again.",
        excess,
    ).format(count=number(t, excess), length=number(t, length), limit=number(t, limit))


def refusal_text(t: NullTranslations, refusal: Refusal, now: datetime) -> str:
    """Why a request was not accepted, and when it would be."""
    if refusal.reason is Reason.TOO_MANY_ACTIVE:
        return t.ngettext(
            "This chat already has {count} edit under way. Send it again once it is done.",
            "This chat already has {count} edits under way or in line. "
            "Send it again once one of them is done.",
            refusal.rule.count,
        ).format(count=number(t, refusal.rule.count))
    if refusal.retry_at is None and refusal.rule.scope is Scope.DEPLOYMENT:
        return t.gettext("This one may cost more than this bot may spend in a whole day.")
    if refusal.retry_at is None:
        return reason_sentence(t, refusal.reason)
    match refusal.rule.scope:
        case Scope.CHAT:
            sentence = t.gettext("The limit in this chat is {allowance}. The next place is free {when}.")
        case Scope.PERSON:
            sentence = t.gettext(
                "Your limit in all chats together is {allowance}. The next place is free {when}."
            )
        case Scope.DEPLOYMENT:
            sentence = t.gettext(
                "Too little is left of what this bot may spend in a day. The next place is free {when}."
            )
    return sentence.format(allowance=allowance(t, refusal.rule), when=moment(t, refusal.retry_at, now))


def limit_sentence(t: NullTranslations, refusal: Refusal) -> str:
    """Which limit it is; empty for one that is no number of edits in a length of time."""
    if refusal.rule.window is None:
        return ""
    match refusal.rule.scope:
        case Scope.CHAT:
            sentence = t.gettext("The limit in this chat is {allowance}.")
        case Scope.PERSON:
            sentence = t.gettext("Your limit in all chats together is {allowance}.")
        case Scope.DEPLOYMENT:
            sentence = t.gettext("Too little is left of what this bot may spend in a day.")
    return sentence.format(allowance=allowance(t, refusal.rule))


def allowance(t: NullTranslations, rule: Rule) -> str:
    """How many edits in which window: "20 edits an hour"."""
    seconds = round(rule.window.total_seconds()) if rule.window else 0
    named = {60: t.gettext("a minute"), 3600: t.gettext("an hour"), 86400: t.gettext("a day")}
    per = named.get(seconds) or t.gettext("per {duration}").format(duration=duration(t, seconds))
    return t.ngettext("{count} edit {per}", "{count} edits {per}", rule.count).format(
        count=number(t, rule.count), per=per
    )
