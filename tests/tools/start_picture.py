"""Draws the picture that /start sends, of the sandbox's sample: a photo, and the same one as a watercolor.

Run it as `python -m tests.tools.start_picture`.
"""

from pathlib import Path

from PIL import Image

import bot.conversation.texts
from bot.sandbox.nanobanana.styles import watercolor
from bot.sandbox.scene import paint_scene

PLACE = Path(bot.conversation.texts.__file__).parent / "start.jpg"
_WIDE, _HIGH, _GAP, _PAPER = 604, 640, 24, (247, 246, 243)


def start_picture() -> Image.Image:
    """Both beside each other, the middle of each."""
    photo = paint_scene()
    canvas = Image.new("RGB", (2 * _WIDE + 3 * _GAP, _HIGH + 2 * _GAP), _PAPER)
    for number, picture in enumerate((photo, watercolor(photo))):
        height = _HIGH
        scaled = picture.resize((round(picture.width * height / picture.height), height))
        left = round((scaled.width - _WIDE) * 0.45)
        part = scaled.crop((left, 0, left + _WIDE, height))
        canvas.paste(part, (_GAP + number * (_WIDE + _GAP), _GAP))
    return canvas


if __name__ == "__main__":
    start_picture().save(PLACE, "JPEG", quality=82, optimize=True)
