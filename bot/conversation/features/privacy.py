"""/privacy: what is stored and for how long, and the button that deletes all of it."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, ChoiceButton, Command, Feature, Pressed, Replies
from bot.conversation.outgoing import Alert, Buttons, ChangeText
from bot.conversation.texts.groups import private_chat_button
from bot.conversation.texts.i18n import N_

LINK = "privacy"
"""`/start` with this word, which a link brings, means /privacy."""
KEPT_DAYS = {"updates": 7, "edits": 31}
KEPT_HOURS = {"memory": 24, "results": 48}
"""What the text says; what happens is in the storage."""
_ASK, _KEEP, _DELETE = "ask", "keep", "delete"


async def show(asked: Asked) -> Replies:
    """/privacy. The button that deletes is in private only: in a group, anybody could press it."""
    t = asked.t
    if asked.message.chat.is_private:
        return answer(asked, privacy_text(t), buttons(t))
    return answer(asked, group_text(t), ((private_chat_button(t, asked.tools.about.username, LINK),),))


async def press(pressed: Pressed) -> Replies:
    """Ask once more; then delete, or show the first text again."""
    press, tools, t = pressed.press, pressed.tools, pressed.t
    alert = Alert(press.press_id)
    if not press.chat.is_private or press.message_id is None:
        return (alert,)
    text, under = privacy_text(t), buttons(t)
    if pressed.argument == _ASK:
        text, under = question_text(t), question_buttons(t)
    if pressed.argument == _DELETE:
        await tools.desk.erase(press.sender.id, await tools.edits.running_of(press.sender.id))
        text, under = deleted_text(t), ()
    return (alert, ChangeText(press.chat.id, press.message_id, text, under))


def privacy_text(t: NullTranslations) -> str:
    """What docs/retention.md says, for people."""
    return "\n".join(
        (
            t.gettext("<b>What I store, and for how long</b>"),
            t.gettext(
                "• What you write and press, with your name, as Telegram sends it to me: {days} days."
            ).format(days=KEPT_DAYS["updates"]),
            t.gettext(
                "• Your edits, with your words and the photo's number at Telegram, "
                "but not the photo: {days} days after they end."
            ).format(days=KEPT_DAYS["edits"]),
            t.gettext("• Your photo: until its edit ends. The result: at most {hours} hours more.").format(
                hours=KEPT_HOURS["results"]
            ),
            t.gettext("• What I remember of our conversation: at most {hours} hours.").format(
                hours=KEPT_HOURS["memory"]
            ),
            "",
            t.gettext("<b>Where it goes</b>"),
            t.gettext(
                "Your photo and your words go to an outside service, NanoBanana, which makes the picture. "
                "It keeps them as long as its own terms say; I cannot delete anything there."
            ),
            t.gettext(
                "Our messages stay at Telegram until they are deleted there. "
                "Whoever runs this bot can see what it stores."
            ),
        )
    )


def group_text(t: NullTranslations) -> str:
    """In a group there is room for one line."""
    return t.gettext(
        "Photos and words of edits go to an outside service, NanoBanana. "
        "In the private chat I tell what is stored, and delete what is yours, of this group too."
    )


def question_text(t: NullTranslations) -> str:
    return t.gettext(
        "Shall I delete everything that I have stored of you, in this chat and in all groups? "
        "Edits that are under way are cancelled. This cannot be undone."
    )


def deleted_text(t: NullTranslations) -> str:
    """What was done, and what was not."""
    return "\n".join(
        (
            t.gettext("<b>Deleted.</b> The buttons under your pictures do not work any more."),
            "",
            t.gettext("What stays:"),
            t.gettext("• At Telegram, our messages and pictures, until you delete them there."),
            t.gettext("• At NanoBanana, your photos and words, as long as its own terms say."),
            t.gettext(
                "• Here, for up to {days} days, that you asked for an edit, when and where, "
                "because the limits count it. Nothing of what it was."
            ).format(days=KEPT_DAYS["edits"]),
            t.gettext(
                "• Here, whether the owner of this bot allowed or refused you, "
                "and your own limit if they set one."
            ),
            t.gettext("• Backups, if whoever runs this bot makes some, and numbers in its log."),
        )
    )


def buttons(t: NullTranslations) -> Buttons:
    return ((ERASE.of(t.gettext("🗑 Delete my data"), _ASK),),)


def question_buttons(t: NullTranslations) -> Buttons:
    return (
        (
            ERASE.of(t.gettext("🗑 Yes, delete it"), _DELETE),
            ERASE.of(t.gettext("Keep it"), _KEEP),
        ),
    )


ERASE = ChoiceButton("erase", press)

FEATURE = Feature(
    order=75,
    commands=(Command("privacy", show, N_("What is stored of you, and how to delete it")),),
    buttons=(ERASE,),
    help=N_("/privacy tells what is stored of you, and deletes it if you like."),
)
