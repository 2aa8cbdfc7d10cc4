"""The file upload service: it takes a photo with a key of its own and returns a public link."""

import base64
import binascii
import json
import random
import string
from collections.abc import Callable
from datetime import UTC, datetime
from mimetypes import guess_type

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.faults import page
from bot.sandbox.nanobanana.wire import JsonObject


class Uploads:
    """The stored files by path, and the handlers that store and serve them."""

    def __init__(self, key: str, wall: Callable[[], float], rng: random.Random) -> None:
        self.key, self.files = key, dict[str, bytes]()
        self._wall, self._random = wall, rng

    async def stream(self, request: Request) -> Response:
        """A multipart form with `file`, `uploadPath` and perhaps `fileName`."""
        if not self._allowed(request):
            return _refused(401, "You do not have access permissions")
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                return _refused(400, "File is required")
            folder, name = form.get("uploadPath"), form.get("fileName") or file.filename
            return self._stored(request, await file.read(), folder, name)

    async def base64(self, request: Request) -> Response:
        """JSON with `base64Data`, raw or as a data URL."""
        if not self._allowed(request):
            return _refused(401, "You do not have access permissions")
        try:
            body = json.loads(await request.body())
            text = body["base64Data"]
            data = base64.b64decode(
                text.partition(",")[2] if text.startswith("data:") else text, validate=True
            )
        except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
            return _refused(400, "Invalid base64 data")
        return self._stored(request, data, body.get("uploadPath"), body.get("fileName"))

    async def download(self, request: Request) -> Response:
        """A stored file, as anybody may fetch it."""
        data = self.files.get(request.url.path)
        if data is None:
            return page(404, "404 Not Found")
        kind = guess_type(request.url.path)[0] or "application/octet-stream"
        return Response(data, media_type=kind, headers={"Cache-Control": "max-age=86400"})

    def _allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.key}"

    def _stored(self, request: Request, data: bytes, folder: object, name: object) -> Response:
        if not isinstance(folder, str) or not folder.strip("/"):
            return _refused(400, "uploadPath can not be blank")
        if not isinstance(name, str) or not name:
            name = "".join(self._random.choices(string.ascii_lowercase, k=12)) + ".jpg"
        path = f"{folder.strip('/')}/{name}"
        self.files[f"/kieai/{path}"] = data
        details: JsonObject = {
            "fileName": name,
            "filePath": path,
            "downloadUrl": f"{str(request.base_url).rstrip('/')}/kieai/{path}",
            "fileSize": len(data),
            "mimeType": guess_type(name)[0] or "application/octet-stream",
            "uploadedAt": datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds"),
        }
        body = {"success": True, "code": 200, "msg": "File uploaded successfully", "data": details}
        return JSONResponse(body)


def _refused(code: int, text: str) -> Response:
    """Unlike the API, this service sets the HTTP status of an error."""
    return JSONResponse({"success": False, "code": code, "msg": text, "data": None}, code)
