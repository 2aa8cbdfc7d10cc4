"""An EditService in a world where every call can be made to fail, and where time stands still."""

import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.callbacks import Callbacks
from bot.core.edits import Edit
from bot.core.look_budget import LookBudget
from bot.core.pacing import Pacing
from bot.core.ports import EditStore, Ports, Sources
from bot.core.provider import ProviderBudget
from bot.core.service import EditService
from tests.core.fakes import (
    NAME,
    FakeBudget,
    FakeChat,
    FakeFiles,
    FakeImages,
    FakeModel,
    FakeObserver,
    FakePhotoHost,
    FakeReplica,
    FakeStore,
)
from tests.factories import NO_LIMITS, NOW, edit

CALLED_BACK = Callbacks("https://bot.example")


class World:
    """An EditService between fakes, at a moment that only `pass_seconds` moves on."""

    def __init__(self, callbacks: Callbacks = CALLED_BACK) -> None:
        self.now, self.journal = NOW, list[str]()
        self.faults: defaultdict[str, list[Exception]] = defaultdict(list)
        self.hooks: dict[str, Callable[[], Awaitable[object]]] = {}
        self.store, self.model = FakeStore(self.call), FakeModel(self.call)
        self.photo_host, self.images = FakePhotoHost(self.call), FakeImages(self.call)
        self.files, self.chat = FakeFiles(self.call), FakeChat(self.call)
        self.budget, self.observer = FakeBudget(self.call, self.store), FakeObserver()
        self.woken = list[str]()
        self.replica, self.pacing = FakeReplica(), Pacing(5, timedelta(minutes=5), LookBudget(20))
        self._callbacks = callbacks
        self.service = self.restarted()

    def restarted(self, store: EditStore | None = None, budget: ProviderBudget | None = None) -> EditService:
        """A new process on the same rows, or on real ones: what the old one had in memory is gone."""
        ids = itertools.count(len(self.store.rows))
        ports = Ports(
            store=store or self.store,
            model=self.model,
            photo_host=self.photo_host,
            images=self.images,
            files=self.files,
            chat=self.chat,
            budget=budget or self.budget,
            observer=self.observer,
        )
        sources = Sources(lambda: self.now, lambda: f"id-{next(ids)}", lambda: f"secret-{next(ids)}")
        self.service = EditService(
            ports,
            self.replica,
            self.replica,
            NO_LIMITS,
            self.pacing,
            self._callbacks,
            sources,
            wake=self._wake,
        )
        return self.service

    async def _wake(self, edit: Edit) -> None:
        self.woken.append(edit.id)

    async def call(self, name: str) -> None:
        """Every call of the core's: noted, preceded by the test's hook, failed if the test says so."""
        self.journal.append(name)
        if hook := self.hooks.pop(name, None):
            await hook()
        if self.faults[name]:
            raise self.faults[name].pop(0)

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def holds(self, **changes: object) -> Edit:
        """An edit of this process's, as a row, that it has begun to work on."""
        held = edit(**{"owner": NAME, **changes})
        self.store.rows[held.id] = held
        self.service._starts.counted(held.id)
        return held

    async def advance(self, edit: Edit) -> Edit:
        """The edit after `advance`."""
        await self.service.advance(edit.id)
        return self.store.rows[edit.id]

    def row(self, edit: Edit) -> Edit:
        return self.store.rows[edit.id]
