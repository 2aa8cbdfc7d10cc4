"""What the doctor says about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `advice`: what to do about a problem; empty if there is none."""

    subject: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.advice else "ok"
        advice = f"\n   -> {self.advice}" if self.advice else ""
        return f"{mark} {self.subject}: {self.text}{advice}"


def short(error: Exception) -> str:
    """An error's class and the first line of its text."""
    line = next(iter(str(error).strip().splitlines()), "")[:160]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
