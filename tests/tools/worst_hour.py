"""The dearest hour that people can cause: prints the table of docs/operations.md."""

from dataclasses import dataclass

from bot.nanobanana.prices import DOLLARS_PER_CREDIT, price
from bot.settings import Settings

MODELS = ("nano-banana", "nano-banana-2 1K", "nano-banana-pro 4K")


@dataclass(frozen=True)
class Hour:
    """The tasks that these settings let people have in an hour; the window is an hour too.

    A second try, after a task that the provider lost or could not do, is not among them.
    """

    chat: int = 20
    person: int = 10
    forgiven: int = 3
    creates: int = 15

    def of_everybody(self) -> int:
        """What the create calls alone allow: a third at once, the rest evenly spread over ten seconds."""
        burst = max(1, self.creates // 3)
        return burst + 360 * max(1, self.creates - burst)

    def of(self, chats: int, people_in_each: int) -> int:
        """Everybody asks in one chat only, and wastes what is forgiven too. 0 is no limit."""
        people = chats * people_in_each
        rules = [
            people * self.person if self.person else None,
            chats * self.chat if self.chat else None,
        ]
        counted = min((each for each in rules if each is not None), default=None)
        most = self.of_everybody()
        return most if counted is None else min(most, counted + people * self.forgiven)


DEFAULT = Hour(
    *(
        Settings.model_fields[name].default
        for name in (
            "rate_limit_edits",
            "person_limit_edits",
            "forgiven_edits",
            "nanobanana_creates_per_10_seconds",
        )
    )
)
WHO = (
    ("one person", DEFAULT.of(1, 1)),
    ("one group where 10 people ask", DEFAULT.of(1, 10)),
    ("a hundred people, each in private", DEFAULT.of(100, 1)),
    ("a hundred groups, 10 people in each", DEFAULT.of(100, 10)),
    ("one person, `PERSON_LIMIT_EDITS=0`", Hour(person=0).of(1, 1)),
    ("one person, `FORGIVEN_EDITS=0`", Hour(forgiven=0).of(1, 1)),
    ("anybody, both limits 0", Hour(chat=0, person=0).of(1, 1)),
    ("the same, `NANOBANANA_CREATES_PER_10_SECONDS=3`", Hour(chat=0, person=0, creates=3).of(1, 1)),
)


def table() -> list[str]:
    """Lines of Markdown."""
    prices = [(name, DOLLARS_PER_CREDIT * price(name)) for name in MODELS]
    head = " | ".join(("who, and what is not the default", "tasks", *(name for name, _ in prices)))
    lines = [f"| {head} |", "|---" * (2 + len(prices)) + "|"]
    for who, tasks in WHO:
        dollars = (f"${tasks * price:,.2f}" for _, price in prices)
        lines.append(f"| {' | '.join((who, f'{tasks:,}', *dollars))} |")
    return lines


if __name__ == "__main__":
    print("\n".join(table()))
