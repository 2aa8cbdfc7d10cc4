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
    NO_PHOTO = "no_photo"
    NO_PROMPT = "no_prompt"
    PROMPT_TOO_LONG = "prompt_too_long"
    NOT_AN_IMAGE = "not_an_image"
    ANIMATED = "animated"
    UNREADABLE = "unreadable"
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
    # The operator has to act.
    OUT_OF_CREDIT = "out_of_credit"
    ACCESS_DENIED = "access_denied"
    BAD_REQUEST = "bad_request"
    # Telegram would not take the reply.
    CANNOT_SEND = "cannot_send"
    CHAT_GONE = "chat_gone"

    @property
    def consequences(self) -> "Consequences":
        """What follows from it, from the table below."""
        return CONSEQUENCES[self]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows from a reason.

    `retry_helps`: the same request may work later, so the failure message offers it. `submit_again`: the bot
    first makes one more create call itself. `is_operators`: only the operator can fix it, and the admins are
    told. `patience`: how long an edit waits for it to pass before it fails; zero: it fails at once.
    """

    retry_helps: bool = False
    submit_again: bool = False
    is_operators: bool = False
    patience: timedelta = timedelta(hours=1)


_A_DAY = timedelta(hours=24)
"""For a finished picture, and for a problem that the operator was asked to fix."""

CONSEQUENCES: dict[Reason, Consequences] = {
    **dict.fromkeys(Reason, Consequences()),
    Reason.COULD_NOT_GENERATE: Consequences(retry_helps=True, submit_again=True),
    Reason.PHOTO_NOT_FETCHED: Consequences(retry_helps=True, submit_again=True),
    Reason.SERVICE_DOWN: Consequences(retry_helps=True, submit_again=True),
    Reason.NO_IMAGE: Consequences(retry_helps=True),
    Reason.TASK_LOST: Consequences(retry_helps=True),
    Reason.TIMED_OUT: Consequences(retry_helps=True),
    Reason.OUT_OF_CREDIT: Consequences(retry_helps=True, is_operators=True, patience=_A_DAY),
    Reason.ACCESS_DENIED: Consequences(retry_helps=True, is_operators=True, patience=_A_DAY),
    Reason.BAD_REQUEST: Consequences(is_operators=True, patience=timedelta(0)),
    Reason.CANNOT_SEND: Consequences(patience=_A_DAY),
}
"""The only table of what a reason means for an edit. The sentences for people are in conversation/texts."""


class BotError(Exception):
    """The root of the tree at the top of this module."""


class PhotoRefused(BotError):
    """The photo cannot be edited; the person can send another one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class EditFailed(BotError):
    """This edit will never work as it is."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


class OperatorNeeded(EditFailed):
    """No edit will work until the operator fixes something."""


class TryLater(BotError):
    """Nothing happened; the same call may work after `wait_seconds`."""

    def __init__(self, wait_seconds: float, detail: str = "") -> None:
        super().__init__(f"try again in {wait_seconds:g} s{f': {detail}' if detail else ''}")
        self.wait_seconds = wait_seconds


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
