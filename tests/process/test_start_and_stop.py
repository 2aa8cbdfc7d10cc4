"""The process: how it starts, what it refuses to start with, and that it stops when told."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bot.sandbox.demo.bot_process import start_bot
from tests.harness.chats import answers
from tests.harness.clock import until
from tests.harness.forked_bot import BotProcess
from tests.harness.https import https_server, make_certificate
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, ended, kill
from tests.harness.processes import processes as between_services

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@contextlib.asynccontextmanager
async def processes(folder: Path, task_seconds: float = 0.3) -> AsyncIterator[Processes]:
    """Each of them is started as a shell would start it."""
    async with between_services(folder, task_seconds=task_seconds) as world:
        world.launch = start_bot
        yield world


async def stopped(process: BotProcess, number: signal.Signals) -> tuple[int, float]:
    """The exit code, and the seconds that it took."""
    began = time.monotonic()
    process.send_signal(number)
    try:
        async with asyncio.timeout(15):
            return await process.wait(), time.monotonic() - began
    finally:
        await kill(process)


async def stops_cleanly(world: Processes, process: BotProcess, number: signal.Signals) -> None:
    code, seconds = await stopped(process, number)
    assert code == 0, world.log
    assert seconds < 10
    assert "Traceback" not in world.log
    assert world.log.endswith("stopped\n")


async def test_it_makes_its_database_and_a_second_one_on_the_same_file_does_not_start(tmp_path: Path) -> None:
    async with processes(tmp_path) as world, world.bot() as first:
        code, said = await ended(world.home)
        assert (code, "Traceback" in said) == (1, False)
        assert "another process of the bot works with" in said
        assert first.returncode is None
        asked = world.ada.sends_photo(picture(320, 200), "/sketch")
        await world.ada.private.wait_for(lambda messages: [m for m in messages if m.by_bot and m.photo_size])
        assert size_of(asked.content()) == (320, 200)
        await stops_cleanly(world, first, signal.SIGTERM)


async def test_nobody_else_on_the_machine_can_read_what_it_writes(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        async with processes(tmp_path, task_seconds=60) as world, world.bot():
            world.ada.sends_photo(picture(320, 200), "/sketch")
            await until(lambda: world.nanobanana.creates)
            data = world.home.data
            modes = {str(path.relative_to(data)): path.stat().st_mode & 0o777 for path in data.rglob("*")}
    finally:
        os.umask(before)
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    assert {"bot.db", "bot.db-wal", "bot.db-shm", "bot.db.lock", "id", "files", "hosted"} <= set(modes)


@pytest.mark.parametrize("number", SIGNALS)
async def test_it_stops_while_edits_are_in_flight(tmp_path: Path, number: signal.Signals) -> None:
    async with processes(tmp_path, task_seconds=60) as world, world.bot() as process:
        for _ in range(4):
            world.ada.sends_photo(picture(320, 200), "/sketch")
        await until(lambda: world.nanobanana.creates)
        await stops_cleanly(world, process, number)


@pytest.mark.parametrize("point", ["create", "getUpdates", "sendMessage", "getFile"])
async def test_it_stops_while_a_call_hangs(tmp_path: Path, point: str) -> None:
    async with processes(tmp_path) as world:
        began = asyncio.Event()

        async def hang(request: Request) -> None:
            began.set()
            await world.hang(request)

        async with world.bot() as process:
            for service in (world.telegram, world.nanobanana):
                service.faults.at(point, hang)
            world.ada.sends_photo(picture(320, 200), "/sketch")
            async with asyncio.timeout(10):
                await began.wait()
            await stops_cleanly(world, process, signal.SIGTERM)


async def test_a_result_that_is_under_way_when_it_stops_is_shown_once(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        arrived = asyncio.Event()

        async def dawdle(_: Request) -> None:
            arrived.set()
            await asyncio.sleep(1)

        world.telegram.faults.at("sendPhoto", dawdle, phase="after", times=1)
        async with world.bot() as process:
            asked = world.ada.sends_photo(picture(320, 200), "/sketch")
            async with asyncio.timeout(10):
                await arrived.wait()
            await stops_cleanly(world, process, signal.SIGTERM)
        async with world.bot():
            await until(lambda: world.rows("SELECT state, due_at FROM edits") == [("delivered", None)])
        assert len(answers(world.ada.private.messages(), asked)) == 1


async def test_it_stops_while_telegram_is_out_of_reach(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            home = world.with_settings(TELEGRAM_API_URL=f"http://127.0.0.1:{closed.getsockname()[1]}")
            process = await start_bot(home)
            await until(lambda: "Telegram does not answer" in world.log)
            await stops_cleanly(world, process, signal.SIGTERM)


async def test_it_stops_while_telegram_does_not_listen(tmp_path: Path) -> None:
    async with processes(tmp_path) as world, world.bot() as process:
        world.telegram.faults.answer("getUpdates", PlainTextResponse("Bad Gateway", 502), times=None)
        world.ada.writes("hello")  # ends the long poll
        await until(lambda: "getUpdates: NetworkError" in world.log)
        await stops_cleanly(world, process, signal.SIGTERM)


async def test_it_waits_for_a_telegram_that_can_prove_its_name(tmp_path: Path) -> None:
    certificate = tmp_path / "telegram.pem"
    make_certificate(certificate, "localhost")
    async with processes(tmp_path) as world, https_server(certificate, b"{}") as (port, _):
        process = await start_bot(world.with_settings(TELEGRAM_API_URL=f"https://localhost:{port}"))
        await until(lambda: "Telegram does not answer" in world.log)
        await stops_cleanly(world, process, signal.SIGTERM)
        assert world.telegram.token not in world.log


async def test_it_waits_for_telegram_to_come_back(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        world.telegram.faults.answer("getMe", PlainTextResponse("Bad Gateway", 502))
        async with world.bot():
            assert "Telegram does not answer" in world.log


async def test_a_busy_port_is_a_plain_sentence(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        with socket.socket() as busy:
            busy.bind(("127.0.0.1", int(world.home.settings["WEB_PORT"])))
            busy.listen()
            code, said = await ended(world.home)
        assert (code, "Traceback" in said) == (1, False)
        assert "see WEB_HOST and WEB_PORT" in said


async def test_a_wrong_token_is_a_plain_sentence(tmp_path: Path) -> None:
    async with processes(tmp_path) as world:
        token = f"{world.telegram.token}-mistyped"
        code, said = await ended(world.with_settings(TELEGRAM_BOT_TOKEN=token))
        assert (code, "Traceback" in said) == (1, False)
        assert "does not know this TELEGRAM_BOT_TOKEN" in said
        assert world.telegram.token not in said
