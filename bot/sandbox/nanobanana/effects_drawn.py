"""The effects that redraw a photo by hand: pencil, brush, ink, clay and pixels."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import pixels

Picture = Image.Image


def sketch(photo: Picture) -> Picture:
    """Graphite lines, cross-hatching where it is dark, paper grain over all."""
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=1)
    # Lifted blacks: a quotient of two nearly black values would draw the photo's noise.
    firm = grey.point(pixels.curve(lambda v: 34 + 221 * v))
    fine = pixels.dodge(firm, 3).point(pixels.curve(lambda v: 255 * v**2.8))
    broad = pixels.dodge(firm, 14).point(pixels.curve(lambda v: 255 * (0.3 + 0.7 * v**1.5)))
    drawing = ImageChops.multiply(fine, broad)
    tone = grey.filter(ImageFilter.GaussianBlur(3))
    smudge = tone.point(pixels.curve(lambda v: 255 * min(1.0, 0.27 + 1.6 * v)))
    drawing = ImageChops.multiply(drawing, smudge)
    for least, angle, seed in ((0.62, 1.0, 1), (0.42, -1.1, 2), (0.24, 0.35, 3)):
        strokes = ImageChops.multiply(tone.point(_below(least)), _hatching(photo.size, angle, seed))
        drawing = ImageChops.multiply(drawing, ImageChops.invert(strokes))
    paper = pixels.grain(photo.size, 5).filter(ImageFilter.GaussianBlur(0.8))
    rough = pixels.speckle(drawing.convert("RGB"), paper, 0.5).convert("L")
    return ImageOps.colorize(rough, (46, 46, 52), (252, 250, 245), mid=(150, 149, 150))


def _below(limit: float) -> list[int]:
    """A table that lets through what is darker than `limit`."""
    return pixels.curve(lambda v: 255 * min(1, max(0, limit - v) / 0.22))


def _hatching(size: tuple[int, int], slope: float, seed: int) -> Picture:
    """White strokes on black, a little unsteady, as a mask."""
    rng = random.Random(seed)
    width, height = size
    sheet = Image.new("L", size, 0)
    draw = ImageDraw.Draw(sheet)
    run = height / slope if abs(slope) > 0.5 else height
    step = max(5.0, (width + height) / 380)
    position = -abs(run)
    while position < width + abs(run):
        position += step * rng.uniform(0.7, 1.3)
        if abs(slope) > 0.5:
            ends = (position, float(height), position + run + rng.uniform(-9, 9), 0.0)
        else:
            ends = (0.0, position, float(width), position - width * slope * 0.5)
        draw.line(ends, fill=rng.randint(90, 190), width=max(1, round(step / 4)))
    return sheet.filter(ImageFilter.GaussianBlur(0.7))


def watercolor(photo: Picture) -> Picture:
    """Transparent washes with darker rims, pigment grain, and bare paper around them."""
    soft = Image.blend(pixels.smoothed(photo, 3, 5), pixels.patches(photo, 2, 40, 5), 0.5)
    wash = _wobbled(ImageEnhance.Color(pixels.levels(soft)).enhance(1.35), 8, 5)
    lifted = pixels.graded(wash, *(lambda v: 0.17 + 0.83 * v**0.8,) * 3)
    washes = lifted.filter(ImageFilter.GaussianBlur(0.9))
    rims = washes.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.GaussianBlur(1.1))
    rims = rims.point(pixels.curve(lambda v: 255 * (1 - min(0.5, v * 3.2))))
    pencil = pixels.dodge(photo.convert("L").point(pixels.curve(lambda v: 60 + 195 * v)), 3)
    pencil = pencil.point(pixels.curve(lambda v: 255 * (0.45 + 0.55 * v**2)))
    washes = ImageChops.multiply(washes, Image.merge("RGB", (ImageChops.multiply(rims, pencil),) * 3))
    pools = Image.blend(pixels.grain(photo.size, 3, coarse=48), pixels.grain(photo.size, 4, coarse=9), 0.35)
    washes = pixels.speckle(washes, pools, 0.32)
    paper = Image.new("RGB", photo.size, (252, 249, 242))
    painted = Image.composite(washes, paper, _ragged(photo.size))
    tooth = pixels.grain(photo.size, 8, coarse=2).filter(ImageFilter.EMBOSS)
    return pixels.speckle(painted, tooth.filter(ImageFilter.GaussianBlur(0.9)), 0.3)


def _wobbled(picture: Picture, cell: int, amount: float) -> Picture:
    """The picture shifted a little and differently from place to place, as wet paint runs."""
    rng = random.Random(6)
    width, height = picture.size
    columns, rows = max(2, width // (cell * 6)), max(2, height // (cell * 6))
    knots = [
        [
            (
                x * width / columns + rng.uniform(-amount, amount),
                y * height / rows + rng.uniform(-amount, amount),
            )
            for x in range(columns + 1)
        ]
        for y in range(rows + 1)
    ]
    mesh = []
    for y in range(rows):
        for x in range(columns):
            box = (width * x // columns, height * y // rows,
                   width * (x + 1) // columns, height * (y + 1) // rows)  # fmt: skip
            corners = (knots[y][x], knots[y + 1][x], knots[y + 1][x + 1], knots[y][x + 1])
            mesh.append((box, tuple(value for corner in corners for value in corner)))
    return picture.transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _ragged(size: tuple[int, int]) -> Picture:
    """A mask of one painted sheet: full inside, brushed out towards the rim."""
    margin = min(size) / 24
    sheet = Image.new("L", size, 0)
    ImageDraw.Draw(sheet).rectangle((margin, margin, size[0] - margin, size[1] - margin), fill=255)
    soft = sheet.filter(ImageFilter.BoxBlur(margin * 0.9))
    torn = Image.blend(pixels.grain(size, 11, coarse=44), pixels.grain(size, 12, coarse=7), 0.22)
    edge = ImageChops.add(soft, torn, scale=1, offset=-128)
    return edge.point(pixels.curve(lambda v: 255 * min(1, max(0, v - 0.3) * 5))).filter(
        ImageFilter.GaussianBlur(1.2)
    )


def cartoon(photo: Picture) -> Picture:
    """Flat bright colours inside bold outlines."""
    return ImageChops.multiply(_flat(photo, 24, 1.45), _outlines(photo, 2.6, 0.055))


def anime(photo: Picture) -> Picture:
    """Cel shading, thin lines, a bloom of light over clean colours."""
    flat = Image.blend(_flat(photo, 40, 1.3), photo.filter(ImageFilter.BoxBlur(2)), 0.3)
    lit = pixels.graded(flat, lambda v: v**0.78, lambda v: v**0.8, lambda v: 0.04 + 0.96 * v**0.74)
    drawn = ImageChops.multiply(lit, _outlines(photo, 1.4, 0.075))
    bloom = drawn.point(pixels.curve(lambda v: 255 * max(0, v - 0.55) * 1.5) * 3)
    bloom = bloom.reduce(4).filter(ImageFilter.GaussianBlur(9)).resize(photo.size)
    return ImageEnhance.Color(ImageChops.screen(drawn, bloom)).enhance(1.25)


def comic(photo: Picture) -> Picture:
    """Inked blacks, few colours and printed dots in the shadows."""
    bold = ImageEnhance.Contrast(_flat(photo, 14, 1.6)).enhance(1.25)
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=2).filter(ImageFilter.GaussianBlur(2))
    cell = max(6, photo.width // 170)
    dots = ImageChops.add(grey, _screen(photo.size, cell), scale=1, offset=-112)
    dots = dots.point(pixels.curve(lambda v: 255 * min(1, 0.62 + max(0, v - 0.35) * 4)))
    printed = ImageChops.multiply(bold, Image.merge("RGB", (dots, dots, dots)))
    ink = grey.point(pixels.curve(lambda v: 255 * min(1, max(0, v - 0.03) * 14)))
    inked = ImageChops.multiply(printed, Image.merge("RGB", (ink,) * 3))
    inked = ImageChops.multiply(inked, _outlines(photo, 2.2, 0.05))
    return ImageChops.multiply(inked, Image.new("RGB", photo.size, (255, 249, 232)))


def _screen(size: tuple[int, int], cell: int) -> Picture:
    """The threshold pattern of a printer's dot screen."""
    tile = Image.new("L", (cell, cell))
    half = math.pi / cell
    tile.putdata([
        round(127 + 110 * math.cos((x + y) * half) * math.cos((x - y) * half) )
        for y in range(cell) for x in range(cell)
    ])  # fmt: skip
    sheet = Image.new("L", size)
    for left in range(0, size[0], cell):
        sheet.paste(tile, (left, 0))
    for top in range(cell, size[1], cell):
        sheet.paste(sheet.crop((0, 0, size[0], cell)), (0, top))
    return sheet


def _flat(photo: Picture, colours: int, saturation: float) -> Picture:
    vivid = ImageEnhance.Color(pixels.levels(photo)).enhance(saturation)
    return pixels.patches(vivid, 2, colours, 5)


def _outlines(photo: Picture, weight: float, least: float) -> Picture:
    """Black lines on white where the photo changes."""
    grey = pixels.smoothed(ImageOps.autocontrast(photo.convert("L"), cutoff=1), 2, 5)
    near, far = (grey.filter(ImageFilter.GaussianBlur(weight * factor)) for factor in (0.7, 1.9))
    ridge = ImageChops.subtract(far, near)
    lines = ridge.point(pixels.curve(lambda v: 255 * (1 - min(1, max(0, v - least * 0.45) * 26))))
    return Image.merge("RGB", (lines.filter(ImageFilter.GaussianBlur(0.6)),) * 3)


def pixel_art(photo: Picture) -> Picture:
    """Visible square pixels in a small dithered palette."""
    columns = 176 if photo.width >= photo.height else 128
    small = (columns, max(1, round(columns * photo.height / photo.width)))
    vivid = ImageEnhance.Color(pixels.levels(photo)).enhance(1.45)
    tiny = vivid.resize(small, Image.Resampling.BOX).filter(ImageFilter.UnsharpMask(1, 130, 2))
    palette = tiny.quantize(28, Image.Quantize.MEDIANCUT)
    dithered = tiny.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")
    return dithered.resize(photo.size, Image.Resampling.NEAREST)


def claymation(photo: Picture) -> Picture:
    """Rounded plasticine lumps under a warm lamp, with fingerprints."""
    vivid = ImageEnhance.Color(pixels.levels(photo)).enhance(1.45)
    lumps = _wobbled(pixels.patches(vivid, 4, 26, 7), 9, 5)
    heights = lumps.convert("L").filter(ImageFilter.GaussianBlur(4))
    dents = pixels.grain(photo.size, 21, coarse=22)
    surface = Image.blend(heights, dents, 0.14)
    light = Image.merge("RGB", (_relief(surface, 4),) * 3)
    shaped = ImageChops.overlay(lumps.filter(ImageFilter.GaussianBlur(1)), light)
    shaped = pixels.speckle(shaped, _wobbled(_ridges(photo.size), 16, 16), 0.12)
    lamp = pixels.glow((photo.width * 2, photo.height * 2), 1.2)
    lamp = lamp.crop((photo.width // 2, photo.height * 2 // 3, photo.width * 3 // 2, photo.height * 5 // 3))
    lamp = lamp.point(pixels.curve(lambda v: 64 * v))
    lit = ImageChops.screen(shaped, ImageOps.colorize(lamp, (0, 0, 0), (255, 214, 150)))
    return pixels.vignette(lit, 0.4)


def _ridges(size: tuple[int, int]) -> Picture:
    """Fine parallel ridges, the sheet that fingerprints are bent from."""
    row = Image.new("L", (1, size[1]))
    row.putdata([round(128 + 110 * math.sin(y * 1.05)) for y in range(size[1])])
    patches = pixels.grain(size, 22, coarse=90).point(
        pixels.curve(lambda v: 255 * min(1, max(0, v - 0.5) * 5))
    )
    return Image.composite(row.resize(size), Image.new("L", size, 128), patches)


def _relief(heights: Picture, reach: int) -> Picture:
    """Light from the upper left on a surface of these heights, around middle grey."""
    lower = ImageChops.offset(heights, reach, reach)
    higher = ImageChops.offset(heights, -reach, -reach)
    return ImageChops.subtract(lower, higher, scale=0.5, offset=128).filter(ImageFilter.GaussianBlur(1.5))


def oil(photo: Picture) -> Picture:
    """Thick strokes that follow the colours, on canvas."""
    rich = ImageEnhance.Color(pixels.levels(photo)).enhance(1.3)
    daubs = pixels.patches(_wobbled(rich, 3, 4), 2, 72, 7).filter(ImageFilter.UnsharpMask(3, 90, 2))
    daubs = Image.blend(daubs, rich.filter(ImageFilter.BoxBlur(1)), 0.22)
    bristle = _wobbled(_bristles(photo.size), 14, 26)
    canvas = pixels.grain(photo.size, 32, coarse=3).filter(ImageFilter.EMBOSS)
    light = Image.blend(_relief(daubs.convert("L"), 1), Image.blend(bristle, canvas, 0.25), 0.22)
    thick = ImageChops.overlay(daubs, Image.merge("RGB", (light,) * 3))
    glazed = pixels.graded(
        thick, lambda v: 0.02 + 0.97 * v, lambda v: 0.015 + 0.95 * v**1.06, lambda v: 0.01 + 0.9 * v**1.1
    )
    return pixels.vignette(glazed, 0.35)


def _bristles(size: tuple[int, int]) -> Picture:
    """Short streaks that lie askew, as a brush leaves them."""
    width, height = size
    streaks = pixels.grain((width, max(2, height // 14)), 31, coarse=2)
    side = math.hypot(width, height)
    sheet = streaks.resize((round(side), round(side)), Image.Resampling.BICUBIC).rotate(58)
    left, top = round((side - width) / 2), round((side - height) / 2)
    return sheet.crop((left, top, left + width, top + height))
