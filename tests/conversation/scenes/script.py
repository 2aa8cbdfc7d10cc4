"""Scene files: what is played, and what stands between it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_AT_ONCE = 50
_NOT_YET = "# not yet"
_SETTINGS = "# settings:"
_BREAK = re.compile(r"— (restart|\d+ (?:minute|hour|day)s? later) —")
_OF_THE_BOT = re.compile(r"Bot\b|    |paid creates:|!! ")


@dataclass(frozen=True)
class Scene:
    """A file: its text, and what makes it a scene."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def not_yet(self) -> str | None:
        """Why it is left out."""
        first = self.text.partition("\n")[0]
        return first.removeprefix(_NOT_YET).strip(" :") or "no reason" if first.startswith(_NOT_YET) else None

    @property
    def settings(self) -> dict[str, str]:
        """`# settings: rate_limit_edits=2 …` at the top."""
        lines = [line for line in self.text.splitlines() if line.startswith(_SETTINGS)]
        return dict(each.split("=", 1) for line in lines for each in line.removeprefix(_SETTINGS).split())

    @property
    def languages(self) -> dict[str, str]:
        """`# Ada speaks fr` at the top."""
        return dict(re.findall(r"(?m)^# (\w+) speaks (\w+)$", self.text))

    @property
    def script(self) -> list[str]:
        """The lines that stay when the bot's are written anew."""
        return [line for line in self.text.rstrip().splitlines() if not _OF_THE_BOT.match(line)]

    @property
    def names(self) -> list[str]:
        """Who takes part, in order of appearance."""
        found = re.findall(
            r"(?m)^(?:and at once )?([A-Z]\w+)(?: → [^:]+)?(?::| \w+s\b)", "\n".join(self.script)
        )
        return list(dict.fromkeys(found))

    @property
    def breaks(self) -> tuple[str, ...]:
        """What happens to the whole bot, in order."""
        return tuple(_BREAK.findall(self.text))


def is_break(line: str) -> bool:
    return _BREAK.fullmatch(line) is not None


def scenes() -> list[Scene]:
    return [Scene(path, path.read_text()) for path in sorted(FOLDER.glob("*.scene"))]


def batches(chosen: list[Scene]) -> Iterator[list[Scene]]:
    """Scenes with the same settings and breaks are played side by side with one bot, a few dozen at most."""
    alike: dict[object, list[Scene]] = {}
    for scene in chosen:
        alike.setdefault((scene.breaks, tuple(scene.settings.items())), []).append(scene)
    for scenes_alike in alike.values():
        for start in range(0, len(scenes_alike), _AT_ONCE):
            yield scenes_alike[start : start + _AT_ONCE]
