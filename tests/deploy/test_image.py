"""The image's process, as its user, with a read-only root and the settings that compose gives it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import free_port
from bot.sandbox.telegram.api import TelegramSandbox
from tests.deploy.compose import EXAMPLE, process_environment, services
from tests.deploy.image import POSSIBLE, Image, build, copied, data_volume, sent_to_the_engine, start
from tests.harness.clock import PATIENCE, until
from tests.harness.pictures import picture, resized, size_of
from tests.harness.processes import kill

needs_root = pytest.mark.skipif(not POSSIBLE, reason="needs root: mounts and another user")


@dataclass(frozen=True)
class Container:
    """Where one container of the image would be: its files, its volume, its settings."""

    image: Image
    volume: Path
    environment: dict[str, str]
    log: Path

    async def process(self, command: list[str]) -> asyncio.subprocess.Process:
        return await start(self.image, self.volume, self.environment, command, self.log)

    async def runs(self, *command: str) -> tuple[int, str]:
        """One that ends: its exit code and what was printed meanwhile."""
        before = len(self.said)
        process = await self.process(list(command))
        try:
            code = await asyncio.wait_for(process.wait(), PATIENCE)
        finally:
            await kill(process)
        return code, self.said[before:]

    @property
    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@contextlib.asynccontextmanager
async def container(folder: Path) -> AsyncIterator[tuple[Container, TelegramSandbox]]:
    """The one service of compose.yaml between the sandboxes, with a `.env` made from the example."""
    telegram, provider = TelegramSandbox(), NanoBananaSandbox(task_seconds=0.3, paint=resized)
    async with telegram.serving() as telegram_url, provider.running() as provider_url:
        port = free_port()
        text = EXAMPLE.read_text()
        for name, value in {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram_url,
            "NANOBANANA_API_KEY": provider.api_key,
            "NANOBANANA_API_URL": provider_url,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "POLL_INTERVAL_SECONDS": "0.5",
            "OPEN_TO_ALL": "true",
        }.items():
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        dotenv = folder / ".env"
        dotenv.write_text(text)
        (service,) = services("compose.yaml", dotenv).values()
        # Another port than 8080: the network here is the machine's own.
        environment = {**process_environment(service, dotenv), "WEB_PORT": str(port)}
        image = build(folder / "image")
        volume = data_volume(folder / "volume", image)
        yield Container(image, volume, environment, folder / "log"), telegram


def test_what_is_copied_reaches_the_engine_and_nothing_else_does() -> None:
    assert sorted([*copied(), "requirements.lock"]) == sorted(sent_to_the_engine())


@needs_root
async def test_the_bot_works_as_its_user_on_a_read_only_root(tmp_path: Path) -> None:
    async with container(tmp_path) as (made, telegram):
        image = made.image
        assert (await made.runs(*image.health_check))[0] != 0
        before = len(made.said)
        process = await made.process([*image.entrypoint, *image.command])
        try:
            await until(lambda: "is at work" in made.said or process.returncode is not None)
            assert process.returncode is None, made.said
            status = Path(f"/proc/{process.pid}/status").read_text()
            assert "Uid:\t10001\t10001\t10001\t10001" in status
            assert "CapEff:\t0000000000000000" in status
            assert "NoNewPrivs:\t1" in status

            ada = telegram.people.person("Ada")
            ada.sends_photo(picture(320, 200), "/sketch")
            (reply,) = await ada.private.wait_for(
                lambda messages: [m for m in messages if m.by_bot and m.photo_size]
            )
            assert size_of(reply.content()) == (320, 200)

            assert (await made.runs(*image.health_check))[0] == 0
            code, found = await made.runs(*image.entrypoint, "doctor")
            assert code == 0, found
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 15) == 0
        finally:
            await kill(process)
        assert "Traceback" not in made.said[before:]
        assert (made.volume / "bot.db").stat().st_uid == 10001


@needs_root
async def test_nothing_but_the_volume_and_tmp_can_be_written_and_nothing_in_tmp_executed(
    tmp_path: Path,
) -> None:
    async with container(tmp_path) as (made, _):
        for place in ("/app", "/venv", "/etc", "/"):
            code, said = await made.runs("sh", "-c", f"echo x > {place}/new")
            assert code != 0
            assert "Read-only file system" in said or "Permission denied" in said
        assert (await made.runs("sh", "-c", "echo x > /data/new && echo x > /tmp/new"))[0] == 0
        code, said = await made.runs("sh", "-c", "cp /bin/true /tmp/run && /tmp/run")
        assert code != 0
        assert "Permission denied" in said
