"""Stands in for the model: picks an effect by the prompt's words, and labels the result as an imitation."""

import re
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.sandbox.nanobanana import styles

Effect = Callable[[Image.Image], Image.Image]
_LONGEST_PAINTED = 1536
"""Larger results are painted with this long side and enlarged, which is faster."""

_STYLES: dict[str, tuple[Effect, str]] = {
    "sketch": (styles.sketch, r"sketch|pencil|graphite|charcoal|line drawing"),
    "watercolor": (styles.watercolor, r"water.?colou?r|aquarelle"),
    "comic": (styles.comic, r"comic|halftone|manga|pop.?art"),
    "cartoon": (styles.cartoon, r"cartoon|caricature"),
    "anime": (styles.anime, r"anime|cel.?shad"),
    "pixel art": (styles.pixel_art, r"pixel|8.?bit|16.?bit"),
    "claymation": (styles.claymation, r"clay|plasticine|stop.?motion"),
    "oil": (styles.oil, r"\boil\b|impasto"),
    "figurine": (styles.figurine, r"figurine|action figure|statue"),
    "restore": (styles.restore, r"restor|repair|scratches"),
    "colorize": (styles.colorize, r"colou?ri[sz]"),
    "headshot": (styles.headshot, r"head.?shot|portrait"),
    "vintage": (styles.vintage, r"vintage|retro|sepia|polaroid"),
    "background": (styles.background, r"(replace|remove|change|swap)\W+(\w+\W+){0,4}?background"),
}
_CHANGES: dict[str, tuple[Effect, str]] = {
    "night": (styles.night, r"\bnight|moonl|midnight"),
    "background": (styles.background, r"background|backdrop"),
    "restore": (styles.restore, r"sharpen|denoise"),
    "enhance": (styles.enhance, r"enhanc|improve|brighten|quality"),
}
_UNKNOWN = "colour grade"
EFFECTS = {name: effect for name, (effect, _) in {**_STYLES, **_CHANGES}.items()} | {_UNKNOWN: styles.grade}


def chosen(prompt: str) -> str:
    """The effect whose word comes first in the prompt; a style's word outranks a change's."""
    for effects in (_STYLES, _CHANGES):
        found = [
            (match.start(), name)
            for name, (_, words) in effects.items()
            if (match := re.search(words, prompt, re.IGNORECASE))
        ]
        if found:
            return min(found)[1]
    return _UNKNOWN


def imitate(photo: Image.Image, prompt: str, size: tuple[int, int]) -> Image.Image:
    """The photo, cropped centrally to `size`, in the effect that the prompt asks for and with its label."""
    name = chosen(prompt)
    scale = min(1.0, _LONGEST_PAINTED / max(size))
    painted_size = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    fitted = ImageOps.fit(_opaque(photo), painted_size, Image.Resampling.BICUBIC)
    painted = EFFECTS[name](fitted)
    if painted.size != size:
        painted = painted.resize(size, Image.Resampling.BICUBIC)
    return _labelled(painted, f"sandbox imitation · {name}")


def _opaque(photo: Image.Image) -> Image.Image:
    """RGB, with white where the photo is transparent."""
    if photo.mode == "RGB":
        return photo
    layered = photo.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")


def _labelled(picture: Image.Image, text: str) -> Image.Image:
    """A small label at the bottom left, far enough from the edge to survive a slight crop."""
    font = ImageFont.load_default(max(11, min(picture.size) / 48))
    left, top, right, bottom = font.getbbox(text)
    pad = (bottom - top) * 0.6
    x, y = picture.width * 0.02 + pad, picture.height * 0.975 - pad - bottom
    plate = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(plate)
    box = (x + left - pad, y + top - pad, x + right + pad, y + bottom + pad)
    draw.rounded_rectangle(box, radius=pad, fill=(18, 20, 26, 140))
    draw.text((x, y), text, font=font, fill=(255, 255, 255, 215))
    return Image.alpha_composite(picture.convert("RGBA"), plate).convert("RGB")
