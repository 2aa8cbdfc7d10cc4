"""What pixels mean: every pixel mode to a plain one, every colour profile to sRGB."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageChops, ImageCms, TiffImagePlugin

from bot.images.ink import ink_profile
from bot.images.transparency import highest

_GREY_16 = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_PLAIN_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_SIMPLER = {"1": "L", "P": "RGB", "La": "LA", "RGBa": "RGBA", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}
READABLE_MODES = _GREY_16 | _PLAIN_MODES | _SIMPLER.keys()
"""The others have no one look: floating point, 32-bit integers, LAB."""
_BITS_PER_SAMPLE = 258
_UNSEEN = 1
"""Values of 255 by which two colours may differ and still be the same."""


def plain(image: Image.Image) -> Image.Image:
    """The same picture in mode L, LA, RGB, RGBA or CMYK; `image` is in one of READABLE_MODES.

    12-bit and 16-bit grey is scaled down, a transparent colour becomes an alpha channel.
    """
    if image.mode in _GREY_16:
        return _grey_from_16_bits(image)
    if image.mode in {"1", "L", "P", "RGB"} and image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in _PLAIN_MODES else image.convert(_SIMPLER[image.mode])


def _grey_from_16_bits(image: Image.Image) -> Image.Image:
    """Pillow's own conversion clips: everything from 255 of 65,535 up would be white."""
    native = image if image.mode == "I;16" else image.convert("I").convert("I;16")
    scale = 1 / 16 if _bits(image) == 12 else 1 / 256
    grey = native.point(lambda value: value * scale).convert("L")
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey.putalpha(_other_than(native, transparent))
    return grey


def _other_than(grey: Image.Image, value: int) -> Image.Image:
    """255 where a 16-bit grey image is anything else, 0 where it has this value."""
    halves = Image.frombytes("LA", grey.size, grey.tobytes("raw", "I;16B")).split()
    same = [
        half.point([255 * (level == byte) for level in range(256)])
        for half, byte in zip(halves, value.to_bytes(2), strict=True)
    ]
    return ImageChops.invert(ImageChops.darker(*same))


def _bits(image: Image.Image) -> int:
    """Of a sample in the file: a 12-bit TIFF's values come as they are, up to 4,095."""
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    return int(tags.get(_BITS_PER_SAMPLE, (16,))[0])


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """A plain image as RGB, or RGBA if it has alpha, in sRGB. An unusable profile counts as absent."""
    if image.mode in {"RGB", "RGBA"} and not icc_profile:
        return image
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colours = image.convert({"LA": "L", "RGBA": "RGB"}[image.mode]) if alpha else image
    result = _through(icc_profile, colours) if icc_profile else None
    if result is None and colours.mode == "CMYK":
        result = _through(ink_profile(), colours)
    if result is None:
        result = colours.convert("RGB")
    if alpha:
        result.putalpha(alpha)
    return result


def _through(icc_profile: bytes, colours: Image.Image) -> Image.Image | None:
    """L, RGB or CMYK as sRGB; None if the profile is damaged, for another kind of pixel, or sRGB itself."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
        if colours.mode == "L" and profile.profile.xcolor_space == "RGB ":  # scanners and screenshots do that
            colours = colours.convert("RGB")
        transform = ImageCms.buildTransform(profile, _srgb(), colours.mode, "RGB")
        if _changes_nothing(transform, colours.mode):
            return None
        if colours.mode == "RGB":
            transform.apply_in_place(colours)
            return colours
        return transform.apply(colours)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether it is sRGB to sRGB, told by what it does and not by its name: rounding alone costs quality."""
    if mode == "CMYK":
        return False
    before = _samples(mode)
    after = transform.apply(before)
    bands = ImageChops.difference(before.convert("RGB"), after).split()
    return all(highest(band) <= _UNSEEN for band in bands)


@cache
def _samples(mode: str) -> Image.Image:
    """Every grey, or a thousand colours."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    steps = range(0, 256, 28)
    colours = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
    return Image.frombytes("RGB", (len(steps) ** 3, 1), colours)
