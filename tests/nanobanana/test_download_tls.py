"""The certificate that counts is the one of the URL's host, though the connection goes to an address."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.core.errors import TryLater
from bot.nanobanana.download import Downloader
from tests.nanobanana.samples import PNG


def _certificate(path: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )


@contextlib.asynccontextmanager
async def https_server(certificate: Path) -> AsyncIterator[tuple[int, list[str]]]:
    asked_for: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: asked_for.append(name)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PNG) + PNG)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], asked_for


async def test_the_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    certificate = tmp_path / "results.pem"
    _certificate(certificate, "results.test")
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
    async with https_server(certificate) as (port, asked_for):
        assert await downloader.fetch(f"https://results.test:{port}/x.png") == PNG
        with pytest.raises(TryLater):
            await downloader.fetch(f"https://other.test:{port}/x.png")
    await downloader.aclose()
    assert asked_for[:2] == ["results.test", "other.test"]
