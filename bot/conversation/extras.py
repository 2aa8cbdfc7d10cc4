"""What is sent beside a result, once: not again as long as it is there."""

from bot.conversation.answering import alert, toast
from bot.conversation.feature import EditPressed, Replies
from bot.core.edits import Extra


async def answer_if_there(pressed: EditPressed, extra: Extra, *, on_its_way: str, there: str) -> Replies:
    """The answer where it is on its way or there already; empty if it is to be sent now."""
    edit, tools = pressed.edit, pressed.tools
    if await tools.memory.claim_extra(edit.id, extra, tools.now()):
        return ()
    message_id = await tools.memory.sent_extra(edit.id, extra)
    if message_id is not None:
        if await tools.questions.has_message(edit.chat_id, message_id):
            return alert(pressed, there)
        if await tools.memory.claim_extra(edit.id, extra, tools.now(), gone=message_id):
            return ()
    return toast(pressed, on_its_way)
