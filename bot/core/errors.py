"""Every error that crosses rooms, split by what can be done about it.

    BotError
    ├── PhotoRefused      the person can fix it: another photo
    ├── EditFailed        this edit will never work as it is
    ├── OperatorNeeded    the operator has to fix the key, the credit or a permission
    ├── TryLater          nothing happened; the same call may work after a wait
    │   └── ResultAway    the task is done and paid for, but its file cannot be fetched yet
    ├── OutcomeUnknown    the call may or may not have had its effect
    │   └── GatewayDown   a gateway answered instead of the service: most likely it had no effect
    ├── ResultUnusable    what the provider made cannot be turned into a reply
    ├── ChatGone          nobody is there any more: blocked, kicked, deleted
    └── ChatMoved         the group became a supergroup with another id

The texts of these exceptions are for logs. People get the sentence that conversation/texts has for a reason.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused or an edit failed; each has a sentence for people in every language."""

    # The person can fix it.
    PROMPT_TOO_LONG = "prompt_too_long"
    BAD_SHAPE = "bad_shape"
    NO_PICTURE = "no_picture"
    NOT_AN_IMAGE = "not_an_image"
    ANIMATED = "animated"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    TRANSPARENT = "fully_transparent"
    FILE_TOO_BIG = "file_too_big"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_ELONGATED = "too_elongated"
    TOO_HEAVY = "too_heavy"
    PHOTO_GONE = "photo_gone"
    RESULT_GONE = "result_gone"
    LIMIT_REACHED = "limit_reached"
    TOO_MANY_ACTIVE = "too_many_active"
    TOO_MANY_HELD = "too_many_held"
    # The provider would not or could not.
    POLICY = "policy"
    COULD_NOT_GENERATE = "could_not_generate"
    PHOTO_HOST_AWAY = "photo_host_away"
    PHOTO_NOT_FETCHED = "photo_not_fetched"
    NO_IMAGE = "no_image"
    TASK_LOST = "task_lost"
    TIMED_OUT = "timed_out"
    RESULT_AWAY = "result_away"
    SERVICE_DOWN = "service_down"
    # The operator has to act.
    OUT_OF_CREDIT = "out_of_credit"
    ACCESS_DENIED = "access_denied"
    BAD_REQUEST = "bad_request"
    OUR_FAULT = "our_fault"
    # Telegram would not take the reply.
    CANNOT_SEND = "cannot_send"
    MAY_NOT_SEND = "may_not_send"
    TELEGRAM_AWAY = "telegram_away"
    TELEGRAM_LIMIT = "telegram_limit"
    CHAT_GONE = "chat_gone"

    @property
    def consequences(self) -> "Consequences":
        """What follows from it, from the table below."""
        return CONSEQUENCES[self]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows from a reason.

    `retry_helps`: asking for the same once more may work, so the failure card offers it. `words_help`: so may
    other words. `submit_again`: the bot itself makes one more create call first. `is_operators`: only who
    runs the bot can mend it, and the admins are told. `looks_late`: a task that was given up for it is looked
    at again later. `patience`: how long an edit waits for it to pass before it fails; zero is not at all.
    """

    retry_helps: bool = False
    words_help: bool = False
    submit_again: bool = False
    is_operators: bool = False
    looks_late: bool = False
    patience: timedelta = timedelta(hours=1)


_A_DAY = timedelta(hours=24)
"""For a finished picture, and for a problem that the operator was asked to fix."""

CONSEQUENCES: dict[Reason, Consequences] = {
    **dict.fromkeys(Reason, Consequences()),
    Reason.POLICY: Consequences(words_help=True),
    Reason.COULD_NOT_GENERATE: Consequences(retry_helps=True, words_help=True, submit_again=True),
    Reason.PHOTO_NOT_FETCHED: Consequences(retry_helps=True, submit_again=True, is_operators=True),
    Reason.PHOTO_HOST_AWAY: Consequences(retry_helps=True),
    Reason.SERVICE_DOWN: Consequences(retry_helps=True, submit_again=True),
    Reason.NO_IMAGE: Consequences(retry_helps=True, words_help=True),
    Reason.TASK_LOST: Consequences(retry_helps=True),
    Reason.TIMED_OUT: Consequences(retry_helps=True, looks_late=True),
    Reason.RESULT_AWAY: Consequences(retry_helps=True, looks_late=True, patience=timedelta(minutes=15)),
    Reason.OUT_OF_CREDIT: Consequences(retry_helps=True, is_operators=True, patience=_A_DAY),
    Reason.ACCESS_DENIED: Consequences(retry_helps=True, is_operators=True, patience=_A_DAY),
    Reason.BAD_REQUEST: Consequences(is_operators=True, patience=timedelta(0)),
    Reason.OUR_FAULT: Consequences(retry_helps=True, is_operators=True, looks_late=True),
    Reason.CANNOT_SEND: Consequences(patience=_A_DAY),
    Reason.TELEGRAM_AWAY: Consequences(retry_helps=True),
    Reason.TELEGRAM_LIMIT: Consequences(retry_helps=True),
}
"""The only table of what a reason means for an edit. The sentences for people are in conversation/texts."""


class BotError(Exception):
    """The root of the tree at the top of this module."""


class PhotoRefused(BotError):
    """The photo cannot be edited; the person can send another one. `photo` is its number among several."""

    def __init__(self, reason: Reason, photo: int | None = None) -> None:
        super().__init__(reason.value if photo is None else f"photo {photo}: {reason.value}")
        self.reason, self.photo = reason, photo


class EditFailed(BotError):
    """This edit will never work as it is."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


class OperatorNeeded(EditFailed):
    """No edit will work until the operator fixes something."""


class TryLater(BotError):
    """Nothing happened; the same call may work after `wait_seconds`. `reason` is what stands in the way."""

    def __init__(self, wait_seconds: float, detail: str = "", reason: Reason | None = None) -> None:
        super().__init__(f"try again in {wait_seconds:g} s{f': {detail}' if detail else ''}")
        self.wait_seconds, self.reason = wait_seconds, reason


class ResultAway(TryLater):
    """A finished task's file is missing, or its host cannot be reached, for now."""


class OutcomeUnknown(BotError):
    """The call was cut: it may or may not have had its effect."""


class GatewayDown(OutcomeUnknown):
    """A page of the gateway (HTTP 502, 504 and the like): the service behind it did not answer."""


class ResultUnusable(BotError):
    """What the provider made is not an image that can be sent."""


class ChatGone(BotError):
    """The bot was blocked or removed, or the chat no longer exists."""


class ChatMoved(BotError):
    """The group became the supergroup `new_chat_id`."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the chat moved to {new_chat_id}")
        self.new_chat_id = new_chat_id
