"""The types of columns that hold enums and values of the core."""

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator

from bot.core.requests import PhotoKind, PhotoRef
from bot.core.shapes import Shape, shape_of
from bot.core.wishes import PictureMeant


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as its value.

    SQLAlchemy's own Enum would store member names, in a native type that is hard to change in PostgreSQL.
    """

    impl = String
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.members(value)


class ShapeText(TypeDecorator[Shape]):
    """A shape, stored as it is written: `16:9`, `1024x768`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Shape | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Shape | None:  # noqa: ARG002
        return None if value is None else shape_of(value)


class PhotoText(TypeDecorator[PhotoRef]):
    """A photo, stored as a JSON object."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: PhotoRef | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(asdict(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> PhotoRef | None:  # noqa: ARG002
        return None if value is None else photo_of(json.loads(value))


class PhotosText(TypeDecorator[tuple[PhotoRef, ...]]):
    """The photos of a request, stored as a JSON list of objects."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[PhotoRef, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps([asdict(photo) for photo in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[PhotoRef, ...] | None:  # noqa: ARG002
        if value is None:
            return None
        return tuple(photo_of(photo) for photo in json.loads(value))


def photo_of(stored: dict[str, Any]) -> PhotoRef:
    """A photo from its JSON object."""
    return PhotoRef(**{**stored, "kind": PhotoKind(stored["kind"])})


class PicturesText(TypeDecorator[tuple[PictureMeant, ...]]):
    """Pictures that are meant, stored as a JSON list of objects."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[PictureMeant, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps([asdict(picture) for picture in value])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[PictureMeant, ...] | None:  # noqa: ARG002
        if value is None:
            return None
        return tuple(PictureMeant(**{**each, "photo": photo_of(each["photo"])}) for each in json.loads(value))
