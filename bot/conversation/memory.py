"""What is remembered of a chat between messages. In rows: kept over restarts, shared by replicas."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.edits import Extra
from bot.core.wishes import Collected, Question, Speaker

KEEP = timedelta(days=1)
"""How long a photo or a question is remembered."""
FRESH = timedelta(minutes=10)
"""How long words and photos that come one after the other belong together without a reply."""


class Wishes(Protocol):
    """A person's last photo, and what the bot has asked them."""

    async def remember_photos(self, speaker: Speaker, collected: Collected) -> None:
        """Keep a person's photos for words that may follow. They replace those before."""

    async def remembered_photos(self, speaker: Speaker, since: datetime) -> Collected | None:
        """The photos that a person sent there last, if the last one was not before `since`."""

    async def ask(self, question: Question) -> None:
        """Keep a question. It replaces one that was asked for the same message."""

    async def question_for(self, chat_id: int, asked_for: int) -> Question | None:
        """The question that a person's message led to."""

    async def question(self, question_id: int) -> Question | None:
        """A question, answered or not."""

    async def question_at(self, chat_id: int, message_id: int) -> Question | None:
        """The question that was asked with a message of the bot, answered or not."""

    async def open_question(self, speaker: Speaker, since: datetime, update_id: int) -> Question | None:
        """The last question to a person that was asked since then, and not answered before this update."""

    async def answered(self, question_id: int, update_id: int) -> bool:
        """An update answers a question. False if another one has answered it before."""

    async def close_questions(self, speaker: Speaker, update_id: int) -> Sequence[Question]:
        """An update has ended every open question to a person; returns them, also when asked again."""


class Memory(Protocol):
    """A few facts per chat."""

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether a group wants reactions on requests instead of status cards."""

    async def set_quiet(self, chat_id: int, *, is_quiet: bool) -> None:
        """Note what a group wants."""

    async def answers_small_talk(self, chat_id: int, now: datetime) -> bool:
        """Whether to answer words that are no request: True once an hour."""

    async def is_first_of_album(self, chat_id: int, album_id: str, update_id: int, now: datetime) -> bool:
        """Whether this update has the first part of the album. Asking again gives the same answer."""

    async def is_album_open(self, chat_id: int, album_id: str) -> bool:
        """Whether an album has a first part, and its parts are not taken yet."""

    async def settle_album(self, chat_id: int, album_id: str, last_update_id: int) -> None:
        """The parts of an album up to this update are taken together."""

    async def is_late_part(self, chat_id: int, album_id: str, update_id: int) -> bool:
        """Whether this part of an album came after the others had been taken."""

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        """Whether to tell this chat that it may not use the bot: True the first time, then False."""

    async def greet(self, chat_id: int, now: datetime) -> bool:
        """Whether to greet a group that the bot was added to: True the first time, then False."""

    async def tell_no_pictures(self, chat_id: int, now: datetime) -> bool:
        """Whether this chat is to be told that it takes no pictures: True once, and again after a while."""

    async def claim_extra(self, edit_id: str, extra: Extra, now: datetime, gone: int | None = None) -> bool:
        """Whether an extra of an edit is to be sent now: it was not, and nobody is about to send it.

        `gone`: the message that it was sent as, if that is not there any more.
        """

    async def sent_extra(self, edit_id: str, extra: Extra) -> int | None:
        """The message that an extra of an edit was sent as; None while it is on its way, or was not sent."""

    async def origins(self, chat_id: int) -> frozenset[int]:
        """Every id that the chat had before it became a supergroup."""

    async def has_checked_move(self, chat_id: int, since: datetime) -> bool:
        """Whether Telegram was asked, since `since`, which group a supergroup was before."""

    async def note_move_check(self, chat_id: int, now: datetime) -> None:
        """Note that Telegram was asked, and that none of the allowed groups was it."""
