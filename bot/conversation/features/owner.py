"""What the owner has: the link that makes somebody the owner, and who may use the bot."""

from gettext import NullTranslations

from bot.conversation.answering import answer
from bot.conversation.feature import Asked, Feature, Replies
from bot.conversation.guests import ALLOW, REFUSE
from bot.conversation.owners import LINK


async def claim(asked: Asked) -> Replies:
    """`/start` from the one-time link."""
    message = asked.message
    is_owner = await asked.tools.owners.claim(message.words.removeprefix(LINK), message.sender.id)
    return answer(asked, owner_text(asked.t) if is_owner else too_late_text(asked.t))


def owner_text(t: NullTranslations) -> str:
    return t.gettext(
        "You are the owner of this bot now. Whoever wants to use me has to be allowed by you: "
        "I ask you here. What only you can mend I tell you here too."
    )


def too_late_text(t: NullTranslations) -> str:
    return t.gettext("This link is no longer valid: it works once, and only as long as nobody owns the bot.")


FEATURE = Feature(order=90, buttons=(ALLOW, REFUSE))
