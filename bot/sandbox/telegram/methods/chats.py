"""The methods about chats: who is in them, what is allowed there, files and button presses in them."""

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.methods.sending import known_chat
from bot.sandbox.telegram.records import ChatRecord, member
from bot.sandbox.telegram.updates import QUERY_LIFETIME
from bot.sandbox.telegram.values import Json, bad_request, forbidden, utf16_length
from bot.sandbox.telegram.world import Method, TelegramWorld

ANSWER_LENGTH = 200
_QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def _own_chat(world: TelegramWorld, call: Call) -> ChatRecord:
    """A chat that the bot is in, if it is a group."""
    chat = known_chat(world, call)
    if not chat.is_private and not chat.bot_is_in:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


async def get_chat(world: TelegramWorld, call: Call) -> Json:
    chat = _own_chat(world, call)
    facts: Json = {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    return {**chat.raw, **facts, **({} if chat.is_private else {"permissions": chat.permissions})}


async def get_chat_member(world: TelegramWorld, call: Call) -> Json:
    chat = known_chat(world, call)
    user = world.users.get(call.integer("user_id"))
    if user is None:
        raise bad_request("user not found")
    if user is world.bot:
        return chat.bot_as_member(user)
    return member(user, chat.members.get(user["id"], "left"))


async def get_chat_administrators(world: TelegramWorld, call: Call) -> list[Json]:
    chat = _own_chat(world, call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    found = [member(world.users[each], rank) for each, rank in chat.members.items() if rank != "member"]
    return [*found, chat.bot_as_member(world.bot)] if chat.bot_status == "administrator" else found


async def get_chat_member_count(world: TelegramWorld, call: Call) -> int:
    chat = known_chat(world, call)
    return len(chat.members) + chat.bot_is_in


async def leave_chat(world: TelegramWorld, call: Call) -> bool:
    chat = _own_chat(world, call)
    if chat.is_private:
        raise bad_request("chat is private; the bot can't leave it")
    world.bot_becomes(chat, "left", world.bot)
    return True


async def get_file(world: TelegramWorld, call: Call) -> Json:
    return world.files.link(call.text("file_id"))


async def answer_callback_query(world: TelegramWorld, call: Call) -> bool:
    query = world.queries.get(call.text("callback_query_id"))
    if query is None or world.clock() - query.created_at > QUERY_LIFETIME:
        raise bad_request(_QUERY_TOO_OLD)
    text = call.text("text")
    if utf16_length(text) > ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer(query, {"text": text, "show_alert": call.flag("show_alert")})
    return True


CHATS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "answerCallbackQuery": answer_callback_query,
}
