"""What pixels mean: every pixel mode to a plain one, every colour profile to sRGB, transparency to white."""

from io import BytesIO

from PIL import Image, ImageCms

GREY_16 = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})

_PLAIN_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_SIMPLER = {"1": "L", "P": "RGB", "La": "LA", "RGBa": "RGBA", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}
_STRIP_PIXELS = 4_000_000


def plain(image: Image.Image) -> Image.Image | None:
    """The same picture in mode L, LA, RGB, RGBA or CMYK; None if the mode has no one look (F, I, LAB).

    16-bit grey is scaled down, a transparent colour becomes an alpha channel.
    """
    if image.mode in GREY_16:
        return _grey_from_16_bits(image)
    if image.mode in {"1", "L", "P", "RGB"} and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in _PLAIN_MODES:
        return image
    mode = _SIMPLER.get(image.mode)
    return image.convert(mode) if mode else None


def _grey_from_16_bits(image: Image.Image) -> Image.Image:
    """Pillow's own conversion clips: everything from 255 of 65,535 up would be white."""
    native = image if image.mode == "I;16" else image.convert("I").convert("I;16")
    return native.point(lambda value: value * (1 / 256)).convert("L")


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """A plain image as RGB, or RGBA if it has alpha, in sRGB. An unusable profile counts as absent."""
    if image.mode in {"RGB", "RGBA"} and not icc_profile:
        return image
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colours = image.convert({"LA": "L", "RGBA": "RGB"}[image.mode]) if alpha else image
    converted = _through_profile(colours, icc_profile) if icc_profile else None
    result = converted or colours.convert("RGB")
    if alpha:
        result.putalpha(alpha)
    return result


def _through_profile(colours: Image.Image, icc_profile: bytes) -> Image.Image | None:
    """L, RGB or CMYK as sRGB; None if the profile is damaged or made for another kind of pixel."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
        if colours.mode == "L" and profile.profile.xcolor_space == "RGB ":  # scanners and screenshots do that
            colours = colours.convert("RGB")
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def flatten(image: Image.Image) -> Image.Image:
    """An RGB or RGBA image as RGB, what is transparent on white.

    In strips: Pillow holds the interpreter while it pastes, and the event loop must get its turn in between.
    """
    if image.mode != "RGBA":
        return image
    flat = Image.new("RGB", image.size, "white")
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        flat.paste(strip, (0, top), mask=strip)
    return flat
