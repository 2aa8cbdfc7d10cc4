"""The URL that the provider calls when a task has ended."""

from dataclasses import dataclass
from datetime import timedelta

NOWHERE = "https://nanobanana-bot.invalid/callback"
"""The API wants a URL in any case; `.invalid` belongs to nobody."""
_CALLBACK_GRACE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`public_url` is the address of the bot's web server, None if the provider cannot reach it."""

    public_url: str | None = None
    unlearned_wait: timedelta = timedelta(seconds=60)

    def url(self, secret: str) -> str:
        """The callback URL for a create call."""
        return f"{self.public_url}/callback/{secret}" if self.public_url else NOWHERE

    def adoption_wait(self, usual_seconds: float | None = None) -> timedelta:
        """How long a callback may yet name the task of a create call that was cut.

        It comes once the task has ended: nearly all take at most `usual_seconds`, where that is known.
        """
        if self.public_url is None:
            return timedelta(0)
        if usual_seconds is None:
            return self.unlearned_wait
        return timedelta(seconds=usual_seconds) + _CALLBACK_GRACE
