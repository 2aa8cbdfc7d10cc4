"""What changes around the chats: new people, the bot's place in the group, topics, blocking."""

from bot.sandbox.play.asked import Action, Asked, NotPossible
from bot.sandbox.play.stage import LANGUAGES
from bot.sandbox.telegram.records import PERMISSION_FOR, BotStatus
from bot.sandbox.telegram.values import Json

_LONGEST_NAME = 60
_PLACES: dict[str, BotStatus] = {"member": "member", "administrator": "administrator", "out": "kicked"}
_KINDS = frozenset(PERMISSION_FOR)
_OF_MEMBERS = frozenset(PERMISSION_FOR.values())
_OF_ADMINISTRATORS = frozenset({"can_delete_messages", "can_manage_topics"})


async def add_person(asked: Asked) -> Json:
    """Somebody new, who joins every group too."""
    name, language = _name(asked), asked.text("language")
    if language not in LANGUAGES:
        raise NotPossible("Nobody here speaks that language")
    person = asked.stage.add_person(name, language)
    for group in asked.stage.groups.values():
        group.record.members[person.id] = "member"
        asked.stage.world.post(group.record, person.user, {"new_chat_members": [person.user]})
    return {"person": person.id}


async def block(asked: Asked) -> Json:
    """The person blocks the bot, or takes it back."""
    if asked.person.private.record.bot_status == "absent":
        raise NotPossible(f"{asked.person.name} has not written to the bot yet")
    if asked.flag("on"):
        asked.person.blocks_bot()
    else:
        asked.person.unblocks_bot()
    return {}


async def bot_place(asked: Asked) -> Json:
    """The bot as a member or an administrator with all rights, or out of the group."""
    status = _PLACES.get(asked.text("place"))
    if status is None:
        raise NotPossible("The bot is a member, an administrator, or out")
    world, record, actor = asked.stage.world, asked.group.record, asked.person.user
    was_in = record.bot_is_in
    world.bot_becomes(record, status, actor)
    if record.bot_is_in and not was_in:
        world.post(record, actor, {"new_chat_members": [world.bot]})
    return {}


async def bot_right(asked: Asked) -> Json:
    """Takes one of the bot's own rights away, or gives it back. A member that lacks one is restricted."""
    record, right = asked.group.record, asked.text("right")
    is_admin = record.bot_status == "administrator"
    if right not in (_OF_ADMINISTRATORS if is_admin else _OF_MEMBERS) or not record.bot_is_in:
        raise NotPossible("The bot has no such right here")
    withheld = record.withheld - {right} if asked.flag("on") else record.withheld | {right}
    status: BotStatus = "administrator" if is_admin else "restricted" if withheld else "member"
    asked.stage.world.bot_becomes(record, status, asked.person.user, withheld)
    return {}


async def privacy(asked: Asked) -> Json:
    """@BotFather's switch: whether the bot sees only what is addressed to it. It asks when it starts."""
    asked.stage.world.privacy = asked.flag("on")
    return {}


async def refuse(asked: Asked) -> Json:
    """What members, and so the bot as a member, may not send."""
    kind = asked.text("kind")
    if kind not in _KINDS:
        raise NotPossible("The group refuses text messages, photos or documents")
    refused = asked.group.record.refuses
    asked.group.refuses(*(refused | {kind} if asked.flag("on") else refused - {kind}))
    return {}


async def rank(asked: Asked) -> Json:
    """Makes a member an administrator, or the other way round."""
    asked.group.record.members[asked.person.id] = "administrator" if asked.flag("on") else "member"
    return {}


async def add_topic(asked: Asked) -> Json:
    return {"thread": asked.stage.telegram.people.topic(asked.group, _name(asked))}


async def close_topic(asked: Asked) -> Json:
    """Members do not write there any more, or do again."""
    thread_id, people = asked.integer("thread"), asked.stage.telegram.people
    record = asked.group.record
    if thread_id not in record.topics:
        raise NotPossible("This topic is gone")
    if asked.flag("on") != (thread_id in record.closed):
        (people.close_topic if asked.flag("on") else people.reopen_topic)(asked.group, thread_id)
    return {}


async def delete_topic(asked: Asked) -> Json:
    """With everything in it; the bot is not told."""
    record, thread_id = asked.group.record, asked.integer("thread")
    if record.topics.pop(thread_id, None) is None:
        raise NotPossible("This topic is gone")
    for message in list(record.messages.values()):
        if message.thread_id == thread_id:
            asked.stage.world.delete(message, asked.person.name)
    return {}


def _name(asked: Asked) -> str:
    name = asked.text("name").strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise NotPossible(f"A name has 1 to {_LONGEST_NAME} letters")
    return name


GROUP_ACTIONS: dict[str, Action] = {
    "add_person": add_person,
    "block": block,
    "bot_place": bot_place,
    "bot_right": bot_right,
    "privacy": privacy,
    "refuse": refuse,
    "rank": rank,
    "add_topic": add_topic,
    "close_topic": close_topic,
    "delete_topic": delete_topic,
}
