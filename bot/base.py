"""What the rest of the wiring stands on: the settings, what outlives the process, who this process is."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from bot.clients import web_host
from bot.core.clock import Clock, SteadyClock, random_id
from bot.core.limits import Limits
from bot.core.replica import Replica
from bot.photo_hosts.web import WebHost
from bot.settings import Settings
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles, data_dir_id
from bot.storage.inbox import Inbox
from bot.storage.provider_budget import Budget, SqlTurnstile
from bot.storage.replicas import Replicas
from bot.web.health import Health
from bot.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Base:
    """Built once per process."""

    settings: Settings
    database: Database
    edits: SqlEditStore
    inbox: Inbox
    chats: Chats
    files: DiskFiles
    hosted: WebHost
    turnstile: SqlTurnstile
    replica: Replica
    replicas: Replicas
    health: Health
    metrics: Metrics
    now: Clock
    stack: contextlib.AsyncExitStack

    @classmethod
    def of(cls, settings: Settings, database: Database, stack: contextlib.AsyncExitStack) -> "Base":
        replica = Replica(random_id, alone=database.is_sqlite)
        apart = database.apart()  # a beat that comes too late costs this replica all that it holds
        stack.push_async_callback(apart.aclose)
        return cls(
            settings=settings,
            database=database,
            edits=SqlEditStore(database),
            inbox=Inbox(database),
            chats=Chats(database),
            files=DiskFiles(settings.data_dir / "files"),
            hosted=web_host(settings),
            turnstile=SqlTurnstile(database, budget(settings)),
            replica=replica,
            replicas=Replicas(apart, replica, data_dir_id(settings.data_dir, random_id)),
            health=Health(database, replica),
            metrics=Metrics(),
            now=SteadyClock(),
            stack=stack,
        )

    def owner(self) -> str:
        """Whose what comes in is."""
        return self.replica.name

    def called(self, service: str, status: str) -> None:
        """A service answered, or did not."""
        self.metrics.called(service, status)
        if status.isdecimal():
            self.health.answered(service)


def limits(settings: Settings) -> Limits:
    """The chats' limits."""
    return Limits(
        settings.rate_limit_edits,
        timedelta(seconds=settings.rate_limit_window_seconds),
        settings.max_active_edits_per_chat,
    )


def budget(settings: Settings) -> Budget:
    """The provider's."""
    return Budget(
        settings.nanobanana_creates_per_10_seconds,
        timedelta(seconds=10),
        settings.nanobanana_tasks_in_flight,
    )
