import asyncio
import os
import stat
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import BotError, Reason, TryLater
from bot.core.provider import PublicUrl
from bot.photo_hosts.web import WebHost
from tests.nanobanana.samples import SECRET

JPEG = b"\xff\xd8\xff\xe0 a photo"


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


def test_a_telegram_file_url_cannot_become_a_public_url() -> None:
    with pytest.raises(ValueError, match="bot token"):
        PublicUrl("https://api.telegram.org/file/bot123456:AAE-secret/photos/file_1.jpg")


@pytest.fixture
def web(tmp_path: Path) -> WebHost:
    return WebHost(tmp_path / "hosted", "https://bot.example.org/")


async def read(web: WebHost, name: str) -> bytes:
    file = await web.open(name)
    assert file is not None
    with file:
        return file.read()


async def test_a_published_photo_can_be_read_until_it_is_withdrawn(web: WebHost) -> None:
    url = await web.publish(SECRET, JPEG)
    assert url == PublicUrl(f"https://bot.example.org/i/{SECRET}.jpg")
    assert await read(web, SECRET) == JPEG
    await web.withdraw(SECRET)
    assert await web.open(SECRET) is None
    await web.withdraw(SECRET)


async def test_publishing_again_replaces_the_photo(web: WebHost) -> None:
    first = await web.publish(SECRET, JPEG)
    assert await web.publish(SECRET, JPEG + b"2") == first
    assert await read(web, SECRET) == JPEG + b"2"


async def test_a_hosted_file_is_nobody_elses_and_nothing_is_left_beside_it(
    web: WebHost, tmp_path: Path
) -> None:
    await asyncio.gather(*(web.publish(SECRET, JPEG * 1000) for _ in range(8)))
    (file,) = (tmp_path / "hosted").iterdir()
    assert file.name == f"{SECRET}.jpg"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "",
        "short",
        "x" * 65,
        f"{SECRET}\n",
        f"{SECRET}.jpg",
        "../../etc/passwd-and-then-some",
        "a/aaaaaaaaaaaaaaaaaaaaaaaa",
        "..............................",
        "я" * 30,
        "x" * 30 + "\0",
    ],
)
async def test_only_a_secret_is_a_name(web: WebHost, tmp_path: Path, name: str) -> None:
    (tmp_path / "hosted").mkdir()
    (tmp_path / "hosted" / f"{SECRET}.jpg.jpg").write_bytes(JPEG)
    assert await web.open(name) is None
    await web.withdraw(name)
    with pytest.raises(ValueError, match="name"):
        await web.publish(name, JPEG)


async def test_a_photo_that_cannot_be_written_is_published_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    host = WebHost(tmp_path / "file", "https://bot.example.org")
    error = await outcome(host.publish(SECRET, JPEG))
    assert isinstance(error, TryLater)
    assert error.reason is Reason.OUR_FAULT, "the disk is the bot's own"
    assert SECRET not in str(error)


async def test_a_write_that_fails_halfway_leaves_nothing(web: WebHost, tmp_path: Path) -> None:
    (tmp_path / "hosted" / f"{SECRET}.jpg" / "in the way").mkdir(parents=True)
    assert type(await outcome(web.publish(SECRET, JPEG))) is TryLater
    assert [path.name for path in (tmp_path / "hosted").iterdir()] == [f"{SECRET}.jpg"]


async def test_a_photo_that_a_crash_left_public_is_swept_away(web: WebHost, tmp_path: Path) -> None:
    needed, recent, forgotten = "n" * 32, "r" * 32, "f" * 32
    for secret in (needed, recent, forgotten):
        await web.publish(secret, JPEG)
    (tmp_path / "hosted" / ".cut.tmp").write_bytes(JPEG[:5])
    for name in (f"{needed}.jpg", f"{forgotten}.jpg", ".cut.tmp"):
        os.utime(tmp_path / "hosted" / name, (1000, 1000))
    assert await web.sweep({needed}, datetime.fromtimestamp(2000, UTC)) == 2
    assert {path.stem for path in (tmp_path / "hosted").iterdir()} == {needed, recent}
