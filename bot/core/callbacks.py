"""The URL that the provider calls when a task has ended."""

from dataclasses import dataclass
from datetime import timedelta

NOWHERE = "https://nanobanana-bot.invalid/callback"
"""The API requires a URL; `.invalid` can belong to nobody."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`public_url` is the address of the bot's web server, None if the provider cannot reach it."""

    public_url: str | None = None
    longest_wait: timedelta = timedelta(seconds=60)

    def url(self, secret: str) -> str:
        """The callback URL for a create call."""
        return f"{self.public_url}/callback/{secret}" if self.public_url else NOWHERE

    @property
    def adoption_wait(self) -> timedelta:
        """How long to wait for a callback that names the task of a create call that was cut."""
        return self.longest_wait if self.public_url else timedelta(0)
