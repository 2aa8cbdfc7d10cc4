"""What outlives the process (rows and files), and this process among those that share it."""

import contextlib
from dataclasses import dataclass

from bot.cluster.lease import Replica
from bot.core.clock import Clock, random_id
from bot.photo_hosts.web import WebHost
from bot.scheduling.workload import LocalWorkload
from bot.settings import Settings
from bot.storage.alerts import Alerts
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.files import DiskFiles, data_dir_id
from bot.storage.guests import SqlGuests
from bot.storage.inbox import Inbox
from bot.storage.money import SqlMoney
from bot.storage.own_limits import SqlOwnLimits
from bot.storage.ownership import Ownership
from bot.storage.provider_budget import SqlProviderBudget
from bot.storage.refused import RefusedRequests
from bot.storage.replicas import Replicas
from bot.storage.wishes import SqlWishes
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.wiring.outside import provider_budget, web_host


@dataclass(frozen=True, slots=True)
class Rows:
    """Every store, on one database and one DATA_DIR."""

    database: Database
    edits: SqlEditStore
    refused: RefusedRequests
    inbox: Inbox
    chats: Chats
    wishes: SqlWishes
    guests: SqlGuests
    own_limits: SqlOwnLimits
    money: SqlMoney
    ownership: Ownership
    alerts: Alerts
    files: DiskFiles
    hosted: WebHost
    budget: SqlProviderBudget

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Rows":
        return cls(
            database=database,
            edits=SqlEditStore(database),
            refused=RefusedRequests(database),
            inbox=Inbox(database),
            chats=Chats(database),
            wishes=SqlWishes(database),
            guests=SqlGuests(database),
            own_limits=SqlOwnLimits(database),
            money=SqlMoney(database),
            ownership=Ownership(database),
            alerts=Alerts(database),
            files=DiskFiles(settings.data_dir / "files"),
            hosted=web_host(settings),
            budget=SqlProviderBudget(database, provider_budget(settings)),
        )


@dataclass(frozen=True, slots=True)
class Process:
    """This replica, its health and metrics, and its clock."""

    replica: Replica
    replicas: Replicas
    workload: LocalWorkload
    health: Health
    metrics: Metrics
    now: Clock

    @classmethod
    def of(
        cls, settings: Settings, database: Database, stack: contextlib.AsyncExitStack, now: Clock
    ) -> "Process":
        replica = Replica(random_id, alone=database.is_sqlite)
        workload = LocalWorkload(alone=replica.alone)
        apart = database.apart()  # a late heartbeat would cost this replica all its edits
        stack.push_async_callback(apart.aclose)
        return cls(
            replica=replica,
            replicas=Replicas(apart, data_dir_id(settings.data_dir, random_id)),
            workload=workload,
            health=Health(database, replica),
            metrics=Metrics(workload.count),
            now=now,
        )

    def owner(self) -> str:
        """The current name of this replica, as the owner of the updates that it takes in."""
        return self.replica.name

    def called(self, service: str, status: str) -> None:
        """A call to a service ended: with a status code, or without an answer."""
        self.metrics.called(service, status)
        if status.isdecimal():
            self.health.answered(service)
