"""The proxies' files, in the proxies themselves: what they pass on, and what they keep from the bot."""

import asyncio
import contextlib
import os
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.serve import free_port, serving
from tests.deploy.compose import DEPLOY
from tests.deploy.tools import needs, tool
from tests.harness.https import make_certificate

HOST = "bot.example.com"
PASSED = ["/i/" + "a" * 32 + ".jpg", "/callback/" + "b" * 32, "/telegram"]
KEPT = [
    "/", "/healthz", "/readyz", "/metrics", "/telegram/", "/telegramx", "/i", "/callback", "/metrics/i/",
    "/i/../metrics", "/callback/..%2fmetrics/../../metrics", "//metrics", "/%6detrics", "/METRICS",
]  # fmt: skip


@dataclass
class Bot:
    """Stands where the bot's web server is, and notes what reaches it."""

    paths: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> PlainTextResponse:
        self.paths.append(request.url.path)
        await self.open.wait()
        return PlainTextResponse("the bot", headers={"X-Bytes": str(len(await request.body()))})


@dataclass(frozen=True)
class Proxy:
    """A proxy at work in front of a bot."""

    url: str
    bot: Bot

    async def get(self, path: str) -> httpx.Response:
        """The path as it is written: httpx alone would tidy it up first."""
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:  # noqa: S501
            url = httpx.URL(self.url).copy_with(raw_path=path.encode())
            return await client.get(url, headers={"Host": HOST})


Start = Callable[[Path, int, int], tuple[list[str], str]]


def nginx(folder: Path, port: int, bot_port: int) -> tuple[list[str], str]:
    """The file as a part of a whole configuration, as the packages have it. Returns command and URL."""
    make_certificate(folder / "both.pem", HOST)
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"listen \[::\]:443 ssl;", "", text).replace("listen 443", f"listen 127.0.0.1:{port}")
    text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(folder / "both.pem"), text)
    text = text.replace("server 127.0.0.1:8080;", f"server 127.0.0.1:{bot_port};")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ {temporary}{text} }}"
    main = folder / "main.conf"
    main.write_text(whole)
    return [str(tool("nginx")), "-p", str(folder), "-c", str(main)], f"https://127.0.0.1:{port}"


def caddy(folder: Path, port: int, bot_port: int) -> tuple[list[str], str]:
    """Without a certificate, which it would fetch by itself. Returns command and URL."""
    text = (DEPLOY / "Caddyfile").read_text()
    text = text.replace(f"{HOST} {{", f"http://{HOST}:{port} {{").replace(
        "127.0.0.1:8080 {", f"127.0.0.1:{bot_port} {{"
    )
    text = text.replace("{\n\t# A caller", "{\n\tadmin off\n\t# A caller", 1)
    (folder / "Caddyfile").write_text(text)
    command = [str(tool("caddy")), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    return command, f"http://127.0.0.1:{port}"


BOTH = [
    pytest.param(nginx, id="nginx", marks=needs("nginx")),
    pytest.param(caddy, id="caddy", marks=needs("caddy")),
]


@contextlib.asynccontextmanager
async def proxy(start: Start, folder: Path) -> AsyncIterator[Proxy]:
    """One that runs until the block ends."""
    bot = Bot()
    bot.open.set()
    app = Starlette(routes=[Route("/{path:path}", bot.answer, methods=["GET", "POST"])])
    async with serving(app) as bot_url:
        command, url = start(folder, free_port(), int(bot_url.rpartition(":")[2]))
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=log, stderr=log, env={"HOME": str(folder)}
            )
        try:
            made = Proxy(url, bot)
            async with asyncio.timeout(20):
                while True:
                    assert process.returncode is None, (folder / "log").read_text()
                    with contextlib.suppress(httpx.TransportError):
                        await made.get("/telegram")
                        break
                    await asyncio.sleep(0.05)
            bot.paths.clear()
            yield made
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


@pytest.mark.parametrize("start", BOTH)
async def test_three_paths_reach_the_bot_and_nothing_else_does(start: Start, tmp_path: Path) -> None:
    async with proxy(start, tmp_path) as made:
        for path in PASSED:
            assert (await made.get(path)).text == "the bot", path
        assert made.bot.paths == PASSED
        answers = {path: (await made.get(path)).status_code for path in KEPT}
        # What has dots in it may be passed on as it is: to the bot it is no path of its own.
        assert {path for path, status in answers.items() if status == 200} <= {
            path for path in KEPT if ".." in path
        }
        assert not {"/metrics", "/healthz", "/readyz"} & set(made.bot.paths)


@pytest.mark.parametrize("start", BOTH)
async def test_a_body_is_passed_up_to_a_megabyte(start: Start, tmp_path: Path) -> None:
    async with proxy(start, tmp_path) as made, httpx.AsyncClient(verify=False, trust_env=False) as client:  # noqa: S501
        url, headers = f"{made.url}/telegram", {"Host": HOST}
        whole = await client.post(url, content=b"x" * 2**20, headers=headers)
        assert whole.headers["X-Bytes"] == str(2**20)
        more = await client.post(url, content=b"x" * (2**20 + 1), headers=headers)
        assert more.status_code == 413


@pytest.mark.parametrize("start", BOTH)
async def test_a_caller_that_never_ends_its_request_is_hung_up_on(start: Start, tmp_path: Path) -> None:
    async with proxy(start, tmp_path) as made:
        url = httpx.URL(made.url)
        context = ssl.create_default_context() if url.scheme == "https" else None
        if context is not None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(url.host, url.port, ssl=context)
        writer.write(b"POST /telegram HTTP/1.1\r\n")
        async with asyncio.timeout(15):
            await reader.read()
        writer.close()
        assert made.bot.paths == []


@needs("nginx")
async def test_one_caller_gets_fifty_connections_to_the_bot(tmp_path: Path) -> None:
    async with proxy(nginx, tmp_path) as made:
        made.bot.open.clear()
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(made.get("/telegram")) for _ in range(60)]
            while sum(call.done() for call in calls) < 10 or len(made.bot.paths) < 50:
                await asyncio.sleep(0.02)
            made.bot.open.set()
        assert sorted(call.result().status_code for call in calls) == [200] * 50 + [503] * 10


@pytest.mark.parametrize("path", [*PASSED, *KEPT])
def test_the_tunnel_passes_the_same_three_paths(path: str) -> None:
    first, last = yaml.safe_load((DEPLOY / "cloudflared.yml").read_text())["ingress"]
    assert last == {"service": "http_status:404"}
    assert (first["hostname"], first["service"]) == (HOST, "http://127.0.0.1:8080")
    if ".." not in path:  # to the bot it is no path of its own
        assert bool(re.search(first["path"], path)) == (path in PASSED)
