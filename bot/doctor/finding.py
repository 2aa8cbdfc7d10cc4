"""What the doctor says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's. `advice` is what to do about it; empty when all is well."""

    subject: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.advice else "ok"
        advice = f"\n   -> {self.advice}" if self.advice else ""
        return f"{mark} {self.subject}: {self.text}{advice}"


def short(error: Exception) -> str:
    """The kind of an error and its first line."""
    line = next(iter(str(error).strip().splitlines()), "")[:160]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
