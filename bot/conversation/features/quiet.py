"""/quiet: in a group, a reaction on the request instead of a status card."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Command, Feature, Replies
from bot.conversation.texts.i18n import N_


async def switch(asked: Asked) -> Replies:
    """For admins of a group: once on, once off."""
    message, tools, t = asked.message, asked.tools, asked.t
    if message.chat.is_private:
        return answer(asked, for_groups_text(t))
    is_group = message.sender.id == message.chat.id  # an admin who writes in the group's name
    if not is_group and not await tools.questions.is_admin(message.chat.id, message.sender.id):
        return answer(asked, for_admins_text(t))
    is_quiet = not await tools.memory.is_quiet(message.chat.id)
    await tools.memory.set_quiet(message.chat.id, is_quiet=is_quiet)
    return answer(asked, quiet_text(t) if is_quiet else not_quiet_text(t))


def quiet_text(t: NullTranslations) -> str:
    return t.gettext(
        "From now on I only react to requests here: 👀 is at work, 👌 done, 💔 failed. "
        "No status cards. /quiet again brings them back."
    )


def not_quiet_text(t: NullTranslations) -> str:
    return t.gettext("From now on a status card shows how far an edit is. /quiet takes them away again.")


def for_groups_text(t: NullTranslations) -> str:
    return t.gettext("/quiet is for groups: there I then react to requests instead of sending status cards.")


def for_admins_text(t: NullTranslations) -> str:
    return t.gettext("Only admins of the group can change this.")


FEATURE = Feature(
    order=78,
    commands=(Command("quiet", switch),),
    help=N_("/quiet, for admins of a group: a reaction on each request there instead of a status card."),
)
