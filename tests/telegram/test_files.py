"""Files that people sent: from Telegram, and from a Bot API server of one's own."""

from pathlib import Path

import httpx
import pytest
import respx

from bot.core.errors import PhotoRefused, Reason, TryLater
from bot.telegram.files import MAX_FILE_BYTES, FileDownloader
from tests.telegram.fake_telegram import FakeTelegram

TOKEN = "1:a"
PHOTO, TOO_MUCH = b"\xff\xd8\xff photo", bytes(MAX_FILE_BYTES + 1)


async def fetched(path: str, files_url: str = "https://api.telegram.org/file", size: int = 10) -> bytes:
    telegram = FakeTelegram()
    told = {"file_id": "f", "file_unique_id": "u", "file_size": size, "file_path": path}
    telegram.will_return("getFile", told)
    async with httpx.AsyncClient() as client:
        return await FileDownloader(telegram.bot(), client, files_url, TOKEN).download("f")


@pytest.mark.parametrize("files_url", ["https://api.telegram.org/file", "http://127.0.0.1:8082/elsewhere"])
async def test_a_file_is_fetched_from_where_the_files_are(
    files_url: str, respx_mock: respx.MockRouter
) -> None:
    respx_mock.get(f"{files_url}/bot{TOKEN}/photos/file_1.jpg").respond(content=PHOTO)
    assert await fetched("photos/file_1.jpg", files_url) == PHOTO


async def test_a_name_that_is_a_file_here_too_is_fetched_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, respx_mock: respx.MockRouter
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file_1.jpg").write_bytes(b"ours")
    respx_mock.get(f"https://api.telegram.org/file/bot{TOKEN}/file_1.jpg").respond(content=PHOTO)
    assert await fetched("file_1.jpg") == PHOTO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a server of one's own, run with `--local`, has for this bot."""
    folder = tmp_path / TOKEN / "photos"
    folder.mkdir(parents=True)
    return folder


async def test_a_path_on_this_machine_is_read_from_disk(folder: Path) -> None:
    (folder / "file_1.jpg").write_bytes(PHOTO)
    assert await fetched(f"{folder}/file_1.jpg") == PHOTO


async def test_a_path_on_another_machine_is_fetched(folder: Path, respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"http://files.lan/file/bot{TOKEN}/photos/file_1.jpg").respond(content=PHOTO)
    assert await fetched(f"{folder}/file_1.jpg", "http://files.lan/file") == PHOTO


async def test_no_other_file_of_this_machine_is_read(tmp_path: Path, folder: Path) -> None:
    (tmp_path / ".env").write_bytes(b"secrets")
    for path in (f"{tmp_path}/.env", f"{folder}/../../.env", f"{tmp_path}/{TOKEN}", "/etc/passwd", ""):
        with pytest.raises(PhotoRefused):
            await fetched(path)


async def test_what_is_too_big_is_refused_wherever_it_is(folder: Path, respx_mock: respx.MockRouter) -> None:
    (folder / "file_1.jpg").write_bytes(TOO_MUCH)
    route = respx_mock.get(f"https://api.telegram.org/file/bot{TOKEN}/photos/file_2.jpg")
    route.respond(content=TOO_MUCH)
    for path, size in (
        (f"{folder}/file_1.jpg", 10),
        ("photos/file_2.jpg", 10),
        ("photos/file_3.jpg", 2_000_000_000),
    ):
        with pytest.raises(PhotoRefused) as refused:
            await fetched(path, size=size)
        assert refused.value.reason is Reason.FILE_TOO_BIG


async def test_a_server_that_does_not_show_its_files_is_not_the_photos_fault(
    caplog: pytest.LogCaptureFixture, respx_mock: respx.MockRouter
) -> None:
    respx_mock.get(url__startswith="http://127.0.0.1:8081/").respond(404)
    telegram = FakeTelegram()
    async with httpx.AsyncClient() as client:
        downloader = FileDownloader(telegram.bot(), client, "http://127.0.0.1:8081/file", TOKEN)
        for _ in range(3):
            telegram.will_return(
                "getFile", {"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg"}
            )
            with pytest.raises(TryLater):
                await downloader.download("f")
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "TELEGRAM_FILES_URL" in record.getMessage()
    assert TOKEN not in caplog.text
