"""How an edit looks in its chat: its status card, its result, its end; and the alerts to admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations

from bot.conversation.feature import EditButton, Feature, Under, buttons_of
from bot.conversation.outgoing import Buttons
from bot.conversation.texts.cards import cancelled_text, caption, progress_text
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.reasons import failure_text
from bot.conversation.texts.series import done_of, problems, series_caption, series_end_text
from bot.conversation.texts.styles import command_title
from bot.conversation.texts.wording import escaped
from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.pacing import Estimate
from bot.core.provider import ITS_TURN, Place
from bot.core.stages import Cancelled, Delivered, Failed

_ADMINS_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Card:
    """The text (HTML) and buttons of one message."""

    html: str
    buttons: Buttons = ()


class Cards:
    """Renders edits in their requester's language, with the buttons that the features declare."""

    def __init__(self, features: Sequence[Feature]) -> None:
        buttons = buttons_of(tuple(features)).values()
        self._buttons = [button for button in buttons if isinstance(button, EditButton)]

    def status(
        self,
        edit: Edit,
        now: datetime,
        estimate: Estimate,
        place: Place = ITS_TURN,
        *,
        admins_told: bool = False,
    ) -> Card:
        """What the status card shows now; for an edit that has ended, its end.

        `admins_told`: an admin has read of why it failed, where that is for admins to mend.
        """
        t = translations(edit.request.language)
        match edit.stage:
            case Cancelled():
                return Card(cancelled_text(t, edit))
            case Failed(reason=reason):
                text = failure_text(t, edit, reason, admins_told=admins_told)
                return Card(text, self._under(Under.FAILURE, edit, t))
        progress = progress_text(t, edit, now, estimate, place)
        title = command_title(t, edit.request.command)
        return Card(f"<b>{title}</b>\n{progress}", self._under(Under.CARD, edit, t))

    def series(
        self,
        series: Sequence[Edit],
        awaited: Edit,
        now: datetime,
        estimate: Estimate,
        place: Place = ITS_TURN,
    ) -> Card:
        """What the card of a series shows now: how many are done, and how the one that is waited for is."""
        t = translations(awaited.request.language)
        progress = progress_text(t, awaited, now, estimate, place)
        lines = [done_of(t, series), *problems(t, series), progress]
        return Card("\n".join(lines), self._under(Under.CARD, awaited, t))

    def series_end(self, series: Sequence[Edit], *, admins_told: bool) -> Card:
        """The end of a series; with buttons for all that arrived, and to try again what failed."""
        first = series[0]
        t = translations(first.request.language)
        arrived = sum(isinstance(each.stage, Delivered) for each in series)
        buttons = self._under(Under.SERIES, first, t) if arrived > 1 else ()
        if any(each.can_be_retried for each in series):
            buttons += self._under(Under.REST_OF_SERIES if arrived else Under.FAILED_SERIES, first, t)
        return Card(series_end_text(t, series, admins_told=admins_told), buttons)

    def series_caption(self, edits: Sequence[Edit]) -> str:
        """The caption of an album."""
        return series_caption(translations(edits[0].request.language), edits)

    def result(self, edit: Edit) -> Card:
        """The result's caption and buttons. The edit has to be Ready or Delivered."""
        t = translations(edit.request.language)
        return Card(caption(t, edit), self._under(Under.RESULT, edit, t))

    def admin_alert(self, edit: Edit, reason: Reason) -> str:
        """The message to admins about a problem that only they can fix (HTML)."""
        return admin_alert(translations(_ADMINS_LANGUAGE), edit, reason)

    def _under(self, under: Under, edit: Edit, t: NullTranslations) -> Buttons:
        shown = [each for each in self._buttons if each.under is under and each.when(edit)]
        rows = (tuple(each.of(edit, t) for each in shown if each.row == row) for row in (1, 2))
        return tuple(row for row in rows if row)


def admin_alert(t: NullTranslations, edit: Edit, reason: Reason) -> str:
    """What is wrong and how to fix it."""
    match reason:
        case Reason.OUT_OF_CREDIT:
            problem = t.gettext(
                "The image service says that the account is out of credit. Edits wait for up to a day, "
                "and go on by themselves once it is topped up; nothing has to be restarted."
            )
        case Reason.ACCESS_DENIED:
            problem = t.gettext(
                "The image service or the photo host refused the bot's key. Check the keys in its settings "
                "(<code>make doctor</code> helps); a new key needs a restart. "
                "Edits wait for up to a day, and go on by themselves."
            )
        case Reason.PHOTO_NOT_FETCHED:
            problem = t.gettext(
                "The image service could not fetch a photo, twice in a row. Check that the internet reaches "
                "<code>PUBLIC_URL</code>, or the photo host (<code>make doctor</code> helps). "
                "Until then edits fail; they are not counted."
            )
        case Reason.OUR_FAULT:
            problem = t.gettext(
                "An edit failed because of a fault in the bot itself. The log has the traceback; "
                "look for a newer version, or report it."
            )
        case _:
            problem = t.gettext(
                "The image service or the photo host did not accept a request of the bot. The log says more; "
                "check the settings with <code>make doctor</code>, or look for a newer version."
            )
    found = t.gettext("Edit <code>{code}</code>, chat <code>{chat_id}</code>.").format(
        code=escaped(edit.code), chat_id=edit.chat_id
    )
    return f"⚠️ {problem}\n{found}"
