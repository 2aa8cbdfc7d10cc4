"""Who is not served yet: the owner is asked once, and what was sent meanwhile is kept and done afterwards."""

from collections.abc import Collection
from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.answering import say_in_reply
from bot.conversation.feature import ChoiceButton, Pressed, Replies, number_in
from bot.conversation.incoming import Chat, Message, Sender
from bot.conversation.outgoing import Alert, Button, Buttons, ChangeText, Destination, Leave, Outgoing, Say
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.money import price_text
from bot.conversation.texts.wording import excerpt
from bot.conversation.tools import Tools
from bot.core.errors import TryLater
from bot.core.guests import Guest

KEPT = timedelta(days=1)
"""How long what was sent waits for the owner."""
OWNER_VERB, CHATS = "owner", "chats"
"""The button that shows /owner's list of chats."""
_OWNERS_LANGUAGE = "en"
_LONGEST_NAME = 64


async def turn_away(
    tools: Tools, chat: Chat, sender: Sender, update_id: int, message: Message | None = None
) -> Replies:
    """Ask the owner, and say so once. Without an owner, or after a refusal: say once that the chat is not
    served, and leave the group in any case. TryLater for a chat that has been allowed meanwhile.
    """
    if owners := await tools.owners.all():
        guest = await tools.guests.get(chat.id)
        if guest is None or guest.decided_at is None:
            asking = Guest(chat.id, _name(chat, sender), update_id, tools.now())
            if await tools.guests.ask(asking):
                t = translations(sender.language)
                return (
                    _say(chat, message, asked_text(t)),
                    *_questions(owners, chat, sender, tools.about.prices),
                )
            if guest is not None:
                return ()
        elif guest.is_allowed:
            raise TryLater(0, "it was allowed just now")
    replies: list[Outgoing] = []
    if await tools.memory.tell_not_allowed(chat.id, tools.now()):
        text = not_allowed_text(translations(sender.language), chat.id)
        replies.append(_say(chat, message, text))
    if not chat.is_private:
        replies.append(Leave(chat.id))
    return replies


async def allow(pressed: Pressed) -> Replies:
    """The owner says yes: what the chat has sent in the last day is taken up again."""
    tools, guest = pressed.tools, await _guest_of(pressed)
    if guest is None:
        return (Alert(pressed.press.press_id),)
    before = await tools.guests.decide(guest, allowed=True, now=tools.now())
    replies = _decided(pressed, guest, allowed=True)
    if before is None or before.update_id is None or before.is_allowed:
        return replies
    a_day_ago = tools.now() - KEPT
    await tools.take_again(guest.id, before.update_id, max(before.decided_at or a_day_ago, a_day_ago))
    return (*replies, Say(Destination(guest.id), welcome_text(pressed.t))) if guest.id > 0 else replies


async def refuse(pressed: Pressed) -> Replies:
    """The owner says no: a person is told so, a group is left."""
    tools, guest = pressed.tools, await _guest_of(pressed)
    if guest is None:
        return (Alert(pressed.press.press_id),)
    before = await tools.guests.decide(guest, allowed=False, now=tools.now())
    replies = _decided(pressed, guest, allowed=False)
    if before is not None and before.is_allowed is False:
        return replies
    told = Say(Destination(guest.id), refused_text(pressed.t)) if guest.id > 0 else Leave(guest.id)
    return (*replies, told)


async def _guest_of(pressed: Pressed) -> Guest | None:
    """Whom an owner's press is about; None for a press of somebody else's."""
    if (guest_id := number_in(pressed.argument)) is None or not await is_owner(pressed):
        return None
    return await pressed.tools.guests.get(guest_id) or Guest(guest_id, pressed.argument)


async def is_owner(pressed: Pressed) -> bool:
    """Whether the press is one of the owner's, in private: anybody could forward a message with buttons."""
    press = pressed.press
    return press.chat.is_private and press.sender.id in await pressed.tools.owners.all()


def _decided(pressed: Pressed, guest: Guest, *, allowed: bool) -> Replies:
    """The question says what became of it, and offers to change one's mind."""
    press, t = pressed.press, pressed.t
    if press.message_id is None:
        return (Alert(press.press_id),)
    text = t.gettext("✅ Allowed: {name}") if allowed else t.gettext("🚫 Refused: {name}")
    other = refuse_button(t, guest.id) if allowed else allow_button(t, guest.id)
    html = text.format(name=named(guest))
    return (
        Alert(press.press_id),
        ChangeText(press.chat.id, press.message_id, html, ((other, chats_button(t)),)),
    )


def _questions(owners: Collection[int], chat: Chat, sender: Sender, prices: Collection[float]) -> list[Say]:
    t = translations(_OWNERS_LANGUAGE)
    buttons: Buttons = ((allow_button(t, chat.id), refuse_button(t, chat.id)),)
    text = question_text(t, chat, sender, prices)
    return [Say(Destination(owner), text, buttons) for owner in sorted(owners)]


def _name(chat: Chat, sender: Sender) -> str:
    return (sender.name if chat.is_private else chat.title)[:_LONGEST_NAME] or str(chat.id)


def _say(chat: Chat, message: Message | None, text: str) -> Say:
    return say_in_reply(message, text) if message else Say(Destination(chat.id), text)


def named(guest: Guest) -> str:
    """A name with the number that the settings know."""
    return f"<b>{excerpt(guest.name or str(guest.id), _LONGEST_NAME)}</b> (<code>{guest.id}</code>)"


def question_text(t: NullTranslations, chat: Chat, sender: Sender, prices: Collection[float] = ()) -> str:
    """For the owner: who asks, and what it costs."""
    who = f"<b>{excerpt(sender.name or str(sender.id), _LONGEST_NAME)}</b> (<code>{sender.id}</code>)"
    if chat.is_private:
        first = t.gettext("{who} would like to use me.").format(who=who)
    else:
        group = named(Guest(chat.id, _name(chat, sender)))
        first = t.gettext("{who} would like to use me in the group {group}.").format(who=who, group=group)
    kept = t.gettext("What they send is kept for a day, and done once you allow it. You pay for it.")
    return f"{first}\n{kept}" + (f" {price_text(t, prices)}" if prices else "")


def asked_text(t: NullTranslations) -> str:
    """For who is not served yet."""
    return t.gettext(
        "This bot serves only whom its owner allows. I have asked the owner, "
        "and take up what you send by itself once the answer is yes."
    )


def welcome_text(t: NullTranslations) -> str:
    return t.gettext("The owner of this bot says yes. I take up what you have sent.")


def refused_text(t: NullTranslations) -> str:
    return t.gettext("The owner of this bot says no. I cannot do what you have sent.")


def not_allowed_text(t: NullTranslations, chat_id: int) -> str:
    """For a chat that is not served, with its id for the bot's owner."""
    return t.gettext(
        "This bot only serves chats that its owner has invited. Chat id: <code>{chat_id}</code>"
    ).format(chat_id=chat_id)


def allow_button(t: NullTranslations, guest_id: int, name: str = "") -> Button:
    label = t.gettext("Allow")
    return ALLOW.of(f"{label} {name}".strip(), str(guest_id))


def refuse_button(t: NullTranslations, guest_id: int, name: str = "") -> Button:
    label = t.gettext("Refuse")
    return REFUSE.of(f"{label} {name}".strip(), str(guest_id))


def chats_button(t: NullTranslations) -> Button:
    """To all chats that were allowed or refused."""
    return turn_button(t.gettext("👥 Chats"), 0)


def turn_button(label: str, page: int) -> Button:
    """To a page of that list, from 0."""
    return Button(label, f"{OWNER_VERB}:{CHATS}{page or ''}")


ALLOW, REFUSE = ChoiceButton("allow", allow), ChoiceButton("refuse", refuse)
