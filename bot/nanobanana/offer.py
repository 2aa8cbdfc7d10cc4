"""Which operation an edit takes: the owner's one, or the smallest that covers its pixels."""

import math
from dataclasses import dataclass

from bot.core.pictures import PREPARED_SIDE
from bot.nanobanana.prices import price
from bot.nanobanana.requests import RESOLUTIONS, Model, Operation, Resolution

_PAINTED_PIXELS = 1024 * 1024
"""At 1K; 2K and 4K are two and four times as wide."""
_MOST_ENLARGED = 1.25
"""A result may be so many times as wide as painted: then a photo of 1280 pixels, which is what Telegram makes
of most, is still painted at 1K, and one of 2560 at 2K.
"""
_LARGE_PHOTO_SIDE = 4096


@dataclass(frozen=True, slots=True)
class Offer:
    """A model, at one resolution or (None) at the one that a result needs, up to `most`.

    `override`: what the owner has found a create call to cost; 0 where the table of prices is believed.
    """

    model: Model
    resolution: Resolution | None = None
    most: Resolution = "2K"
    override: float = 0.0

    def operation(self, pixels: int | None, resolution: str | None = None, at_most: str = "") -> Operation:
        """As in the core's `ImageModel`. Only where the bot chooses may another resolution be asked for."""
        if self._only is not None:
            return Operation(self.model, self._only)
        within = [each for each in self.operations if each.resolution <= (resolution or self.most)]
        enough = [each for each in within if _covers(each, pixels)] if resolution is None else []
        bounds = [each for each in self.operations if str(each) == at_most]
        return min([(enough or within[-1:])[0], *bounds], key=lambda each: each.resolution)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation that an edit may take, the largest last."""
        return tuple(Operation(self.model, each) for each in ((self._only,) if self._only else RESOLUTIONS))

    @property
    def dearest(self) -> Operation:
        """Of those that the bot takes by itself."""
        return self.operation(None)

    @property
    def _only(self) -> Resolution | None:
        return "1K" if self.model is Model.NANO_BANANA else self.resolution

    @property
    def prices(self) -> dict[str, float]:
        """What a create call of each operation costs, in credits."""
        return {str(each): price(str(each), self.override) for each in self.operations}

    def photo_side(self, operation: str) -> int:
        """The longest side of photos for an operation, in pixels."""
        return _LARGE_PHOTO_SIDE if operation.endswith(" 4K") else PREPARED_SIDE


def _covers(operation: Operation, pixels: int | None) -> bool:
    """Whether a result of so many pixels hardly has to be enlarged."""
    if pixels is None:
        return False
    times_as_wide = {"1K": 1, "2K": 2, "4K": 4}[operation.resolution]
    return math.sqrt(pixels / _PAINTED_PIXELS) <= _MOST_ENLARGED * times_as_wide
