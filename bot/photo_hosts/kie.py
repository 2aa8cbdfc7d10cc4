"""Photos at the upload service of kie.ai."""

import asyncio

import httpx

from bot.core.errors import OperatorNeeded, Reason, TryLater
from bot.core.provider import PublicUrl
from bot.http.answers import BodyTooLong, Envelope, is_web_url, one_line, read_answer
from bot.http.client import api_client, bearer
from bot.http.proxies import DIRECT, Proxies

_LATER_SECONDS = 10.0
_UPLOAD_SECONDS = 60.0
_IN_FLIGHT = 4
_REFUSALS = {
    400: Reason.BAD_REQUEST,
    401: Reason.ACCESS_DENIED,
    402: Reason.OUT_OF_CREDIT,
    403: Reason.ACCESS_DENIED,
    404: Reason.BAD_REQUEST,
    413: Reason.BAD_REQUEST,
    422: Reason.BAD_REQUEST,
}


class KieHost:
    """An account at kie.ai, with its own key. The service deletes photos itself, after about a day."""

    def __init__(
        self,
        *,
        api_key: str,
        upload_url: str = "https://kieai.redpandaai.co",
        proxies: Proxies = DIRECT,
    ) -> None:
        self._key, self._upload_url = api_key.strip(), upload_url.rstrip("/")
        self._http = api_client(
            timeout_seconds=_UPLOAD_SECONDS, in_flight=_IN_FLIGHT, proxy=proxies.of(self._upload_url)
        )

    async def publish(self, name: str, jpeg: bytes) -> PublicUrl:
        file_name = f"{name}.jpg"
        request = self._http.build_request(
            "POST",
            f"{self._upload_url}/api/file-stream-upload",
            data={"uploadPath": "photos", "fileName": file_name},
            files={"file": (file_name, jpeg, "image/jpeg")},
            headers=bearer(self._key),
        )
        try:
            async with asyncio.timeout(_UPLOAD_SECONDS):
                envelope = await read_answer(await self._http.send(request, stream=True), hide=self._key)
        except (httpx.RequestError, BodyTooLong, TimeoutError) as error:
            raise TryLater(
                _LATER_SECONDS, f"kie.ai: {type(error).__name__}", Reason.PHOTO_HOST_AWAY
            ) from error
        return PublicUrl(_uploaded_url(envelope))

    async def withdraw(self, name: str) -> None:
        """Does nothing: kie.ai has no call for it."""

    async def aclose(self) -> None:
        await self._http.aclose()


def _uploaded_url(envelope: Envelope) -> str:
    detail = f"kie.ai: code {envelope.code} {one_line(envelope.text)}"
    reason = _REFUSALS.get(envelope.code)
    if reason is not None:
        raise OperatorNeeded(reason, detail)
    if envelope.is_success and isinstance(envelope.data, dict):
        url = envelope.data.get("downloadUrl") or envelope.data.get("fileUrl")
        if isinstance(url, str) and is_web_url(url):
            return url
    raise TryLater(_LATER_SECONDS, detail, Reason.PHOTO_HOST_AWAY)
