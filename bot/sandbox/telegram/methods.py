"""The Bot API methods about the bot itself, its chats, files and button presses."""

import re

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.records import member
from bot.sandbox.telegram.sending import Method, known_chat
from bot.sandbox.telegram.updates import QUERY_LIFETIME, kinds_of
from bot.sandbox.telegram.values import Json, bad_request, forbidden, utf16_length
from bot.sandbox.telegram.world import TelegramWorld

ANSWER_LENGTH = 200
COMMANDS = 100
DESCRIPTION_LENGTH = 256
_QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


async def get_me(world: TelegramWorld, _: Call) -> Json:
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


async def get_updates(world: TelegramWorld, call: Call) -> list[Json]:
    world.updates.allow(kinds_of(call.params.get("allowed_updates")))
    limit = call.integer("limit") or 100
    return await world.updates.poll(call.integer("offset"), limit, call.integer("timeout"))


async def answer_callback_query(world: TelegramWorld, call: Call) -> bool:
    query = world.queries.get(call.text("callback_query_id"))
    if query is None or world.clock() - query.created_at > QUERY_LIFETIME:
        raise bad_request(_QUERY_TOO_OLD)
    text = call.text("text")
    if utf16_length(text) > ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer(query, {"text": text, "show_alert": call.flag("show_alert")})
    return True


async def get_file(world: TelegramWorld, call: Call) -> Json:
    return world.files.link(call.text("file_id"))


async def get_chat(world: TelegramWorld, call: Call) -> Json:
    chat = known_chat(world, call)
    facts: Json = {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if not chat.is_private:
        if not chat.bot_is_in:
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        facts["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    return {**chat.raw, **facts}


async def get_chat_member(world: TelegramWorld, call: Call) -> Json:
    chat = known_chat(world, call)
    user = world.users.get(call.integer("user_id"))
    if user is None:
        raise bad_request("user not found")
    status = chat.bot_status if user is world.bot else chat.members.get(user["id"], "left")
    return member(user, status)


async def get_chat_administrators(world: TelegramWorld, call: Call) -> list[Json]:
    chat = known_chat(world, call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    if not chat.bot_is_in:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    ranks = {user_id: rank for user_id, rank in chat.members.items() if rank != "member"}
    found = [member(world.users[user_id], rank) for user_id, rank in ranks.items()]
    return [*found, member(world.bot, "administrator")] if chat.bot_status == "administrator" else found


async def get_chat_member_count(world: TelegramWorld, call: Call) -> int:
    chat = known_chat(world, call)
    return len(chat.members) + chat.bot_is_in


async def leave_chat(world: TelegramWorld, call: Call) -> bool:
    chat = known_chat(world, call)
    if chat.is_private:
        raise bad_request("chat is private; the bot can't leave it")
    if not chat.bot_is_in:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    world.bot_becomes(chat, "left", world.bot)
    return True


def _commands_key(call: Call) -> tuple[str, str]:
    scope = call.mapping("scope") or {"type": "default"}
    if scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    language = call.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    return " ".join(str(scope[name]) for name in ("type", "chat_id", "user_id") if name in scope), language


async def set_my_commands(world: TelegramWorld, call: Call) -> bool:
    key = _commands_key(call)
    commands = call.array("commands")
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", "")).strip()) <= DESCRIPTION_LENGTH:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[key] = commands
    return True


async def get_my_commands(world: TelegramWorld, call: Call) -> list[Json]:
    return world.commands.get(_commands_key(call), [])


async def delete_my_commands(world: TelegramWorld, call: Call) -> bool:
    world.commands.pop(_commands_key(call), None)
    return True


async def set_message_reaction(world: TelegramWorld, call: Call) -> bool:
    chat = known_chat(world, call)
    record = chat.records.get(call.integer("message_id"))
    if record is None:
        raise bad_request("message to react not found")
    emoji = "".join(str(each.get("emoji", "")) for each in call.array("reaction"))
    world.emit("action", world.bot["first_name"], chat, record, f"reaction {emoji}".strip())
    return True


def _profile(name: str, limit: int, problem: str) -> dict[str, Method]:
    """`setMyX` and `getMyX` for one text of the bot's profile, by language."""
    parameter = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    async def set_text(world: TelegramWorld, call: Call) -> bool:
        if utf16_length(call.text(parameter)) > limit:
            raise bad_request(problem)
        world.profile[name, call.text("language_code")] = call.text(parameter)
        return True

    async def get_text(world: TelegramWorld, call: Call) -> Json:
        default = world.profile.get((name, ""), "")
        return {parameter: world.profile.get((name, call.text("language_code")), default)}

    return {f"setMy{name}": set_text, f"getMy{name}": get_text}


ABOUT: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "answerCallbackQuery": answer_callback_query,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMessageReaction": set_message_reaction,
    **_profile("Name", 64, "BOT_TITLE_INVALID"),
    **_profile("Description", 512, "BOT_DESCRIPTION_INVALID"),
    **_profile("ShortDescription", 120, "BOT_SHORT_DESCRIPTION_INVALID"),
}
