"""The effects that leave a photo a photo: light, colour, background and a stage for a figurine."""

import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import pixels

Picture = Image.Image


def restore(photo: Picture) -> Picture:
    """Specks gone, faded tones stretched, detail sharpened."""
    calm = Image.blend(photo, photo.filter(ImageFilter.MedianFilter(3)), 0.7)
    even = Image.blend(calm, pixels.levels(calm, 0.6), 0.9)
    crisp = even.filter(ImageFilter.UnsharpMask(2.2, 110, 3))
    return ImageEnhance.Color(crisp).enhance(1.12)


def enhance(photo: Picture) -> Picture:
    """Open shadows, local contrast, livelier colour."""
    even = pixels.levels(photo, 0.5)
    opened = even.point(pixels.curve(lambda v: 255 * (v + 0.22 * v * (1 - v) ** 2)) * 3)
    depth = opened.filter(ImageFilter.UnsharpMask(24, 28, 0)).filter(ImageFilter.UnsharpMask(1.4, 90, 3))
    return ImageEnhance.Color(depth).enhance(1.28)


def colorize(photo: Picture) -> Picture:
    """A grey photo tinted like an old hand-coloured print: cool above, warm in the middle, green below."""
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=0.5)
    cool = ImageOps.colorize(grey, (24, 30, 52), (255, 252, 240), mid=(118, 150, 186))
    warm = ImageOps.colorize(grey, (40, 22, 20), (255, 248, 230), mid=(206, 148, 112))
    leaf = ImageOps.colorize(grey, (18, 28, 20), (250, 248, 222), mid=(126, 146, 92))
    size = photo.size
    ground = Image.composite(
        leaf, warm, pixels.fade(size, 0, 255).point(pixels.curve(lambda v: 255 * max(0, v - 0.5) * 1.8))
    )
    tinted = Image.composite(
        cool, ground, pixels.fade(size, 255, 0).point(pixels.curve(lambda v: 255 * max(0, v - 0.42) * 1.7))
    )
    return ImageEnhance.Color(tinted).enhance(1.15)


def background(photo: Picture) -> Picture:
    """The middle of the photo before a new, softly lit backdrop."""
    subject = _subject(photo.size, 0.62, 0.86)
    stage = pixels.vertical(photo.size, ((0, (38, 58, 92)), (0.6, (126, 112, 148)), (1, (236, 176, 138))))
    stage = _bokeh(stage, 34)
    blurred = photo.reduce(4).filter(ImageFilter.GaussianBlur(10)).resize(photo.size)
    return Image.composite(photo, Image.blend(stage, ImageChops.screen(stage, blurred), 0.25), subject)


def headshot(photo: Picture) -> Picture:
    """Closer, soft skin, key light from the left, grey studio behind."""
    width, height = photo.size
    box = (width * 0.12, height * 0.06, width * 0.88, height * 0.82)
    close = photo.resize(photo.size, Image.Resampling.BICUBIC, box=box)
    soft = Image.blend(close, close.filter(ImageFilter.GaussianBlur(3)), 0.35).filter(
        ImageFilter.UnsharpMask(2, 70, 2)
    )
    studio = pixels.vertical(photo.size, ((0, (92, 98, 108)), (0.55, (148, 152, 160)), (1, (66, 70, 78))))
    posed = Image.composite(soft, studio, _subject(photo.size, 0.66, 1.0))
    key = pixels.glow((width * 3 // 2, height * 3 // 2), 1.4).crop(
        (width // 2, height // 3, width * 3 // 2, height * 4 // 3)
    )
    lit = ImageChops.screen(
        posed, ImageOps.colorize(key.point(pixels.curve(lambda v: 70 * v)), (0, 0, 0), (255, 236, 214))
    )
    return pixels.vignette(lit, 0.45)


def _subject(size: tuple[int, int], wide: float, high: float) -> Picture:
    """A soft mask around the middle, where people put their subject."""
    mask = Image.new("L", size, 0)
    width, height = size
    left, top = width * (1 - wide) / 2, height * (1 - high)
    ImageDraw.Draw(mask).ellipse((left, top * 0.8, width - left, height * 1.12), fill=255)
    return mask.filter(ImageFilter.BoxBlur(min(size) / 11)).filter(ImageFilter.BoxBlur(min(size) / 22))


def _bokeh(stage: Picture, count: int) -> Picture:
    """Round lights out of focus."""
    rng = random.Random(9)
    lights = Image.new("RGB", stage.size)
    unit = min(stage.size) / 100
    for _ in range(count):
        radius = rng.uniform(2.5, 8) * unit
        x, y = rng.uniform(0, stage.width), rng.uniform(0, stage.height * 0.8)
        colour = pixels.mix((70, 52, 34), (40, 50, 74), rng.random())
        ImageDraw.Draw(lights).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return ImageChops.screen(stage, lights.filter(ImageFilter.GaussianBlur(unit * 0.6)))


def figurine(photo: Picture) -> Picture:
    """The photo as a glossy standee on a round base, on a desk in studio light."""
    width, height = photo.size
    desk = pixels.vertical(photo.size, (
        (0, (206, 212, 222)), (0.66, (232, 234, 238)), (0.7, (196, 170, 144)), (1, (150, 118, 92)),
    ))  # fmt: skip
    desk = desk.filter(ImageFilter.GaussianBlur(min(photo.size) / 90))
    high = round(height * 0.7)
    wide = min(round(width * 0.72), round(high * max(0.75, min(1.35, width / height))))
    plastic = ImageOps.fit(ImageEnhance.Color(pixels.smoothed(photo, 2, 3)).enhance(1.35), (wide, high))
    plastic = plastic.filter(ImageFilter.UnsharpMask(4, 80, 2))
    shine = pixels.fade((wide, high), 84, 0).point(pixels.curve(lambda v: 255 * v**1.6))
    plastic = ImageChops.screen(plastic, Image.merge("RGB", (shine.rotate(18, expand=False),) * 3))
    left, top, edge = (width - wide) // 2, round(height * 0.09), max(4, min(wide, high) // 45)
    _base(desk, (width / 2, top + high + edge), wide * 0.55, min(photo.size) / 19)
    card = Image.new("L", (wide + 2 * edge, high + 2 * edge), 0)
    ImageDraw.Draw(card).rounded_rectangle((0, 0, card.width - 1, card.height - 1), edge * 4, fill=255)
    _shadow(desk, card, (left - edge + edge * 2, top - edge + edge))
    desk.paste((250, 250, 252), (left - edge, top - edge), card)
    inner = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(inner).rounded_rectangle((0, 0, wide - 1, high - 1), edge * 3, fill=255)
    desk.paste(plastic, (left, top), inner)
    return pixels.vignette(desk, 0.22)


def _base(desk: Picture, centre: tuple[float, float], radius: float, flat: float) -> None:
    """A round transparent foot with its shadow."""
    x, y = centre
    shade = Image.new("L", desk.size, 0)
    ImageDraw.Draw(shade).ellipse(
        (x - radius * 1.08, y - flat * 0.4, x + radius * 1.12, y + flat * 2.1), fill=150
    )
    desk.paste((66, 48, 36), (0, 0), shade.filter(ImageFilter.GaussianBlur(flat * 0.5)))
    draw = ImageDraw.Draw(desk)
    thick = flat * 0.34
    draw.ellipse((x - radius, y - flat + thick, x + radius, y + flat + thick), fill=(150, 160, 172))
    draw.ellipse(
        (x - radius, y - flat, x + radius, y + flat), fill=(222, 229, 236), outline=(250, 252, 255), width=3
    )


def _shadow(desk: Picture, card: Picture, at: tuple[int, int]) -> None:
    spread = Image.new("L", desk.size, 0)
    spread.paste(card.point(pixels.curve(lambda v: 120 * v)), at)
    desk.paste((60, 58, 66), (0, 0), spread.filter(ImageFilter.GaussianBlur(min(desk.size) / 60)))


def night(photo: Picture) -> Picture:
    """Blue moonlight; what was bright glows like lamps; stars where the sky may be."""
    dark = pixels.graded(
        photo, lambda v: 0.36 * v**1.5, lambda v: 0.44 * v**1.35, lambda v: 0.06 + 0.62 * v**1.15
    )
    lamps = photo.convert("L").point(pixels.curve(lambda v: 255 * max(0, v - 0.78) * 4))
    near = ImageOps.colorize(lamps.filter(ImageFilter.GaussianBlur(2)), (0, 0, 0), (190, 140, 76))
    wide = ImageOps.colorize(
        lamps.reduce(4).filter(ImageFilter.GaussianBlur(9)).resize(photo.size), (0, 0, 0), (150, 96, 44)
    )
    lit = ImageChops.screen(ImageChops.screen(dark, near), wide)
    return pixels.vignette(ImageChops.screen(lit, _stars(photo.size)), 0.5)


def _stars(size: tuple[int, int]) -> Picture:
    rng = random.Random(4)
    sky = Image.new("RGB", size)
    draw = ImageDraw.Draw(sky)
    for _ in range(size[0] // 8):
        x, y = rng.uniform(0, size[0]), size[1] * 0.45 * rng.random() ** 1.6
        radius, light = rng.uniform(0.4, 1.5), rng.randint(90, 235)
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=(light, light, min(255, light + 20))
        )
    return sky.filter(ImageFilter.GaussianBlur(0.5))


def vintage(photo: Picture) -> Picture:
    """Faded print: lifted blacks, warm whites, grain and a leak of light."""
    toned = Image.blend(
        photo, ImageOps.colorize(photo.convert("L"), (44, 26, 14), (255, 240, 208), mid=(164, 124, 84)), 0.62
    )
    faded = pixels.graded(
        toned, lambda v: 0.12 + 0.86 * v, lambda v: 0.09 + 0.84 * v, lambda v: 0.1 + 0.7 * v
    )
    width, height = photo.size
    leak = pixels.glow((width, height * 2), 1.3).crop(
        (width // 2, height // 2, width // 2 + width, height // 2 + height)
    )
    lit = ImageChops.screen(
        faded, ImageOps.colorize(leak.point(pixels.curve(lambda v: 110 * v)), (0, 0, 0), (255, 150, 70))
    )
    grainy = pixels.speckle(lit, pixels.grain(photo.size, 14).filter(ImageFilter.GaussianBlur(0.6)), 0.28)
    return pixels.vignette(grainy, 0.6)


def grade(photo: Picture) -> Picture:
    """What an unknown wish gets: cinematic colour, teal in the shadows and amber in the light."""
    even = pixels.levels(photo, 0.3)
    toned = pixels.graded(
        even,
        lambda v: v + 0.1 * v * (1 - v) * (4 * v - 1),
        lambda v: v + 0.02 * (1 - v),
        lambda v: v + 0.12 * v * (1 - v) * (1.6 - 4 * v) + 0.03 * (1 - v),
    )
    return pixels.vignette(ImageEnhance.Color(ImageEnhance.Contrast(toned).enhance(1.1)).enhance(1.2), 0.35)
