"""The effects: each takes an RGB photo and returns it redrawn, relit or staged, at the same size."""

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import pixels
from bot.sandbox.pixels import Picture, curve, lit_by, rgb


def sketch(photo: Picture) -> Picture:
    """Graphite lines, cross-hatching where it is dark, paper grain over all."""
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=1)
    # Lifted blacks: dividing one nearly black value by another would draw the photo's noise.
    firm = grey.point(curve(lambda v: 0.13 + 0.87 * v))
    tone = grey.filter(ImageFilter.GaussianBlur(3))
    layers = [
        pixels.dodge(firm, 3).point(curve(lambda v: v**2.8)),
        pixels.dodge(firm, 14).point(curve(lambda v: 0.3 + 0.7 * v**1.5)),
        tone.point(curve(lambda v: 0.27 + 1.6 * v)),
    ]
    for least, angle, seed in ((0.62, 45, 1), (0.42, -48, 2), (0.24, 20, 3)):
        dark = tone.point([min(255, max(0, round((least * 255 - v) / 0.22))) for v in range(256)])
        layers.append(ImageChops.invert(ImageChops.multiply(dark, pixels.hatching(photo.size, angle, seed))))
    drawing = layers[0]
    for layer in layers[1:]:
        drawing = ImageChops.multiply(drawing, layer)
    paper = pixels.grain(photo.size, 5).filter(ImageFilter.GaussianBlur(0.8))
    rough = pixels.speckle(drawing.convert("RGB"), paper, 0.5).convert("L")
    return ImageOps.colorize(rough, (46, 46, 52), (252, 250, 245), mid=(150, 149, 150))


def watercolor(photo: Picture) -> Picture:
    """Transparent washes with darker rims, pigment grain, and bare paper around them."""
    soft = Image.blend(pixels.smoothed(photo, 3, 5), pixels.patches(photo, 2, 40, 5), 0.5)
    wash = pixels.wobbled(ImageEnhance.Color(pixels.levels(soft)).enhance(1.35), 48, 5)
    wash = wash.point(curve(lambda v: 0.17 + 0.83 * v**0.8) * 3).filter(ImageFilter.GaussianBlur(0.9))
    rims = wash.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.GaussianBlur(1.1))
    rims = rims.point(curve(lambda v: 1 - min(0.5, v * 3.2)))
    pencil = pixels.dodge(photo.convert("L").point(curve(lambda v: 0.24 + 0.76 * v)), 3)
    pencil = pencil.point(curve(lambda v: 0.45 + 0.55 * v**2))
    wash = ImageChops.multiply(wash, rgb(ImageChops.multiply(rims, pencil)))
    pools = Image.blend(pixels.grain(photo.size, 3, coarse=48), pixels.grain(photo.size, 4, coarse=9), 0.35)
    paper = Image.new("RGB", photo.size, (252, 249, 242))
    painted = Image.composite(pixels.speckle(wash, pools, 0.32), paper, pixels.ragged(photo.size))
    tooth = pixels.grain(photo.size, 8, coarse=2).filter(ImageFilter.EMBOSS)
    return pixels.speckle(painted, tooth.filter(ImageFilter.GaussianBlur(0.9)), 0.3)


def cartoon(photo: Picture) -> Picture:
    """Flat bright colours inside bold outlines."""
    return ImageChops.multiply(_flat(photo, 24, 1.45), _outlines(photo, 2.6, 0.055))


def anime(photo: Picture) -> Picture:
    """Cel shading, thin lines, a bloom of light over clean colours."""
    flat = Image.blend(_flat(photo, 40, 1.3), photo.filter(ImageFilter.BoxBlur(2)), 0.3)
    light = pixels.graded(flat, lambda v: v**0.78, lambda v: v**0.8, lambda v: 0.04 + 0.96 * v**0.74)
    drawn = ImageChops.multiply(light, _outlines(photo, 1.4, 0.075))
    bloom = pixels.blurred(drawn.point(curve(lambda v: (v - 0.55) * 1.5) * 3), 36)
    return ImageEnhance.Color(ImageChops.screen(drawn, bloom)).enhance(1.25)


def comic(photo: Picture) -> Picture:
    """Inked blacks, few colours and printed dots in the shadows."""
    bold = ImageEnhance.Contrast(_flat(photo, 14, 1.6)).enhance(1.25)
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=2).filter(ImageFilter.GaussianBlur(2))
    dots = grey.reduce(max(1, photo.width // 240)).convert("1")
    dots = dots.convert("L").resize(photo.size, Image.Resampling.BICUBIC).point(curve(lambda v: 0.6 + v))
    ink = grey.point(curve(lambda v: (v - 0.03) * 14))
    inked = ImageChops.multiply(bold, rgb(ImageChops.multiply(dots, ink)))
    paper = Image.new("RGB", photo.size, (255, 249, 232))
    return ImageChops.multiply(ImageChops.multiply(inked, _outlines(photo, 2.2, 0.05)), paper)


def _flat(photo: Picture, colours: int, saturation: float) -> Picture:
    return pixels.patches(ImageEnhance.Color(pixels.levels(photo)).enhance(saturation), 2, colours, 5)


def _outlines(photo: Picture, weight: float, least: float) -> Picture:
    """Black lines on white where the photo changes."""
    grey = pixels.smoothed(ImageOps.autocontrast(photo.convert("L"), cutoff=1), 2, 5)
    near, far = (grey.filter(ImageFilter.GaussianBlur(weight * factor)) for factor in (0.7, 1.9))
    lines = ImageChops.subtract(far, near).point(curve(lambda v: 1 - max(0, v - least * 0.45) * 26))
    return rgb(lines.filter(ImageFilter.GaussianBlur(0.6)))


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
    """Rounded, dented lumps of plasticine under a warm lamp."""
    vivid = ImageEnhance.Color(pixels.levels(photo)).enhance(1.45)
    lumps = pixels.wobbled(pixels.patches(vivid, 4, 26, 7), 54, 5)
    heights = lumps.convert("L").filter(ImageFilter.GaussianBlur(4))
    surface = Image.blend(heights, pixels.grain(photo.size, 21, coarse=22), 0.14)
    shaped = ImageChops.overlay(lumps.filter(ImageFilter.GaussianBlur(1)), rgb(pixels.relief(surface, 4)))
    lamp = pixels.glow(photo.size, 0.8).point(curve(lambda v: 0.25 * v))
    return pixels.vignette(lit_by(shaped, lamp, (255, 214, 150)), 0.4)


def oil(photo: Picture) -> Picture:
    """Thick strokes that follow the colours, on canvas."""
    rich = ImageEnhance.Color(pixels.levels(photo)).enhance(1.3)
    daubs = pixels.patches(pixels.wobbled(rich, 18, 4), 2, 72, 7).filter(ImageFilter.UnsharpMask(3, 90, 2))
    daubs = Image.blend(daubs, rich.filter(ImageFilter.BoxBlur(1)), 0.22)
    bristles = pixels.grain((photo.width, max(2, photo.height // 14)), 31, coarse=2).resize(photo.size)
    light = Image.blend(pixels.relief(daubs.convert("L"), 1), pixels.wobbled(bristles, 84, 26), 0.18)
    glazed = pixels.graded(
        ImageChops.overlay(daubs, rgb(light)),
        lambda v: 0.97 * v,
        lambda v: 0.95 * v**1.06,
        lambda v: 0.9 * v**1.1,
    )
    return pixels.vignette(glazed, 0.35)


def restore(photo: Picture) -> Picture:
    """Specks gone, faded tones stretched, detail sharpened."""
    calm = Image.blend(photo, photo.filter(ImageFilter.MedianFilter(3)), 0.7)
    crisp = pixels.levels(calm, 0.6).filter(ImageFilter.UnsharpMask(2.2, 110, 3))
    return ImageEnhance.Color(crisp).enhance(1.12)


def enhance(photo: Picture) -> Picture:
    """Open shadows, local contrast, livelier colour."""
    opened = pixels.levels(photo, 0.5).point(curve(lambda v: v + 0.22 * v * (1 - v) ** 2) * 3)
    depth = opened.filter(ImageFilter.UnsharpMask(24, 28, 0)).filter(ImageFilter.UnsharpMask(1.4, 90, 3))
    return ImageEnhance.Color(depth).enhance(1.28)


def colorize(photo: Picture) -> Picture:
    """A grey photo tinted like an old hand-coloured print: cool above, warm in the middle, green below."""
    grey = ImageOps.autocontrast(photo.convert("L"), cutoff=0.5)
    warm = ImageOps.colorize(grey, (40, 22, 20), (255, 248, 230), mid=(206, 148, 112))
    leaf = ImageOps.colorize(grey, (18, 28, 20), (250, 248, 222), mid=(126, 146, 92))
    cool = ImageOps.colorize(grey, (24, 30, 52), (255, 252, 240), mid=(118, 150, 186))
    half = curve(lambda v: (v - 0.45) * 1.7)
    tinted = Image.composite(leaf, warm, pixels.fade(photo.size, 0, 255).point(half))
    return Image.composite(cool, tinted, pixels.fade(photo.size, 255, 0).point(half))


def background(photo: Picture) -> Picture:
    """The middle of the photo before a new, softly lit backdrop."""
    stage = pixels.vertical(photo.size, ((0, (38, 58, 92)), (0.6, (126, 112, 148)), (1, (236, 176, 138))))
    stage = Image.blend(stage, ImageChops.screen(stage, pixels.blurred(photo, 40)), 0.4)
    return Image.composite(photo, stage, _subject(photo.size, 0.62, 0.86))


def headshot(photo: Picture) -> Picture:
    """Closer, soft skin, key light from the left, grey studio behind."""
    width, height = photo.size
    box = (width * 0.12, height * 0.06, width * 0.88, height * 0.82)
    close = photo.resize(photo.size, Image.Resampling.BICUBIC, box=box)
    soft = Image.blend(close, close.filter(ImageFilter.GaussianBlur(3)), 0.35)
    studio = pixels.vertical(photo.size, ((0, (92, 98, 108)), (0.55, (148, 152, 160)), (1, (66, 70, 78))))
    posed = Image.composite(soft, studio, _subject(photo.size, 0.66, 1.0))
    key = ImageChops.offset(pixels.glow(photo.size), -width // 5, 0).point(curve(lambda v: 0.27 * v))
    return pixels.vignette(lit_by(posed, key, (255, 236, 214)), 0.45)


def _subject(size: tuple[int, int], wide: float, high: float) -> Picture:
    """A soft mask around the middle, where people put their subject."""
    mask = Image.new("L", size)
    left, top = size[0] * (1 - wide) / 2, size[1] * (1 - high)
    ImageDraw.Draw(mask).ellipse((left, top * 0.8, size[0] - left, size[1] * 1.12), fill=255)
    return mask.filter(ImageFilter.BoxBlur(min(size) / 11)).filter(ImageFilter.BoxBlur(min(size) / 22))


def figurine(photo: Picture) -> Picture:
    """The photo as a glossy standee on a round base, on a desk in studio light."""
    width, height = photo.size
    unit = min(photo.size) / 100
    wall, desk = ((206, 212, 222), (232, 234, 238)), ((196, 170, 144), (150, 118, 92))
    scene = pixels.vertical(photo.size, ((0, wall[0]), (0.66, wall[1]), (0.7, desk[0]), (1, desk[1])))
    high = round(height * 0.7)
    wide = min(round(width * 0.72), round(high * max(0.75, min(1.35, width / height))))
    card = ImageOps.fit(ImageEnhance.Color(pixels.smoothed(photo, 2, 3)).enhance(1.35), (wide, high))
    card = lit_by(card, pixels.fade(card.size, 70, 0), (255, 255, 255))
    card = ImageOps.expand(card, max(2, round(unit * 1.6)), (250, 250, 252))
    mask = pixels.rounded(card.size, unit * 5)
    left, top = (width - card.width) // 2, round(height * 0.09)
    for drop, colour in ((4, (120, 96, 78)), (1.6, (150, 160, 172)), (0, (222, 229, 236))):
        middle = top + card.height + drop * unit
        base = (width / 2 - wide * 0.56, middle - 5 * unit, width / 2 + wide * 0.56, middle + 5 * unit)
        ImageDraw.Draw(scene).ellipse(base, fill=colour)
    shadow = Image.new("L", photo.size)
    shadow.paste(120, (left + round(unit * 1.6), top + round(unit)), mask)
    scene.paste((60, 58, 66), (0, 0), shadow.filter(ImageFilter.GaussianBlur(unit * 1.7)))
    scene.paste(card, (left, top), mask)
    return pixels.vignette(scene, 0.22)


def night(photo: Picture) -> Picture:
    """Blue moonlight; what was bright glows like lamps; stars where the sky may be."""
    dark = pixels.graded(
        photo, lambda v: 0.36 * v**1.5, lambda v: 0.44 * v**1.35, lambda v: 0.06 + 0.62 * v**1.15
    )
    lamps = photo.convert("L").point(curve(lambda v: (v - 0.78) * 4))
    lit = lit_by(dark, lamps.filter(ImageFilter.GaussianBlur(2)), (190, 140, 76))
    lit = lit_by(lit, pixels.blurred(lamps, 36), (150, 96, 44))
    stars = pixels.grain(photo.size, 4, coarse=2).point(curve(lambda v: (v - 0.965) * 60))
    sky = pixels.fade(photo.size, 255, 0).point(curve(lambda v: (v - 0.5) * 2))
    return pixels.vignette(lit_by(lit, ImageChops.multiply(stars, sky), (225, 230, 255)), 0.5)


def vintage(photo: Picture) -> Picture:
    """Faded print: lifted blacks, warm whites, grain and a leak of light."""
    sepia = ImageOps.colorize(photo.convert("L"), (44, 26, 14), (255, 240, 208), mid=(164, 124, 84))
    toned = Image.blend(photo, sepia, 0.62)
    faded = pixels.graded(
        toned, lambda v: 0.12 + 0.86 * v, lambda v: 0.09 + 0.84 * v, lambda v: 0.1 + 0.7 * v
    )
    leak = ImageChops.offset(pixels.glow(photo.size, 1.3), -photo.width // 2, 0)
    lit = lit_by(faded, leak.point(curve(lambda v: 0.43 * v)), (255, 150, 70))
    grain = pixels.grain(photo.size, 14).filter(ImageFilter.GaussianBlur(0.6))
    return pixels.vignette(pixels.speckle(lit, grain, 0.28), 0.6)


def grade(photo: Picture) -> Picture:
    """For any other prompt: cinematic colour, teal in the shadows and amber in the light."""
    toned = pixels.graded(
        pixels.levels(photo, 0.3),
        lambda v: v + 0.1 * v * (1 - v) * (4 * v - 1),
        lambda v: v + 0.02 * (1 - v),
        lambda v: v + 0.12 * v * (1 - v) * (1.6 - 4 * v) + 0.03 * (1 - v),
    )
    return pixels.vignette(ImageEnhance.Color(ImageEnhance.Contrast(toned).enhance(1.1)).enhance(1.2), 0.35)
