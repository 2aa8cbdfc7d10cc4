"""Photos in a bucket of S3, R2 or MinIO."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import httpx
import obstore
from obstore.store import S3Store

from bot.core.errors import BotError, OperatorNeeded, Reason, TryLater
from bot.core.provider import PublicUrl
from bot.http.client import api_client
from bot.http.proxies import DIRECT, Proxies
from bot.urls import is_loopback

if TYPE_CHECKING:  # only obstore's type stubs have these
    from obstore.store import S3Config, S3Credential

_LATER_SECONDS = 10.0
_CALL_SECONDS = 30.0
_IN_FLIGHT = 4
_URL_LIFETIME = timedelta(hours=2)
"""Longer than the bot waits for any task."""
_SOON = timedelta(minutes=5)
"""For our own calls."""
_AWS = "https://s3.{region}.amazonaws.com"


class S3Host:
    """A private bucket. The provider gets a URL that is signed for two hours.

    obstore signs, and all calls are httpx's: they go the same way out as every other.
    `plain_http`: photos may leave this machine in the clear.
    """

    def __init__(
        self,
        *,
        bucket: str,
        endpoint_url: str,
        region: str,
        access_key_id: str,
        secret_access_key: str,
        proxies: Proxies = DIRECT,
        plain_http: bool = False,
    ) -> None:
        def credentials() -> "S3Credential":
            """Passed as a function, so that obstore takes nothing (a session token) from the environment."""
            return {
                "access_key_id": access_key_id,
                "secret_access_key": secret_access_key,
                "token": None,
                "expires_at": None,
            }

        endpoint = endpoint_url or _AWS.format(region=region)
        config: S3Config = {"region": region, "endpoint": endpoint}
        self._store = S3Store(bucket, config=config, credential_provider=credentials)
        self._in_the_clear = not (plain_http or endpoint.startswith("https://") or is_loopback(endpoint))
        self._http = api_client(
            timeout_seconds=_CALL_SECONDS, in_flight=_IN_FLIGHT, proxy=proxies.of(endpoint)
        )

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        status = await self._call("PUT", name, jpeg)
        if not httpx.codes.is_success(status):
            raise _refusal(status)
        return PublicUrl(await self._signed("GET", name, _URL_LIFETIME))

    async def withdraw(self, name: str) -> None:
        status = await self._call("DELETE", name)
        if not httpx.codes.is_success(status) and status != httpx.codes.NOT_FOUND:
            raise _refusal(status)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _call(self, method: Literal["PUT", "DELETE"], name: str, content: bytes | None = None) -> int:
        """Make a call; returns the HTTP status. Errors tell only their class: their texts hold the URL."""
        if self._in_the_clear:
            raise TryLater(_LATER_SECONDS, "S3: http:// is for this machine only", Reason.PHOTO_HOST_AWAY)
        headers = {"Content-Type": "image/jpeg"} if content is not None else {}
        url = await self._signed(method, name, _SOON)
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                request = self._http.build_request(method, url, content=content, headers=headers)
                response = await self._http.send(request, stream=True)
                await response.aclose()
        except (httpx.RequestError, TimeoutError) as error:
            raise TryLater(_LATER_SECONDS, f"S3: {type(error).__name__}", Reason.PHOTO_HOST_AWAY) from None
        return response.status_code

    async def _signed(self, method: Literal["GET", "PUT", "DELETE"], name: str, lifetime: timedelta) -> str:
        return await obstore.sign_async(self._store, method, f"photos/{name}.jpg", lifetime)


def _refusal(status: int) -> BotError:
    detail = f"S3: HTTP {status}"
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return OperatorNeeded(Reason.ACCESS_DENIED, detail)
    if status == httpx.codes.NOT_FOUND:
        return OperatorNeeded(Reason.BAD_REQUEST, f"{detail}: no such bucket")
    return TryLater(_LATER_SECONDS, detail, Reason.PHOTO_HOST_AWAY)
