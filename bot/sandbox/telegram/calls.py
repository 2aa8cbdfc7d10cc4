"""One Bot API call as it arrives: query string, JSON, form or multipart, read into typed parameters."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.sandbox.telegram.values import Json, Refused, bad_request

REQUEST_BYTES = 51 << 20
_INTEGERS = frozenset(
    {
        "chat_id",
        "user_id",
        "message_id",
        "message_thread_id",
        "reply_to_message_id",
        "offset",
        "limit",
        "timeout",
        "cache_time",
        "max_connections",
    }
)
_BOOLEANS = frozenset(
    {
        "disable_notification",
        "protect_content",
        "allow_sending_without_reply",
        "disable_content_type_detection",
        "disable_web_page_preview",
        "has_spoiler",
        "show_caption_above_media",
        "show_alert",
        "drop_pending_updates",
    }
)
_OBJECTS = frozenset(
    {
        "reply_markup",
        "reply_parameters",
        "media",
        "entities",
        "caption_entities",
        "commands",
        "scope",
        "allowed_updates",
        "message_ids",
        "link_preview_options",
        "reaction",
    }
)


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
        return self.params.get(name) is True

    def mapping(self, name: str) -> Json | None:
        value = self.params.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    def array(self, name: str) -> list[Any]:
        value = self.params.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    def file(self, name: str, reference: object = None) -> Upload | str:
        """An upload under the field, under `attach://`, or the text of a file_id; empty if there is none."""
        if reference is None:
            if name in self.uploads:
                return self.uploads[name]
            reference = self.params.get(name)
        source = reference if isinstance(reference, str) else ""
        if source.startswith("attach://"):
            upload = self.uploads.get(source.removeprefix("attach://"))
            if upload is None:
                raise bad_request("can't parse InputMedia: file is not found in the request")
            return upload
        if source.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        return source


def _typed(name: str, value: object) -> object:
    """Forms carry text only: numbers, booleans and JSON are told by the parameter's name."""
    if not isinstance(value, str):
        return value
    if name in _INTEGERS:
        try:
            return int(value)
        except ValueError:
            return value
    if name in _BOOLEANS:
        return value.lower() in {"true", "yes", "1"}
    if name in _OBJECTS:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_call(method: str, request: Request, arrived_at: float) -> Call:
    """The call with everything that its query string and body say."""
    if int(request.headers.get("content-length", 0)) > REQUEST_BYTES:
        raise Refused(413, "Request Entity Too Large")
    values: dict[str, object] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values |= await _json_body(request)
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        values |= await _form_body(request, uploads)
    return Call(method, {name: _typed(name, value) for name, value in values.items()}, uploads, arrived_at)


async def _json_body(request: Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("can't parse request JSON object")
    return body


async def _form_body(request: Request, uploads: dict[str, Upload]) -> dict[str, object]:
    values: dict[str, object] = {}
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
