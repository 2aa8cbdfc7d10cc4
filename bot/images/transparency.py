"""Onto white for the provider, and off it again for the reply."""

from PIL import Image, ImageChops

_STRIP_PIXELS = 4_000_000
_INVISIBLE = 7
"""Of 255: what is less opaque than that everywhere shows nothing."""


def flatten(image: Image.Image) -> Image.Image:
    """An RGB or RGBA image as RGB, what is transparent on white."""
    if image.mode != "RGBA":
        return image
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image)
    return flat


def shows_nothing(image: Image.Image) -> bool:
    """Whether it is transparent all over."""
    return image.mode in {"LA", "RGBA"} and highest(image.getchannel("A")) <= _INVISIBLE


def highest(channel: Image.Image) -> int:
    """The largest value of a one-band image."""
    return int(channel.getextrema()[1])  # type: ignore[arg-type] # a pair, of one band


def lowest(channel: Image.Image) -> int:
    """The smallest value of a one-band image."""
    return int(channel.getextrema()[0])  # type: ignore[arg-type]


def lift_off_white(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """The RGBA image that looks like the RGB `picture` when it lies on white.

    White had paled its colours as far as `alpha` let it through; they are c = (seen - 255(1 - a)) / a. In
    strips, so that a large one is not held several times over.
    """
    lifted = Image.new("RGBA", picture.size)
    rows = max(1, _STRIP_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        box = (0, top, picture.width, min(top + rows, picture.height))
        opacity = alpha.crop(box)
        white = ImageChops.invert(opacity)
        bands = [ImageChops.subtract(band, white) for band in picture.crop(box).split()]
        capped = [ImageChops.darker(band, opacity) for band in bands]
        lifted.paste(Image.merge("RGBa", [*capped, opacity]).convert("RGBA"), box)
    return lifted
