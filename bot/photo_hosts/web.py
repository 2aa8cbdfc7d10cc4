"""Three places where the provider can fetch a prepared photo: this bot's own web server, S3, or kie.ai."""

import asyncio
import contextlib
import os
import re
import tempfile
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import obstore
from obstore.exceptions import (
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from bot.core.errors import BotError, OperatorNeeded, Reason, TryLater
from bot.core.ports import PublicUrl
from bot.http_client import USER_AGENT, AnswerTooLong, api_client, bearer, read_answer
from bot.nanobanana.responses import Envelope, is_web_url, one_line, read_envelope
from bot.settings import is_loopback

if TYPE_CHECKING:  # obstore has these in its stubs only
    from obstore.store import S3Config, S3Credential

_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
_LATER_SECONDS = 10.0
_UPLOAD_SECONDS = 60.0
_URL_LIFETIME = timedelta(hours=2)
"""Longer than any task is waited for."""
_KIE_REFUSALS = {
    400: Reason.BAD_REQUEST,
    401: Reason.ACCESS_DENIED,
    402: Reason.OUT_OF_CREDIT,
    403: Reason.ACCESS_DENIED,
    404: Reason.BAD_REQUEST,
    413: Reason.BAD_REQUEST,
    422: Reason.BAD_REQUEST,
}


class WebHost:
    """Files in a directory, which the bot's web server serves at `/i/<secret>.jpg`."""

    def __init__(self, directory: Path, public_url: str) -> None:
        self._directory, self._public_url = directory, public_url.rstrip("/")

    async def publish(self, secret: str, jpeg: bytes) -> PublicUrl:
        path = self._path(secret)
        if path is None:
            raise ValueError("a secret has 20 to 64 URL-safe characters")
        try:
            await asyncio.to_thread(_write, path, jpeg)
        except OSError as error:
            raise TryLater(_LATER_SECONDS, f"the photo was not written: {error.strerror}") from error
        return PublicUrl(f"{self._public_url}/i/{path.name}")

    async def withdraw(self, secret: str) -> None:
        path = self._path(secret)
        if path is not None:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def read(self, secret: str) -> bytes | None:
        """What the web server answers; None for what is not, or no longer, hosted."""
        path = self._path(secret)
        if path is None:
            return None
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None

    async def sweep(self, keep: Collection[str], before: datetime) -> int:
        """Remove what was last written before `before` and belongs to no secret in `keep`, and what a crash
        left half written; returns how many.
        """
        kept = {f"{secret}.jpg" for secret in keep}
        return await asyncio.to_thread(_sweep, self._directory, kept, before.timestamp())

    def _path(self, secret: str) -> Path | None:
        return self._directory / f"{secret}.jpg" if _SECRET.fullmatch(secret) else None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else on this machine."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _sweep(directory: Path, kept: Collection[str], before: float) -> int:
    removed = 0
    for path in directory.iterdir() if directory.exists() else ():
        if path.suffix not in {".jpg", ".part"} or path.name in kept:
            continue
        with contextlib.suppress(FileNotFoundError):  # its edit was settled meanwhile
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


class S3Host:
    """A private bucket of S3, R2 or MinIO; the provider gets a URL that is signed for two hours."""

    def __init__(
        self, *, bucket: str, endpoint_url: str, region: str, access_key_id: str, secret_access_key: str
    ) -> None:
        def credentials() -> "S3Credential":
            """As a provider, so that nothing of the environment (a session token, say) is mixed in."""
            return {
                "access_key_id": access_key_id,
                "secret_access_key": secret_access_key,
                "token": None,
                "expires_at": None,
            }

        config: S3Config = {"region": region}
        if endpoint_url:
            config["endpoint"] = endpoint_url
        self._store = S3Store(
            bucket,
            config=config,
            credential_provider=credentials,
            client_options={
                "allow_http": is_loopback(endpoint_url),
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=30),
                "user_agent": USER_AGENT,
            },
            retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=30)},
        )

    async def publish(self, secret: str, jpeg: bytes) -> PublicUrl:
        path = f"photos/{secret}.jpg"
        try:
            await obstore.put_async(self._store, path, jpeg, attributes={"Content-Type": "image/jpeg"})
            return PublicUrl(await obstore.sign_async(self._store, "GET", path, _URL_LIFETIME))
        except (BaseError, OSError) as error:
            raise _of_s3(error) from None

    async def withdraw(self, secret: str) -> None:
        try:
            await obstore.delete_async(self._store, f"photos/{secret}.jpg")
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _of_s3(error) from None


def _of_s3(error: Exception) -> BotError:
    """Keeps the kind alone: obstore's texts hold the photo's URL. (Its "not found" is Python's own.)"""
    kind = f"S3: {type(error).__name__}"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return OperatorNeeded(Reason.ACCESS_DENIED, kind)
    if isinstance(error, FileNotFoundError):
        return OperatorNeeded(Reason.BAD_REQUEST, f"{kind}: no such bucket")
    return TryLater(_LATER_SECONDS, kind)


class KieHost:
    """The upload service of kie.ai, with a key of its own. It deletes by itself, within about a day."""

    def __init__(self, *, api_key: str, upload_url: str = "https://kieai.redpandaai.co") -> None:
        self._key, self._upload_url = api_key, upload_url.rstrip("/")
        self._http = api_client(timeout_seconds=_UPLOAD_SECONDS, in_flight=4)

    async def publish(self, secret: str, jpeg: bytes) -> PublicUrl:
        name = f"{secret}.jpg"
        request = self._http.build_request(
            "POST",
            f"{self._upload_url}/api/file-stream-upload",
            data={"uploadPath": "photos", "fileName": name},
            files={"file": (name, jpeg, "image/jpeg")},
            headers=bearer(self._key),
        )
        try:
            async with asyncio.timeout(_UPLOAD_SECONDS):
                response = await self._http.send(request, stream=True)
                try:
                    envelope = read_envelope(response.status_code, await read_answer(response))
                finally:
                    await response.aclose()
        except (httpx.RequestError, AnswerTooLong, TimeoutError) as error:
            raise TryLater(_LATER_SECONDS, f"kie.ai: {type(error).__name__}") from error
        return PublicUrl(_uploaded_url(envelope))

    async def withdraw(self, secret: str) -> None:
        """Nothing: kie.ai has no call for it."""

    async def aclose(self) -> None:
        await self._http.aclose()


def _uploaded_url(envelope: Envelope) -> str:
    detail = f"kie.ai: code {envelope.code} {one_line(envelope.text)}"
    reason = _KIE_REFUSALS.get(envelope.code)
    if reason is not None:
        raise OperatorNeeded(reason, detail)
    if envelope.code == httpx.codes.OK and isinstance(envelope.data, dict):
        url = envelope.data.get("downloadUrl") or envelope.data.get("fileUrl")
        if isinstance(url, str) and is_web_url(url):
            return url
    raise TryLater(_LATER_SECONDS, detail)
