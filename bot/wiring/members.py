"""What the parts of this replica do about what its heartbeat finds out."""

from bot.core.look_budget import LookBudget
from bot.settings import Settings
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.polling import Polling
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.flood_control import FloodControl
from bot.wiring.rows import Process


class Members:
    """The heartbeat's `Members`: passes on what it finds to the parts of this replica."""

    def __init__(
        self,
        settings: Settings,
        process: Process,
        intake: Intake,
        polling: Polling,
        flood: FloodControl,
        board: CardBoard,
        looks: LookBudget,
    ) -> None:
        self._uses_webhook, self._health = settings.telegram_webhook, process.health
        self._intake, self._polling, self._board = intake, polling, board
        self._flood, self._looks = flood, looks

    def updates_came(self) -> None:
        """Have the intake look into the inbox."""
        self._intake.ring()

    def intake_assigned(self, here: bool) -> None:  # noqa: FBT001 - the answer to "is it ours?"
        """Start or stop asking Telegram for updates."""
        self._health.polls = here and not self._uses_webhook
        self._polling.poll(self._health.polls)

    def edits_lost(self) -> None:
        """Send nothing more of what is waiting: its edits belong to other replicas."""
        self._flood.send_all_back()
        self._board.clear()

    def replicas_counted(self, alive: int) -> None:
        """Share the limits for the whole bot with the other replicas: of Telegram, and of looks at tasks."""
        self._flood.share(alive)
        self._looks.share(alive)
