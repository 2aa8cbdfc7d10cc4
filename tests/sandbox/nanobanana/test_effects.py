import io

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox.nanobanana.effects import EFFECTS, chosen, imitate
from bot.sandbox.scene import paint_scene
from tests.sandbox.nanobanana.harness import harness


@pytest.fixture(scope="module")
def scene() -> Image.Image:
    return paint_scene()


@pytest.mark.parametrize(
    ("prompt", "effect"),
    [
        ("Redraw this photo as a detailed graphite pencil sketch on white paper", "sketch"),
        ("a luminous WATERCOLOUR on cold-pressed paper", "watercolor"),
        ("Turn this photo into a clean modern cartoon", "cartoon"),
        ("a frame of a hand-drawn anime film, soft painted background", "anime"),
        ("a panel of a printed comic book: inked outlines, halftone dots", "comic"),
        ("detailed 16-bit pixel art", "pixel art"),
        ("a stop-motion claymation scene", "claymation"),
        ("a collectible 1/7 scale PVC figurine on a tidy desk", "figurine"),
        ("a classical oil painting on canvas", "oil"),
        ("Restore this old photo: remove scratches, recover faded contrast", "restore"),
        ("Colorize this black and white photo", "colorize"),
        ("a professional studio headshot: neutral softly blurred background", "headshot"),
        ("Replace only the background of this photo: a comic book city", "background"),
        ("Enhance this photo like a careful retoucher: sharpen gently", "enhance"),
        ("improve it", "enhance"),
        ("make it night", "night"),
        ("like an old polaroid", "vintage"),
        ("add a hat", "colour grade"),
        ("boil an egg", "colour grade"),
    ],
)
def test_the_prompts_words_choose_the_effect(prompt: str, effect: str) -> None:
    assert chosen(prompt) == effect


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_changes_the_photo_and_keeps_the_size_asked_for(effect: str, scene: Image.Image) -> None:
    painted = imitate(scene, effect, (624, 416))
    assert (painted.size, painted.mode) == ((624, 416), "RGB")
    plain = scene.resize((624, 416))
    assert sum(ImageStat.Stat(ImageChops.difference(painted, plain)).mean) > 3


@pytest.mark.parametrize("size", [(384, 3072), (3072, 384), (1024, 1024), (40, 30)])
@pytest.mark.parametrize("effect", ["sketch", "watercolor", "comic", "claymation", "figurine", "night"])
def test_effects_fit_the_strangest_sizes(effect: str, size: tuple[int, int], scene: Image.Image) -> None:
    assert imitate(scene, effect, size).size == size


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK"])
def test_photos_of_every_mode_are_taken(mode: str, scene: Image.Image) -> None:
    assert imitate(scene.resize((90, 60)).convert(mode), "sketch", (90, 60)).mode == "RGB"


def test_the_same_wish_for_the_same_photo_gives_the_same_picture(scene: Image.Image) -> None:
    first, second = (imitate(scene, "oil", (300, 200)).tobytes() for _ in range(2))
    assert first == second


def test_a_label_at_the_bottom_left_says_that_it_is_an_imitation() -> None:
    grey = Image.new("RGB", (1248, 832), (128, 128, 128))
    labelled = imitate(grey, "sharpen", grey.size)
    difference = ImageChops.difference(labelled, EFFECTS["restore"](grey)).getbbox()
    assert difference is not None
    left, top, right, bottom = difference
    assert left < 40
    assert 770 < top < bottom < 832
    assert right < 400


async def test_the_server_imitates_in_a_thread_and_makes_a_scene_of_words_alone() -> None:
    async with harness(paint=imitate) as h:
        record = await h.finished(await h.create(type="TEXTTOIAMGE", imageUrls=None, image_size="21:9"))
        picture = await h.raw.get(record["response"]["resultImageUrl"])
        with Image.open(io.BytesIO(picture.content)) as opened:
            assert opened.size == (1536, 672)
            assert max(ImageStat.Stat(opened.convert("HSV")).mean[1:2]) < 40
