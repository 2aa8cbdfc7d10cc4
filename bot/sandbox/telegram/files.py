"""Telegram's file store: files by file_id, and download paths that are good for an hour."""

import base64
import hashlib
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from bot.sandbox.telegram.photos import Rendition, dimensions, thumbnail
from bot.sandbox.telegram.values import Clock, Json, bad_request

Kind = Literal["photo", "document", "sticker", "animation", "thumbnail", "recording"]

DOWNLOAD_BYTES = 20 << 20
LINK_LIFETIME = 3600.0
_ID_PREFIX: dict[Kind, str] = {
    "photo": "AgACAgIAAxkBAAI",
    "document": "BQACAgIAAxkBAAI",
    "sticker": "CAACAgIAAxkBAAI",
    "animation": "CgACAgIAAxkBAAI",
    "thumbnail": "AAMCAgADGQEAAg",
    "recording": "AwACAgIAAxkBAAI",
}


@dataclass(frozen=True)
class StoredFile:
    """One file as Telegram keeps it."""

    file_id: str
    unique_id: str
    kind: Kind
    content: bytes
    extension: str
    number: int

    @property
    def facts(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class FileStore:
    """Files by id, and the paths that `getFile` gave out; files may be added in threads."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._random = random.Random(seed)
        self._clock = clock
        self._files: dict[str, StoredFile] = {}
        self._numbers = itertools.count()
        self._content: dict[str, Json] = {}
        self._links: dict[str, tuple[StoredFile, float]] = {}

    def add_photo(self, renditions: Sequence[Rendition]) -> Json:
        """The message fields of a photo, smallest size first."""
        sizes = [self._size("photo", rendition) for rendition in renditions]
        return self._remember([size["file_id"] for size in sizes], {"photo": sizes})

    def add_document(self, content: bytes, file_name: str, mime_type: str) -> Json:
        """The message fields of a file, bytes untouched."""
        stored = self._store("document", content, PurePosixPath(file_name).suffix)
        document = {"file_name": file_name, "mime_type": mime_type, **stored.facts}
        if mime_type.startswith("image/") and (small := thumbnail(content)) is not None:
            document["thumbnail"] = self._size("thumbnail", small)
        return self._remember([stored.file_id], {"document": document})

    def add_sticker(self, content: bytes, *, animated: bool = False) -> Json:
        """The message fields of a sticker."""
        stored = self._store("sticker", content, ".tgs" if animated else ".webp")
        width, height = dimensions(content) or (512, 512)
        sticker = {
            "width": width,
            "height": height,
            "emoji": "\N{BANANA}",
            "is_animated": animated,
            "is_video": False,
            "type": "regular",
            **stored.facts,
        }
        return self._remember([stored.file_id], {"sticker": sticker})

    def add_animation(self, content: bytes, file_name: str = "animation.gif.mp4") -> Json:
        """The message fields of a GIF: Telegram keeps it as a silent video, and as a document too."""
        stored = self._store("animation", content, ".mp4")
        width, height = dimensions(content) or (320, 240)
        facts = {"file_name": file_name, "mime_type": "video/mp4", **stored.facts}
        animation = {"width": width, "height": height, "duration": 2, **facts}
        return self._remember([stored.file_id], {"animation": animation, "document": facts})

    def add_recording(self, kind: str, facts: Json) -> Json:
        """The message fields of a voice message, a song or a video; what it sounds like matters to nobody."""
        stored = self._store("recording", kind.encode(), "")
        return self._remember([stored.file_id], {kind: {**facts, **stored.facts}})

    def read(self, file_id: str) -> bytes:
        return self._files[file_id].content

    def again(self, file_id: str, kind: Kind) -> Json:
        """The message fields for sending a stored file once more, as what it is."""
        stored = self._files.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return self._content[file_id]

    def link(self, file_id: str) -> Json:
        """`getFile`: the path is good for an hour."""
        stored = self._files.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(stored.content) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        path = f"{stored.kind}s/file_{stored.number}{stored.extension}"
        self._links[path] = stored, self._clock() + LINK_LIFETIME
        return {**stored.facts, "file_path": path}

    def linked(self, path: str) -> bytes | None:
        """The bytes behind a path that is still good."""
        stored, until = self._links.get(path, (None, 0.0))
        return stored.content if stored is not None and self._clock() < until else None

    def _size(self, kind: Kind, rendition: Rendition) -> Json:
        """A `PhotoSize` object."""
        stored = self._store(kind, rendition.content, ".jpg")
        return {**stored.facts, "width": rendition.width, "height": rendition.height}

    def _remember(self, file_ids: Sequence[str], fields: Json) -> Json:
        self._content |= dict.fromkeys(file_ids, fields)
        return fields

    def _store(self, kind: Kind, content: bytes, extension: str) -> StoredFile:
        digest = hashlib.sha256(kind.encode() + content).digest()
        unique_id = "AQAD" + base64.urlsafe_b64encode(digest[:9]).decode()
        file_id = _ID_PREFIX[kind] + base64.urlsafe_b64encode(self._random.randbytes(42)).decode()
        stored = StoredFile(file_id, unique_id, kind, content, extension, next(self._numbers))
        self._files[file_id] = stored
        return stored
