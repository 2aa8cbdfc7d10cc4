"""Every error that crosses rooms, split by what can be done about it.

    BotError
    ├── PhotoRefused      the person can fix it: another photo
    ├── EditFailed        this edit will never work as it stands
    ├── OperatorNeeded    the key, the credit or a permission has to be mended by who runs the bot
    ├── TryLater          nothing happened; the same call may work after a wait
    ├── OutcomeUnknown    the call may or may not have had its effect
    ├── ResultUnusable    what the provider made cannot be turned into a reply
    ├── ChatGone          nobody there to tell: blocked, kicked, deleted
    └── ChatMoved         the group became a supergroup with another id

The texts of these exceptions are for logs. People read the sentence that telegram/texts.py has for a reason.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused or an edit failed; each has a sentence for people in every language."""

    # The person can fix it.
    NO_PHOTO = "no_photo"
    NO_PROMPT = "no_prompt"
    PROMPT_TOO_LONG = "prompt_too_long"
    NOT_AN_IMAGE = "not_an_image"
    ANIMATED = "animated"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    TRANSPARENT = "transparent"
    FILE_TOO_BIG = "file_too_big"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_ELONGATED = "too_elongated"
    PHOTO_GONE = "photo_gone"
    LIMIT_REACHED = "limit_reached"
    TOO_MANY_ACTIVE = "too_many_active"
    # The provider would not or could not.
    POLICY = "policy"
    COULD_NOT_GENERATE = "could_not_generate"
    PHOTO_NOT_FETCHED = "photo_not_fetched"
    NO_IMAGE = "no_image"
    TASK_LOST = "task_lost"
    TIMED_OUT = "timed_out"
    SERVICE_DOWN = "service_down"
    # Who runs the bot has to act.
    OUT_OF_CREDIT = "out_of_credit"
    ACCESS_DENIED = "access_denied"
    BAD_REQUEST = "bad_request"
    # Telegram would not take the reply.
    CANNOT_SEND = "cannot_send"
    CHAT_GONE = "chat_gone"


OPERATOR_REASONS = frozenset({Reason.OUT_OF_CREDIT, Reason.ACCESS_DENIED, Reason.BAD_REQUEST})
"""The person can do nothing about these; the admins hear of them."""

RETRY_HELPS = frozenset(
    {
        Reason.COULD_NOT_GENERATE,
        Reason.PHOTO_NOT_FETCHED,
        Reason.NO_IMAGE,
        Reason.TASK_LOST,
        Reason.TIMED_OUT,
        Reason.SERVICE_DOWN,
        Reason.OUT_OF_CREDIT,
        Reason.ACCESS_DENIED,
    }
)
"""Asking for the same thing once more may work: the failure card carries a Try again button."""


class BotError(Exception):
    """The root of the tree above."""


class PhotoRefused(BotError):
    """The photo cannot be edited; the person can send another one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class EditFailed(BotError):
    """This edit will never work as it stands."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


class OperatorNeeded(EditFailed):
    """No edit will work until who runs the bot mends something."""


class TryLater(BotError):
    """Nothing happened; the same call may work after `wait_seconds`."""

    def __init__(self, wait_seconds: float, detail: str = "") -> None:
        super().__init__(f"try again in {wait_seconds:g} s{f': {detail}' if detail else ''}")
        self.wait_seconds = wait_seconds


class OutcomeUnknown(BotError):
    """The call was cut: it may or may not have had its effect."""


class ResultUnusable(BotError):
    """What the provider made is not an image that can be sent."""


class ChatGone(BotError):
    """The bot was blocked or removed, or the chat no longer exists."""


class ChatMoved(BotError):
    """The group became the supergroup `new_chat_id`."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the chat moved to {new_chat_id}")
        self.new_chat_id = new_chat_id
