"""Writes that go along with somebody else's transaction, while they wait for company or stand in line."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

Write: TypeAlias = Callable[[AsyncConnection], Awaitable[T]]
"""Statements inside a transaction. May be run again if that transaction was not committed."""


@dataclass(frozen=True, slots=True)
class Carried(Generic[T]):
    """What a write returned whose transaction is committed."""

    result: T


@dataclass(eq=False, slots=True)
class Passenger(Generic[T]):
    """A write that waits for a transaction. `arrival` is None if that one was not committed."""

    write: Write[T]
    arrival: asyncio.Future[Carried[T] | None]
    is_waiting: bool = True

    async def arrived(self, within_seconds: float) -> bool:
        """Whether its transaction has ended by then."""
        return bool((await asyncio.wait((self.arrival,), timeout=within_seconds))[0])

    def end(self, carried: Carried[T] | None) -> None:
        if not self.arrival.done():
            self.arrival.set_result(carried)


class Ride:
    """The passengers of one transaction."""

    def __init__(self, waiting: list[Passenger[Any]]) -> None:
        self._waiting = waiting
        self._on_board: list[Passenger[Any]] = []
        self._results: list[Carried[Any]] = []

    async def take_passengers(self, connection: AsyncConnection) -> None:
        """Run all writes that wait now. If one raises, the transaction cannot be committed."""
        self._on_board, self._waiting[:] = self._waiting[:], []
        for passenger in self._on_board:
            passenger.is_waiting = False
        for passenger in self._on_board:
            self._results.append(Carried(await passenger.write(connection)))

    def end(self, *, committed: bool) -> None:
        """Tell the passengers whether they have arrived."""
        results = self._results if committed else [None] * len(self._on_board)
        for passenger, carried in zip(self._on_board, results, strict=True):
            passenger.end(carried)


class Passengers:
    """Those that wait for a transaction."""

    def __init__(self) -> None:
        self._waiting: list[Passenger[Any]] = []

    @contextlib.contextmanager
    def waiting(self, write: Write[T]) -> Iterator[Passenger[T]]:
        """A passenger that waits from now on, until it is taken along or the block ends."""
        passenger = Passenger(write, asyncio.get_running_loop().create_future())
        self._waiting.append(passenger)
        try:
            yield passenger
        finally:
            if passenger.is_waiting:
                self._waiting.remove(passenger)

    @contextlib.contextmanager
    def ride(self) -> Iterator[Ride]:
        """Around a transaction."""
        ride = Ride(self._waiting)
        try:
            yield ride
        except BaseException:
            ride.end(committed=False)
            raise
        ride.end(committed=True)
