"""What a person sends with files: photos or files, one or an album, with a caption, perhaps covered."""

import asyncio
import itertools
import json
from typing import Any

from starlette.datastructures import FormData, UploadFile

from bot.sandbox.play.asked import Asked, NotPossible
from bot.sandbox.play.stage import Stage
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.photos import sent_by_person, thumbnail
from bot.sandbox.telegram.values import Json

_MOST_FILES = 10
_albums = itertools.count(9_900_000_000_000_001)


async def send(stage: Stage, form: FormData) -> Json:
    """`about` is a JSON object (who, where, caption, as what); `file` comes once or up to ten times."""
    asked = Asked(stage, _about(form.get("about")))
    uploads = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
    if not 1 <= len(uploads) <= _MOST_FILES:
        raise NotPossible(f"1 to {_MOST_FILES} files go together")
    as_file = asked.flag("as_file")
    contents = [await each.read() for each in uploads]
    for content in contents:
        await asyncio.to_thread(_prepare, content, as_file=as_file)  # both remember what they have made
    album = str(next(_albums)) if len(uploads) > 1 else None
    sent = [
        _one(asked, upload, content, asked.text("caption").strip() if number == 0 else "", album)
        for number, (upload, content) in enumerate(zip(uploads, contents, strict=True))
    ]
    return {"message": sent[0].message_id}


def _about(value: object) -> dict[str, Any]:
    try:
        about = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        about = None
    if not isinstance(about, dict):
        raise NotPossible("“about” has to be a JSON object")
    return about


def _prepare(content: bytes, *, as_file: bool) -> None:
    if as_file:
        thumbnail(content)
        return
    try:
        sent_by_person(content)
    except (ValueError, OSError):
        raise NotPossible("This is not a picture. Send it as a file.") from None


def _one(asked: Asked, upload: UploadFile, content: bytes, caption: str, album: str | None) -> Message:
    if asked.flag("as_file"):
        kind = upload.content_type or "application/octet-stream"
        return asked.person.sends_file(
            content, upload.filename or "file", kind, caption,
            media_group_id=album, chat=asked.chat, reply_to=asked.replied, thread_id=asked.topic,
        )  # fmt: skip
    return asked.person.sends_photo(
        content, caption, spoiler=asked.flag("spoiler"),
        media_group_id=album, chat=asked.chat, reply_to=asked.replied, thread_id=asked.topic,
    )  # fmt: skip
