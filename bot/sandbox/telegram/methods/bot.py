"""The methods about the bot itself: how it gets its updates, its commands, its profile."""

import re

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.updates import Webhook
from bot.sandbox.telegram.values import Json, bad_request, utf16_length
from bot.sandbox.telegram.world import Method, TelegramWorld

COMMANDS = 100
DESCRIPTION_LENGTH = 256
_SCOPES = frozenset({
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
    "chat_administrators", "chat_member",
})  # fmt: skip


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
    world.updates.allow(call.params.get("allowed_updates"))
    limit = call.integer("limit") or 100
    return await world.updates.poll(call.integer("offset"), limit, call.integer("timeout"))


async def set_webhook(world: TelegramWorld, call: Call) -> bool:
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return await delete_webhook(world, call)
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    world.updates.allow(call.params.get("allowed_updates"))
    if call.flag("drop_pending_updates"):
        world.updates.clear()
    await world.updates.use(Webhook(url, secret, min(call.integer("max_connections") or 40, 100)))
    return True


async def delete_webhook(world: TelegramWorld, call: Call) -> bool:
    await world.updates.use(None)
    if call.flag("drop_pending_updates"):
        world.updates.clear()
    return True


async def get_webhook_info(world: TelegramWorld, _: Call) -> Json:
    webhook = world.updates.webhook or Webhook("")
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.last_error_at is not None:
        info |= {"last_error_date": int(webhook.last_error_at), "last_error_message": webhook.last_error}
    if world.updates.allowed:
        info["allowed_updates"] = world.updates.allowed
    return info


async def get_user_profile_photos(_: TelegramWorld, __: Call) -> Json:
    """Nobody here has a picture."""
    return {"total_count": 0, "photos": []}


async def log_out(_: TelegramWorld, __: Call) -> bool:
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


BOT: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getUserProfilePhotos": get_user_profile_photos,
    "logOut": log_out,
    "close": log_out,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    **_profile("Name", 64, "BOT_TITLE_INVALID"),
    **_profile("Description", 512, "BOT_DESCRIPTION_INVALID"),
    **_profile("ShortDescription", 120, "BOT_SHORT_DESCRIPTION_INVALID"),
}
