"""What the doctor says about one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Right, worth knowing, or to be mended."""

    OK = "ok"
    KNOW = "to know"
    MEND = "to mend"


_MARKS = {Level.OK: "ok", Level.KNOW: " i", Level.MEND: "!!"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: what is so, why that matters, and what to do about it (both empty where all is well)."""

    subject: str
    text: str
    level: Level = Level.OK
    why: str = ""
    advice: str = ""

    def __str__(self) -> str:
        why = f"\n   {self.why}" if self.why else ""
        advice = f"\n   -> {self.advice}" if self.advice else ""
        return f"{_MARKS[self.level]} {self.subject}: {self.text}{why}{advice}"


def know(subject: str, text: str, why: str, advice: str = "") -> Finding:
    """Nothing is wrong, but somebody may want it otherwise."""
    return Finding(subject, text, Level.KNOW, why, advice)


def mend(subject: str, text: str, why: str, advice: str) -> Finding:
    """Something does not work."""
    return Finding(subject, text, Level.MEND, why, advice)
