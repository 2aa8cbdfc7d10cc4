"""The certificate that counts is the one of the URL's host, though the connection goes to an address."""

import ssl
from pathlib import Path

import httpx
import pytest

from bot.core.errors import ResultAway
from bot.nanobanana.download import Downloader
from tests.harness.https import https_server, make_certificate
from tests.nanobanana.samples import PNG


async def test_the_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    certificate = tmp_path / "results.pem"
    make_certificate(certificate, "results.test")
    trusting = ssl.create_default_context(cafile=str(certificate))

    async def here(_: str, __: int) -> list[str]:
        return ["127.0.0.1"]

    async def no_wait(_: float) -> None: ...

    downloader = Downloader(
        allow_loopback=True,
        resolver=here,
        sleep=no_wait,
        transport=httpx.AsyncHTTPTransport(verify=trusting),
    )
    async with https_server(certificate, PNG) as (port, asked_for):
        assert await downloader.fetch(f"https://results.test:{port}/x.png") == PNG
        with pytest.raises(ResultAway):
            await downloader.fetch(f"https://other.test:{port}/x.png")
    await downloader.aclose()
    assert asked_for[:2] == ["results.test", "other.test"]
