"""Whatever the bot calls goes through the proxy of the settings, and through nothing else."""

import contextlib
import ssl
from collections.abc import Awaitable
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.wiring.outside import (
    file_downloader,
    nanobanana_client,
    photo_host,
    telegram_client,
    way_out,
    web_host,
)
from tests.harness.https import https_server, make_certificate
from tests.http.proxy import Proxy

GET_ME = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x","file_id":"x","file_unique_id":"x"}}'
NAME = "n" * 32


def settings_with(folder: Path, proxy: str, **more: object) -> Settings:
    known = {
        "telegram_bot_token": "123456789:" + "A" * 35,
        "nanobanana_api_key": "0f" * 16,
        "public_url": "https://bot.example.org",
        "data_dir": folder,
        "s3_bucket": "photos",
        "s3_access_key_id": "id",
        "s3_secret_access_key": "secret",
        "kie_api_key": "0f" * 16,
        "https_proxy": proxy,
    }
    return Settings.model_validate({**known, **more})


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_every_client_takes_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    make_certificate(tmp_path / "all.pem", "everybody")
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr("bot.http.client.certificates", lambda: trusting)
    async with (
        https_server(tmp_path / "all.pem", GET_ME) as (port, _),
        Proxy(port).running(scheme) as proxy,
        contextlib.AsyncExitStack() as stack,
    ):
        s3 = settings_with(tmp_path, proxy.url, image_host="s3")
        kie = settings_with(tmp_path, proxy.url, image_host="kie")
        bot, model = telegram_client(s3), nanobanana_client(s3, stack)
        stack.push_async_callback(bot.shutdown)
        await called(bot.get_me())
        assert proxy.asked_for == ["api.telegram.org:443"]
        await called(file_downloader(s3, bot, stack)._read("photos/x.jpg"))
        assert proxy.asked_for == ["api.telegram.org:443"] * 2
        await called(model.credits())
        await called(model.fetch(["https://results.example.org/x.png"]))
        await called(photo_host(s3, web_host(s3), stack).publish(NAME, b"jpeg"))
        await called(photo_host(kie, web_host(kie), stack).publish(NAME, b"jpeg"))
    assert list(dict.fromkeys(proxy.asked_for[2:])) == [
        "api.nanobananaapi.ai:443",
        "results.example.org:443",
        "s3.us-east-1.amazonaws.com:443",
        "kieai.redpandaai.co:443",
    ]


async def called(call: Awaitable[object]) -> None:
    with contextlib.suppress(Exception):  # what is answered is no matter
        await call


def test_who_is_not_to_be_proxied_is_called_directly(tmp_path: Path) -> None:
    settings = settings_with(
        tmp_path, "http://127.0.0.1:9", no_proxy="api.telegram.org, .example.org other.test"
    )
    for url, direct in (
        ("https://api.telegram.org", True),
        ("https://s3.example.org", True),
        ("https://other.test", True),
        ("https://api.nanobananaapi.ai", False),
    ):
        pool = type(way_out(settings, url, 1)._pool).__name__
        assert (pool == "AsyncConnectionPool") == direct, url
