"""Photos in a bucket of S3, R2 or MinIO."""

from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from bot.core.errors import BotError, OperatorNeeded, Reason, TryLater
from bot.core.ports import PublicUrl
from bot.http.client import USER_AGENT
from bot.settings import is_loopback

if TYPE_CHECKING:  # obstore has these in its stubs only
    from obstore.store import S3Config, S3Credential

_LATER_SECONDS = 10.0
_URL_LIFETIME = timedelta(hours=2)
"""Longer than any task is waited for."""


class S3Host:
    """A private bucket; the provider gets a URL that is signed for two hours."""

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

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        path = f"photos/{name}.jpg"
        try:
            await obstore.put_async(self._store, path, jpeg, attributes={"Content-Type": "image/jpeg"})
            return PublicUrl(await obstore.sign_async(self._store, "GET", path, _URL_LIFETIME))
        except (BaseError, OSError) as error:
            raise _translated(error) from None

    async def withdraw(self, name: str) -> None:
        try:
            await obstore.delete_async(self._store, f"photos/{name}.jpg")
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _translated(error) from None


def _translated(error: Exception) -> BotError:
    """Keeps the kind alone: obstore's texts hold the photo's URL. (Its "not found" is Python's own.)"""
    kind = f"S3: {type(error).__name__}"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return OperatorNeeded(Reason.ACCESS_DENIED, kind)
    if isinstance(error, FileNotFoundError):
        return OperatorNeeded(Reason.BAD_REQUEST, f"{kind}: no such bucket")
    return TryLater(_LATER_SECONDS, kind)
