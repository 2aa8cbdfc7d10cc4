"""What the core asks of the image service, and of where the service finds the photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.shapes import Shape


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the line for a create call, from 1; 0 when it is one's turn.

    `in_chat`: it waits for tasks of its own chat to end, and stands among the edits of that chat.
    `is_paused`: the owner lets nothing begin.
    """

    number: int = 0
    in_chat: bool = False
    is_paused: bool = False


ITS_TURN = Place()


class ProviderBudget(Protocol):
    """What the whole deployment may ask of the provider, in fair turns."""

    async def place(self, edit: Edit, now: datetime) -> Place:
        """Where an edit stands in the line for a create call."""

    async def enter(self, before: Edit, after: Edit, now: datetime) -> Edit | None:
        """Move an edit to its create call if there is room. Raises TryLater if not; None as for `move`."""


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """Where the provider can fetch a prepared photo. Made by photo hosts, never from a Telegram file URL."""

    value: str

    def __post_init__(self) -> None:
        if "/file/bot" in self.value:
            raise ValueError("a Telegram file URL holds the bot token and is never given away")


@dataclass(frozen=True, slots=True)
class Order:
    """One create call of an operation: the prompt, the photos if it is made from any, the wanted shape, and
    the URL to call when it is done.
    """

    operation: str
    prompt: str
    photos: tuple[PublicUrl, ...]
    shape: Shape
    callback_url: str


@dataclass(frozen=True, slots=True)
class TaskRunning:
    """Not done yet."""


@dataclass(frozen=True, slots=True)
class TaskMissing:
    """The provider does not know the task: not yet, or no longer."""


@dataclass(frozen=True, slots=True)
class TaskDone:
    """The result's URLs, best first (none: done without an image), and how long the task took, if known.

    `seconds` is by the provider's clock, which may be wrong.
    """

    urls: tuple[str, ...]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The provider gave up on the task. `detail` is its own text, for the log."""

    reason: Reason
    detail: str


TaskStatus = TaskRunning | TaskMissing | TaskDone | TaskFailed


class ImageModel(Protocol):
    """The NanoBanana API. Raises EditFailed, OperatorNeeded and TryLater; `create` also OutcomeUnknown."""

    def operation(self, pixels: int | None, resolution: str | None = None, at_most: str = "") -> str:
        """Model and resolution for a result of so many pixels: tasks of one operation cost the same.

        With `None` pixels the dearest that it may come to. `resolution`: what was asked for, where the model
        may be asked for any. `at_most`: an operation of before, which what it costs must not exceed.
        """

    def price(self, operation: str) -> float:
        """What one create call of an operation costs, in credits, as far as that is known."""

    def photo_side(self, operation: str) -> int:
        """The longest side of photos for an operation, in pixels."""

    @property
    def shapes(self) -> Sequence[float]:
        """The ratios (width by height) that photos are extended to; empty where they are sent as they are."""

    async def create(self, order: Order) -> str:
        """Start a task and return its id. This is the call that costs money."""

    async def check(self, task_id: str) -> TaskStatus:
        """Ask how a task is doing."""

    async def names(self, task_id: str, secret: str) -> bool:
        """Whether the provider's own record of a task has this text, which only its create call had."""

    async def credits(self) -> float:
        """The account's balance: it is lower once a task was made."""

    async def fetch(self, urls: Sequence[str]) -> bytes:
        """The result's bytes from the first URL that works. Raises TryLater or ResultUnusable."""


class PhotoHost(Protocol):
    """Makes a prepared photo fetchable for the provider."""

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        """Host `jpeg` under an unguessable name. May be repeated. Raises TryLater, OperatorNeeded."""

    async def withdraw(self, name: str) -> None:
        """Take the photo down, if the host can. May be repeated. Raises TryLater, OperatorNeeded."""
