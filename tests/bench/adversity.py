"""`python -m tests.bench.adversity [--only NAME]`: what lasts longer than the tests have time for.

A bot amid its edits meets something; more is asked for while it lasts and afterwards. Everything happens at
the same time, each to a bot of its own.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.sandbox.nanobanana import wire
from tests.bench.door import Door
from tests.bench.wall_clock import WallClock
from tests.harness.clock import until
from tests.harness.file_systems import full, read_only, small_disk
from tests.harness.postgres import Postgres, postgres_server
from tests.harness.processes import Processes, kill
from tests.process.aftermath import Aftermath, aftermath
from tests.process.trouble import Trouble, amid_edits, as_it_is

SHORT, KEY_REJECTED, PROVIDER_DOWN = 20, 120, 600
PATIENCE = 300
"""How long all may take to arrive when it is over: waits have grown to a minute by then."""
BOSS_ID = 510_002_049
"""The second person of a town."""
HOUR = 3600


class Impossible(Exception):
    """It cannot be made to happen on this machine."""


@dataclass(frozen=True)
class Adversity:
    """What happens, and what is to be said of it beside what becomes of the edits."""

    happens: Callable[[Trouble], Awaitable[None]]
    says: Callable[[Trouble], str] = lambda _: ""
    settings: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Processes], Awaitable[None]] = as_it_is
    on_small_disk: bool = False


async def outcome(folder: Path, adversity: Adversity) -> str:
    """Lost, paid twice, shown twice; and how long after its end everything was there."""
    async with amid_edits(folder, adversity.settings, adversity.prepare) as case:
        await adversity.happens(case)
        over = time.monotonic()
        case.asks(2)
        with contextlib.suppress(TimeoutError):
            await until(lambda: case.process.returncode is not None or case.all_done(), PATIENCE)
        seconds, ended = time.monotonic() - over, case.process.returncode
        counted, also = case.counted(), adversity.says(case)
        arrived = "all delivered" if case.all_done() else "not all delivered"
        await kill(case.process)
        case.world.home = case.world.with_settings(LD_PRELOAD="")
        left = await aftermath(case.world, {case.world.ada.private.id: len(case.asked)})
    numbers = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in asdict(counted).items())
    parts = [
        f"{len(case.asked)} edits: {numbers}",
        f"{arrived} {seconds:.1f} s after its end",
        f"the process ended with {ended}" if ended is not None else "",
        also,
        f"{left.tracebacks} tracebacks in its log" if left.tracebacks else "",
        "" if replace(left, tracebacks=0) == Aftermath() else f"left behind: {left}",
    ]
    return "; ".join(filter(None, parts))


async def frozen(case: Trouble) -> None:
    case.process.send_signal(signal.SIGSTOP)
    case.asks(1)
    await asyncio.sleep(SHORT)
    case.process.send_signal(signal.SIGCONT)


async def disk_full(case: Trouble) -> None:
    with full(case.world.home.data):
        case.asks(2)
        await asyncio.sleep(SHORT)


async def not_writable(case: Trouble) -> None:
    with read_only(case.world.home.data / "bot.db") as is_so:
        if not is_so:
            raise Impossible("files can be made immutable by root, and not on every file system")
        case.asks(2)
        await asyncio.sleep(SHORT)


def clock_jumps(folder: Path, seconds: int) -> Adversity:
    folder.mkdir()
    clock = WallClock(folder)

    async def prepare(_: Processes) -> None:
        if not clock.make():
            raise Impossible("there is no C compiler")

    async def happens(case: Trouble) -> None:
        clock.jumps(seconds)
        case.asks(2)
        await asyncio.sleep(SHORT)

    return Adversity(happens, settings=clock.settings, prepare=prepare)


def provider_refuses() -> Adversity:
    """Its address is there, and nobody listens."""
    doors: list[Door] = []

    async def prepare(world: Processes) -> None:
        inner = world.home.settings["NANOBANANA_API_URL"]
        door = Door(urlsplit(inner).port or 0)
        await door.open()
        doors.append(door)
        world.home = world.with_settings(NANOBANANA_API_URL=f"http://127.0.0.1:{door.port}")

    async def happens(case: Trouble) -> None:
        [door] = doors
        door.close()
        await asks_while_it_lasts(case, PROVIDER_DOWN)
        await door.open()

    return Adversity(happens, told, {"ADMIN_IDS": str(BOSS_ID)}, prepare)


async def provider_unavailable(case: Trouble) -> None:
    faults = case.world.nanobanana.faults
    for point in ("create", "record-info", "result"):
        faults.answer(point, wire.envelope(503, "Service Unavailable", status=503), times=None)
    await asks_while_it_lasts(case, PROVIDER_DOWN)
    faults.clear()


async def key_rejected(case: Trouble) -> None:
    boss, provider = case.world.telegram.people.person("Boss"), case.world.nanobanana
    assert boss.id == BOSS_ID
    boss.writes("/start")
    await until(boss.private.bot_messages)
    good, provider.api_key = provider.api_key, "another"
    await asks_while_it_lasts(case, KEY_REJECTED)
    provider.api_key = good


async def asks_while_it_lasts(case: Trouble, seconds: float) -> None:
    for _ in range(4):
        case.asks(1)
        await asyncio.sleep(seconds / 4)


def told(case: Trouble) -> str:
    """What the person got beside the pictures, and what the admin was to get."""
    telegram, ada = case.world.telegram, case.world.ada.private
    sent = [event.message for event in telegram.events if event.kind == "sent" and event.message]
    to_ada = Counter(each.reply_to_message_id for each in sent if each.by_bot and each.chat_id == ada.id)
    waits = [call for call in telegram.calls_of("editMessageText") if "Waiting." in call.text("text")]
    cards = Counter(call.text("message_id") for call in waits)
    alerts = [call for call in telegram.calls_of("sendMessage") if call.text("text").startswith("⚠️")]
    sentences = {call.text("text").partition("\n")[2] for call in waits}
    return (
        f"at most {max(to_ada.values())} messages per edit, card and picture; {len(cards)} cards said that "
        f"they wait, at most {max(cards.values(), default=0)} times ({' / '.join(sorted(sentences))}); "
        f"messages to the admin: {len(alerts)}"
    )


def adversities(root: Path, server: Postgres, postgres_url: str) -> dict[str, Adversity]:
    """By the line that tells of it."""

    async def database_away(case: Trouble) -> None:
        await asyncio.to_thread(server.stop)
        case.asks(2)
        await asyncio.sleep(SHORT)
        await asyncio.to_thread(server.start)

    with_admin = {"ADMIN_IDS": str(BOSS_ID)}
    return {
        f"frozen (SIGSTOP) for {SHORT} s": Adversity(frozen),
        f"no room on the disk for {SHORT} s": Adversity(disk_full, on_small_disk=True),
        f"the database read-only for {SHORT} s": Adversity(not_writable),
        f"PostgreSQL stopped for {SHORT} s": Adversity(
            database_away, settings={"DATABASE_URL": postgres_url}
        ),
        "the wall clock an hour forward": clock_jumps(root / "forward", HOUR),
        "the wall clock an hour backward": clock_jumps(root / "backward", -HOUR),
        f"the key rejected for {KEY_REJECTED} s": Adversity(key_rejected, told, with_admin),
        f"provider refuses connections for {PROVIDER_DOWN} s": provider_refuses(),
        f"provider answers 503 for {PROVIDER_DOWN} s": Adversity(provider_unavailable, told, with_admin),
    }


async def tell(folder: Path, name: str, adversity: Adversity) -> None:
    with small_disk(folder / "data") if adversity.on_small_disk else contextlib.nullcontext(True) as can:
        try:
            if not can:
                raise Impossible("a small file system needs root and the right to mount")
            line = await outcome(folder, adversity)
        except Impossible as error:
            line = f"skipped: {error}"
        except Exception as error:  # noqa: BLE001 - the others go on
            line = f"failed: {type(error).__name__}: {error}"
    print(f"{name} -> {line}", flush=True)


async def main(only: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres_server())
        url = await stack.enter_async_context(server.empty())
        chosen = {name: each for name, each in adversities(root, server, url).items() if only in name}
        await asyncio.gather(*(tell(root / str(number), *each) for number, each in enumerate(chosen.items())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.adversity", description=__doc__)
    parser.add_argument("--only", default="", help="part of the name of what is to happen")
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # of calls that die in the middle
    asyncio.run(main(parser.parse_args().only))
