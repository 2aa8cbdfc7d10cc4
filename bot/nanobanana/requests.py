"""What is sent to the NanoBanana API: three models, each with its own endpoint and field names."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.core.errors import EditFailed, Reason
from bot.core.pictures import nearest
from bot.core.provider import Order
from bot.core.shapes import Shape
from bot.http.answers import Json

Resolution = Literal["1K", "2K", "4K"]
RESOLUTIONS: tuple[Resolution, ...] = ("1K", "2K", "4K")

CHECK_PATH = "/api/v1/nanobanana/record-info"
CREDIT_PATH = "/api/v1/common/credit"


class Model(StrEnum):
    """The provider's image models, by their public names."""

    NANO_BANANA = "nano-banana"
    NANO_BANANA_2 = "nano-banana-2"
    NANO_BANANA_PRO = "nano-banana-pro"


@dataclass(frozen=True, slots=True)
class Takes:
    """What a model's endpoint takes. Prompt lengths are in characters."""

    path: str
    shortest_prompt: int
    longest_prompt: int
    most_photos: int
    ratios: tuple[str, ...]


_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_PAINTED = {
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
"""Pixels at 1K."""
_EXTREME_RATIOS = ("1:4", "4:1", "1:8", "8:1")
TAKES = {
    Model.NANO_BANANA: Takes("/api/v1/nanobanana/generate", 1, 5000, 3, _RATIOS),
    Model.NANO_BANANA_2: Takes("/api/v1/nanobanana/generate-2", 1, 20_000, 14, _RATIOS + _EXTREME_RATIOS),
    Model.NANO_BANANA_PRO: Takes("/api/v1/nanobanana/generate-pro", 3, 5000, 8, _RATIOS),
}
_WORDS_BEFORE_A_SHORT_PROMPT = "Edit this photo: "
_WORDS_BEFORE_A_SHORT_DESCRIPTION = "A picture of: "


@dataclass(frozen=True, slots=True)
class Operation:
    """Model and resolution. Tasks of one operation cost the same and take about the same time."""

    model: Model
    resolution: Resolution

    @property
    def slowness(self) -> int:
        """How much longer than others its tasks may take: at 4K, five minutes have been seen."""
        is_large = self.model is not Model.NANO_BANANA and self.resolution != "1K"
        return 2 if is_large or self.model is Model.NANO_BANANA_PRO else 1

    @property
    def most_photos(self) -> int:
        """How many photos it makes one picture from."""
        return TAKES[self.model].most_photos

    def __str__(self) -> str:
        """Its name in the database and in metrics. The basic model has no resolution."""
        return self.model.value if self.model is Model.NANO_BANANA else f"{self.model} {self.resolution}"


@dataclass(frozen=True, slots=True)
class CreateCall:
    """Where to POST, and what."""

    path: str
    body: dict[str, Json]


def shapes_of(model: Model) -> dict[float, str]:
    """What the model paints, width by height, and what it is asked for by."""
    return {_shape(ratio): ratio for ratio in TAKES[model].ratios}


def nearest_ratio(model: Model, shape: Shape) -> str:
    """The supported ratio that needs the least cropping in either direction."""
    shapes = shapes_of(model)
    return shapes[nearest(shape.ratio, list(shapes))]


def create_call(operation: Operation, order: Order) -> CreateCall:
    """The one call that costs money. The API ignores unknown fields without an error: spell them right.

    Raises EditFailed if the prompt is too long for the model, or the photos are too many.
    """
    model, resolution = operation.model, operation.resolution
    takes = TAKES[model]
    if len(order.photos) > takes.most_photos:
        raise EditFailed(Reason.BAD_REQUEST, f"{model} takes {takes.most_photos} photos at most")
    body: dict[str, Json] = {
        "prompt": _prompt(takes, order),
        "callBackUrl": order.callback_url,
    }
    if order.photos:
        body["imageUrls"] = [photo.value for photo in order.photos]
    ratio = nearest_ratio(model, order.shape)
    match model:
        case Model.NANO_BANANA:
            kind = "IMAGETOIAMGE" if order.photos else "TEXTTOIAMGE"
            body |= {"type": kind, "image_size": ratio, "numImages": 1}
        case Model.NANO_BANANA_2:
            body |= {
                "aspectRatio": ratio,
                "resolution": resolution,
                "outputFormat": _output_format(resolution),
            }
        case Model.NANO_BANANA_PRO:
            body |= {"aspectRatio": ratio, "resolution": resolution}
    return CreateCall(takes.path, body)


def _prompt(takes: Takes, order: Order) -> str:
    """The prompt; one that is too short for the model gets words before it that change nothing.

    Nobody knows whether the API counts characters or UTF-16 units: both counts have to fit.
    """
    padded = order.prompt
    if len(padded.strip()) < takes.shortest_prompt:
        before = _WORDS_BEFORE_A_SHORT_PROMPT if order.photos else _WORDS_BEFORE_A_SHORT_DESCRIPTION
        padded = before + padded
    if len(padded.encode("utf-16-le", errors="replace")) // 2 > takes.longest_prompt:
        raise EditFailed(Reason.PROMPT_TOO_LONG, f"more than {takes.longest_prompt} characters")
    return padded


def _output_format(resolution: Resolution) -> str:
    """PNG, because the reply is encoded again; JPEG at 4K, where a PNG may exceed the download cap."""
    return "jpg" if resolution == "4K" else "png"


def _shape(ratio: str) -> float:
    """In pixels where that is known: it differs by up to 3 per cent from what its name says."""
    width, height = _PAINTED.get(ratio) or [int(side) for side in ratio.split(":")]
    return width / height
