"""What a person does in a chat: writes, edits, deletes, forwards, presses, reacts, follows a link."""

from urllib.parse import parse_qs, urlsplit

from bot.sandbox.play.asked import Action, Asked, NotPossible
from bot.sandbox.play.menu import menu
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.people import Press
from bot.sandbox.telegram.values import Json, present

_ANSWER_SECONDS = 20.0


async def write(asked: Asked) -> Json:
    text = asked.text("text").strip()
    if not text:
        raise NotPossible("There is nothing to send")
    sent = asked.person.writes(text, chat=asked.chat, reply_to=asked.replied, thread_id=asked.topic)
    return {"message": sent.message_id}


async def edit(asked: Asked) -> Json:
    message, text = asked.message, asked.text("text").strip()
    if not _is_own(asked) or "forward_origin" in message.raw:
        raise NotPossible("People edit what is their own")
    if not text and not message.carries_media:
        raise NotPossible("There is nothing to send")
    asked.person.edits(message, text)
    return {}


async def delete(asked: Asked) -> Json:
    """One's own; in private everything; in a group an administrator's right."""
    is_admin = asked.chat.record.members.get(asked.person.id) != "member"
    if not (_is_own(asked) or asked.chat.record.is_private or is_admin):
        raise NotPossible("Only administrators delete what others wrote")
    asked.person.deletes(asked.message)
    return {}


async def forward(asked: Asked) -> Json:
    """A copy that says whose it was; buttons do not travel."""
    message, person, there = asked.message, asked.person, asked.other_chat
    if message.is_service or message.raw.get("has_protected_content"):
        raise NotPossible("This message may not be forwarded")
    origin = {"type": "user", "sender_user": message.raw["from"], "date": message.raw["date"]}
    content = {name: each for name, each in message.content_fields.items() if name != "reply_markup"}
    if there.record.is_private and there.record.bot_status == "kicked":
        raise NotPossible(f"{person.name} has blocked the bot")
    if there.record.bot_status == "absent":
        there.record.bot_status = "member"
    asked.stage.world.post(there.record, person.user, {"forward_origin": origin, **content})
    return {}


async def press(asked: Asked) -> Json:
    """The bot's answer as the presser's screen shows it; `late` if it stays away."""
    data = asked.text("data")
    if all(button.data != data for row in asked.message.buttons for button in row):
        raise NotPossible("This button is gone")
    return await _answered(asked.person.presses(asked.message, data))


async def _answered(pressed: Press) -> Json:
    try:
        answer = await pressed.answer(_ANSWER_SECONDS)
    except TimeoutError:
        return {"late": True}
    url = (pressed.query.answer or {}).get("url")
    return {"text": answer.text, "is_alert": answer.show_alert, **present(url=url)}


async def react(asked: Asked) -> Json:
    asked.person.reacts(asked.message, asked.text("emoji"))
    return {}


async def follow(asked: Asked) -> Json:
    """A link of the bot's own, t.me/<bot>?start=…; returns the chat that it leads to."""
    parts = urlsplit(asked.text("url"))
    if (parts.netloc, parts.path.lower()) != ("t.me", f"/{asked.stage.world.bot['username']}".lower()):
        raise NotPossible("This link leads out of the sandbox")
    payload = parse_qs(parts.query, keep_blank_values=True)
    if "startgroup" in payload:
        group = next(iter(asked.stage.groups.values()))
        asked.person.adds_bot(group)
        command = f"/start@{asked.stage.world.bot['username']} {payload['startgroup'][0]}".strip()
        asked.person.writes(command, chat=group)
        return {"chat": group.id}
    asked.person.writes(f"/start {payload.get('start', [''])[0]}".strip())
    return {"chat": asked.person.private.id}


async def commands(asked: Asked) -> Json:
    return {"commands": menu(asked.stage.world, asked.person, asked.chat)}


def _is_own(asked: Asked) -> bool:
    message: Message = asked.message
    return message.raw["from"]["id"] == asked.person.id and not message.is_service


CHAT_ACTIONS: dict[str, Action] = {
    "write": write,
    "edit": edit,
    "delete": delete,
    "forward": forward,
    "press": press,
    "react": react,
    "follow": follow,
    "commands": commands,
}
