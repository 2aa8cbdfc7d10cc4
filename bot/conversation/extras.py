"""What is sent beside a result, once: not again as long as it is there."""

from bot.conversation.answering import alert, toast
from bot.conversation.feature import EditPressed, Replies
from bot.conversation.tools import Tools
from bot.core.edits import Edit, Extra


async def answer_if_there(pressed: EditPressed, extra: Extra, *, on_its_way: str, there: str) -> Replies:
    """The answer where it is on its way or there already; empty if it is to be sent now."""
    edit, tools = pressed.edit, pressed.tools
    if await is_missing(tools, edit, extra):
        return ()
    is_there = await tools.memory.sent_extra(edit.id, extra) is not None
    return alert(pressed, there) if is_there else toast(pressed, on_its_way)


async def is_missing(tools: Tools, edit: Edit, extra: Extra) -> bool:
    """Whether it is to be sent now: it was not, or somebody has deleted it. True for one of many who ask."""
    if await tools.memory.claim_extra(edit.id, extra, tools.now()):
        return True
    message_id = await tools.memory.sent_extra(edit.id, extra)
    if message_id is None or await tools.questions.has_message(edit.chat_id, message_id):
        return False
    return await tools.memory.claim_extra(edit.id, extra, tools.now(), gone=message_id)
