"""The commands that somebody's app offers in a chat: the narrowest scope and the own language win."""

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.person import Person
from bot.sandbox.telegram.values import Json
from bot.sandbox.telegram.world import TelegramWorld


def menu(world: TelegramWorld, person: Person, chat: Chat) -> list[Json]:
    """Commands with their descriptions, in the bot's order."""
    language = str(person.user.get("language_code") or "").partition("-")[0]
    for scope in _scopes(person, chat):
        for code in (language, ""):
            if commands := world.commands.get((scope, code)):
                return [
                    {"command": str(each["command"]).removeprefix("/"), "description": each["description"]}
                    for each in commands
                ]
    return []


def _scopes(person: Person, chat: Chat) -> list[str]:
    """From narrow to wide, as the Bot API documents it."""
    if chat.record.is_private:
        return [f"chat {chat.id}", "all_private_chats", "default"]
    is_admin = chat.record.members.get(person.id) in {"creator", "administrator"}
    return [
        f"chat_member {chat.id} {person.id}",
        *([f"chat_administrators {chat.id}"] if is_admin else []),
        f"chat {chat.id}",
        *(["all_chat_administrators"] if is_admin else []),
        "all_group_chats",
        "default",
    ]
