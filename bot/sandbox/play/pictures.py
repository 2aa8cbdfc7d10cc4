"""Files of the sandbox as answers: pictures to look at, all else to save."""

from starlette.responses import Response


def picture_type(content: bytes) -> str | None:
    """The media type of a picture that every browser shows; None: something else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n"):
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def picture(content: bytes) -> Response:
    """A picture to show; anything else is only to be saved, since it comes from people."""
    kind = picture_type(content)
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    if kind is None:
        headers["Content-Disposition"] = "attachment"
    return Response(content, media_type=kind or "application/octet-stream", headers=headers)
