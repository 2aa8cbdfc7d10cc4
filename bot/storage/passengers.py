"""Writes that go along with somebody else's transaction, while they wait for company or stand in line."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tasks import to_its_end

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

    async def commit(self, connection: AsyncConnection) -> None:
        """Run all writes that wait now, and commit. If one raises, the transaction cannot be committed.

        Whoever is cancelled while it is committed waits for that: the passengers have to know whether it was.
        """
        self._on_board, self._waiting[:] = self._waiting[:], []
        if not self._on_board:
            return await connection.commit()
        for passenger in self._on_board:
            passenger.is_waiting = False
        results = [Carried(await passenger.write(connection)) for passenger in self._on_board]
        return await to_its_end(self._arrive(connection, results))

    async def _arrive(self, connection: AsyncConnection, results: list[Carried[Any]]) -> None:
        await connection.commit()
        for passenger, carried in zip(self._on_board, results, strict=True):
            passenger.end(carried)

    def end(self) -> None:
        """Tell those that have not arrived that they will not."""
        for passenger in self._on_board:
            passenger.end(None)


class Passengers:
    """Those that wait for a transaction."""

    def __init__(self) -> None:
        self._waiting: list[Passenger[Any]] = []

    @contextlib.asynccontextmanager
    async def waiting(self, write: Write[T]) -> AsyncIterator[Passenger[T]]:
        """A passenger that waits from now on, until it is taken along or the block ends.

        One that is on board does not leave before that transaction has ended, not even if it is cancelled:
        until then nobody knows whether its rows are written.
        """
        passenger = Passenger(write, asyncio.get_running_loop().create_future())
        self._waiting.append(passenger)
        try:
            yield passenger
        finally:
            if passenger.is_waiting:
                self._waiting.remove(passenger)
            else:
                await to_its_end(passenger.arrival)

    @contextlib.contextmanager
    def ride(self) -> Iterator[Ride]:
        """Around a transaction."""
        ride = Ride(self._waiting)
        try:
            yield ride
        finally:
            ride.end()
