"""The NanoBanana API's client: starts tasks, asks how they are doing, fetches what they made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.errors import ResultUnusable, TryLater
from bot.core.provider import Order, TaskMissing, TaskStatus
from bot.nanobanana.account import Account
from bot.nanobanana.calls import Calls, Kind, OnCall
from bot.nanobanana.download import Downloader
from bot.nanobanana.errors import cut_create, cut_question, refused_create, refused_question
from bot.nanobanana.offer import Offer
from bot.nanobanana.records import parameters_text, task_status
from bot.nanobanana.requests import CHECK_PATH, CREDIT_PATH, create_call
from bot.nanobanana.responses import credits_left, is_task_id, task_id

_CREATES, _LOOKS, _CREDIT_CALLS = 64, 64, 2
"""In flight at once. So many, because a create may hang for a minute; `provider_budget` bounds how many there
are in ten seconds."""
_MOST_URLS_TRIED = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a call is cut."""

    create_seconds: float = 60
    check_seconds: float = 20


class NanoBananaClient:
    """The core's `ImageModel`. Sends the key to the account's URL only; results are fetched without it."""

    def __init__(
        self,
        account: Account,
        offer: Offer,
        downloader: Downloader,
        *,
        shapes: Sequence[float] = (),
        on_call: OnCall = lambda _: None,
        patience: Patience = Patience(),
    ) -> None:
        self._offer, self._downloader, self._shapes = offer, downloader, shapes
        self._operations = {str(each): each for each in offer.operations}
        creates, questions = patience.create_seconds, patience.check_seconds
        self._creates = Calls(account, Kind(_CREATES, creates, cut_create), on_call)
        self._looks = Calls(account, Kind(_LOOKS, questions, cut_question), on_call)
        self._credit_calls = Calls(account, Kind(_CREDIT_CALLS, questions, cut_question), on_call)

    def operation(self, pixels: int | None, resolution: str | None = None, at_most: str = "") -> str:
        """Model and resolution for a result of so many pixels; see `Offer`."""
        return str(self._offer.operation(pixels, resolution, at_most))

    def price(self, operation: str) -> float:
        """What one create call of an operation costs, in credits."""
        return self._offer.prices[operation]

    def photo_side(self, operation: str) -> int:
        """The longest side of photos for an operation, in pixels."""
        return self._offer.photo_side(operation)

    @property
    def shapes(self) -> Sequence[float]:
        """What photos are to be extended to."""
        return self._shapes

    async def create(self, order: Order) -> str:
        """Start a task and return its id. Raises OutcomeUnknown if the provider may have made a task whose id
        we do not know, GatewayDown if a gateway's page says that it most likely has not.
        """
        call = create_call(self._operations[order.operation], order)
        content = json.dumps(call.body, ensure_ascii=False).encode(errors="replace")
        envelope = await self._creates.answer("POST", call.path, json=content)
        new = task_id(envelope) if envelope.is_success else None
        if new is None:
            raise refused_create(envelope)
        return new

    async def check(self, task_id: str) -> TaskStatus:
        """Ask once how the task is doing. TaskMissing, without a call, for an impossible id."""
        if not is_task_id(task_id):
            return TaskMissing()
        envelope = await self._looks.answer("GET", CHECK_PATH, parameters={"taskId": task_id})
        status = task_status(envelope)
        if status is None:
            raise refused_question(envelope)
        return status

    async def names(self, task_id: str, secret: str) -> bool:
        """Whether the record of a task, as the provider keeps it, has the name of a photo or callback in it.

        TryLater where there is no record: one that has just begun may not be known everywhere.
        """
        if not (is_task_id(task_id) and secret):
            return False
        envelope = await self._looks.answer("GET", CHECK_PATH, parameters={"taskId": task_id})
        if isinstance(task_status(envelope), TaskMissing | None):
            raise refused_question(envelope)
        return secret in parameters_text(envelope)

    async def fetch(self, urls: Sequence[str]) -> bytes:
        """The bytes of the first URL that has an image. If none has, but one may work later: ResultAway; else
        ResultUnusable.
        """
        worth_waiting: TryLater | None = None
        useless = ResultUnusable("no URL")
        for url in urls[:_MOST_URLS_TRIED]:
            try:
                return await self._downloader.fetch(url)
            except TryLater as error:
                worth_waiting = worth_waiting or error
            except ResultUnusable as error:
                useless = error
        raise worth_waiting or useless

    async def credits(self) -> float:
        """The account's balance in credits; also the cheapest way to test the key."""
        envelope = await self._credit_calls.answer("GET", CREDIT_PATH)
        balance = credits_left(envelope) if envelope.is_success else None
        if balance is None:
            raise refused_question(envelope)
        return balance

    async def aclose(self) -> None:
        for calls in (self._creates, self._looks, self._credit_calls):
            await calls.aclose()
