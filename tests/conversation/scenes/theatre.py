"""Plays scenes side by side with one bot, and writes down what is seen."""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import Request

from bot.app import running
from bot.core.clock import SteadyClock
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.nanobanana.faults import SCENARIOS
from bot.sandbox.nanobanana.tasks import Script
from bot.sandbox.telegram.api import TelegramSandbox
from bot.settings import Settings
from tests.conversation.scenes.acting import Stage, play
from tests.conversation.scenes.directing import direct
from tests.conversation.scenes.script import Scene, is_break
from tests.conversation.scenes.watching import Watcher
from tests.harness.clock import PATIENCE
from tests.harness.migrated import migrated_file
from tests.harness.pictures import resized
from tests.harness.tables import Rows, Tables, tables_of
from tests.harness.world import services

_PAINTS_SECONDS, _FOR_EVER = 0.02, 3600.0
_LOOK_SECONDS, _STILL_LOOKS, _HELD_LOOKS, _LINE_LOOKS = 0.03, 3, 15, 50
_UNDER_WAY = (
    "SELECT NULL AS id, chat_id, NULL AS state, NULL AS has_card FROM inbox WHERE handled_at IS NULL "
    "UNION ALL "
    "SELECT id, chat_id, state, status_message_id IS NOT NULL OR series_number > 1 AS has_card FROM edits "
    "WHERE due_at IS NOT NULL AND NOT is_told "
    "AND NOT (state = 'held' AND has_card AND place_at > '{:%Y-%m-%d %H:%M:%S}')"
)
"""Updates, without an id, and edits. A held place that has its card waits for its time."""
_AT_REST = {"received", "submitting", "processing"}
_CHAT_OF = "SELECT chat_id FROM edits WHERE callback_secret = '{}'"
_LATER = re.compile(r"— (\d+) (minute|hour|day)s? later —")
_SERVICE_DOES = {
    "— the image service declines the next picture —": "flag-3-policy",
    "— the image service fails at the next picture —": "flag-3-generic",
}


class MovableClock(SteadyClock):
    """The real time, moved ahead by what the scenes say."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return super().__call__() + self.ahead

    def seconds(self) -> float:
        return self().timestamp()


@dataclass(eq=False)
class Performance:
    """One scene as it is played: what was written down so far, and how the image service treats it."""

    scene: Scene
    stage: Stage
    watcher: Watcher
    lines: list[str] = field(default_factory=list)
    is_held: bool = False
    scripts: list[Script] = field(default_factory=list)
    callbacks: set[str] = field(default_factory=set)

    @property
    def chat_ids(self) -> set[int]:
        return {chat.id for chat in self.stage.chats}


async def performed(scenes: Sequence[Scene], data: Path) -> dict[str, str]:
    """What each scene reads like, by its name. All have the same settings and the same breaks."""
    clock = MovableClock()
    options = {"clock": clock.seconds}
    async with services(_PAINTS_SECONDS, {"paint": resized}, **options) as (telegram, provider, defaults):
        quick = {**defaults, "poll_interval_seconds": 0.2}
        settings = Settings(data_dir=data, **{**quick, **scenes[0].settings})
        await migrated_file(data / "bot.db")
        with tables_of(settings.database_url) as tables:
            theatre = Theatre(telegram, provider, tables, clock, scenes)
            await theatre.play(settings)
            return theatre.transcripts()


class Theatre:
    """One bot, and the scenes that are played with it."""

    def __init__(
        self,
        telegram: TelegramSandbox,
        provider: NanoBananaSandbox,
        tables: Tables,
        clock: MovableClock,
        scenes: Iterable[Scene],
    ) -> None:
        self._telegram, self._provider, self._tables, self._clock = telegram, provider, tables, clock
        self._performances = [self._prepared(scene) for scene in scenes]
        self._seconds = _PAINTS_SECONDS
        self._looked_at, self._seen = 0.0, (set[int](), Rows())
        provider.task_seconds = lambda _: self._seconds
        provider.faults.at("create", self._arrange)

    def _prepared(self, scene: Scene) -> Performance:
        stage = Stage(self._telegram, scene.names, scene.languages)
        return Performance(scene, stage, Watcher(stage))

    async def play(self, settings: Settings) -> None:
        """The acts of all scenes, with the breaks between them."""
        acts = [[_acts(each.scene.script)[n] for each in self._performances] for n in range(self._act_count)]
        async with contextlib.AsyncExitStack() as house:
            for number, parts in enumerate(acts):
                start = parts[0][0] if number else ""
                if found := _LATER.fullmatch(start):
                    self._clock.ahead += timedelta(**{f"{found[2]}s": int(found[1])})
                else:
                    await house.aclose()
                    await house.enter_async_context(running(settings, self._clock))
                await asyncio.gather(*map(self._play, self._performances, parts))

    @property
    def _act_count(self) -> int:
        return len(self._performances[0].scene.breaks) + 1

    def transcripts(self) -> dict[str, str]:
        return {each.scene.name: self._transcript(each) for each in self._performances}

    def _transcript(self, performance: Performance) -> str:
        tasks = self._provider.tasks.values()
        paid = sum(task.params.get("callBackUrl") in performance.callbacks for task in tasks)
        return "\n".join([*performance.lines, f"paid creates: {paid}"]) + "\n"

    async def _play(self, performance: Performance, lines: Sequence[str]) -> None:
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            performance.lines.append(line)
            if not line or line.startswith("#"):
                continue
            try:
                self._do(performance, line)
            except (LookupError, ValueError) as problem:
                performance.lines.append(f"!! {problem}")
            if not following.startswith("and at once "):
                await self._quiet(performance)
                performance.lines += performance.watcher.lines()

    def _do(self, performance: Performance, line: str) -> None:
        stage = performance.stage
        if is_break(line):
            return
        if line in _SERVICE_DOES:
            script = Script()
            SCENARIOS[_SERVICE_DOES[line]](self._provider.faults, script)
            performance.scripts.append(script)
        elif line == "— nothing is painted yet —":
            performance.is_held = True
        elif line == "— the pictures are painted —":
            performance.is_held = False
            for task in self._provider.tasks.values():
                if task.params.get("callBackUrl") in performance.callbacks:
                    task.seconds = 0
        elif line.startswith("— "):
            direct(stage, line.strip("— "))
        else:
            play(stage, line)

    async def _arrange(self, request: Request) -> None:
        """Before the service takes a task: whose it is, how long it takes, and how it ends."""
        url = (await request.json())["callBackUrl"]
        [(chat_id,)] = self._tables.ask(_CHAT_OF.format(url.rpartition("/")[2]))
        performance = next(each for each in self._performances if chat_id in each.chat_ids)
        performance.callbacks.add(url)
        self._seconds = _FOR_EVER if performance.is_held else _PAINTS_SECONDS
        self._provider._scripts.append(performance.scripts.pop(0) if performance.scripts else Script())

    async def _quiet(self, performance: Performance) -> None:
        """Wait until the bot has said all that it has to say for now."""
        before, still, mine = Rows(), 0, performance.chat_ids
        async with asyncio.timeout(PATIENCE):
            while still < _looks(before):
                await asyncio.sleep(_LOOK_SECONDS)
                unheard, edits = self._look()
                now = [row for row in edits if row[1] in mine]
                stays = now == before and _rest(now) if performance.is_held else not now
                stays &= not performance.stage.is_owed_an_answer
                before, still = now, still + 1 if stays and not unheard & mine else 0

    def _look(self) -> tuple[set[int], Rows]:
        """Chats with an update or a call that is not over, and the edits under way. Scenes share a look."""
        if (now := time.monotonic()) > self._looked_at + _LOOK_SECONDS / 2:
            unheard = {int(update.lane) for update in self._telegram.world.updates.pending()}
            rows = self._tables.ask(_UNDER_WAY.format(self._clock()))
            unheard |= {chat_id for edit_id, chat_id, *_ in rows if edit_id is None}
            edits = [row for row in rows if row[0] is not None]
            calls = [call for call in self._telegram.calls[-300:] if call.answered_at is None]
            self._looked_at, self._seen = now, (unheard | {call.integer("chat_id") for call in calls}, edits)
        return self._seen


def _rest(edits: Rows) -> bool:
    """Whether all have their cards and wait: to be painted, or in line behind one that is."""
    states = [state if has_card else "" for *_, state, has_card in edits]
    return not states or ({*states} <= _AT_REST and {*states} != {"received"})


def _looks(edits: Rows) -> int:
    """How long nothing may change until it is certain that nothing will: longest for a line that waits."""
    if not edits:
        return _STILL_LOOKS
    return _HELD_LOOKS if all("processing" in row for row in edits) else _LINE_LOOKS


def _acts(script: Sequence[str]) -> list[list[str]]:
    """The lines between the breaks; each act but the first begins with its break."""
    acts: list[list[str]] = [[]]
    for line in script:
        if is_break(line):
            acts.append([])
        acts[-1].append(line)
    return acts
