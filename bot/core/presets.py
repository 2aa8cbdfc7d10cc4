"""The named prompts behind the commands. Each keeps the subject and the framing of the photo."""

from dataclasses import dataclass

EDIT, COMBINE, IMAGINE = "edit", "combine", "imagine"
MAX_PROMPT_CHARACTERS = 1500
"""For the whole prompt: the provider's basic model reliably takes this much."""

_KEEP = (
    " Keep the same subject, pose, composition, camera angle and framing as the original photo;"
    " do not crop, do not add borders, captions or watermarks."
)


_FILL = (
    "\n\nThe picture has a new shape: continue the scene naturally where the photo ends, over any blurred"
    " edges, so that it fills the whole frame."
)


@dataclass(frozen=True, slots=True)
class Preset:
    """A command and its prompt. `keeps_outline`: the subject keeps its outline, so its alpha channel fits."""

    name: str
    emoji: str
    prompt: str
    needs_words: bool = False
    keeps_outline: bool = True


PRESETS: tuple[Preset, ...] = (
    Preset("sketch", "✏️", "Redraw this photo as a detailed graphite pencil sketch on white paper: confident contour lines, fine cross-hatching for the shadows, no colour." + _KEEP),
    Preset("watercolor", "🎨", "Repaint this photo as a luminous watercolor on cold-pressed paper: transparent washes, soft wet edges, visible pigment granulation, white paper left for the highlights." + _KEEP),
    Preset("cartoon", "🖍️", "Turn this photo into a clean modern cartoon: bold outlines, flat bright colours with simple two-tone shading, expressive but recognisable features." + _KEEP),
    Preset("anime", "🌸", "Redraw this photo as a frame of a hand-drawn anime film: crisp line art, cel shading, soft painted background, gentle natural light; people stay recognisable." + _KEEP),
    Preset("figurine", "🗿", "Turn the main subject into a collectible 1/7 scale PVC figurine with realistic materials, standing on a round transparent base on a tidy desk, photographed with soft studio light; the likeness, clothes and pose stay exact." + _KEEP),
    Preset("restore", "🕰️", "Restore this old photo: remove scratches, dust, stains and creases, recover faded contrast and fine detail, reduce noise; do not change faces, expressions or clothing and do not invent content." + _KEEP),
    Preset("colorize", "🌈", "Colorize this black and white photo with natural, historically plausible colours: believable skin tones, fabrics, sky and vegetation; keep the original light, grain and detail." + _KEEP),
    Preset("background", "🏞️", "Replace only the background of this photo with the following, matching the light, perspective and depth of field; leave the subject itself, its edges and its place in the frame exactly as they are.", needs_words=True, keeps_outline=False),
    Preset("headshot", "👔", "Turn this photo into a professional studio headshot: soft key light, neutral softly blurred background, neat business clothing, natural skin texture; the face, age, expression and hair stay true to the person." + _KEEP, keeps_outline=False),
    Preset("enhance", "✨", "Enhance this photo like a careful retoucher: correct exposure and white balance, recover detail in highlights and shadows, sharpen gently, reduce noise; keep it natural and change no content." + _KEEP),
    Preset("pixelart", "👾", "Redraw this photo as detailed 16-bit pixel art: a limited harmonious palette, clean visible square pixels, deliberate dithering, readable shapes." + _KEEP),
    Preset("claymation", "🧱", "Recreate this photo as a stop-motion claymation scene: hand-modelled plasticine with fingerprints and soft edges, miniature set, warm practical light." + _KEEP),
    Preset("oil", "🖼️", "Repaint this photo as a classical oil painting on canvas: rich impasto brushwork, deep glazes, warm chiaroscuro light." + _KEEP),
    Preset("comic", "💥", "Redraw this photo as a panel of a printed comic book: inked outlines, halftone dots, dramatic flat colours, no speech bubbles and no lettering." + _KEEP),
)  # fmt: skip

_BY_NAME = {preset.name: preset for preset in PRESETS}


def preset(command: str) -> Preset | None:
    """The preset of a command; None for `edit` and for any other name."""
    return _BY_NAME.get(command)


def full_prompt(command: str, words: str, *, reshaped: bool = False) -> str:
    """The text for the model: the preset's prompt and the person's words.

    `reshaped`: the photo is to fill a frame of another shape than its own.
    """
    known = preset(command)
    if known is None:
        prompt = words
    elif known.needs_words:
        prompt = f"{known.prompt} The new background: {words}."
    else:
        prompt = f"{known.prompt} {words}".strip()
    return prompt + _FILL if reshaped else prompt


def keeps_outline(command: str) -> bool:
    """Whether a transparent photo's own alpha channel still fits the result."""
    known = preset(command)
    return known.keeps_outline if known else True
