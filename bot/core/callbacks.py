"""Where the provider says that a task has ended."""

from dataclasses import dataclass
from datetime import timedelta

NOWHERE = "https://nanobanana-bot.invalid/callback"
"""The API wants a URL in any case; `.invalid` belongs to nobody."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`public_url` is the address of the bot's web server, None where the provider cannot reach it."""

    public_url: str | None = None
    longest_wait: timedelta = timedelta(seconds=60)

    def url(self, secret: str) -> str:
        """What a create call tells the provider to call."""
        return f"{self.public_url}/callback/{secret}" if self.public_url else NOWHERE

    @property
    def adoption_wait(self) -> timedelta:
        """How long a callback may yet name the task of a create call that was cut."""
        return self.longest_wait if self.public_url else timedelta(0)
