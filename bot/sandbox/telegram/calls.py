"""One Bot API call as it arrives: query string, JSON, form or multipart, read into typed parameters."""

import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.sandbox.telegram.values import Json, Refused, bad_request

REQUEST_BYTES = 51 << 20
_NOT_TEXT = frozenset({
    "chat_id", "user_id", "message_id", "message_thread_id", "reply_to_message_id", "offset", "limit",
    "timeout", "cache_time", "max_connections",
    "disable_notification", "protect_content", "allow_sending_without_reply", "show_alert", "is_big",
    "disable_content_type_detection", "disable_web_page_preview", "has_spoiler", "show_caption_above_media",
    "drop_pending_updates",
    "reply_markup", "reply_parameters", "media", "entities", "caption_entities", "commands", "scope",
    "allowed_updates", "message_ids", "link_preview_options", "reaction",
})  # fmt: skip
"""Forms carry text only; these parameters are numbers, booleans or JSON."""


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body."""

    content: bytes = field(repr=False)
    file_name: str
    mime_type: str


@dataclass
class Call:
    """A call of the bot's; `answered_at` and `status` are set when the answer leaves."""

    method: str
    params: Json
    uploads: dict[str, Upload]
    arrived_at: float
    answered_at: float | None = None
    status: int | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of each uploaded file by its field."""
        return {name: upload.content for name, upload in self.uploads.items()}

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str) -> int:
        """0 where it is left out or makes no sense."""
        value = self.params.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}

    def mapping(self, name: str) -> Json | None:
        value = self._parsed(name, dict)
        return value if isinstance(value, dict) else None

    def array(self, name: str) -> list[Any]:
        value = self._parsed(name, list)
        return value if isinstance(value, list) else []

    def file(self, name: str, reference: object = None) -> Upload | str:
        """An upload under the field or under `attach://`, else a file_id or URL; empty if there is none."""
        if reference is None and name in self.uploads:
            return self.uploads[name]
        source = self.params.get(name) if reference is None else reference
        if not isinstance(source, str):
            return ""
        if source.startswith("attach://"):
            upload = self.uploads.get(source.removeprefix("attach://"))
            if upload is None:
                raise bad_request("can't parse InputMedia: file is not found in the request")
            return upload
        return source

    def _parsed(self, name: str, kind: type) -> object:
        value = self.params.get(name)
        if value in (None, "") or isinstance(value, kind):
            return value
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")


async def read_call(method: str, request: Request, arrived_at: float) -> Call:
    """The call with everything that its query string and body say."""
    if int(request.headers.get("content-length", 0)) > REQUEST_BYTES:
        raise Refused(413, "Request Entity Too Large")
    values: Json = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values |= await _json_body(request)
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        values |= await _form_body(request, uploads)
    for name in _NOT_TEXT & values.keys():
        with contextlib.suppress(TypeError, ValueError):  # no text any more, or no JSON: left as it is
            values[name] = json.loads(values[name])
    return Call(method, values, uploads, arrived_at)


async def _json_body(request: Request) -> Json:
    with contextlib.suppress(ValueError):
        body = await request.json()
        if isinstance(body, dict):
            return body
    raise bad_request("can't parse request JSON object")


async def _form_body(request: Request, uploads: dict[str, Upload]) -> Json:
    values: Json = {}
    try:
        async with request.form(max_part_size=4 << 20) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime_type = value.content_type or "application/octet-stream"
                    uploads[name] = Upload(await value.read(), value.filename or name, mime_type)
                else:
                    values[name] = value
    except HTTPException as error:
        raise bad_request(f"can't parse the request body: {error.detail}") from None
    return values
